"""The nth working day, n from 1 to 60, from random days: ours beside the libraries, in one run (issue 4, must show 8).

Working days of North Rhine-Westphalia 2020 to 2030. One by one each candidate takes and gives its own kind
of date; ours a `datetime.date`. Candidates are interleaved, the order turns each round, figures are medians of the
processor's time. The slow ones are asked for fewer rows and compared by their rate. The bars are on the
look-up alone; counting with its derivation and whole columns are printed beside it.

Run ``python bench/counting.py [--quick]``; it ends with status 1 below its bars. Ratios travel between
machines, nanoseconds do not.
"""

from __future__ import annotations

import gc
import json
import platform
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version
from statistics import median
from time import process_time_ns

import bizdays
import holidays
import numpy as np
import pandas as pd
from workalendar.europe import NorthRhineWestphalia

from deadline_guard.core.counting import count, count_date, count_dates
from deadline_guard.core.jurisdictions import policy_for
from deadline_guard.core.period import Period, Unit
from deadline_guard.rulebook.calendars import shipped

FIRST, LAST = date(2020, 1, 1), date(2030, 12, 31)
ROUNDS, FULL, QUICK = 9, 100_000, 10_000
SLOW_ROWS = 2_000
SEED = 20_261_121
SLOW_AT_LEAST = 20  # times faster than holidays and workalendar

OURS = shipped()["de-nw"]
LIBRARY = holidays.Germany(subdiv="NW", years=range(FIRST.year, LAST.year + 2))
POLICY = policy_for("plain", FIRST)
REST = sorted(LIBRARY)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to get the answers for the first ``rows`` questions."""

    name: str
    rows: int
    run: Callable[[], list[date]]
    bar: float = 0.0  # ours must be so many times faster; 0: a figure only


def main() -> int:
    """Run, print a table and one line of JSON, and return the exit status."""
    rows = QUICK if "--quick" in sys.argv[1:] else FULL
    asked = questions(rows)
    single, whole = one_by_one(asked), columns(asked)
    candidates = [*single, *whole]
    wrong = differing(single) | differing(whole)
    nanos = measured(candidates)
    held = {c.name: nanos[c.name] / nanos[candidates[0].name] > c.bar for c in candidates if c.bar}
    report(candidates, nanos, wrong, held)
    return 0 if all(held.values()) and not any(wrong.values()) else 1


def differing(candidates: list[Candidate]) -> dict[str, int]:
    """Return for each candidate how many of its answers are not the first one's."""
    expected = candidates[0].run()
    return {c.name: sum(a != b for a, b in zip(c.run(), expected, strict=False)) for c in candidates}


def questions(rows: int) -> list[tuple[date, int]]:
    """Return random days with an n from 1 to 60; every start is a working day, which all libraries agree on."""
    rng = random.Random(SEED)
    span = (LAST - FIRST).days - 120
    days = (FIRST + timedelta(rng.randrange(span)) for _ in iter(int, 1))
    starts = (day for day in days if OURS.is_open(day))
    return [(next(starts), rng.randint(1, 60)) for _ in range(rows)]


def one_by_one(asked: list[tuple[date, int]]) -> list[Candidate]:
    """Return ours first, then the libraries, then ours through the engine."""
    few, all_rows = asked[:SLOW_ROWS], len(asked)
    work, biz = NorthRhineWestphalia(), bizdays.Calendar(REST, ["Saturday", "Sunday"], startdate=FIRST, enddate=LAST)
    busy = np.busdaycalendar(holidays=np.array(REST, dtype="datetime64[D]"))
    scalars = [(np.datetime64(day, "D"), n) for day, n in asked]
    periods = [Period(n, Unit.WORKING_DAYS) for n in range(61)]
    for year in range(FIRST.year, LAST.year + 2):
        work.holidays(year)  # it computes a year once and keeps it
    return [
        Candidate("deadline_guard", all_rows, lambda: [OURS.add_working_days(day, n) for day, n in asked]),
        Candidate(
            "holidays get_nth_working_day",
            len(few),
            lambda: [LIBRARY.get_nth_working_day(day, n) for day, n in few],
            SLOW_AT_LEAST,
        ),
        Candidate("workalendar", len(few), lambda: [work.add_working_days(day, n) for day, n in few], SLOW_AT_LEAST),
        Candidate("bizdays", len(few), lambda: [biz.offset(day, n) for day, n in few], 1),
        Candidate(
            "numpy busday_offset, scalar",
            all_rows,
            lambda: [np.busday_offset(day, n, busdaycal=busy) for day, n in scalars],
            1,
        ),
        Candidate(
            "deadline_guard, any period (count_date)",
            all_rows,
            lambda: [count_date(day, periods[n], POLICY, OURS) for day, n in asked],
        ),
        Candidate(
            "deadline_guard, with derivation (count)",
            len(few),
            lambda: [count(day, periods[n], POLICY, OURS).due_on for day, n in few],
        ),
    ]


def columns(asked: list[tuple[date, int]]) -> list[Candidate]:
    """Return whole columns with one n (30), as figures."""
    starts = [day for day, _ in asked]
    column, busy = (
        np.array(starts, dtype="datetime64[D]"),
        np.busdaycalendar(holidays=np.array(REST, dtype="datetime64[D]")),
    )
    offset, stamps = pd.offsets.CustomBusinessDay(30, calendar=busy), [pd.Timestamp(day) for day in starts[:SLOW_ROWS]]
    thirty = Period(30, Unit.WORKING_DAYS)
    return [
        Candidate("column of 30: deadline_guard", len(starts), lambda: count_dates(starts, thirty, POLICY, OURS)),
        Candidate(
            "column of 30: numpy busday_offset",
            len(starts),
            lambda: list(np.busday_offset(column, 30, busdaycal=busy)),
        ),
        Candidate("column of 30: pandas CustomBusinessDay", len(stamps), lambda: [(s + offset).date() for s in stamps]),
    ]


def measured(candidates: list[Candidate]) -> dict[str, float]:
    """Return the median nanoseconds a row of each candidate."""
    times: dict[str, list[float]] = {candidate.name: [] for candidate in candidates}
    for turn in range(ROUNDS):
        first = turn % len(candidates)
        for candidate in candidates[first:] + candidates[:first]:
            gc.collect()
            before = process_time_ns()
            candidate.run()
            times[candidate.name].append((process_time_ns() - before) / candidate.rows)
    return {name: median(taken) for name, taken in times.items()}


def report(candidates: list[Candidate], nanos: dict[str, float], wrong: dict[str, int], held: dict[str, bool]) -> None:
    """Print what was measured."""
    ours = nanos[candidates[0].name]
    print(f"nth working day, Python {platform.python_version()}, {platform.machine()}: ns a row, times ours")
    for one in candidates:
        bar = f"  bar {one.bar:g}: {'held' if held[one.name] else 'MISSED'}" if one.bar else ""
        print(f"  {one.name:42} {nanos[one.name]:10.0f} {nanos[one.name] / ours:8.1f}  wrong {wrong[one.name]}{bar}")
    versions = {name: version(name) for name in ("holidays", "workalendar", "bizdays", "numpy", "pandas")}
    print(json.dumps({"ns": {k: round(v, 1) for k, v in nanos.items()}, "held": held, "versions": versions}))


if __name__ == "__main__":
    sys.exit(main())
