"""What waits for a person among people: shown first in the admin."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import ngettext

from ticketing.rooms import Errand

from . import roles
from .models import Promoter


def errands(request: HttpRequest) -> Iterator[Errand]:
    if not roles.is_staff_member(request.user):
        return
    if waiting := Promoter.objects.waiting().count():
        says = ngettext("%(count)d promoter waits for an answer", "%(count)d promoters wait for an answer", waiting) % {"count": waiting}
        yield Errand(says, f"{reverse('admin:accounts_promoter_changelist')}?state=waiting", "wait")
