"""Add 16 business hours 100,000 times: ours beside the libraries that do it, in one run (issue 5, must show 2).

Europe/Berlin, Monday to Friday 09:00 to 17:00, 11 holidays; starts at any second of 2026, in office hours
and out of them. One by one, each candidate takes and gives aware datetimes. In columns, ours takes and
gives ``int64`` seconds, workclock ``datetime64``. Candidates are interleaved, the order turns each round,
figures are medians of 9 of the processor's time, so that neighbours on the machine count as little as
possible. businesstimedelta and pandas are run on fewer starts and compared by their rate.

Run ``python bench/working_time.py [--quick]``; it ends with status 1 below its bars. Ratios travel between
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
from datetime import date, datetime, time, timedelta
from importlib.metadata import version
from operator import truediv
from statistics import median
from time import process_time_ns
from zoneinfo import ZoneInfo

import businesstimedelta
import numpy as np
import pandas as pd
import pytz
import workclock

from deadline_guard.core import working_time
from deadline_guard.core.office_hours import OfficeHours, week_of
from deadline_guard.insight.working_time_batch import add_many

BERLIN = ZoneInfo("Europe/Berlin")
HOLIDAYS = tuple(
    date(2026, month, day)
    for month, day in (
        (1, 1), (4, 3), (4, 6), (5, 1), (5, 14), (5, 25), (10, 3), (12, 24), (12, 25), (12, 26), (12, 31)
    )
)  # fmt: skip
HOURS = 16
ROUNDS = 9
FULL, QUICK = 100_000, 20_000
SLOW_ROWS = 1_000
SEED = 20_261_121

ONE_BY_ONE_AT_MOST = 1.5  # times workclock
BATCH_AT_LEAST = 10  # times faster than workclock's add_many
SLOW_AT_LEAST = 50  # times faster than the pure Python ones


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to get the answers; ``rows`` is how many it is asked for in a round."""

    name: str
    rows: int
    run: Callable[[], object]
    answers: Callable[[object], list[int]]


def main() -> int:
    """Run, print a table and one line of JSON, and return the exit status."""
    rows = QUICK if "--quick" in sys.argv[1:] else FULL
    starts = some_starts(rows)
    candidates = [ours(starts), workclock_one(starts), our_batch(starts), workclock_batch(starts),
                  business_timedelta(starts), pandas_hours(starts)]  # fmt: skip
    agree = agreeing(candidates)
    times = measured(candidates)
    bars = judged(candidates, times, agree)
    report(rows, candidates, {name: median(taken) for name, taken in times.items()}, agree, bars)
    return 0 if all(ok for _, ok in bars.values()) else 1


def some_starts(rows: int) -> list[datetime]:
    """Return instants of 2026 as aware datetimes, a third of them in office hours."""
    rng = random.Random(SEED)
    first = int(datetime(2026, 1, 1, tzinfo=BERLIN).timestamp())
    starts = [datetime.fromtimestamp(first + rng.randrange(350 * 86_400), BERLIN) for _ in range(rows)]
    for place in range(0, rows, 3):
        starts[place] = starts[place].replace(hour=rng.randrange(9, 17))
    return starts


def ours(starts: list[datetime]) -> Candidate:
    clock = our_clock()
    return Candidate("deadline_guard, one by one", len(starts),
                     lambda: [clock.add(start, HOURS * 3600) for start in starts], epochs)  # fmt: skip


def our_batch(starts: list[datetime]) -> Candidate:
    clock, column = our_clock(), np.array(epochs(starts), dtype=np.int64)
    return Candidate("deadline_guard, columns", len(starts),
                     lambda: add_many(clock, column, HOURS * 3600), lambda out: out.tolist())  # fmt: skip


def our_clock() -> working_time.WorkingTime:
    week = week_of({day: [("09:00", "17:00")] for day in ("mon", "tue", "wed", "thu", "fri")})
    return working_time.compile(OfficeHours(BERLIN, week, frozenset(HOLIDAYS)))


def workclock_one(starts: list[datetime]) -> Candidate:
    schedule, amount = workclock_schedule(), timedelta(hours=HOURS)
    return Candidate("workclock, one by one", len(starts),
                     lambda: [schedule.add(start, amount) for start in starts], epochs)  # fmt: skip


def workclock_batch(starts: list[datetime]) -> Candidate:
    schedule, amount = workclock_schedule(), timedelta(hours=HOURS)
    column = np.array(epochs(starts), dtype="datetime64[s]")
    return Candidate("workclock, columns", len(starts), lambda: schedule.add_many(column, amount),
                     lambda out: out.astype("datetime64[s]").astype(np.int64).tolist())  # fmt: skip


def workclock_schedule() -> workclock.Schedule:
    rules = [workclock.WorkDay(time(9), time(17)), workclock.Holidays(HOLIDAYS)]
    return workclock.Schedule(rules, time_zone=BERLIN)


