"""The first words of an order that is paid in USDT: what to do or what has happened, and what comes next."""

from django.utils.translation import gettext as _

from orders.models import Order

from .panel import CHECKING, CLOSED, DOUBTED, REVIEW, SHORT, WAITING, Usdt

Words = tuple[str, str]


def headings(panel: Usdt, until: str, seller: str) -> Words | None:
    """Return heading and lead; None where the way of paying has no say in it."""
    words = {"left": panel.remaining, "token": panel.token, "until": until, "name": seller}
    if panel.takes_money and not panel.address:
        return _("Do not pay yet"), _("Something is wrong with the address of this order, so we do not show it.")
    if panel.mode == WAITING:
        return _("Send %(left)s %(token)s") % words, _("Your tickets are held until %(moment)s.") % {"moment": until}
    if panel.mode == SHORT:
        lead = _("What came is safe, and your tickets are held until %(until)s.")
        return _("Send %(left)s %(token)s more") % words, lead % words
    if panel.mode == CHECKING:
        lead = _("We look through the network up to the last minute. Whoever sent in time gets the tickets; this page shows it by itself.")
        return _("The time to pay is over"), lead
    if panel.mode == DOUBTED:
        lead = _(
            "Your payment fell out of it for now. That happens, and it mostly comes back within minutes. "
            "Until then the tickets do not open the door. You need not do anything."
        )
        return _("The network took a step back"), lead
    if panel.mode == REVIEW:
        return _review(panel, seller)
    if panel.mode == CLOSED and panel.facts.order.status == Order.Status.EXPIRED:
        return _("The hold has ended"), _("No money came in time, so the tickets went back on sale.")
    return None


def _review(panel: Usdt, seller: str) -> Words:
    facts = panel.facts
    words = {"got": panel.received, "due": panel.due, "token": panel.token, "name": seller}
    back = _("%(got)s %(token)s of yours are here, and not lost. %(name)s sees to it that they go back, and writes to you.") % words
    decides = _("%(name)s sees to it and writes to you: you get the tickets, if there are any left, or your money back.") % words
    if facts.order.event.cancelled_at:
        return _("This event is cancelled"), back
    if facts.order.status == Order.Status.CANCELLED:
        return _("Your money came after the order was cancelled") if facts.came_after_all else _("Cancelled"), back
    if facts.is_on_time:
        return _("Your money came in time, but we saw it late"), _("The places could not be kept so long. %(decides)s") % {
            "decides": decides
        }
    if facts.money.is_enough:
        return _("Your money came after the hold had ended"), decides
    came = _("%(got)s of %(due)s %(token)s came. Nothing is lost.") % words
    return _("Not all of the money came in time"), f"{came} {decides}"
