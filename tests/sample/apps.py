"""A small app that exists in tests only: one model with a status, one audited table, one task."""

from django.apps import AppConfig


class SampleConfig(AppConfig):
    name = "tests.sample"
    label = "sample"
