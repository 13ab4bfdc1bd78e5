"""Posters and pictures: each deed happens once however many do it at once.

Each runs with its locks off first. If it came out right then, the law would prove nothing.
"""

import pytest

from events import actions, pictures
from events.models import Picture
from tests import factories
from tests.events.test_pictures import encoded
from tests.factories import THEN
from tests.races.test_teams import meeting, no_locks, sql  # noqa: F401  # fixtures
from ticketing.models import HistoryEntry

pytestmark = pytest.mark.django_db(transaction=True)


def reroll():
    event = factories.published()
    return "poster_rerolled", lambda: actions.reroll_poster(event_id=event.pk, by=None, at=THEN)


def show():
    event = factories.published()
    actions.set_picture(event_id=event.pk, upload=encoded(), by=None, at=THEN)
    picture, drawn = Picture.objects.get(), pictures.redraw(encoded())
    return "picture_shown", lambda: actions.show_picture(picture_id=picture.pk, drawn=drawn, at=THEN)


def refuse():
    event = factories.published()
    actions.set_picture(event_id=event.pk, upload=encoded(), by=None, at=THEN)
    picture = Picture.objects.get()
    return "picture_refused", lambda: actions.refuse_picture(picture_id=picture.pk, at=THEN)


def remove():
    event = factories.published()
    actions.set_picture(event_id=event.pk, upload=encoded(), by=None, at=THEN)
    return "picture_removed", lambda: actions.remove_picture(event_id=event.pk, by=None, at=THEN)


def raced(together, prepared):
    action, deed = prepared
    sql("ALTER TABLE ticketing_historyentry ENABLE TRIGGER meet")
    together(lambda _: deed(), times=2)
    return HistoryEntry.objects.filter(action=action).count()


@pytest.mark.parametrize("prepare", [show, refuse, remove])
def test_control_without_locks_it_happens_twice(prepare, together, no_locks):  # noqa: F811  # the fixture above
    prepared = prepare()
    no_locks()

    assert raced(together, prepared) == 2


@pytest.mark.parametrize("prepare", [show, refuse, remove])
def test_it_happens_once(prepare, together):
    assert raced(together, prepare()) == 1


def posters_of(together):
    prepared = reroll()
    assert raced(together, prepared) == 2
    return set(HistoryEntry.objects.filter(action="poster_rerolled").values_list("details__poster", flat=True))


def test_control_without_locks_two_turns_bring_one_poster(together, no_locks):  # noqa: F811  # the fixture above
    no_locks()

    assert len(posters_of(together)) == 1


def test_two_turns_bring_two_posters(together):
    assert len(posters_of(together)) == 2


def upload_twice(together):
    event = factories.published()
    sql("ALTER TABLE ticketing_historyentry ENABLE TRIGGER meet")
    together(lambda _: actions.set_picture(event_id=event.pk, upload=encoded(), by=None, at=THEN), times=2)
    return Picture.objects.waiting().count()


def test_control_without_locks_two_uploads_wait(together, no_locks):  # noqa: F811  # the fixture above
    no_locks()

    assert upload_twice(together) == 2


def test_of_two_uploads_one_waits(together):
    assert upload_twice(together) == 1
