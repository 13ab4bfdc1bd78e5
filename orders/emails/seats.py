"""The letters of seats that change hands."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from orders import attachments
from orders.models import Ticket
from orders.papers.facts import place, when
from ticketing.mail import EmailMessage, Letter


def seat_passed_on(letter: EmailMessage) -> Letter:
    ticket = _ticket(letter)
    return _letter(
        letter,
        ticket,
        _("You have a ticket: %(title)s") % {"title": ticket.event.title},
        _("Somebody passed it on to you. It is yours alone now: the code that they had opens no door any more."),
    )


def seat_reissued(letter: EmailMessage) -> Letter:
    ticket = _ticket(letter)
    return _letter(
        letter,
        ticket,
        _("Your new ticket: %(title)s") % {"title": ticket.event.title},
        _("The promoter issued it again. Use this one: the code that you had before opens no door any more."),
    )


def seat_given_away(letter: EmailMessage) -> Letter:
    ticket = _ticket(letter)
    heading = _("A ticket was passed on: %(title)s") % {"title": ticket.event.title}
    lines = [
        _("Ticket %(code)s has a new holder, and its old code opens no door any more.") % {"code": ticket.code},
        _("If that was not you, write to the promoter at once: %(email)s.") % {"email": ticket.event.promoter.contact_email},
    ]
    return Letter(subject=heading, template="emails/accounts/letter", context={"heading": heading, "lines": lines})


def _ticket(letter: EmailMessage) -> Ticket:
    return Ticket.objects.select_related("event__promoter", "tier", "order").get(pk=letter.subject_id)


def _letter(letter: EmailMessage, ticket: Ticket, heading: str, line: str) -> Letter:
    is_newest = letter.secret == ticket.secret
    context = {
        "heading": heading,
        "lines": [when(ticket.event), place(ticket.event), f"{ticket.tier.name}, {ticket.code}", line],
        "url": settings.SITE_URL + reverse("seats:ticket", args=[letter.secret]),
        "label": _("Your ticket"),
    }
    files = attachments.of_ticket(ticket) if is_newest else []
    return Letter(subject=heading, template="emails/accounts/letter", context=context, attachments=files)
