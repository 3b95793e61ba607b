"""One SELECT by the user over the lake, fenced in.

It reads views, which show nothing of the sealed holdout (`tools.lake.seal`): sealed rows are left out, and their
values are hidden besides, because DuckDB may compute a condition of the query before it leaves a row out, and a
condition that fails tells in its error what it was computed from.

Four fences: the statement must parse to exactly one SELECT whose tables and table functions are on a short list
(checked on DuckDB's own syntax tree); the lake is attached read-only; DuckDB may touch no file outside the lake,
with its configuration locked; time, memory, temporary disk and rows are limited. A query may still use all
processor cores until its time is up, and how long it takes depends on sealed rows too.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from threading import Timer
from typing import Any

import duckdb

from tools.kernel.errors import BadRequest
from tools.lake.engine import LakePlace, attach, new_engine, quoted, tables_of
from tools.lake.seal import SEALED_TABLES, last_open_days, sealed_from, spans
from tools.lake.tables import TABLES

Value = str | int | float | bool | None
Answer = tuple[tuple[str, ...], tuple[tuple[Value, ...], ...], bool]

OPEN = "(seal.symbol IS NULL OR held.ts < seal.sealed_from)"
SHOWN = frozenset({"symbol", "interval", "ts", "source"})
"""How many rows there are of which days is no secret; with these, only the files of a symbol are read."""


def _view(table: str, columns: Iterable[str]) -> str:
    """Return the SELECT of the rows of `table` that may be read."""
    if table not in SEALED_TABLES:
        return f"SELECT * FROM lake.{table}"  # noqa: S608  the names are our own
    named = ", ".join(
        f"held.{name}" if name in SHOWN else f"CASE WHEN {OPEN} THEN held.{name} END AS {name}" for name in columns
    )
    return (
        f"SELECT {named} FROM lake.{table} held "  # noqa: S608
        f"LEFT JOIN temp.main.seal ON seal.symbol = held.symbol WHERE {OPEN}"
    )


VIEWS = {
    **{name: _view(name, table.columns) for name, table in TABLES.items()},
    "symbols": "SELECT symbol, interval, source, min(ts) AS first, max(ts) AS last, count(*) AS rows "
    "FROM lake.bars GROUP BY symbol, interval, source",
}
TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest"})
TELLTALES = frozenset({"stats"})
"""Functions that answer from the statistics of whole columns, sealed rows included."""
SEAL = "CREATE TEMP TABLE seal (symbol VARCHAR, sealed_from TIMESTAMP)"
HINT = f"Write one SELECT over the views {', '.join(list(VIEWS)[:-1])} and {list(VIEWS)[-1]}."
LIMITS = (
    "SET memory_limit = '2GB'",
    "SET max_temp_directory_size = '2GB'",
    "SET python_enable_replacements = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
LARGEST_EXACT_INT = 2**53 - 1


def run_query(place: LakePlace, sql: str, *, row_limit: int, timeout_seconds: float) -> Answer:
    """Return the columns, the first `row_limit` rows and whether there were more. Raises BadRequest."""
    conn = new_engine(place)
    try:
        check(conn, sql)
        _open(conn, place)
        return _answer(conn, sql, row_limit, timeout_seconds)
    finally:
        conn.close()


def _open(conn: duckdb.DuckDBPyConnection, place: LakePlace) -> None:
    attach(conn, place, read_only=True)
    held = tables_of(conn)
    conn.execute(SEAL)
    days = last_open_days(spans(lambda sql, parameters: conn.execute(sql, parameters).fetchall()))
    rest = [(symbol, sealed_from(day)) for symbol, day in days.items()]
    if rest:
        conn.executemany("INSERT INTO seal VALUES (?, ?)", rest)
    for name, select in VIEWS.items():
        conn.execute(f"CREATE VIEW {name} AS {select if name in held or name == 'symbols' else _nothing(name)}")
    conn.execute(f"SET temp_directory = {quoted(place.folder / 'tmp')}")
    conn.execute(f"SET allowed_directories = [{quoted(place.folder)}, {quoted(place.files)}]")
    for statement in LIMITS:
        conn.execute(statement)


def _nothing(table: str) -> str:
    """Return a SELECT of the columns of `table` without rows, for a lake made before there was such a table."""
    columns = (f"NULL::{kind} AS {name}" for name, kind in TABLES[table].columns.items())
    return f"SELECT {', '.join(columns)} WHERE false"


def check(conn: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Raise BadRequest unless `sql` is one SELECT over the views of the lake."""
    try:
        statements = conn.extract_statements(sql)
    except duckdb.Error as error:
        raise _wrong(error) from error
    if not statements:
        raise BadRequest("The query is empty.", hint=HINT)
    if len(statements) != 1:
        raise BadRequest(f"One statement is expected, this is {len(statements)}.", hint=HINT)
    tree: dict[str, Any] = {"error": True}
    if statements[0].type == duckdb.StatementType.SELECT:
        tree = _syntax_tree(conn, sql)
    if tree["error"]:
        raise BadRequest("Only a SELECT is allowed: the lake cannot be changed by a query.", hint=HINT)
    for node, own in _nodes(tree):
        _check_node(node, own)


