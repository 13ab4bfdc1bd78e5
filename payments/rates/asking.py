"""The asking itself: each source once, with short patience. Whatever goes wrong is an answer, too."""

import json
import time
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import requests

from .rounds import Answer
from .sources import SOURCES, Source

SECONDS = 3


def ask_all(currency: str) -> list[Answer]:
    """Ask every source of the currency, one after the other."""
    return [_ask(source) for source in SOURCES if source.currency == currency]


def _ask(source: Source) -> Answer:
    began = time.monotonic_ns()
    price: Decimal | None = None
    quoted_at: datetime | None = None
    problem = ""
    try:
        price, quoted_at = source.read(*[_json(url) for url in source.urls])
    except requests.RequestException as error:
        problem = f"no answer: {type(error).__name__}"[:40]
    except (ArithmeticError, InvalidOperation, KeyError, LookupError, TypeError, ValueError, AttributeError, OSError):
        problem = "an answer that we cannot read"
    took = (time.monotonic_ns() - began) // 1_000_000
    return Answer(source.name, price, quoted_at, source.patience, took, problem)


def _json(url: str) -> Any:
    answer = requests.get(url, timeout=(SECONDS, SECONDS), headers={"Accept": "application/json"})
    answer.raise_for_status()
    return json.loads(answer.content, parse_float=Decimal)
