"""What pages show of orders and tickets: plain values in words."""
