"""10,000 deadlines here and as one APScheduler job each in its SQLAlchemy store (issue 3, must show 9).

The same deadlines on both sides, all of them to be warned of at the same instant, on SQLite as each side sets it up
by itself. Theirs, as their documentation shows it: a running BackgroundScheduler, ``SQLAlchemyJobStore(url=...)``,
``add_job`` with a ``DateTrigger`` for each deadline, the job being a function that does next to nothing; only
``misfire_grace_time`` is lifted, because with its default of a second most of the 10,000 would not run at all. Ours:
an import of a file with an event for each of 10,000 cases, the tick that works their deadlines out, and, at the
instant of the warning, the tick that decides them and writes notices and messages.

Measured per deadline: adding (theirs ``add_job``, ours import and first tick) and firing (theirs from the instant
until the last job has run and left the store, ours the second tick). Then 100 deadlines whose instant passed two
seconds before the process started, with the defaults of both.

Bars: add and fire 40 times faster; of the 100 late ones theirs run 0, ours all. The first bar has not been met. Most
of theirs is the disk's, two commits a job against a few for all of ours, so the factor is the disk's too: with 10,000
deadlines 10.0 and 12.4 times where a commit takes 1 ms and nothing else runs (0.42 against 4.20 ms, 0.47 against
5.78), 25.6 times on the same machine with a busy disk (0.87 against 22.3 ms). What is possible at all stands beside
it: the rows that ours leaves (event, derivation, notice, message, ledger), written in one transaction by bare
``sqlite3`` that knows them all beforehand, take 0.08 to 0.09 ms a deadline; 40 times would leave some 0.02 to 0.05 ms
for everything else. So ``_run.py`` leaves this bench out unless it is named, and says so; in CI
``tests/must/test_late_at_start.py`` holds the second bar, with real processes.

Run ``python bench/naive.py [--quick]`` (fewer deadlines).
"""

from __future__ import annotations

import csv
import logging
import sqlite3
import sys
import tempfile
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from time import perf_counter

from apscheduler.events import EVENT_JOB_EXECUTED, EVENT_JOB_MISSED, EVENT_JOB_REMOVED, JobExecutionEvent
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger

sys.path.insert(0, str(Path(__file__).parent))

from _office import CROSSING, START, open_office, report

from deadline_guard.intake.importing import Import, open_table
from deadline_guard.intake.mapping_file import read_mapping
from deadline_guard.intake.plan import Vocabulary
from deadline_guard.intake.rejects import Rejects
from deadline_guard.loop.collector import spare_the_rulebook
from deadline_guard.loop.office import Office
from deadline_guard.loop.tick import tick
from deadline_guard.store.sqlite import WAL_PAGES

RATIO_AT_LEAST = 40.0
LATE = 100
LATE_BY = timedelta(seconds=2)
MAPPING = """\
source: docket
zone: Asia/Shanghai
case: {id: case_id, case_type: {const: civil}, owners: {owner: owner}}
events:
  - {kind: {const: complaint_received}, on: received, identity: [case_id]}
"""


