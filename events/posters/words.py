"""Words made ready for a sheet: cleaned, folded to plain capitals, broken into lines, cut to fit."""

import functools
import itertools
import re
import unicodedata
from collections.abc import Callable

LONGEST = 200
MOST_PIECES = 14

# Python carries this old edition of Unicode for ever; the current one grows with every release, and posters must not.
UNICODE = unicodedata.ucd_3_2_0

UNPRINTABLE = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\uffff]"
)
PICTURES = re.compile(
    "[©®\u200c\u200d\u20e3\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\ufe00-\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f]"
)

FOLDED = str.maketrans(
    {"Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Þ": "TH", "þ": "th", "ß": "ss", "ẞ": "SS", "…": "..."}
    | dict(zip("ØøĐđÐðŁłĦħŦŧ", "OoDdDdLlHhTt", strict=True))
    | dict(zip("’‘ʼ′`´“”„«»″", "''''''" + '""""""', strict=True))
    | dict(zip("—―‐‑−×✕•⁄", "––---xx·/", strict=True))
)


def clean(text: str) -> str:
    """One line of characters that XML allows and a reader can see, however hostile the text was."""
    seen = " ".join(UNPRINTABLE.sub("", text).split())[:LONGEST]
    return UNICODE.normalize("NFC", seen).strip()


def fold(text: str) -> str:
    """Capitals without accents or pictures."""
    apart = UNICODE.normalize("NFKD", text.translate(FOLDED))
    letters = "".join(c for c in apart if not UNICODE.combining(c)).translate(FOLDED)
    return " ".join(PICTURES.sub(" ", letters).upper().split())


def cut(text: str, fits: Callable[[str], bool], end: str) -> str:
    """The text if it fits, else as many of its words as do; of a single word, as many letters."""
    if fits(text):
        return text
    while " " in text and not fits(text + end):
        text = text.rpartition(" ")[0]
    while text and not fits(text + end):
        text = text[:-1]
    return text.rstrip(" .,:;-–&/+") + end


def pieces(text: str) -> list[str]:
    """The text taken apart wherever a line may end: after a space or a hyphen, and inside a word that no line could hold."""
    text = re.sub(r"([^ -]{22})(?=[^ -]{3})", r"\1- ", text)
    parts = re.split(r"(?<= )|(?<=[^ -]{3}-)(?=[^ -]{3})", text)
    while len(parts) > MOST_PIECES:
        shortest = min(range(len(parts) - 1), key=lambda i: len(parts[i]) + len(parts[i + 1]))
        parts[shortest : shortest + 2] = ["".join(parts[shortest : shortest + 2])]
    return parts


def break_lines(parts: list[str], width: Callable[[str], float], *, most: int, ideal: float) -> list[str]:
    """The parts on a few lines, as alike in width as they can be, and not one letter tall."""

    @functools.cache
    def line(start: int, end: int) -> tuple[str, float]:
        joined = "".join(parts[start:end]).strip()
        return joined, width(joined)

    def breaks() -> itertools.chain[tuple[int, ...]]:
        counts = range(min(most, len(parts)))
        return itertools.chain.from_iterable(itertools.combinations(range(1, len(parts)), count) for count in counts)

    def lines(cuts: tuple[int, ...]) -> list[tuple[str, float]]:
        return [line(*pair) for pair in itertools.pairwise([0, *cuts, len(parts)])]

    def ugliness(cuts: tuple[int, ...]) -> float:
        widths = [wide for _, wide in lines(cuts)]
        return abs(max(widths) - ideal) + (max(widths) - min(widths)) * 0.5 + len(widths) * 1.5

    return [words for words, _ in lines(min(breaks(), key=ugliness))]
