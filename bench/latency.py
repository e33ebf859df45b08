"""From crossing to committed notice: the daemon beside a job that runs every second (issue 3, must show 7).

300,000 cases asleep; then 200 cases a second cross a threshold, each at its own instant. Ours is the product's
daemon on the machine's clock, which wakes at the earliest instant at which anything is due. The peer, in the same
run on a database of the same size, is APScheduler with one interval job of 1 s that does the same tick. Measured:
the instant after the commit that stored the notice, less the instant of the crossing.

Run ``python bench/latency.py [--quick]`` (fewer cases and seconds, the same bar).
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from apscheduler.schedulers.background import BackgroundScheduler

sys.path.insert(0, str(Path(__file__).parent))

from _office import crowd, report

from deadline_guard.app import App
from deadline_guard.core.timeline import Case, Timeline
from deadline_guard.daemon import Daemon
from deadline_guard.loop import sweep as sweeping
from deadline_guard.store import cases, events
from deadline_guard.store.columns import dump, micros

A_SECOND = 200
RATIO_AT_MOST = 0.15
RULES = """
pack: {id: bench, title: {zh: 测量, en: Bench}, revised: 2026-11-21, reviewed: none}
rules:
  - id: bench.set
    title: {zh: 指定期限, en: Date set}
    applies_to: {case_type: bench}
    nature: court_set
    indicator: deadline
    trigger: deadline_set
    date_from: due
    profile: hour
"""
REST = {
    "profiles": "profiles:\n  hour: {thresholds: [{level: near, when: 1 hours before}], tell: {near: [owner]}}\n",
    "case_types": "case_types:\n  bench: {title: {zh: 测量, en: Bench}, jurisdiction: plain, calendar: plain, zone: UTC}\n",
    "events": "events:\n  deadline_set: {title: {zh: 期限, en: Date}, data: {due: date, what: text}}\n",
}


def main() -> int:
    quick = "--quick" in sys.argv[1:]
    asleep, seconds = (60_000, 6) if quick else (300_000, 15)
    with tempfile.TemporaryDirectory(prefix="dg-bench-") as folder:
        ours = measured(Path(folder) / "ours", asleep, seconds, by_daemon)
        theirs = measured(Path(folder) / "theirs", asleep, seconds, by_interval)
    count = A_SECOND * seconds
    ratio = at(ours, 0.99) / at(theirs, 0.99)
    print(f"{asleep:,} cases asleep, {count:,} crossings, {A_SECOND} a second; milliseconds to the committed notice")
    for name, found in (("daemon", ours), ("1 s job", theirs)):
        shown = "  ".join(f"p{share * 100:g} {at(found, share) * 1e3:7.1f}" for share in (0.5, 0.99, 1.0))
        print(f"  {name:8} {shown}   noticed {len(found):,}")
    figures = {"cases": asleep, "crossings": count, "p99_ms": round(at(ours, 0.99) * 1e3, 1),
               "p99_interval_ms": round(at(theirs, 0.99) * 1e3, 1), "ratio": round(ratio, 3)}  # fmt: skip
    return report(
        "latency",
        figures,
        {
            "p99 to that of a 1 s job": (f"{ratio:.3f}, at most {RATIO_AT_MOST}", ratio <= RATIO_AT_MOST),
            "every crossing noticed": (f"{len(ours):,} of {count:,}", len(ours) == count),
        },
    )


def at(found: list[float], share: float) -> float:
    return found[min(len(found) - 1, int(len(found) * share))]


def measured(folder: Path, asleep: int, seconds: int, run: Callable[[App, threading.Event], None]) -> list[float]:
    """Return the sorted delays, in seconds, of every crossing."""
    app = office(folder)
    crowd(app.office, asleep)
    first = datetime.now(UTC) + timedelta(seconds=3 + seconds * A_SECOND / 1500)  # noqa: TID251
    crossing = prepared(app, first, seconds)
    delays: dict[str, float] = {}
    finished = threading.Event()
    inner = sweeping.decide_cases

    def watched(a: Any, ids: Any, directory: Any, now: datetime, counts: Any) -> None:
        inner(a, ids, directory, now, counts)
        committed = time.time()  # noqa: TID251
        for case in ids:
            if case in crossing and now.timestamp() >= crossing[case]:
                delays.setdefault(case, committed - crossing[case])
        if len(delays) == len(crossing):
            finished.set()

    sweeping.decide_cases = watched
    try:
        if datetime.now(UTC) > first:  # noqa: TID251
            raise SystemExit("the machine was too slow to prepare the crossings in time; run again")
        run(app, finished)
    finally:
        sweeping.decide_cases = inner
    return sorted(delays.values())


def by_daemon(app: App, finished: threading.Event) -> None:
    daemon = Daemon(app)
    thread = threading.Thread(target=daemon.run)
    thread.start()
    finished.wait(120)
    daemon.stop()
    thread.join()


def by_interval(app: App, finished: threading.Event) -> None:
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.add_job(lambda: app.tick(app.clock.now()), "interval", seconds=1, max_instances=1)
    scheduler.start()
    finished.wait(120)
    scheduler.shutdown(wait=True)
    app.close()


def office(folder: Path) -> App:
    """Return an office in a folder of its own; what it decides is recorded and not sent."""
    (folder / "rules").mkdir(parents=True)
    for name, text in {"bench": RULES, **REST}.items():
        (folder / "rules" / f"{name}.yaml").write_text(text, encoding="utf-8")
    person = {"name": "P", "locale": "en", "zone": "UTC", "channels": {"console": "p"}}
    people = {"fallback": "p0", "persons": {f"p{i}": person for i in range(50)}, "roles": {"admin": "p0"}}
    (folder / "people.yaml").write_text(yaml.safe_dump(people), encoding="utf-8")
    config = {
        "database": "bench.db", "rules": ["rules"], "shipped_rules": False, "people": "people.yaml", "zone": "UTC",
        "jobs": {"audit": "off", "sync": "off", "gauges": "off", "morning": "off"}, "go_live": "2100-01-01T00:00:00+00:00",
    }  # fmt: skip
    (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    app = App.open(folder / "config.yaml", create=True)
    app.start()
    return app


def prepared(app: App, first: datetime, seconds: int) -> dict[str, float]:
    """Add and settle the cases that cross from ``first`` on; return the instant of each crossing by case."""
    made, rows, crossing = [], [], {}
    now = app.clock.now()
    for i in range(A_SECOND * seconds):
        name, instant = f"L{i:05}", first + timedelta(seconds=i / A_SECOND)
        crossing[name] = instant.timestamp()
        made.append(Case(name, name, "bench", Timeline(), zone="UTC", owners={"owner": f"p{i % 50}"}, opened_at=now))
        due = (instant + timedelta(hours=1)).isoformat()
        data = dump({"due": due, "what": "bench"})
        rows.append(events.EventRow(name, "deadline_set", now.date().isoformat(), "bench", "1", data=data))
    with app.store.write() as conn:
        cases.put_cases(conn, made, now)
        events.record_events(conn, (r._replace(recorded_at_us=micros(now)) for r in rows), now)
    while app.is_due():
        app.tick(app.clock.now())
    return crossing


if __name__ == "__main__":
    sys.exit(main())