def main() -> int:
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it says of each late job that it is missed
    count = 1_000 if "--quick" in sys.argv[1:] else 10_000
    with tempfile.TemporaryDirectory(prefix="dg-bench-") as name:
        folder = Path(name)
        ours = add_and_fire(folder, count)
        bare = written_bare(folder / "ours.db", folder / "bare.db") / count
        theirs = their_add_and_fire(folder, count)
        late_ours, late_theirs = late(folder), their_late(folder)
    ratio = sum(theirs) / sum(ours)
    print(f"{count:,} deadlines, milliseconds each; apscheduler {version('apscheduler')}, sqlite as each sets it up")
    for who, (add, fire) in (("deadline_guard", ours), ("a job each", theirs)):
        print(f"  {who:15} add {add * 1e3:7.3f}   fire {fire * 1e3:7.3f}   both {(add + fire) * 1e3:7.3f}")
    print(f"  ratio: add {theirs[0] / ours[0]:.1f}, fire {theirs[1] / ours[1]:.1f}, both {ratio:.1f}")
    print(
        f"  bare sqlite3 writes our rows in {bare * 1e3:.3f}: with nothing else to do, {sum(theirs) / bare:.0f} times"
    )
    figures = {
        "deadlines": count, "bare_ms": round(bare * 1e3, 3), "add_ms": round(ours[0] * 1e3, 3), "fire_ms": round(ours[1] * 1e3, 3),
        "their_add_ms": round(theirs[0] * 1e3, 3), "their_fire_ms": round(theirs[1] * 1e3, 3),
        "ratio": round(ratio, 1), "late": late_ours, "their_late": late_theirs,
    }  # fmt: skip
    return report(
        "naive",
        figures,
        {
            "add and fire": (f"{ratio:.1f} times faster, at least {RATIO_AT_LEAST:g}", ratio >= RATIO_AT_LEAST),
            "late by 2 s at start, ours": (f"{late_ours} of {LATE} warned of", late_ours == LATE),
            "late by 2 s at start, theirs": (f"{late_theirs} of {LATE} run, expected 0", late_theirs == 0),
        },
    )


# --- ours ------------------------------------------------------------------------------------------------


def add_and_fire(folder: Path, count: int) -> tuple[float, float]:
    """Return the seconds a deadline takes to be added and to be warned of."""
    office = patient(folder / "ours.db")
    docket = written(folder, count)
    spare_the_rulebook()  # as the daemon does when it starts
    at = [perf_counter()]
    imported(office, docket, count)
    at.append(perf_counter())
    for instant in (START, CROSSING):
        tick(office, instant)
        at.append(perf_counter())
    warned(office, count)
    office.store.close()
    read, settled, fired = ((b - a) / count for a, b in pairwise(at))
    print(
        f"ours, milliseconds a deadline: import {read * 1e3:.3f}, first tick {settled * 1e3:.3f}, the warning {fired * 1e3:.3f}"
    )
    return read + settled, fired


def written_bare(ours: Path, bare: Path) -> float:
    """Return the seconds that bare sqlite3 takes to write every row of ``ours`` into the same tables and indexes."""
    with closing(sqlite3.connect(ours)) as source, closing(sqlite3.connect(bare, isolation_level=None)) as conn:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("PRAGMA synchronous = FULL")
        conn.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")  # as ours
        made = source.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND sql <> ''")
        things = sorted(made.fetchall(), key=lambda thing: thing[0] != "table")
        for _, _, statement in things:
            conn.execute(statement)
        tables = {
            name: source.execute(f'SELECT * FROM "{name}"').fetchall() for kind, name, _ in things if kind == "table"
        }
        started = perf_counter()
        conn.execute("BEGIN IMMEDIATE")
        for name, rows in tables.items():
            if rows:
                conn.executemany(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(rows[0]))})', rows)
        conn.execute("COMMIT")
        return perf_counter() - started


def late(folder: Path) -> int:
    """Return how many of the late deadlines are warned of by an office opened after their instant."""
    office = patient(folder / "late.db")
    imported(office, written(folder, LATE), LATE)
    tick(office, START)
    office.store.close()
    office = patient(folder / "late.db")
    tick(office, CROSSING + LATE_BY)
    found = notices_in(office)
    office.store.close()
    return found


def patient(path: Path) -> Office:
    """Return an office whose first tick settles everything that was imported."""
    return open_office(path, daemon={"stale_budget": "1 hour"})


def written(folder: Path, count: int) -> Path:
    path = folder / f"docket-{count}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("case_id", "received", "owner"))
        out.writerows((f"C{i:06d}", "2026-03-02", f"p{i % 50}") for i in range(count))
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    return path


def imported(office: Office, docket: Path, count: int) -> None:
    plan = read_mapping(docket.parent / "mapping.yaml")
    table = open_table(docket, plan)
    outcome = Import(office.store, table, plan, Vocabulary()).record(START, Rejects(table.header))
    if (outcome.new, outcome.new_cases) != (count, count):
        raise SystemExit(f"the import took {outcome.new} events of {outcome.new_cases} cases; expected {count}")


