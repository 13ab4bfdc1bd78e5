"""Titles and captions: in our own letters where we have drawn them, in the reader's own type where we have not."""

import functools
import math
import re
from typing import NamedTuple

from .alphabet import drawable, outline, units
from .svg import element, escaped
from .words import UNICODE, breaks, cut, fold, pieces

BETWEEN = 22  # two lines of a title
MOST_LINES = 6
MOST_LETTERS = 80
MOST_EMS = 40.0

# Scripts of Indonesia that the old edition of Unicode does not know: the signs that stand above or below a letter.
YOUNG_MARKS = re.compile(
    "[\u1a17\u1a18\u1b00-\u1b03\u1b34\u1b36-\u1b3a\u1b3c\u1b42\u1b80\u1b81\u1ba2-\u1ba5\u1ba8\u1ba9"
    "\u1be6\u1be8\u1be9\u1bed\ua980-\ua982\ua9b3\ua9b6-\ua9b9\ua9bc]"
)


class Block(NamedTuple):
    """Something set, standing at 0 0, and the room that it takes."""

    svg: str
    width: float
    height: float


def title(text: str, *, width: float, height: float, color: str) -> Block:
    """A title as large as the box allows."""
    capitals = fold(text)
    if drawable(capitals):
        return _drawn_title(capitals, width, height, color)
    return _typed_title(text, width, height, color)


def caption(text: str, *, width: float, height: float, color: str) -> Block:
    """One small line, no wider than asked: squeezed a little, then cut."""
    capitals = fold(text)
    if drawable(capitals):
        return _drawn_caption(capitals, width, height, color)
    return _typed_caption(text, width, height, color)


def _drawn_title(text: str, width: float, height: float, color: str) -> Block:
    """Every line as wide as the box, all in one weight, or nearly."""
    text = cut(text, lambda words: len(words) <= MOST_LETTERS, "...")
    lines = min(breaks(pieces(text), units, MOST_LINES), key=lambda lines: _misfit(lines, width, height))
    scales = [_scale(words, width) for words in lines]
    tall = [_height(scale) for scale in scales]
    shrink = min(1, (height - BETWEEN * (len(lines) - 1)) / math.fsum(tall))
    drawn, top = "", 0.0
    for words, scale, want in zip(lines, scales, tall, strict=True):
        # A wide line gets a heavier stroke, though less than in proportion, or the lines would look set apart.
        # Of roots, which are exact: a power may differ in its last digit from machine to machine.
        stroke = min(1.6 * math.sqrt(scale * math.sqrt(scale * min(scales))), want * shrink * 0.215)
        drawn += _drawn(words, top=top, width=width, height=want * shrink, stroke=stroke, color=color)
        top += want * shrink + BETWEEN
    return Block(drawn, width, top - BETWEEN)


def _misfit(lines: list[str], width: float, height: float) -> float:
    """How far a break is from filling the box in letters of good proportions and lines of one size."""
    scales = [_scale(words, width) for words in lines]
    wanted = math.fsum(map(_height, scales)) + BETWEEN * (len(lines) - 1)
    return abs(wanted - height) + 60 * (max(scales) / min(scales) - 1)


def _scale(words: str, width: float) -> float:
    return width / max(units(words), 4)


def _height(scale: float) -> float:
    """How high a line wants to be: a little higher than its letters are wide, and of few letters no tower."""
    return min(scale * 8 * 1.15, 420)


def _drawn(words: str, *, top: float, width: float, height: float, stroke: float, color: str) -> str:
    down = (height - stroke) / 8
    # A short line ends before its letters turn into billboards.
    across = min((width - stroke) / max(units(words), 1), down * 1.7)
    data = outline(words, x=stroke / 2, y=top + stroke / 2, across=across, down=down)
    return element("path", d=data, fill="none", stroke=color, stroke_width=stroke, stroke_linecap="square", stroke_miterlimit="1.9")


def _drawn_caption(text: str, width: float, height: float, color: str) -> Block:
    stroke = height * 0.17

    def natural(words: str) -> float:
        return units(words) * height / 8 * 0.86 + stroke

    text = cut(text, lambda words: natural(words) <= width / 0.8, "...")
    wide = min(natural(text), width)
    return Block(_drawn(text, top=0, width=wide, height=height, stroke=stroke, color=color), wide, height)


def _typed_title(text: str, width: float, height: float, color: str) -> Block:
    """One size for all lines. Their widths are guesses, and each line is then held to its guess."""
    text = cut(text, lambda words: _ems(words) <= MOST_EMS, "…")

    def size(lines: list[str]) -> float:
        return min(width / max(map(_ems, lines)), height / len(lines) / 1.3, 190)

    def fill(lines: list[str]) -> float:
        return size(lines) * (width + size(lines) * max(map(_ems, lines)))

    lines = max(breaks(_typed_pieces(text), _ems, 4), key=fill)
    step = size(lines) * 1.3
    drawn = "".join(_typed(words, step * row + size(lines), size(lines), width, color) for row, words in enumerate(lines))
    return Block(drawn, width, step * len(lines))


def _typed_caption(text: str, width: float, height: float, color: str) -> Block:
    if not text:
        return Block("", 0, height)
    size = height * 1.2
    text = cut(text, lambda words: _ems(words) * size <= width, "…")
    wide = min(_ems(text) * size, width)
    return Block(_typed(text, height * 0.95, size, wide, color), wide, height)


def _typed(text: str, base: float, size: float, width: float, color: str) -> str:
    leftward = {"direction": "rtl"} if _leftward(text) else {}
    return element(
        "text",
        escaped(text),
        x=width if leftward else 0,
        y=base,
        fill=color,
        font_family="system-ui,sans-serif",
        font_weight="800",
        font_size=size,
        textLength=min(_ems(text) * size, width),
        lengthAdjust="spacingAndGlyphs",
        **leftward,
    )


def _typed_pieces(text: str) -> list[str]:
    """Chinese and Japanese lines may end after any character."""
    wide = [letter for letter in text if _em(letter) == 1]
    return list(text) if len(wide) * 2 > len(text) else pieces(text)


def _leftward(text: str) -> bool:
    sides = (UNICODE.bidirectional(letter) for letter in text)
    return next((side for side in sides if side in {"L", "R", "AL"}), "L") != "L"


def _ems(text: str) -> float:
    return max(math.fsum(map(_em, text)), 0.5)


@functools.lru_cache(1024)
def _em(letter: str) -> float:
    """About how wide a letter is in the reader's own type."""
    kind = UNICODE.category(letter)
    if kind in {"Mn", "Me", "Cf"} or YOUNG_MARKS.match(letter):
        return 0
    if letter >= "\U0001f000":
        return 1
    if kind == "Cn":  # younger than that edition, whose other columns answer for it differently in each release
        return 0.7
    if UNICODE.east_asian_width(letter) in {"W", "F"}:
        return 1
    if UNICODE.bidirectional(letter) == "AL":
        return 0.5
    return 0.3 if letter == " " else 0.65
