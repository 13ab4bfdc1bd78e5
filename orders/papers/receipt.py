"""A receipt on paper: who sold what to whom, and what it came to."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from . import letters
from .letters import LOUD, PLAIN, STRONG
from .sheets import A4, LINE, SOFT, Spot, Type, document, pairs, written

LEFT, RIGHT, BOTTOM = 22 * mm, 188 * mm, 24 * mm
NUMBER, PRICE = 122 * mm, 155 * mm  # where these columns end; the sum ends at the right


@dataclass(frozen=True)
class Receipt:
    heading: str
    reference: str
    facts: Sequence[tuple[str, str]]
    lines: Sequence[tuple[str, str, str, str]]  # what, how many, at what price, altogether
    sums: Sequence[tuple[str, str]]  # the total is the last
    after: Sequence[tuple[str, str]]  # what came back since
    note: str = ""


def draw(receipt: Receipt) -> bytes:
    return document(f"{receipt.heading} {receipt.reference}", A4, _page, [receipt])


def _page(sheet: Canvas, receipt: Receipt) -> None:
    """Write it downwards; what does not fit goes on over the page."""
    room = RIGHT - LEFT
    top = written(sheet, [receipt.heading], Spot(LEFT, A4[1] - 22 * mm, room), Type(LOUD, 26))
    top = written(
        sheet, [f"{pgettext('purchase', 'Order')} {receipt.reference}"], Spot(LEFT, top - 1 * mm, room), Type(PLAIN, 11, color=SOFT)
    )
    top = pairs(sheet, list(receipt.facts), Spot(LEFT, top - 8 * mm, room), 10, most=4)
    top = _row(sheet, (_("Ticket"), pgettext("how many", "Number"), _("Price"), _("Sum")), top - 6 * mm, Type(PLAIN, 8, color=SOFT))
    for line in receipt.lines:
        top = _row(sheet, line, _space(sheet, top), Type(PLAIN, 10))
    _rule(sheet, top - 3 * mm)
    top -= 4 * mm
    for number, (name, amount) in enumerate([*receipt.sums, *receipt.after], start=1):
        font = STRONG if number == len(receipt.sums) else PLAIN
        top = _row(sheet, (name, "", "", amount), _space(sheet, top), Type(font, 10))
    written(sheet, letters.lines(receipt.note, PLAIN, 10, room, 4), Spot(LEFT, _space(sheet, top - 6 * mm), room), Type(PLAIN, 10))


def _row(sheet: Canvas, cells: tuple[str, str, str, str], top: float, kind: Type) -> float:
    what, *figures = cells
    room = (NUMBER if cells[1] else PRICE) - LEFT - 18 * mm
    end = written(sheet, letters.lines(what, kind.font, kind.size, room, 2), Spot(LEFT, top, room), kind)
    for figure, right in zip(figures, (NUMBER, PRICE, RIGHT), strict=True):
        sheet.drawRightString(right, top - kind.size * kind.leading + kind.size * 0.3, figure)
    return end - 1.5 * mm


def _rule(sheet: Canvas, top: float) -> None:
    sheet.setStrokeColor(LINE)
    sheet.line(LEFT, top, RIGHT, top)


def _space(sheet: Canvas, top: float) -> float:
    """Return where the next line begins: here, or on another page."""
    if top > BOTTOM:
        return top
    sheet.showPage()
    return A4[1] - 22 * mm
