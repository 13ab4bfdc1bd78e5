"""What we know of a transaction that a buyer names."""

from django.utils.translation import gettext as _

from orders.models import Order
from payments.amounts import told
from payments.models import Transfer


def known_of(order: Order, tx: str) -> str:
    """Say what it brought to this order; of all other transactions we say that we do not see them here."""
    here = Transfer.objects.filter(tx_hash=tx, address__payment__order=order)
    found = here.select_related("token", "chain").order_by("-canonical", "log_index").first()
    if found is None:
        return _(
            "We do not see this transaction at the address of your order. A new one shows within some minutes. "
            "Compare address and network in your wallet; if they are right and nothing shows, "
            "write to the seller and send the transaction along."
        )
    words = {"amount": told(int(found.amount), found.token.decimals), "token": found.token.label, "chain": found.chain.name}
    if not found.canonical:
        return _("We saw %(amount)s %(token)s, and the network took it back. It mostly comes again by itself within minutes.") % words
    if not found.accepted:
        return (
            _("We see %(amount)s %(token)s on %(chain)s. This order cannot be paid with that: write to the seller, it is not lost.") % words
        )
    return _("We see %(amount)s %(token)s on %(chain)s. You need not do anything more about it.") % words
