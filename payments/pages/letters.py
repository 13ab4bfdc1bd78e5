"""What a letter says of an order that waits for USDT: enough to compare with the page, and too little to be paid by."""

from datetime import datetime

from django.utils.translation import gettext as _

from orders.models import Order

from .panel import usdt

ENDS = 6  # characters of the address; whoever changes the page or the letter does not change both


def to_send(order: Order, at: datetime) -> str:
    """Return what to send where, in lines; nothing if the order waits for no money in USDT, or its address is not ours."""
    panel = usdt(order.payment, order, at)
    if panel is None or not (panel.takes_money and panel.address):
        return ""
    words = {"amount": panel.remaining, "token": panel.token, "chain": panel.chain}
    ends = {"first": panel.address[:ENDS], "last": panel.address[-ENDS:], "name": order.event.promoter.name}
    lines = [
        _("Exactly %(amount)s %(token)s, on %(chain)s.") % words,
        _("The address is on the page of your order. It begins with %(first)s and ends with %(last)s.") % ends,
        _("Compare them before you send. If they differ, send nothing, and tell %(name)s.") % ends,
    ]
    return "\n".join(lines)
