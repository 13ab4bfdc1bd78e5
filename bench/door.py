"""The door as its gates see it: how long a scan takes from the post to the verdict, at one gate and at several at once."""

import re
import secrets
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from .buying import COOKIE, _marks, _together
from .client import Connection

GATES = (1, 4, 8)
TICKETS = 300  # for each number of gates; each is scanned twice, the second time in vain
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="(\w+)"')
VERDICT = re.compile(rb'"verdict": ?"(\w+)"')


class Gate:
    """One phone at the door, of somebody who is signed in."""

    def __init__(self, address: str, event: Any, session: str, name: str) -> None:
        self.connection, self.path, self.name = Connection(address), f"/check-in/{event.slug}/", name
        status, page = self.connection.send("GET", self.path, {"Cookie": session})
        cookie, token = COOKIE.search(page), TOKEN.search(page)
        if status != 200 or not cookie or not token:
            raise RuntimeError(f"no door: {status} {page[:400].decode(errors='replace')}")
        self.headers = {"Cookie": f"{session}; {cookie[1].decode()}", "Accept": "application/json"}
        self.token = token[1].decode()

    def scan(self, text: str) -> tuple[str, float]:
        """Return the verdict, and how long it took."""
        sent = {"code": text, "camera": "1", "gate": self.name, "nonce": secrets.token_urlsafe(12), "csrfmiddlewaretoken": self.token}
        began = time.perf_counter()
        status, answer = self.connection.send("POST", f"{self.path}scan/", self.headers, urlencode(sent).encode())
        taken = time.perf_counter() - began
        found = VERDICT.search(answer)
        if status != 200 or not found:
            raise RuntimeError(f"{status}: {answer[:400].decode(errors='replace')}")
        return found[1].decode(), taken


def measured(address: str) -> Iterator[dict[str, Any]]:
    for gates in GATES:
        event, codes = event_tonight(TICKETS)
        yield {"what": f"{gates} gates", **crowd(address, event, codes, gates)}


def crowd(address: str, event: Any, codes: list[str], gates: int) -> dict[str, Any]:
    """Let so many gates scan all codes, and then all of them again."""
    session, lock = session_of(event.promoter.members.filter(role="gate").first().user), threading.Lock()
    taken: dict[str, list[float]] = {"admitted": [], "already": []}
    waiting, errors = iter([*codes, *codes]), []

    def one(number: int) -> None:
        try:
            gate = Gate(address, event, session, f"G{number}")
            while True:
                with lock:
                    text = next(waiting, None)
                if text is None:
                    return
                verdict, seconds = gate.scan(text)
                taken[verdict].append(seconds)
        except Exception as error:
            errors.append(repr(error)[:300])

    began = time.perf_counter()
    _together(one, gates)
    elapsed = time.perf_counter() - began
    if errors:
        raise RuntimeError(errors[0])
    return {
        "rate": round(2 * len(codes) / elapsed, 1),
        **_marks("admitted", taken["admitted"]),
        **_marks("already", taken["already"]),
        "let_in": len(taken["admitted"]),
    }


def event_tonight(tickets: int) -> tuple[Any, list[str]]:
    """Make an event whose doors are open, with tickets that were given away; return it with its codes."""
    from django.utils import timezone

    import events.actions
    import payments.actions
    from accounts.models import Promoter
    from orders import signing
    from orders.actions import Wish
    from orders.buyers import Buyer
    from orders.models import Ticket

    at, promoter = timezone.now(), Promoter.objects.approved().filter(members__role="gate").first()
    assert promoter
    facts: dict[str, Any] = {
        "title": "Doors are open",
        "venue": "Balai",
        "city": "Bandung",
        "timezone": "Asia/Jakarta",
        "comp_limit": tickets,
    }
    facts |= {"starts_at": at + timedelta(hours=1), "ends_at": at + timedelta(hours=4)}
    tier = {"name": "Guests", "price": Decimal(0), "quantity": tickets}
    event = events.actions.create_event(promoter_id=promoter.pk, by=None, at=at, tiers=[tier], **facts)
    events.actions.publish(event_id=event.pk, by=None, at=at)
    line = {event.tiers.get().pk: 1}
    guests = [Wish(event_id=event.pk, lines=line, buyer=Buyer(email=f"g{n}@example.org", name="Ayu")) for n in range(tickets)]
    payments.actions.give_comps(wishes=guests, by=None, at=at)
    serials = Ticket.objects.filter(event=event).values_list("serial", flat=True)
    return event, [signing.signed(event.pk, serial) for serial in serials]


def session_of(user: Any) -> str:
    """Return the cookie of somebody who has signed in, with the second factor that gates need."""
    from allauth.account.internal.userkit import user_id_to_str
    from allauth.mfa.models import Authenticator
    from django.conf import settings
    from django.test import Client

    Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": {}})
    client = Client()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp"}]
    session["account_authentication_methods_user"] = user_id_to_str(user)
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def table(figures: list[dict[str, Any]]) -> list[str]:
    lines = ["| the door | scans/s | let in, p50, p95 ms | used before, p50, p95 ms |", "|---|--:|--:|--:|"]
    lines += [
        f"| {f['what']} | {f['rate']} | {f['admitted_p50']}, {f['admitted_p95']} | {f['already_p50']}, {f['already_p95']} |"
        for f in figures
    ]
    return ["", *lines] if figures else []
