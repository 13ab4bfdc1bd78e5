"""Amounts are rounded and written as their currency is (K-34)."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from ticketing import money


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("1000.4", "IDR", "1000"),
        ("1000.5", "IDR", "1001"),
        ("10.005", "USD", "10.01"),
        ("10.004", "USD", "10.00"),
        ("10.001", "USDT", "10.01"),
        ("10.01", "USDT", "10.01"),
    ],
)
def test_amounts_are_rounded_as_the_currency_is(amount, currency, expected):
    assert str(money.rounded(Decimal(amount), currency)) == expected
    assert money.is_payable(Decimal(amount), currency) == (Decimal(amount) == Decimal(expected))


@pytest.mark.parametrize(
    ("language", "expected"), [("en", ["IDR 150,000", "USD 1,234.50", "45.10 USDT"]), ("id", ["Rp150.000", "USD 1.234,50", "45,10 USDT"])]
)
def test_amounts_are_written_as_the_reader_does(language, expected):
    with override(language):
        assert [money.written(Decimal(n), code) for n, code in (("150000", "IDR"), ("1234.5", "USD"), ("45.1", "USDT"))] == expected
