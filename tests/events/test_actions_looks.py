"""How an event looks: the poster fixed at publication, and pictures from upload to page (A-06, C-01, item 6)."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.cache import cache
from PIL import Image

from accounts.actions import NotAllowed
from events import actions, pictures, posters, tasks
from events.actions import looks
from events.models import Event, Picture
from tests import factories
from tests.events.test_pictures import encoded
from tests.factories import THEN
from ticketing import jobs
from ticketing.celery import app
from ticketing.models import AuditLog, HistoryEntry

pytestmark = pytest.mark.django_db


def told(event):
    lines = HistoryEntry.objects.filter(subject_id=event.pk).order_by("id").values_list("action", "actor")
    return [line for line in lines if line[0].startswith(("poster", "picture"))]


def upload(event, data=None, by=None):
    actions.set_picture(event_id=event.pk, upload=data or encoded(), by=by, at=THEN)
    return Picture.objects.waiting().get(event=event)


def drawn(event, data=None):
    """An event with its picture on its page."""
    picture = upload(event, data)
    tasks.draw_pictures()
    event.refresh_from_db()
    assert event.image_id == picture.digest
    return picture.digest


# Posters


def test_publishing_fixes_the_poster():
    event = factories.published(title="Night")
    fixed = event.poster

    actions.update_event(event_id=event.pk, by=None, at=THEN, title="Another", starts_at=event.starts_at - timedelta(days=3))

    event.refresh_from_db()
    assert fixed == str(posters.roll("Night", "", event.local_day + timedelta(days=3)))
    assert (event.poster, str(event.choice)) == (fixed, fixed)


def test_reroll_brings_another_poster_before_and_after_publication():
    event = factories.event()
    before = str(event.choice)

    first = actions.reroll_poster(event_id=event.pk, by=event.promoter.owner, at=THEN)
    actions.publish(event_id=event.pk, by=None, at=THEN)
    event.refresh_from_db()
    published = event.poster
    second = actions.reroll_poster(event_id=event.pk, by=None, at=THEN)

    event.refresh_from_db()
    assert (published, event.poster) == (first, second)
    assert len({before, first, second}) == 3
    assert told(event) == [("poster_rerolled", f"user:{event.promoter.owner.pk}"), ("poster_rerolled", "system")]
    assert HistoryEntry.objects.filter(action="poster_rerolled").last().details == {"poster": second}


def test_reroll_is_refused_while_a_picture_hides_the_poster():
    event = factories.published()
    drawn(event)

    with pytest.raises(actions.HasPicture):
        actions.reroll_poster(event_id=event.pk, by=None, at=THEN)


# Pictures


def test_picture_is_uploaded_drawn_and_shown():
    event = factories.published()
    owner = event.promoter.owner

    picture = upload(event, by=owner)
    event.refresh_from_db()
    assert (bool(picture.original), picture.small, event.image_id) == (True, None, None)
    tasks.draw_pictures()

    event.refresh_from_db()
    picture.refresh_from_db()
    assert event.image_id == picture.digest
    assert picture.original is None
    assert [Image.open(BytesIO(bytes(data))).width for data in (picture.small, picture.medium, picture.large)] == [480, 960, 1200]
    assert told(event) == [("picture_uploaded", f"user:{owner.pk}"), ("picture_shown", "system")]


def test_nothing_of_the_file_is_kept():
    event = factories.published()
    exif = Image.Exif()
    exif[0x010F] = "c4n4ry camera"

    drawn(event, encoded(exif=exif))

    values = [bytes(value) for value in Picture.objects.values_list("original", "small", "medium", "large").get() if value is not None]
    assert len(values) == 3
    assert [value for value in values if b"c4n4ry" in value or b"EXIF" in value] == []


def test_drawing_twice_is_drawing_once():
    event = factories.published()
    drawn(event)
    picture = Picture.objects.get()

    tasks.draw_pictures()
    actions.show_picture(picture_id=picture.pk, drawn=pictures.redraw(encoded(Image.new("RGB", (700, 700)))), at=THEN)
    actions.refuse_picture(picture_id=picture.pk, at=THEN)

    assert bytes(Picture.objects.get().small) == bytes(picture.small)
    assert told(event)[1:] == [("picture_shown", "system")]


def test_the_last_upload_counts_and_replaces_what_was_shown():
    event = factories.published()
    first = drawn(event)

    upload(event, encoded(Image.new("RGB", (700, 700), "red")))
    last = upload(event, encoded(Image.new("RGB", (800, 800), "blue")))
    event.refresh_from_db()
    assert event.image_id == first
    tasks.draw_pictures()

    event.refresh_from_db()
    assert event.image_id == last.digest != first
    assert Picture.objects.get().pk == last.pk


def test_killed_while_drawing_is_drawn_by_the_next_sweep(monkeypatch):
    event = factories.published()
    upload(event)
    with monkeypatch.context() as patch:
        patch.setattr(pictures, "redraw", _die)
        with pytest.raises(SystemExit):
            tasks.draw_pictures()
    assert (Picture.objects.get().tries, Event.objects.get().image_id) == (1, None)

    tasks.draw_pictures()

    assert Event.objects.get().image_id == Picture.objects.get().digest


def test_file_that_kills_its_worker_is_given_up(monkeypatch):
    event = factories.published()
    upload(event)
    monkeypatch.setattr(pictures, "redraw", _die)

    for _ in range(looks.MOST_TRIES):
        with pytest.raises(SystemExit):
            tasks.draw_pictures()
    tasks.draw_pictures()

    assert not Picture.objects.exists()
    assert told(event)[1:] == [("picture_refused", "system")]


def test_file_that_cannot_be_drawn_is_refused_and_the_picture_before_stays(monkeypatch):
    event = factories.published()
    shown = drawn(event)
    upload(event)
    monkeypatch.setattr(pictures, "redraw", _refuse)

    tasks.draw_pictures()
    tasks.draw_pictures()

    assert Picture.objects.get().digest == shown
    assert told(event)[2:] == [("picture_uploaded", "system"), ("picture_refused", "system")]


def _die(original):
    raise SystemExit


def _refuse(original):
    raise pictures.BadPicture("no")


def test_remove_brings_the_poster_back():
    event = factories.published()
    drawn(event)
    upload(event)

    for _ in range(2):
        actions.remove_picture(event_id=event.pk, by=None, at=THEN)

    assert Event.objects.get().image_id is None
    assert not Picture.objects.exists()
    assert told(event)[-1] == ("picture_removed", "system")
    assert told(event).count(("picture_removed", "system")) == 1


def test_picture_removed_while_it_is_drawn_stays_away(monkeypatch):
    event = factories.published()
    picture = upload(event)
    actions.remove_picture(event_id=event.pk, by=None, at=THEN)

    actions.show_picture(picture_id=picture.pk, drawn=pictures.redraw(encoded()), at=THEN)

    assert Event.objects.get().image_id is None


@pytest.mark.parametrize("role", ["finance", "gate", None])
def test_nobody_but_planners_and_staff_changes_the_look(role):
    team = factories.promoter()
    event = factories.published(team)
    drawn(event)
    stranger = factories.member(team, role=role) if role else factories.promoter("Omar", name="Other").owner

    for deed in (
        lambda by: actions.reroll_poster(event_id=event.pk, by=by, at=THEN),
        lambda by: actions.set_picture(event_id=event.pk, upload=encoded(), by=by, at=THEN),
        lambda by: actions.remove_picture(event_id=event.pk, by=by, at=THEN),
    ):
        with pytest.raises(NotAllowed):
            deed(stranger)
    assert Picture.objects.waiting().count() == 0


def test_finished_event_keeps_its_look():
    event = factories.published()
    actions.cancel(event_id=event.pk, reason="Rain.", by=None, at=THEN)

    for deed in (
        lambda: actions.reroll_poster(event_id=event.pk, by=None, at=THEN),
        lambda: actions.set_picture(event_id=event.pk, upload=encoded(), by=None, at=THEN),
        lambda: actions.remove_picture(event_id=event.pk, by=None, at=THEN),
    ):
        with pytest.raises(actions.EventFinished):
            deed()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture that we can read"),
        (encoded(Image.new("L", (5001, 5001)), "PNG"), "more than 25 million pixels"),
        (b"x" * (pictures.MAX_BYTES + 1), "larger than 8 MB"),
        (encoded(Image.new("RGB", (599, 700))), "Each side needs at least 600"),
    ],
    ids=["svg", "bomb", "large", "small"],
)
def test_bad_file_is_refused_in_words_before_anything_is_kept(data, says):
    event = factories.published()

    with pytest.raises(pictures.BadPicture, match=says):
        actions.set_picture(event_id=event.pk, upload=data, by=None, at=THEN)

    assert not Picture.objects.exists()
    assert told(event) == []


def test_audit_holds_the_address_and_no_bytes():
    event = factories.published()

    digest = drawn(event)

    kept = AuditLog.objects.filter(table="events_event", new_values__image_id=digest)
    assert kept.count() == 1
    assert not AuditLog.objects.filter(table="events_picture").exists()


def test_page_is_new_once_the_picture_is_drawn(client, django_capture_on_commit_callbacks):
    cache.clear()
    event = factories.published(title="Night")
    assert "poster-" in client.get(event.get_absolute_url()).content.decode()

    upload(event)
    assert "poster-" in client.get(event.get_absolute_url()).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.draw_pictures()

    assert f"/pictures/{Picture.objects.get().digest}-960.webp" in client.get(event.get_absolute_url()).content.decode()


def test_duplicate_begins_with_a_poster_of_its_own():
    event = factories.published()
    drawn(event)

    copy = actions.duplicate_event(event_id=event.pk, by=None, at=THEN)

    assert (copy.image_id, copy.poster) == (None, "")


def test_upload_nudges_a_worker_and_a_sweep_stands_behind_it(monkeypatch, django_capture_on_commit_callbacks):
    nudged = []
    monkeypatch.setattr(jobs, "_publish", lambda task, arguments, coalesce: nudged.append(task.name))
    event = factories.published()

    with django_capture_on_commit_callbacks(execute=True):
        upload(event)

    assert nudged == ["events.tasks.draw_pictures"]
    assert nudged[0] in {entry["task"] for entry in app.conf.beat_schedule.values()}
