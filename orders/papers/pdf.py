"""Tickets as a PDF: one page a seat, for A4 or for a phone. Black on white with the poster's ink, so that any printer prints it."""

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import NamedTuple

from django.utils.translation import gettext as _
from reportlab.lib.colors import HexColor, black, white
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from events.posters import INKS

from . import letters, qr
from .facts import Facts
from .letters import LOUD, PLAIN, STRONG
from .sheets import A4, LINE, SOFT, Spot, Type, document, pair, pairs, written

PHONE = (90 * mm, 180 * mm)


class Box(NamedTuple):
    left: float
    bottom: float
    wide: float
    high: float


def a4(tickets: Iterable[Facts]) -> bytes:
    return _document(tickets, A4, _a4_page)


def phone(tickets: Iterable[Facts]) -> bytes:
    return _document(tickets, PHONE, _phone_page)


def _document(tickets: Iterable[Facts], size: tuple[float, float], draw: Callable[[Canvas, Facts], None]) -> bytes:
    tickets = list(tickets)
    return document(_("Tickets for %(title)s") % {"title": tickets[0].title}, size, draw, tickets)


def _a4_page(sheet: Canvas, ticket: Facts) -> None:
    """The ticket fills the upper half, so that it folds at the middle; below it is how to get there."""
    left, bottom, wide, high = 10 * mm, 158.5 * mm, 190 * mm, 128.5 * mm
    strip, stub = 40 * mm, 62 * mm
    _art(sheet, ticket, Box(left, bottom, strip, high))
    inside = left + strip + 8 * mm
    room = wide - strip - stub - 16 * mm
    top = _head(sheet, ticket, Spot(inside, bottom + high - 12 * mm, room), (28, 24, 20, 16))
    pairs(sheet, _facts_of(ticket), Spot(inside, top - 9 * mm, room), 9.5)
    middle = left + wide - stub / 2
    _code(sheet, ticket, middle, bottom + high / 2 + 27 * mm, 45 * mm)
    _tear(sheet, left + wide - stub, bottom, bottom + high)
    sheet.setStrokeColor(LINE)
    sheet.rect(left, bottom, wide, high)
    sheet.setDash(1, 3)
    sheet.line(0, A4[1] / 2, 6 * mm, A4[1] / 2)
    sheet.line(A4[0] - 6 * mm, A4[1] / 2, A4[0], A4[1] / 2)
    sheet.setDash()
    _below(sheet, ticket, Spot(left, 136 * mm, wide))


def _phone_page(sheet: Canvas, ticket: Facts) -> None:
    wide, high = PHONE
    _art(sheet, ticket, Box(0, high - 16 * mm, wide, 16 * mm))
    room = wide - 16 * mm
    top = _head(sheet, ticket, Spot(8 * mm, high - 22 * mm, room), (20, 17, 14))
    pairs(sheet, _facts_of(ticket), Spot(8 * mm, top - 4 * mm, room), 8)
    _code(sheet, ticket, wide / 2, 79 * mm, 60 * mm)


def _facts_of(ticket: Facts) -> list[tuple[str, str]]:
    told = [
        (_("Where"), ticket.place),
        (_("Ticket"), ticket.tier),
        (_("Doors"), ticket.doors),
        (_("Holder"), ticket.holder or _("Not named yet")),
        (_("Age"), ticket.age),
    ]
    return [(name, value) for name, value in told if value]


def _head(sheet: Canvas, ticket: Facts, spot: Spot, sizes: tuple[int, ...]) -> float:
    """Write when, what and who; return where the writing ends."""
    top = written(sheet, letters.lines(ticket.when, STRONG, 9, spot.room, 1), spot, Type(STRONG, 9))
    size, lines = letters.largest(ticket.title, LOUD, sizes, spot.room, 3)
    top = written(sheet, lines, spot.at(top - size * 0.75), Type(LOUD, size, leading=1.08))
    return written(sheet, letters.lines(ticket.artist, PLAIN, 10, spot.room, 1), spot.at(top), Type(PLAIN, 10))


def _code(sheet: Canvas, ticket: Facts, middle: float, top: float, side: float) -> None:
    """Draw the code as squares, which no printer blurs, on white of its own; below it, its name."""
    size, runs = qr.squares(ticket.payload)
    square = side / size
    sheet.setFillColor(white)
    sheet.rect(middle - side / 2 - 4 * square, top - side - 4 * square, side + 8 * square, side + 8 * square, stroke=0, fill=1)
    sheet.saveState()
    sheet.setFillColor(black)
    sheet.translate(middle - side / 2, top)
    sheet.scale(square, -square)
    # In whole squares and in one go: written one by one, they take longer than all the rest of the page.
    sheet.addLiteral("\n".join(f"{left} {down} {count} 1 re" for left, down, count in runs) + "\nf")
    sheet.restoreState()
    sheet.setFillColor(black)
    sheet.setFont(STRONG, 9)
    sheet.drawCentredString(middle, top - side - 9 * mm, ticket.code)
    sheet.setFillColor(SOFT)
    sheet.setFont(PLAIN, 7)
    sheet.drawCentredString(middle, top - side - 13 * mm, _("The first scan counts"))


def _below(sheet: Canvas, ticket: Facts, spot: Spot) -> None:
    told = [
        (_("How to get there"), ", ".join(filter(None, [ticket.place, ticket.address]))),
        (_("Access"), ticket.access),
        (_("At the door"), _("Show the code, on paper or on a screen. It lets one person in, once. Keep it to yourself.")),
        (_("Always up to date"), ticket.url),
        (_("Promoter"), ticket.seller),
    ]
    for one in told:
        if one[1]:
            spot = spot.at(pair(sheet, one, spot, Type(PLAIN, 11), most=3) - 4 * mm)


def _tear(sheet: Canvas, where: float, bottom: float, top: float) -> None:
    sheet.setStrokeColor(LINE)
    sheet.setDash(1, 3)
    sheet.line(where, bottom + 4 * mm, where, top - 4 * mm)
    sheet.setDash()


def _art(sheet: Canvas, ticket: Facts, box: Box) -> None:
    """Fill a strip with moons in the poster's inks: the same event has the same ones."""
    left, bottom, wide, high = box
    ink = INKS[ticket.ink]
    sheet.setFillColor(HexColor(ink.ground))
    sheet.rect(left, bottom, wide, high, stroke=0, fill=1)
    dice, cell = sha256(str(ticket.seed).encode()).digest(), min(wide, high) / 2
    sheet.saveState()
    clip = sheet.beginPath()
    clip.rect(left, bottom, wide, high)
    sheet.clipPath(clip, stroke=0)
    for number in range(int(wide / cell + 0.99) * int(high / cell + 0.99)):
        across, up = divmod(number, int(high / cell + 0.99))
        throw = dice[number % 32]
        sheet.setFillColor(HexColor(ink.spot if throw % 5 == 0 else ink.print))
        _moon(sheet, left + across * cell, bottom + up * cell, cell, throw // 5 % 4, whole=throw % 3 == 0)
    sheet.restoreState()


def _moon(sheet: Canvas, left: float, bottom: float, cell: float, turn: int, *, whole: bool) -> None:
    if whole:
        sheet.circle(left + cell / 2, bottom + cell / 2, cell * 0.36, stroke=0, fill=1)
        return
    path = sheet.beginPath()
    right, up = left + cell * (turn in {1, 2}), bottom + cell * (turn in {2, 3})
    path.moveTo(right, up)
    path.arcTo(right - cell, up - cell, right + cell, up + cell, startAng=turn * 90, extent=90)
    path.close()
    sheet.drawPath(path, stroke=0, fill=1)
