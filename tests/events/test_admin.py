"""Events are planned in the admin, and every deed there is an action (P-01, P-02, P-05, P-15)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import PromoterMember
from events import actions, admin, tasks
from events.models import DiscountCode, Event, Picture, TicketTier
from events.pages import look
from tests import factories
from tests.admin_forms import complaints, filled, save
from tests.events.test_pictures import encoded
from tests.factories import THEN
from ticketing.models import HistoryEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment():
    """Before the events, in whatever year this runs."""
    with time_machine.travel(THEN):
        yield


LIST, ADD = reverse("admin:events_event_changelist"), reverse("admin:events_event_add")
NIGHT = {
    "title": "Malam Jazz",
    "starts_at_0": "2027-03-03",
    "starts_at_1": "20:00",
    "ends_at_0": "2027-03-03",
    "ends_at_1": "23:00",
    "timezone": "Asia/Jayapura",
    "venue": "Balai",
    "city": "Jayapura",
    "tiers-0-name": "Regular",
    "tiers-0-price": "150000",
    "tiers-0-quantity": "100",
}


@pytest.fixture
def team(groups):
    from accounts import roles

    roles.give_permissions()
    return factories.promoter()


@pytest.fixture
def max_(client, team):
    """A manager, signed in."""
    max_ = factories.member(team, "Max", "manager")
    factories.sign_in(client, max_)
    return max_


def page(event, name="change"):
    return reverse(f"admin:events_event_{name}", args=[event.pk])


def fresh(event):
    return Event.all_objects.get(pk=event.pk)


def history(event):
    return list(HistoryEntry.objects.filter(subject_id=event.pk).order_by("id").values_list("action", flat=True))


def text(answer):
    return answer.content.decode()


# --- made -----------------------------------------------------------------------------------------------


def test_p_01_an_event_is_made_with_its_tiers_and_leads_to_its_page(client, team, max_):
    second = {"tiers-TOTAL_FORMS": "2", "tiers-1-name": "VIP", "tiers-1-price": "500000", "tiers-1-quantity": "10"}
    second |= {"tiers-1-min_purchase": "1", "tiers-1-max_purchase": "4", "tiers-1-position": "0", "tiers-1-is_active": "on"}

    answer = save(client, ADD, **NIGHT, **second)

    event = Event.objects.get()
    assert answer.url == page(event)
    assert (event.title, event.promoter, event.created_by, event.status, event.slug) == ("Malam Jazz", team, max_, "draft", "malam-jazz")
    assert event.starts_at == datetime(2027, 3, 3, 11, 0, tzinfo=UTC)  # WIT is UTC+9
    assert list(event.tiers.values_list("name", "price", "quantity", "max_purchase")) == [
        ("Regular", Decimal(150_000), 100, 10),
        ("VIP", Decimal(500_000), 10, 4),
    ]
    assert history(event) == ["created", "tier_added", "tier_added"]
    shown = text(client.get(answer.url))
    assert "Ready to publish" in shown
    assert "Publish" in shown


def test_k_11_who_sells_one_kind_of_ticket_need_not_name_it(client, team, max_):
    plain = {name: value for name, value in NIGHT.items() if not name.startswith("tiers-")}

    save(client, ADD, **plain)
    save(client, ADD, **plain, **{"tiers-0-price": "150000", "tiers-0-quantity": "100"})

    first, second = Event.objects.order_by("created_at", "id")
    assert not first.tiers.exists()  # nothing was typed, so there is none
    assert second.tiers.values_list("name", "quantity").get() == ("Regular", 100)


def test_the_only_promoter_is_preset_and_hidden_and_of_two_one_chooses(client, team, max_):
    field = client.get(ADD).context["adminform"].form.fields["promoter"]
    assert (field.widget.is_hidden, field.initial) == (True, team.pk)

    other, third = factories.promoter("Mira", name="Nordlys"), factories.promoter("Hana", name="Kertas")
    PromoterMember.objects.create(promoter=other, user=max_, role="manager")
    PromoterMember.objects.create(promoter=third, user=max_, role="finance")
    field = client.get(ADD).context["adminform"].form.fields["promoter"]

    assert set(field.queryset) == {team, other}
    assert not field.widget.is_hidden


def test_an_event_is_not_made_for_a_promoter_of_others(client, team, max_):
    other = factories.promoter("Mira", name="Nordlys")

    answer = save(client, ADD, **NIGHT, promoter=str(other.pk))

    assert "promoter" in complaints(answer)
    assert not Event.objects.exists()


def test_fields_that_are_counted_or_decided_are_never_typed(client, team, max_):
    event = factories.event(team)

    answer = save(client, page(event), status="published", sold="5", version="9", fee_percent="0", promoter="x", **{"tiers-0-sold": "7"})

    assert answer.status_code == 302
    event = fresh(event)
    assert (event.status, event.sold, event.version, event.fee_percent, event.tiers.get().sold) == ("draft", 0, 1, None, 0)


def test_only_staff_set_the_fee(client, team):
    event = factories.event(team)
    factories.sign_in(client, factories.staff())

    save(client, page(event), fee_percent="3.50", fee_per="order")

    event = fresh(event)
    assert (event.fee_percent, event.fee_per) == (Decimal("3.50"), "order")


# --- its looks ------------------------------------------------------------------------------------------


def test_a_picture_is_uploaded_shown_and_removed(client, team, max_):
    event = factories.published(team)

    answer = client.post(page(event, "upload_picture"), {"upload": SimpleUploadedFile("night.png", encoded())})
    waits = text(client.get(page(event)))
    tasks.draw_pictures()
    shows = text(client.get(page(event)))

    assert answer.url == page(event)
    assert ('id="picture"' in waits, 'id="picture"' in shows) == (True, False)
    assert look(event).poster in waits
    assert look(fresh(event)).poster in shows
    assert look(fresh(event)).poster != look(event).poster
    assert "Draw another poster" not in shows

    client.post(page(event, "remove_picture"))

    assert (fresh(event).image, Picture.objects.count()) == (None, 0)
    assert history(event)[-3:] == ["picture_uploaded", "picture_shown", "picture_removed"]
    assert page(event, "remove_picture") not in text(client.get(page(event)))


def test_a_bad_picture_is_refused_on_its_page(client, team, max_):
    event = factories.event(team)

    answer = client.post(page(event, "upload_picture"), {"upload": SimpleUploadedFile("night.png", b"GIF89a")})
    nothing = client.post(page(event, "upload_picture"))

    assert (answer.status_code, nothing.status_code) == (400, 200)
    assert "not a picture that we can read" in text(answer)
    assert "upload" in nothing.context["form"].errors
    assert not Picture.objects.exists()
    assert 'enctype="multipart/form-data"' in text(nothing)


def test_another_poster_is_drawn(client, team, max_):
    event = factories.event(team)

    client.post(page(event, "reroll_poster"))

    assert fresh(event).poster != ""
    assert history(event)[-1] == "poster_rerolled"


# --- changed --------------------------------------------------------------------------------------------


def test_only_what_was_changed_is_written_and_said(client, team, max_):
    event = factories.event(team)

    answer = save(client, page(event), title="Malam Blues", **{"tiers-0-quantity": "120"})

    assert answer.url == page(event)
    lines = HistoryEntry.objects.filter(subject_id=event.pk).order_by("id")[1:]
    assert [(line.action, line.details.get("fields"), line.actor) for line in lines] == [
        ("changed", ["title"], f"user:{max_.pk}"),
        ("tier_changed", ["quantity"], f"user:{max_.pk}"),
    ]


def test_saving_without_a_change_writes_nothing(client, team, max_):
    event = factories.event(team, doors_open_at=THEN + timedelta(days=29), description="One\n\nTwo", capacity=90, age_limit=18)

    assert save(client, page(event)).status_code == 302

    assert history(event) == ["created"]


def test_tiers_are_added_and_removed_in_one_go(client, team, max_):
    event = factories.published(team)
    new = {"tiers-TOTAL_FORMS": "2", "tiers-1-name": "VIP", "tiers-1-price": "1", "tiers-1-quantity": "5", "tiers-1-max_purchase": "2"}

    save(client, page(event), **new, **{"tiers-1-min_purchase": "1", "tiers-1-position": "0", "tiers-0-DELETE": "on"})

    assert list(event.tiers.values_list("name", "quantity")) == [("VIP", 5)]


def test_times_are_those_of_the_venue_and_move_with_its_zone(client, team, max_):
    start = datetime(2027, 3, 3, 13, 0, tzinfo=UTC)
    opens = start - timedelta(days=7)
    event = factories.event(team, starts_at=start, timezone="Asia/Makassar")
    actions.update_tier(tier_id=event.tiers.get().pk, by=None, at=THEN, sale_starts_at=opens)

    shown = client.get(page(event))
    assert filled(shown)["starts_at_1"] == ["21:00"]
    assert "By the clocks of the venue (Asia/Makassar)" in text(shown) or "(WITA)" in text(shown)
    save(client, page(event), timezone="Asia/Jakarta")

    event = fresh(event)
    assert (event.timezone, event.starts_at) == ("Asia/Jakarta", start + timedelta(hours=1))
    assert event.tiers.get().sale_starts_at == opens + timedelta(hours=1)


def test_amounts_without_cents_are_written_without(client, team, max_):
    event = factories.event(team)

    assert filled(client.get(page(event)))["tiers-0-price"] == ["150000"]


# --- refused --------------------------------------------------------------------------------------------


def test_p_05_a_quantity_below_what_is_sold_and_held_names_the_minimum(client, team, max_):
    event = factories.published(team)
    tier = event.tiers.get()
    actions.claim(event_id=event.pk, lines={tier.pk: 7}, at=THEN)
    actions.sell(event_id=event.pk, lines={tier.pk: 3})

    answer = save(client, page(event), title="Other", **{"tiers-0-quantity": "6"})

    assert complaints(answer) == {"tiers-0-quantity": ["7 places of this tier are sold or held, so its quantity cannot be less."]}
    assert 'value="Other"' in text(answer)  # what was typed beside it is still there
    assert fresh(event).title == "Malam Jazz"  # and was rolled back
    assert save(client, page(event), **{"tiers-0-quantity": "7"}).status_code == 302


@pytest.mark.parametrize(
    ("typed", "where", "sentence"),
    [
        ({"ends_at_0": "2027-03-02"}, "ends_at", "An event ends after it starts."),
        ({"ends_at_0": "2027-05-03"}, "ends_at", "31 days at most"),
        ({"doors_open_at_0": "2027-03-04", "doors_open_at_1": "10:00"}, "doors_open_at", "The doors open before the start"),
        ({"starts_at_0": "2020-03-03", "ends_at_0": "2020-03-03"}, "starts_at", "This date has passed."),
        ({"title": ""}, "title", "required"),
        ({"timezone": "Mars/Olympus"}, "timezone", "not known"),
        ({"tiers-0-price": "-1"}, "tiers-0-price", "less than nothing"),
        ({"tiers-0-price": "0.50"}, "tiers-0-price", "more decimals than IDR has"),
        ({"tiers-0-quantity": "0"}, "tiers-0-quantity", "at least one place"),
        ({"tiers-0-min_purchase": "11"}, "tiers-0-max_purchase", "cannot be more than the most"),
        ({"starts_at_0": "0001-01-01"}, "starts_at", "Choose a year between 2000 and 2099."),
        ({"starts_at_0": "9999-12-31"}, "starts_at", "Choose a year between 2000 and 2099."),
    ],
)
def test_a_refusal_stands_at_its_field_and_nothing_typed_is_lost(client, team, max_, typed, where, sentence):
    answer = save(client, ADD, **{**NIGHT, "artist": "Somebody", **typed})

    found = complaints(answer)
    assert sentence in " ".join(found[where])
    assert list(found) == [where]
    assert 'value="Somebody"' in text(answer)
    assert not Event.objects.exists()
    assert not TicketTier.objects.exists()


@pytest.mark.parametrize(
    ("typed", "where", "sentence"),
    [
        ({"refund_percent": "101"}, "refund_percent", "between 0 and 100"),
        ({"tax_percent": "-1"}, "tax_percent", "between 0 and 100"),
        ({"tax_fixed": "-1"}, "tax_fixed", "less than nothing"),
        ({"age_limit": "0"}, "age_limit", "between 1 and 99"),
        ({"hold_minutes": "4"}, "hold_minutes", "between 5 and 120"),
        ({"manual_hold_hours": "0"}, "manual_hold_hours", "between 1 and 336"),
        ({"max_per_buyer": "0"}, "max_per_buyer", "at least one"),
        ({"waitlist_offer_hours": "169"}, "waitlist_offer_hours", "between 1 and 168"),
        ({"capacity": "0"}, "capacity", "at least 1"),
        ({"slug": "taken"}, "slug", "already"),
        ({"currency": "EUR"}, "currency", "valid choice"),
        ({"tiers-TOTAL_FORMS": "2", "tiers-1-name": "REGULAR", "tiers-1-price": "1", "tiers-1-quantity": "1"}, "tiers-1-name", "already"),
    ],
)
def test_each_rule_of_an_event_has_its_place(client, team, max_, typed, where, sentence):
    event = factories.event(team)
    factories.event(team, title="Other", slug="taken")
    more = {"tiers-1-min_purchase": "1", "tiers-1-max_purchase": "1", "tiers-1-position": "0"} if "tiers-1-name" in typed else {}

    answer = save(client, page(event), **typed, **more)

    assert sentence in " ".join(complaints(answer)[where])
    assert list(complaints(answer)) == [where]


def test_a_capacity_that_is_too_small_and_a_tier_in_use_are_refused(client, team, max_):
    event = factories.published(team, tiers=[{"name": name, "price": Decimal(1), "quantity": 10} for name in ("A", "B")])
    actions.claim(event_id=event.pk, lines={event.tiers.get(name="A").pk: 4}, at=THEN)

    assert complaints(save(client, page(event), capacity="3")) == {
        "capacity": ["4 places are sold or held, so the capacity cannot be less."]
    }
    number = list(event.tiers.all()).index(event.tiers.get(name="A"))
    [[said]] = complaints(save(client, page(event), **{f"tiers-{number}-DELETE": "on"})).values()
    assert said.startswith("A: Tickets of this tier are sold or held")
    assert event.tiers.count() == 2


def test_the_last_tier_of_a_published_event_stays(client, team, max_):
    event = factories.published(team)

    [[said]] = complaints(save(client, page(event), **{"tiers-0-DELETE": "on"})).values()

    assert "keeps at least one tier" in said
    assert event.tiers.count() == 1


def test_what_was_typed_beside_a_refusal_is_saved_with_the_next_try(client, team, max_):
    event = factories.event(team, starts_at=datetime(2027, 3, 3, 11, 0, tzinfo=UTC))

    refused = save(client, page(event), title="", venue="GBK", starts_at_1="19:00", **{"tiers-0-quantity": "7"})
    client.post(page(event), filled(refused) | {"title": "Malam Blues"})

    event = fresh(event)
    assert (event.title, event.venue, event.starts_at) == ("Malam Blues", "GBK", datetime(2027, 3, 3, 12, 0, tzinfo=UTC))
    assert event.tiers.get().quantity == 7


# --- two tabs -------------------------------------------------------------------------------------------


def test_two_tabs_that_change_different_fields_both_succeed(client, team, max_):
    event = factories.event(team)
    tab = filled(client.get(page(event)))

    save(client, page(event), venue="GBK", **{"tiers-0-name": "Standing"})
    answer = save(client, page(event), tab, title="Malam Blues", **{"tiers-0-quantity": "55"})

    assert answer.status_code == 302
    event = fresh(event)
    assert (event.venue, event.title) == ("GBK", "Malam Blues")
    assert event.tiers.values_list("name", "quantity").get() == ("Standing", 55)


@pytest.mark.parametrize(
    ("name", "first", "second", "now"),
    [
        ("venue", "GBK", "Istora", "GBK"),
        ("starts_at_1", "21:00", "22:00", "21:00"),
        ("refund_keeps_fee", None, "on", None),
        ("tiers-0-quantity", "60", "70", "60"),
    ],
)
def test_two_tabs_that_change_the_same_field_are_asked(client, team, max_, name, first, second, now):
    event = factories.event(team, timezone="Asia/Makassar", starts_at=datetime(2027, 3, 3, 11, 0, tzinfo=UTC))
    tab = filled(client.get(page(event)))

    save(client, page(event), **{name: first})
    answer = save(client, page(event), tab, **{name: second})

    if now is None:  # the second tab typed what it had seen: nothing changed there
        assert answer.status_code == 302
        assert fresh(event).refund_keeps_fee is False
        return
    [[said]] = complaints(answer).values()
    assert "Somebody else changed this meanwhile" in said
    assert now in said
    again = client.post(page(event), filled(answer))  # Save again keeps theirs
    assert again.status_code == 302
    assert second in text(client.get(page(event)))


def test_a_zone_that_changed_in_another_tab_is_no_silent_move(client, team, max_):
    event = factories.event(team, starts_at=datetime(2027, 3, 3, 13, 0, tzinfo=UTC))
    tab = filled(client.get(page(event)))

    save(client, page(event), timezone="Asia/Makassar")
    answer = save(client, page(event), tab, title="Malam Blues")

    assert answer.status_code == 302
    event = fresh(event)
    assert (event.timezone, event.starts_at, event.title) == ("Asia/Makassar", datetime(2027, 3, 3, 12, 0, tzinfo=UTC), "Malam Blues")


def test_two_tabs_that_are_fine_one_by_one_meet_the_constraint_in_words(client, team, max_):
    event = factories.event(team, tiers=[{"name": "Regular", "price": Decimal(1), "quantity": 9, "max_purchase": 6}])
    tab = filled(client.get(page(event)))

    save(client, page(event), **{"tiers-0-max_purchase": "2"})
    answer = save(client, page(event), tab, **{"tiers-0-min_purchase": "5"})

    assert complaints(answer) == {"tiers-0-__all__": ["The fewest in an order cannot be more than the most."]}
    assert event.tiers.get().min_purchase == 1


def test_a_tier_that_went_in_another_tab_is_said(client, team, max_):
    event = factories.event(team)
    tab = filled(client.get(page(event)))
    save(client, page(event), **{"tiers-0-DELETE": "on"})

    answer = save(client, page(event), tab, **{"tiers-0-quantity": "55"})

    assert "removed meanwhile" in text(answer)
    assert not event.tiers.exists()


@pytest.mark.parametrize("end", ["cancel", "delete"])
def test_a_form_opened_before_the_end_is_answered_in_words(client, team, max_, end):
    event = factories.published(team)
    tab = filled(client.get(page(event)))
    actions.cancel(event_id=event.pk, reason="Rain.", by=None, at=THEN)
    if end == "delete":
        actions.delete(event_id=event.pk, by=None, at=THEN)

    answer = save(client, page(event), tab, title="Malam Blues")

    [[said]] = complaints(answer).values()
    assert said.startswith({"cancel": "This event is cancelled or archived", "delete": "This event was deleted"}[end])
    assert 'value="Malam Blues"' in text(answer)
    assert 'name="_save"' not in text(client.get(page(event)))


# --- deeds ----------------------------------------------------------------------------------------------


LOOKS = {"upload_picture", "remove_picture", "reroll_poster"}


def offered(client, event):
    return {item["button"].name for item in client.get(page(event)).context["buttons"]} - LOOKS


def test_buttons_follow_the_status(client, team, max_):
    event = factories.event(team)
    assert offered(client, event) == {"publish", "duplicate", "archive", "remove"}

    client.post(page(event, "publish"))
    assert (fresh(event).status, offered(client, event)) == ("published", {"close_sales", "duplicate", "cancel"})
    client.post(page(event, "close_sales"))
    assert (fresh(event).status, offered(client, event)) == ("sales_closed", {"reopen_sales", "duplicate", "cancel"})
    client.post(page(event, "reopen_sales"))
    assert fresh(event).status == "published"
    client.post(page(event, "cancel"), {"reason": "Rain."})
    event = fresh(event)
    assert (event.status, event.cancel_reason, offered(client, event)) == ("cancelled", "Rain.", {"duplicate", "remove"})
    client.post(page(event, "remove"))
    assert (fresh(event).is_deleted, offered(client, event)) == (True, {"restore"})
    client.post(page(event, "restore"))
    assert not fresh(event).is_deleted
    assert {line.actor for line in HistoryEntry.objects.filter(subject_id=event.pk)[1:]} <= {f"user:{max_.pk}", "system"}


def test_what_is_over_can_be_archived(client, team, max_):
    event = factories.published(team)
    Event.objects.update(starts_at=timezone.now() - timedelta(days=2), ends_at=timezone.now() - timedelta(days=1))

    assert offered(client, event) == {"duplicate", "archive"}
    client.post(page(event, "archive"))

    assert (fresh(event).status, offered(client, event)) == ("archived", {"duplicate", "remove"})


def test_cancelling_asks_for_a_reason_and_nothing_happens_before(client, team, max_):
    event = factories.published(team)

    assert "This cannot be undone" in text(client.get(page(event, "cancel")))
    client.post(page(event, "cancel"), {"reason": "  "})

    assert fresh(event).status == "published"


def test_duplicate_leads_to_the_copy(client, team, max_):
    event = factories.published(team)

    answer = client.post(page(event, "duplicate"))

    copy = Event.objects.get(status="draft")
    assert answer.url == page(copy)
    assert copy.title == event.title


def test_what_is_missing_is_listed_and_leads_to_its_field(client, team, max_):
    event = factories.event(team, venue="", tiers=[])

    shown = text(client.get(page(event)))
    refused = client.post(page(event, "publish"))

    for anchor in ("id_venue", "tiers-group"):
        assert f'href="#{anchor}"' in shown
        assert f'id="{anchor}"' in shown
    assert 'href="#id_city"' not in shown
    assert "Before you can publish" in shown
    assert refused.status_code == 409
    assert "Say where it takes place." in text(refused)
    assert fresh(event).status == "draft"


@pytest.mark.parametrize("anchor", ["id_title", "id_venue", "id_city", "id_starts_at_0", "tiers-group"])
def test_each_thing_to_do_has_its_place_on_the_page(client, team, max_, anchor):
    assert f'id="{anchor}"' in text(client.get(page(factories.event(team))))


def test_a_draft_is_previewed_by_the_team(client, team, max_):
    event = factories.event(team)

    assert f'href="{event.get_absolute_url()}"' in text(client.get(page(event)))
    assert "Only your team sees this" in text(client.get(event.get_absolute_url()))


def test_finance_reads_and_presses_nothing(client, team):
    event = factories.event(team, venue="")
    factories.sign_in(client, factories.member(team, "Fina", "finance"))

    shown = client.get(page(event))

    assert 'name="_save"' not in text(shown)
    assert 'href="#id_venue"' not in text(shown)
    assert shown.context["buttons"] == []
    assert client.post(page(event, "publish")).status_code == 403
    assert client.post(page(event), {"title": "x"}).status_code == 403
    assert client.get(ADD).status_code == 403


def test_a_moderator_reads_and_an_admin_plans(client, team):
    event = factories.event(team)
    factories.sign_in(client, factories.staff("Mega", "moderator"))
    assert 'name="_save"' not in text(client.get(page(event)))
    assert client.post(page(event, "publish")).status_code == 403

    factories.sign_in(client, factories.staff())
    assert save(client, page(event), title="Malam Blues").status_code == 302
    client.post(page(event, "publish"))
    assert (fresh(event).title, fresh(event).status) == ("Malam Blues", "published")


# --- lists, errands -------------------------------------------------------------------------------------


def titles(client, **query):
    return [event.title for event in client.get(LIST, query).context["cl"].result_list]


def test_list_says_when_where_and_how_it_sells(client, team, max_):
    event = factories.published(team, starts_at=datetime(2027, 3, 3, 13, 0, tzinfo=UTC), timezone="Asia/Makassar")
    actions.claim(event_id=event.pk, lines={event.tiers.get().pk: 7}, at=THEN)
    actions.sell(event_id=event.pk, lines={event.tiers.get().pk: 3})

    shown = text(client.get(LIST))

    for words in (
        "Wed 3 Mar 2027, 21:00 WITA",
        "Balai Sarbini, Jakarta",
        "3 sold, 4 held,",
        "93 left of 100",
        '<span class="status ok">published',
    ):
        assert words in shown, words


def test_a_capacity_counts_in_what_is_left(client, team, max_):
    factories.event(team, capacity=30)

    assert "30 left of 100" in text(client.get(LIST))


def test_list_finds_by_words_and_filters(client, team, max_):
    factories.event(team, title="Jazz", artist="Çelik", venue="GBK", city="Bogor")
    blues = factories.event(team, title="Blues", starts_at=timezone.now() + timedelta(days=3))
    actions.publish(event_id=blues.pk, by=None, at=timezone.now())
    gone = factories.event(team, title="Gone")
    actions.delete(event_id=gone.pk, by=None, at=THEN)

    assert [titles(client, q=words) for words in ("jaz", "celik", "gbk", "bogor", "zzz")] == [["Jazz"]] * 4 + [[]]
    assert set(titles(client)) == {"Jazz", "Blues"}
    assert [titles(client, state=state) for state in ("draft", "published", "cancelled", "deleted")] == [["Jazz"], ["Blues"], [], ["Gone"]]
    assert [set(titles(client, when=when)) for when in ("soon", "ahead", "past")] == [{"Blues"}, {"Jazz", "Blues"}, set()]


@pytest.mark.parametrize("rows", [1, 12])
def test_list_costs_the_same_for_many_rows(client, team, max_, rows, django_assert_max_num_queries):
    for _ in range(rows):
        factories.event(team)
    client.get(LIST)

    with django_assert_max_num_queries(11):
        client.get(LIST)


def errands(client):
    return [errand.says for errand in client.get(reverse("admin:index")).context["errands"]]


def test_errands_are_drafts_that_begin_soon_and_tiers_that_are_sold_out(client, team, max_):
    factories.event(team, starts_at=timezone.now() + timedelta(days=3))
    factories.event(team, starts_at=timezone.now() + timedelta(days=15))
    full = factories.published(team, title="Full")
    TicketTier.objects.filter(event=full).update(sold=100)
    other = factories.published(factories.promoter("Mira", name="Nordlys"), title="Zebra")
    TicketTier.objects.filter(event=other).update(sold=100)

    assert errands(client) == [
        "1 draft begins within 14 days and nobody can find it yet",
        "Regular of Full is sold out: raise its quantity if the room allows it",
    ]
    assert f'href="{ADD}"' in text(client.get(reverse("admin:index")))


def test_finance_and_staff_have_no_errands_of_promoters(client, team):
    factories.event(team, starts_at=timezone.now() + timedelta(days=3))
    for person in (factories.member(team, "Fina", "finance"), factories.staff()):
        factories.sign_in(client, person)
        assert errands(client) == []


# --- codes ----------------------------------------------------------------------------------------------

CODES = reverse("admin:events_discountcode_add")


def code_page(code):
    return reverse("admin:events_discountcode_change", args=[code.pk])


def test_a_code_is_added_to_an_event_for_some_of_its_tiers(client, team, max_):
    event = factories.event(team, timezone="Asia/Makassar")
    where = f"{CODES}?event={event.pk}"

    typed = {"code": " early-1 ", "percent": "10", "tiers": [str(event.tiers.get().pk)]}
    answer = save(client, where, **typed, starts_at_0="2027-02-10", starts_at_1="10:00")

    code = DiscountCode.objects.get()
    assert answer.url == code_page(code)
    assert (code.code, code.percent, list(code.tiers.all()), code.event) == ("EARLY-1", 10, [event.tiers.get()], event)
    assert code.starts_at == datetime(2027, 2, 10, 2, 0, tzinfo=UTC)
    assert history(event)[-1] == "code_added"


def test_a_code_offers_the_tiers_of_its_own_event_alone(client, team, max_):
    event, other = factories.event(team), factories.event(team, title="Other")
    foreign = factories.event(factories.promoter("Mira", name="Nordlys"))
    code = actions.add_code(event_id=event.pk, by=None, at=THEN, code="EARLY", percent=Decimal(10))

    def choices(where):
        return set(client.get(where).context["adminform"].form.fields["tiers"].queryset)

    assert choices(code_page(code)) == choices(f"{CODES}?event={event.pk}") == {event.tiers.get()}
    assert choices(CODES) == choices(f"{CODES}?event={foreign.pk}") == choices(f"{CODES}?event=x") == set()
    assert "tiers" in complaints(save(client, code_page(code), tiers=[str(other.tiers.get().pk)]))
    assert "event" in complaints(save(client, CODES, event=str(foreign.pk), code="LATE", percent="5"))
    assert DiscountCode.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "where", "sentence"),
    [
        ({"percent": "10", "amount": "5"}, "amount", "not both"),
        ({"amount": "0.50"}, "amount", "more decimals"),
        ({"percent": "101"}, "percent", "at most 100"),
        ({"code": "a b"}, "code", "3 to 40"),
        ({"code": "taken", "percent": "1"}, "code", "already"),
        ({}, "__all__", "Say what the code does"),
    ],
)
def test_a_code_that_breaks_a_rule_is_refused_at_its_field(client, team, max_, typed, where, sentence):
    event = factories.event(team)
    actions.add_code(event_id=event.pk, by=None, at=THEN, code="TAKEN", percent=Decimal(10))

    answer = save(client, f"{CODES}?event={event.pk}", **{"code": "EARLY", **typed})

    assert sentence in " ".join(complaints(answer)[where])
    assert DiscountCode.objects.count() == 1


def test_a_code_is_changed_and_two_tabs_are_merged(client, team, max_):
    event = factories.event(team)
    code = actions.add_code(event_id=event.pk, by=None, at=THEN, code="EARLY", percent=Decimal(10))
    tab = filled(client.get(code_page(code)))

    save(client, code_page(code), max_uses="5")
    save(client, code_page(code), tab, tiers=[str(event.tiers.get().pk)])

    code.refresh_from_db()
    assert (code.max_uses, code.tiers.count(), code.percent) == (5, 1, 10)


def test_both_admins_are_scoped():
    from accounts.scoping import Scoped

    assert issubclass(admin.EventAdmin, Scoped)
    assert issubclass(admin.CodeAdmin, Scoped)
