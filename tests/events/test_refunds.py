"""What comes back, and in which words."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from events.refunds import RefundPolicy, policy_of
from tests import factories
from tests.factories import THEN
from ticketing.money import Currency, is_payable

D = Decimal
FREELY = RefundPolicy(until_hours=48, percent=D(100), withheld=D(0), keeps_fee=True, currency="IDR")


def policy(**terms):
    return RefundPolicy(**{**FREELY.__dict__, **terms})


@pytest.mark.parametrize(
    ("terms", "hours", "expected"),
    [({}, 49, True), ({}, 48, False), ({"until_hours": 0}, 1, True), ({"until_hours": 0}, 0, False), ({"until_hours": None}, 999, False)],
)
def test_refunds_end_so_many_hours_before_the_start(terms, hours, expected):
    assert policy(**terms).is_open(THEN, THEN - timedelta(hours=hours)) == expected


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({}, 300_000),
        ({"keeps_fee": False}, 308_000),
        ({"percent": D(50)}, 150_000),
        ({"percent": D("33.33")}, 99_990),
        ({"withheld": D(10_000)}, 280_000),
        ({"withheld": D(10_000), "percent": D(50), "keeps_fee": False}, 138_000),
        ({"withheld": D(200_000)}, 0),
        ({"withheld": D(200_000), "keeps_fee": False}, 8_000),
        ({"percent": D(0)}, 0),
    ],
)
def test_refund_of_two_tickets(terms, expected):
    assert policy(**terms).refund(tickets=D(300_000), fee=D(8_000), count=2) == expected


@given(
    st.decimals(0, 10**9, places=2), st.decimals(0, 10**6, places=2), st.integers(1, 50), st.decimals(0, 100, places=2),
    st.decimals(0, 10**6, places=2), st.booleans(), st.sampled_from(["USD", "USDT"]),
)  # fmt: skip
def test_refund_is_never_more_than_was_paid(tickets, fee, count, percent, withheld, keeps_fee, currency):
    back = policy(percent=percent, withheld=withheld, keeps_fee=keeps_fee, currency=currency).refund(tickets=tickets, fee=fee, count=count)

    assert 0 <= back <= tickets + fee


@given(
    st.decimals(0, 10**9, places=0), st.integers(1, 50), st.integers(1, 50), st.decimals(0, 100, places=2), st.sampled_from(["IDR", "USD"])
)  # fmt: skip
def test_refund_of_a_share_can_be_paid_and_is_the_share_but_for_rounding(total, part, more, percent, currency):
    """A share of an order is a fraction such as 33,333.67, which no bank sends in rupiah."""
    share = total * part / (part + more)
    back = policy(percent=percent, currency=currency).refund(tickets=share, fee=D(0), count=1)

    assert is_payable(back, currency)
    assert abs(back - share * percent / 100) <= D(1).scaleb(-Currency(currency).decimals) / 2


@pytest.mark.parametrize(
    ("terms", "english", "indonesian"),
    [
        ({"until_hours": None}, "Tickets are not refunded.", "Tiket tidak dapat dikembalikan."),
        (
            {},
            "You can give tickets back until 2 days before the start. Their full price comes back. The service fee is kept.",
            "Tiket dapat dikembalikan sampai 2 hari sebelum acara dimulai. Harganya kembali penuh. Biaya layanan tidak dikembalikan.",
        ),
        (
            {"until_hours": 1, "percent": D("50.00"), "withheld": D(10_000), "keeps_fee": False},
            "You can give tickets back until 1 hour before the start. 50% of their price comes back, less IDR 10,000 for each ticket. "
            "The service fee comes back, too.",
            "Tiket dapat dikembalikan sampai 1 jam sebelum acara dimulai. 50% dari harganya kembali, dikurangi Rp10.000 per tiket. "
            "Biaya layanan juga dikembalikan.",
        ),
        (
            {"until_hours": 0, "withheld": D(5_000)},
            "You can give tickets back until the event starts. Their price comes back, less IDR 5,000 for each ticket. "
            "The service fee is kept.",
            "Tiket dapat dikembalikan sampai acara dimulai. Harganya kembali, dikurangi Rp5.000 per tiket. "
            "Biaya layanan tidak dikembalikan.",
        ),
        (
            {"until_hours": 36, "percent": D("12.5")},
            "You can give tickets back until 36 hours before the start. 12.5% of their price comes back. The service fee is kept.",
            "Tiket dapat dikembalikan sampai 36 jam sebelum acara dimulai. 12,5% dari harganya kembali. Biaya layanan tidak dikembalikan.",
        ),
        (
            {"percent": D(0), "keeps_fee": False},
            "You can give tickets back until 2 days before the start. Nothing of their price comes back. The service fee comes back, too.",
            "Tiket dapat dikembalikan sampai 2 hari sebelum acara dimulai. Harganya tidak kembali. Biaya layanan juga dikembalikan.",
        ),
    ],
)
def test_words_in_both_languages(terms, english, indonesian):
    with override("en"):
        assert policy(**terms).words() == english
    with override("id"):
        assert policy(**terms).words() == indonesian


@pytest.mark.django_db
def test_an_order_keeps_the_policy_of_its_day():
    event = factories.event(refund_until_hours=48, refund_percent=D("80.00"), refund_withheld=D(1000), refund_keeps_fee=False)

    kept = policy_of(event)

    assert kept == policy(percent=D(80), withheld=D(1000), keeps_fee=False)
    assert RefundPolicy.from_dict(kept.as_dict()) == kept
