"""What reports read: the materialised view `event_sales_summary`, with the source documents' name."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Promoter
from events.models import Event


class EventSales(models.Model):
    """What one event has sold, and who owes whom what, as of `refreshed_at`. Read only.

    Of each paid order, what is left after its refunds covers the service fee first; the rest is the promoter's. Money
    that the site received, it owes on; of money that the promoter received, the site is owed its fee. So `owed` may be
    less than nothing.
    """

    event = models.OneToOneField(Event, models.DO_NOTHING, primary_key=True, related_name="sales", verbose_name=_("event"))
    promoter = models.ForeignKey(Promoter, models.DO_NOTHING, related_name="+", verbose_name=_("promoter"))
    title = models.CharField(_("event"), max_length=140)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    currency = models.CharField(_("currency"), max_length=4)
    orders = models.IntegerField(_("orders"))
    sold = models.IntegerField(_("sold"))
    given = models.IntegerField(_("given away"))
    held = models.IntegerField(_("held"))
    used = models.IntegerField(_("used at the door"))
    gross = models.DecimalField(_("paid by buyers"), max_digits=18, decimal_places=2)
    by_hand = models.DecimalField(_("of it by hand"), max_digits=18, decimal_places=2)
    fees = models.DecimalField(_("service fee"), max_digits=18, decimal_places=2)
    tax = models.DecimalField(_("tax"), max_digits=18, decimal_places=2)
    refunds = models.DecimalField(_("refunds"), max_digits=18, decimal_places=2)
    owed = models.DecimalField(_("owed to the promoter"), max_digits=18, decimal_places=2)
    refreshed_at = models.DateTimeField(_("as of"))

    class Meta:
        managed = False
        db_table = "event_sales_summary"
        verbose_name, verbose_name_plural = _("sales of an event"), _("sales by event")

    def __str__(self) -> str:
        return self.title
