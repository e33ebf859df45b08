"""A tick among a million cases beside bare sqlite3 that reads and writes the same rows (issue 3, must show 6).

SQLite WAL, synchronous FULL. 1,000 of the cases cross a threshold, 20 events each. The peer, in the same run
and on a copy of the same database: one transaction that reads the same event rows and writes the same rows
that the sweep wrote, taken from it afterwards. Then the empty tick among 1,000,000 and among 100,000.

The ratio is the median of rounds; in each the peer runs right after the sweep, so that both meet the same machine.

Run ``python bench/tick.py [--quick]`` (fewer rounds, the same bars).
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parent))

from _office import CROSSING, crowd, due_cases, open_office, report

from deadline_guard.core.assess import assess
from deadline_guard.core.escalation import decide
from deadline_guard.core.notices import History
from deadline_guard.loop.collector import spare_the_rulebook
from deadline_guard.loop.office import Office
from deadline_guard.loop.sweep import sweep
from deadline_guard.loop.tick import tick
from deadline_guard.store import cases, notices, queue
from deadline_guard.store.sqlite import WAL_PAGES

DUE = 1_000
RATIO_AT_MOST = 3.0
EMPTY_RATIO_AT_MOST = 1.5
GROWING = ("notice", "ledger", "payload")  # tables that the sweep only appends to


def main() -> int:
    quick = "--quick" in sys.argv[1:]
    many, few, rounds, empty_rounds = (1_000_000, 100_000, 7, 200) if quick else (1_000_000, 100_000, 15, 200)
    with tempfile.TemporaryDirectory(prefix="dg-bench-") as folder:
        whole = Path(folder) / "whole.db"
        office = open_office(whole)
        crowd(office, many)
        due_cases(office, DUE)
        commits, parts, ours = [], [], []
        written: dict[str, list[tuple[object, ...]]] = {}
        office.store.close()
        peers = []
        for _ in range(rounds):
            here, there = Path(folder) / "ours.db", Path(folder) / "peer.db"
            copy(whole, here)
            copy(whole, there)
            office = open_office(here)
            took, committed = one_sweep(office)
            ours.append(took)
            commits.append(committed)
            parts.append(one_by_one(office))
            office.store.close()
            written = rows_written(whole, here)
            peers.append(bare(there, written))
        small = Path(folder) / "small.db"
        office = open_office(small)
        crowd(office, few)
        office.store.close()
        empty_few, empty_many = empty_ticks(small, empty_rounds), empty_ticks(whole, empty_rounds)
    ratio = median(mine / theirs for mine, theirs in zip(ours, peers, strict=True))
    empty = empty_many / empty_few
    read, decide_, write = (median(p[i] for p in parts) * 1e6 / DUE for i in range(3))
    rows = sum(map(len, written.values()))
    print(f"{many:,} cases asleep, {DUE:,} due, {rows:,} rows written; versions: sqlite {sqlite3.sqlite_version}")
    print(f"  sweep {median(ours) * 1e3:8.1f} ms   bare sqlite3 {median(peers) * 1e3:8.1f} ms   ratio {ratio:.2f}")
    print("  rounds: " + " ".join(f"{mine / theirs:.2f}" for mine, theirs in zip(ours, peers, strict=True)))
    print(f"  microseconds a case: read {read:.0f}, assess + decide {decide_:.0f}, write {write:.0f}")
    print(f"  empty tick {empty_few * 1e3:.2f} ms at {few:,}, {empty_many * 1e3:.2f} ms at {many:,}, ratio {empty:.2f}")
    figures = {
        "cases": many, "due": DUE, "ratio": round(ratio, 2), "read_us": round(read), "decide_us": round(decide_),
        "write_us": round(write), "commits": median(commits), "empty_ratio": round(empty, 2),
    }  # fmt: skip
    return report(
        "tick",
        figures,
        {
            "sweep to bare sqlite3": (f"{ratio:.2f}, at most {RATIO_AT_MOST}", ratio <= RATIO_AT_MOST),
            "empty tick, ten times the cases": (
                f"{empty:.2f}, at most {EMPTY_RATIO_AT_MOST}",
                empty <= EMPTY_RATIO_AT_MOST,
            ),
            "commits for 1,000 due": (f"{max(commits)}, at most 2", max(commits) <= 2),
        },
    )


def copy(source: Path, target: Path) -> None:
    """Copy a closed database."""
    for suffix in ("-wal", "-shm", ""):
        Path(f"{target}{suffix}").unlink(missing_ok=True)
    shutil.copyfile(source, target)


def one_sweep(office: Office) -> tuple[float, int]:
    """Return how long the sweep of the due cases took and how many transactions wrote."""
    commits = 0
    inner = office.store.write

    def counting():  # type: ignore[no-untyped-def]
        nonlocal commits
        commits += 1
        return inner()

    office.store.write = counting  # type: ignore[method-assign]
    spare_the_rulebook()  # as the daemon does when it starts
    started = perf_counter()
    done = sweep(office, CROSSING)
    took = perf_counter() - started
    office.store.write = inner  # type: ignore[method-assign]
    if done["decided"] != DUE or done["notices"] != DUE:
        raise SystemExit(f"the sweep did not decide what is due: {done}")
    return took, commits


def one_by_one(office: Office) -> tuple[float, float, float]:
    """Return the seconds of reading, of deciding, and of writing the same cases again."""
    ids = [f"D{i:06}" for i in range(DUE)]
    a = perf_counter()
    with office.store.read() as conn:
        loaded = cases.load_cases(conn, ids, known_at=CROSSING)
        histories = notices.histories(conn, ids)
        directory = office.directory(conn)
    b = perf_counter()
    results = []
    for one in loaded.values():
        found, _ = assess(one.case, office.rulebook, office.calendars, CROSSING)
        history = History(histories[one.case.id].tracks, {})
        made, wake = decide(one.case, found, history, office.rulebook, directory, CROSSING)
        results.append(queue.CaseResult(one.case.id, one.rev, wake, True, (), made.notices))
    c = perf_counter()
    with office.store.write() as conn:
        queue.store_results(conn, results, CROSSING)
    return b - a, c - b, perf_counter() - c


def rows_written(before: Path, after: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows that are in ``after`` and were not in ``before``, by table."""
    found: dict[str, list[tuple[object, ...]]] = {}
    with closing(sqlite3.connect(after)) as conn:
        conn.execute("ATTACH ? AS old", (str(before),))
        for table in GROWING:
            found[table] = conn.execute(f"SELECT * FROM main.{table} EXCEPT SELECT * FROM old.{table}").fetchall()
        for table in ("assessment", "ledger_chain"):
            found[table] = conn.execute(f"SELECT * FROM main.{table} EXCEPT SELECT * FROM old.{table}").fetchall()
        found["case"] = conn.execute("SELECT wake_at, live, id, rev FROM \"case\" WHERE id LIKE 'D%'").fetchall()
    wrong = Counter({name: len(rows) for name, rows in found.items() if len(rows) < DUE})
    if wrong:
        raise SystemExit(f"fewer rows than cases: {wrong}")
    return found


