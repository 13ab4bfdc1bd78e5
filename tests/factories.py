"""People, promoters and events for tests, walked to where a test wants them through the real actions."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from allauth.account.internal.userkit import user_id_to_str
from allauth.mfa.models import Authenticator
from django.db.models.functions import Now

import events.actions
import orders.actions
import payments.actions
from accounts import actions, roles
from accounts.models import Invitation, Promoter, User
from events.models import Event, TicketTier
from orders.actions import Wish
from orders.buyers import Buyer
from orders.models import Order, Ticket

THEN = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)


def person(name: str = "Alice", **fields) -> User:
    email = f"{name.lower()}@example.org"
    return User.objects.filter(email=email).first() or User.objects.create_user(email, "correct horse", name=name, **fields)


def staff(name: str = "Sari", role: str = roles.ADMIN) -> User:
    roles.make_groups()
    user = person(name)
    actions.grant_role(user_id=user.pk, role=role, by=None, at=THEN, language="en")
    return User.objects.get(pk=user.pk)


def applicant(owner: str = "Olive", **details) -> Promoter:
    details = {"name": "Radio Hujan", "contact_email": "hello@radio.example", **details}
    return actions.apply(by=person(owner), at=THEN, language="en", **details)


def promoter(owner: str = "Olive", **details) -> Promoter:
    roles.make_groups()
    made = applicant(owner, **details)
    actions.approve(promoter_id=made.pk, by=None, at=THEN)
    return Promoter.objects.get(pk=made.pk)


def invitation(team: Promoter, email: str = "greta@example.org", role: str = "gate") -> Invitation:
    return actions.invite_member(promoter_id=team.pk, email=email, role=role, language="en", by=team.owner, at=THEN)


def member(team: Promoter, name: str = "Greta", role: str = "gate") -> User:
    asked = invitation(team, f"{name.lower()}@example.org", role)
    user = person(name)
    actions.accept_invitation(invitation_id=asked.pk, by=user, at=THEN)
    return user


def sign_in(client, user: User) -> None:
    """Let the user be signed in, the second factor shown, as staff and promoters must."""
    Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": {}})
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp"}]
    session["account_authentication_methods_user"] = user_id_to_str(user)
    session.save()


def event(team: Promoter | None = None, **facts) -> Event:
    """A draft that could be published, with one tier of 100 places; `tiers` replaces it."""
    owner = team or Promoter.objects.filter(name="Radio Hujan").first() or promoter()
    start = facts.setdefault("starts_at", THEN + timedelta(days=30))
    facts = {"title": "Malam Jazz", "venue": "Balai Sarbini", "city": "Jakarta", "ends_at": start + timedelta(hours=4), **facts}
    facts.setdefault("tiers", [{"name": "Regular", "price": Decimal(150_000), "quantity": 100}])
    return events.actions.create_event(promoter_id=owner.pk, by=None, at=THEN, allow_past=True, **facts)


def published(team: Promoter | None = None, **facts) -> Event:
    made = event(team, **facts)
    events.actions.publish(event_id=made.pk, by=None, at=THEN)
    return Event.objects.get(pk=made.pk)


def begin(show: Event, *, days: int) -> None:
    """Move an event to so many days from the database's clock, which views go by."""
    start = Now() + timedelta(days=days)
    Event.objects.filter(pk=show.pk).update(starts_at=start, ends_at=start + timedelta(hours=4))


def tier(name: str = "Regular") -> TicketTier:
    return TicketTier.objects.get(name=name)


def wish(show: Event, buyer: str = "Bea", *, lines=None, **facts) -> Wish:
    """A guest's wish; by default, one of the first tier."""
    buyer_facts = {name: facts.pop(name) for name in ("user", "key", "auth_method") if name in facts}
    who = Buyer(email=f"{buyer.lower()}@example.org", name=buyer, **buyer_facts)
    return Wish(event_id=show.pk, lines=lines or {show.tiers.order_by("position").first().pk: 1}, buyer=who, **facts)


def order(show: Event, buyer: str = "Bea", *, at: datetime = THEN, **facts) -> Order:
    """An order as a guest makes it: held, or paid at once if it is free."""
    made = payments.actions.check_out(wish=wish(show, buyer, **facts), at=at)
    return Order.objects.get(pk=made.pk)


def paid(show: Event, buyer: str = "Bea", **facts) -> Order:
    """An order that was paid; to the promoter, if it costs anything."""
    made = order(show, buyer, **facts)
    if made.status == Order.Status.PENDING:
        payments.actions.settle_by_hand(order_id=made.pk, reason="Seen on the account.", by=None, at=THEN)
    return Order.objects.get(pk=made.pk)


def let_in(ticket: Ticket, *, at: datetime | None = None) -> None:
    """Let the ticket's holder in at the door, by hand."""
    moment = at or ticket.event.starts_at
    orders.actions.admit(ticket_id=ticket.pk, gate="A", nonce=f"by-hand-{ticket.pk}", reason="Known here.", at=moment, by=None)
