"""The desk of orders: found by any name, read whole, changed by buttons, and given away by lists."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

import events.actions
import orders.actions
from accounts import roles
from events.models import Event
from orders.models import Concern, Note, Order, Ticket
from payments import actions
from payments.models import Payment, Transfer
from payments.wallet import checksummed
from tests import factories
from tests.factories import THEN
from tests.payments import keys, states
from tests.payments.world import address, make, pair, tickets
from tests.promises import kept
from ticketing.models import EmailMessage, HistoryEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment(groups):
    roles.give_permissions()
    with time_machine.travel(THEN, tick=False):
        yield


@pytest.fixture
def event():
    return factories.published(refund_until_hours=24)


@pytest.fixture
def owner(client, event):
    factories.sign_in(client, event.promoter.owner)
    return event.promoter.owner


def url(page, *given, model="orders_order"):
    return reverse(f"admin:{model}_{page}", args=given)


def text(answer):
    return answer.content.decode()


def found(client, model="orders_order", **asked):
    shown = text(client.get(url("changelist", model=model), asked))
    return set(re.findall(r"BK-[0-9A-Z]{10}", shown)) if model == "orders_order" else set(re.findall(r"TIX-[0-9A-Z]{10}-\d\d", shown))


# --- lists ----------------------------------------------------------------------------------------------


def test_p_04_k_08_orders_are_found_by_each_of_their_names(client, owner, event):
    bea, carl = factories.paid(event, "Bea", lines={event.tiers.get().pk: 2}), factories.order(event, "Carl")
    Ticket.objects.filter(code__endswith="-02").update(holder_email="gast@example.org")
    Order.objects.filter(pk=bea.pk).update(legacy_reference="RES1700000000000")

    code = bea.tickets.first().code
    misread = bea.reference.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    for typed in (
        "Bea",
        "bea@example.org",
        "GAST@example.org",
        bea.reference,
        misread,
        code,
        code.lower(),
        "RES1700000000000",
        bea.reference[:12],
    ):
        assert found(client, q=typed) == {bea.reference}, typed
    assert found(client) == {bea.reference, carl.reference}
    for typed in ("nobody", "BK-UUU", "%", "_", "'", "\\", "x" * 500):
        assert found(client, q=typed) == set(), typed


def test_p_04_orders_are_found_by_transaction_and_by_address(client, settings):
    settings.WALLET_XPUBS = [keys.xpub()]
    world = make(seats=9)
    order, _other = states.paid(world), states.waiting(world)
    factories.sign_in(client, order.event.promoter.owner)

    for typed in (checksummed(address(order)), address(order).upper(), f" {Transfer.objects.get().tx_hash} "):
        assert found(client, q=typed) == {order.reference}, typed
        assert order.reference in text(client.get(url("changelist", model="payments_payment"), {"q": typed})), typed
    for typed in ("0x", "0x00", "0x" + "0" * 64, "0x%"):
        assert found(client, q=typed) == set(), typed


def test_p_04_orders_are_narrowed_by_status_payment_way_and_event(client, owner, event):
    other = factories.published(event.promoter, title="Other", tiers=[{"name": "Free", "price": Decimal(0), "quantity": 9}])
    held, hand = factories.order(event, "Bea"), factories.paid(event, "Carl")
    free, back = factories.order(other, "Dora"), factories.paid(event, "Emil")
    actions.annul(order_id=back.pk, reason="Mistake", by=None, at=THEN)

    for asked, wanted in (
        ({"state": "pending"}, {held}),
        ({"state": "cancelled"}, {back}),
        ({"payment": "pending"}, {held}),
        ({"payment": "completed"}, {hand, free}),
        ({"payment": "refunded"}, {back}),
        ({"way": "manual"}, {held, hand, back}),
        ({"way": "free"}, {free}),
        ({"way": "by_hand"}, {hand, back}),
        ({"event": str(other.pk)}, {free}),
        ({"event": "nonsense"}, {held, hand, free, back}),
        ({"state": "paid", "way": "free", "q": "Dora"}, {free}),
    ):
        assert found(client, **asked) == {order.reference for order in wanted}, asked


def test_lists_cost_as_many_queries_with_many_rows_as_with_one(client, owner, event, django_assert_max_num_queries):
    for number in range(6):
        factories.paid(event, f"Guest{number}", lines={event.tiers.get().pk: 2})

    actions.refresh_sales()
    for where, most in (
        (url("changelist"), 12),
        (url("changelist", model="orders_ticket"), 11),
        (url("changelist", model="payments_payment"), 11),
        (url("changelist", model="payments_eventsales"), 11),
        (url("change", Order.objects.first().pk), 23),
    ):
        with django_assert_max_num_queries(most):
            assert client.get(where).status_code == 200


def test_half_cancelled_order_says_so_in_list_and_page(client, owner, event):
    order = factories.paid(event, lines={event.tiers.get().pk: 3})
    actions.annul_seat(ticket_id=order.tickets.first().pk, reason="Camera", by=owner, at=THEN)

    assert "2 of 3" in text(client.get(url("changelist")))
    page = text(client.get(url("change", order.pk)))
    for words in ("3 × Regular", "1 given back", "IDR 450,000", "Goes back to the buyer", "IDR 150,000", "by hand", "Seen on the account."):
        assert words in page


def test_list_of_payments_shortens_the_reason_and_its_page_has_all_of_it(client, owner, event):
    order, reason = factories.order(event), "Seen on the account of the hall, where it came without a name. " * 3
    actions.settle_by_hand(order_id=order.pk, reason=reason, by=owner, at=THEN)

    listed, page = (
        text(client.get(url("changelist", model="payments_payment"))),
        text(client.get(url("change", order.payment.pk, model="payments_payment"))),
    )

    assert (f"{reason[:79]}…" in listed, reason.strip() in listed, reason.strip() in page) == (True, False, True)


def test_page_tells_what_happened_in_words_and_which_letters_went_out(client, owner, event):
    order = factories.order(event)
    actions.settle_by_hand(order_id=order.pk, reason="Seen.", by=owner, at=THEN)
    actions.add_note(order_id=order.pk, text="Comes with <b>a dog</b>", by=owner, at=THEN)

    page = text(client.get(url("change", order.pk)))

    for words in (
        "Order placed",
        "Settled by hand",
        "Note",
        "Places are held, bea@example.org",
        "The tickets, bea@example.org",
        "waiting to be sent",
        "Comes with &lt;b&gt;a dog",
    ):
        assert words in page
    assert order.secret not in page
    assert Ticket.objects.get().secret not in page


def test_letters_of_an_order_say_why_they_were_given_up_and_the_raw_error_to_the_operator_alone(client, owner, event):
    order = factories.order(event)
    EmailMessage.objects.update(failed_at=THEN, last_error="SMTPDataError: (550, b'5.1.1 no such user')")

    shown = text(client.get(url("change", order.pk)))
    factories.sign_in(client, factories.staff("Root", "superadmin"))
    to_us = text(client.get(url("change", order.pk)))

    assert [("There is no such mailbox." in page, "SMTPDataError" in page) for page in (shown, to_us)] == [(True, False), (True, True)]


# --- buttons --------------------------------------------------------------------------------------------


def press(client, order, name, model="orders_order", **fields):
    return client.post(url(name, order.pk, model=model), fields)


def test_buttons_do_what_they_say(client, owner, event):
    order = factories.order(event, lines={event.tiers.get().pk: 2})
    until = order.expires_at

    with time_machine.travel(THEN + timedelta(minutes=10), tick=False):
        assert press(client, order, "extend").status_code == 302
    order.refresh_from_db()
    assert order.expires_at == until + timedelta(minutes=10)
    assert press(client, order, "mark_paid", reason="Seen").status_code == 302
    assert press(client, order, "resend").status_code == 302
    assert press(client, order, "note", text="Aisle").status_code == 302
    seat = order.tickets.order_by("code").first()
    assert press(client, seat, "annul", model="orders_ticket", reason="Camera").status_code == 302
    assert press(client, order, "annul", reason="Rain").status_code == 302

    order.refresh_from_db()
    assert (order.status, order.cancel_reason, order.payment.state, order.payment.by_hand_because) == (
        "cancelled",
        "Rain",
        "refunding",
        "Seen",
    )
    deeds = HistoryEntry.objects.filter(subject_id=order.pk).values_list("action", "actor")
    who = f"user:{owner.pk}"
    done = ("extended", "paid", "resent", "noted", "seat_cancelled", "cancelled")
    assert sorted(deeds) == sorted([("placed", "buyer"), *((deed, who) for deed in done)])
    kinds = EmailMessage.objects.filter(kind__regex="^(orders|payments)").values_list("kind", flat=True)
    assert sorted(kinds) == ["orders.held", "orders.tickets", "orders.tickets", "payments.cancelled", "payments.seat_cancelled"]


def test_a_ticket_is_issued_again_and_letters_go_elsewhere_at_once(client, owner, event):
    order = factories.paid(event)
    seat, secret = order.tickets.get(), order.secret

    with time_machine.travel(THEN + timedelta(days=3), tick=False):
        factories.sign_in(client, owner)
        assert "Whoever has the seat gets a letter" in text(client.get(url("reissue", seat.pk, model="orders_ticket")))
        assert press(client, seat, "reissue", model="orders_ticket").status_code == 302
        assert "already" in text(press(client, order, "move", email="BEA@example.org"))
        assert press(client, order, "move", email="bea@new.example").status_code == 302

        again = Order.objects.get()
        press(client, order, "annul", reason="Rain")
        for where in (url("move", order.pk), url("reissue", seat.pk, model="orders_ticket")):
            assert where not in text(client.get(where.rpartition("/")[0].rpartition("/")[0] + "/change/"))

    assert (again.buyer_email, again.secret == secret) == ("bea@new.example", False)
    assert (again.tickets.get().serial == seat.serial, again.tickets.get().holder_email) == (False, "bea@new.example")
    who = f"user:{owner.pk}"
    deeds = HistoryEntry.objects.filter(action__in=["reissued", "email_changed"]).values_list("action", "actor")
    assert sorted(deeds) == [("email_changed", who), ("reissued", who)]
    sent = EmailMessage.objects.filter(kind__in=["orders.seat_reissued", "orders.moved_away"]).values_list("kind", "to")
    assert sorted(sent) == [("orders.moved_away", "bea@example.org"), ("orders.seat_reissued", "bea@example.org")]
    assert kept()


def test_what_buyers_say_is_wrong_is_found_open_ones_first_and_answered(client, owner, event):
    orders_of = [factories.paid(event, name) for name in ("Bea", "Carl", "Dora")]
    for number, order in enumerate(orders_of):
        moment = THEN + timedelta(hours=number)
        orders.actions.raise_concern(order_id=order.pk, words=f"Wrong {number} <b>", at=moment, by="buyer")
    first, _second, third = Concern.objects.order_by("asked_at")
    assert "3 messages of buyers wait for an answer" in text(client.get("/admin/"))

    asked = text(client.get(url("reply", first.pk, model="orders_concern")))
    assert re.search(r"BK-\w+, \d+ \w+ 2\d{3}", asked)
    assert "Wrong 0 &lt;b&gt;" in asked
    assert press(client, first, "reply", model="orders_concern", answer="").status_code == 200
    assert press(client, first, "reply", model="orders_concern", answer="Look into your mail.").status_code == 302
    assert "meanwhile" in text(press(client, first, "reply", model="orders_concern", answer="Twice"))

    shown = text(client.get(url("changelist", model="orders_concern")))
    assert re.findall("Wrong [0-2]", shown) == ["Wrong 1", "Wrong 2", "Wrong 0"]
    assert "Wrong 0" not in text(client.get(url("changelist", model="orders_concern"), {"answered": "no"}))
    assert re.findall("Wrong [0-2]", text(client.get(url("changelist", model="orders_concern"), {"q": "dora@example.org"}))) == ["Wrong 2"]
    for where in (url("change", orders_of[0].pk), url("change", first.pk, model="orders_concern")):
        page = text(client.get(where))
        assert ("Look into your mail." in page, "Answered by" in page, "Wrong 0 &lt;b&gt;" in page) == (True, True, True)
    assert url("reply", third.pk, model="orders_concern") in text(client.get(url("change", orders_of[2].pk)))
    assert EmailMessage.objects.get(kind="orders.concern_answered").to == "bea@example.org"
    factories.sign_in(client, factories.member(event.promoter, "Max", "manager"))
    assert "2 messages of buyers wait for an answer" in text(client.get("/admin/"))


def test_marking_paid_is_finances_and_cancelling_the_managers(client, event):
    order = factories.order(event)
    for name, role, may, may_not in (("Fay", "finance", "mark_paid", "annul"), ("Max", "manager", "annul", "mark_paid")):
        factories.sign_in(client, factories.member(event.promoter, name, role))
        assert press(client, order, may_not, reason="x").status_code == 403
        assert client.get(url(may, order.pk)).status_code == 200
    assert Order.objects.get().status == "pending"


def test_buttons_of_anothers_order_are_not_there(client, owner):
    show = factories.published(factories.promoter("Mira", name="Mira"))
    theirs, seat = factories.order(show), factories.paid(show, "Carl").tickets.get()

    for name in ("mark_paid", "extend", "resend", "note", "annul"):
        assert press(client, theirs, name, reason="x", text="x").status_code == 404
    assert press(client, seat, "annul", model="orders_ticket", reason="x").status_code == 404
    assert (Order.objects.get(pk=theirs.pk).status, Note.objects.count(), Ticket.objects.get().status) == ("pending", 0, "valid")


def test_refusals_are_said_on_the_buttons_page(client, owner, event):
    order = factories.paid(event)

    answer = press(client, order, "extend")
    assert (answer.status_code, "has been seen" in text(answer)) == (409, True)
    assert press(client, order, "note", text="").status_code == 200
    assert Note.objects.count() == 0


def test_orders_are_changed_by_buttons_alone(client, owner, event):
    order = factories.order(event)
    before = Order.objects.values().get()

    client.post(url("change", order.pk), {"status": "paid", "total": "1"})
    assert client.get("/admin/orders/order/add/").status_code == 403
    assert client.post(url("delete", order.pk), {"post": "yes"}).status_code == 403
    client.post(url("changelist"), {"action": "delete_selected", "_selected_action": [str(order.pk)], "post": "yes"})

    assert Order.objects.values().get() == before


def errands(client):
    """Return what the overview says waits, each with the orders that its link leads to."""
    waiting = client.get("/admin/").context["errands"]
    return {errand.says: set(re.findall(r"BK-[0-9A-Z]{10}", text(client.get(errand.url)))) for errand in waiting}


def test_errand_names_orders_that_wait_for_a_payment_by_hand(client, owner, event):
    order = factories.order(event)

    assert errands(client) == {"1 order waits for a payment to you": {order.reference}}
    actions.settle_by_hand(order_id=order.pk, reason="Seen", by=owner, at=THEN)
    assert errands(client) == {}


def test_each_errand_of_money_leads_to_the_orders_that_it_counts(client, settings):
    settings.WALLET_XPUBS = [keys.xpub()]
    world = make(seats=9)
    without, over, paid = states.annulled(world), states.over(world), states.paid(world)
    back = factories.paid(Event.objects.get(), "Rich", at=world.at)
    actions.annul(order_id=back.pk, reason="Ill", by=None, at=world.at)
    doubted = states.doubted(world)
    factories.sign_in(client, without.event.promoter.owner)

    assert errands(client) == {
        "Money came for 1 order that has no tickets: its page says what you can do": {without.reference},
        "The payment of 1 order fell out of its network, and the tickets open no door: its page says what you can do": {doubted.reference},
        "More than was due came for 1 order: what is too much is the buyer’s": {over.reference},
        "1 buyer waits for money back from you": {back.reference},
    }
    assert paid.reference in found(client, payment="completed")
    assert found(client, payment="failed") == {without.reference, doubted.reference}


def test_page_says_what_came_in_usdt_and_where_to(client, settings):
    settings.WALLET_XPUBS = [keys.xpub()]
    world = make(seats=9, explorer="https://explorer.example")
    factories.sign_in(client, Event.objects.get().promoter.owner)

    for made, said in (
        (
            states.over,
            (
                "Asked for 9.21 USDT",
                "Rate for 1 USDT IDR 16,300",
                "Has come 10.21 USDT",
                "Too much, and the buyer’s 1.00 USDT",
                "USDT, settled, more than was due",
            ),
        ),
        (states.stray, ("Has come 0.00 USDT", "12.00 Other", "does not count")),
        (states.short, ("Has come 8.21 USDT", "Missing 1.00 USDT")),
        (states.changed_address, ("The address in the database is not the wallet’s",)),
    ):
        order = made(world)
        html = text(client.get(url("change", order.pk)))
        shown = " ".join(re.sub("<[^>]+>", " ", html).split())
        assert [words for words in said if words not in shown] == [], shown
        is_ours = made is not states.changed_address
        actions.annul(order_id=order.pk, reason="Next", by=None, at=world.at)  # nobody holds more than two
        assert (f'href="https://explorer.example/address/{checksummed(address(order))}"' in html) == is_ours
        assert all(
            f'href="https://explorer.example/tx/{one.tx_hash}"' in html for one in Transfer.objects.filter(address__payment__order=order)
        )


def test_p_15_page_says_what_each_state_of_the_money_means(client, settings):
    settings.WALLET_XPUBS = [keys.xpub()]
    world = make(seats=9)
    factories.sign_in(client, Event.objects.get().promoter.owner)

    for made, words in (
        (states.doubted, "Its payment fell out of the network"),
        (states.doubted, "write the loss off and let the buyer in"),
        (states.annulled, "Ask the buyer where to send the money; or mark it paid"),
        (states.short_at_the_end, "Money came, and the places had gone back."),
        (states.waiting, "What comes in USDT is seen by itself"),
        (states.short, "A part of the money has come."),
    ):
        assert words in text(client.get(url("change", made(world).pk))), made.__name__


def offered(client, order):
    shown = text(client.get(url("change", order.pk)))
    return {name for name in ("mark_paid", "write_off") if url(name, order.pk) in shown}


def test_t13_t15b_a_person_vouches_wherever_that_does_something_and_nowhere_else(client, settings):
    settings.WALLET_XPUBS = [keys.xpub()]
    world = make(seats=9)
    team = Event.objects.get().promoter
    manager, finance = (factories.member(team, name, role) for name, role in (("Max", "manager"), ("Fay", "finance")))

    for made, before, door in (
        (states.waiting, ("pending", "awaiting"), "mark_paid"),
        (states.short, ("pending", "partial"), "mark_paid"),
        (states.seen, ("confirming", "confirming"), "mark_paid"),
        (states.doubted, ("paid", "review"), "write_off"),
        (states.expired, ("expired", "awaiting"), "mark_paid"),
        (states.short_at_the_end, ("expired", "review"), "mark_paid"),
        (states.cancelled, ("cancelled", "awaiting"), "mark_paid"),
        (states.after_cancelling, ("cancelled", "review"), "mark_paid"),
    ):
        order = made(world)
        assert pair(order) == before
        factories.sign_in(client, manager)
        assert (offered(client, order), press(client, order, door, reason="Seen").status_code) == (set(), 403)
        factories.sign_in(client, finance)
        assert offered(client, order) == {door}, before
        assert press(client, order, door, reason="Seen").status_code == 302, before
        order.refresh_from_db()
        assert (pair(order), order.gate_hold, order.payment.by_hand_because) == (("paid", "settled"), "", "Seen")
        assert (tickets(order), offered(client, order)) == (1, set())
        actions.annul(order_id=order.pk, reason="Next", by=None, at=world.at)  # nobody holds more than two
        assert (pair(order), offered(client, order)) == (("cancelled", "refunding"), set())
    gone = Payment(order=Order(status="cancelled"), state="settled")
    refunded = Payment(order=Order(status="expired"), state="refunded")
    assert (gone.can_settle, refunded.can_settle) == (False, False)


# --- given away -----------------------------------------------------------------------------------------


def form(event, **fields):
    return {"tier": str(event.tiers.get().pk), "reason": "Press", "language": "id", "form_key": "k", "people": "", **fields}


def give(client, event, **fields):
    return client.post(f"{url('give')}?event={event.pk}", form(event, **fields))


def test_p_06_a_list_is_tried_first_and_given_after(client, owner, event):
    people = "Rani, rani@example.org, 2\nTomi <tomi@example.org>"
    tried = text(give(client, event, people=people))
    assert ("This would happen" in tried, "Give 3 tickets away" in tried, Order.objects.count()) == (True, True, 0)

    for _ in range(2):
        assert give(client, event, people=people, give="yes").status_code == 302

    orders = Order.objects.order_by("buyer_name")
    assert [(o.buyer_name, o.buyer_email, o.quantity, o.total, o.status, o.payment.provider, o.language) for o in orders] == [
        ("Rani", "rani@example.org", 2, 0, "paid", "comp", "id"),
        ("Tomi", "tomi@example.org", 1, 0, "paid", "comp", "id"),
    ]
    assert list(Note.objects.values_list("text", "author")) == [("Press", owner.pk)] * 2
    assert EmailMessage.objects.filter(kind="orders.tickets").count() == 2
    assert factories.tier().sold == 3
    assert "Has tickets for this event already" in text(give(client, event, people="Rani, rani@example.org"))
    assert kept()


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("no address", "There is no e-mail address in this line."),
        ("Rani, rani@", "rani@ is no e-mail address."),
        ("A, a@example.org, 0", "between 1 and 20"),
        ("A, a@example.org, 21", "between 1 and 20"),
        ("A, a@example.org\nB, A@example.org", "in the list twice"),
        ("=cmd|' /C calc'!A0", "There is no e-mail address in this line."),
    ],
)
def test_each_line_has_its_verdict_and_nothing_is_given_while_one_is_wrong(client, owner, event, line, verdict):
    answer = text(give(client, event, people=f"Tomi, tomi@example.org\n{line}", give="yes"))

    assert verdict in answer
    assert "Put this right first" in answer
    assert Order.objects.count() == 0


def test_a_file_is_read_like_a_list_and_other_files_are_refused(client, owner, event):
    where = f"{url('give')}?event={event.pk}"
    good = SimpleUploadedFile("guests.csv", "\ufeffRani;rani@example.org;2\n".encode())
    assert "Give 2 tickets away" in text(client.post(where, form(event, file=good)))

    bad = SimpleUploadedFile("guests.xlsx", b"PK\x03\x04\xff\xfe")
    assert "Save it as CSV in UTF-8" in text(client.post(where, form(event, file=bad)))
    large = SimpleUploadedFile("guests.csv", b"x" * 200_001)
    assert "too large" in text(client.post(where, form(event, file=large)))
    assert "Paste a list" in text(give(client, event))


def test_no_more_is_given_away_than_the_event_gives(client, owner, event):
    events.actions.update_event(event_id=event.pk, by=owner, at=THEN, comp_limit=3)
    give(client, event, people="Rani, rani@example.org, 2", give="yes")

    answer = give(client, event, people="Tomi, tomi@example.org, 2", give="yes", form_key="other")

    assert (answer.status_code, "This event gives 3 tickets away, and 1 of them are left." in text(answer)) == (409, True)
    again = give(client, event, people="Rani, rani@example.org, 2", give="yes")
    assert (again.status_code, Order.objects.count()) == (302, 1)
    actions.annul(order_id=Order.objects.get().pk, reason="Ill", by=owner, at=THEN)
    assert give(client, event, people="Tomi, tomi@example.org, 3", give="yes", form_key="third").status_code == 302


def test_giving_away_is_for_planners_at_events_of_theirs(client, event):
    theirs = factories.published(factories.promoter("Mira", name="Mira"), title="Theirs", slug="theirs")
    factories.sign_in(client, factories.member(event.promoter, "Fay", "finance"))
    assert client.get(url("give")).status_code == 403
    factories.sign_in(client, factories.member(event.promoter, "Max", "manager"))

    assert "Theirs" not in text(client.get(url("give")))
    for pk in (theirs.pk, "nonsense", "%00"):
        assert client.get(url("give"), {"event": pk}).status_code in {400, 404}
    assert give(client, theirs, people="A, a@example.org", give="yes").status_code == 404
    stolen = form(event, people="A, a@example.org", give="yes", tier=str(theirs.tiers.get().pk))
    assert client.post(f"{url('give')}?event={event.pk}", stolen).status_code == 200
    assert Order.objects.count() == 0


@pytest.mark.parametrize("value", ["-1", "0", str(2**63), "NaN", "１２３", "a\x00b", "x" * 5000, "\ud800".encode("utf-8", "surrogatepass")])
def test_hostile_input_gets_words(client, owner, event, value):
    client.raise_request_exception = False
    order = factories.order(event)
    for name in ("q", "state", "payment", "way", "event", "p", "o", "_to_field"):
        for model in ("orders_order", "orders_ticket", "orders_concern", "payments_payment", "payments_eventsales"):
            assert client.get(url("changelist", model=model), {name: value}).status_code in {200, 302, 400}, (model, name)
    for name in ("mark_paid", "annul", "note"):
        assert press(client, order, name, reason=value, text=value, used_too=value).status_code in {200, 302, 400, 409}, name
    assert client.post(f"{url('give')}?event={event.pk}", dict.fromkeys(form(event), value)).status_code in {200, 400, 409}
