"""What staff read and nobody types."""

from django.contrib import admin

from events.models import ActiveEvent, ReferenceRate
from ticketing.desk import ReadOnly
from ticketing.money import in_full


@admin.register(ActiveEvent)
class ActiveEventAdmin(ReadOnly):
    list_display = ("title", "starts_at", "venue", "city", "total_tickets", "sold_tickets", "reserved_tickets", "available_tickets")
    search_fields = ("title", "artist", "venue", "city")
    ordering = ("starts_at",)
    show_full_result_count = False


@admin.register(ReferenceRate)
class RateAdmin(ReadOnly):
    list_display = fields = ("currency", "rate", "quoted_at")
    ordering = ("currency",)

    @admin.display(description=ReferenceRate._meta.get_field("per_usdt").verbose_name, ordering="per_usdt")
    def rate(self, rate: ReferenceRate) -> str:
        return in_full(rate.per_usdt.normalize())
