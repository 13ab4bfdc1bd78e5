"""Queries that Django writes once for a process. What a crowd asks for takes it longer to say than PostgreSQL to answer."""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import QuerySet, Value
from django.db.models.sql import Query, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler

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
    queryset: QuerySet[Any]
    compiler: SQLCompiler
    sql: str
    params: tuple[Any, ...]

    @classmethod
    def of(cls, queryset: QuerySet[Any], query: Query) -> "Written":
        compiler = query.get_compiler(queryset.db)
        return cls(queryset, compiler, *compiler.as_sql())

    def filled(self, values: Values) -> tuple[Any, ...]:
        return tuple(values[param.name] if isinstance(param, Given) else param for param in self.params)


class Prepared:
    """A function that makes a query, called as it is; it runs once for each shape.

    What is passed by position is the shape, and may be branched on. What is passed by name is given anew each time;
    of a tuple, each part. It arrives as a `Given`, which stands in a query wherever a value may.
    """

    def __init__(self, make: Callable[..., Any]) -> None:
        self.make = make
        self._written: dict[Any, Written] = {}

    def __call__(self, *shape: Any, **given: Any) -> Any:
        values = dict(_parts(given.items()))
        key = (*shape, *values)
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
        compiler = copy(written.compiler)
        compiler.connection = connections[written.queryset.db]  # each thread has its own
        compiler.as_sql = lambda *_, **__: (written.sql, written.filled(values))  # type: ignore[method-assign]
        found = written.queryset.all()
        found.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
        return list(found)


class change(Prepared):  # noqa: N801  # a decorator
    """Of a function that returns a queryset and what to set in it: change the rows, and return how many."""

    def _write(self, made: tuple[QuerySet[Any], dict[str, Any]]) -> Written:
        queryset, values = made
        query: Any = queryset.query.chain(UpdateQuery)
        query.add_update_values(values)
        return Written.of(queryset, query)

    def _send(self, written: Written, values: Values) -> int:
        with connections[written.queryset.db].cursor() as cursor:
            cursor.execute(written.sql, written.filled(values))
            return int(cursor.rowcount)


def _parts(given: Iterable[tuple[str, Any]]) -> Iterable[tuple[Name, Any]]:
    for name, value in given:
        if value is None:
            raise TypeError(f"{name}: nothing equals NULL; make that another shape")
        if isinstance(value, tuple):
            yield from (((name, number), part) for number, part in enumerate(value))
        else:
            yield name, value


def _given(name: str, value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(Given(part, (name, number)) for number, part in enumerate(value))
    return Given(value, name)
