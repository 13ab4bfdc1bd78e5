"""Finding an event and looking at it, in a real browser, by all kinds of visitors; and words that would like to be scripts."""

from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest
from django.core.cache import cache

from events import actions
from events.models import ReferenceRate, TicketTier
from tests import factories
from tests.browser.conftest import DESK, PHONE

LONG = "Pertunjukan Keroncong Kontemporer Antarkota Sepanjang Pantai Utara Jawa"


@pytest.fixture(autouse=True)
def programme():
    cache.clear()
    now = factories.THEN
    ReferenceRate.objects.create(currency="IDR", per_usdt=16_300, quoted_at=now)

    def night(day, title, **facts):
        return factories.published(starts_at=now + timedelta(days=day), title=title, **facts)

    def tier(name, **terms):
        return {"name": name, "price": Decimal(350_000), "quantity": 200, **terms}

    radio = night(
        9,
        "Radio Hujan",
        artist="Lampu Trotoar",
        address="Jalan Kereta 17",
        description="One *long* night.\n\n- Doors at seven",
        access_notes="Step-free.",
        age_limit=18,
        refund_until_hours=72,
        tiers=[tier("Regular"), tier("Balcony"), tier("Held"), tier("Gone"), tier("Soon", sale_starts_at=now + timedelta(days=2))],
    )
    for name, counters in {"Balcony": {"sold": 195}, "Held": {"sold": 190, "reserved": 10}, "Gone": {"sold": 200}}.items():
        TicketTier.objects.filter(event=radio, name=name).update(**counters)
    night(
        19, LONG, artist=LONG, venue=LONG, city="Pematangsiantar", tiers=[tier(LONG[:60], description=LONG, price=Decimal("1_234_567_890"))]
    )
    ill = night(29, "Wayang Kertas")
    actions.cancel(event_id=ill.pk, reason="Dalang Sekar Wangi is ill.", by=None, at=now)
    return radio


PAGES = ["/", "/?q=radio", "/?q=raido", "/?q=xylophone&from=1999-01-01", "/events/past/", "/events/radio-hujan/", "/events/wayang-kertas/"]


@pytest.mark.parametrize("language", ["en", "id"])
def test_every_page_is_accessible_and_long_words_and_numbers_fit(visit, accessible, language):
    page = visit("/", screen=DESK, language=language)
    long = page.get_by_role("link", name=LONG).get_attribute("href")
    for path in [*PAGES, long]:
        page.goto(path)
        accessible(page)


def test_visitor_finds_an_event_by_a_misspelt_word_and_sees_what_it_costs(visit):
    page = visit("/", screen=PHONE)

    page.get_by_label("Search events").fill("raido hujan")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Radio Hujan").click()
    page.get_by_role("button", name="One more Regular").click()
    page.get_by_role("button", name="One more Regular").click()
    page.get_by_text("about 42.95 USDT").wait_for()

    assert page.get_by_label("How many Regular").input_value() == "2"
    assert "IDR 700,000" in page.locator("#sum").inner_text()


def test_open_page_learns_what_others_took_and_keeps_what_was_chosen(visit, programme):
    page = visit("/events/radio-hujan/", screen=DESK)
    page.get_by_label("How many Regular").fill("3")
    page.get_by_label("How many Regular").blur()
    page.get_by_text("IDR 1,050,000").first.wait_for()

    TicketTier.objects.filter(event=programme, name="Balcony").update(sold=200)
    page.evaluate("htmx.trigger('#tickets', 'change')")  # as every ten seconds
    page.get_by_label("How many Balcony").wait_for(state="detached")

    assert page.get_by_label("How many Regular").input_value() == "3"


def test_steppers_end_at_nothing_and_at_what_can_be_had(visit):
    page = visit("/events/radio-hujan/")
    more, less = page.get_by_role("button", name="One more Balcony"), page.get_by_role("button", name="One less Balcony")

    assert less.is_disabled()
    for count in range(1, 6):
        more.click()
        page.get_by_text(f"{count} × Balcony").wait_for()
    assert more.is_disabled()


def test_keyboard_alone_chooses_and_keeps_its_place(visit):
    page = visit("/events/radio-hujan/", screen=DESK)

    page.get_by_role("button", name="One more Regular").focus()
    page.keyboard.press("Enter")
    page.get_by_text("1 × Regular").wait_for()
    page.keyboard.press("Enter")
    page.get_by_text("2 × Regular").wait_for()

    assert page.locator(":focus").get_attribute("aria-label") == "One more Regular"


def test_everything_works_without_scripts(visit):
    page = visit("/", screen=PHONE, scripts=False)

    page.get_by_text("City, date, price").click()
    page.get_by_label("City").select_option("Jakarta")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Radio Hujan").click()
    page.get_by_label("How many Regular").fill("2")
    page.get_by_role("button", name="See the total").click()

    assert "IDR 700,000" in page.locator("#sum").inner_text()


# Each would set the flag that the test looks at, if any page let it run.
RUN = "window.pwned=1"
BREAKS = ["", '">', "'>", "</script>", "</title></textarea></style>", "]]>", "--><", '\\"', "{{", "](x)"]
SCRIPTS = [
    f"<script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f"<svg onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'>",
    f"<details open ontoggle={RUN}>",
    f"<input autofocus onfocus={RUN}>",
    f"<a href=javascript:{RUN}>x</a>",
    f"[x](javascript:{RUN})",
    "[x](data:text/html;base64,PHNjcmlwdD4=)<base href=//evil.example>",
    f" onmouseover={RUN} autofocus onfocus={RUN} ",
    f"{{% raw %}}{{{{constructor.constructor('{RUN}')()}}}}",
    f"<math><mtext><table><mglyph><style><img src=x onerror={RUN}>",
    f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'>",
    f"<form action=javascript:{RUN}><button autofocus>x",
]
HOSTILE = [before + script for before, script in product(BREAKS, SCRIPTS)]


def test_150_hostile_texts_stay_text_on_every_page(visit):
    assert len(set(HOSTILE)) == 150
    texts, found = iter(HOSTILE), []
    for number in range(15):
        title, artist, venue, city, address, about, access, name, says, why = (next(texts) for _ in range(10))
        event = factories.published(
            starts_at=factories.THEN + timedelta(days=40 + number),
            title=title[:140],
            artist=artist[:140],
            venue=venue[:140],
            city=city[:80],
            address=address,
            description=about,
            access_notes=access,
            tiers=[{"name": name[:80], "description": says, "price": Decimal(100_000), "quantity": 9}],
        )
        if number % 5 == 0:
            actions.cancel(event_id=event.pk, reason=why, by=None, at=factories.THEN)
        found.append(event)

    page = visit("/", screen=DESK)
    page.on("dialog", lambda dialog: dialog.dismiss())
    for path in ["/", *(f"/?q={letter}" for letter in ("script", "window")), *(event.get_absolute_url() for event in found)]:
        page.goto(path)
        assert page.evaluate("window.pwned") is None, path
        assert (
            page.locator("main :is(script:not([type='application/ld+json']), iframe, base, math, meta, [onerror], [onfocus])").count() == 0
        ), path
        page.mouse.move(600, 400)
        assert page.evaluate("window.pwned") is None, path
    shown = page.locator("main").inner_text()
    assert found[-1].title in shown
