"""How the money arrives."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name, verbose_name = "payments", _("Money")
