"""Four ways to share a sheet between words and art, in which words never stand on art."""

import datetime
from collections.abc import Callable
from typing import NamedTuple

from . import lettering
from .dice import Dice
from .families import Painter
from .inks import Ink
from .svg import element, moved, path

WIDTH, HEIGHT, EDGE = 800, 1000, 48
INNER = WIDTH - 2 * EDGE
SMALL = 27  # the height of a caption
AIR = 34  # between words and art


# Not strftime, which speaks the server's language.
DAYS = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


class Sheet(NamedTuple):
    title: str
    credit: str
    place: str
    day: str
    ink: Ink
    paint: Painter
    dice: Dice

    def heading(self, height: int) -> lettering.Block:
        return lettering.title(self.title, width=INNER, height=height, color=self.ink.print)

    def art(self, x: int, y: int, width: int, height: int) -> str:
        """Art in a window: what hangs over is covered with ground. A clip would leave a fringe of every layer along its edge."""
        window = path("M", x, y, "v", height, "h", width, "v", -height, "Z")
        cover = element("path", d=f"M-999-999H1999V1999H-999Z{window}", fill=self.ink.ground)
        return at(x, y, self.paint(self.dice, self.ink, width, height)) + cover

    def captions(self, y: float, left: str, right: str = "") -> str:
        """One caption from the left edge, one up to the right; the left one gives way."""
        left, right = (left, right) if left else (right, "")
        end = lettering.caption(right, width=INNER / 2, height=SMALL, color=self.ink.print)
        start = lettering.caption(left, width=INNER - end.width - 40, height=SMALL, color=self.ink.print)
        return at(EDGE, y, start.svg) + at(WIDTH - EDGE - end.width, y, end.svg)


def foot(sheet: Sheet) -> str:
    """Art above, the title below it."""
    heading = sheet.heading(360)
    place = HEIGHT - EDGE - SMALL
    top = round((place - AIR if sheet.place else HEIGHT - EDGE) - heading.height)
    credit = top - AIR - SMALL
    return (
        sheet.art(0, 0, WIDTH, credit - AIR)
        + sheet.captions(credit, sheet.credit, sheet.day)
        + at(EDGE, top, heading.svg)
        + sheet.captions(place, sheet.place)
    )


def head(sheet: Sheet) -> str:
    """The title above, art below it and off the sheet."""
    heading = sheet.heading(360)
    top = EDGE + SMALL + AIR
    place = round(top + heading.height + AIR)
    art = place + SMALL + AIR if sheet.place else place
    return (
        sheet.art(0, art, WIDTH, HEIGHT - art)
        + sheet.captions(EDGE, sheet.credit, sheet.day)
        + at(EDGE, top, heading.svg)
        + sheet.captions(place, sheet.place)
    )


def label(sheet: Sheet) -> str:
    """Art inset as a plate, the title under it."""
    heading = sheet.heading(330)
    plate = EDGE + SMALL + AIR
    place = HEIGHT - EDGE - SMALL
    top = round((place - AIR if sheet.place else HEIGHT - EDGE) - heading.height)
    return (
        sheet.art(EDGE, plate, INNER, top - AIR - plate)
        + sheet.captions(EDGE, sheet.credit, sheet.day)
        + at(EDGE, top, heading.svg)
        + sheet.captions(place, sheet.place)
    )


def band(sheet: Sheet) -> str:
    """The title on a band through the middle of the art."""
    heading = sheet.heading(330)
    above, below = AIR + SMALL + AIR, AIR + SMALL + AIR if sheet.place else EDGE
    height = round(above + heading.height + below)
    top = round(sheet.dice.pick([0.3, 0.5, 0.66]) * (HEIGHT - height))
    return (
        sheet.art(0, 0, WIDTH, HEIGHT)
        + element("rect", y=top, width=WIDTH, height=height, fill=sheet.ink.ground)
        + sheet.captions(top + AIR, sheet.credit, sheet.day)
        + at(EDGE, top + above, heading.svg)
        + sheet.captions(top + height - AIR - SMALL, sheet.place)
    )


def at(x: float, y: float, drawn: str) -> str:
    return element("g", drawn, transform=moved(x, y)) if drawn else ""


def written_day(date: datetime.date) -> str:
    return f"{DAYS[date.weekday()]} {date.day} {MONTHS[date.month - 1]}"


LAYOUTS: dict[str, Callable[[Sheet], str]] = {"foot": foot, "head": head, "label": label, "band": band}
