"""The letters about money: what came of it, and what goes back."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

from accounts.models import User
from orders.actions.letters import lock_mailboxes, locked_mailbox, owe, owe_holders, owe_holders_sparingly, owe_sparingly
from orders.models import Order, Ticket
from payments.amounts import digits
from payments.models import Chain
from ticketing import mail

from .facts import Facts


def of_money(facts: Facts, kind: str, *, occasion: str = "") -> None:
    """Owe the buyer the news of what became of the money, once for each kind and occasion, with the amounts of this moment."""
    quote, money = facts.quote, facts.money
    said = {"got": money.seen, "due": money.due, "left": max(0, money.due - money.seen), "excess": facts.excess}
    details: dict[str, str] = {name: digits(units, quote.token.decimals) for name, units in said.items()}
    owe(facts.order, f"payments.{kind}", occasion=occasion, details={**details, "token": quote.token.label, "chain": quote.chain.name})


def chain_switched(chain: Chain, *, at: datetime) -> None:
    """Owe every superadmin the news that money is taken on a chain, or no more: whoever did it may not be one of them."""
    details = {"name": chain.name, "number": chain.number, "on": chain.enabled}
    for user in User.objects.filter(is_superuser=True, is_active=True).order_by("pk"):
        occasion = f"{user.pk.hex[-12:]} {at:%Y-%m-%dT%H:%M:%S}"
        words: dict[str, Any] = {"kind": "payments.chain_switched", "subject": chain, "occasion": occasion, "details": details}
        mail.queue(**words, to=user.email, language=settings.LANGUAGE_CODE)


def cancelled(order: Order, refund: Decimal, *, at: datetime, by_buyer: bool = False) -> None:
    """Owe buyer and holders the news, before the places are given back. The caller knows that the order was live.

    Locks: of what was free, the order, then the mailboxes, as whoever moves an order or passes a ticket on does.
    """
    occasion = f"{at:%Y-%m-%dT%H:%M:%S}"
    details = {"refund": str(refund), "by_buyer": by_buyer, "was_paid": order.status == Order.Status.PAID}
    tickets = order.tickets.exclude(status=Ticket.Status.CANCELLED)
    if by_buyer and not order.total:
        # Whoever may place such orders for any address, and name any holder, may cancel them, too.
        order = Order.objects.locked().get(pk=order.pk)
        lock_mailboxes(order.buyer_email, *{ticket.holder_email for ticket in tickets})
        owe_sparingly(order, "payments.cancelled", mailbox=locked_mailbox(order.buyer_email), occasion=occasion)
        owe_holders_sparingly(order, "payments.cancelled", tickets=tickets, occasion=occasion)
        return
    owe(order, "payments.cancelled", occasion=occasion, details=details)
    owe_holders(order, "payments.cancelled", tickets=tickets, occasion=occasion, details=details)


def free_seat_cancelled(order: Order, ticket: Ticket) -> None:
    """Owe the holder the news of a seat that cost nothing and that the buyer gave back, who knows. Locks: the order, then the mailbox."""
    Order.objects.locked().get(pk=order.pk)
    owe_holders_sparingly(order, "payments.cancelled", tickets=[ticket], occasion="seat")


def seat_cancelled(order: Order, ticket: Ticket, refund: Decimal, *, reason: str = "") -> None:
    """Owe buyer and holder the news of one seat, once."""
    kind, details = "payments.seat_cancelled", {"refund": str(refund), "reason": reason}
    mail.queue(kind=kind, subject=ticket, to=order.buyer_email, language=order.language, details=details)
    owe_holders(order, "payments.cancelled", tickets=[ticket], occasion="seat")
