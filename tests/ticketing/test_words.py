"""History in words, and what waits for a person."""

import ast
import inspect
import re
from importlib import import_module

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime

from accounts import actions, roles
from events.models import ReferenceRate
from tests import factories
from tests.factories import THEN
from tests.test_house_rules import modules
from ticketing import audit, history, mail, undelivered, words
from ticketing.models import AuditLog, EmailMessage, HistoryEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of(rf, groups):
    roles.give_permissions()

    def made(user):
        request = rf.get("/")
        request.user = user
        return request

    return made


@pytest.fixture
def admin(client, groups):
    roles.give_permissions()
    sari = factories.staff("Sari", "admin")
    factories.sign_in(client, sari)
    return sari


def told(request):
    return words.told(HistoryEntry.objects.order_by("at", "id"), request)


def test_a_line_says_what_to_what_by_whom(request_of):
    root = factories.staff("Root", "superadmin")
    actions.grant_role(user_id=factories.person("Alice").pk, role="admin", by=root, at=THEN, language="en")

    line = told(request_of(root))[-1]

    assert (str(line.what), line.how, str(line.kind), line.name, str(line.who)) == (
        "Role given",
        "no role → admin",
        "User",
        "Alice",
        "Root",
    )
    assert line.url == reverse("admin:accounts_user_change", args=[factories.person("Alice").pk])


def test_figures_reasons_and_fields_are_named(request_of):
    root = factories.staff("Root", "superadmin")
    for details in ({"figures": {"fee_percent": "0 → 5"}}, {"reason": "stolen"}, {"fields": ["name", "fee_fixed"]}):
        history.record(root, "changed", at=THEN, by="system", details=details)

    assert {"service fee, percent: 0 → 5", "Somebody else got into it", "name, service fee, fixed"} <= {
        line.how for line in told(request_of(root))
    }


def test_a_status_that_is_the_deed_itself_is_said_once(request_of):
    root = factories.staff("Root", "superadmin")
    for old, new in (("", "paid"), ("pending", "paid")):
        history.record(root, "paid", at=THEN, by="system", old=old, new=new)

    assert [(str(line.what), line.how) for line in told(request_of(root))[-2:]] == [("Paid", ""), ("Paid", "waiting for payment → Paid")]


def test_what_is_gone_or_unknown_is_told_too(request_of):
    root = factories.staff("Root", "superadmin")
    HistoryEntry.objects.create(subject_type="gone.thing", subject_id=root.pk, action="fell_over", actor=f"user:{history.uuid7()}", at=THEN)

    line = told(request_of(root))[-1]

    assert (line.what, line.kind, line.name, str(line.who), line.url) == (
        "Fell over",
        "gone.thing",
        f"…{root.pk.hex[-6:]}",
        "somebody",
        "",
    )


def test_a_page_of_lines_costs_the_same_however_long(request_of, django_assert_num_queries):
    root = factories.staff("Root", "superadmin")
    request = request_of(root)
    for number in range(9):
        history.record(factories.person(f"P{number}"), "renamed", at=THEN, by=history.by_user(root.pk))

    with django_assert_num_queries(3):  # the lines, the things, the people
        told(request)


def test_lines_of_payments_name_their_orders_and_cost_the_same_however_many(request_of, django_assert_num_queries):
    show, root = factories.published(), factories.staff("Root", "superadmin")
    made = [factories.paid(show, name) for name in ("Bea", "Carl", "Dora")]

    with django_assert_num_queries(2):  # the lines, the payments
        lines = words.told(HistoryEntry.objects.filter(subject_type="payments.payment"), request_of(root))

    assert {line.name for line in lines} == {f"{order.reference}, paid to the promoter" for order in made}


def test_every_deed_of_ours_has_its_words():
    """Each action that code names when it writes history is said in some app's `words`."""
    named = set()
    for _, tree in modules():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if ast.unparse(call.func) in {"history.record", "actions.note", "_note", "_noted", "_factor"}:
                named |= {
                    part.value
                    for word in call.args
                    for part in ast.walk(word)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                }

    assert {"approved", "fees_set", "signed_in"} <= named
    assert sorted(named - set(words.said())) == []


def test_every_letter_of_ours_has_its_words():
    writers = {
        f"{app}.{name}"
        for app in ("ticketing", "accounts", "events", "orders", "payments")
        for name, found in vars(import_module(f"{app}.emails")).items()
        if inspect.isfunction(found) and list(inspect.get_annotations(found).values()) == [EmailMessage, mail.Letter] and name[0] != "_"
    }

    assert {"accounts.notice", "events.sale_started", "orders.held", "payments.seen"} <= writers
    assert sorted(writers - set(words.said())) == []


