"""Real services without installation: PostgreSQL and Valkey from wheels, for development, tests and the demo."""
