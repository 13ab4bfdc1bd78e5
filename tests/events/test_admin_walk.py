"""A promoter looks for another's events on every road of the admin, more than a thousand times (P-02), and hostile input meets words."""

import re
from decimal import Decimal

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts import roles
from events import actions
from events.models import DiscountCode, Event, TicketTier
from tests import factories
from tests.admin_forms import complaints, filled, save
from tests.admin_pages import PLANNING
from tests.factories import THEN

pytestmark = pytest.mark.django_db
CANARY = "Zebrafinch"
EVENT_PAGES = ("change", "history", "delete", *sorted(PLANNING))
CODE_PAGES = ("change", "history", "delete")
LOOKUPS = ("", "__exact", "__startswith", "__icontains", "__regex", "__gt", "__isnull", "__in")
PATHS = ("title", "id", "slug", "description", "cancel_reason", "promoter", "promoter__name", "promoter__id", "promoter__owner__email")
PATHS += ("promoter__owner__password", "created_by", "created_by__email", "tiers", "tiers__name", "tiers__price", "tiers__sold", "codes")
PATHS += ("codes__code", "status", "deleted_at", "sold", "version")
CODE_PATHS = ("code", "event", "event__title", "event__promoter", "event__promoter__name", "event__tiers__name", "tiers", "used", "percent")
FIGURES = {"promoter": "", "starts_at_0": "2027-03-03", "starts_at_1": "20:00", "ends_at_0": "2027-03-03", "ends_at_1": "23:00"}


@pytest.fixture
def theirs(groups):
    """Another promoter's events, in every state, with the canary wherever a text is."""
    roles.give_permissions()
    team = factories.promoter("Mira", name=CANARY)
    facts = {name: f"{CANARY} {name}" for name in ("artist", "venue", "city", "address", "description", "access_notes")}
    made = {}
    for state in ("draft", "published", "cancelled", "deleted"):
        tiers = [{"name": f"{CANARY} tier", "price": Decimal(1), "quantity": 5}]
        event = made[state] = factories.event(team, title=f"{CANARY} {state}", tiers=tiers, **facts)
        actions.add_code(event_id=event.pk, by=None, at=THEN, code=f"{CANARY}-{state}".upper(), percent=Decimal(10))
        if state in {"published", "cancelled"}:
            actions.publish(event_id=event.pk, by=None, at=THEN)
    actions.cancel(event_id=made["cancelled"].pk, reason=CANARY, by=None, at=THEN)
    actions.delete(event_id=made["deleted"].pk, by=None, at=THEN)
    return made


def url(model, page, *given):
    return reverse(f"admin:events_{model}_{page}", args=given)


