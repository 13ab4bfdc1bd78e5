"""What each page of the admin is, decided by hand: a page that nobody decided on fails tests/accounts/test_admin_pages.py.

SCOPED models: the pages that a promoter's manager may open, and how to make a row of a promoter with a text in it. All
other pages of theirs, and all pages of STAFF models, refuse promoters' people.
"""

from decimal import Decimal

import events.actions
import orders.actions
import payments.actions
from accounts.models import User
from events.models import ActiveEvent, Event, ReferenceRate
from orders.models import Order, UserTicket
from payments.models import Chain, EventSales
from tests import factories
from tests.sample.models import Lantern, Room, Shelf
from ticketing import history
from ticketing.audit import AuditLog
from ticketing.identity import SiteIdentity
from ticketing.models import EmailMessage

EVERYTHING = {"changelist", "add", "change", "history", "delete"}
READ = {"changelist", "change", "history"}
SHEETS = {f"{name}_{form}" for name in ("orders", "tickets", "attendees") for form in ("csv", "xlsx")}
OF_LISTS = {"changelist", "give", *SHEETS}  # pages of a list, not of one row
PLANNING = {"publish", "close_sales", "reopen_sales", "duplicate", "archive", "restore", "cancel", "remove"}
PLANNING |= {"upload_picture", "remove_picture", "reroll_poster"}


def lantern(team, text):
    made = Lantern.objects.create(name=text, room=room(team, text), spare=room(team, text), hung_at=factories.THEN)
    made.lights.add(made.room)
    made.wicks.create(name=text, kept_in=made.room)
    return made


def room(team, text):
    return Room.objects.get_or_create(promoter=team, name=text)[0]


def member(team, text):
    found = team.members.filter(role="gate").first()
    User.objects.filter(pk=found.user_id).update(name=text)
    return found


def invitation(team, text):
    return factories.invitation(team, f"{text.lower()}@example.org", "gate")


def letter(text):
    return EmailMessage.objects.create(
        kind="ticketing.demo_letter", to=f"{text}@example.org", subject_type="sample.room", subject_id=history.uuid7()
    )


def event(team, text):
    return Event.all_objects.filter(promoter=team, title=text).first() or factories.event(team, title=text)


def code(team, text):
    found = event(team, text)
    return events.actions.add_code(event_id=found.pk, by=None, at=factories.THEN, code=text, percent=Decimal(10))


def active_event(text):
    made = factories.published(factories.promoter("Una", name="Una"), title=text)
    factories.begin(made, days=1)
    return ActiveEvent.objects.get(pk=made.pk)


def rate(text):
    return ReferenceRate.objects.create(currency="IDR", per_usdt=16_300, quoted_at=factories.THEN)


def user(text):
    return factories.person(text)


def order(team, text):
    show = Event.objects.filter(promoter=team, title=text, status="published").first() or factories.published(team, title=text)
    return Order.objects.filter(event=show).first() or factories.paid(show, text)


def ticket(team, text):
    return order(team, text).tickets.get()


def concern(team, text):
    return orders.actions.raise_concern(order_id=order(team, text).pk, words=text, at=factories.THEN, by="buyer")


def payment(team, text):
    return order(team, text).payment


def sales(team, text):
    order(team, text)
    payments.actions.refresh_sales()
    return EventSales.objects.get(title=text)


def user_ticket(text):
    made = factories.paid(factories.published(factories.promoter("Vera", name="Vera"), title=text), user=factories.person("Vera"))
    return UserTicket.objects.get(order_id=made.pk)


SCOPED = {
    "accounts.promoter": (READ, lambda team, text: team),
    "accounts.promotermember": (READ, member),
    "accounts.invitation": (READ, invitation),
    "events.event": (READ | {"add"} | PLANNING, event),
    "events.discountcode": (READ | {"add"}, code),
    "orders.concern": (READ | {"reply"}, concern),
    "orders.order": (READ | {"give", "extend", "move", "resend", "note", "annul", "orders_csv", "orders_xlsx"}, order),
    "orders.ticket": (READ | {"annul", "reissue", *SHEETS} - {"orders_csv", "orders_xlsx"}, ticket),
    "payments.eventsales": (READ, sales),
    "payments.payment": (READ, payment),
    "sample.lantern": (EVERYTHING | {"drop"}, lantern),
    "sample.room": (EVERYTHING, room),
}
STAFF = {
    "accounts.user": user,
    "events.activeevent": active_event,
    "events.referencerate": rate,
    "orders.userticket": user_ticket,
    "payments.chain": lambda text: Chain.objects.create(number=9000 + Chain.objects.count(), name=text, small_depth=1, final_depth=2),
    "sample.shelf": lambda text: Shelf.objects.create(name=text),
    "ticketing.auditlog": lambda text: AuditLog.objects.create(action="CREATE", table="sample_room", record=text),
    "ticketing.emailmessage": letter,
    "ticketing.historyentry": lambda text: history.record(factories.person(text), "renamed", at=factories.THEN, by="system"),
    "ticketing.siteidentity": lambda text: SiteIdentity.objects.get_or_create(name=text)[0],
}
# What finance may beyond reading, where a manager may something else.
FINANCE = {
    "orders.concern": READ | {"reply"},
    "orders.order": READ | {"mark_paid", "write_off", "resend", "note", "orders_csv", "orders_xlsx"},
    "orders.ticket": READ | SHEETS - {"orders_csv", "orders_xlsx"},
}
TEXTLESS = {"events.referencerate"}  # figures alone: no canary can sit there
# Buttons and other pages of a model's own.
OWN = {
    "accounts_promoter_approve",
    "accounts_promoter_refuse",
    "accounts_promoter_set_fees",
    "accounts_promoter_remove",
    "accounts_promoter_restore",
    "accounts_user_grant_role",
    "accounts_user_disable",
    "accounts_user_enable",
    "accounts_user_remove",
    "accounts_user_restore",
    "ticketing_siteidentity_set_fees",
    *(f"events_event_{name}" for name in PLANNING),
    *(
        f"orders_order_{name}"
        for name in ("give", "mark_paid", "write_off", "extend", "resend", "move", "note", "annul", "orders_csv", "orders_xlsx")
    ),
    "orders_concern_reply",
    *(f"orders_ticket_{name}" for name in ("annul", "reissue", "tickets_csv", "tickets_xlsx", "attendees_csv", "attendees_xlsx")),
    "sample_lantern_drop",
    "sample_shelf_careless",
}
# Of no model: the same for all who may enter, and nothing of anybody in them but what the walk looks for.
ALIKE = {"index", "login", "autocomplete", "jsi18n", "app_list", None}
