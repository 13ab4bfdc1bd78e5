"""What can be attended, and how many places are left."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"