def requests(theirs, own):
    """Yield method, address, fields and the answers that may be given, for every road to a row of others."""
    for event in theirs.values():
        code, tier = event.codes.get(), event.tiers.get()
        stolen = {"tiers-TOTAL_FORMS": "1", "tiers-INITIAL_FORMS": "1", "tiers-0-id": str(tier.pk), "tiers-0-event": str(own.pk)}
        for pages, model, row in ((EVENT_PAGES, "event", event), (CODE_PAGES, "discountcode", code)):
            for page in pages:
                for pk in (str(row.pk), str(row.pk).upper(), row.pk.hex):
                    yield "get", url(model, page, pk), {}, {403, 404}
                    yield "get", url(model, page, pk), {"_popup": "1", "_to_field": "id"}, {403, 404}
                    yield "post", url(model, page, pk), {"title": "Stolen", "reason": "x", "post": "yes", "code": "STOLEN"}, {403, 404}
        yield "get", f"/admin/events/event/{event.pk}/", {}, {302}
        yield "get", f"/admin/events/tickettier/{tier.pk}/change/", {}, {404}
        yield "post", url("event", "change", own.pk), stolen, {200}
        yield "get", url("discountcode", "add"), {"event": str(event.pk)}, {200}
        yield "post", url("discountcode", "add"), {"event": str(event.pk), "code": "STOLEN", "percent": "1"}, {200}
        yield "post", url("discountcode", "change", own.codes.get().pk), {"code": "OURS", "tiers": [str(tier.pk)]}, {200}
        yield "post", url("event", "add"), {**FIGURES, "promoter": str(event.promoter_id), "title": "Stolen"}, {200}
        for pk in (event.pk, code.pk, tier.pk):
            yield (
                "post",
                url("event", "changelist"),
                {"action": "delete_selected", "_selected_action": [str(pk)], "post": "yes"},
                {200, 302},
            )
            yield "get", url("event", "changelist"), {"id__exact": str(pk)}, {302, 400}
            yield "get", url("event", "changelist"), {"q": str(pk)}, {200}
    for model, paths in (("event", PATHS), ("discountcode", CODE_PATHS)):
        for path in paths:
            for lookup in LOOKUPS:
                yield "get", url(model, "changelist"), {f"{path}{lookup}": CANARY}, {302, 400}
        for query in ({"all": ""}, {"p": "2"}, {"o": "1.-2"}, {"_popup": "1"}, {"_to_field": "id"}, {"e": "1"}, {"_facets": "1"}):
            yield "get", url(model, "changelist"), query, {200, 302}
        for words in (CANARY, CANARY.lower(), CANARY[:5], "draft", "tier", "%", "_", "'", '"', "\\", "a" * 500):
            yield "get", url(model, "changelist"), {"q": words}, {200}
    for state in ("draft", "published", "sales_closed", "cancelled", "archived", "deleted", CANARY, ""):
        for when in ("soon", "ahead", "past", CANARY, ""):
            yield "get", url("event", "changelist"), {"state": state, "when": when}, {200}
            yield "get", url("event", "changelist"), {"state": state, "when": when, "q": CANARY}, {200}
    for label in ("event", "discountcode", "tickettier", "activeevent", "referencerate"):
        for name in ("promoter", "event", "tiers", "created_by"):
            for term in ("", CANARY, CANARY[:4]):
                asked = {"app_label": "events", "model_name": label, "field_name": name, "term": term}
                yield "get", reverse("admin:autocomplete"), asked, {200, 403, 404}
    for page in (
        "/admin/",
        "/admin/events/",
        "/admin/events/activeevent/",
        "/admin/events/referencerate/",
        "/admin/ticketing/historyentry/",
    ):
        for query in ({}, {"q": CANARY}):
            yield "get", page, query, {200, 403}


def test_p_02_a_thousand_requests_find_nothing_of_anothers_events(client, theirs):
    ours = factories.promoter("Olive", name="Kookaburra")
    own = factories.event(ours, title="Kookaburra")
    actions.add_code(event_id=own.pk, by=None, at=THEN, code="OURS", percent=Decimal(10))
    factories.sign_in(client, factories.member(ours, "Max", "manager"))
    before = list(Event.all_objects.order_by("pk").values()), list(TicketTier.objects.order_by("pk").values())
    asked, faults = 0, []

    for method, where, fields, allowed in requests(theirs, own):
        answer = getattr(client, method)(where, fields)
        asked += 1
        sent = " ".join(str(value) for value in fields.values())
        # What the person typed may stand in the field in which it was typed.
        shown = (
            re.sub(r'(value|href)="[^"]*"|<a [^>]*>', "", answer.content.decode())
            if CANARY.lower()[:4] in sent.lower()
            else answer.content.decode()
        )
        if answer.status_code not in allowed or CANARY.lower() in shown.lower():
            faults.append((method, where, fields, answer.status_code))

    assert faults == []
    assert asked >= 1000
    assert before == (list(Event.all_objects.order_by("pk").values()), list(TicketTier.objects.order_by("pk").values()))
    assert not DiscountCode.objects.filter(code="STOLEN").exists()


