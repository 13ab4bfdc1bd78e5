"""What staff and promoters' people see of events."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin import PromoterAdmin
from accounts.models import Promoter, User
from events import actions
from ticketing.buttons import button

admin.site.unregister(Promoter)


@admin.register(Promoter)
class PromoterOfEventsAdmin(PromoterAdmin):
    """A promoter's page once more: only here is it known whether its events let it go."""

    @button(
        _("Delete"),
        says=_("The whole team loses its rights at once, and nobody sees the promoter any more. You can restore it."),
        fits=lambda promoter: not promoter.is_deleted,
        permission="remove",
        danger=True,
    )
    def remove(self, request: HttpRequest, promoter: Any) -> None:
        actions.delete_promoter(promoter_id=promoter.pk, by=cast(User, request.user), at=timezone.now())
