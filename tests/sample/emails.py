"""The sample's letters."""

from ticketing.mail import Letter


def lit(letter):
    return Letter(subject="Your lamp\nis lit", template="emails/ticketing/demo_letter", attachments=[("lamp.txt", b"lit", "text/plain")])
