"""Pictures of the main pages and states, for eyes: `make screenshots`. Not collected as a test."""

import io
import os
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from PIL import Image

from accounts.models import User
from events.models import Event
from orders.models import Order
from tests.browser.conftest import DESK, PHONE
from ticketing import demo, identity, mail
from ticketing.identity import SiteIdentity

PAGES = {
    "home": ("/", 200),
    "search": ("/?q=jazz", 200),
    "past": ("/events/past/", 200),
    "event": ("/events/{event}/", 200),
    "order-held": ("/orders/{pending}/", 200),
    "order-paid": ("/orders/{paid}/", 200),
    "order-cancel": ("/orders/{paid}/cancel/", 200),
    "receipt": ("/orders/{paid}/receipt/", 200),
    "find-my-tickets": ("/find-my-tickets/", 200),
    "sign-in": ("/account/login/", 200),
    "sign-up": ("/account/signup/", 200),
    "parts": ("/demo/components/", 200),
    "mailbox": ("/demo/mailbox/", 200),
    "terms": ("/about/terms/", 200),
    "not-found": ("/nowhere/", 404),
    "admin-home": ("/admin/", 200),
    "admin-list": ("/admin/ticketing/historyentry/", 200),
    "admin-form": ("/admin/ticketing/siteidentity/", 200),
}
FOLDER = Path(os.environ.get("SCREENSHOTS", "var/screenshots"))


@pytest.fixture(autouse=True)
def demo_site(settings, now, tmp_path):
    settings.DEMO = True
    settings.MAILBOX_DIR = tmp_path
    settings.EMAIL_BACKEND = "ticketing.mailbox.MailboxBackend"
    SiteIdentity.objects.create(
        seller="PT Panggung Nusantara", terms_en="Tickets are sold by the promoter.\n\n## Refunds\n\nAsk until 7 days before."
    )
    identity.forget()
    call_command("seed_demo", verbosity=0)
    with transaction.atomic():
        demo.send_letter(language="en", at=now)
    mail.deliver_due()


def _who(name):
    return User.objects.get(email="superadmin@demo.example") if name.startswith("admin-") else None


@pytest.mark.parametrize("name", PAGES)
def test_picture(visit, name):
    path, status = PAGES[name]
    first = Event.objects.upcoming(timezone.now()).order_by("starts_at")[0]
    orders = {
        status: Order.objects.filter(event=first, status=status).values_list("secret", flat=True).first() for status in ("pending", "paid")
    }
    path = path.format(event=first.slug, **orders)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for language in ("en", "id"):
        for width, screen in ((390, PHONE), (1280, DESK)):
            for theme in ("light", "dark"):
                page = visit(path, screen=screen, theme=theme, language=language, fine=(status,), user=_who(name))
                page.screenshot(path=FOLDER / f"{name}-{width}-{theme}-{language}.png", full_page=True)
                page.context.close()


def test_picture_of_the_readme(visit):
    """The home page as the README shows it: copy it to docs/images/ when the page has changed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    page = visit("/", screen={"width": 1280, "height": 1560}, theme="light", fine=(200,))
    shot = Image.open(io.BytesIO(page.screenshot()))

    shot.convert("RGB").save(FOLDER / "home.webp", quality=80, method=6)

    assert (FOLDER / "home.webp").stat().st_size < 150_000
