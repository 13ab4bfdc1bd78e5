"""The demo: the programme, a crowd of events, and the way back to nothing (D-25, D-26, S-07)."""

import re
from datetime import UTC, datetime, time
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, Q

import orders.invariants
import payments.invariants
from accounts.models import User
from events import crowd, invariants, kept
from events.models import Event, TicketTier
from ticketing.history import HistoryEntry
from ticketing.models import AuditLog

pytestmark = pytest.mark.django_db
# What the clock and the dice of ids give; nobody sees it.
INCIDENTAL = {"id", "created_at", "updated_at", "event_id", "promoter_id", "created_by_id", "quoted_at"}


@pytest.fixture(autouse=True)
def demo(settings, tmp_path):
    settings.DEMO, settings.MAILBOX_DIR = True, tmp_path / "mailbox"


def seed(*arguments):
    call_command("seed_demo", *arguments, stdout=StringIO(), stderr=StringIO())


def reset(*arguments):
    connection.check_constraints()  # which a commit would have done by then
    call_command("reset_demo", *arguments, stdout=StringIO())


def everything():
    def rows(queryset, *also):
        return [
            {name: value for name, value in row.items() if name not in INCIDENTAL} | {name: row[name] for name in also}
            for row in queryset.values(*[field.attname for field in queryset.model._meta.concrete_fields], *also)
        ]

    return {
        "events": rows(Event.all_objects.order_by("slug"), "promoter__name"),
        "tiers": rows(TicketTier.objects.order_by("event__slug", "position"), "event__slug"),
        "people": list(User.objects.order_by("email").values_list("email", "name", "is_staff")),
        "history": sorted(HistoryEntry.objects.filter(subject_type="events.event").values_list("action", "at", "old_status", "new_status")),
    }


def test_d_25_demo_has_the_sample_data_and_each_state_a_visitor_can_meet():
    seed()

    assert User.objects.count() >= 4
    assert dict(Event.objects.values_list("status").annotate(Count("pk"))) == {"published": 11, "cancelled": 1, "draft": 1}
    assert Event.objects.filter(tiers__price=0, tiers__hidden=False).distinct().count() == 1
    assert Event.objects.annotate(left=Count("tiers", filter=Q(tiers__available__gt=0))).filter(left=0, capacity=None).count() == 2
    assert list(invariants.breaches()) == []


@pytest.fixture
def noon():
    """What is made depends on the day: none may end meanwhile."""
    with time_machine.travel(datetime.combine(datetime.now(UTC), time(5), UTC)):
        yield


def test_s_07_demo_made_again_is_the_same(noon):
    seed("--events", "60")
    before = everything()

    reset("--yes")
    assert everything() == {"events": [], "tiers": [], "people": [], "history": []}
    seed("--events", "60")

    assert everything() == before
    assert len(before["events"]) == 73


def test_another_seed_makes_other_events():
    seed("--events", "20")
    seed("--events", "20", "--seed", "2")

    assert Event.all_objects.count() == 13 + 40


def test_crowd_twice_makes_each_event_once_and_more_when_asked_for_more(noon):
    seed("--events", "20")
    seed("--events", "20")
    assert Event.all_objects.count() == 33

    seed("--events", "30")
    assert Event.all_objects.count() == 43


def test_crowd_is_believable_and_every_promise_holds():
    seed("--events", "600")
    made = Event.all_objects.filter(slug__regex="-[a-z2-9]{1,2}$", description__gt="")

    assert set(made.values_list("status", flat=True)) == set(Event.Status)
    assert made.filter(published_at__gte=F("starts_at")).count() == 0
    assert made.values("city").distinct().count() > 12
    assert {"IDR", "USD", "USDT"} == set(made.values_list("currency", flat=True))
    assert made.filter(capacity__gt=0).count() > 10
    for app in (invariants, orders.invariants, payments.invariants):
        assert list(app.breaches()) == []


def test_crowd_passes_the_triggers_and_the_generated_columns():
    seed("--events", "20")
    event = Event.all_objects.order_by("created_at").last()

    assert AuditLog.objects.filter(table="events_event", record=str(event.pk), action="CREATE").count() == 1
    assert Event.all_objects.matching(event.venue).filter(pk=event.pk).exists()
    tier = event.tiers.first()
    assert tier.available == tier.quantity - tier.sold - tier.reserved
    assert HistoryEntry.objects.filter(subject_id=event.pk, action="created").count() == 1


def test_crowd_says_how_far_it_is(capsys):
    call_command("seed_demo", "--events", "20")

    assert re.search(r"\] 20 of 20, \d+ s", capsys.readouterr().err)


def test_dry_run_makes_no_events():
    seed("--events", "20", "--dry-run")

    assert Event.all_objects.count() == 0


def test_letters_number_every_event_differently():
    assert len({crowd._letters(number) for number in range(2000)}) == 2000


# The way back


def test_d_26_reset_is_refused_outside_a_demo(settings):
    seed()
    settings.DEMO = settings.DEBUG = False

    with pytest.raises(CommandError, match="for a demo site only"):
        reset("--yes")

    assert Event.all_objects.count() == 13


def test_d_26_reset_asks_for_the_databases_name(monkeypatch):
    seed()
    monkeypatch.setattr("builtins.input", lambda _: "postgres")
    with pytest.raises(CommandError, match="Nothing was deleted"):
        reset()
    assert Event.all_objects.count() == 13

    monkeypatch.setattr("builtins.input", lambda _: connection.settings_dict["NAME"])
    reset()
    assert Event.all_objects.count() == 0


def test_d_26_reset_empties_history_and_audit_and_closes_the_switch_again():
    seed()
    with connection.cursor() as cursor:
        cursor.execute("SET app.allow_truncate = off")  # as on a site

    reset("--yes")

    assert (HistoryEntry.objects.count(), AuditLog.objects.count()) == (0, 0)
    assert list(invariants.breaches()) == []


def test_reset_dry_run_counts_and_deletes_nothing(capsys):
    seed()

    call_command("reset_demo", "--dry-run")

    assert "       13 events_event\n" in capsys.readouterr().out
    assert Event.all_objects.count() == 13


def test_reset_by_a_role_that_owns_nothing_says_who_may():
    seed()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE ticketing_app")

    with pytest.raises(CommandError, match="owner of the tables"):
        reset("--yes")

    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert Event.all_objects.count() == 13


def test_reset_forgets_what_is_kept_of_pages_and_leaves_the_rest_of_redis():
    from ticketing import hints

    hints.client().set("celery", "messages")
    kept.TEXTS.get("night", "en", lambda: "old")

    reset("--yes")

    assert kept.TEXTS.get("night", "en", lambda: "new") == "new"
    assert hints.client().get("celery") == b"messages"
