"""Commands for those who help buyers: hold longer, send again, give away, and tell an order's story."""

import json
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from orders import actions as orders_actions
from orders.models import Note, Order
from payments import actions
from tests import factories
from tests.factories import THEN
from tests.promises import kept
from ticketing import mail
from ticketing.models import EmailMessage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment():
    with time_machine.travel(THEN, tick=False):
        yield


def run(*words):
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def letters():
    return EmailMessage.objects.filter(kind__startswith="orders.").count()


def test_extend_order_holds_longer_three_times():
    order = factories.order(factories.published())
    with time_machine.travel(THEN + timedelta(hours=1), tick=False):
        assert "Nothing was changed" in run("extend_order", order.reference, "--dry-run")
        said = json.loads(run("extend_order", order.reference.lower(), "--json"))
        assert said == {
            "reference": order.reference,
            "status": "pending",
            "held_until": (order.expires_at + timedelta(hours=1)).isoformat(),
            "extended": True,
        }
        run("extend_order", order.reference), run("extend_order", order.reference)
        with pytest.raises(CommandError, match="as often as it may be"):
            run("extend_order", order.reference)


def test_resend_owes_the_letter_as_it_stands():
    order = factories.paid(factories.published())
    before = letters()

    assert "Nothing was sent" in run("resend", order.reference, "--dry-run")
    assert letters() == before
    assert json.loads(run("resend", order.tickets.get().code, "--json")) == {"reference": order.reference, "status": "paid", "sent": True}
    assert letters() == before + 1
    actions.annul(order_id=order.pk, reason="Ill", by=None, at=THEN)
    with pytest.raises(CommandError, match="nothing to send"):
        run("resend", order.reference)
    with pytest.raises(CommandError, match="no order"):
        run("resend", "BK-NOTHING")


def test_p_06_issue_comps_gives_once_for_one_reason(tmp_path):
    event = factories.published()
    file = tmp_path / "guests.csv"
    file.write_text("Rani, rani@example.org, 2\nTomi, tomi@example.org\n")
    words = ("issue_comps", event.slug, str(file), "--reason", "Press")

    assert "Nothing was given" in run(*words, "--dry-run")
    assert Order.objects.count() == 0
    for _ in range(2):
        assert json.loads(run(*words, "--json")) == {"guests": 2, "tickets": 3, "given": True}
    assert (Order.objects.count(), Note.objects.count(), factories.tier().sold) == (2, 2, 3)
    assert kept()


@pytest.mark.parametrize(
    ("content", "options", "says", "code"),
    [
        ("Rani", [], "Line 1: There is no e-mail address", 3),
        ("\n", [], "The list is empty", 3),
        ("\n".join(f"A{n}, a{n}@example.org" for n in range(51)), [], "gives 50 tickets away", 1),
        ("A, a@example.org", ["--tier", "Gold"], "They are: Regular", 1),
    ],
)
def test_issue_comps_names_what_is_wrong_and_gives_nothing(tmp_path, content, options, says, code):
    event = factories.published()
    file = tmp_path / "guests.csv"
    file.write_text(content)

    with pytest.raises(CommandError, match=says) as refused:
        run("issue_comps", event.slug, str(file), "--reason", "Press", *options)

    assert (refused.value.returncode, Order.objects.count()) == (code, 0)


def test_order_explain_tells_the_whole_story_in_order_and_names_nobody():
    event = factories.published(refund_until_hours=24)
    order = factories.order(event, "Zebrafinch", lines={event.tiers.get().pk: 2})
    actions.settle_by_hand(order_id=order.pk, reason="Seen by Kookaburra.", by=event.promoter.owner, at=THEN + timedelta(minutes=5))
    seat = order.tickets.order_by("code").first()
    actions.annul_seat(ticket_id=seat.pk, reason="Camera", by=None, at=THEN + timedelta(minutes=9))
    orders_actions.resend(order_id=order.pk, at=THEN + timedelta(minutes=10), by="system", for_team=True)
    mail.deliver_due()

    said = run("order_explain", order.reference)

    heads = ["Order: Order placed", "Payment: Settled by hand", f"{seat.code}: Cancelled", "Letter sent again"]
    places = [said.index(head) for head in heads]
    assert places == sorted(places)
    for words in (
        "Order: Paid",
        "One seat given back",
        "2 × Regular (1 given back)",
        "IDR 300,000",
        "→ Settled",
        "refund: 150000",
        "16:05:00 WIB",
        "Letter: The tickets, sent",
    ):
        assert words in said, words
    for word in ("Zebrafinch", "zebrafinch", "Kookaburra", order.secret):
        assert word not in said
    told = json.loads(run("order_explain", seat.code, "--json"))
    assert (told["reference"], told["status"], told["payment"], len(told["story"]) > 8) == (order.reference, "paid", "settled", True)
    assert [line["at"] for line in told["story"]] == sorted(line["at"] for line in told["story"])


@pytest.mark.parametrize(
    "name", ["extend_order", "resend", "issue_comps", "order_explain", "rebuild_counters", "refresh_sales_summary", "export_data"]
)
def test_each_command_shows_an_example_that_names_itself(name):
    from django.core.management import load_command_class

    app = "orders" if name == "rebuild_counters" else "payments"
    assert f"Example: python manage.py {name}" in load_command_class(app, name).help
