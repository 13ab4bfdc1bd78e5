"""The ground floor's letters."""

from django.utils.translation import gettext as _

from .mail import EmailMessage, Letter


def demo_letter(letter: EmailMessage) -> Letter:
    return Letter(subject=_("A letter from your demo"), template="emails/ticketing/demo_letter")
