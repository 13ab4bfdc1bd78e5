"""A promoter looks for another's orders, tickets, payments and sales on every road of the admin (P-02)."""

import re
from decimal import Decimal

import pytest
from django.contrib import admin
from django.urls import reverse

import orders.actions
from accounts import roles
from orders.models import Concern, Note, Order, Ticket
from payments import actions
from payments.models import Payment
from tests import factories
from tests.factories import THEN

pytestmark = pytest.mark.django_db
CANARY = "Zebrafinch"
PAGES = {
    "orders_order": ("change", "history", "delete", "mark_paid", "write_off", "extend", "resend", "move", "note", "annul"),
    "orders_ticket": ("change", "history", "delete", "annul", "reissue"),
    "orders_concern": ("change", "history", "delete", "reply"),
    "payments_payment": ("change", "history", "delete"),
    "payments_eventsales": ("change", "history", "delete"),
}
LISTS = {
    "orders_order": ("changelist", "orders_csv", "orders_xlsx"),
    "orders_ticket": ("changelist", "tickets_csv", "attendees_csv", "tickets_xlsx"),
    "orders_concern": ("changelist",),
    "payments_payment": ("changelist",),
    "payments_eventsales": ("changelist",),
}
LOOKUPS = ("", "__icontains", "__regex")
PATHS = ("buyer_name", "buyer_email", "secret", "person_key", "event__title", "event__promoter__name", "user__email", "tickets__secret")
PATHS += ("payment__by_hand_because", "notes__text", "order__buyer_email", "order__secret", "serial", "holder_email", "promoter__name")


@pytest.fixture
def theirs(groups):
    """Another promoter's orders, paid, held and cancelled, with the canary wherever a text is."""
    roles.give_permissions()
    team = factories.promoter("Mira", name=CANARY)
    event = factories.published(team, title=f"{CANARY} night", tiers=[{"name": CANARY, "price": Decimal(5), "quantity": 50}])
    paid, held, gone = (factories.order(event, f"{CANARY}{number}") for number in range(3))
    for order in (paid, gone):
        actions.settle_by_hand(order_id=order.pk, reason=CANARY, by=None, at=THEN)
    actions.annul(order_id=gone.pk, reason=CANARY, by=None, at=THEN)
    for order in (paid, held, gone):
        actions.add_note(order_id=order.pk, text=CANARY, by=None, at=THEN)
        orders.actions.raise_concern(order_id=order.pk, words=CANARY, at=THEN, by="buyer")
    Order.objects.update(legacy_reference="")
    Order.objects.filter(pk=paid.pk).update(legacy_reference=f"RES-{CANARY}")
    actions.refresh_sales()
    return event


def url(model, page, *given):
    return reverse(f"admin:{model}_{page}", args=given)


def rows(event):
    made = list(event.orders.all())
    yield from (("orders_order", row) for row in made)
    yield from (("orders_ticket", row) for row in event.tickets.all())
    yield from (("orders_concern", order.concerns.get()) for order in made)
    yield from (("payments_payment", order.payment) for order in made)
    yield "payments_eventsales", event.sales


def requests(event):
    """Yield method, address, fields and the answers that may be given, for every road to a row of others."""
    for model, row in rows(event):
        for page in PAGES[model]:
            for pk in (str(row.pk), row.pk.hex):
                yield "get", url(model, page, pk), {}, {403, 404}
                yield (
                    "post",
                    url(model, page, pk),
                    {"reason": "x", "text": "x", "email": "eve@example.org", "answer": "x", "post": "yes"},
                    {403, 404},
                )
    names = (CANARY, CANARY.lower(), f"{CANARY}0@example.org".lower(), f"RES-{CANARY}")
    names += tuple(event.orders.values_list("reference", flat=True)) + tuple(event.tickets.values_list("code", flat=True))
    for model, pages in LISTS.items():
        for page in pages:
            for asked in ({}, {"event": str(event.pk)}, {"o": "1.-2"}, {"p": "2"}, {"all": ""}):
                yield "get", url(model, page), asked, {200, 302, 400} if model == "payments_eventsales" else {200, 302}
            for name in names:
                yield "get", url(model, page), {"q": name}, {200}
        for path in PATHS:
            for lookup in LOOKUPS:
                yield "get", url(model, "changelist"), {f"{path}{lookup}": CANARY}, {302, 400}
    yield "get", url("orders_order", "give"), {}, {200}
    yield "get", url("orders_order", "give"), {"event": str(event.pk)}, {404}
    yield "post", f"{url('orders_order', 'give')}?event={event.pk}", {"people": "a, a@example.org", "give": "yes"}, {404}
    for label, name in (("order", "event"), ("ticket", "order"), ("payment", "order"), ("order", "user"), ("order", "code")):
        asked = {"app_label": "orders", "model_name": label, "field_name": name, "term": CANARY[:4]}
        yield "get", reverse("admin:autocomplete"), asked, {200, 403, 404}
    for page in ("/admin/", "/admin/orders/", "/admin/payments/", "/admin/orders/userticket/", "/admin/ticketing/emailmessage/"):
        yield "get", page, {}, {200, 403}


def test_p_02_hundreds_of_requests_find_nothing_of_anothers_orders(client, theirs):
    ours = factories.promoter("Olive", name="Kookaburra")
    factories.paid(factories.published(ours, title="Kookaburra night", slug="ours"), "Bea")
    factories.sign_in(client, factories.member(ours, "Max", "manager"))
    before = [list(model.objects.order_by("pk").values()) for model in (Order, Ticket, Payment, Note, Concern)]
    secrets = {str(secret) for secret in Order.objects.values_list("secret", flat=True)}
    asked, faults = 0, []

    for method, where, fields, allowed in requests(theirs):
        answer = getattr(client, method)(where, fields)
        asked += 1
        shown = answer.getvalue().decode(errors="replace")
        sent = " ".join(str(value) for value in fields.values()).lower()
        # What the person typed may stand in the field in which it was typed.
        shown = re.sub(r'(value|href)="[^"]*"|<a [^>]*>', "", shown) if CANARY.lower()[:4] in sent else shown
        if answer.status_code not in allowed or CANARY.lower() in shown.lower() or any(secret in shown for secret in secrets):
            faults.append((method, where, fields, answer.status_code))

    assert faults == []
    assert asked > 300
    assert before == [list(model.objects.order_by("pk").values()) for model in (Order, Ticket, Payment, Note, Concern)]


def test_p_02_staff_find_the_canary_on_the_same_roads(client, theirs):
    """The control: what the promoter did not find is there to be found."""
    factories.sign_in(client, factories.staff("Root", roles.SUPERADMIN))
    found = set()

    for method, where, fields, _allowed in requests(theirs):
        if method == "get" and where not in found and CANARY not in str(fields):
            answer = client.get(where, fields)
            if answer.status_code == 200 and CANARY.lower() in answer.getvalue().decode(errors="replace").lower():
                found.add(where)

    for model, row in rows(theirs):
        assert url(model, "change", str(row.pk)) in found
    csv = {url(model, page) for model, pages in LISTS.items() for page in pages if not page.endswith("xlsx")}
    assert csv <= found


def test_everything_of_orders_and_payments_in_the_admin_is_walked():
    ours = {
        f"{model._meta.app_label}_{model._meta.model_name}"
        for model in admin.site._registry
        if model._meta.app_label in {"orders", "payments"}
    }

    assert ours == {*PAGES, "orders_userticket", "payments_chain"}  # the last two are for staff alone
