"""A promoter begins: apply, approve, refuse, open (B-02)."""

from threading import Barrier

import pytest

from accounts import actions, invariants, roles
from accounts.actions import promoters as deeds
from accounts.emails import people, promoters
from accounts.models import Invitation, Promoter, PromoterMember, User
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
    modules = (people, promoters)
    named = [(module, name, writer) for module in modules for name, writer in vars(module).items() if not name.startswith("_")]
    writers = [name for module, name, writer in named if getattr(writer, "__module__", "") == module.__name__]
    details = {"role": "manager", "user": str(team.owner_id), "reason": "Which venue?", "was_approved": False}

    for name in writers:
        subject = asked if name.startswith("invitation") else team
        letter = EmailMessage(kind=f"accounts.{name}", subject_id=subject.pk, to="a@example.org", language=language, details=details)
        written = mail.written(letter)
        assert written.subject, name
        assert written.subject in written.body, name
    assert len(writers) == 18


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

    assert Promoter.objects.values(*after, "name", "fee_percent").get() == {**after, "name": "Radio Hujan", "fee_percent": None}
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


def delete(promoter, by=None):
    actions.delete_promoter(promoter_id=promoter.pk, by=by, at=THEN)
    return Promoter.all_objects.get(pk=promoter.pk)


def restore(promoter, by=None):
    actions.restore_promoter(promoter_id=promoter.pk, by=by, at=THEN)
    return Promoter.all_objects.get(pk=promoter.pk)


def test_delete_promoter_hides_it_and_takes_the_teams_rights():
    team, sari = factories.promoter(), factories.staff()
    greta = factories.member(team)

    deleted = delete(team, by=sari)

    assert (deleted.deleted_at, deleted.is_approved, list(Promoter.objects.all())) == (THEN, False, [])
    assert (names(team.owner), names(greta), User.objects.get(pk=greta.pk).teams) == (set(), set(), [])
    assert history(team)[-1] == ("deleted", f"user:{sari.pk}")
    assert letters(kind="accounts.promoter_deleted") == [("accounts.promoter_deleted", team.owner.email)]
    assert mail.written(EmailMessage.objects.get(kind="accounts.promoter_deleted")).subject == "Radio Hujan was deleted"
    assert list(invariants.breaches()) == []


def test_restore_promoter_brings_it_back_as_it_was():
    team, sari = factories.promoter(), factories.staff()
    greta = factories.member(team)
    delete(team)

    restored = restore(team, by=sari)

    assert (restored.deleted_at, restored.is_approved, list(Promoter.objects.all())) == (None, True, [team])
    assert (names(team.owner), names(greta)) == ({"promoter"}, {"gate"})
    assert history(team)[-1] == ("restored", f"user:{sari.pk}")
    assert mail.written(EmailMessage.objects.get(kind="accounts.promoter_restored")).subject == "Radio Hujan is back"
    assert list(invariants.breaches()) == []


def test_delete_and_restore_promoter_twice_are_once():
    team = factories.promoter()

    delete(team), delete(team), restore(team), restore(team)

    assert [action for action, _ in history(team)][-2:] == ["deleted", "restored"]
    assert EmailMessage.objects.filter(kind__in=["accounts.promoter_deleted", "accounts.promoter_restored"]).count() == 2


@pytest.mark.parametrize("deed", [delete, restore])
@pytest.mark.parametrize("role", ["moderator", "owner"])
def test_promoters_are_deleted_and_restored_by_admins_alone(deed, role):
    team = factories.promoter()
    by = factories.staff("Mega", "moderator") if role == "moderator" else team.owner
    if deed is restore:
        delete(team)

    with pytest.raises(actions.NotAllowed):
        deed(team, by=by)
    assert Promoter.all_objects.get().is_deleted is (deed is restore)


def test_a_promoter_whose_owner_was_deleted_meanwhile_is_not_restored():
    team = factories.promoter()
    delete(team)
    actions.delete_user(user_id=team.owner_id, by=None, at=THEN, language="en")

    with pytest.raises(actions.AccountDeleted):
        restore(team)
    assert Promoter.all_objects.get().is_deleted


def test_with_a_deleted_promoter_nothing_is_done():
    team = factories.promoter()
    greta = factories.member(team)
    asked = factories.invitation(team, "nina@example.org")
    factories.person("Nina").vouch()
    delete(team)
    at, no_money = THEN, {"fee_percent": None, "fee_fixed": None, "tax_percent": None}

    for deed in (
        lambda: factories.applicant(),
        lambda: actions.approve(promoter_id=team.pk, by=None, at=at),
        lambda: actions.refuse(promoter_id=team.pk, reason="No.", by=None, at=at),
        lambda: actions.set_fees(promoter_id=team.pk, by=None, at=at, **no_money),
        lambda: actions.open_promoter(owner=team.owner, by=None, at=at, language="en", **DETAILS),
        lambda: actions.leave(promoter_id=team.pk, by=greta, at=at),
        lambda: actions.accept_invitation(invitation_id=asked.pk, by=factories.person("Nina"), at=at),
        lambda: actions.invite_member(promoter_id=team.pk, email="x@example.org", role="gate", language="en", by=team.owner, at=at),
    ):
        with pytest.raises(actions.PromoterDeleted):
            deed()
    assert not Invitation.objects.for_person(factories.person("Nina"), at).exists()
    assert [action for action, _ in history(team)][-1] == "deleted"


def test_invariants_see_who_was_deleted_and_owns_a_promoter():
    team = factories.promoter()
    User.objects.filter(pk=team.owner_id).update(is_active=False, deleted_at=THEN)

    assert list(invariants.breaches()) == [f"user {team.owner_id}: deleted, and still owns an approved promoter"]