def bare(path: Path, written: dict[str, list[tuple[object, ...]]]) -> float:
    """Return how long bare sqlite3 takes to read the events and write these rows in one transaction."""
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("PRAGMA synchronous = FULL")
        conn.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")  # as ours
        conn.execute("PRAGMA foreign_keys = ON")
        started = perf_counter()
        conn.execute("BEGIN IMMEDIATE")
        ids = [
            row[0]
            for row in conn.execute('SELECT id FROM "case" WHERE wake_at <= ?', (int(CROSSING.timestamp() * 1e6),))
        ]
        for start in range(0, len(ids), 500):
            some = ids[start : start + 500]
            marks = ",".join("?" * len(some))
            conn.execute(f"SELECT * FROM event WHERE case_id IN ({marks})", some).fetchall()
        for table in GROWING:
            rows = written[table]
            conn.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)
        for table in ("assessment", "ledger_chain"):
            rows = written[table]
            conn.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)
        conn.executemany('UPDATE "case" SET wake_at = ?, live = ? WHERE id = ? AND rev = ?', written["case"])
        conn.execute("COMMIT")
        return perf_counter() - started


def empty_ticks(path: Path, rounds: int) -> float:
    """Return the median seconds of a tick with nothing due."""
    office = open_office(path)
    now = CROSSING.replace(hour=0, minute=0)
    took = []
    for _ in range(rounds + 10):
        started = perf_counter()
        tick(office, now)
        took.append(perf_counter() - started)
    office.store.close()
    return median(took[10:])


if __name__ == "__main__":
    sys.exit(main())
