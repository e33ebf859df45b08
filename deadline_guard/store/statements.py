"""Running statements as the driver knows them: tuples in, tuples out, many at a time."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from deadline_guard.store.columns import dump

Row = tuple[Any, ...]
T = TypeVar("T")

# One statement serves any number of ids, so it is parsed once; `col IN (AMONG)` uses the index of `col`.
AMONG: Final = "SELECT value FROM json_each(?)"
CHUNK: Final = 10_000


def fetch(conn: Connection, statement: str, params: Sequence[Any] = ()) -> list[Row]:
    """Return every row of a query as a tuple."""
    cursor = conn.connection.cursor()
    try:
        cursor.execute(statement, tuple(params))
        return cursor.fetchall()  # type: ignore[return-value]  # sqlite3 gives tuples
    finally:
        cursor.close()


def scalar(conn: Connection, statement: str, params: Sequence[Any] = ()) -> Any:
    """Return the first value of the first row, or None."""
    rows = fetch(conn, statement, params)
    return rows[0][0] if rows else None


def run(conn: Connection, statement: str, params: Sequence[Any] = ()) -> int:
    """Execute one statement; return how many rows it changed."""
    cursor = conn.connection.cursor()
    try:
        cursor.execute(statement, tuple(params))
        return max(cursor.rowcount, 0)
    finally:
        cursor.close()


def run_many(conn: Connection, statement: str, rows: Sequence[Row]) -> None:
    """Execute one statement for every row."""
    if not rows:
        return
    cursor = conn.connection.cursor()
    try:
        cursor.executemany(statement, rows)
    finally:
        cursor.close()


def among(values: Iterable[Any]) -> tuple[str]:
    """Return the parameter for :data:`AMONG`."""
    return (dump(list(values)),)


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Yield lists of at most ``size`` values."""
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk


@contextmanager
def without_collecting() -> Iterator[None]:
    """Put off garbage collection while many values are made that all stay: it would look at each again and again."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def next_id(conn: Connection, table: str) -> int:
    """Return the next free id; safe because only one transaction writes at a time and no row is ever deleted."""
    return int(scalar(conn, f'SELECT COALESCE(MAX(id), 0) + 1 FROM "{table}"'))