def business_timedelta(starts: list[datetime]) -> Candidate:
    # Beyond its last holiday the library fails with a TypeError; no start here gets that far.
    days = dict.fromkeys(HOLIDAYS, "closed")
    zone = pytz.timezone("Europe/Berlin")  # it knows no other kind of zone
    rules = businesstimedelta.Rules([
        businesstimedelta.WorkDayRule(time(9), time(17), working_days=[0, 1, 2, 3, 4], tz=zone),
        businesstimedelta.HolidayRule(days, tz=zone),
    ])  # fmt: skip
    amount = businesstimedelta.BusinessTimeDelta(rules, hours=HOURS)
    few = starts[:SLOW_ROWS]
    return Candidate("businesstimedelta", len(few),
                     lambda: [(start + amount).astimezone(BERLIN) for start in few], epochs)  # fmt: skip


def pandas_hours(starts: list[datetime]) -> Candidate:
    amount = pd.offsets.CustomBusinessHour(HOURS, start="09:00", end="17:00", holidays=list(HOLIDAYS))
    few = starts[:SLOW_ROWS]
    return Candidate("pandas CustomBusinessHour", len(few),
                     lambda: [(pd.Timestamp(start) + amount).to_pydatetime() for start in few], epochs)  # fmt: skip


def epochs(instants: list[datetime]) -> list[int]:
    return [int(instant.timestamp()) for instant in instants]


def measured(candidates: list[Candidate]) -> dict[str, list[float]]:
    """Return the nanoseconds a row of each candidate, one figure a round."""
    times: dict[str, list[float]] = {candidate.name: [] for candidate in candidates}
    for turn in range(ROUNDS):
        first = turn % len(candidates)
        for candidate in candidates[first:] + candidates[:first]:
            gc.collect()
            before = process_time_ns()
            candidate.run()
            times[candidate.name].append((process_time_ns() - before) / candidate.rows)
    return times


def ratio(times: dict[str, list[float]], slow: Candidate, fast: Candidate) -> float:
    """Return the median over the rounds of how many times longer one takes than the other in the same round."""
    return median(map(truediv, times[slow.name], times[fast.name]))


def agreeing(candidates: list[Candidate]) -> dict[str, int]:
    """Return for each candidate how many of its answers are ours.

    pandas lands on the next opening where 16 hours end at closing time; that instant is counted as ours too.
    """
    clock = our_clock()
    expected = candidates[0].answers(candidates[0].run())
    openings = [clock.next_open_s(instant) for instant in expected]
    agree = {}
    for candidate in candidates:
        answers = candidate.answers(candidate.run())
        also = openings if candidate.name.startswith("pandas") else expected
        agree[candidate.name] = sum(a in (b, c) for a, b, c in zip(answers, expected, also, strict=False))
    return agree


def judged(
    candidates: list[Candidate], times: dict[str, list[float]], agree: dict[str, int]
) -> dict[str, tuple[str, bool]]:
    """Return each bar as its reading and whether it holds."""
    one, peer, column, peer_column, *slow = candidates
    wrong = sum(c.rows - agree[c.name] for c in (peer, column, peer_column))
    beside, columns = ratio(times, one, peer), ratio(times, peer_column, column)
    readings = {
        f"one by one at most {ONE_BY_ONE_AT_MOST} times workclock": (beside, beside <= ONE_BY_ONE_AT_MOST),
        f"columns at least {BATCH_AT_LEAST} times faster than workclock's": (columns, columns >= BATCH_AT_LEAST),
        "answers that differ from workclock: none": (wrong, wrong == 0),
    }
    for candidate in slow:
        faster = ratio(times, candidate, one)
        name = f"one by one at least {SLOW_AT_LEAST} times faster than {candidate.name}"
        readings[name] = (faster, faster >= SLOW_AT_LEAST)
    return {name: (f"{reading:.4g}", ok) for name, (reading, ok) in readings.items()}


def report(
    rows: int,
    candidates: list[Candidate],
    nanos: dict[str, float],
    agree: dict[str, int],
    bars: dict[str, tuple[str, bool]],
) -> None:
    """Print the versions, the table, the bars, and one line for a program."""
    versions = {name: version(name) for name in ("workclock", "businesstimedelta", "pandas", "numpy")}
    versions["python"] = platform.python_version()
    print(f"add {HOURS} business hours, {rows:,} starts, medians of {ROUNDS} interleaved rounds")
    print(", ".join(f"{name} {number}" for name, number in versions.items()))
    print(f"{'':28} {'ns a row':>10} {'x ours':>8} {'rows':>8} {'as ours':>8}")
    ours = nanos[candidates[0].name]
    for c in candidates:
        print(f"{c.name:28} {nanos[c.name]:10,.1f} {nanos[c.name] / ours:8.3g} {c.rows:8,} {agree[c.name]:8,}")
    for name, (reading, ok) in bars.items():
        print(f"{'ok    ' if ok else 'FAILED'} {name}: {reading}")
    line = {"bench": "working_time", "rows": rows, "versions": versions, "ns": nanos, "agree": agree, "bars": bars}
    print(json.dumps(line))


if __name__ == "__main__":
    raise SystemExit(main())
