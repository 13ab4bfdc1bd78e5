"""Buttons on the pages of the admin: each is a door that calls one action.

    @button(_("Refuse"), form=Reason, says=_("The whole team loses its rights at once."), danger=True)
    def refuse(self, request, promoter, *, reason):
        actions.refuse(promoter_id=promoter.pk, reason=reason, by=request.user, at=timezone.now())

A button with a form, or with something to say first, leads to a page of its own; nothing happens before somebody
confirms there. The others are pressed where they stand. A refusal is shown on the button's page, in its own words.
A button that makes another row returns it, and leads there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from .errors import DomainError


class Reason(forms.Form):
    """What a person is told, or what staff will want to know later."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


@dataclass(frozen=True, eq=False)
class Button:
    label: Any
    name: str
    press: Callable[..., Any]
    form: Any
    says: Any
    fits: Callable[[Any], bool]
    permission: str
    danger: bool

    @property
    def at_once(self) -> bool:
        """Whether there is nothing to ask and nothing to warn of: then the object's page has the button itself."""
        return not self.form.base_fields and not self.says

    def may_press(self, desk: Any, request: HttpRequest, row: Model) -> bool:
        """Ask the admin, as Django does for the actions of its lists: permission "change" asks has_change_permission."""
        return bool(getattr(desk, f"has_{self.permission}_permission")(request, row))

    def _route(self, desk: Any) -> str:
        return f"{desk.opts.app_label}_{desk.opts.model_name}_{self.name}"

    def url(self, desk: Any) -> URLPattern:
        @require_http_methods(["GET", "POST"])
        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            return self._page(desk, request, object_id)

        return path(f"<path:object_id>/{self.name.replace('_', '-')}/", desk.admin_site.admin_view(view), name=self._route(desk))

    def where(self, desk: Any, row: Model) -> str:
        return reverse(f"admin:{self._route(desk)}", args=[quote(row.pk)], current_app=desk.admin_site.name)

    def _page(self, desk: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        row = desk.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.may_press(desk, request, row):
            raise PermissionDenied
        now = {name: getattr(row, name, None) for name in self.form.base_fields}
        form = self.form(*((request.POST, request.FILES) if request.method == "POST" else ()), initial=now)
        refusal = None
        if request.method == "POST" and form.is_valid():
            try:
                made = self.press(desk, request, row, **form.cleaned_data)
            except DomainError as refused:
                refusal = refused
            else:
                messages.success(request, _("Done: %(deed)s") % {"deed": self.label})
                return redirect(_after(desk, made or row))
        context = {**desk.admin_site.each_context(request), "title": self.label, "subtitle": str(row), "button": self, "form": form}
        context |= {"refusal": refusal, "opts": desk.opts, "object": row, "back": _after(desk, row)}
        templates = [f"admin/{desk.opts.model_name}_{self.name}.html", "admin/button.html"]  # where the row must be seen beside the form
        return TemplateResponse(request, templates, context, status=refusal.status if refusal else 200)


def _after(desk: Any, row: Model) -> str:
    return reverse(f"admin:{desk.opts.app_label}_{desk.opts.model_name}_change", args=[quote(row.pk)], current_app=desk.admin_site.name)


def button(
    label: Any,
    *,
    form: Any = forms.Form,
    says: Any = "",
    fits: Callable[[Any], bool] = lambda row: True,
    permission: str = "change",
    danger: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a method of an admin a button. `fits` says for which rows it is offered; the action has the last word."""

    def make(press: Callable[..., Any]) -> Callable[..., Any]:
        press.button = Button(label, press.__name__, press, form, says, fits, permission, danger)  # type: ignore[attr-defined]  # ours
        return press

    return make


def buttons_of(desk: type) -> list[Button]:
    """Return the buttons in the order in which they are written, those of base classes first."""
    found = {name: member for parent in reversed(desk.__mro__) for name, member in vars(parent).items()}
    return [member.button for member in found.values() if hasattr(member, "button")]
