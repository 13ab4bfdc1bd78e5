"""Letters about promoters, their teams, and roles."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Invitation, Promoter, TeamRole, User
from ticketing.mail import EmailMessage, Letter


def application_received(letter: EmailMessage) -> Letter:
    promoter = Promoter.all_objects.get(pk=letter.subject_id)
    return _letter(
        _("We have your application: %(name)s") % {"name": promoter.name},
        _("A person reads it, usually within two working days. You get the answer by mail; there is nothing to do until then."),
        to=reverse("accounts:promoter", args=[promoter.pk]),
        label=_("See where it stands"),
    )


def promoter_approved(letter: EmailMessage) -> Letter:
    promoter = Promoter.all_objects.get(pk=letter.subject_id)
    return _letter(
        _("%(name)s is approved") % {"name": promoter.name},
        _("You can put on events from now on, and invite the people who help you: managers, finance, the gate."),
        to=reverse("accounts:promoter", args=[promoter.pk]),
        label=_("Open your team"),
    )


def promoter_refused(letter: EmailMessage) -> Letter:
    promoter = Promoter.all_objects.get(pk=letter.subject_id)
    if letter.details["was_approved"]:
        heading = _("The approval of %(name)s was taken back") % {"name": promoter.name}
        effect = _(
            "You and your team cannot work with it for now, and its sales stop; sold tickets stay valid. Answer the reason and apply again."
        )
    else:
        heading = _("We cannot approve %(name)s yet") % {"name": promoter.name}
        effect = _("Answer the reason and apply again; nothing that you entered is lost.")
    reason = _("The reason: %(reason)s") % {"reason": letter.details["reason"]}
    return _letter(heading, reason, effect, to=reverse("accounts:apply"), label=_("Apply again"))


def promoter_deleted(letter: EmailMessage) -> Letter:
    promoter = Promoter.all_objects.get(pk=letter.subject_id)
    return _letter(
        _("%(name)s was deleted") % {"name": promoter.name},
        _("You and your team cannot work with it any more. Nothing of it is lost yet: write to us if you want it back."),
    )


def promoter_restored(letter: EmailMessage) -> Letter:
    promoter = Promoter.all_objects.get(pk=letter.subject_id)
    return _letter(
        _("%(name)s is back") % {"name": promoter.name},
        _("It is as it was before it was deleted, and so is its team."),
        to=reverse("accounts:promoter", args=[promoter.pk]),
        label=_("Open your team"),
    )


def invitation(letter: EmailMessage) -> Letter:
    asked = Invitation.objects.select_related("promoter").get(pk=letter.subject_id)
    if asked.promoter is None:
        heading = _("Put on your events here: %(name)s") % {"name": asked.name}
        meaning = _("We invite you to put on your events on this site. Accept, and %(name)s is ready.") % {"name": asked.name}
    elif asked.role == TeamRole.OWNER:
        heading = _("Become the owner of %(name)s") % {"name": asked.promoter.name}
        meaning = _("The owner wants to hand it over to you, and stays as a manager. Nothing changes until you accept.")
    else:
        heading = _("Join the team of %(name)s") % {"name": asked.promoter.name}
        meaning = str(TeamRole(asked.role).meaning)
    until = _("The link works for 7 days, and only for the first who accepts. Do not pass it on.")
    return _letter(heading, meaning, until, to=reverse("accounts:invitation", args=[asked.secret]), label=_("See the invitation"))


def invitation_withdrawn(letter: EmailMessage) -> Letter:
    asked = Invitation.objects.select_related("promoter").get(pk=letter.subject_id)
    name = asked.promoter.name if asked.promoter else asked.name
    return _letter(
        _("The invitation to %(name)s was withdrawn") % {"name": name},
        _("The link in our earlier letter no longer works. There is nothing to do."),
    )


def member_joined(letter: EmailMessage) -> Letter:
    promoter, words = _person(letter)
    return _letter(
        _("%(person)s joined %(name)s") % words,
        words["role"],
        _("If you did not expect this person (%(address)s), remove them from the team.") % words,
        to=reverse("accounts:promoter", args=[promoter.pk]),
        label=_("Open your team"),
    )


def role_changed(letter: EmailMessage) -> Letter:
    promoter, words = _person(letter)
    return _letter(
        _("Your role at %(name)s has changed") % words,
        words["role"],
        to=reverse("accounts:promoter", args=[promoter.pk]),
        label=_("See the team"),
    )


def member_removed(letter: EmailMessage) -> Letter:
    _promoter, words = _person(letter)
    return _letter(
        _("You are no longer in the team of %(name)s") % words,
        _("Your account and your own tickets stay as they are."),
    )


def member_left(letter: EmailMessage) -> Letter:
    promoter, words = _person(letter)
    return _letter(
        _("%(person)s left %(name)s") % words,
        _("Invite somebody else if you need to.") % words,
        to=reverse("accounts:promoter", args=[promoter.pk]),
        label=_("Open your team"),
    )


def handed_over(letter: EmailMessage) -> Letter:
    promoter, words = _person(letter)
    return _letter(
        _("%(person)s owns %(name)s now") % words,
        _("You stay in the team as a manager."),
        to=reverse("accounts:promoter", args=[promoter.pk]),
        label=_("See the team"),
    )


def promoter_received(letter: EmailMessage) -> Letter:
    promoter, words = _person(letter)
    return _letter(
        _("You own %(name)s now") % words,
        _("The owner until now stays in the team as a manager."),
        to=reverse("accounts:promoter", args=[promoter.pk]),
        label=_("Open your team"),
    )


def role_granted(letter: EmailMessage) -> Letter:
    role = letter.details["role"]
    if role == "user":
        return _letter(_("You no longer work for this site"), _("Your account and your own tickets stay as they are."))
    return _letter(
        _("You work for this site now"),
        _("Your role is: %(role)s. Keep a second factor on your account.") % {"role": role},
        to=reverse("admin:index"),
        label=_("Open the administration"),
    )


def account_disabled(letter: EmailMessage) -> Letter:
    return _letter(
        _("Your account was closed"),
        _("Nobody can sign in to it now. Tickets that you have bought stay valid; their links still work."),
        _("If you think that this is a mistake, write to us."),
    )


def account_enabled(letter: EmailMessage) -> Letter:
    return _letter(
        _("Your account is open again"),
        _("You can sign in as before."),
        to=reverse("account_login"),
        label=_("Sign in"),
    )


def account_deleted(letter: EmailMessage) -> Letter:
    return _letter(
        _("Your account was deleted"),
        _("Nobody can sign in to it now. Tickets that you have bought stay valid; their links still work."),
        _("If you think that this is a mistake, write to us."),
    )


def account_restored(letter: EmailMessage) -> Letter:
    return _letter(
        _("Your account is back"),
        _("You can sign in as before."),
        to=reverse("account_login"),
        label=_("Sign in"),
    )


def _person(letter: EmailMessage) -> tuple[Promoter, dict[str, Any]]:
    promoter, user = Promoter.all_objects.get(pk=letter.subject_id), User.objects.get(pk=letter.details["user"])
    words = {"name": promoter.name, "person": str(user), "address": user.email, "role": str(TeamRole(letter.details["role"]).meaning)}
    return promoter, words


def _letter(heading: str, *lines: str, to: str = "", label: str = "") -> Letter:
    context = {"heading": heading, "lines": lines, "url": f"{settings.SITE_URL}{to}" if to else "", "label": label}
    return Letter(subject=heading, template="emails/accounts/letter", context=context)
