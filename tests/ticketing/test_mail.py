"""The outbox: one letter per occasion, sent once, after a claim, again and again while the server is away."""

import json
import threading
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core import mail as django_mail
from django.db import connection, transaction
from django.utils import timezone

from tests.sample.models import Lamp
from ticketing import hints, mail, undelivered
from ticketing.bases import uuid7
from ticketing.local.processes import wait_until
from ticketing.models import EmailMessage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sample_letters")]


def owe(to="alice@example.org", **fields):
    with transaction.atomic():
        lamp = fields.pop("subject", None) or Lamp.objects.create(name="desk")
        mail.queue(kind="sample.lit", subject=lamp, to=to, language="en", **fields)
    return EmailMessage.objects.latest("created_at")


def make_due():
    EmailMessage.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def test_letter_is_sent_and_logged(office):
    letter = owe()

    assert mail.deliver_due() == 1

    letter.refresh_from_db()
    assert (letter.attempts, letter.last_error, letter.failed_at) == (1, "", None)
    assert letter.sent_at is not None
    assert len(office.got) == 1


def test_letter_nudges_a_worker_once_it_is_committed():
    owe()
    owe()

    nudges = [json.loads(message)["headers"]["task"] for message in hints.client().lrange("celery", 0, -1)]
    assert nudges == ["ticketing.tasks.deliver_mail"]


def test_letter_that_is_one_too_many_is_not_owed_and_nudges_nobody(monkeypatch):
    nudged = []
    monkeypatch.setattr(mail.jobs, "enqueue_on_commit", lambda path, **_: nudged.append(path))
    words = {"kind": "sample.lit", "to": "alice@example.org", "language": "en", "mailbox": "alice"}

    owed = [mail.queue_sparingly(subject=Lamp.objects.create(name="desk"), **words) for _ in range(5)]

    assert (owed, len(nudged)) == ([True, True, True, False, False], 3)
    with pytest.raises(ImportError):
        mail.queue_sparingly(subject=Lamp.objects.create(name="desk"), **{**words, "kind": "sample.unlit"})


def test_what_a_sparing_letter_keeps_secret_is_sealed_too():
    words = {"kind": "sample.lit", "to": "alice@example.org", "language": "en", "mailbox": "alice", "secret": "hush"}
    mail.queue_sparingly(subject=Lamp.objects.create(name="desk"), **words)

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM ticketing_emailmessage")
        assert cursor.fetchone()[0].startswith("gAAAA")
    assert EmailMessage.objects.get().secret == "hush"


def test_letter_has_text_and_html_and_attachment_and_a_stable_id(office):
    letter = owe()
    mail.deliver_due()

    message = office.got[0]
    assert "Content-Type: text/plain" in message
    assert "Content-Type: text/html" in message
    assert 'filename="lamp.txt"' in message
    assert f"Message-ID: <{letter.pk}@localhost>" in message


def test_line_break_in_a_subject_adds_no_header(office):
    owe()
    mail.deliver_due()

    assert "Subject: Your lamp is lit" in office.got[0]


def test_letter_is_owed_once_per_subject_kind_and_occasion():
    lamp = Lamp.objects.create(name="desk")

    for occasion in ("", "", "v2", "v2"):
        owe(subject=lamp, occasion=occasion)

    assert sorted(EmailMessage.objects.values_list("occasion", flat=True)) == ["", "v2"]


def test_letter_of_an_undone_transaction_is_not_owed():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        mail.queue(kind="sample.lit", subject=Lamp.objects.create(name="desk"), to="a@example.org", language="en")
        _ = 1 / 0

    assert EmailMessage.objects.count() == 0


def test_queue_outside_a_transaction_is_a_mistake():
    with pytest.raises(RuntimeError, match="transaction"):
        mail.queue(kind="sample.lit", subject=Lamp.objects.create(name="desk"), to="a@example.org", language="en")


def test_unknown_kind_fails_at_once():
    with pytest.raises(ImportError), transaction.atomic():
        mail.queue(kind="sample.unlit", subject=Lamp.objects.create(name="desk"), to="a@example.org", language="en")


