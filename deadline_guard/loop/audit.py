"""The nightly audit: recompute every live case and compare; what differs is a defect, mended and reported."""

from __future__ import annotations

from datetime import datetime

from deadline_guard.core.assess import assess
from deadline_guard.loop import findings
from deadline_guard.loop.office import Office
from deadline_guard.store import assessments, cases, notices, queue

_CHUNK = 1000


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
        for case_id, one in loaded.items():
            found, _ = assess(one.case, office.rulebook, office.calendars, now)
            said = {(a.rule.id, a.deadline.cycle, a.deadline.state.value, a.deadline.due_at) for a in found}
            kept = {(r.rule, r.cycle, r.state, r.due_at) for r in stored[case_id] if r.state != "gone"}
            if said != kept:
                wrong.append(case_id)
    if wrong:
        with office.store.write() as conn:
            queue.mark_stale(conn, wrong, queue.STALE_PEOPLE, "audit")
            told = findings.finding(
                findings.SYSTEM, findings.AUDIT, now.date().isoformat(), office.directory(conn), now,
                count=len(wrong), first=wrong[:5],
            )  # fmt: skip
            notices.insert(conn, [told], now)
    return wrong
