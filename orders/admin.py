"""What staff read and nobody types."""

from django.contrib import admin

from orders.models import UserTicket
from ticketing.desk import ReadOnly


@admin.register(UserTicket)
class UserTicketAdmin(ReadOnly):
    list_display = ("code", "title", "starts_at", "tier", "status", "is_upcoming")
    list_filter = ("is_upcoming", "status")
    search_fields = ("code", "reference", "title", "user_id__exact")
    ordering = ("-starts_at", "code")
    show_full_result_count = False
