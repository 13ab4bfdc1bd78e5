"""Buying as buyers do: the event's page, the form, the order's page, each buyer a new visitor, all for one tier.

Beside it the same change of stock by psycopg alone, with the same number of clients: what one hot row can take at best.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from statistics import median
from typing import Any
from urllib.parse import urlencode

from .client import Connection
from .processes import cpu_of, memory_of

CLIENTS = (1, 8, 32, 64)
CONNECTIONS = 32  # more by psycopg alone, and none were left for web and workers
PLENTY = 1_000_000
SOLD_OUT, BUYERS = 500, 1000
COOKIE = re.compile(rb"set-cookie:\s*((?:__Host-)?csrf=[^;]+)", re.I)
TOKEN = re.compile(rb'id="buy".*?name="csrfmiddlewaretoken" value="(\w+)".*?name="key" value="([^"]+)"', re.S)
WHERE = re.compile(rb"location:\s*(\S+)", re.I)
STOCK = (
    "SELECT id FROM events_tickettier WHERE id = %s FOR NO KEY UPDATE",
    "UPDATE events_tickettier SET reserved = reserved + 1 WHERE id = %s AND available >= 1",
    "UPDATE events_tickettier SET reserved = reserved - 1, sold = sold + 1 WHERE id = %s",
)


class Buyer:
    """Buys one free ticket after the other, each time as somebody who was never here."""

    def __init__(self, address: str, event: Any, number: int) -> None:
        self.connection, self.number = Connection(address), number
        self.path, self.field = event.get_absolute_url(), f"quantity-{event.tiers.get().pk}"
        self.at = f"{event.pk.hex}.example.org"  # a mailbox of an earlier crowd would be sent fewer letters

    def buy(self, turn: int) -> tuple[bool, float]:
        """Return whether there was a ticket, and how long the form took."""
        status, page = self.connection.send("GET", self.path)
        cookie, form = COOKIE.search(page), TOKEN.search(page)
        if status != 200 or not cookie or not form:
            return _other(status, page), 0.0
        typed = {"email": f"b{self.number}-{turn}@{self.at}", "name": "Ayu Lestari", self.field: "1"}
        typed |= {"csrfmiddlewaretoken": form[1].decode(), "key": form[2].decode()}
        began = time.perf_counter()
        status, answer = self.connection.send("POST", f"{self.path}reserve/", {"Cookie": cookie[1].decode()}, urlencode(typed).encode())
        taken = time.perf_counter() - began
        if status != 303:
            return _other(status, answer), taken
        status, order = self.connection.send("GET", WHERE.search(answer)[1].decode())  # type: ignore[index]  # a redirect has one
        if status != 200 or b"TIX-" not in order:
            raise RuntimeError(f"no ticket: {status} {order[:400].decode(errors='replace')}")
        return True, taken


def _other(status: int, answer: bytes) -> bool:
    """Being sold out is an answer; anything else is a fault."""
    if status in (200, 409) and (b"old out" in answer or b"are left" in answer or b"is left" in answer):
        return False
    raise RuntimeError(f"{status}: {answer[:600].decode(errors='replace')}")


def measured(address: str, pid: int, seconds: float) -> Iterator[dict[str, Any]]:
    for clients in CLIENTS:
        event = free_event(PLENTY)
        began, letters = cpu_of(pid), waiting_letters()
        figures = crowd(address, event, clients, seconds)
        figures |= {"cpu_ms": round((cpu_of(pid) - began) / figures["orders"] * 1000, 1), "memory_mb": round(memory_of(pid))}
        figures |= drained(letters)
        yield {"what": f"{clients} clients", **figures, "psycopg": psycopg_alone(event.tiers.get().pk, clients, seconds / 2)}
    yield {"what": f"{SOLD_OUT} tickets, {BUYERS} buyers", **sell_out(address)}


def crowd(address: str, event: Any, clients: int, seconds: float) -> dict[str, Any]:
    """Let so many buyers buy at once, each anew as soon as the order's page is there."""
    journeys: list[float] = []
    forms: list[float] = []
    errors: list[str] = []
    until = time.perf_counter() + seconds

    def one(number: int) -> None:
        try:
            buyer, now, turn = Buyer(address, event, number), time.perf_counter(), 0
            while now < until:
                _bought, form = buyer.buy(turn)
                then, now, turn = now, time.perf_counter(), turn + 1
                journeys.append(now - then)
                forms.append(form)
        except Exception as error:
            errors.append(str(error)[:300])

    began = time.perf_counter()
    _together(one, clients)
    elapsed = time.perf_counter() - began
    if errors:
        raise RuntimeError(errors[0])
    return {"orders": len(journeys), "rate": round(len(journeys) / elapsed, 1), **_marks("journey", journeys), **_marks("form", forms)}


