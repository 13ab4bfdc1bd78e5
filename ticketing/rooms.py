"""The rooms that composite commands and the admin collect: each app may have one of each name."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Literal

from django.apps import apps
from django.utils.module_loading import module_has_submodule


def furnished(room: str) -> Iterator[ModuleType]:
    """Yield each app's module of that name, from the right end of the arrow to the left."""
    for config in apps.get_app_configs():
        if config.module and module_has_submodule(config.module, room) and not config.name.startswith("django."):
            yield import_module(f"{config.name}.{room}")


@dataclass(frozen=True)
class Finding:
    """One line of `doctor`: what was looked at, how it is, and the mend where it is not well."""

    name: str
    state: Literal["pass", "warn", "fail"]
    says: str
    mend: str = ""


@dataclass(frozen=True)
class Errand:
    """Something that waits for a person, and the page where it is settled."""

    says: str
    url: str
    state: Literal["wait", "bad"]


@dataclass(frozen=True)
class Figure:
    """One sample of `/metrics`."""

    name: str
    value: float
    help: str
    kind: Literal["gauge", "counter"] = "gauge"
    labels: tuple[tuple[str, str], ...] = ()