def notices_in(office: Office) -> int:
    with office.store.read() as conn:
        return int(conn.exec_driver_sql("SELECT COUNT(*) FROM notice WHERE subject LIKE 'C%'").scalar_one())


def warned(office: Office, count: int) -> None:
    """Refuse a run that did not decide everything."""
    found = notices_in(office)
    with office.store.read() as conn:
        written = int(conn.exec_driver_sql("SELECT COUNT(*) FROM message_notice").scalar_one())
    if found != count or written < count:
        raise SystemExit(f"{found} notices in messages {written} times; expected {count}")


# --- theirs ----------------------------------------------------------------------------------------------


def remind(case: str) -> str:
    """The job: what a reminder would have to do comes on top."""
    return case


class Heard:
    """Counts what a scheduler says; ``all_gone`` is set when ``count`` jobs have run, or were missed, and left."""

    def __init__(self, scheduler: BackgroundScheduler, count: int) -> None:
        self.ran = self.missed = self.removed = 0
        self.count, self.all_gone = count, threading.Event()
        self._lock = threading.Lock()
        scheduler.add_listener(self._hear, EVENT_JOB_EXECUTED | EVENT_JOB_MISSED | EVENT_JOB_REMOVED)

    def _hear(self, event: JobExecutionEvent) -> None:
        with self._lock:
            self.ran += event.code == EVENT_JOB_EXECUTED
            self.missed += event.code == EVENT_JOB_MISSED
            self.removed += event.code == EVENT_JOB_REMOVED
            if self.ran + self.missed == self.removed == self.count:
                self.all_gone.set()


def scheduler_on(path: Path, **defaults: object) -> BackgroundScheduler:
    stores = {"default": SQLAlchemyJobStore(url=f"sqlite:///{path}")}
    return BackgroundScheduler(jobstores=stores, job_defaults=defaults, timezone=UTC)


def clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251


def their_add_and_fire(folder: Path, count: int) -> tuple[float, float]:
    """Return the seconds a job takes to be added and to run and leave."""
    scheduler = scheduler_on(folder / "jobs.db", misfire_grace_time=None)
    heard = Heard(scheduler, count)
    scheduler.start()
    one = their_adding(scheduler, 100, clock() + timedelta(days=1)) / 100
    scheduler.remove_all_jobs()
    heard.removed = 0
    instant = clock() + timedelta(seconds=5 + 2 * one * count)
    added = their_adding(scheduler, count, instant)
    if clock() >= instant:
        raise SystemExit("the machine was too slow to add the jobs before they were due; run again")
    time.sleep((instant - clock()).total_seconds())
    started = perf_counter()
    if not heard.all_gone.wait(1800):
        raise SystemExit(f"{heard.ran} of {count} jobs ran within half an hour")
    fired = perf_counter() - started
    scheduler.shutdown()
    if heard.ran != count:
        raise SystemExit(f"{heard.ran} of {count} jobs ran, {heard.missed} were missed")
    return added / count, fired / count


def their_adding(scheduler: BackgroundScheduler, count: int, instant: datetime) -> float:
    started = perf_counter()
    for i in range(count):
        scheduler.add_job("naive:remind", DateTrigger(instant), [f"C{i:06d}"])
    return perf_counter() - started


def their_late(folder: Path) -> int:
    """Return how many of the late jobs a scheduler runs that is started two seconds after their instant."""
    instant = clock() + timedelta(seconds=10)
    before = scheduler_on(folder / "late-jobs.db")
    before.start(paused=True)
    their_adding(before, LATE, instant)
    before.shutdown()
    if clock() >= instant:
        raise SystemExit("the machine was too slow to add the late jobs in time; run again")
    time.sleep(max(0.0, (instant + LATE_BY - clock()).total_seconds()))
    after = scheduler_on(folder / "late-jobs.db")
    heard = Heard(after, LATE)
    after.start()
    if not heard.all_gone.wait(60):
        raise SystemExit(
            f"of {LATE} late jobs {heard.ran} ran and {heard.missed} were missed; the others are still there"
        )
    after.shutdown()
    return heard.ran


if __name__ == "__main__":
    sys.exit(main())
