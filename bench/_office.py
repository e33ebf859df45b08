"""An office for benches: one rule, a crowd of cases asleep, some of them due. No bar of its own."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

from deadline_guard.config import Config
from deadline_guard.core.people import Directory, Person
from deadline_guard.core.period import parse_period
from deadline_guard.core.rules import (
    CaseType,
    Level,
    Profile,
    Rule,
    Rulebook,
    RuleVersion,
    Threshold,
    Trigger,
    When,
    WhenKind,
)
from deadline_guard.core.timeline import Case, Timeline
from deadline_guard.loop.office import Office
from deadline_guard.rulebook import calendars
from deadline_guard.store import Store, cases, events
from deadline_guard.store.columns import dump, micros

START = datetime(2026, 3, 2, tzinfo=UTC)
CROSSING = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)  # 08:30 in Shanghai, seven days before the due date
PROFILE = Profile(
    "bench",
    thresholds=(
        Threshold(Level.NEAR, When(WhenKind.DAYS, Fraction(7))),
        Threshold(Level.URGENT, When(WhenKind.DAYS, Fraction(3))),
    ),
    tell={Level.NEAR: ("owner",)},
)
RULE = Rule(
    "bench.defence", {"zh": "提交答辩状", "en": "Statement of defence"}, "deadline", PROFILE,
    trigger=Trigger("complaint_received"), done_by=("defence_filed",),
    versions=(RuleVersion("1", parse_period("15 days"), basis="bench"),),
)  # fmt: skip


def open_office(path: Path | str, people: int = 50, **config: object) -> Office:
    """Return an office on a database of its own (made if missing)."""
    book = Rulebook(
        {RULE.id: RULE},
        {"civil": CaseType("civil", {}, calendar="cn", jurisdiction="cn-civil")},
        {},
        {"bench": PROFILE},
    )
    persons = {
        f"p{i}": Person(f"p{i}", f"P{i}", "en", "Asia/Shanghai", {"email": f"p{i}@firm.example"}) for i in range(people)
    }
    directory = Directory(persons, {}, "p0", {"admin": "p0"})
    settings = Config(zone="Asia/Shanghai", locale="en", jobs={"audit": "off", "morning": "off"}, **config)  # type: ignore[arg-type]
    return Office(Store.open(path, create=True), settings, book, calendars.shipped(), directory)


def crowd(office: Office, count: int, *, first: int = 0, wake_at: datetime | None = None) -> None:
    """Add ``count`` settled cases that sleep until ``wake_at`` (default: a year on)."""
    at = micros(wake_at or START + timedelta(days=365))
    with office.store.write() as conn:
        cursor = conn.connection.cursor()
        cursor.executemany(
            'INSERT INTO "case" (id, code, title, case_type, attributes, zone, owners, live, wake_at, rev) '
            "VALUES (?, ?, '', 'civil', '{}', 'Asia/Shanghai', ?, 1, ?, 1)",
            ((f"S{i:07}", f"S{i:07}", f'{{"owner":"p{i % 50}"}}', at) for i in range(first, first + count)),
        )
        cursor.close()


def due_cases(office: Office, count: int, kinds: int = 20, prefix: str = "D", on: str = "2026-03-02") -> None:
    """Add cases whose first threshold is crossed at :data:`CROSSING`, with ``kinds`` events each, and settle them."""
    from deadline_guard.loop.sweep import sweep

    made = (
        Case(f"{prefix}{i:06}", f"{prefix}{i:06}", "civil", Timeline(), zone="Asia/Shanghai", owners={"owner": f"p{i % 50}"},
             opened_at=START)
        for i in range(count)
    )  # fmt: skip
    rows = (
        events.EventRow(f"{prefix}{i:06}", "complaint_received" if n == 0 else "note", on, "bench", f"{n}",
                        data=dump({"text": f"entry {n}"}), recorded_at_us=micros(START))
        for i in range(count)
        for n in range(kinds)
    )  # fmt: skip
    with office.store.write() as conn:
        cases.put_cases(conn, made, START)
        events.record_events(conn, rows, START)
    patient = office.config.daemon.model_copy(update={"stale_budget": timedelta(hours=1)})
    office.config = office.config.model_copy(update={"daemon": patient})
    sweep(office, START)


def report(name: str, figures: Mapping[str, object], bars: Mapping[str, tuple[str, bool]]) -> int:
    """Print the bars and one line of JSON; return the exit status."""
    for bar, (words, ok) in bars.items():
        print(f"{'ok  ' if ok else 'FAIL'}  {bar}: {words}")
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    line = {
        "bench": name,
        "commit": done.stdout.strip(),
        "machine": f"{platform.machine()} {platform.python_implementation()} {platform.python_version()}",
        **figures,
        "ok": all(ok for _, ok in bars.values()),
    }
    print(json.dumps(line))
    return 0 if line["ok"] else 1
