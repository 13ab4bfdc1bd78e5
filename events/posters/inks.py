"""The inks that posters are printed in. The page borrows them through static/css/inks.css."""

from typing import NamedTuple


class Ink(NamedTuple):
    """Words are `print` on `ground`, at 6:1 or more; the two spots are for shapes only."""

    ground: str
    print: str
    spot: str
    second: str


# A name that was ever published stays: events remember it.
INKS = {
    "nila": Ink("#1c2b6d", "#f4efe0", "#f3a93c", "#ee5f3a"),
    "kunyit": Ink("#f3b61f", "#19140a", "#cf2f27", "#fff5d6"),
    "manggis": Ink("#471333", "#f9e9e0", "#f2668b", "#f2b24a"),
    "pandan": Ink("#0e4636", "#eef3dc", "#bcdc4e", "#f1894b"),
    "bata": Ink("#f0714c", "#1b0c08", "#ffe2b8", "#8c1f12"),
    "langit": Ink("#bcd7ea", "#12213a", "#e64d2c", "#f8f4e9"),
    "kapur": Ink("#ebe7db", "#16161b", "#2a49d6", "#e5432a"),
    "arang": Ink("#18191d", "#f3f0e7", "#f4602c", "#8cc0e4"),
    "jambu": Ink("#f3a9b7", "#380b1c", "#c3142e", "#fff2e7"),
    "laut": Ink("#0b4f5b", "#f2f4e6", "#f6c546", "#82cfc1"),
}


def inks_css() -> str:
    """The text of static/css/inks.css: one class an ink, so that no page needs an inline style."""
    classes = (f"  .ink-{name} {{ --ground: {ink.ground}; --print: {ink.print}; --spot: {ink.spot}; }}\n" for name, ink in INKS.items())
    return (
        "/* The poster's ink, lent to the page around it; the same in light and dark, like print. Written by python -m events.posters. */\n"
        f"@layer tokens {{\n{''.join(classes)}}}\n"
    )
