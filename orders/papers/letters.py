"""Letters for paper: a font from a package, embedded, and lines that fit where they stand."""

import unicodedata
from functools import cache

import font_manrope
from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

LONGEST = 500  # letters: nothing on paper has room for more
PLAIN, STRONG, LOUD = "Manrope", "ManropeBold", "ManropeExtraBold"


@cache
def ready() -> None:
    """Read the fonts, once a process; they cover the Latin, Greek and Cyrillic letters, Vietnamese included."""
    rl_config.useA85 = 0  # PDFs have been bytes for thirty years; as letters they are larger, and slower to make
    for name in (PLAIN, STRONG, LOUD):
        pdfmetrics.registerFont(TTFont(name, getattr(font_manrope, name)))


def drawable(text: str, font: str = PLAIN) -> str:
    """Return the text with a mark in place of each letter that the font lacks."""
    known = pdfmetrics.getFont(font).face.charToGlyph
    flat = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(letter if ord(letter) in known else "\N{REPLACEMENT CHARACTER}" for letter in flat).replace(
        "\N{REPLACEMENT CHARACTER}", "?"
    )


def width(text: str, font: str, size: float) -> float:
    return float(pdfmetrics.stringWidth(text, font, size))


def lines(text: str, font: str, size: float, room: float, most: int) -> list[str]:
    """Break a text into at most so many lines; what does not fit ends in three dots."""
    found: list[str] = []
    for word in drawable(text[:LONGEST], font).split():
        if found and width(f"{found[-1]} {word}", font, size) <= room:
            found[-1] += f" {word}"
        else:
            found.extend(_pieces(word, font, size, room))
    if len(found) <= most:
        return found
    return [*found[: most - 1], cut(" ".join(found[most - 1 :]), font, size, room)]


def largest(text: str, font: str, sizes: tuple[int, ...], room: float, most: int) -> tuple[int, list[str]]:
    """Return the first size at which the text fits whole, or the last, cut."""
    for size in sizes:
        found = lines(text, font, size, room, most + 1)
        if len(found) <= most and all(width(line, font, size) <= room for line in found):
            return size, found
    return sizes[-1], lines(text, font, sizes[-1], room, most)


def cut(text: str, font: str, size: float, room: float) -> str:
    if width(text, font, size) <= room:
        return text
    return f"{text[: _fitting(text, font, size, room - width('…', font, size))].rstrip()}…"


def _pieces(word: str, font: str, size: float, room: float) -> list[str]:
    """Break a word if it is longer than a line."""
    pieces = []
    while word:
        count = max(1, _fitting(word, font, size, room))
        pieces.append(word[:count])
        word = word[count:]
    return pieces


def _fitting(text: str, font: str, size: float, room: float) -> int:
    """Return how many letters fit."""
    for count, letter in enumerate(text):
        room -= width(letter, font, size)
        if room < 0:
            return count
    return len(text)
