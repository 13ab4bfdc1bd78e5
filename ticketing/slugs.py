"""Public addresses made from names."""

from collections.abc import Iterator

from django.utils.crypto import get_random_string
from django.utils.text import slugify

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are taken for others


def slugs(name: str, *, otherwise: str) -> Iterator[str]:
    """Yield a few addresses for the caller to try: the name itself, then with letters behind it."""
    stem = slugify(name)[:60].strip("-") or otherwise
    yield stem
    for _try in range(5):
        yield f"{stem}-{get_random_string(4, LETTERS)}"
