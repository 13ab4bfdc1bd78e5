"""The frame without a browser: language, site identity, texts, forms, sizes."""

import gzip
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from tests import factories
from ticketing import identity
from ticketing.identity import SiteIdentity
from ticketing.local.places import BASE_DIR
from ticketing.markdown import to_html
from ticketing.parts import SampleForm
from ticketing.templatetags.ticketing import Same, unbroken

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_knows_the_identity():
    identity.forget()


ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example/",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    " https://evil.example",
    "\thttps://evil.example",
    "https://localhost@evil.example",
    "https://localhost.evil.example",
    "//localhost:80@evil.example",
    "/%5cevil.example/..//evil.example\n",
    "ftp://localhost/",
    "\x00//evil.example",
    "https://[::1",
]


def test_language_is_remembered_and_leads_back(client):
    answer = client.get("/language/id/?next=/demo/%3Fa%3D1")

    assert (answer.status_code, answer["Location"]) == (302, "/demo/?a=1")
    assert client.cookies["django_language"].value == "id"


@pytest.mark.parametrize("place", ELSEWHERE)
def test_language_never_leads_to_another_host(client, place):
    answer = client.get("/language/id/", {"next": place})

    assert answer.status_code in {302, 400}
    assert answer.get("Location", "/").startswith("/")
    assert not answer.get("Location", "/").startswith(("//", "/\\"))


def test_unknown_language_is_not_found(client):
    assert client.get("/language/xx/").status_code == 404


def test_site_text_is_shown_in_the_visitors_language(client):
    SiteIdentity.objects.create(terms_en="## Terms", terms_id="## Syarat")

    assert "<h2>Terms</h2>" in client.get("/about/terms/").content.decode()
    assert "<h2>Syarat</h2>" in client.get("/about/terms/", headers={"Accept-Language": "id"}).content.decode()


def test_missing_translation_falls_back_to_english(client):
    SiteIdentity.objects.create(terms_en="## Terms")

    assert "<h2>Terms</h2>" in client.get("/about/terms/", headers={"Accept-Language": "id"}).content.decode()


@pytest.mark.parametrize("slug", ["terms", "nothing", "name"])
def test_text_that_nobody_wrote_is_not_found(client, slug):
    assert client.get(f"/about/{slug}/").status_code == 404


def test_footer_names_the_seller_and_the_texts_that_exist(client):
    SiteIdentity.objects.create(name="Panggung", seller="PT Panggung <b>", terms_en="x")

    page = client.get("/").content.decode()

    assert "Sold by PT Panggung &lt;b&gt;." in page
    assert reverse("site-page", args=["terms"]) in page
    assert reverse("site-page", args=["privacy"]) not in page


def test_identity_is_asked_once_a_minute(client):
    with CaptureQueriesContext(connection) as statements:
        client.get("/")
        client.get("/")

    assert sum("ticketing_siteidentity" in query["sql"] for query in statements) == 1


def test_error_page_does_not_ask_for_the_identity(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/nowhere/")


def test_identity_has_one_row():
    SiteIdentity.objects.create()

    with pytest.raises(Exception, match=r"site_identity|unique"):
        SiteIdentity.objects.create()


def test_saving_in_the_admin_shows_at_once(admin_client, admin_user):
    factories.sign_in(admin_client, admin_user)
    admin_client.get("/")
    answer = admin_client.post(reverse("admin:ticketing_siteidentity_add"), {"name": "Panggung"})

    assert answer.status_code == 302
    assert "Panggung" in admin_client.get("/").content.decode()


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>)",
        "![x](https://evil.example/pixel.png)",
        '[x](https://a.example "onmouseover=alert(1)")',
        "<a href='javascript:alert(1)'>x</a>",
        "<style>body{display:none}</style>",
        "[x](JaVaScRiPt&colon;alert(1))",
    ],
)
def test_hostile_text_becomes_harmless(hostile):
    html = to_html(hostile).lower()

    assert not any(sign in html for sign in ("<script", "<img", "<style", 'href="javascript', 'href="data', "<a onmouse"))


def test_markdown_becomes_html_below_the_pages_heading():
    assert to_html("# One\n\n**two** [three](https://a.example)") == (
        '<h2>One</h2>\n<p><strong>two</strong> <a href="https://a.example" rel="nofollow noopener">three</a></p>\n'
    )


def test_long_and_deep_text_is_bounded():
    assert len(to_html("[" * 1_000_000)) < 50_000
    assert to_html("> " * 5_000 + "x")


def test_form_ties_hint_and_error_to_the_field():
    html = str(SampleForm({"email": "no", "where": "standing", "terms": "on", "seats": "2"}))

    assert 'aria-describedby="id_email_helptext id_email_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_email_error"' in html
    assert '<a href="#id_email">Your e-mail</a>' in html


def test_components_page_exists_in_the_demo_only(client, settings):
    assert client.get("/demo/components/").status_code == 404

    settings.DEMO = True

    assert client.get("/demo/components/").status_code == 200


def test_style_sheets_of_a_public_page_stay_small():
    sheets = [(BASE_DIR / "static/css" / f"{name}.css").read_bytes() for name in ("tokens", "inks", "base", "components", "pages", "print")]

    assert len(gzip.compress(b"".join(sheets))) < 25_000


@pytest.mark.parametrize(("language", "written"), [("en", "3 February 2027, 14:05"), ("id", "3 Februari 2027, 14.05")])
def test_dates_are_written_day_first_with_24_hours(language, written):
    with translation.override(language):
        assert date_format(datetime(2027, 2, 3, 14, 5, tzinfo=UTC), "DATETIME_FORMAT") == written


def test_frame_that_is_kept_follows_language_identity_and_demo(client, settings):
    def frame(language):
        return client.get("/", headers={"accept-language": language}).content.decode()

    assert "Skip to the content" in frame("en")
    assert "Skip to the content" not in frame("id")
    assert "Play money" not in frame("en")

    settings.DEMO = True
    assert "Demo: play money." in frame("en")

    SiteIdentity.objects.create(name="Panggung", seller="PT Panggung")
    identity.forget()
    assert frame("en").count("Panggung") >= 2
    assert "Sold by PT Panggung." in frame("en")
    assert "Skip to the content" in frame("en")


def test_frame_is_kept_for_no_more_than_a_few_identities(client):
    from django.template import engines

    for number in range(30):
        SiteIdentity.objects.update_or_create(only=True, defaults={"name": f"Panggung {number}"})
        identity.forget()
        assert f"Panggung {number}" in client.get("/").content.decode()

    nodes = engines["django"].get_template("base.html").template.nodelist.get_nodes_by_type(Same)
    assert [len(node.kept) <= 20 for node in nodes] == [True] * 4


def test_codes_stay_in_one_piece_and_nothing_else_is_let_through():
    said = unbroken("<b>BK-7H3K9QW2MD</b>, TIX-7H3K9QW2MD-01, e-mail, USD-5")

    code = '<span class="unbroken">{}</span>'.format
    assert said == f"&lt;b&gt;{code('BK-7H3K9QW2MD')}&lt;/b&gt;, {code('TIX-7H3K9QW2MD-01')}, e-mail, USD-5"
