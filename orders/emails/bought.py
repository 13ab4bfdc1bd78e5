"""The letters of buying: places are held, and here are the tickets."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.models import Order, Ticket
from orders.models.order import HOLDING
from ticketing.mail import EmailMessage, Letter
from ticketing.money import written

from .about import About, Words, about, letter_of, moment, plain

MANUAL = "manual"


def held(letter: EmailMessage) -> Letter:
    found = about(letter)
    order, title = found.order, {"title": found.event.title}
    if order.status not in HOLDING or order.expires_at is None:
        return letter_of(found, Words(_("Your order: %(title)s") % title, [_where_it_stands(order)]))
    until = {"until": moment(order.expires_at, found.event)}
    lines = [_("Your places are held until %(until)s. After that they go back on sale.") % until]
    notes = []
    if order.payment.provider == MANUAL:  # of the app to the left
        lines.append(_to_the_promoter(found))
        notes = [found.event.promoter.payment_text.strip()]
        if not notes[0]:
            seller = {"promoter": found.event.promoter.name, "email": found.event.promoter.contact_email}
            lines.append(_("How to pay, %(promoter)s tells you. Write to %(email)s.") % seller)
    else:
        lines.append(_("Pay on the page of your order. It shows how, and how much time is left."))
    heading, notes = _("Held for you: %(title)s") % title, [note for note in notes if note]
    closing = _("If you did not order anything, do nothing: without a payment nothing happens.")
    return letter_of(found, Words(heading, lines, _("Open your order"), notes, closing=closing, asks_for_money=True))


def tickets(letter: EmailMessage) -> Letter:
    found = about(letter)
    order = found.order
    if order.status != Order.Status.PAID:
        return letter_of(found, Words(_("Your order: %(title)s") % {"title": found.event.title}, [_where_it_stands(order)]))
    valid = [ticket for ticket in order.tickets.all() if ticket.status != Ticket.Status.CANCELLED]
    heading = ngettext("Your ticket: %(title)s", "Your tickets: %(title)s", len(valid)) % {"title": found.event.title}
    lines = [
        _("Show the code at the door, on your phone or on paper. It is let in once, so pass on only what you give away."),
        _("On the page of your order you can name and pass on each seat, and see what comes back if you cannot come."),
    ]
    # Who holds what was passed on, is no longer the buyer's to read.
    seats = [f"{ticket.code}  {'' if ticket.transfers else plain(ticket.holder_name)}".strip() for ticket in valid]
    return letter_of(found, Words(heading, lines, _("See your tickets"), ["\n".join(seats)], brings_tickets=True))


def _to_the_promoter(found: About) -> str:
    order = found.order
    words = {"total": written(order.total, order.currency), "promoter": found.event.promoter.name, "reference": order.reference}
    return _("Pay %(total)s to %(promoter)s, and write %(reference)s with it. Your tickets come by mail when the payment is seen.") % words


def _where_it_stands(order: Order) -> str:
    said = {
        Order.Status.PAID: _("It is paid. The tickets are on its page."),
        Order.Status.EXPIRED: _("Its time is over, and its places went back on sale. If you have paid, write to the promoter."),
        Order.Status.CANCELLED: _("It was cancelled, so there is nothing to pay."),
    }
    return str(said.get(Order.Status(order.status), _("It waits for your payment.")))