def test_p_02_staff_find_the_canary_on_the_same_roads(client, theirs):
    """The control: what the promoter did not find is there to be found."""
    own = factories.event(factories.promoter("Olive", name="Kookaburra"), title="Kookaburra")
    actions.add_code(event_id=own.pk, by=None, at=THEN, code="OURS", percent=Decimal(10))
    factories.sign_in(client, factories.staff("Root", roles.SUPERADMIN))
    found = set()

    for method, where, fields, _allowed in requests(theirs, own):
        if method == "get" and (CANARY not in str(fields) or "q" in fields) and not (set(found) and where in found):
            answer = client.get(where, fields)
            if answer.status_code == 200 and CANARY.lower() in answer.content.decode().lower():
                found.add(where)

    for event in theirs.values():
        assert {url("event", page, str(event.pk)) for page in ("change", "history", *PLANNING)} <= found
        assert url("discountcode", "change", str(event.codes.get().pk)) in found
    assert {url("event", "changelist"), url("discountcode", "changelist"), url("discountcode", "add")} <= found


# --- hostile input --------------------------------------------------------------------------------------

HOSTILE = {
    "less": "-1",
    "zero": "0",
    "int": str(2**31),
    "bigint": str(2**63),
    "infinite": "1e400",
    "nan": "NaN",
    "wide": "１２３",  # full-width digits are the point
    "long": "x" * 1_000_000,
    "nul": "a\x00b",
    "surrogate": "\ud800".encode("utf-8", "surrogatepass"),
}
BY_ITSELF = {"starts_at_0", "starts_at_1", "timezone", "capacity", "tiers-0-quantity", "tiers-0-price", "tiers-0-id"}
BY_ITSELF |= {"tiers-TOTAL_FORMS", "tiers-INITIAL_FORMS"}
SKIPPED = {"csrfmiddlewaretoken", "_save"}


@pytest.fixture
def planner(client, groups):
    team = factories.promoter()
    factories.sign_in(client, team.owner)
    client.raise_request_exception = False
    return team


@pytest.mark.parametrize("kind", HOSTILE)
def test_each_field_of_an_event_answers_hostile_input_in_words(client, planner, kind):
    event = factories.event(planner)
    where = url("event", "change", event.pk)
    form = filled(client.get(where))
    names = [name for name in form if name not in SKIPPED and not name.startswith("initial-")]
    assert len(names) > 35

    # All at once first; then each by itself in the fields of figures and times, which refuse each other's company.
    answer = client.post(where, form | dict.fromkeys((n for n in names if "_FORMS" not in n), HOSTILE[kind]))
    assert answer.status_code in {200, 400, 413}
    for name in names:
        if name in BY_ITSELF:
            answer = client.post(where, form | {name: HOSTILE[kind]})
            assert answer.status_code in {200, 302, 400}, name
    event.refresh_from_db()
    assert event.status == "draft"


@pytest.mark.parametrize("kind", HOSTILE)
def test_lists_and_new_rows_answer_hostile_input_in_words(client, planner, kind):
    event = factories.event(planner)
    value = HOSTILE[kind] if kind != "long" else "x" * 5000
    for model in ("event", "discountcode"):
        for name in ("q", "state", "when", "p", "o", "event", "is_active__exact", "_to_field"):
            assert client.get(url(model, "changelist"), {name: value}).status_code in {200, 302, 400}, name
        where = url(model, "add")
        form = filled(client.get(where))
        names = [name for name in form if name not in SKIPPED and "FORMS" not in name]
        assert client.post(where, form | dict.fromkeys(names, HOSTILE[kind])).status_code in {200, 400, 413}
    assert client.get(url("discountcode", "add"), {"event": value}).status_code in {200, 400}
    assert client.post(url("event", "cancel", event.pk), {"reason": HOSTILE[kind]}).status_code in {200, 302, 400, 409}
    assert Event.objects.count() == 1


def test_a_figure_that_is_none_is_refused_at_its_field(client, planner):
    where = url("event", "change", factories.event(planner).pk)

    for value in ("NaN", "1e400", str(2**63), "-1"):
        assert set(complaints(save(client, where, **{"tiers-0-quantity": value}))) == {"tiers-0-quantity"}, value
        assert set(complaints(save(client, where, **{"tiers-0-price": value}))) == {"tiers-0-price"}, value
        assert set(complaints(save(client, where, capacity=value))) == {"capacity"}, value


def test_everything_of_events_in_the_admin_is_walked():
    ours = {model._meta.model_name for model in admin.site._registry if model._meta.app_label == "events"}

    assert ours == {"event", "discountcode", "activeevent", "referencerate"}
