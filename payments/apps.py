"""How the money arrives."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"