def _syntax_tree(conn: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    try:
        tree: dict[str, Any] = json.loads(
            conn.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchall()[0][0]
        )
    except (duckdb.Error, RecursionError) as error:
        raise BadRequest("The query is nested too deeply.", hint="Split it, or use WITH.") from error
    return tree


def _check_node(node: dict[str, Any], own: frozenset[str]) -> None:
    kind = node.get("type")
    if kind == "BASE_TABLE":
        _check_table(node, own)
    elif kind == "TABLE_FUNCTION":
        name = str(node["function"]["function_name"])
        if name.lower() not in TABLE_FUNCTIONS:
            raise BadRequest(f"The table function {name!r} is not allowed in a query.", hint=HINT)
    elif kind == "FUNCTION" and str(node.get("function_name")).lower() in TELLTALES:
        raise BadRequest(
            f"The function {node['function_name']!r} is not allowed in a query.", hint="Use min, max and count."
        )


def _check_table(node: dict[str, Any], own: frozenset[str]) -> None:
    place = {str(node.get("catalog_name", "")), str(node.get("schema_name", ""))}
    name = str(node["table_name"])
    if node.get("at_clause"):
        raise BadRequest(
            "A query reads the present.", hint="What was known on a past day: /show_data IBM --as_of=2010-06-30"
        )
    is_view, is_own = name.lower() in VIEWS and place <= {"", "main"}, name.lower() in own and place == {""}
    if not (is_view or is_own):
        raise BadRequest(f"There is no view called {name!r}.", hint=HINT)


def _nodes(tree: Any) -> Iterator[tuple[dict[str, Any], frozenset[str]]]:
    """Yield every object of a JSON tree with the names that WITH gives a meaning there.

    Elsewhere DuckDB takes the same name for a table or a file: a name is not yet known in its own definition, in
    those before it, and in the first part of a recursive one.
    """
    waiting: list[tuple[Any, frozenset[str]]] = [(tree, frozenset())]
    while waiting:
        node, own = waiting.pop()
        if isinstance(node, list):
            waiting.extend((each, own) for each in node)
        elif isinstance(node, dict):
            for entry in _ctes(node):
                waiting.append((entry["value"], own))
                own |= {_plain_name(entry["key"])}
            yield node, own
            again = own | {_plain_name(node["cte_name"])} if node.get("type") == "RECURSIVE_CTE_NODE" else own
            parts = ((name, value) for name, value in node.items() if name != "cte_map")
            waiting.extend((value, again if name == "right" else own) for name, value in parts)


def _ctes(node: dict[str, Any]) -> list[dict[str, Any]]:
    entries = node.get("cte_map", {}).get("map", []) if isinstance(node.get("cte_map"), dict) else []
    return list(entries)


def _plain_name(name: str) -> str:
    """Return the name of a part of the query in lower case. Raises BadRequest where it could be that of a file."""
    if not name.isidentifier():
        raise BadRequest(f"{name!r} cannot be the name of a part of the query.", hint="Use letters, digits and _.")
    return name.lower()


def _answer(conn: duckdb.DuckDBPyConnection, sql: str, row_limit: int, timeout_seconds: float) -> Answer:
    timer = Timer(timeout_seconds, conn.interrupt)
    timer.daemon = True
    timer.start()
    try:
        relation = conn.sql(sql).limit(row_limit + 1)
        columns = tuple(relation.columns)
        rows = relation.fetchall()
    except duckdb.InterruptException as error:
        raise BadRequest(
            f"The query was stopped after {timeout_seconds:g} seconds.",
            hint="Filter by symbol or date, or aggregate.",
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise BadRequest(
            "The query needs too much memory.", hint="Filter by symbol or date, or aggregate."
        ) from error
    except (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException):
        raise
    except duckdb.Error as error:
        raise _wrong(error) from error
    finally:
        timer.cancel()
    shown = tuple(tuple(_plain(value) for value in row) for row in rows[:row_limit])
    return columns, shown, len(rows) > row_limit


def _wrong(error: duckdb.Error) -> BadRequest:
    """Return DuckDB's complaint as one line."""
    text = re.sub(r"\s+", " ", str(error).split("\n\n")[0]).strip()
    return BadRequest(text.rstrip(".") + ".", hint=HINT)


def _plain(value: Any) -> Value:
    """Return a DuckDB value as JSON can hold it: NaN is None, times are ISO 8601, very large integers are text."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= LARGEST_EXACT_INT else str(value)
    if isinstance(value, float | Decimal):
        number = float(value)
        if math.isfinite(number):
            return number
        return None if math.isnan(number) else str(number)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)