def test_sent_letter_is_not_sent_again(office):
    owe()
    mail.deliver_due()
    make_due()

    assert mail.deliver_due() == 0
    assert len(office.got) == 1


def test_server_down_then_up_delivers_each_letter_once(office, settings):
    letters = [owe(to=f"{n}@example.org") for n in range(3)]
    settings.EMAIL_PORT = 1
    assert mail.deliver_due() == 0
    tried = EmailMessage.objects.exclude(last_error="").values_list("attempts", "last_error")
    assert list(tried) == [(0, "ConnectionRefusedError: [Errno 111] Connection refused")]  # one try told us of all

    settings.EMAIL_PORT = office.port
    make_due()

    assert mail.deliver_due() == 3
    assert len(office.got) == len(letters)


def test_failed_try_waits_longer_each_time(office):
    letter = owe()
    office.answer = "451 later"

    waits = []
    for _ in range(3):
        make_due()
        mail.deliver_due()
        letter.refresh_from_db()
        waits.append(round((letter.due_at - timezone.now()).total_seconds(), -1))

    assert waits == [0, 30, 120]
    assert letter.last_error.startswith("SMTPDataError")


def test_outage_of_any_length_gives_no_letter_up(office, settings):
    letter = owe()
    settings.EMAIL_PORT = 1

    for _ in range(len(mail.PAUSES) + 2):
        make_due()
        mail.deliver_due()

    letter.refresh_from_db()
    assert (letter.attempts, letter.failed_at) == (0, None)
    assert letter.due_at - timezone.now() < timedelta(seconds=6)


def test_end_of_the_tasks_time_is_no_fault_of_the_letter(office, monkeypatch):
    letter = owe()

    def too_late(_):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(mail, "written", too_late)
    with pytest.raises(SoftTimeLimitExceeded):
        mail.deliver_due()

    letter.refresh_from_db()
    assert letter.last_error == ""


def test_letter_is_given_up_after_the_last_try_and_not_before(office, settings):
    letter = owe()
    office.answer = "451 later"

    for tries in range(1, len(mail.PAUSES) + 2):
        make_due()
        mail.deliver_due()
        letter.refresh_from_db()
        assert (letter.attempts, letter.failed_at is not None) == (tries, tries == len(mail.PAUSES) + 1)

    make_due()
    assert mail.deliver_due() == 0


@pytest.mark.parametrize(
    ("to", "answer", "says"),
    [
        ("unknown@example.org", "250 taken", "There is no such mailbox."),
        ("a@example.org", "554 never", "The mail server refused the letter."),
        ("a@example.org", "554 5.7.1 looks like spam from a@example.org, see /orders/9aFq3/", "Refused as spam, or against a rule"),
    ],
)
def test_refusal_for_good_is_believed(office, to, answer, says):
    letter = owe(to=to)
    office.answer = answer

    mail.deliver_due()

    letter.refresh_from_db()
    assert letter.failed_at is not None
    assert str(undelivered.why(letter.last_error)).startswith(says)
    assert (to in letter.last_error, "9aFq3" in letter.last_error) == (False, False)


def test_one_refused_letter_does_not_stop_the_others(office):
    owe(to="unknown@example.org")
    owe(to="bob@example.org")

    assert mail.deliver_due() == 1
    assert "To: bob@example.org" in office.got[0]


def test_letter_that_cannot_be_written_does_not_stop_the_others(office):
    owe(to="broken@example.org")
    EmailMessage.objects.update(kind="sample.gone")
    owe(to="bob@example.org")

    assert mail.deliver_due() == 1
    assert EmailMessage.objects.get(to="broken@example.org").last_error.startswith("ImportError")


def test_letter_is_pushed_aside_before_the_try(office, monkeypatch):
    """So that a letter that kills its worker is not the first thing the next worker meets."""
    letter, before = owe(), timezone.now()

    def die(_):
        raise SystemExit

    monkeypatch.setattr(mail, "written", die)
    with pytest.raises(SystemExit):
        mail.deliver_due()

    letter.refresh_from_db()
    assert letter.attempts == 1
    assert before + timedelta(seconds=4) < letter.due_at < timezone.now() + timedelta(seconds=6)


