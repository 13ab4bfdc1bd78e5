"""Letters about promoters and their teams."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Invitation, Promoter, TeamRole, User
from ticketing.mail import EmailMessage, Letter

from .letter import letter


def application_received(owed: EmailMessage) -> Letter:
    return _of_promoter(
        owed,
        _("We have your application: %(name)s"),
        _("A person reads it, usually within two working days. You get the answer by mail; there is nothing to do until then."),
        label=_("See where it stands"),
    )


def promoter_approved(owed: EmailMessage) -> Letter:
    return _of_promoter(
        owed,
        _("%(name)s is approved"),
        _("You can put on events from now on, and invite the people who help you: managers, finance, the gate."),
        label=_("Open your team"),
    )


def promoter_refused(owed: EmailMessage) -> Letter:
    if owed.details["was_approved"]:
        heading = _("The approval of %(name)s was taken back")
        effect = _("You and your team cannot work with it, and its sales stop; sold tickets stay valid. Answer the reason and apply again.")
    else:
        heading = _("We cannot approve %(name)s yet")
        effect = _("Answer the reason and apply again; nothing that you entered is lost.")
    return _of_promoter(owed, heading, _("The reason: %(reason)s"), effect, to=reverse("accounts:apply"), label=_("Apply again"))


def promoter_deleted(owed: EmailMessage) -> Letter:
    return _of_promoter(
        owed,
        _("%(name)s was deleted"),
        _("You and your team cannot work with it any more. Nothing of it is lost yet: write to us if you want it back."),
    )


def promoter_restored(owed: EmailMessage) -> Letter:
    return _of_promoter(
        owed,
        _("%(name)s is back"),
        _("It is as it was before it was deleted, and so is its team."),
        label=_("Open your team"),
    )


def member_joined(owed: EmailMessage) -> Letter:
    return _of_promoter(
        owed,
        _("%(person)s joined %(name)s"),
        "%(role)s",
        _("If you did not expect this person (%(address)s), remove them from the team."),
        label=_("Open your team"),
    )


def role_changed(owed: EmailMessage) -> Letter:
    return _of_promoter(owed, _("Your role at %(name)s has changed"), "%(role)s", label=_("See the team"))


def member_removed(owed: EmailMessage) -> Letter:
    return _of_promoter(owed, _("You are no longer in the team of %(name)s"), _("Your account and your own tickets stay as they are."))


def member_left(owed: EmailMessage) -> Letter:
    return _of_promoter(owed, _("%(person)s left %(name)s"), _("Invite somebody else if you need to."), label=_("Open your team"))


def handed_over(owed: EmailMessage) -> Letter:
    return _of_promoter(owed, _("%(person)s owns %(name)s now"), _("You stay in the team as a manager."), label=_("See the team"))


def promoter_received(owed: EmailMessage) -> Letter:
    return _of_promoter(
        owed, _("You own %(name)s now"), _("The owner until now stays in the team as a manager."), label=_("Open your team")
    )


def invitation(owed: EmailMessage) -> Letter:
    asked = Invitation.objects.select_related("promoter").get(pk=owed.subject_id)
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
    return letter(heading, meaning, until, to=reverse("accounts:invitation", args=[asked.secret]), label=_("See the invitation"))


def invitation_withdrawn(owed: EmailMessage) -> Letter:
    asked = Invitation.objects.select_related("promoter").get(pk=owed.subject_id)
    name = asked.promoter.name if asked.promoter else asked.name
    return letter(
        _("The invitation to %(name)s was withdrawn") % {"name": name},
        _("The link in our earlier letter no longer works. There is nothing to do."),
    )


def _of_promoter(owed: EmailMessage, heading: str, *lines: str, label: str = "", to: str = "") -> Letter:
    """Fill in whom the letter is about. What has a label leads to the promoter's page, unless it says where else."""
    words = _words(owed)
    where = to or (reverse("accounts:promoter", args=[owed.subject_id]) if label else "")
    return letter(heading % words, *(line % words for line in lines), label=label, to=where)


def _words(owed: EmailMessage) -> dict[str, str]:
    words = {"name": Promoter.all_objects.get(pk=owed.subject_id).name, "reason": owed.details.get("reason", "")}
    if "user" in owed.details:
        person = User.objects.get(pk=owed.details["user"])
        words |= {"person": str(person), "address": person.email, "role": str(TeamRole(owed.details["role"]).meaning)}
    return words
