"""What reports read: the view `user_tickets_summary`, with the source documents' name."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class UserTicket(models.Model):
    """One ticket of somebody with an account, with its event. Without names and addresses, so that reports may read it."""

    id = models.UUIDField(primary_key=True)
    user_id = models.UUIDField()
    order_id = models.UUIDField()
    event_id = models.UUIDField()
    reference = models.CharField(_("reference"), max_length=13)
    code = models.CharField(_("code"), max_length=20)
    status = models.CharField(_("status"), max_length=10)
    used_at = models.DateTimeField(_("used at"), null=True)
    tier = models.CharField(_("tier"), max_length=80)
    unit_price = models.DecimalField(_("price"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=4)
    title = models.CharField(_("event"), max_length=140)
    venue = models.CharField(_("venue"), max_length=140)
    city = models.CharField(_("city"), max_length=80)
    timezone = models.CharField(max_length=50)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    event_status = models.CharField(_("event's status"), max_length=12)
    is_upcoming = models.BooleanField(_("to come"))

    class Meta:
        managed = False
        db_table = "user_tickets_summary"
        verbose_name, verbose_name_plural = _("ticket of an account"), _("tickets of accounts")

    def __str__(self) -> str:
        return self.code
