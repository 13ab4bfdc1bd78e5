"""Who has which tickets."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name, verbose_name = "orders", _("Orders")
