"""An order's money is looked at, and what follows from it is done: one transaction a payment."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, Value

from orders.models import Order
from payments import amounts
from payments.models import ChainCursor, Payment, Provider, Quote, State, Transfer
from payments.standing import GRACE

from .facts import Facts, cursor_of, facts_of
from .rows import ROWS

BATCH = 200
# Nobody need touch these for them to be looked at.
FOUND_BY_STATE = Q(state=State.CONFIRMING) | Q(state=State.REVIEW, order__status=Order.Status.PAID)


@transaction.atomic
def judge(*, payment_id: UUID, at: datetime, vouched: Collection[UUID] = (), denied: Collection[UUID] = ()) -> list[str]:
    """Do what the table says, until it says nothing more; return the rows. Judging twice is judging once.

    `vouched` are the transfers that a second node has confirmed, `denied` those that none ever will. A row that waits for others is
    looked at again.
    Locks: the payment, unless somebody has it: then it is looked at again later; what the deeds lock.
    """
    payment = Payment.objects.filter(pk=payment_id, provider=Provider.USDT).locked(skip=True).first()
    done: list[str] = []
    while payment is not None:
        facts = facts_of(payment, at=at, vouched=vouched)
        fitting = [row for row in ROWS if row.name not in done and row.fits(facts)]
        row = next((row for row in fitting if facts.is_vouched(row.evidence(facts))), None)
        if row is None:
            waits = any(one.pk not in denied for row in fitting for one in row.evidence(facts) if one.pk not in facts.vouched)
            touched = _now(facts) if waits and not _is_found_by_state(facts) else None
            Payment.objects.filter(pk=payment_id).exclude(touched_height=touched).update(touched_height=touched)
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
    # By the time of the last look, for heights of two chains cannot be compared: whoever waits lets the others go first.
    found = [ours.filter(touched_height__isnull=False).order_by("updated_at")]
    if newest := ChainCursor.objects.aggregate(at=Max("at"))["at"]:
        overdue = ours.filter(order__status=Order.Status.PENDING, order__expires_at__lt=newest - GRACE)
        # What a chain that was not read so far may still bring is waited for, and by nobody else.
        unread = Q(chain__cursor=None) | Q(chain__cursor__at__lte=OuterRef("order__expires_at") + Value(GRACE))
        found.append(overdue.exclude(Exists(Quote.objects.filter(unread, payment=OuterRef("pk")))).order_by("order__expires_at"))
    return list(dict.fromkeys(pk for rows in found for pk in rows.values_list("pk", flat=True)[:most]))


def to_vouch(*, chain_id: UUID, at: datetime) -> list[tuple[Facts, list[Transfer]]]:
    """Return whose money on this chain needs only that a second node says the same, with what it is to say; or waits too long for it.

    Locks: nothing.
    """
    ours = Payment.objects.filter(provider=Provider.USDT, quotes__chain=chain_id).distinct().order_by("updated_at")
    found = [
        ours.filter(_deep_enough(chain_id), state=State.CONFIRMING),
        ours.filter(state=State.REVIEW, order__status=Order.Status.PAID),
        ours.filter(touched_height__isnull=False).exclude(FOUND_BY_STATE),
    ]
    payments = {payment.pk: payment for rows in found for payment in rows[:BATCH]}
    asked = [(facts, _evidence(facts, chain_id)) for payment in payments.values() for facts in [facts_of(payment, at=at)]]
    ready = [(facts, evidence) for facts, evidence in asked if evidence or (facts.is_stalled and facts.quote.chain_id == chain_id)]
    return sorted(ready, key=lambda pair: len(pair[1]))  # whoever pays in hundreds of parts holds up no other


def _is_found_by_state(facts: Facts) -> bool:
    return facts.payment.state == State.CONFIRMING or facts.stands(Order.Status.PAID, State.REVIEW)


def _evidence(facts: Facts, chain_id: UUID) -> list[Transfer]:
    evidence = dict.fromkeys(one for row in ROWS if row.fits(facts) for one in row.evidence(facts))
    return [one for one in evidence if one.chain_id == chain_id]


def _deep_enough(chain_id: UUID) -> Q:
    """Leave out whose money is young: hundreds that wait until final would be read before each that is ready."""
    cursor = ChainCursor.objects.select_related("chain").get(chain=chain_id)
    chain = cursor.chain
    small, large = (cursor.final_number if depth is None else cursor.number - depth + 1 for depth in (chain.small_depth, chain.large_depth))
    large = max(large, cursor.number - 2 * chain.final_depth - 1)  # whoever waits so long is stalled, whatever the chain calls final
    standing = Transfer.objects.standing().filter(chain=chain_id, address=OuterRef("address"))
    is_small = Q(pk__in=[])
    for token in chain.tokens.filter(accepted=True):
        is_small |= Q(token=token, due__lte=amounts.atomic(chain.small_amount, token.decimals))
    small_quote = Exists(Quote.objects.filter(is_small, chain=chain_id, payment=OuterRef("pk")))
    return Q(small_quote, Exists(standing.filter(block_number__lte=small))) | Q(Exists(standing.filter(block_number__lte=large)))


def _now(facts: Facts) -> int:
    """Return a height by which whoever still waits is asked for after the others."""
    cursor = cursor_of(facts.quote.chain)
    return cursor.number if cursor else 0
