"""Every state that the order's page can show of a payment in USDT, made by what makes it: the fake chain and the watcher."""

from collections.abc import Callable
from datetime import timedelta

import events.actions
import orders.actions
from orders.models import Order
from payments import actions
from payments.models import Chain, ChainCursor, Token
from tests import factories
from tests.payments.fake_chain import OTHER_STABLE
from tests.payments.world import CENT, DUE, World, address


def waiting(world: World) -> Order:
    return world.order()


def several(world: World) -> Order:
    """Two networks to choose from; the second is known, so its fee and time are said."""
    other = Chain.objects.create(
        number=56, name="BNB Smart Chain", enabled=True, small_depth=15, final_depth=50, explorer="https://bscscan.com"
    )
    Token.objects.create(chain=other, address="0x55d398326f99059ff775485246999027b3197955", label="USDT", decimals=18, accepted=True)
    actions.begin_chain(chain_id=other.pk, header=world.fake.head)
    actions.see_head(chain_id=other.pk, final_number=0, at=world.at)
    return world.order()


def short(world: World) -> Order:
    order = world.order()
    world.pay(order, DUE - 100 * CENT)
    return order


def checking(world: World) -> Order:
    order = world.order()
    Order.objects.filter(pk=order.pk).update(expires_at=world.at - timedelta(seconds=1))
    return order


def seen(world: World) -> Order:
    order = world.order()
    world.pay(order)
    return order


def paid(world: World) -> Order:
    order = seen(world)
    world.mine(3)
    return order


def under(world: World) -> Order:
    order = world.order()
    world.pay(order, DUE - 3 * CENT)
    world.mine(3)
    return order


def over(world: World) -> Order:
    order = world.order()
    world.pay(order, DUE + 100 * CENT)
    world.mine(3)
    return order


def late(world: World) -> Order:
    order = expired(world)
    world.rate()
    world.pay(order)
    world.mine(3)
    return order


def doubted(world: World) -> Order:
    order = paid(world)
    world.fake.reorg(4)
    world.watch(2)
    return order


def expired(world: World) -> Order:
    order = world.order()
    world.pass_deadline(order)
    return order


def short_at_the_end(world: World) -> Order:
    order = short(world)
    world.pass_deadline(order)
    world.rate()
    return order


def too_late(world: World) -> Order:
    order = expired(world)
    world.fake.mine_until(world.at + timedelta(days=2))
    world.pay(order)
    return order


def no_places(world: World) -> Order:
    """Sent in time, seen late: others have the places."""
    order = world.order()
    world.fake.pay(address(order), DUE)
    world.fake.mine()
    orders.actions.lapse(order_id=order.pk, at=world.at, details={})
    factories.paid(factories.Event.objects.get(), "Rich", lines={factories.tier().pk: 5}, at=world.at)
    world.watch()
    return order


def called_off(world: World) -> Order:
    order = expired(world)
    events.actions.cancel(event_id=order.event_id, reason="Rain.", by=None, at=world.at)
    world.rate()
    world.pay(order)
    return order


def annulled(world: World) -> Order:
    """The seller cancelled it while its money was on the way."""
    order = seen(world)
    actions.annul(order_id=order.pk, reason="The hall is too small.", by=None, at=world.at)
    return order


def after_cancelling(world: World) -> Order:
    order = cancelled(world)
    world.pay(order)
    return order


def cancelled(world: World) -> Order:
    order = world.order()
    actions.cancel(order_id=order.pk, at=world.at)
    return order


def stray(world: World) -> Order:
    order = world.order()
    world.pay(order, 12_000_000, token=OTHER_STABLE)
    return order


def unseen(world: World) -> Order:
    order = world.order()
    ChainCursor.objects.update(reached_at=world.at - timedelta(hours=1))
    return order


def changed_address(world: World) -> Order:
    """Somebody wrote another address into the database, past every rule of ours."""
    order = world.order()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_paymentaddress DISABLE TRIGGER USER")
        cursor.execute("UPDATE payments_paymentaddress SET address = %s WHERE id = %s", ["0x" + "ee" * 20, order.payment.address_id])
        cursor.execute("ALTER TABLE payments_paymentaddress ENABLE TRIGGER USER")
    return order


IN_TIME = (waiting, several, short, checking, seen, paid, under, over, doubted, cancelled, annulled, after_cancelling)
TOO_LATE = (late, expired, short_at_the_end, too_late, no_places, called_off)
ODD = (stray, unseen, changed_address)
STATES: dict[str, Callable[[World], Order]] = {made.__name__: made for made in (*IN_TIME, *TOO_LATE, *ODD)}
