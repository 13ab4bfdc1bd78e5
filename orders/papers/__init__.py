"""What people take along: a ticket's code, its PDF, its entry in a calendar. Plain values in, bytes out; no database, no lock."""
