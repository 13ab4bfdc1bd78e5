"""How all letters of this app are made."""

from django.conf import settings

from ticketing.mail import Letter


def letter(heading: str, *lines: str, label: str = "", to: str = "", code: str = "") -> Letter:
    """Write a letter that may lead to the path `to`, with this label.

    Its address is never the request's: whoever asks for a letter must not choose where its link leads.
    """
    context = {"heading": heading, "lines": lines, "label": label, "url": settings.SITE_URL + to if to else "", "code": code}
    return Letter(subject=heading, template="emails/accounts/letter", context=context)
