"""The admin in a real browser: the same policy without exceptions, both themes, a promoter's and staff's pages."""

import pytest
from django.urls import reverse

from accounts import roles
from tests import factories
from tests.browser.conftest import DESK, PHONE
from tests.sample.models import Lantern, Room


@pytest.fixture
def lantern(groups):
    roles.give_permissions()
    team = factories.promoter()
    factories.member(team)
    factories.applicant("Mira", name="Nordlys Live")
    room = Room.objects.create(promoter=team, name="Hall")
    made = Lantern.objects.create(room=room, name="Lantern", hung_at=factories.THEN)
    made.wicks.create(name="Thread", kept_in=room)
    return made


def pages(lantern):
    names = {"changelist": [], "add": [], "change": [lantern.pk], "delete": [lantern.pk], "history": [lantern.pk], "drop": [lantern.pk]}
    yield reverse("admin:index")
    for name, given in names.items():
        yield reverse(f"admin:sample_lantern_{name}", args=given)
    yield reverse("admin:accounts_promoter_changelist")
    yield reverse("admin:accounts_promoter_change", args=[lantern.room.promoter.pk])
    yield reverse("admin:ticketing_historyentry_changelist")


@pytest.mark.parametrize("language", ["en", "id"])
def test_pages_are_accessible_and_fit_a_phone(visit, accessible, lantern, language):
    page = visit("/admin/", screen=DESK, language=language, user=factories.staff("Root", roles.SUPERADMIN))
    for path in pages(lantern):
        page.goto(path)
        accessible(page, smallest=PHONE)


def test_widgets_work_under_the_policy(visit, lantern):
    """Autocomplete, date picker and popup, as a promoter uses them; the console stays silent."""
    page = visit(reverse("admin:sample_lantern_add"), screen=DESK, user=lantern.room.promoter.owner)

    page.get_by_label("Name:").first.fill("Second lantern")
    page.locator(".field-room .select2-selection").click()
    page.locator(".select2-search__field").fill("Hal")
    page.locator(".select2-results__option", has_text="Hall").click()
    page.locator(".select2-dropdown").wait_for(state="detached")  # as long as it is open, the next click only closes it
    today = page.locator(".calendarbox").get_by_role("link", name="Today")
    page.locator(".field-hung_at .date-icon").click()
    if not today.is_visible():
        page.locator(".field-hung_at .date-icon").click()
    today.click()
    page.locator(".field-hung_at").get_by_role("link", name="Now").first.click()
    with page.expect_popup() as opened:
        page.locator("#add_id_spare").click()
    opened.value.get_by_label("Name:").fill("Attic")
    opened.value.get_by_label("Promoter:").select_option("Radio Hujan")
    opened.value.get_by_role("button", name="Save").click()
    page.locator("#id_spare option", has_text="Attic").wait_for(state="attached")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".messagelist .success").wait_for()

    made = Lantern.objects.get(name="Second lantern")
    assert (made.room, made.spare.name, made.hung_at is not None) == (lantern.room, "Attic", True)


def test_button_is_pressed_and_refused_without_scripts(visit, lantern):
    page = visit(reverse("admin:sample_lantern_change", args=[lantern.pk]), scripts=False, user=lantern.room.promoter.owner)

    page.get_by_role("link", name="Drop").click()
    page.get_by_label("Reason").fill("no")
    page.get_by_role("button", name="Drop").click()
    page.get_by_role("alert").get_by_text("A lantern is not dropped for that.").wait_for()
    page.get_by_label("Reason").fill("broken")
    page.get_by_role("button", name="Drop").click()

    page.get_by_text("Done: Drop").wait_for()
    assert Lantern.objects.get().secret == "broken"
