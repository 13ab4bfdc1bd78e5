"""The letters about orders that ended. A letter's kind, `payments.<name>`, is a name in here."""

from decimal import Decimal

from django.utils.translation import gettext as _

from orders.emails.about import About, Words, about, letter_of, plain
from ticketing.mail import EmailMessage, Letter
from ticketing.money import written

from . import owed


def cancelled(letter: EmailMessage) -> Letter:
    found = about(letter)
    title = {"title": found.event.title}
    heading = _("Cancelled: %(title)s") % title
    if found.ticket:
        return letter_of(
            found,
            Words(heading, [_("The ticket that was passed on to you was cancelled. It opens the door no more.")], _("See the ticket")),
        )
    by_buyer = letter.details.get("by_buyer", True)
    lines = [_("Your order was cancelled, as you asked.") if by_buyer else _called_off(found)]
    if letter.details.get("was_paid", True):
        lines.append(_("Its tickets open the door no more."))
    else:
        lines.append(_("Do not pay it any more. If you have paid, write to the promoter."))
    lines += _money(found, letter) if letter.details.get("was_paid") else []
    reason = plain(found.order.cancel_reason).strip()
    return letter_of(found, Words(heading, lines, notes=[reason] if reason else []))


def seat_cancelled(letter: EmailMessage) -> Letter:
    found = about(letter)
    heading = _("One seat cancelled: %(title)s") % {"title": found.event.title}
    lines = [_("One seat of your order was given back. The others stay valid."), *_money(found, letter)]
    reason = plain(letter.details.get("reason", ""))
    return letter_of(found, Words(heading, lines, notes=[reason] if reason else []))


def _called_off(found: About) -> str:
    if found.event.cancelled_at:
        return _("The event was called off, and your order with it.")
    return _("%(promoter)s cancelled your order.") % {"promoter": found.event.promoter.name}


def _money(found: About, letter: EmailMessage) -> list[str]:
    order, refund = found.order, Decimal(letter.details.get("refund", "0"))
    if refund:
        words = {"refund": written(refund, order.currency), "promoter": found.event.promoter.name}
        return [_("%(refund)s comes back to you. %(promoter)s sees to it, and writes to you if anything is unclear.") % words]
    if not order.total:
        return []
    return [" ".join([_("Nothing comes back, by the rules under which you bought."), owed.policy(order).words()])]
