"""Buttons of the admin, pressed on a lantern: asked for first, refused in words, and by nobody who may not."""

import pytest
from django.urls import reverse

from accounts import roles
from accounts.models import PromoterMember
from tests import factories
from tests.sample.admin import LanternAdmin
from tests.sample.models import Lantern, Room
from ticketing.buttons import buttons_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def lantern(groups):
    room = Room.objects.create(promoter=factories.promoter(), name="Hall")
    return Lantern.objects.create(room=room, name="Lantern")


@pytest.fixture
def owner(client, lantern):
    factories.sign_in(client, lantern.room.promoter.owner)
    return lantern.room.promoter.owner


def where(lantern, page="drop"):
    return reverse(f"admin:sample_lantern_{page}", args=[lantern.pk])


def secret():
    return Lantern.objects.get().secret


def test_button_stands_on_the_page_and_asks_before_it_does(client, owner, lantern):
    assert f'href="{where(lantern)}"' in client.get(where(lantern, "change")).content.decode()

    asked = client.get(where(lantern))

    assert list(asked.context["form"].fields) == ["reason"]
    assert secret() == ""


def test_pressing_does_it_and_leads_back(client, owner, lantern):
    answer = client.post(where(lantern), {"reason": "broken"}, follow=True)

    assert answer.redirect_chain == [(where(lantern, "change"), 302)]
    assert "Done: Drop" in answer.content.decode()
    assert secret() == "broken"


def test_a_missing_reason_is_asked_for(client, owner, lantern):
    answer = client.post(where(lantern), {"reason": "  "})

    assert answer.context["form"].errors.keys() == {"reason"}
    assert secret() == ""


def test_a_refusal_is_told_in_its_words(client, owner, lantern):
    answer = client.post(where(lantern), {"reason": "no"})

    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "A lantern is not dropped for that." in shown
    assert 'name="reason"' in shown  # on the button's own page, where another try can be made
    assert secret() == ""


def test_who_may_not_sees_no_button_and_presses_none(client, owner, lantern):
    greta = factories.person("Greta")
    PromoterMember.objects.create(promoter=lantern.room.promoter, user=greta, role="finance")
    factories.sign_in(client, greta)

    assert where(lantern) not in client.get(where(lantern, "change")).content.decode()
    assert client.get(where(lantern)).status_code == 403
    assert client.post(where(lantern), {"reason": "broken"}).status_code == 403
    assert secret() == ""


def test_pressing_needs_the_token_of_the_form(owner, lantern):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    factories.sign_in(strict, owner)

    assert strict.post(where(lantern), {"reason": "broken"}).status_code == 403
    assert secret() == ""


def test_only_get_and_post_are_answered(client, owner, lantern):
    assert client.delete(where(lantern)).status_code == 405


def test_buttons_come_in_the_order_in_which_they_are_written():
    from accounts.admin import PromoterAdmin

    assert [button.name for button in buttons_of(PromoterAdmin)] == ["approve", "refuse", "set_fees", "restore"]
    assert [button.name for button in buttons_of(LanternAdmin)] == ["drop"]


def test_buttons_fit_the_row_as_it_is(client, groups):
    roles.give_permissions()
    factories.sign_in(client, factories.staff("Root", roles.SUPERADMIN))
    approved, waiting = factories.promoter(), factories.applicant("Mira")

    def offered(row):
        answer = client.get(reverse("admin:accounts_promoter_change", args=[row.pk]))
        return [item["button"].name for item in answer.context["buttons"]]

    assert (offered(approved), offered(waiting)) == (["refuse", "set_fees", "remove"], ["approve", "refuse", "set_fees", "remove"])
