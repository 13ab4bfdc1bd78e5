"""A chain is switched once, however many switch it at once. The control switches without the locks."""

import pytest

from payments import actions
from payments.known import KNOWN
from payments.models import Chain
from tests.factories import THEN
from tests.races.test_teams import meeting, no_locks, sql  # noqa: F401  # fixtures
from ticketing.models import HistoryEntry

pytestmark = pytest.mark.django_db(transaction=True)
SWITCH = {
    "enabled": lambda: actions.enable_chain(number=56, known=KNOWN[56], at=THEN),
    "disabled": lambda: actions.disable_chain(number=56, at=THEN),
}


def told(together, deed):
    """Have two do it at once; return how often it was done."""
    Chain.objects.update(enabled=deed == "disabled")
    before = HistoryEntry.objects.filter(action=deed).count()
    together(lambda _: SWITCH[deed](), times=2)
    return HistoryEntry.objects.filter(action=deed).count() - before


def test_a_chain_is_switched_on_and_off_once(together, no_locks):  # noqa: F811
    SWITCH["enabled"]()
    sql("ALTER TABLE ticketing_historyentry ENABLE TRIGGER meet")

    assert [told(together, deed) for deed in SWITCH] == [1, 1]

    no_locks()
    assert [told(together, deed) for deed in SWITCH] == [2, 2]
