"""How the database does what it is asked: plans of statements, at a size at which a scan would show."""

import json
import re
from itertools import count

from django.db import connection
from django.test.utils import CaptureQueriesContext


def clone(model, *, times, letter="A", **changes):
    """Have the database make most of the rows: the same ones again, but for these changes, as SQL.

    In them, `n` counts up for each row, and `{letter}` keeps apart what is cloned twice.
    """
    columns = [field.column for field in model._meta.concrete_fields if not field.generated]
    chosen = [changes.get(column, f'"{column}"').replace("{letter}", letter) for column in columns]
    names, table = ", ".join(f'"{column}"' for column in columns), model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {', '.join(chosen)} FROM {table}, generate_series(1, {times}) AS n")


def asked_by(deed):
    """Return the statements by which the deed looks for something, as they were sent."""
    with CaptureQueriesContext(connection) as captured:
        deed()
    return [query["sql"] for query in captured if query["sql"].startswith(("SELECT", "WITH"))]


def explained(statement):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")
        found = cursor.fetchone()[0]
    return (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]


def explained_for_any(statement):
    """Return the plan for whatever values are given: what PostgreSQL settles on for a prepared statement."""
    numbers = count(1)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (GENERIC_PLAN, FORMAT JSON) " + re.sub("%s", lambda _: f"${next(numbers)}", statement))
        found = cursor.fetchone()[0]
    return (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]


def nodes(plan):
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def whole_tables(plan, tables):
    return [node["Relation Name"] for node in nodes(plan) if node["Node Type"] == "Seq Scan" and node["Relation Name"] in tables]


def looked_at(plan, tables):
    """Return how many rows of these tables were fetched, those that did not fit included."""
    fetched = 0
    for node in nodes(plan):
        if node.get("Relation Name") in tables:
            seen = node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
            fetched += round(seen * node["Actual Loops"])
    return fetched


def blocks(plan):
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
