"""Finding tickets again, changing where their letters go, and telling the seller that something is wrong."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core import mail as outbox
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import orders.actions
import payments.actions
from accounts.actions import NotAllowed
from orders import signing
from orders.models import Concern, Order, Ticket
from tests import factories
from tests.events.test_pages import text
from tests.factories import THEN
from tests.promises import kept
from ticketing import mail
from ticketing.models import EmailMessage, HistoryEntry

pytestmark = pytest.mark.django_db
LATER = THEN + timedelta(minutes=20)


@pytest.fixture(autouse=True)
def moment():
    cache.clear()
    with time_machine.travel(THEN):
        yield


def letters(kind=""):
    """Write out what is owed, newest last."""
    found = EmailMessage.objects.filter(kind__endswith=kind).order_by("created_at", "pk")
    return [mail.written(letter) for letter in found]


def links(words):
    return re.findall(r"http://localhost:8000(/\S+)", words)


# Finding


def find(client, email):
    return client.post("/find-my-tickets/", {"email": email}, follow=True)


def test_a_15_links_are_mailed_to_the_address_alone(client):
    held, paid = factories.order(factories.published(title="Held")), factories.paid(factories.published(title="Paid"))
    factories.order(factories.published(title="Not mine"), "Carl")
    payments.actions.cancel(order_id=factories.order(factories.published(title="Over")).pk, at=THEN)

    answer = find(client, "BEA@example.org")

    assert "We have written to BEA@example.org." in text(answer)
    letter = letters("links")[0]
    assert (letter.to, letter.subject) == (["BEA@example.org"], "Your tickets")
    assert {f"/orders/{order.secret}/" for order in (held, paid)} <= set(links(letter.body))
    assert "Not mine" not in letter.body
    assert "Over" not in letter.body
    assert all(order.secret not in answer.content.decode() for order in (held, paid))


def test_u_15_unknown_addresses_get_the_same_answer_for_the_same_work(client):
    factories.order(factories.published())
    find(client, "warm@example.org")

    said, work = [], []
    for email in ("bea@example.org", "nobody@example.org"):
        with CaptureQueriesContext(connection) as asked:
            client.post("/find-my-tickets/", {"email": email})
            work.append([query["sql"].split("(")[0] for query in asked if "SAVEPOINT" not in query["sql"]])
        said.append(text(client.get("/find-my-tickets/")).replace(email, "…"))

    assert said[0] == said[1]
    assert work[0] == work[1] == ["SELECT set_config", 'INSERT INTO "ticketing_emailmessage" ']
    assert [letter.subject for letter in letters("links")][1:] == ["Your tickets", "No tickets under this address"]


def test_u_15_five_letters_an_hour_to_one_mailbox(client):
    """However it is written: each of these addresses reaches the same person."""
    answers = [
        Client(REMOTE_ADDR=f"192.0.2.{number}").post("/find-my-tickets/", {"email": f"Bea+{number}@example.org"}).status_code
        for number in range(6)
    ]

    assert answers == [302] * 5 + [429]
    assert EmailMessage.objects.filter(kind="orders.links").count() == 5


def test_a_queue_behind_one_address_finds_its_tickets(client):
    answers = [client.post("/find-my-tickets/", {"email": f"bea{number}@example.org"}).status_code for number in range(101)]

    assert answers == [302] * 100 + [429]


def test_an_address_that_is_none_is_asked_for_again(client):
    assert "This is no whole address. Check it: name@example.org" in text(find(client, "bea@"))
    assert not EmailMessage.objects.exists()


# My tickets


def test_my_tickets_are_those_of_the_account_and_of_its_address(client):
    alice = factories.person("Alice")
    soon = factories.published(title="Soon")
    factories.paid(soon, "Other", user=alice)
    factories.paid(factories.published(title="As a guest", starts_at=THEN + timedelta(days=2)), "Alice")
    factories.paid(factories.published(title="Not mine"), "Bea")
    factories.order(
        factories.published(title="Lapsed", tiers=[{"name": "A", "price": Decimal(1), "quantity": 9}]), "Alice", at=THEN - timedelta(days=9)
    )
    assert client.get("/account/tickets/").status_code == 302
    factories.sign_in(client, alice)

    shown = text(client.get("/account/tickets/"))

    assert "As a guest Balai Sarbini, Jakarta 1 ticket" in shown
    assert shown.index("As a guest") < shown.index("Soon")
    assert "Not mine" not in shown
    assert "Lapsed" not in shown
    with time_machine.travel(soon.ends_at, tick=False):
        factories.sign_in(client, alice)
        later = text(client.get("/account/tickets/"))
    assert later.index("Nothing to come") < later.index("Past") < later.index("Soon") < later.index("As a guest")


def test_who_has_no_tickets_is_told_where_they_would_be(client):
    factories.sign_in(client, factories.person("Alice"))

    assert "Nothing to come Tickets that you buy with this account or its address appear here." in text(client.get("/account/tickets/"))


# Another address


def move(client, order, email="carl@example.org"):
    return client.post(f"/orders/{order.secret}/email/", {"email": email}, follow=True)


def test_a_new_orders_address_changes_at_once_and_its_link_with_it(client):
    order = factories.paid(factories.published())

    answer = move(client, order)

    now = Order.objects.get()
    assert (now.buyer_email, now.tickets.get().holder_email) == ("carl@example.org", "carl@example.org")
    assert answer.redirect_chain == [(f"/orders/{now.secret}/", 302)]
    assert "Letters go to carl@example.org from now on." in text(answer)
    assert client.get(f"/orders/{order.secret}/").status_code == 404
    away, here = letters("moved_away")[0], letters("orders.tickets")[-1]
    assert (away.to, here.to) == (["bea@example.org"], ["carl@example.org"])
    assert now.secret not in away.body
    assert f"/orders/{now.secret}/" in links(here.body)
    assert HistoryEntry.objects.filter(action="email_changed", actor="buyer", subject_id=order.pk).count() == 1


def test_a_letter_that_was_late_does_not_bring_the_old_mailbox_the_new_link(client):
    """Such as one that the old mailbox's server took at the second try."""
    order = factories.paid(factories.published())
    move(client, order)

    for_old = letters("orders.held")[0], letters("orders.tickets")[0]

    secrets = Order.objects.get().secret, Ticket.objects.get().secret
    assert [letter.to for letter in for_old] == [["bea@example.org"]] * 2
    assert not any(secret in f"{letter.body}{letter.alternatives}" for letter in for_old for secret in secrets)
    assert not any(letter.attachments for letter in for_old)


