"""The receipt of an order as a paper: the same words and figures as its page."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.models import OrderItem
from orders.papers.receipt import Receipt
from ticketing import identity
from ticketing.money import priced, written

from .order import OrderPage
from .state import ENDED


def receipt_of(page: OrderPage) -> Receipt:
    return Receipt(
        heading=_("Receipt") if page.order.paid_at else _("Order, not paid"),
        reference=page.order.reference,
        facts=[(name, value) for name, value in _facts(page) if value],
        lines=[_line(page, item) for item in page.items],
        sums=[(name, priced(amount, page.order.currency)) for name, amount in _sums(page)],
        after=[(_("Goes back to you"), written(page.refund, page.order.currency))] if page.refund else [],
        note=f"{page.heading}. {page.lead}" if page.state == ENDED else "",
    )


def _facts(page: OrderPage) -> Iterator[tuple[str, str]]:
    seller, site = page.event.promoter, identity.current().seller
    through = _("through %(seller)s") % {"seller": site} if site else ""
    yield _("Sold by"), ", ".join(filter(None, [seller.name, seller.contact_email, through]))
    yield _("Bought by"), f"{page.order.buyer_name}, {page.order.buyer_email}"
    yield _("For"), page.event.title
    yield _("When"), page.when
    yield _("Where"), page.place
    yield _("Ordered"), page.ordered
    yield _("Paid"), f"{page.paid}, {page.payment.get_provider_display()}" if page.paid else ""
    if page.usdt:
        yield _("In USDT"), f"{page.usdt.due} USDT"
        yield _("Rate for 1 USDT"), page.usdt.rate
        yield _("Price fixed"), page.usdt.fixed
        yield _("Network"), page.usdt.chain
        for one in page.usdt.arrived:
            amount = f"{one.amount} {one.token}" if one.counts else f"{one.amount} {one.token} ({_('does not count')})"
            yield amount, f"{one.when}, {one.tx}"
        yield "", page.usdt.more


def _line(page: OrderPage, item: OrderItem) -> tuple[str, str, str, str]:
    words = ngettext("%(count)s given back", "%(count)s given back", item.returned) % {"count": item.returned}
    what = f"{item.tier.name} ({words})" if item.returned else item.tier.name
    return what, str(item.quantity), priced(item.unit_price, page.order.currency), priced(item.total, page.order.currency)


def _sums(page: OrderPage) -> Iterator[tuple[str, Decimal]]:
    order = page.order
    if order.discount and order.code:
        yield _("Discount, %(code)s, taken off already") % {"code": order.code.code}, order.discount
    if order.service_fee:
        yield _("Service fee"), order.service_fee
    if order.tax:
        yield _("Tax, included in the price") if page.tax_included else _("Tax"), order.tax
    yield _("Total"), order.total
