"""What pages show of orders and tickets: plain values in words."""

from .mine import mine

__all__ = ["mine"]
