"""How the public pages ask the database when there are many events: by an index, and for little (B-28).

The statements are those that the pages run. `make bench` looks at time, which no test can.
"""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import demo as people
from events import crowd, demo
from events.models import Event, TicketTier
from tests.plans import blocks, clone, explained, looked_at, whole_tables

pytestmark = pytest.mark.django_db
TIMES = 9
LARGE = {"events_event", "events_tickettier"}
EVENTS = {"events_event"}


@pytest.fixture(scope="module", autouse=True)
def twenty_thousand_events(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        list(people.seed(seed=1)), list(demo.seed(seed=1))
        assert list(crowd.make(seed=1, count=2000)) == [2000]
        clone(
            Event, times=TIMES, slug="slug || '-' || n", description="''", id="md5(id::text || n)::uuid", **shifted("starts_at", "ends_at")
        )
        clone(TicketTier, times=TIMES, event_id="md5(event_id::text || n)::uuid", id="md5(id::text || n)::uuid", **shifted("sale_ends_at"))
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; ANALYZE events_event, events_tickettier")
        yield
        transaction.set_rollback(True)


def shifted(*moments):
    return {moment: f"{moment} + n * interval '61 hours'" for moment in moments}


def visit(path, **asked):
    """Return the page's statements, asked without anything kept."""
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        assert Client().get(f"{path}?{urlencode(asked)}").status_code == 200
    return [query["sql"] for query in captured]


SOON = timezone.now().date() + timedelta(days=40)
PAGES = {
    # What is asked, and how many events and blocks of 8 kB its statements may look at, together.
    "home": ("/", {}, 100, 400),
    "far page": ("/", {"after": f"{timezone.now() + timedelta(days=120):%Y%m%dT%H%M%S}.3"}, 150, 600),
    "past": ("/events/past/", {}, 50, 200),
    "city": ("/", {"city": "Bandung"}, 150, 600),
    "small city": ("/", {"city": "Jayapura"}, 150, 600),
    "dates": ("/", {"from": f"{SOON}", "to": f"{SOON + timedelta(days=2)}"}, 500, 1500),
    "price": ("/", {"price": "10"}, 1000, 6000),
    "free": ("/", {"price": "0"}, 1500, 9000),
    "common word": ("/", {"q": "kabut"}, 2500, 3000),
    "rare words": ("/", {"q": "keroncong listrik"}, 200, 1000),
    "misspelt": ("/", {"q": "glashouse motl"}, 200, 2000),
    "everything": ("/", {"q": "malam", "city": "Jakarta", "price": "25"}, 4000, 9000),
}


@pytest.mark.parametrize(("path", "asked", "rows", "most_blocks"), PAGES.values(), ids=list(PAGES))
def test_b_28_list_reads_by_an_index_and_little(path, asked, rows, most_blocks):
    statements = visit(path, **asked)
    plans = [explained(statement) for statement in statements]

    assert [table for plan in plans for table in whole_tables(plan, LARGE)] == []
    assert sum(looked_at(plan, EVENTS) for plan in plans) <= rows
    assert sum(map(blocks, plans)) <= most_blocks
    assert len(statements) <= 4


def test_b_28_event_page_reads_one_event():
    plans = [explained(statement) for statement in visit(Event.objects.upcoming(timezone.now())[7].get_absolute_url())]

    assert [table for plan in plans for table in whole_tables(plan, LARGE)] == []
    assert sum(looked_at(plan, EVENTS) for plan in plans) == 2
    assert sum(map(blocks, plans)) < 50
    assert len(plans) <= 6


def test_control_a_whole_table_is_seen():
    plan = explained("SELECT count(*) FROM events_event WHERE age_limit = 18")

    assert whole_tables(plan, LARGE) == ["events_event"]
    assert looked_at(plan, EVENTS) == Event.all_objects.count() > 20_000


def test_cities_are_those_with_something_to_attend():
    expected = Event.objects.upcoming(now := timezone.now()).exclude(city="").values_list("city", flat=True)

    assert Event.objects.cities(now) == sorted(set(expected))
    assert Event.objects.cities(now + timedelta(days=9000)) == []
