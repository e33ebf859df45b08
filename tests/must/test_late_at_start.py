"""A process that starts two seconds late: a job for each deadline never runs, our daemon warns of every one.

100 deadlines are to be warned of at one instant at which nobody is awake. Two seconds later, or as much later as this
machine is slow, the process starts, with the defaults of each side: APScheduler's misfire grace time of one second
drops every job without a word to anybody.
"""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from deadline_guard.app import App
from deadline_guard.clock import SystemClock
from deadline_guard.core.timeline import Case, Timeline
from deadline_guard.store import cases, events
from deadline_guard.store.columns import dump, micros
from tests.scenarios import disk
from tests.scenarios.disk import Office, until
from tests.servers.smtp_sink import SmtpSink

LATE = 100
LATE_BY = timedelta(seconds=2)

STORE_JOBS = """
import sys
from datetime import datetime
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger

scheduler = BackgroundScheduler(jobstores={"default": SQLAlchemyJobStore(url=sys.argv[1])})
scheduler.start(paused=True)
for n in range(int(sys.argv[3])):
    scheduler.add_job("builtins:len", DateTrigger(datetime.fromisoformat(sys.argv[2])), [str(n)])
print(len(scheduler.get_jobs()))
sys.stdout.flush()
import os
os._exit(0)  # as a machine does that is switched off: nothing runs any more
"""
RUN_JOBS = """
import sys, threading
from apscheduler.events import EVENT_JOB_EXECUTED, EVENT_JOB_MISSED
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler

scheduler = BackgroundScheduler(jobstores={"default": SQLAlchemyJobStore(url=sys.argv[1])})
seen, all_seen = [], threading.Event()

def hear(event):
    seen.append(event.code)
    if len(seen) == int(sys.argv[2]):
        all_seen.set()

scheduler.add_listener(hear, EVENT_JOB_EXECUTED | EVENT_JOB_MISSED)
scheduler.start()
all_seen.wait(120)
scheduler.shutdown()
print(seen.count(EVENT_JOB_EXECUTED), seen.count(EVENT_JOB_MISSED))
"""


def run(program: str, *words: str) -> str:
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def wait_until(instant: datetime) -> None:
    """Come back when the machine's clock has passed an instant."""
    clock = SystemClock()
    while (left := (instant - clock.now()).total_seconds()) > 0:
        time.sleep(left)


def test_a_job_for_each_deadline_never_runs(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'jobs.db'}"
    instant = SystemClock().now() + timedelta(seconds=1)
    assert run(STORE_JOBS, url, instant.isoformat(), str(LATE)) == str(LATE)
    wait_until(instant + LATE_BY)
    assert run(RUN_JOBS, url, str(LATE)) == f"0 {LATE}"


def asleep(office: Office, instant: datetime) -> None:
    """Record a hundred deadlines that are settled and to be warned of at ``instant``, which nobody lives to see."""
    before = instant - timedelta(minutes=10)
    names = [f"L-{n:03}" for n in range(LATE)]
    due = dump({"due": (instant + timedelta(hours=1)).isoformat(), "what": "paper"})
    app = App.open(office.config)
    try:
        app.start()
        with app.store.write() as conn:
            made = (
                Case(n, n, "civil", Timeline(), zone=office.zone, owners={"owner": "zhang"}, opened_at=before)
                for n in names
            )
            cases.put_cases(conn, made, before)
            rows = (events.EventRow(n, "deadline_set", before.date().isoformat(), "t", "1", data=due,
                                    recorded_at_us=micros(before)) for n in names)  # fmt: skip
            events.record_events(conn, rows, before)
        app.tick(before)
        with app.store.read() as conn:
            assert conn.exec_driver_sql("SELECT COUNT(*) FROM notice WHERE subject LIKE 'L-%'").scalar_one() == 0
            wakes = conn.exec_driver_sql('SELECT DISTINCT wake_at FROM "case"').scalars().all()
            assert wakes == [micros(instant)]
    finally:
        app.close()


def test_our_daemon_warns_of_every_one(tmp_path: Path) -> None:
    with SmtpSink() as sink:
        office = disk.make(tmp_path / "office", sink.port)
        profiles = office.folder / "rules" / "profiles.yaml"
        text = profiles.read_text(encoding="utf-8")
        whole = "[{level: near, when: 7 days before}, {level: urgent, when: 3 days before}]"
        assert whole in text
        profiles.write_text(text.replace(whole, "[{level: near, when: 1 hours before}]"), encoding="utf-8")
        instant = SystemClock().now() - timedelta(seconds=1)
        asleep(office, instant)
        wait_until(instant + LATE_BY)
        with office.daemon():
            until(lambda: warned(sink) >= LATE, "a mail about every one", 120)
        assert warned(sink) == LATE


def warned(sink: SmtpSink) -> int:
    """Return of how many cases the owner was told by mail."""
    texts = "\n".join(m.part("text/plain") for m in sink.mails if m.recipients == ("zhang@firm.example",))
    return sum(f"L-{n:03}" in texts for n in range(LATE))
