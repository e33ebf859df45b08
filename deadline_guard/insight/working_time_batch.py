"""Working time for whole columns: the tables of `core.open_table`, read by NumPy.

Arrays are ``int64`` seconds since the epoch, as columns of a replay are; one call may hold millions of
rows. The tables are the scalar code's own, padded and given buckets so narrow that one holds at most one
boundary: the place of an instant is then one gather and one comparison instead of a search.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deadline_guard.core.open_table import OpenTable
from deadline_guard.core.working_time import OfficeTime, WorkingTime

Seconds = NDArray[np.int64]

CHUNK: Final = 16_384
"""Rows at a time: what stays in a core's second-level cache (``../shared/reference/performance.md`` A3)."""

MOST_BUCKETS: Final = 1 << 22


def add_many(time: WorkingTime, starts: ArrayLike, seconds: ArrayLike) -> Seconds:
    """Return `WorkingTime.add_s` of every start with its seconds, or with the one amount for all."""
    start_column, amounts = np.broadcast_arrays(_column(starts), _column(seconds))
    if not isinstance(time, OfficeTime) or not start_column.size:
        return _one_by_one(time.add_s, start_column, amounts)
    table = _table_for(time, start_column, amounts)
    if table is None:
        return _one_by_one(time.add_s, start_column, amounts)
    index = _index(table)
    forward = amounts.strides == (0,) * amounts.ndim and int(amounts.flat[0]) > 0
    return _in_chunks(lambda a, b, out: index.add(a, b, out, forward), start_column, amounts)


def subtract_many(time: WorkingTime, starts: ArrayLike, seconds: ArrayLike) -> Seconds:
    """Return `WorkingTime.subtract_s` of every start with its seconds."""
    return add_many(time, starts, np.negative(_column(seconds)))


def between_many(time: WorkingTime, starts: ArrayLike, ends: ArrayLike) -> Seconds:
    """Return `WorkingTime.between_s` of every start and end."""
    first, last = np.broadcast_arrays(_column(starts), _column(ends))
    if not isinstance(time, OfficeTime) or not first.size:
        return _one_by_one(time.between_s, first, last)
    low, high = min(first.min(), last.min()), max(first.max(), last.max())
    index = _index(time.table(int(low), int(high)))
    return _in_chunks(index.between, first, last)


def is_open_many(time: WorkingTime, instants: ArrayLike) -> NDArray[np.bool_]:
    """Return `WorkingTime.is_open_s` of every instant: a second that is open is a second of working time."""
    column = _column(instants)
    return between_many(time, column, column + 1) > 0


class _Places:
    """Where a value lies in a sorted array: one gather into buckets, one comparison."""

    def __init__(self, sorted_values: list[int], end: int) -> None:
        """Index values up to ``end``; the first of them is the lowest value that may be asked for."""
        self.values = np.array([*sorted_values, np.iinfo(np.int64).max], dtype=np.int64)
        self.low = sorted_values[0]
        gaps = np.diff(self.values[:-1])
        narrowest = int(gaps.min()) if gaps.size else end - self.low
        self.bits = max(narrowest, 1).bit_length() - 1
        count = ((end - self.low) >> self.bits) + 2
        self.buckets: NDArray[np.int64] | None = None
        if count <= MOST_BUCKETS:
            lows = self.low + (np.arange(count, dtype=np.int64) << self.bits)
            self.buckets = np.searchsorted(self.values, lows, side="right") - 1
        self.upper = self.values[1:]

    def of(self, wanted: Seconds) -> NDArray[np.int64]:
        """Return for each value the place of the last entry that is not above it."""
        if self.buckets is None:
            return np.searchsorted(self.values, wanted, side="right") - 1
        place = self.buckets.take((wanted - self.low) >> self.bits)
        place += self.upper.take(place) <= wanted
        return place


