"""A promoter begins: apply, approve, refuse, open (B-02)."""

from threading import Barrier

import pytest

from accounts import actions, invariants, roles
from accounts.actions import promoters as deeds
from accounts.emails import promoters as emails
from accounts.models import Promoter, PromoterMember, User
from tests import factories
from tests.factories import THEN
from ticketing import mail
from ticketing.models import EmailMessage, HistoryEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("groups")]
DETAILS = {"name": "Radio Hujan", "contact_email": "hello@radio.example"}


def history(promoter):
    return list(HistoryEntry.objects.filter(subject_id=promoter.pk).order_by("id").values_list("action", "actor"))


def letters(**of):
    return list(EmailMessage.objects.filter(**of).order_by("id").values_list("kind", "to"))


def names(user):
    return set(user.groups.values_list("name", flat=True))


def test_apply_waits_for_an_answer(now):
    olive = factories.person("Olive")

    promoter = actions.apply(by=olive, at=now, language="id", about="Gigs", contact_phone="1", **DETAILS)

    promoter.refresh_from_db()
    assert (promoter.owner, promoter.name, promoter.about, promoter.contact_phone) == (olive, "Radio Hujan", "Gigs", "1")
    assert (promoter.is_waiting, promoter.applied_at, promoter.language) == (True, now, "id")
    assert history(promoter) == [("applied", f"user:{olive.pk}")]
    assert letters() == [("accounts.application_received", olive.email)]
    assert names(olive) == set()


def test_apply_twice_is_applying_once(now):
    first = factories.applicant("Olive")

    again = factories.applicant("Olive", name="Another name")

    assert (again.pk, again.name) == (first.pk, "Radio Hujan")
    assert len(history(first)) == len(letters()) == 1


def test_apply_again_after_a_refusal_asks_anew(now):
    promoter = factories.applicant("Olive")
    actions.refuse(promoter_id=promoter.pk, reason="Which venue?", by=None, at=THEN)

    actions.apply(by=promoter.owner, at=now, language="en", **{**DETAILS, "name": "Radio Hujan Live"})

    promoter.refresh_from_db()
    assert (promoter.is_waiting, promoter.refused_because, promoter.name) == (True, "", "Radio Hujan Live")
    assert (promoter.applied_at, [action for action, _ in history(promoter)]) == (now, ["applied", "refused", "applied"])
    assert [kind for kind, _ in letters()].count("accounts.application_received") == 2


def test_apply_by_an_approved_promoter_is_refused():
    factories.promoter("Olive")

    with pytest.raises(actions.AlreadyPromoter, match="can run only one"):
        factories.applicant("Olive")


def test_approve_gives_the_owner_rights(now):
    sari, promoter = factories.staff(), factories.applicant()

    actions.approve(promoter_id=promoter.pk, by=sari, at=now)

    promoter.refresh_from_db()
    assert (promoter.approved_at, names(promoter.owner)) == (now, {"promoter"})
    assert history(promoter)[1:] == [("approved", f"user:{sari.pk}")]
    assert letters(kind="accounts.promoter_approved") == [("accounts.promoter_approved", promoter.owner.email)]
    assert list(invariants.breaches()) == []


def test_approve_twice_is_approving_once(now):
    promoter = factories.promoter()

    actions.approve(promoter_id=promoter.pk, by=None, at=now)

    assert Promoter.objects.get().approved_at == THEN
    assert [action for action, _ in history(promoter)] == ["applied", "approved"]
    assert len(letters(kind="accounts.promoter_approved")) == 1


def test_approve_after_a_refusal_gives_the_whole_team_its_rights_back(now):
    promoter = factories.promoter()
    greta = factories.member(promoter)
    actions.refuse(promoter_id=promoter.pk, reason="Two complaints.", by=None, at=THEN)

    actions.approve(promoter_id=promoter.pk, by=None, at=now)

    promoter.refresh_from_db()
    assert (promoter.is_approved, promoter.refused_at, promoter.refused_because) == (True, None, "")
    assert (names(promoter.owner), names(greta)) == ({"promoter"}, {"gate"})
    assert len(letters(kind="accounts.promoter_approved")) == 2


@pytest.mark.parametrize("deed", [actions.approve, lambda **words: actions.refuse(reason="No.", **words)])
def test_approve_and_refuse_are_for_staff(deed, now):
    promoter = factories.applicant()

    with pytest.raises(actions.NotAllowed, match="Only staff"):
        deed(promoter_id=promoter.pk, by=promoter.owner, at=now)

    assert Promoter.objects.get().is_waiting


def test_refuse_says_why(now):
    sari, promoter = factories.staff(), factories.applicant()

    actions.refuse(promoter_id=promoter.pk, reason="Which venue?", by=sari, at=now)

    promoter.refresh_from_db()
    assert (promoter.refused_at, promoter.refused_because, promoter.is_waiting) == (now, "Which venue?", False)
    assert history(promoter)[1:] == [("refused", f"user:{sari.pk}")]
    assert "Which venue?" in mail.written(EmailMessage.objects.get(kind="accounts.promoter_refused")).body