def test_what_the_old_mailbox_has_of_the_tickets_opens_nothing_after_a_change(client):
    event = factories.published()
    order = factories.paid(event, lines={event.tiers.get().pk: 3})
    bought, used, given = order.tickets.order_by("code")
    doras = orders.actions.pass_on(ticket_id=given.pk, name="Dora", email="dora@example.org", language="en", at=THEN, by="holder")
    factories.let_in(used)

    move(client, order)

    assert client.get(f"/tickets/{bought.secret}/").status_code == 410
    now = Ticket.objects.get(pk=bought.pk)
    assert (now.holder_email, now.serial == bought.serial, now.transfers) == ("carl@example.org", False, 0)
    assert client.get(f"/tickets/{now.secret}/").status_code == 200
    scanned = orders.actions.check_in(
        event_id=order.event_id, text=signing.signed(order.event_id, bought.serial), gate="A", nonce="nonce-of-old", at=THEN, by=None
    )
    assert scanned.verdict == "replaced"
    assert client.get(f"/tickets/{doras.secret}/").status_code == client.get(f"/tickets/{used.secret}/").status_code == 200
    assert kept()


def test_later_the_old_address_is_asked_and_its_link_works_once(client):
    order = factories.order(factories.published())

    with time_machine.travel(LATER):
        asked = move(client, order)
        assert "We have written to bea@example.org. Confirm the change there." in text(asked)
        assert Order.objects.get().buyer_email == "bea@example.org"
        letter = letters("confirm_email")[0]
        link = links(letter.body)[0]
        assert letter.to == ["bea@example.org"]
        assert "carl@example.org" in letter.body
        shown = text(client.get(link))
        assert f"Order {order.reference} for Malam Jazz would belong to carl@example.org" in shown
        assert Order.objects.get().buyer_email == "bea@example.org"  # looking changes nothing
        done = client.post(link)
        again = client.post(link)

    now = Order.objects.get()
    assert "Letters go to carl@example.org from now on" in text(done)
    assert now.secret not in done.content.decode()  # the old mailbox has the link of this page, and no more
    assert (now.buyer_email, now.secret == order.secret) == ("carl@example.org", False)
    assert again.status_code == 409


def test_whoever_moves_a_paid_order_reads_first_that_its_tickets_get_new_codes(client):
    shop, news = factories.published(), "what was printed or mailed before opens nothing then"
    for order, has_tickets in ((factories.paid(shop), True), (factories.order(shop, "Carl"), False)):
        assert (news in text(client.get(f"/orders/{order.secret}/email/"))) is has_tickets
        with time_machine.travel(LATER):
            move(client, order, "dora@example.org")
            assert (news in text(client.get(links(letters("confirm_email")[-1].body)[0]))) is has_tickets


def test_a_link_that_was_mailed_before_the_change_is_void_after_it(client):
    order = factories.order(factories.published())
    with time_machine.travel(LATER):
        for email in ("carl@example.org", "dora@example.org"):
            move(client, order, email)
        carls, doras = (links(letter.body)[0] for letter in letters("confirm_email"))
        client.post(carls)

        assert client.post(doras).status_code == 409
    assert Order.objects.get().buyer_email == "carl@example.org"


def test_a_link_of_yesterday_or_of_nobody_changes_nothing(client):
    order = factories.order(factories.published())
    with time_machine.travel(LATER):
        move(client, order)
        link = links(letters("confirm_email")[0].body)[0]

    with time_machine.travel(LATER + timedelta(days=1, minutes=1)):
        assert client.post(link).status_code == 409
    for token in ("x", "é", link.split("/")[2][:-3]):
        assert client.get(f"/change-email/{token}/").status_code == 409
    assert Order.objects.get().buyer_email == "bea@example.org"


