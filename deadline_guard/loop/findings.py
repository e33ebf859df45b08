"""Findings: what would otherwise go wrong in silence, told as ordinary notices to a named person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from deadline_guard.core.assess import Assessment, meets
from deadline_guard.core.instalments import MOST_MONTHS, TOO_LONG
from deadline_guard.core.notices import History, Notice, NoticeKind, Reason
from deadline_guard.core.people import Directory, who
from deadline_guard.core.rules import Level, Rulebook
from deadline_guard.core.stages import closed
from deadline_guard.core.timeline import Case
from deadline_guard.store.sources import Source

SYSTEM = "system"
NO_OWNER = "finding.no_owner"
NO_RULE = "finding.no_rule"
PLAN_TOO_LONG = "finding.plan_too_long"
POISONED = "finding.cannot_decide"
STALE_SOURCE = "finding.stale_source"
SOURCE_FAILED = "finding.source_failed"
DEAD_CHANNEL = "finding.dead_channel"
GAVE_UP = "finding.gave_up"
MISSED_TICK = "finding.missed_tick"
RULES_REFUSED = "finding.rules_refused"
RULES_GONE = "finding.rules_gone"
AUDIT = "finding.audit"
SEAL = "finding.seal"


def finding(
    subject: str,
    rule: str,
    episode: str,
    directory: Directory,
    now: datetime,
    case: Case | None = None,
    told: str = "admin",
    **data: Any,
) -> Notice:
    """Return the notice of one finding to the role ``told``; one ``episode`` of it is told once."""
    to = who(told, case, now, directory)
    return Notice(
        subject=subject, rule=rule, cycle=episode, due_rev=1, kind=NoticeKind.FINDING, level=Level.NEAR, step=1,
        n=1, person=to.person.id, reason=Reason.FINDING, decided_at=now, via=to.path, data=data,
    )  # fmt: skip


def case_findings(
    case: Case,
    assessments: Sequence[Assessment],
    history: History,
    rulebook: Rulebook,
    directory: Directory,
    now: datetime,
) -> tuple[Notice, ...]:
    """Return the findings about one open case: nobody owns it, or no rule watches it; each is told once."""
    if closed(case, rulebook.case_types.get(case.case_type), now) is not None:
        return ()
    found: list[Notice] = []
    owner = case.owners.get("owner")
    if owner is None:
        found.append(finding(case.id, NO_OWNER, "unassigned", directory, now, case, code=case.code))
    elif owner not in directory.persons or not directory.persons[owner].active:
        found.append(finding(case.id, NO_OWNER, f"unknown {owner}", directory, now, case, code=case.code, owner=owner))
    if not assessments and not any(meets(rule, case) for rule in rulebook.by_type.get(case.case_type, ())):
        found.append(
            finding(
                case.id,
                NO_RULE,
                case.case_type,
                directory,
                now,
                case,
                code=case.code,
                case_type=case.case_type,
            )
        )
    for plan in _plans_too_long(assessments):
        told = finding(
            case.id, PLAN_TOO_LONG, plan, directory, now, case, "compliance", code=case.code, months=MOST_MONTHS
        )
        found.append(told)
    return tuple(n for n in found if (n.rule, n.cycle) not in history.told)


def _plans_too_long(assessments: Sequence[Assessment]) -> list[str]:
    """Return the instalment plans that run longer than may be agreed, each once."""
    flagged = (a.deadline.cycle for a in assessments if TOO_LONG in a.deadline.flags)
    return list(dict.fromkeys(cycle.rpartition("/")[0] for cycle in flagged))


def poisoned(case: Case, directory: Directory, error: Exception, now: datetime) -> tuple[Notice, ...]:
    """Return the finding that a case cannot be decided; once a day while it lasts."""
    episode = now.date().isoformat()
    words = f"{type(error).__name__}: {error}"
    return (finding(case.id, POISONED, episode, directory, now, None, code=case.code, error=words[:300]),)


def stale_sources(
    sources: Sequence[Source], directory: Directory, now: datetime
) -> tuple[list[Notice], datetime | None]:
    """Return a finding for every source older than its ``expect_every``, and when the next one would be."""
    found: list[Notice] = []
    wakes: list[datetime] = []
    for source in sources:
        every, seen = source.expect_every, source.last_seen_at
        if every is None or seen is None:
            continue
        if source.late(now):
            found.append(
                finding(
                    f"source:{source.name}",
                    STALE_SOURCE,
                    seen.isoformat(),
                    directory,
                    now,
                    source=source.name,
                    since=seen.isoformat(),
                    every=str(every),
                )
            )
        else:
            wakes.append(seen + every + timedelta(seconds=1))
    return found, min(wakes, default=None)


def missed_tick(last_next_at: datetime, directory: Directory, now: datetime) -> Notice:
    """Return the finding that the daemon slept past the instant at which it should have woken."""
    return finding(
        SYSTEM,
        MISSED_TICK,
        last_next_at.isoformat(),
        directory,
        now,
        since=last_next_at.isoformat(),
        until=now.isoformat(),
    )
