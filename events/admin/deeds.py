"""The buttons on an event's page: it is put on sale, ended, and given its looks."""

from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from events import actions, pictures
from events.models import Event
from ticketing.buttons import Reason, button
from ticketing.desk import Admin

ACCEPTED = ",".join(f"image/{kind.lower()}" for kind in pictures.FORMATS)


class PictureForm(forms.Form):
    """A file to look at with suspicion: the action does."""

    upload = forms.FileField(
        label=_("Picture"),
        help_text=_("JPEG, PNG or WebP, up to 8 MB and 25 million pixels, each side at least 600. Upright 4:5 fits best."),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )


# What cannot be changed any more.
FINISHED = (Event.Status.CANCELLED, Event.Status.ARCHIVED)


def may_change(event: Event) -> bool:
    return not event.is_deleted and event.status not in FINISHED


def has_picture(event: Event) -> bool:
    """Say whether there is one, drawn or still to be drawn."""
    return event.image_id is not None or event.pictures.exists()


def may_end(event: Event) -> bool:
    return event.is_public and not event.is_over(timezone.now())


def may_be_archived(event: Event) -> bool:
    fits = event.status == Event.Status.DRAFT or (event.status != Event.Status.ARCHIVED and event.is_over(timezone.now()))
    return fits and not event.is_deleted


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"by": cast(User, request.user), "at": timezone.now()}


class Deeds(Admin):
    @button(_("Publish"), fits=lambda event: event.status == "draft" and not event.is_deleted, permission="plan")
    def publish(self, request: HttpRequest, event: Event) -> None:
        actions.publish(event_id=event.pk, **_by(request))

    @button(
        _("Close sales"),
        says=_("Nothing is sold any more; tickets stay valid and the page stays. You can reopen the sale."),
        fits=lambda event: event.status == "published" and not event.is_over(timezone.now()),
        permission="plan",
    )
    def close_sales(self, request: HttpRequest, event: Event) -> None:
        actions.close_sales(event_id=event.pk, **_by(request))

    @button(
        _("Reopen sales"),
        fits=lambda event: event.status == "sales_closed" and not event.is_over(timezone.now()),
        permission="plan",
    )
    def reopen_sales(self, request: HttpRequest, event: Event) -> None:
        actions.reopen_sales(event_id=event.pk, **_by(request))

    @button(
        _("Upload a picture"),
        form=PictureForm,
        says=_("It takes the place of the drawn poster, in lists, on the page and where links are shared. The one before is gone then."),
        fits=may_change,
        permission="plan",
    )
    def upload_picture(self, request: HttpRequest, event: Event, *, upload: "UploadedFile[Any]") -> None:
        actions.set_picture(event_id=event.pk, upload=upload.read(), **_by(request))

    @button(
        _("Remove the picture"),
        says=_("The event shows its drawn poster again. The picture is not kept."),
        fits=lambda event: may_change(event) and has_picture(event),
        permission="plan",
        danger=True,
    )
    def remove_picture(self, request: HttpRequest, event: Event) -> None:
        actions.remove_picture(event_id=event.pk, **_by(request))

    @button(_("Draw another poster"), fits=lambda event: may_change(event) and not event.image_id, permission="plan")
    def reroll_poster(self, request: HttpRequest, event: Event) -> None:
        actions.reroll_poster(event_id=event.pk, **_by(request))

    @button(_("Duplicate"), fits=lambda event: not event.is_deleted, permission="plan")
    def duplicate(self, request: HttpRequest, event: Event) -> Event:
        return actions.duplicate_event(event_id=event.pk, **_by(request))

    @button(_("Archive"), fits=may_be_archived, says=_("It leaves the lists of the site for good."), permission="plan")
    def archive(self, request: HttpRequest, event: Event) -> None:
        actions.archive(event_id=event.pk, **_by(request))

    @button(_("Restore"), fits=lambda event: event.is_deleted, permission="plan")
    def restore(self, request: HttpRequest, event: Event) -> None:
        actions.restore(event_id=event.pk, **_by(request))

    @button(
        _("Cancel the event"),
        form=Reason,
        says=_("This cannot be undone. Everybody who bought reads your reason, and refunds begin."),
        fits=may_end,
        permission="plan",
        danger=True,
    )
    def cancel(self, request: HttpRequest, event: Event, *, reason: str) -> None:
        actions.cancel(event_id=event.pk, reason=reason, **_by(request))

    @button(
        _("Delete"),
        says=_("The event is hidden from everybody. Nothing is lost: your team can restore it."),
        fits=lambda event: not event.is_deleted and not event.is_public,
        permission="plan",
        danger=True,
    )
    def remove(self, request: HttpRequest, event: Event) -> None:
        actions.delete(event_id=event.pk, **_by(request))
