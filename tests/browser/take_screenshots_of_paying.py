"""Pictures of an order that is paid in USDT, in every state, for eyes: `make screenshots`. Not collected as a test."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.utils import timezone

from tests.browser.conftest import DESK, PHONE
from tests.payments import keys
from tests.payments.states import STATES
from tests.payments.world import make

FOLDER = Path(os.environ.get("SCREENSHOTS", "var/screenshots"))


@pytest.mark.parametrize("name", STATES)
def test_picture(visit, settings, name):
    cache.clear()
    settings.WALLET_XPUBS = [keys.xpub()]
    start = timezone.now().replace(microsecond=0) - timedelta(seconds=4)
    order = STATES[name](make(start=start, explorer="https://explorer.example"))
    FOLDER.mkdir(parents=True, exist_ok=True)
    for language in ("en", "id"):
        for width, screen in ((390, PHONE), (1280, DESK)):
            for theme in ("light", "dark"):
                page = visit(f"/orders/{order.secret}/", screen=screen, theme=theme, language=language)
                picture = FOLDER / f"usdt-{name.replace('_', '-')}-{width}-{theme}-{language}.png"
                page.screenshot(path=picture, full_page=True, caret="initial")
                page.context.close()