class _Index:
    """One table as arrays, with a closed stretch of no length before the first open one."""

    def __init__(self, table: OpenTable) -> None:
        """Copy the lists of a table once."""
        self.ends = np.array([table.low, *table.ends], dtype=np.int64)
        self.shift = np.array([table.low, *table.shift], dtype=np.int64)
        self.instants = _Places([table.low, *table.starts], table.high)
        self.counts = _Places(table.before, table.total)
        self.open_shift = np.array(table.shift, dtype=np.int64)

    def count(self, instants: Seconds) -> Seconds:
        """Return the open seconds of the table before each instant."""
        place = self.instants.of(instants)
        counted = np.minimum(instants, self.ends.take(place))
        counted -= self.shift.take(place)
        return counted

    def add(self, starts: Seconds, amounts: Seconds, out: Seconds, forward: bool) -> None:
        """Write the landing of each row: the earliest for an amount above zero, else the latest."""
        counted = self.count(starts)
        counted += amounts
        # The last open second before an early landing, the first after a late one: stretch of that second.
        second = counted - 1 if forward else counted - (amounts > 0)
        self.open_shift.take(self.counts.of(second), out=out, mode="clip")
        out += counted

    def between(self, starts: Seconds, ends: Seconds, out: Seconds) -> None:
        """Write the open seconds from each start to its end."""
        np.subtract(self.count(ends), self.count(starts), out=out)


@lru_cache(maxsize=32)
def _index(table: OpenTable) -> _Index:
    return _Index(table)


def _table_for(time: OfficeTime, starts: Seconds, amounts: Seconds) -> OpenTable | None:
    """Return a table that holds every start and every landing; None where rows must be judged one by one."""
    low, high = int(starts.min()), int(starts.max())
    table = time.table(low, high)
    least = table.count(low) + min(0, int(amounts.min()))
    most = table.count(high) + max(0, int(amounts.max()))
    if least < 0 or most >= table.total:
        table = _grown(time, table, starts.ravel(), amounts.ravel())
    return None if table.closed_years or not table.starts else table


def _grown(time: OfficeTime, table: OpenTable, starts: Seconds, amounts: Seconds) -> OpenTable:
    """Let the scalar code answer the two rows that land furthest out: it grows the table, or refuses them.

    Working time rises with the instant, so these are the rows with the least and the greatest count. Of equal
    ones the least amount lands latest.
    """
    landing = _index(table).count(starts) + np.clip(amounts, -(1 << 40), 1 << 40)
    low, high = int(starts.min()), int(starts.max())
    for furthest in (landing.min(), landing.max()):
        rows = np.flatnonzero(landing == furthest)
        row = rows[amounts[rows].argmin()]
        reached = time.add_s(int(starts[row]), int(amounts[row]))
        low, high = min(low, reached), max(high, reached)
    return time.table(low, high)


def _in_chunks(rows: Callable[[Seconds, Seconds, Seconds], None], first: Seconds, second: Seconds) -> Seconds:
    out = np.empty(first.shape, dtype=np.int64)
    flat, a, b = out.reshape(-1), first.reshape(-1), second.reshape(-1)
    for place in range(0, flat.size, CHUNK):
        chunk = slice(place, place + CHUNK)
        rows(a[chunk], b[chunk], flat[chunk])
    return out


def _one_by_one(answer: Callable[[int, int], int], first: Seconds, second: Seconds) -> Seconds:
    """Answer rows by the scalar code: a paused clock has tables of its own, closed years an error per row."""
    pairs = zip(first.ravel().tolist(), second.ravel().tolist(), strict=True)
    rows = np.fromiter((answer(a, b) for a, b in pairs), dtype=np.int64, count=first.size)
    return rows.reshape(first.shape)


def _column(values: ArrayLike) -> Seconds:
    """Return whole seconds as ``int64``; raises TypeError for anything that would be rounded."""
    column = np.asarray(values)
    if column.size and column.dtype.kind not in "iu":
        raise TypeError(f"expected whole seconds since the epoch, found an array of {column.dtype}")
    return column.astype(np.int64, copy=False)
