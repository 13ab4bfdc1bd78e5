"""The links of orders are mailed to whoever asks with the address that they were bought with."""

from django.db import transaction

from accounts.models import User
from ticketing import mail
from ticketing.bases import uuid7


@transaction.atomic
def send_links(*, email: str, language: str) -> None:
    """Owe the address one letter: the links of its orders, or the word that there are none.

    What there is, is looked up when the letter is written, so that the asking tells nobody anything.
    Locks: nothing. How often one may ask, the door limits.
    """
    mail.queue(kind="orders.links", subject=User(email=email), to=email, language=language, occasion=uuid7().hex)
