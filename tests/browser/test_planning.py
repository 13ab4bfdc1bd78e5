"""A promoter makes, publishes and sees an event; a visitor finds it by a word that is written wrong (P-01)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import roles
from events import actions
from events.models import Event
from tests import factories
from tests.browser.conftest import DESK, PHONE

ADD = reverse("admin:events_event_add")


@pytest.fixture
def team(groups):
    roles.give_permissions()
    return factories.promoter()


def test_from_nothing_to_a_public_event(visit, team):
    page = visit("/admin/", screen=DESK, user=team.owner)
    page.get_by_role("link", name="New event").click()

    day = (timezone.now() + timedelta(days=40)).date().isoformat()
    page.get_by_label("Title:").fill("Senandung Malam")
    for name, clock in (("starts_at", "20:00"), ("ends_at", "23:30")):
        page.locator(f"#id_{name}_0").fill(day)
        page.locator(f"#id_{name}_1").fill(clock)
    page.get_by_label("City:").fill("Denpasar")
    page.get_by_label("Time zone:").select_option("Asia/Makassar")
    page.get_by_text("Add another Tier").click()
    for number, (name, price, quantity) in enumerate((("Regular", "150000", "200"), ("VIP", "500000", "20"))):
        page.locator(f"#id_tiers-{number}-name").fill(name)
        page.locator(f"#id_tiers-{number}-price").fill(price)
        page.locator(f"#id_tiers-{number}-quantity").fill(quantity)
    page.get_by_role("button", name="Save").click()

    page.get_by_role("link", name="Say where it takes place.").click()
    page.get_by_label("Venue:").fill("Balai Cendana")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Ready to publish").wait_for()
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Done: Publish").wait_for()
    page.get_by_role("link", name="See the page").click()
    page.get_by_role("heading", name="Senandung Malam").first.wait_for()
    page.get_by_role("heading", name="VIP").wait_for()

    event = Event.objects.get()
    assert (event.status, event.starts_at.astimezone(event.zone).strftime("%H:%M")) == ("published", "20:00")
    visitor = visit("/?q=senandhung", screen=PHONE)
    visitor.get_by_role("link", name="Senandung Malam").first.wait_for()


@pytest.mark.parametrize("language", ["en", "id"])
def test_pages_of_planning_are_accessible_and_fit_a_phone(visit, accessible, team, language):
    lacking = factories.event(team, title="Lacking", venue="")
    ready = factories.published(team)
    actions.add_code(event_id=ready.pk, by=None, at=factories.THEN, code="EARLY", percent=Decimal(10))
    pages = [reverse("admin:events_event_change", args=[row.pk]) for row in (lacking, ready)]
    pages += [ADD, reverse("admin:events_event_changelist"), reverse("admin:events_event_cancel", args=[ready.pk])]
    pages += [f"{reverse('admin:events_discountcode_add')}?event={ready.pk}", reverse("admin:events_discountcode_changelist")]

    page = visit("/admin/", screen=DESK, language=language, user=team.owner)
    for path in pages:
        page.goto(path)
        accessible(page, smallest=PHONE)
