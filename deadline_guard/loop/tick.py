"""One tick: sweep, findings, compose; what it did and when to wake again is a row of `run`."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from deadline_guard.loop import cron, findings, gauges
from deadline_guard.loop.audit import audit
from deadline_guard.loop.daily_lists import daily_lists
from deadline_guard.loop.mornings import mornings
from deadline_guard.loop.office import Office
from deadline_guard.loop.outbox import fill_outbox
from deadline_guard.loop.seals import seal
from deadline_guard.loop.sweep import sweep
from deadline_guard.store import messages, notices, queue, runs, sources

log = logging.getLogger(__name__)
Job = Callable[[Office, datetime], object]
_BEFORE: Final[Mapping[str, Job]] = {"audit": audit, "sync": lambda office, now: office.sync(now)}
_AFTER: Final[Mapping[str, Job]] = {
    "gauges": gauges.gauges,
    "morning": mornings,
    "daily_list": daily_lists,
}  # they read the levels of this very tick

_LAST: Final[Mapping[str, Job]] = {"seal": seal}  # over everything that this tick decided


def tick(office: Office, now: datetime) -> datetime | None:
    """Do everything that is due at ``now`` except sending, and return the next instant at which anything is.

    A virtual clock is stored before anything is decided at its instant, so that a daemon that restarts never
    stands before a decision that was already made.
    """
    started = office.machine_now()
    if office.config.clock is not None:
        with office.store.write() as conn:
            runs.save_virtual_clock(conn, now)
    with office.store.read() as conn:
        last = runs.last_run(conn)
    downtime = _slept_over(office, last, now)
    counts: Counter[str] = Counter()
    if downtime and last is not None and last.next_at is not None:
        _report_missed(office, last.next_at, now)
    counts.update(_jobs(office, now, _BEFORE))
    counts.update(sweep(office, now))
    counts.update(_jobs(office, now, _AFTER))
    _system_findings(office, now)
    counts.update(_jobs(office, now, _LAST))
    counts.update(fill_outbox(office, now, downtime=downtime))
    with office.store.write() as conn:
        following = next_decision(office, conn, now)
        runs.record_run(conn, runs.Run(started, office.machine_now(), now, following, dict(counts)))
    return following


def next_at(office: Office, conn: Connection, now: datetime) -> datetime | None:
    """Return the earliest instant from ``now`` on at which there is anything to decide or to send."""
    instants = (next_decision(office, conn, now), messages.next_attempt(conn))
    return min((max(at, now) for at in instants if at is not None), default=None)


def next_decision(office: Office, conn: Connection, now: datetime) -> datetime | None:
    """Return the earliest instant from ``now`` on at which a case, a held notice, a job or a source is due."""
    instants = [queue.next_wake(conn), now if queue.has_stale(conn) else None, notices.next_hold(conn)]
    for job, line in _lines(office).items():
        instants.append(cron.due(line, runs.last_fired(conn, job), now, office.config.tz)[1])
    instants.append(findings.stale_sources(sources.sources(conn), office.people, now)[1])
    return min((max(at, now) for at in instants if at is not None), default=None)


def _lines(office: Office) -> dict[str, str]:
    jobs = office.config.jobs
    lines = {"audit": jobs.audit, "morning": jobs.morning}
    if office.config.sources:
        lines["sync"] = jobs.sync
    if gauges.measured(office):
        lines["gauges"] = jobs.gauges
    if jobs.daily_list != cron.OFF:  # else the first tick would count as a run of it
        lines["daily_list"] = jobs.daily_list
    lines["seal"] = jobs.seal
    return lines


def _slept_over(office: Office, last: runs.Run | None, now: datetime) -> bool:
    """Return whether nobody was awake when the last tick said that somebody had to be."""
    if last is None or last.next_at is None:
        return False
    return now - last.next_at > office.config.daemon.downtime_after


def _report_missed(office: Office, should: datetime, now: datetime) -> None:
    with office.store.write() as conn:
        notices.insert(conn, [findings.missed_tick(should, office.directory(conn), now)], now)


def _jobs(office: Office, now: datetime, jobs: Mapping[str, Job]) -> Counter[str]:
    """Run the jobs whose cron line has passed since their last run, each once however many runs were missed."""
    counts: Counter[str] = Counter()
    for job, line in _lines(office).items():
        if job not in jobs:
            continue
        with office.store.read() as conn:
            last = runs.last_fired(conn, job)
        is_due, _ = cron.due(line, last, now, office.config.tz)
        if is_due:
            log.info("job %s", job)
            counts[f"job_{job}"] += 1
            jobs[job](office, now)
        if is_due or last is None:
            with office.store.write() as conn:
                runs.save_fired(conn, job, now)
    return counts


def _system_findings(office: Office, now: datetime) -> None:
    """Record what is wrong with sources; dead channels and given-up messages are found where they happen."""
    with office.store.read() as conn:
        directory = office.directory(conn)
        found, _ = findings.stale_sources(sources.sources(conn), directory, now)
    if found:
        with office.store.write() as conn:
            notices.insert(conn, found, now)
