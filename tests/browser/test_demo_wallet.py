"""A newcomer on a demo: buys, pays with the demo's wallet, short at first, and has the ticket."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from tests.local.local_chain import serving
from tests.payments.town import open_town
from ticketing.local.places import Places

LOOK_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"  # as whoever comes back from a wallet does


@pytest.fixture
def town(tmp_path, settings):
    cache.clear()
    places = Places(tmp_path)
    now = timezone.now()
    # Blocks are made faster than seconds pass, and none may be from the future.
    with (
        serving(places, at=now.timestamp() - 30) as (asking, clock),
        open_town(asking, clock, places, settings, at=now - timedelta(seconds=20)) as town,
    ):
        yield town


def test_newcomer_pays_half_then_the_rest_with_the_demo_wallet(visit, accessible, town):
    page = visit("/events/malam-jazz/")
    page.get_by_role("button", name="One more Regular").click()
    page.get_by_label("Your e-mail").fill("bea@example.org")
    page.get_by_label("Your name").fill("Bea")
    page.get_by_role("button", name="Get tickets").click()
    page.get_by_role("link", name="Pay with the demo wallet").click()
    page.get_by_text("Still to pay").wait_for()
    assert page.get_by_label("Amount in USDT").input_value() == "9.21"
    accessible(page)

    page.get_by_label("Amount in USDT").fill("much")
    page.get_by_role("button", name="Pay", exact=True).click()
    page.get_by_text("Enter a number.").first.wait_for()
    accessible(page)
    page.get_by_label("Amount in USDT").fill("9,21")
    page.get_by_label("Half of it, as a first part").check()
    page.get_by_role("button", name="Pay", exact=True).click()
    page.get_by_text("The demo wallet has sent it.").wait_for()
    town.mine()
    town.watch()
    page.evaluate(LOOK_AGAIN)
    page.get_by_role("heading", name="Send 4.61 USDT more").wait_for()

    page.goto("/demo/wallet/")
    accessible(page)
    page.get_by_role("link", name="Malam Jazz").click()
    assert page.get_by_label("Amount in USDT").input_value() == "4.61"
    page.get_by_role("button", name="Pay", exact=True).click()
    page.get_by_text("The demo wallet has sent it.").wait_for()
    town.mine(5)
    town.watch()
    page.evaluate(LOOK_AGAIN)
    page.get_by_role("heading", name="Paid. See you 3 March.").wait_for()