def test_refuse_takes_an_approval_and_the_teams_rights_back(now):
    promoter = factories.promoter()
    greta = factories.member(promoter)

    actions.refuse(promoter_id=promoter.pk, reason="Two complaints.", by=None, at=now)

    assert (names(promoter.owner), names(greta)) == (set(), set())
    assert PromoterMember.objects.count() == 1
    assert history(promoter)[-1] == ("approval_withdrawn", "system")
    assert "taken back" in mail.written(EmailMessage.objects.get(kind="accounts.promoter_refused")).subject
    assert list(invariants.breaches()) == []


def test_refuse_twice_keeps_the_first_reason(now):
    promoter = factories.applicant()
    for reason in ("First.", "Second."):
        actions.refuse(promoter_id=promoter.pk, reason=reason, by=None, at=now)

    assert Promoter.objects.get().refused_because == "First."
    assert len(history(promoter)) == len(letters()) == 2


@pytest.mark.parametrize("reason", ["", "  "])
def test_refuse_without_a_reason_is_refused(reason, now):
    promoter = factories.applicant()

    with pytest.raises(actions.NoReason):
        actions.refuse(promoter_id=promoter.pk, reason=reason, by=None, at=now)

    assert Promoter.objects.get().is_waiting


def test_open_promoter_is_approved_at_once(now):
    olive = factories.person("Olive")

    promoter = actions.open_promoter(owner=olive, by=None, at=now, language="en", **DETAILS)

    assert (Promoter.objects.get().approved_at, names(olive)) == (now, {"promoter"})
    assert history(promoter) == [("opened", "system")]
    assert letters() == [("accounts.promoter_approved", olive.email)]


def test_open_promoter_for_somebody_who_runs_one_is_refused(now):
    promoter = factories.applicant()

    with pytest.raises(actions.AlreadyPromoter):
        actions.open_promoter(owner=promoter.owner, by=None, at=now, language="en", **DETAILS)

    assert Promoter.objects.get().is_waiting


@pytest.mark.parametrize("language", ["en", "id"])
def test_every_letter_can_be_written(language, now):
    team = factories.promoter()
    asked = factories.invitation(team, "new@example.org")
    writers = [
        name for name, writer in vars(emails).items() if getattr(writer, "__module__", "") == emails.__name__ and not name.startswith("_")
    ]
    details = {"role": "manager", "user": str(team.owner_id), "reason": "Which venue?", "was_approved": False}

    for name in writers:
        subject = asked if name.startswith("invitation") else team
        letter = EmailMessage(kind=f"accounts.{name}", subject_id=subject.pk, to="a@example.org", language=language, details=details)
        written = mail.written(letter)
        assert written.subject, name
        assert written.subject in written.body, name
    assert len(writers) == 12


def test_letters_speak_the_promoters_language(now):
    olive = factories.person("Olive")
    promoter = actions.apply(by=olive, at=now, language="id", **DETAILS)

    actions.approve(promoter_id=promoter.pk, by=None, at=now)

    assert set(EmailMessage.objects.values_list("language", flat=True)) == {"id"}
    assert User.objects.get() == olive
    assert roles.role_in(User.objects.get(), promoter) == "owner"


BEFORE = {"about": "", "contact_email": "hello@radio.example", "contact_phone": "", "payment_text": "", "terms": ""}


@pytest.mark.parametrize("role", ["owner", "manager"])
def test_change_details_by_those_who_run_it_is_kept_and_told(role, now):
    team = factories.promoter()
    by = team.owner if role == "owner" else factories.member(team, "Maxi", "manager")
    after = {**BEFORE, "about": "Gigs", "terms": "No glass."}

    actions.change_details(promoter_id=team.pk, by=by, at=now, **after)
    actions.change_details(promoter_id=team.pk, by=by, at=now, **after)

    assert Promoter.objects.values(*after, "name", "fee_percent").get() == {**after, "name": "Radio Hujan", "fee_percent": 0}
    [line] = HistoryEntry.objects.filter(subject_id=team.pk, action="details_changed")
    assert (line.actor, line.details) == (f"user:{by.pk}", {"fields": ["about", "terms"]})


@pytest.mark.parametrize("who", ["finance", "gate", "stranger", "staff"])
def test_change_details_is_refused_to_others(who, now):
    team = factories.promoter()
    others = {"stranger": lambda: factories.person("Gus"), "staff": factories.staff}
    by = others.get(who, lambda: factories.member(team, "Greta", who))()

    with pytest.raises(actions.NotAllowed):
        actions.change_details(promoter_id=team.pk, by=by, at=now, **{**BEFORE, "about": "Gigs"})

    assert Promoter.objects.get().about == ""


def test_change_details_waits_for_the_approval(now):
    waiting = factories.applicant()

    with pytest.raises(actions.NotApproved):
        actions.change_details(promoter_id=waiting.pk, by=waiting.owner, at=now, **{**BEFORE, "about": "Gigs"})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_change_details_twice_at_once_tells_of_one_change(together, now, locked, monkeypatch):
    team, after = factories.promoter(), {**BEFORE, "about": "Gigs"}
    if not locked:
        all_have_read = Barrier(4)
        monkeypatch.setattr(deeds, "locked_team", lambda pk: Promoter.objects.get(pk=pk))
        monkeypatch.setattr(deeds, "only_over", lambda *_: all_have_read.wait(10))

    together(lambda _: actions.change_details(promoter_id=team.pk, by=team.owner, at=now, **after), times=4)

    lines = HistoryEntry.objects.filter(action="details_changed").count()
    assert lines == (1 if locked else 4)
