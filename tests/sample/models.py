"""A lamp: the ground floor's mechanisms on something that matters to nobody."""

from django.db import models

from ticketing.bases import Row
from ticketing.fields import EncryptedTextField
from ticketing.querysets import RowQuerySet


class Lamp(Row):
    class Status(models.TextChoices):
        OFF = "off", "off"
        LIT = "lit", "lit"
        BROKEN = "broken", "broken"

    TRANSITIONS = {
        Status.OFF: {Status.LIT, Status.BROKEN},
        Status.LIT: {Status.OFF, Status.BROKEN},
        Status.BROKEN: set(),
    }

    name = models.CharField(max_length=60)
    owner_email = models.EmailField(blank=True)
    secret = EncryptedTextField(blank=True)
    looked_at = models.IntegerField(default=0)
    status = models.CharField(max_length=10, choices=Status, default=Status.OFF)
    lit_at = models.DateTimeField(null=True)

    objects = RowQuerySet.as_manager()
