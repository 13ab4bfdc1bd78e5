"""The one writer of a status."""

import itertools

import pytest
from django.db import transaction

from tests.sample.models import Lamp
from ticketing import statuses
from ticketing.models import HistoryEntry

pytestmark = pytest.mark.django_db
OFF, LIT, BROKEN = Lamp.Status.OFF, Lamp.Status.LIT, Lamp.Status.BROKEN


def test_move_saves_status_and_fields_and_history(now):
    lamp = Lamp.objects.create(name="desk")

    statuses.move(lamp, LIT, at=now, by="user:1", details={"watts": 40}, lit_at=now)

    assert Lamp.objects.values("status", "lit_at").get() == {"status": "lit", "lit_at": now}
    line = HistoryEntry.objects.values("subject_id", "action", "old_status", "new_status", "actor", "at", "details").get()
    assert line == {
        "subject_id": lamp.pk,
        "action": "lit",
        "old_status": "off",
        "new_status": "lit",
        "actor": "user:1",
        "at": now,
        "details": {"watts": 40},
    }


def test_move_leaves_the_row_as_the_database_has_it(now):
    lamp = Lamp.objects.create(name="desk")

    statuses.move(lamp, LIT, at=now, by="system", lit_at=now)

    assert (lamp.status, lamp.lit_at) == (LIT, now)


@pytest.mark.parametrize(("old", "new"), list(itertools.product(Lamp.Status, Lamp.Status)))
def test_every_pair_of_statuses_moves_only_by_the_table(old, new, now):
    lamp = Lamp.objects.create(name="desk", status=old)

    try:
        statuses.move(lamp, new, at=now, by="system")
        moved = True
    except statuses.MoveRefused:
        moved = False

    assert moved == (new in Lamp.TRANSITIONS[old])
    assert Lamp.objects.get().status == (new if moved else old)
    assert HistoryEntry.objects.count() == int(moved)


def test_move_from_a_stale_row_is_refused(now):
    lamp = Lamp.objects.create(name="desk")
    stale = Lamp.objects.get()
    statuses.move(lamp, BROKEN, at=now, by="system")

    with pytest.raises(statuses.MoveRefused):
        statuses.move(stale, LIT, at=now, by="system")

    assert Lamp.objects.get().status == BROKEN
    assert HistoryEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_move_outside_a_transaction_is_a_mistake(now):
    lamp = Lamp.objects.create(name="desk")

    with pytest.raises(RuntimeError, match="transaction"):
        statuses.move(lamp, LIT, at=now, by="system")

    assert Lamp.objects.get().status == OFF


def test_move_undone_with_its_transaction_leaves_no_history(now):
    lamp = Lamp.objects.create(name="desk")

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        statuses.move(lamp, LIT, at=now, by="system")
        _ = 1 / 0

    assert Lamp.objects.get().status == OFF
    assert HistoryEntry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_control_without_the_old_status_two_moves_would_both_win(together):
    Lamp.objects.create(name="desk")

    def unguarded(_):
        lamp = Lamp.objects.get()
        return Lamp.objects.filter(pk=lamp.pk).update(status=LIT)

    assert together(unguarded, times=8) == [1] * 8


@pytest.mark.django_db(transaction=True)
def test_many_moves_at_once_happen_once(together, now):
    Lamp.objects.create(name="desk")

    def light(_):
        with transaction.atomic():
            lamp = Lamp.objects.get()  # without the lock, on purpose: the guard in the update is what is tried
            statuses.move(lamp, LIT, at=now, by="system")

    results = together(light, times=8)

    assert results.count(None) == 1
    assert {type(result) for result in results if result} == {statuses.MoveRefused}
    assert HistoryEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_locked_an_update_is_lost(together):
    Lamp.objects.create(name="desk")

    def look(_):
        with transaction.atomic():
            lamp = Lamp.objects.get()
            Lamp.objects.filter(pk=lamp.pk).update(looked_at=lamp.looked_at + 1)

    for _ in range(20):
        together(look, times=8)

    assert Lamp.objects.get().looked_at < 160


@pytest.mark.django_db(transaction=True)
def test_locked_rows_change_one_after_the_other(together):
    Lamp.objects.create(name="desk")

    def look(_):
        with transaction.atomic():
            lamp = Lamp.objects.locked().get()
            Lamp.objects.filter(pk=lamp.pk).update(looked_at=lamp.looked_at + 1)

    for _ in range(20):
        together(look, times=8)

    assert Lamp.objects.get().looked_at == 160


def test_locked_takes_the_weak_lock_in_order_of_the_key():
    sql = str(Lamp.objects.order_by("name").locked().query)

    assert sql.endswith('ORDER BY "sample_lamp"."id" ASC FOR NO KEY UPDATE OF "sample_lamp"')


def test_moves_of_lists_every_status():
    assert statuses.moves_of(Lamp) == {"off": {"lit", "broken"}, "lit": {"off", "broken"}, "broken": frozenset()}