def test_control_without_the_claim_a_letter_is_sent_twice(office, together, monkeypatch):
    from contextlib import contextmanager

    @contextmanager
    def everybodys(_):
        yield True

    # Nobody pushes the letter aside before all have seen it due, so that no slow start makes this pass for a claim.
    all_have_looked, push_aside = threading.Barrier(4, timeout=30), mail._push_aside

    def push_aside_together(**what):
        all_have_looked.wait()
        push_aside(**what)

    monkeypatch.setattr(mail, "claimed", everybodys)
    monkeypatch.setattr(mail, "_push_aside", push_aside_together)
    owe()

    together(lambda _: mail.deliver_due(), times=4)

    assert len(office.got) == 4


def test_many_workers_send_each_letter_once(office, together):
    office.pause = 0.05
    for n in range(20):
        owe(to=f"{n}@example.org")

    sent = together(lambda _: mail.deliver_due(), times=4)

    assert sum(sent) == 20
    assert sorted(line for got in office.got for line in got.splitlines() if line.startswith("To:")) == sorted(
        f"To: {n}@example.org" for n in range(20)
    )


def test_slow_server_holds_the_claim_past_the_pause(office):
    """The first pause is 5 s; a second worker that comes while the first still talks must not send too."""
    answer = office.hold = threading.Event()
    owe()
    first = threading.Thread(target=_deliver_and_close)
    first.start()
    assert wait_until(lambda: office.talks == 1, seconds=60)
    office.hold = None  # who comes now is answered at once
    make_due()

    assert mail.deliver_due() == 0
    answer.set()
    first.join(60)
    assert len(office.got) == 1


def test_batch_is_bounded(office):
    for n in range(5):
        owe(to=f"{n}@example.org")

    assert mail.deliver_due(most=2) == 2
    assert EmailMessage.objects.due().count() == 3


def test_due_letters_are_found_by_their_index():
    sent = [
        EmailMessage(subject_type="x", subject_id=uuid7(), kind="k", to="a@b.example", language="en", sent_at=timezone.now())
        for _ in range(5000)
    ]
    EmailMessage.objects.bulk_create(sent)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ticketing_emailmessage")

    plan = EmailMessage.objects.due().order_by("due_at")[:50].explain()

    assert "letters_waiting" in plan
    assert "Seq Scan" not in plan


def test_letter_is_written_in_its_own_language(office, monkeypatch):
    letter = owe()
    EmailMessage.objects.update(language="id")
    letter.refresh_from_db()

    assert "Surat ini sungguhan" in mail.written(letter).body


def test_memory_backend_of_the_tests_is_the_default():
    owe()

    mail.deliver_due()

    assert [message.to for message in django_mail.outbox] == [["alice@example.org"]]


def _deliver_and_close():
    from django.db import connections

    try:
        mail.deliver_due()
    finally:
        connections.close_all()


def test_secret_is_sealed_until_the_letter_is_sent_and_then_gone(office):
    letter = owe(secret="QK7F-WXBD")

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM ticketing_emailmessage")
        assert cursor.fetchone()[0].startswith("gAAAA")
    assert EmailMessage.objects.get().secret == "QK7F-WXBD"

    mail.deliver_due()
    letter.refresh_from_db()
    assert letter.secret == ""


def test_secret_is_gone_when_the_letter_is_given_up(office, settings):
    waits = owe(secret="QK7F-WXBD")
    settings.EMAIL_PORT = 1
    mail.deliver_due()
    waits.refresh_from_db()
    assert waits.secret == "QK7F-WXBD"

    settings.EMAIL_PORT = office.port
    given_up = owe(to="unknown@example.org", secret="QK7F-WXBD")
    mail.deliver_due()

    given_up.refresh_from_db()
    assert given_up.failed_at is not None
    assert given_up.secret == ""
