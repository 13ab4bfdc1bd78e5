"""The sales table is counted anew."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max

from events.models import Event
from payments.models import EventSales

WHILE_RUNNING, OTHERWISE = timedelta(minutes=15), timedelta(hours=1)


@transaction.atomic
def refresh_sales() -> None:
    """Count the sales of all events anew, while everybody reads the old figures.

    Locks: the summary; who comes second waits for the first. It writes no history: nothing has happened.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT payments_refresh_sales()")


def sales_are_old(*, at: datetime) -> bool:
    """Answer whether the figures are older than a quarter of an hour while an event runs, or than an hour."""
    newest = EventSales.objects.aggregate(newest=Max("refreshed_at"))["newest"]
    if newest is None:
        return True
    is_running = Event.objects.public().filter(starts_at__lte=at, ends_at__gt=at).exists()
    return at - newest >= (WHILE_RUNNING if is_running else OTHERWISE)
