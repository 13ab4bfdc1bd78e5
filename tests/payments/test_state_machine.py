"""The table of an order and its money: one test for each row, on a chain in memory."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import events.actions
import orders.actions
from orders.models import Order, OrderItem
from payments import actions, health
from payments.actions.rows import ROWS
from payments.chain.nodes import Nodes
from payments.models import Chain, ChainCursor, EventSales, Payment, Quote, Token, Transfer
from tests import factories
from tests.payments import keys
from tests.payments.fake_chain import OTHER_STABLE, USDT, Block, FakeChain, Sent, Tx
from tests.payments.world import CENT, DUE, PRICE, World, address, flags, make, pair, places, rows, tickets
from tests.promises import kept
from ticketing.models import EmailMessage, HistoryEntry

pytestmark = pytest.mark.django_db
MINUTES = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def wallet(settings):
    settings.WALLET_XPUBS = [keys.xpub()]


@pytest.fixture
def world():
    return make()


def deeds(order):
    return list(HistoryEntry.objects.filter(subject_id=order.pk).order_by("id").values_list("action", flat=True))


def test_every_row_of_the_table_has_its_test():
    """T1 is the checkout itself, which the table of what money does cannot hold."""
    tested = set(re.findall(r"def test_(t\d+[a-d]?)_", Path(__file__).read_text()))

    assert tested == {row.name.lower() for row in ROWS} | {"t1"}


def test_t1_checkout_takes_an_address_and_quotes_once(world):
    order = world.order()

    payment, quote = order.payment, Quote.objects.get()
    assert (pair(order), places(), payment.provider) == (("pending", "awaiting"), (1, 0), "usdt")
    assert (payment.address.index, payment.address.is_used, payment.address.used_at) == (0, True, world.at)
    assert (quote.due, quote.least, quote.deadline) == (DUE, DUE - 10 * CENT, order.expires_at)
    assert (quote.rate.per_usdt, quote.token.address) == (Decimal(16_300), USDT)
    assert order.expires_at == world.at + 30 * MINUTES
    assert kept()


def test_t2_a_part_puts_the_deadline_off_once(world):
    order = world.order()
    world.fake.mine_until(order.expires_at - MINUTES)

    world.pay(order, 4 * 100 * CENT)
    part_at = world.at
    world.pay(order, 1)

    order.refresh_from_db()
    assert (pair(order), rows(order)) == (("pending", "partial"), ["T2"])
    assert (order.expires_at, deeds(order)) == (part_at + 30 * MINUTES, ["placed", "put_off"])
    world.pay(order, DUE)
    assert (pair(order), flags(order)) == (("confirming", "confirming"), {"is_over"})
    assert kept()


def test_t3_enough_in_time_pins_the_places(world):
    order = world.order()

    world.pay(order)
    assert (pair(order), places(), tickets(order)) == (("confirming", "confirming"), (1, 0), 0)

    for member in world.members:  # nobody says what it is worth, so nothing settles, and nothing expires
        member.down = {"receipt"}
    world.pass_deadline(order)
    assert (pair(order), rows(order)) == (("confirming", "confirming"), ["T3"])
    assert kept()


def test_t4_deep_enough_and_shown_by_two_gives_the_tickets(world):
    order = world.order()
    world.pay(order)
    world.mine()
    assert pair(order) == ("confirming", "confirming")

    world.members[1].down = {"receipt"}
    world.mine()
    assert pair(order) == ("confirming", "confirming")
    world.members[1].down = False
    world.watch()

    payment = Payment.objects.get()
    assert (pair(order), rows(order), places(), tickets(order)) == (("paid", "settled"), ["T3", "T4"], (0, 1), 1)
    assert (payment.confirmed_at, payment.touched_height, flags(order)) == (world.at, None, set())
    world.watch(2)
    assert tickets(order) == 1 and kept()


def test_t5_a_reorg_takes_the_money_back_and_the_places_are_kept(world):
    order = world.order()
    world.pay(order)

    world.fake.reorg(1)
    world.watch()

    order.refresh_from_db()
    assert (pair(order), flags(order), rows(order)) == (("pending", "awaiting"), {"is_reorged"}, ["T3", "T5"])
    assert order.expires_at == world.at + 30 * MINUTES
    assert (places(), Transfer.objects.get().canonical) == ((1, 0), False)
    world.pay(order)
    world.mine(2)
    assert pair(order) == ("paid", "settled") and kept()


@pytest.mark.parametrize("amount", [100 * CENT, DUE])
def test_a_hold_that_is_longer_already_stays_as_long(world, amount):
    order, later = world.order(), world.at + timedelta(hours=3)
    Order.objects.filter(pk=order.pk).update(expires_at=later)

    world.pay(order, amount)
    world.fake.reorg(1)
    world.watch()

    order.refresh_from_db()
    assert (pair(order), order.expires_at) == (("pending", "awaiting"), later)


def test_t5b_a_review_without_money_closes_by_itself(world):
    order = world.order()
    world.pay(order, 100 * CENT)
    world.pass_deadline(order)
    assert pair(order) == ("expired", "review")

    world.fake.reorg(len(world.fake.blocks) - 3)
    world.watch()

    assert (pair(order), rows(order)[-1], flags(order)) == (("expired", "awaiting"), "T5b", {"is_reorged"})
    assert kept()


def test_t6_expires_by_the_time_of_the_chain_alone(world):
    order = world.order()
    world.clock = lambda: order.expires_at + timedelta(hours=1)  # a wall clock that runs ahead means nothing

    world.fake.mine_until(order.expires_at + timedelta(seconds=120))
    world.watch()
    assert pair(order) == ("pending", "awaiting")
    world.mine()

    assert (pair(order), places(), rows(order)) == (("expired", "awaiting"), (0, 0), ["T6"])
    world.watch()
    assert places() == (0, 0) and kept()


def test_t7_a_part_at_the_deadline_waits_for_a_person(world):
    order = world.order()
    world.pay(order, DUE - 11 * CENT)
    world.pass_deadline(order)

    assert (pair(order), places(), rows(order)) == (("expired", "review"), (0, 0), ["T2", "T7"])
    assert kept()


def test_t8_what_cannot_be_settled_for_long_is_said_once(world, caplog):
    order = world.order()
    world.pay(order)
    for member in world.members:
        member.down = {"receipt"}

    for _ in range(3):
        world.mine(7)

    assert (pair(order), rows(order)) == (("confirming", "confirming"), ["T3", "T8"])
    assert HistoryEntry.objects.filter(action="stalled").count() == 1
    assert caplog.text.count("still not certain: a person must look") == 1


def test_what_waits_until_final_is_said_to_wait_too_long_where_the_chain_s_own_word_stands_still(world):
    Chain.objects.update(small_depth=8, final_depth=8, small_amount=0)
    order = world.order()
    world.fake.final_behind = 10**6  # "finalized" stays at the first block
    world.pay(order)

    world.mine(17)

    assert (pair(order), rows(order)) == (("confirming", "confirming"), ["T3", "T8"])


def test_an_order_expires_by_the_chains_that_it_was_quoted_on_alone(world):
    """Another chain that stands still may hold its own orders, and no others."""
    order, other = world.order(), world.order("Carl")
    still = Chain.objects.create(number=56, name="Still", enabled=True, small_depth=1, final_depth=2)
    ChainCursor.objects.create(chain=still, number=1, hash="0x" + "1" * 64, at=world.at, final_number=1)
    facts = {name: getattr(other.payment.quotes.get(), name) for name in ("payment", "token", "due", "least", "quoted_at", "deadline")}
    Quote.objects.create(chain=still, **facts)

    world.pass_deadline(order)

    assert (pair(order), pair(other)) == (("expired", "awaiting"), ("pending", "awaiting"))
    assert list(actions.to_judge()) == []  # and who waits is not asked again and again


def test_tickets_whose_money_is_in_doubt_are_not_given_back(world):
    order = paid_and_gone(world)
    ticket = order.tickets.get()

    for deed in (lambda: actions.cancel(order_id=order.pk, at=world.at), lambda: actions.cancel_seat(ticket_id=ticket.pk, at=world.at)):
        with pytest.raises(actions.MoneyOnTheWay):
            deed()

    assert (pair(order), tickets(order)) == (("paid", "review"), 1)


def test_t9a_money_in_time_that_we_saw_late_gets_its_places_again(world):
    """The order was ended by hand while the chain could not be seen."""
    order = world.order()
    world.fake.pay(address(order), DUE)
    world.fake.mine()
    from orders import actions as orders_actions

    orders_actions.lapse(order_id=order.pk, at=world.at, details={"row": "T6"})
    world.watch()
    assert (pair(order), places(), flags(order)) == (("confirming", "confirming"), (1, 0), set())
    world.mine(2)

    assert (pair(order), rows(order), tickets(order)) == (("paid", "settled"), ["T6", "T9a", "T4"], 1)
    assert kept()


def test_t9a_asks_for_places_alone(world):
    """Sales and code have ended since, which is nothing to who paid in time."""
    event = factories.Event.objects.get()
    code = events.actions.add_code(event_id=event.pk, by=None, at=world.at, code="RAIN", amount=1)
    order = world.order(code="RAIN")
    world.fake.pay(address(order), int(order.payment.quotes.get().due))
    world.fake.mine()
    orders.actions.lapse(order_id=order.pk, at=world.at, details={"row": "T6"})
    events.actions.close_sales(event_id=event.pk, by=None, at=world.at)
    events.actions.update_code(code_id=code.pk, by=None, at=world.at, is_active=False)

    world.watch()

    assert (pair(order), places(), rows(order)) == (("confirming", "confirming"), (1, 0), ["T6", "T9a"])
    assert kept()


def test_t9b_late_money_counts_if_it_is_still_worth_it(world):
    late, dear = world.order("Bea"), world.order("Carl")
    world.pass_deadline(late)
    world.rate()
    world.pay(late)
    world.mine(2)
    assert (pair(late), flags(late), rows(late)) == (("paid", "settled"), {"is_late"}, ["T6", "T9b", "T4"])

    world.rate(14_500)
    world.pay(dear)
    assert (pair(dear), flags(dear), rows(dear)) == (("expired", "review"), {"is_late"}, ["T6", "T9c"])
    assert kept()


def test_t9c_late_money_without_places_or_after_a_day_waits_for_a_person(world):
    order, too_late = world.order("Bea"), world.order("Dora")
    world.pass_deadline(too_late)
    factories.paid(factories.Event.objects.get(), "Rich", lines={factories.tier().pk: 5}, at=world.at)
    world.rate()

    world.pay(order)
    assert (pair(order), places()) == (("expired", "review"), (0, 5))
    said = HistoryEntry.objects.get(subject_id=order.payment.pk, new_status="review")
    assert (said.details["row"], said.details["because"]) == ("T9b", "SoldOut")

    world.fake.mine_until(world.at + timedelta(days=2))
    world.rate()
    world.pay(too_late)
    assert (pair(too_late), rows(too_late)) == (("expired", "review"), ["T6", "T9c"])
    assert kept()


def test_late_money_for_more_than_one_person_may_have_waits_for_a_person(world):
    factories.Event.objects.update(max_per_buyer=1)
    first = world.order("Bea")
    world.pass_deadline(first)
    world.rate()
    second = world.order("Bea", form_key="another")

    world.pay(first)

    assert (pair(first), pair(second)) == (("expired", "review"), ("pending", "awaiting"))
    actions.settle_by_hand(order_id=first.pk, reason="A friend comes along.", by=None, at=world.at)
    assert pair(first) == ("paid", "settled") and kept()


def test_late_money_of_a_second_order_waits_for_a_person(world):
    """The event is one order for each person, and this person has bought again meanwhile."""
    factories.Event.objects.update(one_order_per_buyer=True)
    first = world.order("Bea")
    world.pass_deadline(first)
    world.rate()
    second = world.order("Bea", form_key="another")

    world.pay(first)

    assert (pair(first), pair(second)) == (("expired", "review"), ("pending", "awaiting"))
    assert HistoryEntry.objects.get(new_status="review").details["because"] == "OneOrderEach"
    assert kept()


def test_t9d_a_reorg_after_the_deadline_gives_the_places_back(world):
    order = world.order()
    world.pass_deadline(order)
    world.rate()
    world.pay(order)
    assert pair(order) == ("confirming", "confirming")

    world.fake.reorg(1)
    world.watch()

    assert (pair(order), rows(order), places()) == (("expired", "awaiting"), ["T6", "T9b", "T9d", "T5b"], (0, 0))
    assert kept()


def test_t10_too_much_is_noted_and_never_in_the_way(world):
    order = world.order()
    world.pay(order, DUE + 10 * CENT)
    assert flags(order) == set()  # as much as is forgiven the other way
    world.pay(order, 1)
    world.mine(2)
    assert (pair(order), flags(order), tickets(order)) == (("paid", "settled"), {"is_over"}, 1)

    world.pay(order)  # a second time
    world.pay(order, 10 * CENT)  # as little more as is forgiven the other way is not told again
    assert (pair(order), tickets(order)) == (("paid", "settled"), 1)
    told = HistoryEntry.objects.filter(action="overpaid").order_by("pk").values_list("details__excess", flat=True)
    assert list(told) == [str(10 * CENT + 1), str(DUE + 10 * CENT + 1)]
    assert EmailMessage.objects.filter(kind="payments.overpaid", subject_id=order.pk).count() == 2
    assert kept()


def test_t10_what_one_node_alone_shows_is_not_called_too_much(world):
    order = paid(world)
    world.members[0].adds = forging(world, order)
    world.mine()

    assert Transfer.objects.standing().count() == 2
    assert (pair(order), flags(order)) == (("paid", "settled"), set())
    assert Payment.objects.get().touched_height == world.fake.head.number  # a young block may still come to the other node, too
    world.mine(9)
    assert (flags(order), Payment.objects.get().touched_height) == (set(), None)


def test_t10_waits_for_the_second_node(world):
    order = paid(world)
    world.mine(17)  # an order that was paid long ago waits as well
    world.members[1].down = True
    world.pay(order, 20 * CENT)
    world.mine(2)
    assert (flags(order), Payment.objects.get().touched_height) == (set(), world.fake.head.number)

    world.members[1].down = False
    world.watch()

    assert (flags(order), Payment.objects.get().touched_height) == ({"is_over"}, None)


def test_what_was_paid_another_way_keeps_nothing_of_the_chain_s(world):
    order = world.order()
    actions.settle_by_hand(order_id=order.pk, reason="Cash at the office.", by=None, at=world.at)

    world.members[1].down = {"receipt"}
    world.pay(order, 5)
    assert flags(order) == set()  # all of it goes back, so each needs its witness
    world.members[1].down = False
    world.watch()

    assert (pair(order), flags(order), tickets(order)) == (("paid", "settled"), {"is_over"}, 1)
    assert HistoryEntry.objects.get(action="overpaid").details["excess"] == "5"


def test_t10_late_and_too_much_are_both_said(world):
    late, cancelled = world.order("Bea"), world.order("Carl")
    actions.cancel(order_id=cancelled.pk, at=world.at)
    world.pass_deadline(late)
    world.rate(10_000)  # it is worth too little by now
    world.pay(late, DUE + 20 * CENT)
    world.pay(cancelled, DUE + 20 * CENT)

    assert (pair(late), flags(late)) == (("expired", "review"), {"is_late", "is_over"})
    assert (pair(cancelled), flags(cancelled)) == (("cancelled", "review"), {"is_over"})
    assert not Payment.objects.exclude(touched_height=None).exists()
    assert kept()


def beside(world):
    """Return a second chain, whose token has eighteen decimals, and what reads it."""
    fake = FakeChain(56, start=world.at)
    members = [fake.node("three"), fake.node("four")]
    chain = Chain.objects.create(number=56, name="Second", enabled=True, small_depth=3, final_depth=8, query_delay=0, position=1)
    Token.objects.create(chain=chain, address=USDT, label="USDT", decimals=18, accepted=True)
    fake.mine(2)
    second = World(chain, fake, Nodes(56, members, clock=lambda: 0), members)
    second.watch()
    return second


@pytest.mark.parametrize("first", [DUE, 400 * CENT], ids=["all", "a part"])
def test_t10_what_came_on_another_network_besides_is_too_much(world, first):
    """Nothing was seen yet of what was sent on the first network, so the buyer chose another one."""
    second, order = beside(world), world.order()
    actions.change_network(order_id=order.pk, token_id=second.chain.tokens.get().pk, at=world.at)
    world.pay(order, first)
    second.pay(order, DUE * 10**12)
    second.mine(2)
    world.members[1].down = {"receipt"}
    world.mine(2)
    second.watch()
    # The one that held enough first settles it. The witnesses of the other one, or its own, are away.
    assert (pair(order), flags(order)) == (("paid", "settled") if first < DUE else ("confirming", "confirming"), set())

    world.members[1].down = False
    world.watch()
    second.watch()

    assert (pair(order), flags(order), tickets(order)) == (("paid", "settled"), {"is_over"}, 1)
    told = HistoryEntry.objects.get(action="overpaid").details["excess"]
    assert told == str(DUE if first == DUE else first * 10**12)
    assert not Payment.objects.exclude(touched_height=None).exists()
    assert kept()


def test_late_money_that_a_person_takes_is_kept_and_what_comes_after_it_is_not(world):
    order = world.order()
    world.pass_deadline(order)
    world.rate(10_000)  # it is worth too little by now
    world.pay(order, DUE + 20 * CENT)
    world.mine(2)
    assert (pair(order), flags(order)) == (("expired", "review"), {"is_over", "is_late"})

    actions.settle_by_hand(order_id=order.pk, reason="Late, and welcome.", by=None, at=world.at)
    world.pay(order, 30 * CENT)
    world.mine(2)

    told = HistoryEntry.objects.filter(action="overpaid").order_by("pk").values_list("details__excess", flat=True)
    assert (pair(order), list(told)) == (("paid", "settled"), [str(20 * CENT), str(50 * CENT)])
    cash = world.order("Carl")
    actions.settle_by_hand(order_id=cash.pk, reason="Cash at the office.", by=None, at=world.at)
    actions.refresh_sales()
    # What came here is owed to the promoter; what came to the promoter is not.
    assert EventSales.objects.values_list("gross", "by_hand", "owed").get() == (2 * PRICE, 2 * PRICE, PRICE)


def test_a_promoter_is_owed_as_much_of_an_order_taken_by_hand_as_came(world):
    order = world.order()
    world.pay(order, DUE // 3)
    actions.settle_by_hand(order_id=order.pk, reason="The rest in cash.", by=None, at=world.at)

    actions.refresh_sales()
    assert EventSales.objects.values_list("gross", "owed").get() == (PRICE, PRICE / 3)


def test_parts_on_two_networks_that_a_person_takes_are_kept(world):
    second, order = beside(world), world.order()
    actions.change_network(order_id=order.pk, token_id=second.chain.tokens.get().pk, at=world.at)
    world.pay(order, DUE // 2)
    second.pay(order, DUE // 2 * 10**12)
    actions.settle_by_hand(order_id=order.pk, reason="Half here, half there.", by=None, at=max(world.at, second.at))

    world.fake.mine_until(second.at + timedelta(seconds=60))
    world.pay(order, 40 * CENT)
    world.mine(2)
    second.watch()

    told = HistoryEntry.objects.filter(action="overpaid").values_list("details__excess", flat=True)
    assert (pair(order), list(told)) == (("paid", "settled"), [str(40 * CENT)])


def test_what_came_on_another_network_is_owed_though_the_order_is_cancelled(world):
    second, order = beside(world), world.order()
    actions.change_network(order_id=order.pk, token_id=second.chain.tokens.get().pk, at=world.at)
    for town, amount in ((world, DUE), (second, DUE * 10**12)):
        town.pay(order, amount)
        town.mine(2)
    second.watch()
    world.watch()
    assert flags(order) == {"is_over"}

    actions.annul(order_id=order.pk, reason="Rain.", by=None, at=world.at)
    world.pay(order, 1)
    world.mine(2)
    second.watch()

    assert flags(order) == {"is_over"}


def test_t12_money_for_a_cancelled_order_waits_for_a_person(world):
    order = world.order()
    actions.cancel(order_id=order.pk, at=world.at)

    world.pay(order)

    assert (pair(order), rows(order), places()) == (("cancelled", "review"), ["T12"], (0, 0))
    world.fake.reorg(1)
    world.watch()
    assert pair(order) == ("cancelled", "awaiting") and kept()


def paid(world):
    order = world.order()
    world.pay(order)
    world.mine(2)
    assert pair(order) == ("paid", "settled")
    return order


def forging(world, order):
    """Return the logs of one transfer, in the first block asked for, that no other node has."""
    asked = []

    def logs(header):
        asked.append(header)
        return Block(header, [Tx("0x" + "f" * 64, [Sent(USDT, address(order), DUE)])]).logs if header == asked[0] else []

    return logs


def paid_and_gone(world):
    order = paid(world)
    world.fake.reorg(3, keep=False)
    world.watch()
    return order


def test_t14_tickets_whose_money_is_gone_open_no_gate(world):
    order = paid_and_gone(world)

    order.refresh_from_db()
    assert (pair(order), flags(order), rows(order)) == (("paid", "review"), {"is_reorged"}, ["T3", "T4", "T14"])
    assert (order.gate_hold, tickets(order), places()) == ("Its payment fell out of the network.", 1, (0, 1))
    assert kept()


def test_a_gate_that_is_held_twice_is_held_once(world):
    order = paid(world)

    for reason in ("in doubt", "in doubt", "", ""):
        orders.actions.hold_at_gate(order_id=order.pk, reason=reason, at=world.at, details={})

    assert deeds(order)[-3:] == ["paid", "held_at_gate", "gate_opened"]


def test_t15_one_node_alone_opens_no_gate_again(world):
    order = paid_and_gone(world)
    world.members[0].adds = forging(world, order)
    world.mine(4)

    order.refresh_from_db()
    assert (Transfer.objects.standing().count(), pair(order)) == (1, ("paid", "review"))
    assert order.gate_hold == "Its payment fell out of the network."


def test_t15_money_that_came_again_opens_it(world):
    order = paid_and_gone(world)

    world.pay(order)
    assert pair(order) == ("paid", "review")
    world.mine(2)

    order.refresh_from_db()
    assert (pair(order), order.gate_hold, rows(order)) == (("paid", "settled"), "", ["T3", "T4", "T14", "T15"])
    assert deeds(order) == ["placed", "confirming", "paid", "held_at_gate", "gate_opened"]
    assert tickets(order) == 1 and kept()


def test_a_person_who_vouches_for_money_that_is_gone_opens_the_gate_and_the_buyer_hears_of_it(world):
    order = paid_and_gone(world)

    for _ in range(2):
        actions.settle_by_hand(order_id=order.pk, reason="Written off.", by=None, at=world.at)

    order.refresh_from_db()
    assert (pair(order), order.gate_hold, tickets(order)) == (("paid", "settled"), "", 1)
    assert deeds(order)[-3:] == ["paid", "held_at_gate", "gate_opened"]
    kinds = EmailMessage.objects.filter(subject_id=order.pk).order_by("created_at", "id").values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["payments.doubted", "payments.trusted"]
    assert kept()


def test_a_loss_that_was_written_off_and_comes_back_is_no_excess(world):
    order = paid_and_gone(world)
    actions.settle_by_hand(order_id=order.pk, reason="Written off.", by=None, at=world.at)
    actions.refresh_sales()
    lost = EventSales.objects.values_list("owed", flat=True).get()

    world.pay(order)
    world.mine(2)

    actions.refresh_sales()
    assert (pair(order), flags(order), HistoryEntry.objects.filter(action="overpaid").exists()) == (
        ("paid", "settled"),
        {"is_reorged"},
        False,
    )
    assert (lost, EventSales.objects.values_list("owed", flat=True).get()) == (0, PRICE)


def test_new_tickets_of_an_order_that_was_held_and_cancelled_open_the_gate(world):
    order = paid_and_gone(world)
    actions.annul(order_id=order.pk, reason="It did not come back.", by=None, at=world.at)

    actions.settle_by_hand(order_id=order.pk, reason="Paid in cash.", by=None, at=world.at)

    order.refresh_from_db()
    assert (pair(order), order.gate_hold, tickets(order), deeds(order)[-2:]) == (("paid", "settled"), "", 1, ["paid", "gate_opened"])


# --- Money in every shape -----------------------------------------------------------------------------------


def test_two_parts_in_one_transaction_and_batches_of_exchanges_count(world):
    order = world.order()
    world.fake.send(Sent(USDT, address(order), 500 * CENT), Sent(USDT, "0x" + "9" * 40, 7), Sent(USDT, address(order), 421 * CENT))
    world.mine(3)

    assert (pair(order), Transfer.objects.count(), rows(order)) == (("paid", "settled"), 2, ["T3", "T4"])


def test_a_little_less_settles_and_a_little_more_less_does_not(world):
    enough, short = world.order("Bea"), world.order("Carl")
    world.pay(enough, DUE - 10 * CENT)
    world.pay(short, DUE - 10 * CENT - 1)
    world.mine(2)

    assert (pair(enough), flags(enough)) == (("paid", "settled"), {"is_under"})
    assert pair(short) == ("pending", "partial")


def test_dust_nothing_and_other_tokens_settle_nothing(world):
    order = world.order()
    world.fake.send(Sent(USDT, address(order), 0))
    world.pay(order, DUE, token=OTHER_STABLE)
    world.fake.send(Sent("0x" + "77" * 20, address(order), DUE))
    failed = world.fake.send(Sent(USDT, address(order), DUE), succeeded=False)
    world.mine(3)

    assert failed.succeeded is False
    assert (pair(order), rows(order)) == (("pending", "awaiting"), [])
    assert list(Transfer.objects.values_list("accepted", "amount")) == [(False, DUE)]


def test_scenario_54_dust_needs_no_witnesses(world):
    order = world.order()
    for _ in range(2):
        world.fake.send(*[Sent(USDT, address(order), 1)] * 100)
        world.pay(order)
    for member in world.members:
        member.asked.clear()
    world.mine()

    assert (pair(order), flags(order)) == (("paid", "settled"), {"is_over"})
    assert [member.asked.count("receipt") for member in world.members] == [2, 2]


def test_eighteen_decimals_are_counted_to_the_last(world, settings):
    Token.objects.filter(accepted=True).update(decimals=18)
    order = world.order()
    due = 921 * 10**16
    world.pay(order, due - 10 * 10**16 - 1)
    assert (Quote.objects.get().due, pair(order)) == (due, ("pending", "partial"))
    world.pay(order, 1)
    assert pair(order) == ("confirming", "confirming")


def test_on_time_is_the_time_of_the_block_to_the_second(world):
    in_time, late = world.order("Bea"), world.order("Carl")
    world.rate(10_000)  # late money is worth too little
    world.fake.pay(address(in_time), DUE)
    world.fake.mine_until(in_time.expires_at + timedelta(seconds=120))
    world.fake.pay(address(late), DUE)
    world.fake.mine(seconds=1)
    world.watch()

    assert (pair(in_time), pair(late)) == (("confirming", "confirming"), ("expired", "review"))
    assert rows(late) == ["T6", "T9c"]


def test_a_transaction_that_moves_to_another_block_counts_once(world):
    order = world.order()
    world.pay(order)
    world.fake.reorg(1, keep=True)
    world.watch()

    assert (pair(order), flags(order)) == (("confirming", "confirming"), set())
    assert list(Transfer.objects.order_by("id").values_list("canonical", "block_number")) == [(False, 3), (True, 3)]
    world.mine(2)
    assert (pair(order), tickets(order)) == (("paid", "settled"), 1) and kept()


def test_a_payment_that_cannot_be_judged_holds_up_no_other(world, caplog):
    """A counter is off, so the places of the first order cannot be sold."""
    stuck, other = world.order("Bea"), world.order("Carl", lines={factories.tier().pk: 2})
    world.fake.pay(address(stuck), DUE)
    world.fake.pay(address(other), 1841 * CENT)
    world.mine()
    assert places() == (3, 0)
    broken = factories.published(title="Other", tiers=[{"name": "Desk", "price": Decimal(1), "quantity": 5}])
    OrderItem.objects.filter(order=stuck).update(tier=broken.tiers.get())

    world.mine(2)

    assert (pair(stuck), pair(other)) == (("confirming", "confirming"), ("paid", "settled"))
    assert "a payment cannot be judged" in caplog.text
    OrderItem.objects.filter(order=stuck).update(tier=factories.tier())
    world.watch()
    assert pair(stuck) == ("paid", "settled") and kept()


# --- The chain in every state -------------------------------------------------------------------------------


def test_a_forged_transfer_settles_nothing(world, caplog):
    order = world.order()
    world.members[0].adds = forging(world, order)
    world.mine(4)

    assert (pair(order), tickets(order)) == (("confirming", "confirming"), 0)
    assert any("nodes disagree about money" in record.message for record in caplog.records)


@pytest.mark.parametrize("by", [timedelta(days=1), -timedelta(days=1)], ids=["tomorrow", "yesterday"])
def test_the_time_of_a_block_is_not_left_to_one_node(world, by):
    """It says which orders are over, and whether money came in time."""
    order = world.order()
    world.members[0].dated = lambda header: replace(header, at=header.at + by)

    world.pay(order)
    world.mine(2)

    assert (pair(order), flags(order), Transfer.objects.get().block_at) == (("paid", "settled"), set(), world.fake.blocks[3].header.at)
    assert ChainCursor.objects.get().at == world.at


def test_one_node_alone_settles_small_orders_and_large_ones_when_final(settings):
    world = make(members=1, small_amount=Decimal(10), large_depth=3)
    small, large = world.order("Bea"), world.order("Carl", lines={factories.tier().pk: 2})
    world.pay(small)
    world.pay(large, 1841 * CENT)
    world.mine(2)
    assert (pair(small), pair(large)) == (("paid", "settled"), ("confirming", "confirming"))

    world.mine(6)
    assert pair(large) == ("paid", "settled")


def test_one_node_that_sees_another_chain_takes_nothing_back(world):
    order = world.order()
    world.pay(order)
    old = list(world.fake.blocks)
    world.fake.reorg(1)
    world.members[1].chain = type(world.fake)(start=world.at)
    world.members[1].chain.blocks = [*old]
    world.members[1].chain.id = world.fake.id

    world.watch()

    assert pair(order) == ("confirming", "confirming")
    assert ChainCursor.objects.get().hash == old[-1].header.hash


def test_a_chain_that_takes_back_what_was_final_is_halted_and_not_sold(world, caplog):
    order = world.order()
    world.pay(order)
    world.mine(12)
    other = world.order("Carl")
    world.pay(other)
    world.fake.reorg(10)
    world.watch()

    cursor = ChainCursor.objects.get()
    assert (cursor.halted, cursor.number) == ("blocks that were final fell out of the chain", world.fake.head.number)
    world.pay(other)
    world.mine(9)
    assert (pair(other), tickets(other)) == (("confirming", "confirming"), 0)
    with pytest.raises(actions.NotTaken):
        world.order("Dora")

    assert [actions.resume_chain(number=world.chain.number, at=world.at) for _ in range(2)] == [True, False]
    world.watch()
    assert (pair(other), pair(world.order("Dora"))) == (("paid", "settled"), ("pending", "awaiting"))
    assert list(HistoryEntry.objects.filter(subject_id=world.chain.pk).order_by("id").values_list("action", flat=True)) == [
        "halted",
        "resumed",
    ]


def test_a_chain_that_is_not_seen_is_not_sold_and_nothing_is_taken(world):
    for member in world.members:
        member.down = True
    world.fake.mine_until(world.at + timedelta(seconds=301))
    world.watch()

    with pytest.raises(actions.NotTaken, match="cannot see the networks of USDT"):
        world.order()
    assert (Order.objects.count(), places(), Payment.objects.count()) == (0, (0, 0), 0)
    for member in world.members:
        member.down = False
    world.watch()
    assert pair(world.order()) == ("pending", "awaiting")


def test_nodes_that_all_stand_still_show_no_chain_and_nothing_is_sold(world):
    """They answer, and each says that nothing came after a block of long ago."""
    stood_at = world.at
    world.clock = lambda: stood_at + timedelta(seconds=301)
    world.watch()

    actions.take_static(currency="IDR", per_usdt=Decimal(16_300), at=world.clock())
    wish = factories.wish(factories.Event.objects.get())
    with pytest.raises(actions.NotTaken):
        actions.check_out(wish=wish, at=world.clock(), provider="usdt")
    assert [chain.is_well for chain in health.chains(world.clock())] == [False]

    world.fake.mine_until(world.clock())
    world.watch()
    assert actions.check_out(wish=wish, at=world.clock(), provider="usdt").status == "pending"


def test_a_missing_rate_or_address_costs_nobody_a_place(world, settings, caplog):
    event = factories.Event.objects.get()
    with pytest.raises(actions.NoRate):
        actions.check_out(wish=factories.wish(event), at=world.at, provider="usdt")
    settings.WALLET_XPUBS = [keys.xpub(5)]
    with pytest.raises(actions.NoAddress):
        world.order()
    assert "no address is left" in caplog.text

    from payments.models import PaymentAddress

    assert (places(), Order.objects.count(), PaymentAddress.objects.filter(is_used=True).count()) == ((0, 0), 0, 0)


def test_extending_quotes_anew_and_the_kinder_of_two_counts(world):
    order = world.order()
    world.fake.mine_until(world.at + 10 * MINUTES)
    world.rate(15_500)
    world.watch()

    actions.extend(order_id=order.pk, at=world.at)

    assert list(Quote.objects.order_by("quoted_at").values_list("due", flat=True)) == [DUE, 968 * CENT]
    world.pay(order, DUE)
    assert pair(order) == ("confirming", "confirming")


def test_what_costs_nothing_needs_no_chain(world):
    free = factories.published(tiers=[{"name": "Free", "price": Decimal(0), "quantity": 5}])

    order = actions.check_out(wish=factories.wish(free), at=world.at, provider="usdt")

    assert (order.status, order.payment.provider, order.payment.address) == ("paid", "free", None)