def sell_out(address: str, clients: int = 64) -> dict[str, Any]:
    event = free_event(SOLD_OUT)
    numbers, bought, errors = iter(range(BUYERS)), [], []
    lock = threading.Lock()

    def one(client: int) -> None:
        buyer = Buyer(address, event, 1000 + client)
        while True:
            with lock:
                turn = next(numbers, None)
            if turn is None:
                return
            try:
                bought.append(buyer.buy(turn)[0])
            except Exception as error:
                errors.append(str(error)[:300])

    began = time.perf_counter()
    _together(one, clients)
    elapsed = time.perf_counter() - began
    tier = event.tiers.get()
    return {
        "seconds": round(elapsed, 2),
        "sold": tier.sold,
        "tickets": event.tickets.count(),
        "told_no": bought.count(False),
        "errors": len(errors),
    }


def _together(one: Callable[[int], None], clients: int) -> None:
    threads = [threading.Thread(target=one, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _marks(name: str, taken: list[float]) -> dict[str, float]:
    ordered = sorted(taken)
    return {f"{name}_p50": round(median(ordered) * 1000, 1), f"{name}_p95": round(ordered[len(ordered) * 95 // 100] * 1000, 1)}


def psycopg_alone(tier: Any, clients: int, seconds: float) -> float:
    """Return the sales a second that the tier's row takes from psycopg with nothing around them."""
    import psycopg
    from django.conf import settings

    from ticketing.local.postgres import APP

    done: list[int] = []
    until = time.perf_counter() + seconds

    def one(_number: int) -> None:
        count = 0
        with psycopg.connect(settings.PLACES.database_url(APP)) as alone:
            while time.perf_counter() < until:
                for statement in STOCK:
                    alone.execute(statement, [tier])
                alone.commit()
                count += 1
        done.append(count)

    _together(one, min(clients, CONNECTIONS))
    return round(sum(done) / seconds, 1)


def free_event(quantity: int) -> Any:
    return event_of(Decimal(0), quantity)


def event_of(price: Decimal, quantity: int) -> Any:
    """Make an event with one tier, by the actions that a promoter uses."""
    from django.utils import timezone

    import events.actions
    from accounts.models import Promoter

    at = timezone.now()
    starts_at = at + timedelta(days=30)
    tier = {"name": "Everybody", "price": price, "quantity": quantity}
    facts: dict[str, Any] = {"title": "Everybody at once", "venue": "Balai", "city": "Bandung", "timezone": "Asia/Jakarta"}
    facts |= {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=3)}
    promoter = Promoter.objects.approved().first()
    assert promoter
    event = events.actions.create_event(promoter_id=promoter.pk, by=None, at=at, tiers=[tier], **facts)
    events.actions.publish(event_id=event.pk, by=None, at=at)
    return event


def waiting_letters() -> int:
    from ticketing.models import EmailMessage

    return EmailMessage.objects.filter(sent_at=None, failed_at=None).count()


def drained(before: int) -> dict[str, Any]:
    """Say how fast the letters of what was bought go out once the crowd is gone."""
    owed, began = waiting_letters() - before, time.perf_counter()
    while (left := waiting_letters() - before) > 0 and time.perf_counter() - began < 120:
        time.sleep(0.2)
    return {"letters_owed": owed, "letters_rate": round((owed - left) / (time.perf_counter() - began), 1), "letters_left": max(0, left)}


def table(figures: list[dict[str, Any]]) -> list[str]:
    *crowds, rush = figures
    lines = [
        "| free orders | orders/s | journey p50, p95 ms | the form p50, p95 ms | CPU ms each | web and workers, MB | letters/s "
        "| its stock by psycopg alone, /s |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {f['what']} | {f['rate']} | {f['journey_p50']}, {f['journey_p95']} | {f['form_p50']}, {f['form_p95']} | {f['cpu_ms']} "
        f"| {f['memory_mb']} | {f['letters_rate']} | {f['psycopg']:,.0f} |"
        for f in crowds
    ]
    told = f"{rush['sold']} sold, {rush['tickets']} tickets made, {rush['told_no']} told that there are none, {rush['errors']} errors"
    return [*lines, "", f"{rush['what']}: over in {rush['seconds']} s; {told}."]
