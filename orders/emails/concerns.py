"""Letters between buyer and seller. What they wrote is shown as it was typed, without links."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from orders.models import Concern
from ticketing.mail import EmailMessage, Letter

from .about import plain


def concern_raised(letter: EmailMessage) -> Letter:
    concern = _concern(letter)
    order = concern.order
    heading = _("Something is wrong with order %(reference)s") % {"reference": order.reference}
    return _letter(heading, concern.words, order.event.title, url=reverse("orders:answer", args=[concern.pk]), label=_("Answer"))


def concern_answered(letter: EmailMessage) -> Letter:
    concern = _concern(letter)
    order = concern.order
    heading = _("%(name)s has answered you") % {"name": order.event.promoter.name}
    label = _("Your order")
    return _letter(heading, concern.answer, order.event.title, url=reverse("payments:order", args=[order.secret]), label=label)


def _concern(letter: EmailMessage) -> Concern:
    return Concern.objects.select_related("order__event__promoter").get(pk=letter.subject_id)


def _letter(heading: str, words: str, about: str, *, url: str, label: str) -> Letter:
    context = {"heading": heading, "words": plain(words), "about": about, "url": settings.SITE_URL + url, "label": label}
    return Letter(subject=heading, template="emails/orders/concern", context=context)
