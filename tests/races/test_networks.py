"""A buyer taps a network many times at once. The control quotes many times without the lock."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from payments.actions import change_network, networks
from payments.models import Quote, Token
from tests.payments import keys
from tests.payments.states import several
from tests.payments.world import make
from ticketing.querysets import RowQuerySet
from ticketing.retries import retried

pytestmark = pytest.mark.django_db(transaction=True)
TAPS, ROUNDS = 6, 3


@pytest.fixture
def order(settings):
    cache.clear()
    settings.WALLET_XPUBS = [keys.xpub()]
    return several(make())


def rush(together, order, number):
    """Tap the other network many times at once; return how many quotes that made."""
    before = Quote.objects.count()
    tokens = list(Token.objects.filter(accepted=True).order_by("chain__number").values_list("pk", flat=True))
    wish = {"order_id": order.pk, "token_id": tokens[number % 2], "at": order.reserved_at + timedelta(seconds=number)}
    together(lambda _: retried(lambda: change_network(**wish)), times=TAPS)
    return Quote.objects.count() - before


def test_many_taps_are_one_quote(together, order):
    assert [rush(together, order, number) for number in range(1, ROUNDS + 1)] == [1] * ROUNDS


def test_control_without_the_lock_many_taps_are_many_quotes(together, order, monkeypatch):
    monkeypatch.setattr(RowQuerySet, "locked", lambda rows, *, skip=False: rows.order_by("pk"))
    monkeypatch.setattr(networks, "MOST", 1000)

    assert any(rush(together, order, number) > 1 for number in range(1, 21))  # on a busy machine they may come in turn
