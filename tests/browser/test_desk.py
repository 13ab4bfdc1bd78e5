"""The desk in a real browser: a promoter's owner finds an order, marks it paid, cancels a seat, answers the buyer, reads the story."""

import orders.actions
from accounts import roles
from orders.models import Concern, Order
from tests import factories
from tests.browser.conftest import DESK, PHONE
from tests.factories import THEN
from ticketing.models import EmailMessage


def test_an_order_is_found_paid_cut_and_its_buyer_answered(visit, accessible, groups):
    roles.give_permissions()
    event = factories.published(refund_until_hours=24)
    order = factories.order(event, "Bea", lines={event.tiers.get().pk: 2})
    factories.order(event, "Carl")
    orders.actions.raise_concern(order_id=order.pk, words="We need an aisle seat.", at=THEN, by="buyer")

    page = visit("/admin/", screen=DESK, user=event.promoter.owner)
    page.get_by_role("link", name="2 orders wait for a payment to you").click()
    page.locator("#searchbar").fill("bea@example.org")
    page.get_by_role("button", name="Search").click()
    page.get_by_text("Carl").wait_for(state="detached")
    accessible(page, smallest=PHONE)
    page.get_by_role("link", name=order.reference).click()
    page.wait_for_url("**/change/**")

    accessible(page, smallest=PHONE)
    page.get_by_role("link", name="Mark paid").click()
    page.get_by_label("How do you know?").fill("Seen on the account.")
    page.get_by_role("button", name="Mark paid").click()
    page.get_by_text("Done: Mark paid").wait_for()
    page.get_by_role("link", name=f"TIX-{order.reference[3:]}-01").click()
    page.get_by_role("link", name="Cancel this seat").click()
    page.get_by_label("Reason").fill("A camera stands there.")
    page.get_by_role("button", name="Cancel this seat").click()
    page.get_by_text("Done: Cancel this seat").wait_for()
    page.get_by_role("link", name=order.reference).click()

    story = page.get_by_role("region", name="History")
    for said in ("Order placed", "Settled by hand", "Paid", "One seat given back", "Olive"):
        assert said in story.inner_text()
    assert "1 given back" in page.locator("table.sums").inner_text()
    accessible(page, smallest=PHONE)
    page.get_by_role("link", name="Answer").click()
    page.get_by_text("We need an aisle seat.").wait_for()
    accessible(page, smallest=PHONE)
    page.get_by_label("Your answer").fill("You have 7A now.")
    page.get_by_role("button", name="Answer").click()
    page.get_by_text("Done: Answer").wait_for()
    page.goto("/admin/orders/concern/")
    accessible(page, smallest=PHONE)

    order.refresh_from_db()
    assert (order.status, order.payment.by_hand_because, Concern.objects.get().answer) == (
        "paid",
        "Seen on the account.",
        "You have 7A now.",
    )
    assert sorted(order.tickets.values_list("status", flat=True)) == ["cancelled", "valid"]
    assert Order.objects.filter(status="pending").count() == 1
    assert {"orders.tickets", "payments.seat_cancelled", "orders.concern_answered"} <= set(
        EmailMessage.objects.values_list("kind", flat=True)
    )
