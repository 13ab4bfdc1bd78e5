"""Tasks to try the one way of starting work on."""

import os
import signal
import time

from celery import shared_task
from django.db import connection
from django.db.models import F

from ticketing.errors import Busy

from .models import Lamp


@shared_task
def look(*, lamp_id, seconds=0, **_):
    time.sleep(seconds)
    Lamp.objects.filter(pk=lamp_id).update(looked_at=Lamp.objects.get(pk=lamp_id).looked_at + 1)


@shared_task
def refuse(**_):
    raise Busy


@shared_task
def note_backend(**_):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        Lamp.objects.create(name=str(cursor.fetchone()[0]))


@shared_task
def die_at_first(*, lamp_id, **_):
    first = Lamp.objects.get(pk=lamp_id).looked_at == 0
    Lamp.objects.filter(pk=lamp_id).update(looked_at=F("looked_at") + 1)
    if first:
        os.kill(os.getpid(), signal.SIGKILL)
