"""The letters about money and about orders that ended. A letter's kind, `payments.<name>`, is a name in here."""

from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.emails.letter import letter as letter_to_staff
from orders.emails.about import About, Words, about, letter_of, moment, plain
from ticketing.mail import EmailMessage, Letter
from ticketing.money import in_full, written

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


def seen(letter: EmailMessage) -> Letter:
    lines = [
        _("%(got)s %(token)s came on %(chain)s. It is being confirmed there, mostly within minutes; then the tickets come by mail."),
        _("You need not do anything. Please do not send anything more."),
    ]
    return _of_money(letter, _("Payment seen: %(title)s"), lines)


def short(letter: EmailMessage) -> Letter:
    lines = [
        _("%(got)s of %(due)s %(token)s came. Exchanges often take their fee out of what is sent. What came is safe."),
        _("Please send exactly %(left)s %(token)s more on %(chain)s until %(until)s. The address is on the page of your order."),
    ]
    return _of_money(letter, _("%(left)s %(token)s are missing: %(title)s"), lines, asks_for_money=True)


def too_little(letter: EmailMessage) -> Letter:
    lines = [
        _("%(got)s of %(due)s %(token)s came before the time was over, so the places went back on sale. What came is not lost."),
        _("Within a day you can send the rest: the page of your order says how much. If places are left, they are yours."),
        _("Or write to %(promoter)s at %(email)s, and have your money sent back."),
    ]
    return _of_money(letter, _("Not all of the money came in time: %(title)s"), lines)


def too_late(letter: EmailMessage) -> Letter:
    lines = [
        _("%(got)s %(token)s came when the places had gone back on sale. It is not lost."),
        _("%(promoter)s sees to it and writes to you: you get the tickets, if there are any left, or your money back."),
    ]
    return _of_money(letter, _("Your money came after the hold had ended: %(title)s"), lines)


def no_places(letter: EmailMessage) -> Letter:
    lines = [
        _("%(got)s %(token)s came in time, but we saw it too late to keep the places. It is not lost, and it was not your fault."),
        _("%(promoter)s sees to it and writes to you: you get the tickets, if there are any left, or your money back."),
    ]
    return _of_money(letter, _("Your money came in time, but we saw it late: %(title)s"), lines)


def for_nothing(letter: EmailMessage) -> Letter:
    lines = [_("%(got)s %(token)s came for an event that was called off. It is not lost: %(promoter)s sees to it and writes to you.")]
    return _of_money(letter, _("This event is cancelled: %(title)s"), lines)


def after_cancelling(letter: EmailMessage) -> Letter:
    lines = [_("%(got)s %(token)s came for an order that was cancelled. It is not lost: %(promoter)s sees to it and writes to you.")]
    return _of_money(letter, _("Your money came after the order was cancelled: %(title)s"), lines)


def doubted(letter: EmailMessage) -> Letter:
    lines = [
        _("The network took a step back, and your payment fell out of it. It mostly comes back by itself within minutes."),
        _("Until then your tickets do not open the door. You need not do anything: we write when they open it again."),
    ]
    return _of_money(letter, _("Your tickets are paused: %(title)s"), lines)


def trusted(letter: EmailMessage) -> Letter:
    again = _("Your payment is in the network again, and certain. Your tickets are valid as before.")
    by_hand = _("A person has looked at it, and your order counts as paid. Your tickets are valid as before.")
    lines = [by_hand if letter.occasion else again]
    return _of_money(letter, _("Your tickets open the door again: %(title)s"), lines)


def overpaid(letter: EmailMessage) -> Letter:
    lines = [
        _("%(excess)s %(token)s more than needed came. It is yours, and your order is not touched by it."),
        _("Write to %(promoter)s at %(email)s where to send it. Nobody sends it back to where it came from: that may be an exchange."),
    ]
    return _of_money(letter, _("More came than was needed: %(title)s"), lines)


def chain_switched(owed: EmailMessage) -> Letter:
    """Tell who answers for the site; it is nobody's order."""
    if owed.details["on"]:
        heading = _("Money is taken on %(name)s from now on")
        effect = _("Somebody with access to the server switched it on. If that was nobody of you, switch it off and look into it.")
    else:
        heading = _("No money is taken on %(name)s any more")
        effect = _("The site reads it until the orders that wait for money there have ended. What is sent there later, nobody sees.")
    number = _("It is the chain with the number %(number)s.") % owed.details
    return letter_to_staff(heading % owed.details, number, effect, label=_("See the chains"), to=reverse("admin:payments_chain_changelist"))


def _of_money(letter: EmailMessage, heading: str, lines: list[str], *, asks_for_money: bool = False) -> Letter:
    found = about(letter)
    seller, until = found.event.promoter, found.order.expires_at
    said = {
        **letter.details,
        **{name: in_full(Decimal(letter.details[name])) for name in ("got", "due", "excess")},
        "title": found.event.title,
        "promoter": seller.name,
        "email": seller.contact_email,
        "until": moment(until, found.event) if until else "",
    }
    return letter_of(found, Words(heading % said, [line % said for line in lines], asks_for_money=asks_for_money))


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
