"""An alphabet of lines, so that a title looks alike in a browser, in a PDF and in an e-mail."""

import functools
import math
import re

from .svg import path

GAP = 2.35  # between the lines of two letters: a stroke and its air

# Letters on a field 4 wide and 8 high: the path, then the width that it takes.
LETTERS: dict[str, tuple[str, float]] = {
    "A": ("M0 8V2Q0 0 2 0T4 2V8M0 5.2H4", 4),
    "B": ("M0 4H2.1Q4 4 4 6T2.1 8H0V0H2Q3.7 0 3.7 2T2 4", 4),
    "C": ("M4 2.2V2Q4 0 2 0T0 2V6Q0 8 2 8T4 6V5.8", 4),
    "D": ("M0 0H2Q4 0 4 2V6Q4 8 2 8H0Z", 4),
    "E": ("M3.8 0H0V8H3.8M0 4H3.3", 3.8),
    "F": ("M3.8 0H0V8M0 4H3.3", 3.6),
    "G": ("M4 2Q4 0 2 0T0 2V6Q0 8 2 8T4 6V4.9H2.4", 4),
    "H": ("M0 0V8M4 0V8M0 4H4", 4),
    "I": ("M0 0V8", 0),
    "J": ("M3.6 0V6Q3.6 8 1.8 8T0 6V5.8", 3.6),
    "K": ("M0 0V8M4 0V1L.8 4.2L4 7V8", 4),
    "L": ("M0 0V8H3.2", 3.2),
    "M": ("M0 8V0H.2L2.7 4.8L5.2 0H5.4V8", 5.4),
    "N": ("M0 8V0H.2L3.8 8H4V0", 4),
    "O": ("M2 0Q4 0 4 2V6Q4 8 2 8T0 6V2Q0 0 2 0Z", 4),
    "P": ("M0 8V0H2Q4 0 4 2.3T2 4.6H0", 4),
    "Q": ("M2 0Q4 0 4 2V6Q4 8 2 8T0 6V2Q0 0 2 0ZM2.4 5.6L4.2 8", 4),
    "R": ("M0 8V0H2Q4 0 4 2.2T2 4.4H0M1.4 4.4H2L4 7V8", 4),
    "S": ("M3.8 1.6Q3.6 0 2 0Q0 0 0 2Q0 3.6 2 4T4 6Q4 8 2 8Q.4 8 .2 6.4", 4),
    "T": ("M0 0H4M2 0V8", 4),
    "U": ("M0 0V6Q0 8 2 8T4 6V0", 4),
    "V": ("M0 0V.6L2.2 8L4.4 .6V0", 4.4),
    "W": ("M0 0V.6L1.6 8L3.1 1.8L4.6 8L6.2 .6V0", 6.2),
    "X": ("M0 0V.8L4 7.2V8M4 0V.8L0 7.2V8", 4),
    "Y": ("M0 0V.8L2.1 4.6L4.2 .8V0M2.1 4.6V8", 4.2),
    "Z": ("M0 0H4V.4L0 7.6V8H4", 4),
    "0": ("M2 0Q4 0 4 2V6Q4 8 2 8T0 6V2Q0 0 2 0Z", 4),
    "1": ("M0 1.6L1.6 0V8", 1.6),
    "2": ("M.1 1.8Q.2 0 2 0Q4 0 4 2Q4 3.3 3 4.4L0 8H4", 4),
    "3": ("M.2 1.6Q.4 0 2 0Q4 0 4 2T2 4H1.6M2 4Q4 4 4 6T2 8Q.4 8 .2 6.4", 4),
    "4": ("M3 8V0H2.8L0 5.6V5.9H4", 4),
    "5": ("M3.8 0H.3V3.4H2Q4 3.4 4 5.7T2 8Q.4 8 .1 6.5", 4),
    "6": ("M3.8 1.5Q3.5 0 2 0Q0 0 0 2V6Q0 8 2 8T4 6T2 3.9T0 5.6", 4),
    "7": ("M0 0H4L1.5 7.5V8", 4),
    "8": ("M2 4Q.3 4 .3 2T2 0T3.7 2T2 4Q0 4 0 6T2 8T4 6T2 4Z", 4),
    "9": ("M.2 6.5Q.5 8 2 8Q4 8 4 6V2Q4 0 2 0T0 2T2 4.1T4 2.4", 4),
    ".": ("M0 7.9V8.1", 0),
    ",": ("M0 7.8V8.1L-.4 9", 0),
    ":": ("M0 2.3V2.5M0 6.8V7", 0),
    ";": ("M0 2.3V2.5M0 6.8L-.4 8", 0),
    "-": ("M.2 4.4H2", 2.2),
    "–": ("M.2 4.4H3", 3.2),
    "_": ("M0 8.4H3.6", 3.6),
    "!": ("M0 0V4.9M0 7.9V8.1", 0),
    "?": ("M0 1.9Q0 0 1.9 0T3.8 2Q3.8 3.2 2.6 3.9Q1.9 4.3 1.9 5M1.9 7.9V8.1", 3.8),
    "'": ("M0 0V1.2", 0),
    '"': ("M0 0V1.4M2 0V1.4", 2),
    "(": ("M1.5 -.4Q0 1.6 0 4T1.5 8.4", 1.5),
    ")": ("M0 -.4Q1.5 1.6 1.5 4T0 8.4", 1.5),
    "[": ("M1.4 0H0V8H1.4", 1.4),
    "]": ("M0 0H1.4V8H0", 1.4),
    "&": ("M4.2 8V7.6L.9 3Q.2 1.8 .6 .9Q1 0 2 0T3.3 1.4Q3.3 2.5 1.6 3.5Q0 4.5 0 6T2 8Q3.9 8 4.2 5", 4.2),
    "/": ("M0 8V7.5L2.6 .5V0", 2.6),
    "+": ("M0 4.4H3.2M1.6 2.8V6", 3.2),
    "=": ("M0 3.2H3.2M0 5.6H3.2", 3.2),
    "*": ("M1.9 0V5.2M0 1.2L3.8 4M3.8 1.2L0 4", 3.8),
    "#": ("M1.8 0L1 8M4.6 0L3.8 8M.2 2.5H5.6M0 5.6H5.4", 5.6),
    "%": ("M0 1.6Q0 0 1.2 0T2.4 1.6T1.2 3.2T0 1.6ZM4.8 0L.6 8M3 6.4Q3 4.8 4.2 4.8T5.4 6.4T4.2 8T3 6.4Z", 5.4),
    "@": ("M5.8 8H2Q0 8 0 6V2Q0 0 2 0H4Q6 0 6 2V5.5H2.6V2.8H6", 6),
    "·": ("M0 3.9V4.1", 0),
    " ": ("", 1.6),
}


def drawable(text: str) -> bool:
    return bool(text) and all(letter in LETTERS for letter in text)


def units(text: str) -> float:
    """How wide a line is, measured on the letters' own field."""
    # Not sum(), whose last digit has changed between versions of Python.
    return math.fsum(LETTERS[letter][1] for letter in text) + GAP * max(len(text) - 1, 0)


def outline(text: str, *, x: float, y: float, across: float, down: float) -> str:
    """The lines of some capitals as path data, from x y on, with so many pixels to a unit across and down."""
    data = ""
    for letter in text:
        shape, wide = LETTERS[letter]
        data += _stretched(shape, x, y, across, down)
        x += (wide + GAP) * across
    return data


def _stretched(shape: str, x: float, y: float, across: float, down: float) -> str:
    parts: list[float | str] = []
    command, vertical = "", False
    for part in _parts(shape):
        if part.isalpha():
            command, vertical = part, part == "V"
            parts.append(part)
        else:
            parts.append(y + float(part) * down if vertical else x + float(part) * across)
            vertical = not vertical if command not in "HV" else vertical
    return path(*parts)


@functools.cache
def _parts(shape: str) -> list[str]:
    return re.findall(r"[A-Z]|-?\d*\.?\d+", shape)
