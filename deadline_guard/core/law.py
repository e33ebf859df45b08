"""Which law counts: jurisdiction, calendar, zone and version of a rule on a case; counting, cached."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from deadline_guard.core.calendar import Calendar
from deadline_guard.core.counting import count
from deadline_guard.core.derivation import Counted
from deadline_guard.core.jurisdictions import jurisdiction as jurisdiction_named
from deadline_guard.core.jurisdictions import overridden, policy_for
from deadline_guard.core.period import Period
from deadline_guard.core.policy import Act, Direction, Policy, Span
from deadline_guard.core.rules import CaseType, Rule, Rulebook, RuleVersion
from deadline_guard.core.timeline import Case

# A firm's own clocks (stages, follow-up) are plain days; they roll only where their rule says so.
OWN_CLOCKS: Final = frozenset({"stage_time", "idle_time", "handling_time"})
_NOT_POLICY: Final = frozenset({"act", "as_of"})


class Law(NamedTuple):
    """The counting law of one rule on one case."""

    jurisdiction: str
    calendar: Calendar
    office: Calendar | None
    zone: str


def law_of(rule: Rule, case: Case, rulebook: Rulebook, calendars: Mapping[str, Calendar]) -> Law:
    """Return the law by which ``rule`` counts on ``case``.

    The calendar is that of the court's seat (the case's own), else the rule's, else the case type's, else the
    jurisdiction's. Raises ValueError for a calendar that is not among ``calendars``.
    """
    case_type = rulebook.case_types.get(case.case_type)
    jurisdiction = rule.jurisdiction or (
        "plain" if rule.indicator in OWN_CLOCKS else case.jurisdiction or _of_type(case_type) or "plain"
    )
    system = jurisdiction_named(jurisdiction)
    named = case.calendar or rule.calendar or (case_type.calendar if case_type else None) or system.calendar
    calendar = calendars.get(named)
    if calendar is None:
        known = ", ".join(sorted(calendars)) or "none"
        raise ValueError(f"calendar {named!r} of rule {rule.id} on case {case.code} is unknown; known are: {known}")
    office = calendars.get(system.office_calendar) if system.office_calendar else None
    return Law(jurisdiction, calendar, office, case.zone)


def _of_type(case_type: CaseType | None) -> str | None:
    return case_type.jurisdiction if case_type else None


def in_force(versions: tuple[RuleVersion, ...], day: date) -> RuleVersion | None:
    """Return the version of a rule's text in force on ``day``; an open end is no end."""
    for version in versions:
        if (version.since is None or version.since <= day) and (version.until is None or day <= version.until):
            return version
    return None


def counted(
    trigger: date | datetime,
    period: Period,
    law: Law,
    version: RuleVersion | None,
    direction: str = "forward",
    excluded: tuple[Span, ...] = (),
) -> Counted:
    """Return the end of a period by this law, with its derivation; ``due_at`` is in UTC.

    Answers are kept: the same dates are asked for again at every look at a case.
    """
    given = version.policy if version else {}
    return _counted(
        trigger,
        period,
        law.jurisdiction,
        _frozen(given) if given else (),
        law.calendar,
        law.office,
        law.zone,
        direction,
        excluded,
    )


@lru_cache(maxsize=8192)
def _counted(
    trigger: date | datetime,
    period: Period,
    jurisdiction: str,
    given: tuple[tuple[str, Any], ...],
    calendar: Calendar,
    office: Calendar | None,
    zone: str,
    direction: str,
    excluded: tuple[Span, ...],
) -> Counted:
    fields = dict(given)
    act = fields.get("act")
    as_of = fields.get("as_of") or (trigger.date() if isinstance(trigger, datetime) else trigger)
    found = count(
        trigger,
        period,
        _policy(jurisdiction, as_of, tuple(item for item in given if item[0] not in _NOT_POLICY)),
        calendar,
        zone=zone,
        direction=Direction(direction),
        act=Act(act) if act else None,
        office_calendar=office,
        excluded=excluded,
    )
    at = found.due_at
    return found if at is None or at.tzinfo is UTC else _in_utc(found, at)


def _in_utc(found: Counted, at: datetime) -> Counted:
    return Counted(found.due, at.astimezone(UTC), found.rolled, found.provisional_because, found.readings, found.basis)


@lru_cache(maxsize=4096)
def _policy(jurisdiction: str, as_of: date, given: tuple[tuple[str, Any], ...]) -> Policy:
    policy = policy_for(jurisdiction, as_of)
    return overridden(policy, dict(given)) if given else policy


def _frozen(given: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted((name, tuple(v) if isinstance(v, list) else v) for name, v in given.items()))