def test_list_of_letters_is_in_words(client):
    root = factories.staff("Root", "superadmin")
    factories.sign_in(client, root)
    factories.order(factories.published())

    shown = client.get(reverse("admin:ticketing_emailmessage_changelist")).content.decode()

    letter = EmailMessage.objects.get(kind="orders.held")
    page = client.get(reverse("admin:ticketing_emailmessage_change", args=[letter.pk]))
    assert ("Places are held" in shown, "orders.held</a>" in shown, "orders.held</td>" in shown) == (True, False, False)
    assert (page.context["title"], str(letter)) == ("Places are held", "Places are held")
    assert ("orders.held" in page.content.decode(), "historylink" in page.content.decode()) == (False, False)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("SMTPRecipientsRefused: {'…@…': (550, b'5.1.1 <…@…>: User unknown in virtual table')}", "There is no such mailbox."),
        ("SMTPDataError: (550, b'5.1.2 Bad destination system')", "There is no such mailbox."),
        ("SMTPRecipientsRefused: {'…@…': (452, b'4.2.2 The account is over quota')}", "The mailbox is full."),
        ("SMTPDataError: (550, b'5.7.26 unauthenticated: SPF and DKIM did not pass')", "Refused as spam"),
        ("SMTPRecipientsRefused: {'…@…': (554, b'Client host blocked using a list')}", "Refused as spam"),
        ("SMTPRecipientsRefused: {'…@…': (554, b'5.7.1 Relay access denied')}", "The mail server passes nothing on"),
        ("SMTPSenderRefused: (553, b'5.7.1 not owned by user', '…@…')", "The mail server takes no letters from"),
        ("SMTPAuthenticationError: (535, b'5.7.8 authentication failed')", "The mail server did not let this site sign in."),
        ("SMTPDataError: (451, b'4.3.0 later')", "The mail server asked to come back later."),
        ("SMTPDataError: (554, b'never')", "The mail server refused the letter."),
        ("SMTPServerDisconnected: Connection unexpectedly closed", "The mail server was away."),
        ("ConnectionRefusedError: [Errno 111] Connection refused", "The mail server was away."),
        ("gaierror: [Errno -2] Name or service not known", "The mail server was away."),
        ("SSLCertVerificationError: certificate verify failed", "No safe connection"),
        ("BadHeaderError: Header values can't contain newlines", "The address, or a name in the letter,"),
        ("TemplateDoesNotExist: emails/spam.txt", "The letter could not be written."),
    ],
)
def test_what_kept_a_letter_is_said_in_words(error, says):
    assert str(undelivered.why(error)).startswith(says)


def test_a_letter_that_waits_says_when_it_is_tried_again(client):
    factories.sign_in(client, factories.staff("Root", "superadmin"))
    factories.order(factories.published())
    EmailMessage.objects.filter(kind="orders.held").update(due_at=THEN, attempts=1, last_error="SMTPDataError: (451, b'later')")

    shown = client.get(reverse("admin:ticketing_emailmessage_changelist"), {"kind": "orders.held"}).content.decode()

    assert f"waiting to be sent</span> next try {date_format(localtime(THEN), 'SHORT_DATETIME_FORMAT')}<br>The mail server asked" in shown


def test_letters_given_up_say_why_and_keep_the_raw_error_below(client):
    root = factories.staff("Root", "superadmin")
    factories.sign_in(client, root)
    factories.order(factories.published())
    raw = "SMTPDataError: (554, b'5.7.1 <b>spam</b>')"
    EmailMessage.objects.filter(kind="orders.held").update(failed_at=THEN, attempts=1, last_error=raw)
    letter = EmailMessage.objects.get(kind="orders.held")

    for page in (reverse("admin:ticketing_emailmessage_changelist"), reverse("admin:ticketing_emailmessage_change", args=[letter.pk])):
        shown = client.get(page).content.decode()
        assert re.search(r"given up</span>.*<br>Refused as spam.*<br><span class=.quiet.>SMTPDataError: \(554, .*&lt;b&gt;spam", shown), (
            page
        )


def test_letters_are_narrowed_to_those_that_were_given_up(client):
    root = factories.staff("Root", "superadmin")
    factories.sign_in(client, root)
    for name, times in (("Bea", {}), ("Carl", {"sent_at": THEN}), ("Dora", {"failed_at": THEN})):
        factories.order(factories.published(slug=name.lower()), name)
        EmailMessage.objects.filter(to=f"{name.lower()}@example.org").update(**times)

    def listed(**asked):
        rows = client.get(reverse("admin:ticketing_emailmessage_changelist"), asked).context["cl"].result_list
        return {letter.to for letter in rows if letter.kind == "orders.held"}

    found = [listed(delivery=name) for name in ("waiting", "sent", "given_up", "nonsense")]
    everybody = {f"{name}@example.org" for name in ("bea", "carl", "dora")}
    assert 'href="#changelist-filter"' in client.get(reverse("admin:ticketing_emailmessage_changelist")).content.decode()
    assert found == [{"bea@example.org"}, {"carl@example.org"}, {"dora@example.org"}, everybody]


