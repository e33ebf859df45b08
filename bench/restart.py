"""Three days of downtime over twelve thresholds with 10,000 matters: one summary a person within a minute (journey 7).

The office was awake three days ago and settled everything then; since then nobody was. A tenth was done meanwhile.
Measured on the machine's clock, from the start of the daemon's process (every default job on) to the last of the
summaries that the mail server accepted. Nothing may come beside the summaries but the word to the administrator
that ticks were missed, nobody may get two, and what was done may not stand in them.

Run ``python bench/restart.py [--quick]`` (fewer matters, the same bar).
"""

from __future__ import annotations

import sys
import tempfile
import threading
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parent))

from _office import report
from _sink import Sink
from digests import clock, collected, process, run

from deadline_guard.app import App
from deadline_guard.channels import CHANNELS
from deadline_guard.core.timeline import Case, Timeline
from deadline_guard.loop.deliver import deliver
from deadline_guard.loop.senders import Senders, builder
from deadline_guard.loop.tick import tick
from deadline_guard.store import cases, events
from deadline_guard.store.columns import dump
from deadline_guard.store.statements import fetch

SECONDS_AT_MOST = 60.0
OWNERS = 20
AWAY = timedelta(days=3)
AHEAD = (7, 6, 5, 3, 2, 1, 0, -1, -2)  # due so many days from today: each crosses one threshold or more of twelve
RULES = {
    "t": """
pack: {id: bench, title: {zh: 测量, en: Bench}, revised: 2026-11-21, reviewed: none}
rules:
  - id: bench.set
    title: {zh: 指定期限, en: Date set}
    applies_to: {case_type: bench}
    nature: court_set
    indicator: deadline
    trigger: deadline_set
    date_from: due
    done_by: [deadline_met]
    profile: four
""",
    "profiles": """
profiles:
  four:
    thresholds: [{level: near, when: 7 days before}, {level: urgent, when: 3 days before}, {level: critical, when: 1 day before}]
    tell: {near: [owner], urgent: [owner], critical: [owner], overdue: [owner]}
""",
    "case_types": "case_types:\n  bench: {title: {zh: 测量, en: Bench}, jurisdiction: plain, calendar: plain, zone: UTC}\n",
    "events": """
events:
  deadline_set: {title: {zh: 期限, en: Date}, data: {due: date, what: text}}
  deadline_met: {title: {zh: 完成, en: Done}}
""",
}


def main() -> int:
    count = 2_000 if "--quick" in sys.argv[1:] else 10_000
    with tempfile.TemporaryDirectory(prefix="dg-bench-") as name, Sink(0.0) as sink:
        folder = Path(name)
        config = office(folder, sink.port)
        done = slept(config, count, clock.now() - AWAY)
        before = {m for m, _ in told(config, 0)}
        sink.arrivals()
        started = clock.now().timestamp()
        with process(run(config), folder / "log"):
            arrived = collected(sink, quiet=5.0, until=lambda got: len(got) >= OWNERS)
        seconds = max((a.at for a in arrived), default=float("inf")) - started
        after = told(config, max(before, default=0))
        with closing(App.open(config)) as app, app.store.read() as conn:
            named = fetch(
                conn,
                "SELECT COUNT(*) FROM notice AS n JOIN message_notice AS m ON m.notice_id = n.id "
                "WHERE m.message_id > ? AND n.state = 'sent' AND n.kind <> 'closed' AND n.subject IN (SELECT value FROM json_each(?))",
                (max(before, default=0), dump(done)),
            )[0][0]
    summaries = sum(kind == "summary" for _, kind in after)
    beside = sorted({kind for _, kind in after} - {"summary", "finding"})
    print(f"{count:,} matters of {OWNERS} people, three days without a daemon: {seconds:.1f} s to the last summary")
    return report("restart", {"matters": count, "seconds": round(seconds, 1), "summaries": summaries}, {
        "seconds to the last summary": (f"{seconds:.1f}, at most {SECONDS_AT_MOST:g}", seconds <= SECONDS_AT_MOST),
        "one summary each": (f"{summaries} for {OWNERS}", summaries == OWNERS),
        "nothing beside": (", ".join(beside) or "nothing", not beside),
        "told of what was done": (str(named), named == 0),
    })  # fmt: skip


def office(folder: Path, port: int) -> Path:
    (folder / "rules").mkdir()
    for name, text in RULES.items():
        (folder / "rules" / f"{name}.yaml").write_text(text, encoding="utf-8")
    people = {f"p{i}": {"name": f"P{i}", "channels": {"email": f"p{i}@firm.example"}} for i in range(OWNERS)}
    people["guard"] = {"name": "Guard", "channels": {"email": "guard@firm.example"}}
    roles = {"admin": "guard", "partner": "guard"}
    (folder / "people.yaml").write_text(yaml.safe_dump({"fallback": "guard", "persons": people, "roles": roles}))
    email = {"host": "127.0.0.1", "port": port, "sender": "office@firm.example"}
    config = {
        "database": "office.db", "rules": ["rules"], "shipped_rules": False, "people": "people.yaml", "zone": "UTC",
        "locale": "en", "channels": {"email": email}, "daemon": {"stale_budget": "1 hour"},
    }  # fmt: skip
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    App.open(path, create=True).close()
    return path


def slept(config: Path, count: int, then: datetime) -> list[str]:
    """Record the matters and what was due when the office was last awake; return those that were done since."""
    today, made = (then + AWAY).date(), [f"C{i}" for i in range(count)]
    done = made[::10]
    with closing(App.open(config)) as app:
        with app.store.write() as conn:
            cases.put_cases(conn, [_case(name, i) for i, name in enumerate(made)], then)
            events.record_events(conn, [_due(name, i, then, today) for i, name in enumerate(made)], then)
        app.start()
        tick(app.office, then)
        kept = app.config.channels
        senders = Senders(builder(kept, CHANNELS), 8, 8)
        deliver(app.office, senders, lambda: then, threading.Event())
        senders.close()
        tick(app.office, then)
        met = then + timedelta(days=1)
        with app.store.write() as conn:
            rows = [events.EventRow(name, "deadline_met", met.date().isoformat(), "bench", "2") for name in done]
            events.record_events(conn, rows, met)
    return done


def _case(name: str, place: int) -> Case:
    return Case(name, name, "bench", Timeline(), zone="UTC", owners={"owner": f"p{place % OWNERS}"})


def _due(name: str, place: int, then: datetime, today: date) -> events.EventRow:
    due = (today + timedelta(days=AHEAD[place % len(AHEAD)])).isoformat()
    data = dump({"due": due, "what": "the list"})
    return events.EventRow(name, "deadline_set", (then - AWAY).date().isoformat(), "bench", "1", data=data)


def told(config: Path, since: int) -> list[tuple[int, str]]:
    """Return number and kind of every message sent after the message of that number."""
    with closing(App.open(config)) as app, app.store.read() as conn:
        return [(int(n), str(k)) for n, k in fetch(
            conn, "SELECT id, kind FROM message WHERE id > ? AND state = 'sent' ORDER BY id", (since,)
        )]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
