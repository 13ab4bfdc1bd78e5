"""Tasks to try the one way of starting work on."""

import time

from celery import shared_task

from ticketing.errors import Busy

from .models import Lamp


@shared_task
def look(*, lamp_id, seconds=0, **_):
    time.sleep(seconds)
    Lamp.objects.filter(pk=lamp_id).update(looked_at=Lamp.objects.get(pk=lamp_id).looked_at + 1)


@shared_task
def refuse(**_):
    raise Busy
