"""Buyers and sellers press the same button at the same moment. Each race has a control that goes wrong without its lock."""

from datetime import timedelta

import pytest

from orders import actions
from orders.models import Concern, Order
from tests import factories
from tests.factories import THEN
from tests.races.test_teams import meeting, no_locks, sql  # noqa: F401  # fixtures
from ticketing.errors import DomainError
from ticketing.models import EmailMessage, HistoryEntry

pytestmark = pytest.mark.django_db(transaction=True)
LATER = THEN + timedelta(hours=1)


def at_once(together, deed, times=2):
    """Let so many do it, all of them having written their history before any may commit; count those who were let."""
    sql("ALTER TABLE ticketing_historyentry ENABLE TRIGGER meet")
    outcomes = together(lambda number: deed(number), times=times)
    assert all(isinstance(outcome, DomainError) or not isinstance(outcome, Exception) for outcome in outcomes), outcomes
    return sum(not isinstance(outcome, Exception) for outcome in outcomes)


def answered(together):
    order = factories.order(factories.published())
    concern = actions.raise_concern(order_id=order.pk, words="Where are they?", at=THEN, by="buyer")
    owner = order.event.promoter.owner
    return at_once(together, lambda number: actions.answer_concern(concern_id=concern.pk, answer=str(number), by=owner, at=THEN))


def raised(together):
    order = factories.order(factories.published())
    for number in range(2):
        actions.raise_concern(order_id=order.pk, words=str(number), at=THEN, by="buyer")
    at_once(together, lambda number: actions.raise_concern(order_id=order.pk, words=str(number), at=THEN, by="buyer"))
    return Concern.objects.count()


def confirmed(together):
    order = factories.order(factories.published())
    actions.move_email(order_id=order.pk, email="carl@example.org", at=LATER, by="buyer")
    token = EmailMessage.objects.get(kind="orders.confirm_email").secret
    return at_once(together, lambda _: actions.confirm_email(token=token, at=LATER))


def test_control_without_locks_everybody_answers(together, no_locks):  # noqa: F811  # the fixture above
    no_locks()
    assert answered(together) == 2


def test_a_concern_is_answered_once(together):
    assert answered(together) == 1
    assert HistoryEntry.objects.filter(action="concern_answered").count() == 1


def test_control_without_locks_more_concerns_wait_than_may(together, no_locks):  # noqa: F811  # the fixture above
    no_locks()
    assert raised(together) == 4


def test_three_concerns_wait_at_most(together):
    assert raised(together) == 3


def test_control_without_locks_a_link_works_twice(together, no_locks):  # noqa: F811  # the fixture above
    no_locks()
    assert confirmed(together) == 2


def test_a_link_to_another_address_works_once(together):
    assert confirmed(together) == 1
    assert Order.objects.get().buyer_email == "carl@example.org"
