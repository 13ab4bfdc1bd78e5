"""Buying, in a real browser: on a phone, without scripts, when others were faster, and when the time runs out."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

import payments.actions
from events.models import TicketTier
from orders.models import Order, Ticket
from tests import factories


@pytest.fixture(autouse=True)
def event():
    cache.clear()
    team = factories.promoter(payment_text="BCA 123 456", terms="No cameras.")
    tiers = [{"name": "Regular", "price": Decimal(150_000), "quantity": 100}, {"name": "Balcony", "price": Decimal(1), "quantity": 9}]
    return factories.published(team, tiers=tiers, refund_until_hours=24, refund_percent=Decimal(80))


def fill(page, email="bea@example.org"):
    page.get_by_label("Your e-mail").fill(email)
    page.get_by_label("Your name").fill("Bea")


def choose(page, number=2):
    page.goto("/events/malam-jazz/")
    for _ in range(number):
        page.get_by_role("button", name="One more Regular").click()
    page.get_by_text(f"{number} × Regular").wait_for()


def buy(page, number=2):
    choose(page, number)
    fill(page)
    page.get_by_role("button", name="Get tickets").click()
    page.wait_for_url("**/orders/*/")


def test_guest_buys_on_a_phone_is_told_when_it_is_paid_and_gives_one_seat_back(visit, accessible):
    page = visit("/")
    choose(page)
    fill(page)
    accessible(page)
    page.get_by_label("Your name").press("Enter")
    page.get_by_role("heading", name="Pay IDR 300,000 to Radio Hujan").wait_for()
    accessible(page)

    order = Order.objects.get()
    payments.actions.settle_by_hand(order_id=order.pk, reason="Seen.", by=None, at=timezone.now())
    page.evaluate("htmx.trigger('#order', 'look')")  # as every ten seconds
    page.get_by_role("heading", name="Paid. See you 3 March.").wait_for()
    assert page.locator("#told").inner_text().startswith("Paid. See you 3 March.")
    accessible(page)

    page.get_by_role("link", name="Give back").first.click()
    page.get_by_text("IDR 120,000").wait_for()
    accessible(page)
    page.get_by_role("button", name="Give the ticket back").click()
    page.get_by_text("The ticket is given back.").wait_for()
    assert sorted(Ticket.objects.values_list("status", flat=True)) == ["cancelled", "valid"]
    page.get_by_role("link", name="Receipt").click()
    accessible(page)
    page.goto("/find-my-tickets/")
    accessible(page)


def test_everything_is_bought_without_scripts(visit):
    page = visit("/events/malam-jazz/", scripts=False)

    page.get_by_label("How many Regular").fill("2")
    page.get_by_role("button", name="See the total").click()
    assert "IDR 300,000" in page.locator("#sum").inner_text()
    fill(page)
    page.get_by_role("button", name="Get tickets").click()
    page.get_by_role("heading", name="Pay IDR 300,000 to Radio Hujan").wait_for()
    page.get_by_role("link", name="Cancel the order").click()
    page.get_by_role("button", name="Cancel the order").click()
    page.get_by_text("The order is cancelled.").wait_for()

    assert Order.objects.get().status == "cancelled"


def test_who_comes_too_late_keeps_the_form_and_takes_what_is_left(visit, accessible):
    page = visit("/")
    choose(page, 3)
    fill(page)
    TicketTier.objects.filter(name="Regular").update(sold=99)
    page.get_by_role("button", name="Get tickets").click()

    alert = page.get_by_role("alert")
    alert.wait_for()
    assert "Only 1 ticket of “Regular” is left." in alert.inner_text()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    assert (page.get_by_label("How many Regular").input_value(), page.get_by_label("Your name").input_value()) == ("1", "Bea")
    accessible(page)
    page.get_by_role("button", name="Get tickets").click()
    page.get_by_role("heading", name="Pay IDR 150,000 to Radio Hujan").wait_for()


def test_the_clock_warns_ends_and_everything_is_bought_again_in_one_tap(visit, accessible):
    page = visit("/")
    buy(page)
    first = Order.objects.get()
    Order.objects.filter(pk=first.pk).update(expires_at=timezone.now() + timedelta(seconds=64))
    page.reload()
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"^(1:0|0:[2-5])\d$"))
    page.get_by_role("heading", name="Less than a minute left").wait_for()
    accessible(page)
    Order.objects.filter(pk=first.pk).update(expires_at=timezone.now() + timedelta(seconds=2))
    page.reload()
    page.get_by_role("heading", name="The hold has ended").wait_for()
    accessible(page)

    page.get_by_role("button", name="Buy the same again").click()
    page.get_by_role("heading", name="Pay IDR 300,000 to Radio Hujan").wait_for()

    second = Order.objects.exclude(pk=first.pk).get()
    assert (second.buyer_email, second.quantity, second.status) == ("bea@example.org", 2, "pending")
