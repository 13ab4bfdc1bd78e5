"""Who runs the site, as the pages say it: defaults from the settings, the rest typed by staff."""

import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .bases import Row
from .markdown import to_html
from .querysets import RowQuerySet

FRESH_SECONDS = 60
FIGURES = ("fee_percent", "fee_fixed", "tax_percent")
PAGES = ("help", "terms", "privacy", "imprint")
TITLES = {"help": _("Help"), "terms": _("Terms"), "privacy": _("Privacy"), "imprint": _("Imprint")}


class SiteIdentity(Row):
    """The one row of this table. An empty field falls back: name to the settings, Indonesian texts to English."""

    only = models.BooleanField(default=True, editable=False, unique=True)
    name = models.CharField(_("name"), max_length=60, blank=True)
    logo = models.CharField(
        _("logo"),
        max_length=200,
        blank=True,
        validators=[RegexValidator(r"^/[\w./-]+\.(svg|png|webp)$")],
        help_text=_("An address on this site, such as /static/img/logo.svg"),
    )
    seller = models.CharField(_("seller"), max_length=120, blank=True, help_text=_("The company that sells the tickets."))
    support_email = models.EmailField(_("support e-mail"), blank=True)
    support_phone = models.CharField(_("support phone"), max_length=40, blank=True)
    help_en = models.TextField(_("help, in English"), blank=True)
    help_id = models.TextField(_("help, in Indonesian"), blank=True)
    terms_en = models.TextField(_("terms, in English"), blank=True)
    terms_id = models.TextField(_("terms, in Indonesian"), blank=True)
    privacy_en = models.TextField(_("privacy, in English"), blank=True)
    privacy_id = models.TextField(_("privacy, in Indonesian"), blank=True)
    imprint_en = models.TextField(_("imprint, in English"), blank=True)
    imprint_id = models.TextField(_("imprint, in Indonesian"), blank=True)

    # What promoters without figures of their own charge; like theirs, in the currency of the event.
    fee_percent = models.DecimalField(_("service fee, percent"), max_digits=5, decimal_places=2, default=Decimal(0), db_default=Decimal(0))
    fee_fixed = models.DecimalField(_("service fee, fixed"), max_digits=12, decimal_places=2, default=Decimal(0), db_default=Decimal(0))
    tax_percent = models.DecimalField(_("tax, percent"), max_digits=5, decimal_places=2, default=Decimal(0), db_default=Decimal(0))

    objects = RowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("site identity")
        constraints = [
            models.CheckConstraint(condition=models.Q(only=True), name="one_site_identity"),
            models.CheckConstraint(
                condition=models.Q(fee_percent__gte=0, fee_percent__lte=100, tax_percent__gte=0, tax_percent__lte=100, fee_fixed__gte=0),
                name="site_fees_within_bounds",
                violation_error_message=_("A percentage lies between 0 and 100, and a fee is not less than nothing."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or settings.SITE_NAME


@dataclass(frozen=True)
class Page:
    title: Any
    url: str


class Site:
    """The identity as templates use it."""

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values
        self.mark = hash((settings.SITE_NAME, *sorted(values.items())))  # another one, and the frame is rendered anew
        self.name = values.get("name") or settings.SITE_NAME
        self.logo = values.get("logo", "")
        self.seller = values.get("seller", "")
        self.support_email = values.get("support_email", "")
        self.support_phone = values.get("support_phone", "")
        self.fee_percent, self.fee_fixed, self.tax_percent = (Decimal(values.get(name, 0)) for name in FIGURES)

    @property
    def pages(self) -> list[Page]:
        return [Page(TITLES[slug], reverse("site-page", args=[slug])) for slug in PAGES if self.text(slug)]

    def text(self, slug: str) -> str:
        language = "id" if (get_language() or "").startswith("id") else "en"
        return self._values.get(f"{slug}_{language}") or self._values.get(f"{slug}_en", "")

    def html(self, slug: str) -> SafeString:
        return to_html(self.text(slug))


_known: tuple[float, dict[str, str]] = (0.0, {})


def current() -> Site:
    """Return the identity, asked from the database at most once a minute in each process."""
    global _known
    if time.monotonic() - _known[0] > FRESH_SECONDS or not _known[0]:
        row = SiteIdentity.objects.values().first()
        _known = (time.monotonic(), {name: str(value) for name, value in row.items()} if row else {})
    return Site(_known[1])


def remembered() -> Site:
    """Return what this process knows, for pages that must not ask the database."""
    return Site(_known[1])


def forget() -> None:
    global _known
    _known = (0.0, {})
