"""Titles and captions: in our own letters where we have drawn them, in the reader's own type where we have not."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from . import svg
from .alphabet import drawable, line, units
from .words import UNICODE, break_lines, cut, fold, pieces

BETWEEN = 20  # two lines of a title
MOST_LINES = 5
MOST_LETTERS = 100
MOST_EMS = 40.0


class Block(NamedTuple):
    """Something set, standing at 0 0, and the room that it takes."""

    svg: str
    width: float
    height: float


def title(text: str, *, width: float, room: Mapping[int, float], color: str) -> Block:
    """Fill a box with a title. The room says how high the box may be for each number of lines."""
    capitals = fold(text)
    return _drawn_title(capitals, width, room, color) if drawable(capitals) else _typed_title(text, width, room, color)


def caption(text: str, *, width: float, height: float, color: str) -> Block:
    """One small line, no wider than asked: squeezed a little, then cut."""
    capitals = fold(text)
    return _drawn_caption(capitals, width, height, color) if drawable(capitals) else _typed_caption(text, width, height, color)


def _drawn_title(text: str, width: float, room: Mapping[int, float], color: str) -> Block:
    """Every line as wide as the box, all in one weight."""
    text = cut(text, lambda words: len(words) <= MOST_LETTERS, "...")
    lines = break_lines(pieces(text), units, most=MOST_LINES, ideal=21)
    stretches = [width / max(units(words), 1) for words in lines]
    wanted = [_height(stretch) for stretch in stretches]
    scale = min(1, (room[len(lines)] - BETWEEN * (len(lines) - 1)) / sum(wanted))
    least = min(stretches)
    drawn, at = "", 0.0
    for words, stretch, want in zip(lines, stretches, wanted, strict=True):
        height = want * scale
        # A wide line gets a heavier stroke, though less than in proportion, so that all lines look one weight.
        stroke = min(least * 1.34 * math.sqrt(stretch / least), height * 0.22, 42)
        # A short line stops before it turns into a billboard.
        wide = max(min(width, units(words) * stroke / 0.62), stroke)
        drawn += line(words, x=0, y=at, width=wide, height=height, stroke=stroke, color=color)
        at += height + BETWEEN
    return Block(drawn, width, at - BETWEEN)


def _height(stretch: float) -> float:
    """How high a line wants to be: in proportion, but neither a tower, nor a slit, nor a row of railings."""
    return min(max(stretch * 8.6, min(stretch * 10.5, 88)), 250)


def _drawn_caption(text: str, width: float, height: float, color: str) -> Block:
    stroke = height * 0.16

    def natural(words: str) -> float:
        return units(words) * height / 8 * 0.86 + stroke

    text = cut(text, lambda words: natural(words) <= width / 0.8, "...")
    wide = min(natural(text), width)
    return Block(line(text, x=0, y=0, width=wide, height=height, stroke=stroke, color=color), wide, height)


def _typed_title(text: str, width: float, room: Mapping[int, float], color: str) -> Block:
    """One size for all lines. The widths are guesses, and each line is then held to its guess."""
    text = cut(text, lambda words: _ems(words) <= MOST_EMS, "…")
    lines = break_lines(_typed_pieces(text), _ems, most=3, ideal=5)
    size = min(width / max(map(_ems, lines)), room[len(lines)] / len(lines) / 1.3, 190)
    drawn = "".join(_typed(words, y=size * (1.3 * row + 1), size=size, width=width, color=color) for row, words in enumerate(lines))
    return Block(drawn, width, size * 1.3 * len(lines))


def _typed_caption(text: str, width: float, height: float, color: str) -> Block:
    if not text:
        return Block("", 0, height)
    size = height * 1.3
    text = cut(text, lambda words: _ems(words) * size <= width, "…")
    wide = min(_ems(text) * size, width)
    return Block(_typed(text, y=height, size=size, width=wide, color=color), wide, height)


def _typed(text: str, *, y: float, size: float, width: float, color: str) -> str:
    leftward = _leftward(text)
    direction = {"direction": "rtl"} if leftward else {}
    return svg.tag(
        "text",
        svg.text(text),
        x=width if leftward else 0,
        y=y,
        fill=color,
        font_family="system-ui,sans-serif",
        font_weight="800",
        font_size=size,
        textLength=min(_ems(text) * size, width),
        lengthAdjust="spacingAndGlyphs",
        **direction,
    )


def _typed_pieces(text: str) -> list[str]:
    """Chinese and Japanese lines may end after any character."""
    wide = sum(_em(letter) >= 1 for letter in text)
    if wide * 2 < len(text):
        return pieces(text)
    step = math.ceil(len(text) / 14)
    return [text[start : start + step] for start in range(0, len(text), step)]


def _leftward(text: str) -> bool:
    sides = (UNICODE.bidirectional(letter) for letter in text)
    return next((side for side in sides if side in {"L", "R", "AL"}), "L") != "L"


def _ems(text: str) -> float:
    return max(sum(map(_em, text)), 0.5)


def _em(letter: str) -> float:
    """About how wide a letter is in the reader's own type."""
    if UNICODE.category(letter) in {"Mn", "Me", "Cf"}:
        return 0
    if letter >= "\U0001f000" or UNICODE.east_asian_width(letter) in "WF":
        return 1
    if UNICODE.bidirectional(letter) == "AL":
        return 0.5
    return 0.3 if letter == " " else 0.62
