"""What an order costs: fee, tax and discount, to the last decimal (B-26, K-19, K-34)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import prices
from events.models import DiscountCode, Event
from events.prices import Discount, Line, Terms, quote
from tests import factories
from ticketing import identity
from ticketing.identity import SiteIdentity
from ticketing.money import is_payable

D = Decimal


def sums(found):
    return tuple(map(str, (found.discount, found.subtotal, found.service_fee, found.tax, found.total)))


@pytest.mark.parametrize(
    ("terms", "discount", "expected"),
    [
        # Two at 150,000 and one at 50,000: discount, subtotal, fee, tax, total.
        ({}, None, ("0", "350000", "0", "0", "350000")),
        ({"fee_percent": D("2.5")}, None, ("0", "350000", "8750", "0", "358750")),
        ({"fee_fixed": D(1000)}, None, ("0", "350000", "3000", "0", "353000")),
        ({"fee_fixed": D(1000), "fee_per": "order"}, None, ("0", "350000", "1000", "0", "351000")),
        ({"fee_percent": D("2.5"), "fee_fixed": D(1000)}, None, ("0", "350000", "11750", "0", "361750")),
        ({"tax_percent": D(11)}, None, ("0", "350000", "0", "38500", "388500")),
        ({"tax_percent": D(11), "tax_included": True}, None, ("0", "315315", "0", "34685", "350000")),
        ({"tax_fixed": D(500)}, None, ("0", "350000", "0", "1500", "351500")),
        ({"tax_fixed": D(500), "tax_included": True}, None, ("0", "348500", "0", "1500", "350000")),
        ({"tax_percent": D(10), "fee_percent": D(10)}, None, ("0", "350000", "35000", "35000", "420000")),
        ({"tax_percent": D(10)}, Discount(percent=D(10)), ("35000", "315000", "0", "31500", "346500")),
        ({}, Discount(amount=D(60_000)), ("170000", "180000", "0", "0", "180000")),
        ({}, Discount(percent=D(50), tiers={"vip"}), ("150000", "200000", "0", "0", "200000")),
        ({"fee_fixed": D(1000)}, Discount(amount=D(60_000)), ("170000", "180000", "2000", "0", "182000")),
        (
            {"fee_fixed": D(1000), "fee_per": "order", "tax_fixed": D(500), "tax_included": True},
            Discount(percent=D(100)),
            ("350000", "0", "0", "0", "0"),
        ),
    ],
)
def test_b_26_sums(terms, discount, expected):
    lines = [Line("vip", 2, D(150_000)), Line("regular", 1, D(50_000))]

    assert sums(quote(lines, Terms("IDR", **terms), discount)) == expected


@pytest.mark.parametrize(
    ("currency", "expected"),
    [
        ("IDR", ("3", "7", "0", "1", "8")),
        ("USD", ("3.33", "6.67", "0.07", "0.73", "7.47")),
        ("USDT", ("3.33", "6.67", "0.07", "0.74", "7.48")),
    ],
)
def test_k_34_rounding_is_the_currencys(currency, expected):
    terms = Terms(currency, fee_percent=D(1), tax_percent=D(11))

    assert sums(quote([Line("a", 1, D(10))], terms, Discount(percent=D("33.33")))) == expected


amounts = st.integers(0, 10**9)
percents = st.decimals(0, 100, places=2)


@st.composite
def orders(draw):
    currency = draw(st.sampled_from(["IDR", "USD", "USDT"]))
    unit = D(1) if currency == "IDR" else D("0.01")
    lines = [Line(n, draw(st.integers(1, 50)), draw(amounts) * unit) for n in range(draw(st.integers(1, 4)))]
    terms = Terms(
        currency,
        fee_percent=draw(percents),
        fee_fixed=draw(amounts) * unit,
        fee_per=draw(st.sampled_from(["ticket", "order"])),
        tax_percent=draw(percents),
        tax_fixed=draw(amounts) * unit,
        tax_included=draw(st.booleans()),
    )
    kinds = [{}, {"percent": draw(percents)}, {"amount": draw(amounts) * unit}]
    return lines, terms, Discount(**draw(st.sampled_from(kinds)), tiers=draw(st.sampled_from([(), (0,), (0, 2)])))


@given(orders())
def test_b_26_total_is_always_subtotal_and_fee_and_tax(order):
    lines, terms, discount = order

    found = quote(lines, terms, discount)

    parts = (found.subtotal, found.service_fee, found.tax)
    assert found.total == sum(parts)
    assert min(*parts, found.discount) >= 0
    assert all(is_payable(part, terms.currency) for part in (*parts, found.discount))
    assert found.tickets + found.discount == sum(line.price * line.quantity for line in lines)
    assert found.tickets == found.subtotal + (found.tax if terms.tax_included else 0)
    assert all(0 <= line.unit_price <= line.list_price for line in found.lines)
    if not found.tickets:
        assert found.total == 0


@given(orders())
def test_a_discount_never_costs_more(order):
    lines, terms, discount = order

    assert quote(lines, terms, discount).total <= quote(lines, terms).total


@given(orders())
def test_k_19_a_discount_is_taken_off_before_fee_and_tax(order):
    lines, terms, discount = order
    found = quote(lines, terms, discount)
    net = [Line(line.tier, line.quantity, line.unit_price) for line in found.lines]

    assert (found.subtotal, found.service_fee, found.tax) == sums_of(quote(net, terms))


def sums_of(found):
    return found.subtotal, found.service_fee, found.tax


@pytest.mark.django_db
def test_terms_are_the_events_or_else_the_promoters():
    event = factories.event(factories.promoter(fee_percent=D(2), fee_fixed=D(500), tax_percent=D(11)))

    assert prices.terms_of(event) == Terms("IDR", D(2), D(500), "ticket", D(11), D(0), tax_included=False)
    Event.objects.update(fee_percent=0, fee_fixed=1, fee_per="order", tax_percent=10, tax_fixed=5, tax_included=True)
    assert prices.terms_of(Event.objects.get()) == Terms("IDR", D(0), D(1), "order", D(10), D(5), tax_included=True)


@pytest.mark.django_db
def test_terms_are_the_sites_where_neither_has_any(django_assert_num_queries):
    SiteIdentity.objects.create(fee_percent=D(3), fee_fixed=D(250), tax_percent=D(12))
    identity.forget()
    event = factories.event(factories.promoter(tax_percent=D(0)))
    assert event.promoter.fee_percent is None

    with django_assert_num_queries(1):  # the identity, once a minute in each process
        assert prices.terms_of(event) == Terms("IDR", D(3), D(250), "ticket", D(0), D(0), tax_included=False)
        prices.terms_of(event)


@pytest.mark.django_db
def test_price_with_fees_is_what_an_order_of_one_costs():
    event = factories.event(factories.promoter(fee_percent=D(2), tax_percent=D(10)))
    tier, terms = factories.tier(), prices.terms_of(event)
    code = DiscountCode.objects.create(event=event, code="EARLY", percent=D(50))

    assert prices.price_with_fees(tier, terms) == D(168_000)
    assert prices.price_with_fees(tier, terms, prices.discount_of(code)) == D(84_000)
    code.tiers.set(event.tiers.all())
    assert prices.discount_of(code) == Discount(percent=D(50), tiers={tier.pk})


def test_about_how_much_that_is_in_usdt():
    assert prices.in_usdt(D(150_000), D(16_250)) == D("9.24")
