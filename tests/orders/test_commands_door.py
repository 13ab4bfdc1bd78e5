"""Tickets at a terminal: let in with the database, verified without anything."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from orders import actions, signing
from orders.models import Order, Scan, Ticket
from tests import factories
from tests.factories import THEN
from ticketing.local.places import BASE_DIR

pytestmark = pytest.mark.django_db
NIGHT = THEN + timedelta(days=30)


@pytest.fixture(autouse=True)
def night():
    with time_machine.travel(NIGHT, tick=False):
        yield


@pytest.fixture
def ticket():
    return factories.paid(factories.published()).tickets.get()


def text_of(ticket):
    return signing.signed(ticket.event_id, ticket.serial)


def said(*given, **options):
    """Return what the command prints and whether it ends well."""
    out = StringIO()
    try:
        call_command(*given, stdout=out, **options)
    except CommandError as error:
        return f"{out.getvalue()}{error}", False
    return out.getvalue().strip(), True


def test_check_in_lets_in_once(ticket):
    assert said("check_in", "malam-jazz", text_of(ticket), gate="A") == (f"Let in. Regular {ticket.code}", True)
    words, is_good = said("check_in", "malam-jazz", text_of(ticket), gate="B")
    assert not is_good
    assert words.startswith("Used before. Let in at 16:00, gate A,")
    assert Scan.objects.count() == 2


def test_check_in_answers_machines_and_retries(ticket):
    for _ in range(2):
        words, is_good = said("check_in", "malam-jazz", text_of(ticket), "--json", nonce="the-same-one")
        assert is_good
        assert json.loads(words)["verdict"] == "admitted"
    assert Scan.objects.count() == 1


def test_check_in_by_the_printed_code_needs_a_reason(ticket):
    assert said("check_in", "malam-jazz", ticket.code)[1] is False
    assert Ticket.objects.get().status == "valid"
    assert said("check_in", "malam-jazz", ticket.code.lower(), reason="Phone is empty")[1]
    assert said("check_in", "malam-jazz", ticket.code, "--undo", reason="Wrong one")[1]
    assert Ticket.objects.get().status == "valid"
    assert said("check_in", "malam-jazz", ticket.code, "--undo")[0].startswith("Say why")


def test_check_in_dry_run_changes_nothing(ticket):
    for code in (ticket.code, text_of(ticket)):
        assert said("check_in", "malam-jazz", code, "--dry-run") == (
            f"{ticket.code} is valid. Nothing was changed: this was a dry run.",
            True,
        )
    assert not Scan.objects.exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("nothing", "x"), "There is no event nothing."),
        (("malam-jazz", "x", "--reason", "y"), "There is no such ticket for this event."),
        (("malam-jazz", "A" * 144, "--dry-run"), "nobody signed it"),
        (("malam-jazz", "A" * 144), "Do not let in."),
        (("malam-jazz", ""), "This is no ticket of ours."),
    ],
)
def test_check_in_says_what_is_wrong(ticket, given, words):
    told, is_good = said("check_in", *given)
    assert (words in told, is_good) == (True, False)


def test_what_gates_without_network_need(ticket, tmp_path):
    """Used, cancelled, held and passed-on tickets are in the list, good ones are not; the mark is the event's."""
    event, file = ticket.event, tmp_path / "revoked.txt"
    used, passed_on, held = (factories.paid(event, name).tickets.get() for name in ("Carl", "Dora", "Eve"))
    factories.let_in(used)
    codes = {name: text_of(each) for name, each in {"good": ticket, "used": used, "passed on": passed_on, "held": held}.items()}
    actions.reissue(ticket_id=passed_on.pk, at=THEN, by=None)
    Order.objects.filter(pk=held.order_id).update(gate_hold="Look at it.")
    file.write_text(said("check_in", "malam-jazz", "--revoked")[0])
    mark = json.loads(said("check_in", "malam-jazz", "--revoked", "--json")[0])["event"]

    good = [name for name, code in codes.items() if said("verify_ticket", code, event=mark, revoked=str(file))[1]]
    assert good == ["good"]
    assert said("verify_ticket", codes["good"], event=str(event.pk))[1]
    assert said("verify_ticket", codes["good"], event="0" * 16)[1] is False
    assert said("verify_ticket", text_of(Ticket.objects.get(pk=passed_on.pk)), event=mark, revoked=str(file))[1]


def test_s_06_verify_ticket_needs_nothing_but_the_public_key(ticket, tmp_path):
    """In a process of its own, without database, Redis, secrets or network; nothing is started."""
    key = said("verify_ticket", "--print-keys")[0]
    code, state = text_of(ticket), tmp_path / "state"
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1"}
    clean = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    for services in ({}, nowhere):
        environment = {**clean, **services, "STATE_DIR": str(state), "DJANGO_SETTINGS_MODULE": "ticketing.settings", "SECRET_KEY": "other"}

        def run(*given, environment=environment):
            command = [sys.executable, "manage.py", "verify_ticket", *given, "--json"]
            return subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False)

        good, strange = run(code, "--key", key), run(code)
        assert json.loads(good.stdout) == {
            "good": True,
            "verdict": "good",
            "says": "A ticket of ours.",
            "serial": ticket.serial,
            "event": signing.mark(ticket.event_id),
        }
        assert (good.returncode, strange.returncode, json.loads(strange.stdout)["verdict"]) == (0, 1, "forged")
    assert [*(state / "postgres").iterdir(), *(state / "logs").iterdir()] == []


@pytest.mark.parametrize("given", [("x", "--key", "no key"), ("x", "--revoked", "/nowhere/at/all"), ("x",), ("",)])
def test_verify_ticket_says_what_is_wrong(ticket, given):
    code = text_of(ticket) if "--revoked" in given else given[0]
    assert said("verify_ticket", code, *given[1:])[1] is False
