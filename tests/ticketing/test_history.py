"""History: written with the change, never rewritten (A-36)."""

import pytest

from tests.sample.models import Lamp
from ticketing import history
from ticketing.models import HistoryEntry

pytestmark = pytest.mark.django_db


def test_record_writes_one_line(now):
    lamp = Lamp.objects.create(name="desk")

    history.record(lamp, "dusted", at=now, by=history.SYSTEM, details={"cloths": 2})

    line = HistoryEntry.objects.values("subject_type", "subject_id", "action", "actor", "at", "details").get()
    assert line == {
        "subject_type": "sample.lamp",
        "subject_id": lamp.pk,
        "action": "dusted",
        "actor": "system",
        "at": now,
        "details": {"cloths": 2},
    }
