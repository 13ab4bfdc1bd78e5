"""Where an event stands."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    SALES_CLOSED = "sales_closed", _("sales closed")
    CANCELLED = "cancelled", _("cancelled")
    ARCHIVED = "archived", _("archived")


class Phase(models.TextChoices):
    """Where a public event stands in time; what has no phase is not public."""

    UPCOMING = "upcoming", _("upcoming")
    ON_SALE = "on_sale", _("on sale")
    SOLD_OUT = "sold_out", _("sold out")
    RUNNING = "running", _("running")
    ENDED = "ended", _("ended")


class Per(models.TextChoices):
    TICKET = "ticket", _("for each ticket")
    ORDER = "order", _("for each order")


PUBLIC = (Status.PUBLISHED, Status.SALES_CLOSED)
