"""The sales table: what each event has sold, and who owes whom what."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Sum
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from accounts.scoping import TEAM, Scoped
from payments.models import EventSales
from ticketing.desk import ReadOnly
from ticketing.money import written

MONEY = ("gross", "by_hand", "fees", "tax", "refunds", "owed")
PLACES = ("orders", "sold", "given", "held", "used")


@admin.register(EventSales)
class SalesAdmin(ReadOnly, Scoped):
    promoter_path = "promoter"
    may = {"view": TEAM}
    change_list_template = "admin/sales.html"
    list_display = ("title", "promoter", "starts_at", *PLACES, *MONEY)
    search_fields = ("title", "promoter__name")
    ordering = ("-starts_at",)
    list_select_related = ("promoter", "event")
    list_per_page = 50
    show_full_result_count = False
    actions = None

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("promoter", "event")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        answer = super().changelist_view(request, extra_context)
        context = getattr(answer, "context_data", None)
        if context and "cl" in context:
            rows = context["cl"].queryset.order_by()
            names = [(name, self.model._meta.get_field(name).verbose_name) for name in (*PLACES, *MONEY)]
            context["rows"] = [_row(sales, names) for sales in context["cl"].result_list]
            context["heads"] = [label for _name, label in names]
            sums = rows.values("currency").annotate(**{f"all_{name}": Sum(name) for name, _label in names}).order_by("currency")
            context["totals"] = [
                (total["currency"], _cells(lambda name, t=total: t[f"all_{name}"], total["currency"], names)) for total in sums
            ]
            context["explained"] = " ".join(_explained(max((sales.refreshed_at for sales in context["cl"].result_list), default=None)))
        return answer


def _explained(newest: datetime | None) -> Iterator[str]:
    yield gettext("What is left of each paid order after its refunds covers the service fee first; the rest is the promoter's.")
    yield gettext("Money that came to the promoter is not owed again: there the fee is owed to this site, and the figure is below nothing.")
    if newest:
        yield gettext("As of %(at)s.") % {"at": date_format(localtime(newest), "SHORT_DATETIME_FORMAT")}


def _row(sales: EventSales, names: Any) -> dict[str, Any]:
    return {"sales": sales, "cells": _cells(lambda name: getattr(sales, name), sales.currency, names)}


def _cells(value: Any, currency: str, names: Any) -> list[tuple[Any, Any]]:
    return [(label, written(value(name), currency) if name in MONEY else value(name)) for name, label in names]
