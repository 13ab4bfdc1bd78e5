"""What reports read: the view `active_events_with_availability`, with the source documents' name."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ActiveEvent(models.Model):
    """One event that is on sale or will be, with its places over all listed tiers. Read only."""

    id = models.UUIDField(primary_key=True)
    slug = models.CharField(max_length=80)
    title = models.CharField(_("title"), max_length=140)
    artist = models.CharField(_("artist"), max_length=140)
    venue = models.CharField(_("venue"), max_length=140)
    city = models.CharField(_("city"), max_length=80)
    timezone = models.CharField(max_length=50)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    currency = models.CharField(max_length=4)
    promoter_id = models.UUIDField()
    total_tickets = models.IntegerField(_("tickets"))
    sold_tickets = models.IntegerField(_("sold"))
    reserved_tickets = models.IntegerField(_("held"))
    available_tickets = models.IntegerField(_("available"))
    lowest_price = models.DecimalField(_("from"), max_digits=14, decimal_places=2, null=True)
    highest_price = models.DecimalField(_("to"), max_digits=14, decimal_places=2, null=True)

    class Meta:
        managed = False
        db_table = "active_events_with_availability"
        verbose_name, verbose_name_plural = _("active event"), _("active events")

    def __str__(self) -> str:
        return self.title
