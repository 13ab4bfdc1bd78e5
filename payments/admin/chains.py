"""Which chains money is taken on, and how well they are seen. They are switched by command, once they were compared with the chain."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments import health
from payments.models import Chain, Token
from ticketing.desk import ReadOnly


class Tokens(admin.TabularInline):
    model = Token
    fields = readonly_fields = ("label", "address", "decimals", "accepted")
    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Chain)
class ChainAdmin(ReadOnly):
    list_display = ("name", "number", "state", "read")
    list_filter = ("enabled",)
    ordering = ("position", "number")
    inlines = (Tokens,)
    readonly_fields = ("state", "read")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("cursor")

    @admin.display(description=gettext_lazy("state"))
    def state(self, chain: Chain) -> str:
        if not chain.enabled:
            return format_html('<span class="status">{}</span>', _("switched off"))
        well = health.of(chain, timezone.now()).is_well
        return format_html('<span class="status {}">{}</span>', "ok" if well else "bad", _("seen") if well else _("not seen, not sold"))

    @admin.display(description=gettext_lazy("read"))
    def read(self, chain: Chain) -> str:
        is_read = chain.enabled or Chain.objects.watched().filter(pk=chain.pk).exists()
        return health.of(chain, timezone.now()).says if is_read else "–"
