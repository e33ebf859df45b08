"""Sweep: gather what is due, let the core decide, record it; a tick costs what is due, not what is stored."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from deadline_guard.clock import monotonic
from deadline_guard.core.assess import Assessment, assess
from deadline_guard.core.deadlines import State
from deadline_guard.core.escalation import decide
from deadline_guard.core.levels import Crossing
from deadline_guard.core.notices import History, Track
from deadline_guard.core.people import Directory
from deadline_guard.core.stages import closed
from deadline_guard.loop.editing import editable
from deadline_guard.loop.findings import case_findings, poisoned
from deadline_guard.loop.office import Office
from deadline_guard.store import cases, edits, notices, queue
from deadline_guard.store.assessments import AssessmentRow
from deadline_guard.store.cases import Loaded
from deadline_guard.store.columns import dump
from deadline_guard.store.statements import without_collecting

log = logging.getLogger(__name__)
_SET_ASIDE = timedelta(hours=1)  # a case that cannot be decided neither stops the others nor spins
_CHUNK = 1000


def sweep(office: Office, now: datetime) -> Counter[str]:
    """Decide every case that is due at ``now``, then stale ones as long as the budget lasts; return what it did.

    Due cases go first whatever the number of stale ones; among the stale, events and answers go before people
    and calendars, and those before rule changes. A result is stored only if the case has not changed since it
    was read; otherwise the case is still stale and the next round decides it again.
    """
    counts: Counter[str] = Counter()
    with office.store.read() as conn:
        directory = office.directory(conn)
        due = queue.due(conn, now, office.config.daemon.batch)
    while due:
        for start in range(0, len(due), _CHUNK):
            decide_cases(office, due[start : start + _CHUNK], directory, now, counts)
        served = set(due)
        with office.store.read() as conn:
            due = [c for c in queue.due(conn, now, office.config.daemon.batch) if c not in served]
    started, budget = monotonic(), office.config.daemon.stale_budget.total_seconds()
    while True:
        with office.store.read() as conn:
            stale = queue.stale(conn, _CHUNK)
        if not stale:
            break
        decide_cases(office, stale, directory, now, counts)
        if monotonic() - started > budget:
            break
    return counts


def decide_cases(office: Office, ids: Sequence[str], directory: Directory, now: datetime, counts: Counter[str]) -> None:
    """Gather these cases, decide each, and record all results in one transaction."""
    with without_collecting():
        _decide(office, ids, directory, now, counts)


def _decide(office: Office, ids: Sequence[str], directory: Directory, now: datetime, counts: Counter[str]) -> None:
    with office.store.read() as conn:
        loaded = cases.load_cases(conn, ids, known_at=now)
        histories = notices.histories(conn, ids)
    results = []
    for one in loaded.values():
        history = histories.get(one.case.id, History())
        try:
            results.append(_decide_one(office, one, history, directory, now))
        except Exception as error:
            log.exception("case %s cannot be decided; set aside for an hour", one.case.id)
            told = poisoned(one.case, directory, error, now)
            results.append(queue.CaseResult(one.case.id, one.rev, now + _SET_ASIDE, True, (), told))
            counts["failed"] += 1
    shown = editable(office)
    other = _answered(results, loaded, histories) if shown else set()
    with office.store.write() as conn:
        won = queue.store_results(conn, results, now)
        if other & won:
            edits.mark(conn, other & won, shown, now)
    counts["decided"] += len(won)
    counts["overtaken"] += len(results) - len(won)
    counts["notices"] += sum(len(r.notices) for r in results if r.case_id in won)


def _answered(
    results: Sequence[queue.CaseResult], loaded: Mapping[str, Loaded], histories: Mapping[str, History]
) -> set[str]:
    """Return the cases of which sent messages may no longer say how things stand: answered, moved or ended."""
    found = {r.case_id for r in results if loaded[r.case_id].stale == queue.STALE_EVENT}
    for result in results:
        tracks = histories[result.case_id].tracks if result.case_id in histories else {}
        for row in result.assessments:
            before = tracks.get((row.rule, row.cycle))
            if before is not None and (before.due_rev, before.state) != (row.due_rev, row.state):
                found.add(result.case_id)
    return found


def _decide_one(office: Office, one: Loaded, history: History, directory: Directory, now: datetime) -> queue.CaseResult:
    case = one.case
    found, _ = assess(case, office.rulebook, office.calendars, now)
    decision, next_at = decide(case, found, history, office.rulebook, directory, now)
    findings = case_findings(case, found, history, office.rulebook, directory, now)
    wakes = [w for w in (next_at, one.next_known_at) if w is not None]
    by_cycle = {(a.rule.id, a.deadline.cycle): a for a in found}
    changed = []
    for track in decision.tracks:
        name = (track.rule, track.cycle)
        before = history.tracks.get(name)
        if before != track or one.stale is not None:
            same_date = one.stale is None and before is not None and before.due_rev == track.due_rev
            changed.append(assessment_row(track, by_cycle.get(name), office.rulebook.revision, same_date))
    is_open = closed(case, office.rulebook.case_types.get(case.case_type), now) is None
    live = one.next_known_at is not None or is_open or any(_runs(t) for t in decision.tracks)
    return queue.CaseResult(case.id, one.rev, min(wakes, default=None), live, changed, (*decision.notices, *findings))


def _runs(track: Track) -> bool:
    return track.state in (State.OPEN, State.HELD)


def assessment_row(track: Track, found: Assessment | None, revision: str, same_date: bool) -> AssessmentRow:
    """Return what is stored of one cycle; its derivation only when the date is a new one."""
    return AssessmentRow(
        rule=track.rule,
        cycle=track.cycle,
        state=track.state,
        level=track.level,
        step=track.step,
        due_rev=track.due_rev,
        due_on=found.deadline.due_on if found else None,
        due_at=track.due_at,
        owner=track.owner,
        next_at=found.next_at if found else None,
        crossings=_crossings(found.crossings) if found else "[]",
        revision=revision,
        derivation=derivation(found) if found and not same_date else None,
        since=track.since,
        told_since=track.told_since,
    )


@lru_cache(maxsize=16_384)
def _crossings(crossings: tuple[Crossing, ...]) -> str:
    """Return crossings as JSON text; many cases share a day."""
    return dump([(c.at, c.level.word) for c in crossings])


def derivation(found: Assessment) -> str:
    """Return a deadline as the JSON text that proves later how its date was reached."""
    deadline = found.deadline
    return dump(
        {
            "due_on": deadline.due_on,
            "due_at": deadline.due_at,
            "internal_at": deadline.internal_at,
            "version": deadline.version,
            "provisional": list(deadline.provisional),
            "flags": list(deadline.flags),
            "readings": [[r.due_on, str(r.why)] for r in deadline.readings],
            "rule_revision": found.rule.revision,
            "basis": [
                [s.step, s.from_, s.to, s.days, [[k.day, str(k.why)] for k in s.skipped], s.cite]
                for s in deadline.basis
            ],
        }
    )
