"""Background work of events."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from ticketing import jobs
from ticketing.claims import claimed

from . import actions, pictures
from .models import Picture

PICTURES = 5  # of which each takes up to a second, with all the memory of a large picture


@shared_task
def draw_pictures(**_: Any) -> None:
    """Draw what was uploaded, one by one; whoever comes second to a picture goes on."""
    for picture_id in Picture.objects.waiting().order_by("created_at").values_list("pk", flat=True)[:PICTURES]:
        with claimed(picture_id) as mine:
            original = actions.begin_drawing(picture_id=picture_id, at=timezone.now()) if mine else None
            if original is None:
                continue
            try:
                drawn = pictures.redraw(original)
            except pictures.BadPicture:
                actions.refuse_picture(picture_id=picture_id, at=timezone.now())
            else:
                actions.show_picture(picture_id=picture_id, drawn=drawn, at=timezone.now())


@shared_task
def remind(**_: Any) -> None:
    """Owe what is due. A full batch means that more may be waiting: nudge ourselves on."""
    if actions.owe_reminders(at=timezone.now()) == actions.REMINDERS:
        jobs.enqueue_on_commit("events.tasks.remind", coalesce="reminders")


@shared_task
def forget_reminders(**_: Any) -> None:
    actions.forget_reminders(at=timezone.now())


@shared_task
def follow_refused_promoters(**_: Any) -> None:
    """Stop the sales of promoters that lost their approval. What is more than a batch, the next sweep takes."""
    actions.follow_refused_promoters(at=timezone.now())
