"""The letters about orders. A letter's kind, `orders.<name>`, is a name in here."""

from .links import links

__all__ = ["links"]
