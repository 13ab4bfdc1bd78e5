"""An order's money is looked at, and what follows from it is done: one transaction a payment."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, Value

from orders.models import Order
from payments.models import ChainCursor, Payment, Provider, Quote, State
from payments.standing import GRACE

from .facts import Facts, facts_of
from .rows import ROWS

BATCH = 200


@transaction.atomic
def judge(*, payment_id: UUID, at: datetime, vouched: Iterable[UUID] = ()) -> list[str]:
    """Do what the table says, until it says nothing more; return the rows. Judging twice is judging once.

    `vouched` are the transfers that a second node has confirmed: without them, nothing is settled.
    Locks: the payment, unless somebody has it: then it is looked at again later; what the deeds lock.
    """
    payment = Payment.objects.filter(pk=payment_id, provider=Provider.USDT).locked(skip=True).first()
    done: list[str] = []
    while payment is not None:
        facts = facts_of(payment, at=at, vouched=vouched)
        row = next((row for row in ROWS if row.name not in done and row.fits(facts)), None)
        if row is None:
            Payment.objects.filter(pk=payment_id, touched_height__isnull=False).update(touched_height=None)
            break
        row.deed(facts, {"row": row.name})
        done.append(row.name)
        payment = Payment.objects.get(pk=payment_id)
    return done


def to_judge(*, most: int = BATCH) -> list[UUID]:
    """Return the payments whose money may have changed, or whose time is over on the chain's own clock.

    One question for each reason, since each has its index; asked as one, all that wait would be looked at.
    """
    ours = Payment.objects.filter(provider=Provider.USDT)
    found = [
        ours.filter(touched_height__isnull=False).order_by("touched_height"),
        ours.filter(state=State.REVIEW, order__status=Order.Status.PAID).order_by("pk"),
    ]
    if newest := ChainCursor.objects.aggregate(at=Max("at"))["at"]:
        overdue = ours.filter(order__status=Order.Status.PENDING, order__expires_at__lt=newest - GRACE)
        # What a chain that was not read so far may still bring is waited for, and by nobody else.
        unread = Q(chain__cursor=None) | Q(chain__cursor__at__lte=OuterRef("order__expires_at") + Value(GRACE))
        found.append(overdue.exclude(Exists(Quote.objects.filter(unread, payment=OuterRef("pk")))).order_by("order__expires_at"))
    return list(dict.fromkeys(pk for rows in found for pk in rows.values_list("pk", flat=True)[:most]))


def nearly_settled(*, chain_id: UUID, at: datetime) -> list[Facts]:
    """Return what is deep enough on this chain, and needs only that a second node says the same; or waits too long for it.

    Locks: nothing.
    """
    payments = Payment.objects.filter(state=State.CONFIRMING, provider=Provider.USDT, quotes__chain=chain_id).distinct()
    found = [facts_of(payment, at=at) for payment in payments.order_by("pk")[:BATCH]]
    ready = [facts for facts in found if facts.quote.chain_id == chain_id and (facts.money.is_believed or facts.is_stalled)]
    return sorted(ready, key=lambda facts: len(facts.money.needed))  # whoever pays in hundreds of parts holds up no other
