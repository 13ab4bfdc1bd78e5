"""Letters about the address that an order's letters go to."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from orders.actions.address import read_token
from orders.models import Order
from ticketing.mail import EmailMessage, Letter


def confirm_email(letter: EmailMessage) -> Letter:
    order = Order.objects.select_related("event").get(pk=letter.subject_id)
    words = {"reference": order.reference, "title": order.event.title, "email": read_token(letter.secret).email}
    return _letter(
        _("Another address for %(title)s?") % words,
        _("Somebody who has the link of order %(reference)s wants its letters sent to %(email)s instead.") % words,
        _("Nothing changes until you confirm it here. The link works for one day, and once. If this was not you, do nothing."),
        url=reverse("orders:confirm-email", args=[letter.secret]),
        label=_("See what would change"),
    )


def moved_away(letter: EmailMessage) -> Letter:
    order = Order.objects.select_related("event__promoter").get(pk=letter.subject_id)
    words = {"reference": order.reference, "title": order.event.title, "contact": order.event.promoter.contact_email}
    return _letter(
        _("Letters for %(title)s go elsewhere now") % words,
        _("Whoever had the link of order %(reference)s gave another address. Links and codes in earlier letters open nothing any more.")
        % words,
        _("If this was not you, write to %(contact)s.") % words,
    )


def _letter(heading: str, *lines: str, url: str = "", label: str = "") -> Letter:
    context = {"heading": heading, "lines": lines, "url": f"{settings.SITE_URL}{url}" if url else "", "label": label}
    return Letter(subject=heading, template="emails/accounts/letter", context=context)
