"""What is told by mail of money: each news once, with what to do, in the buyer's language."""

import pytest
import time_machine
from django.core import mail as outbox

from orders.models import Order
from payments import actions
from payments.models import Payment
from tests.factories import THEN
from tests.payments import keys
from tests.payments.states import STATES
from tests.payments.world import CENT, DUE, address, make
from ticketing import mail
from ticketing.models import EmailMessage

pytestmark = pytest.mark.django_db

TOLD = {
    "waiting": {},
    "several": {},
    "short": {"short": "Please send exactly 1.00 USDT more on Test chain until Monday 1 February 2027, 16:30 WIB."},
    "checking": {},
    "seen": {"seen": "9.21 USDT came on Test chain."},
    "paid": {"seen": "Please do not send anything more.", "tickets": "Show the code at the door"},
    "under": {"seen": "9.18 USDT came on Test chain.", "tickets": ""},
    "over": {"seen": "10.21 USDT came", "overpaid": "1.00 USDT more than needed came. It is yours", "tickets": ""},
    "late": {"seen": "9.21 USDT came", "tickets": ""},
    "doubted": {"seen": "", "tickets": "", "doubted": "Until then your tickets do not open the door."},
    "cancelled": {},
    "expired": {},
    "short_at_the_end": {"short": "", "too_little": "Within a day you can send the rest"},
    "too_late": {"too_late": "you get the tickets, if there are any left, or your money back"},
    "no_places": {"no_places": "came in time, but we saw it too late to keep the places", "tickets": ""},
    "called_off": {"for_nothing": "9.21 USDT came for an event that was called off. It is not lost"},
    "annulled": {"seen": "", "cancelled": "The hall is too small."},
    "after_cancelling": {"after_cancelling": "came for an order that was cancelled"},
    "stray": {},
    "unseen": {},
    "changed_address": {},
}


@pytest.fixture(autouse=True)
def wallet(settings):
    settings.WALLET_XPUBS = [keys.xpub()]


@pytest.fixture
def world():
    """Before the event, in whatever year this runs."""
    with time_machine.travel(THEN):
        yield make()


def owed():
    """Return the kinds of what is owed for orders, but for the letter that every order has."""
    kinds = EmailMessage.objects.filter(subject_type="orders.order").values_list("kind", flat=True)
    return sorted(kind.partition(".")[2] for kind in kinds if kind != "orders.held")


def test_every_state_has_its_letters():
    assert set(TOLD) == set(STATES)


@pytest.mark.parametrize("name", STATES)
def test_news_of_money_are_told_once(world, name):
    order = STATES[name](world)
    world.watch(2)
    assert owed() == sorted(TOLD[name])

    mail.deliver_due()

    bodies = " ".join(" ".join(letter.body.split()) for letter in outbox.outbox)
    assert [said for said in TOLD[name].values() if said not in bodies] == [], bodies
    assert f"/orders/{order.secret}/" in bodies
    assert "%(" not in bodies


def test_letters_that_ask_for_money_say_the_ends_of_the_address_and_never_all_of_it(world):
    order = world.order()
    mail.deliver_due()
    world.pay(order, DUE - 100 * CENT)
    mail.deliver_due()

    held, short = [letter for letter in outbox.outbox if letter.to == ["bea@example.org"]]
    for letter, asked in ((held, "Exactly 9.21 USDT, on Test chain."), (short, "Exactly 1.00 USDT, on Test chain.")):
        for body in (letter.body, letter.alternatives[0][0]):
            for said in (asked, "It begins with 0xf39F and ends with b92266.", "If they differ, send nothing, and tell Radio Hujan."):
                assert said in body, body
            assert letter is short or body.index("b92266") < body.index("If you did not order anything")
            assert address(order).lower() not in body.lower()


@pytest.mark.parametrize("name", ["seen", "changed_address", "expired"])
def test_letters_say_no_address_to_which_nothing_is_to_be_sent(world, name):
    STATES[name](world)

    mail.deliver_due()

    assert outbox.outbox
    assert "It begins with" not in " ".join(letter.body for letter in outbox.outbox)


def test_money_that_comes_back_into_the_chain_is_told_too(world):
    order = STATES["paid"](world)
    world.fake.reorg(4, keep=True)
    world.watch(2)
    world.mine(3)

    assert Payment.objects.get(order=order).state == "settled"
    assert owed() == ["seen", "tickets"]  # back within one look: nothing was ever paused

    world.fake.reorg(8)
    world.watch(2)
    world.pay(order)
    world.mine(3)
    assert owed() == ["doubted", "seen", "tickets", "trusted"]


def test_a_loss_that_was_written_off_is_told_as_was_promised(world):
    order = STATES["doubted"](world)
    for _ in range(2):
        actions.settle_by_hand(order_id=order.pk, reason="Written off.", by=None, at=world.at)
    assert owed() == ["doubted", "seen", "tickets", "trusted"]

    mail.deliver_due()
    letter = next(one for one in outbox.outbox if one.subject == "Your tickets open the door again: Malam Jazz")
    assert letter.to == ["bea@example.org"]
    assert "A person has looked at it, and your order counts as paid." in " ".join(letter.body.split())
    assert "in the network again" not in letter.body


def test_late_money_for_places_that_are_gone_is_told(world):
    order = STATES["expired"](world)
    world.rate()
    for name in ("Carl", "Dora", "Ed", "Fay", "Gus"):
        world.order(name)
    world.pay(order)

    assert Payment.objects.get(order=order).state == "review"
    assert EmailMessage.objects.filter(kind="payments.too_late", subject_id=order.pk).count() == 1


def test_money_for_a_cancelled_order_is_told(world):
    order = world.order()
    actions.cancel(order_id=order.pk, at=world.at)
    world.pay(order)

    assert owed() == ["after_cancelling"]


def test_letters_speak_indonesian_to_whom_ordered_in_it(world):
    order = world.order()
    Order.objects.filter(pk=order.pk).update(language="id")
    world.pay(order, DUE - 100 * CENT)

    mail.deliver_due()

    assert any("1.00 USDT" in letter.subject for letter in outbox.outbox)  # a point in every language