def test_an_address_cannot_be_changed_for_orders_that_are_over_or_to_itself(client):
    order = factories.order(factories.published())
    assert "The letters go to this address already." in text(move(client, order, "BEA@example.org"))

    payments.actions.cancel(order_id=order.pk, at=THEN)

    assert "This order is over" in text(move(client, order))
    assert Order.objects.get().buyer_email == "bea@example.org"


def test_the_letter_is_sent_again_but_not_for_ever(client):
    order = factories.paid(factories.published())

    said = [text(client.post(f"/orders/{order.secret}/resend/", follow=True)) for _ in range(4)]

    assert "The letter is on its way to bea@example.org." in said[0]
    assert "Several such letters went to this address lately, so nothing was done." in said[-1]


def test_too_many_who_get_a_free_ticket_at_one_address_are_refused_at_the_form(client):
    event = factories.published(tiers=[{"name": "Regular", "price": 0, "quantity": 9}])
    order = factories.order(event, lines={event.tiers.get().pk: 4})

    said = [
        client.post(f"/tickets/{ticket.secret}/pass-on/", {"name": "Carl", "email": "carl@example.org"}, follow=True)
        for ticket in order.tickets.order_by("code")
    ]

    assert "Carl has the ticket now" in text(said[2])
    assert said[3].status_code == 200
    assert "Several such letters went to this address lately, so nothing was done." in text(said[3])
    assert 'value="carl@example.org"' in said[3].content.decode()


# Something is wrong


def tell(client, order, words="I paid, and nothing happened.\nhttp://evil.example"):
    return client.post(f"/orders/{order.secret}/help/", {"words": words}, follow=True)


def test_a_concern_reaches_the_seller_and_the_answer_the_buyer(client):
    order = factories.order(factories.published())
    owner = order.event.promoter.owner

    told = tell(client, order)
    asked = letters("concern_raised")[0]
    factories.sign_in(desk := Client(), owner)
    link = next(link for link in links(asked.body) if link.startswith("/concerns/"))
    answered = desk.post(link, {"answer": "It is here now."}, follow=True)

    assert "Radio Hujan has your message." in text(told)
    assert "You wrote to the seller 1 Feb, 16:00 I paid, and nothing happened." in text(told)
    assert asked.to == ["hello@radio.example"]
    assert "I paid, and nothing happened." in asked.body
    assert "http://evil.example" not in asked.body
    assert "I paid, and nothing happened." in text(desk.get(link))
    assert "It is here now." in text(answered)
    assert "The seller answered 1 Feb, 16:00 It is here now." in text(client.get(f"/orders/{order.secret}/"))
    letter = letters("concern_answered")[0]
    assert (letter.to, "It is here now." in letter.body, f"/orders/{order.secret}/" in links(letter.body)) == (
        ["bea@example.org"],
        True,
        True,
    )
    assert list(HistoryEntry.objects.filter(action__startswith="concern").order_by("at").values_list("action", "actor")) == [
        ("concern_raised", "buyer"),
        ("concern_answered", f"user:{owner.pk}"),
    ]
    assert "paid" not in str(HistoryEntry.objects.filter(action__startswith="concern").values_list("details", flat=True))


def test_others_neither_see_nor_answer_it(client):
    order = factories.order(factories.published())
    tell(client, order)
    concern = Concern.objects.get()
    gate, stranger = factories.member(order.event.promoter, "Greta", "gate"), factories.person("Zed")

    assert client.get(f"/concerns/{concern.pk}/").status_code == 302
    for user in (gate, stranger):
        factories.sign_in(browser := Client(), user)
        assert browser.get(f"/concerns/{concern.pk}/").status_code == 404
        with pytest.raises(NotAllowed):
            orders.actions.answer_concern(concern_id=concern.pk, answer="No", by=user, at=THEN)
    assert Concern.objects.get().answer == ""


def test_a_concern_is_answered_once(client):
    order = factories.order(factories.published())
    tell(client, order)
    facts = {"concern_id": Concern.objects.get().pk, "by": order.event.promoter.owner, "at": THEN}
    orders.actions.answer_concern(answer="Yes", **facts)

    with pytest.raises(orders.actions.AlreadyAnswered):
        orders.actions.answer_concern(answer="No", **facts)

    assert Concern.objects.get().answer == "Yes"


def test_three_concerns_wait_for_an_answer_at_most_and_say_something(client):
    order = factories.order(factories.published())

    said = [text(tell(client, order, f"Hello {number}")) for number in range(4)]

    assert "You have written several times." in said[3]
    assert Concern.objects.count() == 3
    assert "This field is required." in text(tell(client, factories.order(factories.published(title="Other")), " "))


def test_strangers_find_none_of_these_pages(client):
    for rest in ("email/", "help/"):
        assert client.get(f"/orders/{'x' * 32}/{rest}").status_code == 404
        assert client.post(f"/orders/{'x' * 32}/{rest}", {"email": "a@example.org", "words": "x"}).status_code == 404
    assert client.post(f"/orders/{'x' * 32}/resend/").status_code == 404
    assert not outbox.outbox
