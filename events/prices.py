"""Placeholder until prices land."""

from decimal import Decimal


def of_one(event, tier) -> Decimal:
    return tier.price


def refund_words(event):
    return "No refunds"
