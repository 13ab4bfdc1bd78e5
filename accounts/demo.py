"""The demo's people. Their passwords are on the screen that `make run` prints; they exist in demo mode only."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group
from django.utils.text import slugify

from . import roles
from .models import Promoter, PromoterMember, User

PASSWORD = "demo-demo-demo"  # noqa: S105  # play money only: a public site refuses DEMO=1
BEGINNING = datetime(2026, 1, 12, 3, 0, tzinfo=UTC)  # the same each time

STAFF: tuple[tuple[str, str, str], ...] = (
    ("superadmin@demo.example", "Sari Superadmin", roles.SUPERADMIN),
    ("admin@demo.example", "Adi Admin", roles.ADMIN),
    ("moderator@demo.example", "Mega Moderator", roles.MODERATOR),
)
OTHERS: tuple[tuple[str, str], ...] = (
    ("olive@demo.example", "Olive Organiser"),
    ("buyer@demo.example", "Alice Buyer"),
    ("bagas@demo.example", "Bagas Wirawan"),
    ("mira@demo.example", "Mira Lindqvist"),
    ("wayan@demo.example", "Wayan Pratama"),
    ("hana@demo.example", "Hana Okabe"),
    ("tomas@demo.example", "Tomás Ferreira"),
    ("putri@demo.example", "Putri Ayu Lestari"),
    ("rizal@demo.example", "Rizal Hakim"),
    ("nadia@demo.example", "Nadia Rahma"),
)
# Owner, what is approved of it, and the team; the last one still waits for an answer.
PROMOTERS: tuple[tuple[str, dict[str, Any], dict[str, str]], ...] = (
    (
        "olive@demo.example",
        {
            "name": "Radio Hujan",
            "about": "Indie nights and small festivals in Jakarta and Bandung.",
            "payment_text": "Bank Contoh 000 123 456\nRadio Hujan (play money: nothing is sent anywhere)",
            "terms": "No professional cameras. Whoever leaves may come in again until 22:00.",
            "language": "id",
        },
        {"bagas@demo.example": "manager", "putri@demo.example": "finance", "wayan@demo.example": "gate"},
    ),
    (
        "mira@demo.example",
        {
            "name": "Nordlys Live",
            "about": "Touring jazz and electronica from Scandinavia.",
            "payment_text": "Bank Contoh 000 987 654\nNordlys Live (play money: nothing is sent anywhere)",
            "fee_percent": Decimal("2.50"),
        },
        {"tomas@demo.example": "manager", "wayan@demo.example": "gate"},
    ),
    (
        "hana@demo.example",
        {"name": "Kertas & Kabut", "about": "Theatre, readings and paper puppets in Yogyakarta.", "tax_percent": Decimal("11.00")},
        {"rizal@demo.example": "gate"},
    ),
    ("nadia@demo.example", {"name": "Pasar Malam Kolektif", "about": "Night markets with live bands, Surabaya.", "language": "id"}, {}),
)


def seed(*, seed: int) -> Iterator[str]:
    roles.make_groups()
    roles.give_permissions()
    for email, name, role in STAFF:
        if user := _made(email, name, is_staff=True, is_superuser=role == roles.SUPERADMIN):
            user.groups.add(Group.objects.get(name=role))
            yield f"Made {name} ({email})"
    for email, name in OTHERS:
        if _made(email, name):
            yield f"Made {name} ({email})"
    for number, (owner, details, team) in enumerate(PROMOTERS):
        if not Promoter.all_objects.filter(owner__email=owner).exists():
            yield _promoter(BEGINNING + timedelta(days=9 * number), owner, details, team)


def sign_ins() -> Iterator[tuple[str, str, str]]:
    """Yield address, password and role of those who can sign in somewhere today."""
    for email, name, _role in STAFF:
        yield email, PASSWORD, name
    for email, name in OTHERS[:2]:
        yield email, PASSWORD, name


def _made(email: str, name: str, **fields: bool) -> User | None:
    if User.objects.filter(email=email).exists():
        return None
    user = User.objects.create_user(email, PASSWORD, name=name, **fields)
    user.vouch()
    return user


def _promoter(at: datetime, owner: str, details: dict[str, Any], team: dict[str, str]) -> str:
    people = {user.email: user for user in User.objects.filter(email__in=[owner, *team])}
    approved_at = at + timedelta(days=1) if team else None
    promoter = Promoter.objects.create(
        owner=people[owner], slug=slugify(details["name"]), contact_email=owner, applied_at=at, approved_at=approved_at, **details
    )
    for email, role in team.items():
        PromoterMember.objects.create(promoter=promoter, user=people[email], role=role)
    roles.settle(*[user.pk for user in people.values()])
    return f"Made {promoter.name}, a promoter"
