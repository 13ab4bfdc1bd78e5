"""What every paper of ours is written with: a canvas, spots on it, lines of letters, and names with their values."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any, NamedTuple

from django.conf import settings
from reportlab.lib.colors import HexColor, black
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from . import letters
from .letters import PLAIN, STRONG

SOFT, LINE = HexColor("#565862"), HexColor("#85857e")
A4 = (210 * mm, 297 * mm)


class Spot(NamedTuple):
    """Where writing begins, and how wide it may be."""

    left: float
    top: float
    room: float

    def at(self, top: float) -> "Spot":
        return self._replace(top=top)


class Type(NamedTuple):
    font: str
    size: float
    leading: float = 1.3
    color: Any = black


def document(title: str, size: tuple[float, float], draw: Callable[[Canvas, Any], None], pages: Iterable[Any]) -> bytes:
    """Return a PDF of these pages, the same bytes each time."""
    letters.ready()
    out = BytesIO()
    sheet = Canvas(out, pagesize=size, invariant=1, pageCompression=1)
    sheet.setTitle(title)
    sheet.setAuthor(settings.SITE_NAME)
    for page in pages:
        draw(sheet, page)
        sheet.showPage()
    sheet.save()
    return out.getvalue()


def written(sheet: Canvas, lines: list[str], spot: Spot, kind: Type) -> float:
    """Write lines downwards; return where the last one ends."""
    sheet.setFillColor(kind.color)
    sheet.setFont(kind.font, kind.size)
    top = spot.top
    for line in lines:
        top -= kind.size * kind.leading
        sheet.drawString(spot.left, top + kind.size * 0.3, line)
    return top


def pairs(sheet: Canvas, told: list[tuple[str, str]], spot: Spot, size: float, most: int = 2) -> float:
    """Write names with their values below, in two columns; return where the writing ends."""
    column, top = (spot.room - 5 * mm) / 2, spot.top
    for row in range(0, len(told), 2):
        ends = []
        for number, one in enumerate(told[row : row + 2]):
            ends.append(pair(sheet, one, Spot(spot.left + number * (column + 5 * mm), top, column), Type(STRONG, size), most))
        top = min(ends) - 3 * mm
    return top


def pair(sheet: Canvas, told: tuple[str, str], spot: Spot, kind: Type, most: int = 2) -> float:
    name, value = told
    end = written(sheet, [name], spot, Type(PLAIN, kind.size - 2, color=SOFT))
    return written(sheet, letters.lines(value, kind.font, kind.size, spot.room, most), spot.at(end - 1), kind)
