"""The card that stands for an event where its link is shared: 1200 by 630, words at the left, art at the right."""

import datetime

from . import lettering
from .alphabet import drawable
from .dice import Dice
from .families import FAMILIES
from .inks import INKS
from .layouts import AIR, EDGE, SMALL, at, written_day
from .svg import element
from .words import clean, fold

WIDTH, HEIGHT = 1200, 630
ART = 500
INNER = WIDTH - ART - 2 * EDGE


def card_svg(title: str, artist: str, date: datetime.date, *, venue: str, ink: str, family: str, seed: int) -> str:
    """Words that we have no letters for are left out: the art then has the whole card, and whoever shows it writes the title beside."""
    title, artist, venue = clean(title), clean(artist), clean(venue)
    colors = INKS[ink]
    day = written_day(date)
    left = WIDTH - ART
    if not drawable(fold(title)):
        left = 0
    art = FAMILIES[family](Dice(seed), colors, WIDTH - left, HEIGHT)
    paper = element("rect", width=left, height=HEIGHT, fill=colors.ground)
    words = ""
    if left:
        heading = lettering.title(title, width=INNER, height=HEIGHT - 2 * (EDGE + SMALL + AIR), color=colors.print)
        top = EDGE + SMALL + AIR
        room = HEIGHT - 2 * top - heading.height
        foot = HEIGHT - EDGE - SMALL
        words = at(EDGE, top + room / 2, heading.svg)
        for y, text in ((EDGE, day), (foot, artist if drawable(fold(artist)) else venue)):
            words += at(EDGE, y, lettering.caption(text, width=INNER, height=SMALL, color=colors.print).svg) if drawable(fold(text)) else ""
    ground = element("rect", width="100%", height="100%", fill=colors.ground)
    return element("svg", ground, at(left, 0, art), paper, words, xmlns="http://www.w3.org/2000/svg")
