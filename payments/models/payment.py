"""How an order is paid, and how far that has come."""

from typing import Any, Self

from django.db import models
from django.db.models import CheckConstraint, Index, Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.models.order import HOLDING
from ticketing.bases import Row
from ticketing.querysets import RowQuerySet

from .address import PaymentAddress


class Provider(models.TextChoices):
    USDT = "usdt", _("USDT")
    FREE = "free", _("free")
    MANUAL = "manual", _("paid to the promoter")
    COMP = "comp", _("given by the promoter")


class State(models.TextChoices):
    AWAITING = "awaiting", _("nothing seen yet")
    PARTIAL = "partial", _("a part has come")
    CONFIRMING = "confirming", _("seen, not yet certain")
    SETTLED = "settled", _("settled")
    REVIEW = "review", _("a person must look")
    REFUNDING = "refunding", _("going back")
    REFUNDED = "refunded", _("gone back")


# To these nobody was ever shown an address, so no money can be under way that we would have to wait for.
WITHOUT_ADDRESS = (Provider.FREE, Provider.MANUAL, Provider.COMP)


FACTS = ("is_under", "is_over", "is_late", "is_reorged")


class PaymentQuerySet(RowQuerySet):
    """What waits for a person, in lists and errands alike."""

    def to_promoter(self) -> Self:
        return self.filter(provider=Provider.MANUAL, state=State.AWAITING, order__status=Order.Status.PENDING)

    def without_tickets(self) -> Self:
        return self.filter(state=State.REVIEW).exclude(order__status=Order.Status.PAID)

    def awaited(self) -> Self:
        """Return what holds places until its chains were read."""
        states = (State.AWAITING, State.PARTIAL, State.CONFIRMING)
        return self.filter(provider=Provider.USDT, state__in=states, order__status__in=HOLDING)

    def doubted(self) -> Self:
        """Return what had paid for tickets, and fell out of its chain again."""
        return self.filter(state=State.REVIEW, order__status=Order.Status.PAID)

    def to_go_back(self) -> Self:
        return self.filter(state=State.REFUNDING)

    def over(self) -> Self:
        return self.filter(is_over=True)


class Payment(Row):
    """One for each order. Which of its states go with which status of the order, a trigger holds at each commit."""

    Provider, State = Provider, State
    STATUS_FIELD = "state"
    NAMED_BY = ("order",)  # read with it where many are named

    TRANSITIONS = {
        State.AWAITING: {State.PARTIAL, State.CONFIRMING, State.SETTLED, State.REVIEW},
        State.PARTIAL: {State.AWAITING, State.CONFIRMING, State.SETTLED, State.REVIEW},
        State.CONFIRMING: {State.AWAITING, State.PARTIAL, State.SETTLED, State.REVIEW},
        State.SETTLED: {State.REVIEW, State.REFUNDING},
        State.REVIEW: {State.AWAITING, State.CONFIRMING, State.SETTLED, State.REFUNDING},
        State.REFUNDING: {State.REFUNDED, State.REVIEW},
        State.REFUNDED: {State.REVIEW},
    }

    # Django's foreign keys are looked at when the transaction ends: the payment is written before its order.
    order = models.OneToOneField(Order, models.PROTECT, related_name="payment", verbose_name=_("order"))
    provider = models.CharField(_("way"), max_length=10, choices=Provider)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.AWAITING, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    by_hand = models.BooleanField(_("settled by hand"), default=False, editable=False)  # reports say so
    by_hand_because = models.CharField(_("settled by hand because"), max_length=500, blank=True, editable=False)

    address = models.OneToOneField(
        PaymentAddress, models.PROTECT, null=True, blank=True, related_name="payment", verbose_name=_("address"), editable=False
    )
    # Facts of the money, each for itself; they can be true together.
    is_under = models.BooleanField(_("settled with a little less"), default=False, editable=False)
    is_over = models.BooleanField(_("more than was due"), default=False, editable=False)
    is_late = models.BooleanField(_("after the deadline"), default=False, editable=False)
    is_reorged = models.BooleanField(_("fell out of the chain once"), default=False, editable=False)
    touched_height = models.BigIntegerField(null=True, blank=True, editable=False)  # somebody must look at its money anew

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("payment"), _("payments")
        constraints = [
            CheckConstraint(
                condition=Q(provider__in=["usdt", "free", "manual", "comp"]),
                name="payment_provider_known",
                violation_error_message=_("This way to pay is not known."),
            ),
            CheckConstraint(
                condition=Q(state__in=["awaiting", "partial", "confirming", "settled", "review", "refunding", "refunded"]),
                name="payment_state_known",
                violation_error_message=_("This state is not known."),
            ),
            CheckConstraint(
                condition=~Q(state="settled") | Q(confirmed_at__isnull=False),
                name="settled_payment_says_when",
                violation_error_message=_("A settled payment has the time at which it was."),
            ),
            CheckConstraint(
                condition=Q(by_hand=True) & ~Q(by_hand_because="") | Q(by_hand=False, by_hand_because=""),
                name="payment_by_hand_says_why",
                violation_error_message=_("Say how you know that it is paid: reports show it."),
            ),
            CheckConstraint(
                condition=Q(provider="usdt", address__isnull=False) | Q(address=None) & ~Q(provider="usdt"),
                name="usdt_payment_has_address",
                violation_error_message=_("A payment in USDT has an address, and no other has one."),
            ),
        ]
        indexes = [
            Index(fields=["state", "provider"], name="payments_state"),
            Index(fields=["touched_height"], condition=Q(touched_height__isnull=False), name="payments_touched"),
        ]

    @property
    def can_settle(self) -> bool:
        """Answer whether a person may still vouch for it, whatever became of its order (T13, T15b)."""
        return State.SETTLED in self.TRANSITIONS[State(self.state)]

    @property
    def facts_in_words(self) -> list[Any]:
        """Return what else is true of its money, in words."""
        return [field.verbose_name for field in self._meta.local_fields if field.name in FACTS and getattr(self, field.name)]

    def __str__(self) -> str:
        return f"{self.order.reference}, {self.get_provider_display()}"
