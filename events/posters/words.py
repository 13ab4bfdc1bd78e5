"""Words made ready for a sheet: cleaned, folded to plain capitals, cut to fit, broken into lines."""

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator

LONGEST = 200

# Python carries this old edition of Unicode for ever; the current one grows with every release, and posters must not.
UNICODE = unicodedata.ucd_3_2_0

UNPRINTABLE = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\uffff]"
)
PICTURES = re.compile(
    "[©®™\u200c\u200d\u20e3\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\ufe00-\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f]"
)

FOLDED = str.maketrans(
    {"Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Þ": "TH", "þ": "th", "ß": "ss", "ẞ": "SS", "…": "...", "ı": "i"}
    | dict(zip("ØøĐđÐðŁłĦħŦŧ", "OoDdDdLlHhTt", strict=True))
    | dict(zip("’‘ʼ′`´“”„«»″", "''''''" + '""""""', strict=True))
    | dict(zip("—―‐‑−×✕•⁄", "––---xx·/", strict=True))
)


def clean(text: str) -> str:
    """One line of characters that XML allows and a reader can see, however hostile the text was."""
    return " ".join(UNPRINTABLE.sub("", text).split())[:LONGEST].strip()


def fold(text: str) -> str:
    """Capitals without accents or pictures."""
    apart = UNICODE.normalize("NFKD", PICTURES.sub(" ", text).translate(FOLDED))
    letters = "".join(letter for letter in apart if not UNICODE.combining(letter))
    return " ".join(letters.translate(FOLDED).upper().split())


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
    hyphened = re.sub(r"([^ -]{14})(?=[^ -]{8})", r"\1-", text)
    return re.split(r"(?<= )|(?<=[^ -]{3}-)(?=[^ -]{3})", hyphened)


def breaks(parts: list[str], width: Callable[[str], float], most: int) -> Iterator[list[str]]:
    """The parts on one line, on two, and so on, each time with lines as alike in width as the parts allow."""
    ends = list(itertools.accumulate(width(part) for part in parts))

    def nearest(goal: float) -> int:
        return min(range(len(parts)), key=lambda part: abs(ends[part] - goal)) + 1

    for count in range(1, min(most, len(parts)) + 1):
        cuts = [nearest(ends[-1] * line / count) for line in range(1, count)]
        lines = [parts[start:end] for start, end in itertools.pairwise([0, *cuts, len(parts)])]
        if all(lines):
            yield ["".join(line).strip() for line in lines]
