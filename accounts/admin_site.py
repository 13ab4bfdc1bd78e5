"""The admin: one site, one wall before each of its addresses.

Who may enter: staff, and the owners, managers and finance people of approved promoters. Everybody signs in through the
site's own door; there is no second one here.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from ticketing import words
from ticketing.desk import Admin
from ticketing.history import HistoryEntry
from ticketing.rooms import furnished

from . import middleware, roles
from .models import TeamRole
from .scoping import Scoped

View = Callable[..., HttpResponse]
# Django's second doors to what the site has once already, and one that opens any row by its number.
NOT_HERE = {"logout", "password_change", "password_change_done", "view_on_site"}
TEAM = (TeamRole.OWNER, TeamRole.MANAGER, TeamRole.FINANCE)


class Site(AdminSite):
    site_header = site_title = index_title = _("Administration")

    def admits(self, user: Any) -> bool:
        return roles.is_staff_member(user) or bool(roles.promoters_of(user, *TEAM))

    def has_permission(self, request: HttpRequest) -> bool:
        return self.admits(request.user)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take in our own admins. What libraries register for themselves stays outside: its rows open doors."""
        if admin_class and issubclass(admin_class, Admin):
            super().register(model_or_iterable, admin_class, **options)
        elif admin_class and admin_class.__module__.partition(".")[0] in roles.OURS:
            raise ImproperlyConfigured(f"{admin_class.__qualname__} must be a ticketing.desk.Admin.")

    def get_urls(self) -> list[Any]:
        return [pattern for pattern in super().get_urls() if getattr(pattern, "name", None) not in NOT_HERE]

    @property
    def urls(self) -> tuple[list[Any], str, str]:
        return self._walled(self.get_urls()), "admin", self.name

    def _walled(self, patterns: Iterable[URLPattern | URLResolver]) -> list[Any]:
        patterns = list(patterns)
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                self._walled(pattern.url_patterns)
            else:
                pattern.callback = self.admin_view(pattern.callback)
        return patterns

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Put the wall before a view: signed in, not idle too long, of those who may enter, second factor shown."""
        kept = view if getattr(view, "csrf_exempt", False) else csrf_protect(view)

        @wraps(view)
        @never_cache
        def walled(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if getattr(request, "passed_the_wall", False):
                return kept(request, *args, **kwargs)
            if request.user.is_authenticated:
                middleware.end_if_idle(request)
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not self.admits(request.user):
                raise PermissionDenied
            if elsewhere := middleware.ask_for_factor(request):
                return elsewhere
            request.passed_the_wall = True  # type: ignore[attr-defined]  # our own mark
            return kept(request, *args, **kwargs)

        return walled

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Lead on: who comes so far is inside."""
        wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
        return redirect(wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else "admin:index")

    def _of_rows_seen(self, request: HttpRequest) -> Q:
        """Return what history must be of, for a promoter's people: their promoters, and the rows that they see in the admin."""
        seen = [desk.get_queryset(request) for desk in self._registry.values() if isinstance(desk, Scoped)]
        return Q(*(("subject_id__in", rows.order_by().values("pk")) for rows in seen), _connector=Q.OR)

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        errands = [errand for room in furnished("errands") for errand in room.errands(request)]
        lines = HistoryEntry.objects.exclude(action="signed_in").order_by("-at", "-id")  # which would fill the page
        if not request.user.has_perm("ticketing.view_historyentry"):
            lines = lines.filter(self._of_rows_seen(request))
        desk = {"errands": errands, "lines": words.told(lines[:12], request), "title": _("Overview")}
        return super().index(request, {**desk, **(extra_context or {})})
