"""A cache that forgets everything while Redis is away, instead of failing the page that asked it."""

from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient

from . import hints


class ForgivingClient(RedisCacheClient):
    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        return hints.client()


def _forgiving(name: str, otherwise: Callable[..., Any]) -> None:
    strict = getattr(RedisCacheClient, name)

    def method(self: ForgivingClient, *args: Any, **options: Any) -> Any:
        return hints.ask(lambda _: strict(self, *args, **options), otherwise=otherwise(*args))

    setattr(ForgivingClient, name, method)


_forgiving("get", lambda key, default=None: default)
_forgiving("get_many", lambda keys: {})
_forgiving("has_key", lambda key: False)
for _name in ("add", "touch", "delete"):
    _forgiving(_name, lambda *args: False)
for _name in ("set", "set_many", "delete_many"):
    _forgiving(_name, lambda *args: None)
for _name in ("incr", "clear"):
    _forgiving(_name, lambda *args: 0)


class ForgivingCache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = ForgivingClient
