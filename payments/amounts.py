"""Amounts of USDT: computed in whole units of the token, and never in floating point."""

from decimal import Decimal, localcontext
from fractions import Fraction
from math import ceil

from ticketing.money import in_full

ONE = Decimal(1)
CENT = Decimal("0.01")  # what people can type into any wallet, and exchanges take


def due(total: Decimal, per_usdt: Decimal, *, spread: Decimal = Decimal(0)) -> Decimal:
    """Return what an order costs in USDT, rounded up to a hundredth, so that no seller gets less than the price."""
    exact = Fraction(total) * (1 + Fraction(spread)) / Fraction(per_usdt)
    return ceil(exact * 100) * CENT


def atomic(amount: Decimal, decimals: int) -> int:
    """Return the amount in the token's smallest units. It must be a whole number of them."""
    exact = Fraction(amount) * 10**decimals
    if exact.denominator != 1:
        raise ValueError(f"{amount} has more than {decimals} decimals")
    return exact.numerator


def in_usdt(units: int, decimals: int) -> Decimal:
    """Return the exact amount, with two decimals or as many more as it takes."""
    with localcontext(prec=100):  # the usual 28 digits would round what a transfer can hold
        exact = Decimal(units).scaleb(-decimals)
        return exact.quantize(CENT) if exact == exact.quantize(CENT) else exact.normalize()


def digits(units: int, decimals: int) -> str:
    """Write an amount as wallets and exchanges read it: a point, and nothing between the thousands."""
    return f"{in_usdt(units, decimals):f}"


def told(units: int, decimals: int) -> str:
    """Write an amount that came, or that was asked for, as the reader's language does; what is still to be sent, `digits` writes."""
    return in_full(in_usdt(units, decimals))


def least(units: int, decimals: int) -> int:
    """Return what is enough: exchanges take their fee from what was sent, so a little less settles the order.

    A half percent or ten cents, whichever is more; but never more than two percent, nor than fifty cents.
    """
    cent = 10**decimals // 100
    return units - min(max(units * 5 // 1000, 10 * cent), units * 2 // 100, 50 * cent)
