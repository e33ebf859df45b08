"""The nightly audit: recompute every live case and compare; what differs is a defect, mended and reported."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from deadline_guard.core.assess import assess
from deadline_guard.core.timeline import Answer
from deadline_guard.loop import findings
from deadline_guard.loop.office import Office
from deadline_guard.store import assessments, cases, notices, queue, runs
from deadline_guard.store.assessments import AssessmentRow
from deadline_guard.store.cases import Loaded

_CHUNK = 1000
_RUNS_KEPT = timedelta(days=90)


def audit(office: Office, now: datetime) -> list[str]:
    """Return the ids of cases whose stored state differs from what their timeline says at ``now``.

    Cases that are due or stale at this moment are the sweep's business and left out. A difference is marked for
    the next sweep (class 2) and told to the admin in one finding.
    """
    wrong: list[str] = []
    after = ""
    while True:
        with office.store.read() as conn:
            ids = queue.settled(conn, now, after, _CHUNK)
            if not ids:
                break
            after = ids[-1]
            loaded = cases.load_cases(conn, ids, known_at=now)
            stored = assessments.assessments(conn, ids)
        wrong += [case_id for case_id, one in loaded.items() if _differs(office, one, stored[case_id], now)]
    with office.store.write() as conn:
        runs.forget_runs(conn, now - _RUNS_KEPT)  # a row a minute; what was decided stands in notices and ledger
    if wrong:
        with office.store.write() as conn:
            queue.mark_stale(conn, wrong, queue.STALE_PEOPLE, "audit")
            told = findings.finding(
                findings.SYSTEM, findings.AUDIT, now.date().isoformat(), office.directory(conn), now,
                count=len(wrong), first=wrong[:5],
            )  # fmt: skip
            notices.insert(conn, [told], now)
    return wrong


def _differs(office: Office, one: Loaded, stored: Sequence[AssessmentRow], now: datetime) -> bool:
    """Return whether dates, states or levels differ from the timeline, or the next crossing would be slept through."""
    found, next_at = assess(one.case, office.rulebook, office.calendars, now)
    muted = bool(one.case.timeline.kind(Answer.MUTED.value))  # the stored level waits for the end of the mute
    said = {
        (a.rule.id, a.deadline.cycle, a.deadline.state.value, a.deadline.due_at, not muted and a.level) for a in found
    }
    kept = {(r.rule, r.cycle, r.state, r.due_at, not muted and r.level) for r in stored if r.state != "gone"}
    asleep = next_at is not None and (one.wake_at is None or one.wake_at > next_at)
    return said != kept or asleep
