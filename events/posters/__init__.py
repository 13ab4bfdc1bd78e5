"""Posters drawn from the words on them: the same words give the same bytes on every machine, without fonts, files or network.

At publication, `roll` throws the dice once and the event keeps what came (`str(choice)`); drawn from that choice, its art
survives a mended title or a new date. A promoter who does not like it takes another turn.
"""

import datetime
import re
from dataclasses import dataclass

from PIL import Image

from .card import HEIGHT as CARD_HEIGHT
from .card import WIDTH as CARD_WIDTH
from .card import card_svg
from .dice import Dice
from .families import FAMILIES
from .inks import INKS, Ink, inks_css
from .layouts import HEIGHT, LAYOUTS, WIDTH, Sheet, written_day
from .raster import paint
from .svg import element, escaped
from .words import clean

__all__ = [
    "CARD_HEIGHT",
    "CARD_WIDTH",
    "FAMILIES",
    "INKS",
    "LAYOUTS",
    "Choice",
    "art_svg",
    "card",
    "inks_css",
    "poster_svg",
    "roll",
    "turned",
]

SEEDS = 2**24
LONG_SIDE = 1200  # of art, before it is scaled to the size asked for


@dataclass(frozen=True)
class Choice:
    """What the dice gave an event. The ink's name is a CSS class, too; the seed settles the details of the art."""

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


def roll(title: str, artist: str, date: datetime.date) -> Choice:
    """Throw the dice for an event."""
    dice = Dice(clean(title), clean(artist), date.year, date.month, date.day)
    return Choice(ink=dice.pick(list(INKS)), family=dice.pick(list(FAMILIES)), layout=dice.pick(list(LAYOUTS)), seed=dice.below(SEEDS))


def turned(choice: Choice) -> Choice:
    """Return the next turn: another ink, family and layout than this one, and in fifty turns every ink in every family."""
    inks, families, layouts = list(INKS), list(FAMILIES), list(LAYOUTS)
    # Steps that share no factor with the lengths come by every name; one more at each round of the inks brings every pair.
    ink, step = inks.index(choice.ink), 2 + (choice.ink == inks[0])
    return Choice(
        ink=inks[(ink + 3) % len(inks)],
        family=families[(families.index(choice.family) + step) % len(families)],
        layout=layouts[(layouts.index(choice.layout) + 1) % len(layouts)],
        seed=(choice.seed + 40503) % SEEDS,
    )


def poster_svg(title: str, artist: str, date: datetime.date, *, venue: str, choice: Choice | None = None) -> str:
    """The poster, 800 by 1000. The venue is not in the dice: a mended address must not redraw the poster."""
    choice = choice or roll(title, artist, date)
    title, artist, venue = clean(title), clean(artist), clean(venue)
    ink = INKS[choice.ink]
    day = written_day(date)
    sheet = Sheet(
        title=title or artist or day,
        credit=artist if title else "",
        place=venue,
        day=day,
        ink=ink,
        paint=FAMILIES[choice.family],
        dice=Dice(choice.seed),
    )
    name = ", ".join(filter(None, [title, artist])) or day
    return _svg(LAYOUTS[choice.layout](sheet), name=name, ink=ink, width=WIDTH, height=HEIGHT, role="img")


def art_svg(
    title: str, artist: str, date: datetime.date, *, choice: Choice | None = None, width: int = LONG_SIDE, height: int = 900
) -> str:
    """The poster's art without words, for banners, the edges of tickets and link previews."""
    choice = choice or roll(title, artist, date)
    ink = INKS[choice.ink]
    # Drawn on a field of one size whatever is asked for, so that a thumbnail has the cells of a banner.
    scale = LONG_SIDE / max(width, height)
    wide, tall = max(round(width * scale), 1), max(round(height * scale), 1)
    art = FAMILIES[choice.family](Dice(choice.seed), ink, wide, tall)
    frame = {"viewBox": f"0 0 {wide} {tall}", "preserveAspectRatio": "xMidYMid slice"}
    return _svg(art, ink=ink, width=width, height=height, **frame)


def card(title: str, artist: str, date: datetime.date, *, venue: str, choice: Choice) -> Image.Image:
    """The card for links that are shared, as pixels: those who show it cannot draw SVG."""
    drawing = card_svg(title, artist, date, venue=venue, ink=choice.ink, family=choice.family, seed=choice.seed)
    return paint(drawing, CARD_WIDTH, CARD_HEIGHT)


def _svg(drawn: str, *, name: str = "", ink: Ink, width: int, height: int, **attributes: str) -> str:
    frame: dict[str, float | str] = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": f"0 0 {width} {height}",
        "width": width,
        "height": height,
    }
    paper = element("rect", width="100%", height="100%", fill=ink.ground)
    title = element("title", escaped(name)) if name else ""
    return element("svg", title, paper, drawn, **frame | attributes) + "\n"
