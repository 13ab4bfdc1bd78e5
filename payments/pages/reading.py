"""Orders as their pages need them, with what is known of the chains they are paid on: read in one query."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, OuterRef, Subquery, Sum
from django.db.models.functions import JSONObject

from orders.models import Order
from payments.models import Quote


def orders_to_show() -> Any:
    read = JSONObject(
        quotes=Count("pk"), height=Sum("chain__cursor__number"), reached=Min("chain__cursor__reached_at"), patience=Max("chain__patience")
    )
    of_order = Quote.objects.filter(payment__order=OuterRef("pk")).order_by().values("payment__order").annotate(read=read).values("read")
    orders = Order.objects.select_related("event__promoter", "payment__address").with_told_at()
    return orders.annotate(chains_read=Subquery(of_order))


def chains_stamp(order: Any, at: datetime) -> str:
    """Return what changes when another network was chosen, a chain is lost from sight, or a block lies on money that was seen."""
    read = order.chains_read
    if not read:
        return ""
    reached = datetime.fromisoformat(read["reached"]) if read["reached"] else None
    is_seen = reached is not None and at - reached <= timedelta(seconds=read["patience"])
    height = read["height"] if order.status == Order.Status.CONFIRMING else ""
    return f"{read['quotes']} {height} {is_seen}"
