"""How an event looks: its drawn poster, or a picture that somebody uploads."""

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from events import kept, pictures, posters
from events.models import Event, Picture
from ticketing import history, jobs
from ticketing.errors import DomainError

from .rights import actor, changeable_event

# A file that kills its worker so often is not tried again.
MOST_TRIES = 3


class HasPicture(DomainError):
    def __init__(self) -> None:
        super().__init__(_("The event shows a picture, so nobody would see another poster. Remove the picture first."))


@transaction.atomic
def reroll_poster(*, event_id: Any, by: User | None, at: datetime) -> str:
    """Give the event another poster, before or after its publication, and return what it was drawn from.

    Locks: the event. Raises: NotAllowed, EventDeleted, EventFinished, HasPicture.
    """
    event = changeable_event(event_id, by)
    if event.image_id:
        raise HasPicture
    event.poster = str(posters.turned(event.choice))
    event.save(update_fields=["poster"])
    history.record(event, "poster_rerolled", at=at, by=actor(by), details={"poster": event.poster})
    return event.poster


def set_picture(*, event_id: Any, upload: bytes, by: User | None, at: datetime) -> None:
    """Take a picture for the event; a worker draws it, and until then the event looks as before.

    The file is looked at first, as that takes a while. Locks: the event.
    Raises: BadPicture, NotAllowed, EventDeleted, EventFinished.
    """
    pictures.check(BytesIO(upload), size=len(upload))
    _take(event_id, upload, by=by, at=at)


@transaction.atomic
def _take(event_id: Any, upload: bytes, *, by: User | None, at: datetime) -> None:
    event = changeable_event(event_id, by)
    event.pictures.waiting().delete()  # the last one counts
    picture = Picture.objects.create(event=event, original=upload)
    history.record(event, "picture_uploaded", at=at, by=actor(by), details={"picture": str(picture.pk)})
    jobs.enqueue_on_commit("events.tasks.draw_pictures", coalesce="pictures")


@transaction.atomic
def remove_picture(*, event_id: Any, by: User | None, at: datetime) -> None:
    """Go back to the drawn poster. Removing twice is removing once.

    Locks: the event. Raises: NotAllowed, EventDeleted, EventFinished.
    """
    event = changeable_event(event_id, by)
    if not event.pictures.exists():
        return
    event.pictures.all().delete()  # and the event names none by that
    history.record(event, "picture_removed", at=at, by=actor(by))


@transaction.atomic
def begin_drawing(*, picture_id: Any, at: datetime) -> bytes | None:
    """Count one more try and return what was uploaded; None if there is nothing to draw, or it was tried too often.

    The count is committed before the try, so that a file that kills its worker cannot do so for ever.
    Locks: the event, when it is given up.
    """
    waiting = Picture.objects.waiting().filter(pk=picture_id)
    if waiting.filter(tries__lt=MOST_TRIES).update(tries=F("tries") + 1):
        return bytes(waiting.get().original or b"")
    refuse_picture(picture_id=picture_id, at=at)
    return None


@transaction.atomic
def show_picture(*, picture_id: Any, drawn: Mapping[int, bytes], at: datetime) -> None:
    """Show the picture as it was drawn, in place of the one before. Showing twice is showing once.

    Locks: the event.
    """
    event, picture = _locked(picture_id)
    if picture is None:
        return
    picture.small, picture.medium, picture.large = (drawn[width] for width in pictures.WIDTHS)
    picture.original = None
    picture.save(update_fields=["small", "medium", "large", "original"])
    Event.all_objects.filter(pk=event.pk).update(image=picture)
    event.pictures.drawn().exclude(pk=picture.pk).delete()
    history.record(event, "picture_shown", at=at, by=history.SYSTEM, details={"picture": str(picture.pk)})
    kept.renew(event)


@transaction.atomic
def refuse_picture(*, picture_id: Any, at: datetime) -> None:
    """Give up a file that cannot be drawn, and keep what the event shows. Refusing twice is refusing once.

    Locks: the event.
    """
    event, picture = _locked(picture_id)
    if picture is None:
        return
    picture.delete()
    history.record(event, "picture_refused", at=at, by=history.SYSTEM, details={"picture": str(picture_id)})


def _locked(picture_id: Any) -> tuple[Event, Picture | None]:
    """Lock the event, as everybody does; the picture is there if it still waits."""
    event = Event.all_objects.filter(pictures=picture_id).locked().first() or Event()
    return event, Picture.objects.waiting().filter(pk=picture_id).first()
