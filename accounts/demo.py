"""The demo's people. Their passwords are on the screen that `make run` prints; they exist in demo mode only."""

from collections.abc import Iterator

from .models import User

PASSWORD = "demo-demo-demo"  # noqa: S105  # play money only: a public site refuses DEMO=1

PEOPLE: tuple[tuple[str, str, dict[str, bool]], ...] = (
    ("superadmin@demo.example", "Sari Superadmin", {"is_staff": True, "is_superuser": True}),
    ("admin@demo.example", "Adi Admin", {"is_staff": True}),
    ("olive@demo.example", "Olive Organiser", {}),
    ("buyer@demo.example", "Alice Buyer", {}),
)


def seed(*, seed: int) -> Iterator[str]:
    for email, name, fields in PEOPLE:
        if not User.objects.filter(email=email).exists():
            User.objects.create_user(email, PASSWORD, name=name, **fields).vouch()
            yield f"Made {name} ({email})"


def sign_ins() -> Iterator[tuple[str, str, str]]:
    """Yield address, password and role of those who can sign in somewhere today."""
    for email, name, fields in PEOPLE:
        if "is_staff" in fields:
            yield email, PASSWORD, name
