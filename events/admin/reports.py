"""What staff read and nobody types."""

from django.contrib import admin

from events.models import ActiveEvent, ReferenceRate
from ticketing.desk import ReadOnly


@admin.register(ActiveEvent)
class ActiveEventAdmin(ReadOnly):
    list_display = ("title", "starts_at", "venue", "city", "total_tickets", "sold_tickets", "reserved_tickets", "available_tickets")
    search_fields = ("title", "artist", "venue", "city")
    ordering = ("starts_at",)
    show_full_result_count = False


@admin.register(ReferenceRate)
class RateAdmin(ReadOnly):
    list_display = ("currency", "per_usdt", "quoted_at")
    ordering = ("currency",)
