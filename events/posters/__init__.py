"""Posters drawn from the words on them: the same words give the same bytes on every machine, without fonts, files or network.

At publication, `choose` throws the dice once and the event keeps what came (`str(choice)`); drawn from that choice, its
poster is never redrawn by a mended title or a new date. A promoter who does not like it rolls again.
"""

import datetime
import re
from dataclasses import dataclass

from .art import FAMILIES
from .dice import Dice
from .inks import INKS, Ink, inks_css
from .sheet import HEIGHT, LAYOUTS, WIDTH, Sheet
from .svg import tag, text
from .words import clean

__all__ = ["FAMILIES", "INKS", "LAYOUTS", "Choice", "art_svg", "choose", "inks_css", "poster_svg"]

# Not strftime, which speaks the server's language.
DAYS = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

SEEDS = 2**24
LONG_SIDE = 1200  # of art, before it is scaled to the size asked for


@dataclass(frozen=True)
class Choice:
    """What the dice gave an event. The ink's name is a CSS class, too; the seed settles the art's details."""

    ink: str
    family: str
    layout: str
    seed: int

    def __post_init__(self) -> None:
        if self.ink not in INKS or self.family not in FAMILIES or self.layout not in LAYOUTS or not 0 <= self.seed < SEEDS:
            raise ValueError(f"no such poster: {self!r}")

    def __str__(self) -> str:
        """The choice as an event stores it: `pandan-tambal-foot-0c81f2`."""
        return f"{self.ink}-{self.family}-{self.layout}-{self.seed:06x}"

    @classmethod
    def read(cls, stored: str) -> "Choice":
        found = re.fullmatch(r"([a-z]+)-([a-z]+)-([a-z]+)-([0-9a-f]{6})", stored)
        if not found:
            raise ValueError(f"no such poster: {stored!r}")
        ink, family, layout, seed = found.groups()
        return cls(ink, family, layout, int(seed, 16))


def choose(title: str, artist: str, when: datetime.date, roll: int = 0) -> Choice:
    """Throw the dice for an event. Each further roll brings another ink and another family than the roll before."""
    dice = Dice(clean(title), clean(artist), datetime.date(when.year, when.month, when.day))
    inks, families, layouts = list(INKS), list(FAMILIES), list(LAYOUTS)
    ink, family, layout = dice.below(len(inks)), dice.below(len(families)), dice.below(len(layouts))
    # Steps that share no factor with the lengths come by every ink and family; the last term brings every pair.
    return Choice(
        ink=inks[(ink + 3 * roll) % len(inks)],
        family=families[(family + 2 * roll + roll // len(inks)) % len(families)],
        layout=layouts[(layout + roll) % len(layouts)],
        seed=(dice.below(SEEDS) + 40503 * roll) % SEEDS,
    )


def poster_svg(title: str, artist: str, when: datetime.date, venue: str = "", choice: Choice | None = None) -> str:
    """The poster, 800 by 1000. The venue is not in the dice: a mended address must not redraw the poster."""
    choice = choice or choose(title, artist, when)
    title, artist, venue = clean(title), clean(artist), clean(venue)
    ink = INKS[choice.ink]
    day = f"{DAYS[when.weekday()]} {when.day} {MONTHS[when.month - 1]}"
    sheet = Sheet(
        title=title or artist or day,
        credit=artist if title else "",
        place=venue,
        day=day,
        ink=ink,
        paint=FAMILIES[choice.family],
        dice=Dice(choice.seed),
    )
    LAYOUTS[choice.layout](sheet)
    name = ", ".join(word for word in (title, artist) if word) or day
    return tag("svg", tag("title", text(name)), _paper(ink, WIDTH, HEIGHT), *sheet.parts, **_frame(WIDTH, HEIGHT), role="img") + "\n"


def art_svg(
    title: str, artist: str, when: datetime.date, choice: Choice | None = None, *, width: int = LONG_SIDE, height: int = 900
) -> str:
    """The poster's art without words, for banners, the edges of tickets and link previews."""
    choice = choice or choose(title, artist, when)
    ink = INKS[choice.ink]
    # Drawn on a field of one size whatever is asked for, so that a thumbnail has the cells of a banner.
    scale = LONG_SIDE / max(width, height)
    wide, tall = max(round(width * scale), 1), max(round(height * scale), 1)
    art = FAMILIES[choice.family](Dice(choice.seed), ink, wide, tall)
    frame = _frame(wide, tall) | {"width": width, "height": height}
    return tag("svg", _paper(ink, wide, tall), art, **frame, preserveAspectRatio="xMidYMid slice") + "\n"


def _frame(width: int, height: int) -> dict[str, float | str]:
    return {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width} {height}", "width": width, "height": height}


def _paper(ink: Ink, width: int, height: int) -> str:
    return tag("rect", width=width, height=height, fill=ink.ground)
