"""Amounts are whole units, rounded for the seller, forgiving for the buyer, and never floating."""

import ast
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments import amounts
from ticketing.local.places import BASE_DIR

RATES = st.decimals("0.5", "40000", places=8)
TOTALS = st.decimals("0.01", "1e12", places=2)


@pytest.mark.parametrize(
    ("total", "per_usdt", "due"),
    [
        (150_000, 16_300, "9.21"),  # 9.2024…
        (163_000, 16_300, "10.00"),
        (Decimal("163000.01"), 16_300, "10.01"),
        (1, 16_300, "0.01"),
        (Decimal("12.34"), 1, "12.34"),
    ],
)
def test_a_29_due_is_rounded_up_to_a_hundredth(total, per_usdt, due):
    assert amounts.due(Decimal(total), Decimal(per_usdt)) == Decimal(due)


@given(TOTALS, RATES)
def test_due_never_loses_and_never_gains_a_cent(total, per_usdt):
    due = amounts.due(total, per_usdt)

    assert due * per_usdt >= total - Decimal("1e-9")
    assert (due - amounts.CENT) * per_usdt < total
    assert due == due.quantize(amounts.CENT)


def test_a_stale_rate_costs_a_little_more():
    assert amounts.due(Decimal(163_000), Decimal(16_300), spread=Decimal("0.005")) == Decimal("10.05")


@given(st.decimals("0.01", "1e15", places=2), st.integers(2, 30))
def test_atomic_and_back_is_exact(amount, decimals):
    units = amounts.atomic(amount, decimals)

    assert (units, amounts.in_usdt(units, decimals)) == (int(amount * 100) * 10 ** (decimals - 2), amount)


def test_what_a_token_cannot_express_is_refused_and_what_it_can_is_shown():
    with pytest.raises(ValueError, match="more than 2 decimals"):
        amounts.atomic(Decimal("0.001"), 2)
    shown = [str(amounts.in_usdt(units, 18)) for units in (0, 10**15, 10**18, 12_340_000_000_000_000_000, 10**50 + 1)]
    assert shown == ["0.00", "0.001", "1.00", "12.34", "1" + "0" * 32 + "." + "0" * 17 + "1"]


@pytest.mark.parametrize(("due", "least"), [("1", "0.98"), ("5", "4.90"), ("10", "9.90"), ("50", "49.75"), ("1000", "999.50")])
def test_k_23_a_little_less_is_enough(due, least):
    for decimals in (6, 18):
        assert amounts.least(amounts.atomic(Decimal(due), decimals), decimals) == amounts.atomic(Decimal(least), decimals)


# Where time is measured, not money.
TIME = {"chain/nodes.py", "chain/client.py", "management/commands/refresh_sales_summary.py"}


def floats(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno
        if isinstance(node, ast.Name) and node.id in {"float", "round"}:
            yield node.lineno
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "FloatField":
            yield node.lineno


def test_no_money_is_ever_floating():
    found = {
        str(path.relative_to(BASE_DIR / "payments")): list(floats(ast.parse(path.read_text())))
        for path in sorted((BASE_DIR / "payments").rglob("*.py"))
    }

    assert len(found) > 40
    assert {path: lines for path, lines in found.items() if lines and path not in TIME} == {}


@pytest.mark.parametrize("breach", ["due = 1.5", "float(rate)", "round(due, 2)", "models.FloatField()"])
def test_a_floating_amount_is_seen(breach):
    assert list(floats(ast.parse(breach)))
