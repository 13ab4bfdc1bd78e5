"""The sheet of a poster: four layouts, in which words never stand on art."""

from collections.abc import Callable
from dataclasses import dataclass, field

from . import lettering
from .art import Painter
from .dice import Dice
from .inks import Ink
from .svg import number, tag

WIDTH, HEIGHT, EDGE = 800, 1000, 48
INNER = WIDTH - 2 * EDGE
SMALL = 27  # the height of a caption
FOOT = 92  # a strip with one caption along the lower edge

# How high a title may grow, for each number of its lines: beside art that bleeds, and under an inset plate.
ROOM = {1: 190, 2: 270, 3: 340, 4: 390, 5: 420}
ROOM_UNDER_PLATE = {1: 245, 2: 245, 3: 300, 4: 350, 5: 390}


@dataclass
class Sheet:
    title: str
    credit: str
    place: str
    day: str
    ink: Ink
    paint: Painter
    dice: Dice
    parts: list[str] = field(default_factory=list)

    def heading(self, room: dict[int, int]) -> lettering.Block:
        return lettering.title(self.title, width=INNER, room=room, color=self.ink.print)

    def put(self, drawn: str, x: float, y: float) -> None:
        self.parts.append(tag("g", drawn, transform=f"translate({number(x)} {number(y)})"))

    def art(self, x: float, y: float, width: float, height: float) -> None:
        painted = self.paint(self.dice, self.ink, width, height)
        clip = tag("clipPath", tag("rect", width=width, height=height), id="art")
        self.put(clip + tag("g", painted, clip_path="url(#art)"), x, y)

    def captions(self, y: float, left: str = "", right: str = "") -> None:
        """One caption from the left edge, one up to the right; the left one gives way."""
        end = lettering.caption(right, width=INNER / 2, height=SMALL, color=self.ink.print)
        start = lettering.caption(left, width=INNER - end.width - 40, height=SMALL, color=self.ink.print)
        for block, x in ((start, EDGE), (end, WIDTH - EDGE - end.width)):
            if block.svg:
                self.put(block.svg, x, y)


def foot(sheet: Sheet) -> None:
    """Art above, the title below it."""
    heading = sheet.heading(ROOM)
    top = HEIGHT - EDGE - heading.height - (SMALL + 34 if sheet.place else 0)
    sheet.art(0, 0, WIDTH, top - FOOT)
    sheet.captions(top - 60, sheet.credit, sheet.day)
    sheet.put(heading.svg, EDGE, top)
    sheet.captions(HEIGHT - EDGE - SMALL, sheet.place)


def head(sheet: Sheet) -> None:
    """The title above, art below it."""
    heading = sheet.heading(ROOM)
    top = EDGE + 60 + heading.height + 40
    sheet.captions(EDGE, sheet.credit, sheet.day)
    sheet.put(heading.svg, EDGE, EDGE + 60)
    sheet.art(0, top, WIDTH, HEIGHT - top - (FOOT if sheet.place else 0))
    sheet.captions(HEIGHT - 60, sheet.place)


def label(sheet: Sheet) -> None:
    """Art inset as a plate, the title under it."""
    heading = sheet.heading(ROOM_UNDER_PLATE)
    foot_line = HEIGHT - EDGE - SMALL
    top = foot_line - 30 - heading.height
    sheet.art(EDGE, EDGE, INNER, top - 34 - EDGE)
    sheet.put(heading.svg, EDGE, top)
    sheet.captions(foot_line, sheet.credit, sheet.day)


def band(sheet: Sheet) -> None:
    """The title on a band through the middle of the art."""
    heading = sheet.heading(ROOM)
    strip = heading.height + 68
    top = round(HEIGHT * sheet.dice.pick([0.3, 0.42, 0.5]) - strip / 2)
    sheet.art(0, 0, WIDTH, HEIGHT - FOOT)
    sheet.parts.append(tag("rect", y=top, width=WIDTH, height=strip, fill=sheet.ink.ground))
    sheet.put(heading.svg, EDGE, top + 34)
    sheet.captions(HEIGHT - 60, sheet.credit, sheet.day)


LAYOUTS: dict[str, Callable[[Sheet], None]] = {"foot": foot, "head": head, "label": label, "band": band}
