"""Pages about seats: tickets, and the door."""
