"""What waits for a person on the ground floor: shown first in the admin."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import ngettext

from .models import EmailMessage
from .rooms import Errand


def errands(request: HttpRequest) -> Iterator[Errand]:
    if not request.user.has_perm("ticketing.view_emailmessage"):
        return
    if failed := EmailMessage.objects.filter(failed_at__isnull=False).count():
        says = ngettext("%(count)d letter was given up", "%(count)d letters were given up", failed) % {"count": failed}
        yield Errand(says, f"{reverse('admin:ticketing_emailmessage_changelist')}?delivery=given_up", "bad")