def test_audit_names_what_was_done_and_who_did_it_with_one_query_for_all(client, django_assert_max_num_queries):
    root = factories.staff("Root", "superadmin")
    factories.sign_in(client, root)
    for number in range(5):
        person = factories.person(f"P{number}")
        audit.record_export(table="orders_order", record="", user=person.pk, details={})

    with django_assert_max_num_queries(12):
        shown = client.get(reverse("admin:ticketing_auditlog_changelist")).content.decode()

    assert all(f"P{number}</td>" in shown for number in range(5))
    assert ("Taken away as a file" in shown, "EXPORT</td>" in shown) == (True, False)
    assert (">Order</td>" in shown, ">orders_order" in shown) == (True, False)


def test_a_line_of_the_audit_says_in_words_what_is_different_and_no_more(client):
    root = factories.staff("Root", "superadmin")
    factories.sign_in(client, root)
    show = factories.published(title="Malam Jazz")
    show.__class__.objects.filter(pk=show.pk).update(city="Solo")
    line = AuditLog.objects.filter(table="events_event", action="UPDATE").latest("at")

    page = client.get(reverse("admin:ticketing_auditlog_change", args=[line.pk]))

    assert page.context["title"] == "Changed: Event"
    shown = page.content.decode()
    assert ('<div class="readonly">–</div>' in shown, "None" in shown.partition("field-who")[2][:300]) == (True, False)
    assert ("city: Jakarta → Solo" in shown, "Malam Jazz" in shown, "old_values" in shown, "UPDATE" in shown) == (True, False, False, False)


def test_lists_of_rates_and_users_are_in_figures_and_words(client, admin):
    ReferenceRate.objects.create(currency="IDR", per_usdt=16_300, quoted_at=THEN)
    olive = factories.promoter().owner

    lists = (reverse(f"admin:{name}_changelist") for name in ("events_referencerate", "accounts_user"))
    rates, users = (client.get(page, headers={"accept-language": "id"}).content.decode() for page in lists)

    assert (">16.300</td>" in rates, 'field-role">promotor</td>' in users) == (True, True)
    page = client.get(reverse("admin:accounts_user_change", args=[olive.pk]), headers={"accept-language": "en"}).content.decode()
    with translation.override("en"):
        made = date_format(localtime(olive.created_at), "DATETIME_FORMAT")
    assert (made in page, "+00:00" in page) == (True, False)


def test_list_of_history_is_in_words(client, admin):
    factories.order(factories.published())

    shown = client.get(reverse("admin:ticketing_historyentry_changelist")).content.decode()

    assert "Approved" in shown
    assert "Radio Hujan" in shown
    assert "the system" in shown
    assert "the buyer" in shown
    assert "accounts.promoter" not in shown.partition("changelist-filter")[0]
    entry = HistoryEntry.objects.latest("at")
    with translation.override("id"):
        assert re.fullmatch(r"\d+ \w+ 2\d{3}, \d\d\.\d\d", str(entry))


def test_overview_says_what_waits_and_what_happened(client, admin):
    factories.applicant()
    EmailMessage.objects.update(failed_at=THEN)

    shown = client.get(reverse("admin:index")).content.decode()

    assert "1 promoter waits for an answer" in shown
    assert f"{EmailMessage.objects.count()} letter" in shown
    assert "Applied" in shown


def test_overview_names_all_pages_of_this_person_for_phones_that_show_no_list_beside(client, groups):
    roles.give_permissions()
    factories.sign_in(client, factories.promoter().owner)

    nav = client.get(reverse("admin:index")).content.decode().partition('class="places"')[2].partition("</nav>")[0]

    here = [name for name in ("orders_order", "payments_payment", "ticketing_emailmessage") if reverse(f"admin:{name}_changelist") in nav]
    assert here == ["orders_order", "payments_payment"]


def test_overview_of_a_promoter_tells_of_the_own_promoter_alone(client, groups):
    ours, _theirs = factories.promoter(), factories.promoter("Mira", name="Zebrafinch")
    factories.applicant("Nina", name="Waiting one")
    factories.sign_in(client, ours.owner)

    shown = client.get(reverse("admin:index")).content.decode()

    assert "Radio Hujan" in shown
    assert "Zebrafinch" not in shown
    assert "waits for an answer" not in shown


def test_links_of_errands_lead_to_what_they_count(client, admin):
    factories.applicant(), factories.promoter("Mira", name="Approved one")

    for errand in client.get(reverse("admin:index")).context["errands"]:
        page = client.get(errand.url)
        assert page.status_code == 200
        assert page.context["cl"].result_count == 1
