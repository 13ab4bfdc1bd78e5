"""Counters are held against the orders, and put right."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

import events.actions
from events.models import DiscountCode, Event, TicketTier
from orders import actions
from tests import factories
from tests.factories import THEN
from tests.promises import broken, kept
from ticketing.models import HistoryEntry
from ticketing.querysets import RowQuerySet

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    made = factories.published(capacity=50)
    events.actions.add_code(event_id=made.pk, by=None, at=THEN, code="RAIN", percent=Decimal(10))
    factories.paid(made, "Bea", code="RAIN"), factories.order(made, "Carl")
    return made


def spoil():
    TicketTier.objects.update(sold=7, reserved=0)
    Event.objects.update(sold=0, reserved=9)
    DiscountCode.objects.update(used=4)


def run(*words):
    out = StringIO()
    try:
        call_command("rebuild_counters", *words, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def test_counters_that_are_right_are_left_alone(event):
    assert actions.drift() == []
    assert (run("--check"), run()) == ((0, "0 figures differ.\n"), (2, "0 figures were put right.\n"))
    assert not HistoryEntry.objects.filter(action="counters_rebuilt").exists()


def test_s_03_check_tells_what_differs_and_changes_nothing(event):
    spoil()

    code, said = run("--check")

    assert (code, said.splitlines()[-1]) == (3, "5 figures differ.")
    assert f"events_tickettier {event.tiers.get().pk}, sold: it says 7, the orders say 1" in said
    assert TicketTier.objects.get().sold == 7


def test_rebuild_puts_every_counter_right_and_says_so_in_the_history(event):
    spoil()
    assert broken() != []

    code, said = run("--json")

    assert (code, len(json.loads(said)["wrong"]), json.loads(said)["repaired"]) == (0, 5, True)
    assert TicketTier.objects.values_list("sold", "reserved").get() == (1, 1)
    assert Event.objects.values_list("sold", "reserved").get() == (1, 1)
    assert DiscountCode.objects.get().used == 1
    line = HistoryEntry.objects.get(action="counters_rebuilt")
    assert (line.subject_id, line.actor, len(line.details["figures"])) == (event.pk, "system", 5)
    assert kept()
    assert run()[0] == 2


def test_rebuild_counts_under_the_locks_of_stock(event, monkeypatch):
    spoil()
    locked = []
    real = RowQuerySet.locked
    monkeypatch.setattr(RowQuerySet, "locked", lambda rows, **words: (locked.append(rows.model.__name__), real(rows, **words))[1])

    actions.rebuild_counters(at=THEN)

    assert locked == ["Event", "DiscountCode", "TicketTier"]
