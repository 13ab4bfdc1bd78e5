"""Queries that Django writes once for a process. What a crowd asks for takes it longer to say than PostgreSQL to answer."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection, connections, transaction
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import JSONField, QuerySet, Value
from django.db.models.sql import Query, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler
from psycopg.sql import Literal

from .fields import EncryptedTextField

Name = str | tuple[str, int]
Values = Mapping[Name, Any]


class Given(Value):
    """A value that is put in when the query is sent; the first one only says of which type it is."""

    def __init__(self, value: Any, name: Name) -> None:
        super().__init__(value)
        self.name = name

    def as_sql(self, _compiler: Any, _connection: Any) -> tuple[str, Any]:
        return "%s", [self]


@dataclass(frozen=True)
class Written:
    """A statement with everything in it but what is given, so that PostgreSQL can plan it once, too."""

    queryset: QuerySet[Any]
    compiler: SQLCompiler
    sql: str
    names: tuple[Name, ...]

    @cached_property
    def converters(self) -> Any:
        """How columns become values; to ask each column each time takes longer than most rows."""
        return self.compiler.get_converters([column for column, *_ in self.compiler.select or ()])

    @classmethod
    def of(cls, queryset: QuerySet[Any], query: Query) -> "Written":
        compiler = query.get_compiler(queryset.db)
        sql, params = compiler.as_sql()
        shown = tuple("%s" if isinstance(param, Given) else _literal(param, compiler.connection) for param in params)
        return cls(queryset, compiler, sql.replace("%%", "%%%%") % shown, tuple(param.name for param in params if isinstance(param, Given)))

    @contextmanager
    def sent(self, values: Values) -> Iterator[Any]:
        with cursor_of(connections[self.queryset.db]) as cursor:
            cursor.execute(self.sql, [values[name] for name in self.names])
            yield cursor


def cursor_of(connection: Any) -> Any:
    """Return a cursor that sends values beside the statement; where statements are looked at, one that puts them in.

    For statements that are written by hand and sent often.
    """
    usual = connection.cursor()
    if connection.queries_logged:
        return usual
    usual.close()
    return connection.make_cursor(ServerBindingCursor(connection.connection))  # type: ignore[call-arg]  # the stubs know no psycopg 3


def _literal(value: Any, connection: Any) -> str:
    connection.ensure_connection()
    return Literal(value).as_string(connection.connection).replace("%", "%%")


class Prepared:
    """A function that makes a query, called as it is; it runs once for each shape.

    What is passed by position is the shape, and may be branched on. What is passed by name is given anew each time;
    of a tuple, each part. It arrives as a `Given`, which stands in a query wherever a value may, and goes to
    PostgreSQL as it is: no field looks at it.
    """

    def __init__(self, make: Callable[..., Any]) -> None:
        self.make = make
        self._written: dict[Any, Written] = {}

    def __call__(self, *shape: Any, **given: Any) -> Any:
        values = dict(_parts(given))
        key = (shape, tuple(values))
        written = self._written.get(key)
        if written is None:
            written = self._written[key] = self._write(self.make(*shape, **{name: _given(name, value) for name, value in given.items()}))
        return self._send(written, values)

    def _write(self, made: Any) -> Written:
        raise NotImplementedError

    def _send(self, written: Written, values: Values) -> Any:
        raise NotImplementedError


class rows(Prepared):  # noqa: N801  # a decorator
    """Of a function that returns a queryset: return its rows."""

    def _write(self, made: QuerySet[Any]) -> Written:
        return Written.of(made, made.query)

    def _send(self, written: Written, values: Values) -> list[Any]:
        with written.sent(values) as cursor:
            fetched = cursor.fetchall()
        compiler = copy(written.compiler)
        compiler.get_converters = lambda *_, **__: written.converters  # type: ignore[method-assign]
        compiler.execute_sql = lambda *_, **__: [fetched]  # type: ignore[assignment,method-assign]
        found = written.queryset.all()
        found.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
        return list(found)


class change(Prepared):  # noqa: N801  # a decorator
    """Of a function that returns a queryset and what to set in it: change the rows, and return how many."""

    def _write(self, made: tuple[QuerySet[Any], dict[str, Any]]) -> Written:
        queryset, values = made
        for name, value in values.items():
            if isinstance(value, Given) and isinstance(queryset.model._meta.get_field(name), EncryptedTextField | JSONField):
                raise TypeError(f"{name}: what is given goes past the field, which would seal or dump it")
        query: Any = queryset.query.chain(UpdateQuery)
        query.add_update_values(values)
        return Written.of(queryset, query)

    def _send(self, written: Written, values: Values) -> int:
        with transaction.mark_for_rollback_on_error(written.queryset.db), written.sent(values) as cursor:
            return int(cursor.rowcount)


def _parts(given: Mapping[str, Any]) -> Iterator[tuple[Name, Any]]:
    for name, value in given.items():
        parts = [((name, number), part) for number, part in enumerate(value)] if isinstance(value, tuple) else [(name, value)]
        if not parts or any(part is None for _name, part in parts):
            raise TypeError(f"{name}: nothing equals NULL, and nothing is among nothing; make that another shape")
        yield from parts


def _given(name: str, value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(Given(part, (name, number)) for number, part in enumerate(value))
    return Given(value, name)


def forget_plans() -> None:
    """Let PostgreSQL plan anew on this connection: it refuses plans of a table that was changed meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
