"""A lamp: the ground floor's mechanisms on something that matters to nobody. Rooms and lanterns: promoters' rows in the admin."""

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


class Room(Row):
    promoter = models.ForeignKey("accounts.Promoter", models.CASCADE, related_name="rooms")
    name = models.CharField(max_length=60)

    objects = RowQuerySet.as_manager()

    def __str__(self):
        return self.name


class Shelf(Row):
    """Nobody's: a promoter's person has no business with it."""

    name = models.CharField(max_length=60)

    def __str__(self):
        return self.name


class Lantern(Row):
    room = models.ForeignKey(Room, models.CASCADE, related_name="lanterns")
    spare = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="+")
    shelf = models.ForeignKey(Shelf, models.PROTECT, null=True, blank=True)
    lights = models.ManyToManyField(Room, blank=True, related_name="+")
    name = models.CharField(max_length=60)
    secret = models.CharField(max_length=60, blank=True)
    hung_at = models.DateTimeField(null=True, blank=True)

    objects = RowQuerySet.as_manager()

    def __str__(self):
        return self.name


class Wick(Row):
    lantern = models.ForeignKey(Lantern, models.CASCADE, related_name="wicks")
    kept_in = models.ForeignKey(Room, models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=60)

    def __str__(self):
        return self.name
