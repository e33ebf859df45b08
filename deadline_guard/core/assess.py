"""Assess: from a case's timeline to deadlines with levels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from deadline_guard.core.calendar import Calendar
from deadline_guard.core.conditions import matches
from deadline_guard.core.deadlines import Deadline, State
from deadline_guard.core.indicators import INDICATORS
from deadline_guard.core.levels import Crossing, crossings, level_at, next_crossing
from deadline_guard.core.rules import Level, Rule, Rulebook
from deadline_guard.core.stages import owner_in_event, owner_role
from deadline_guard.core.timeline import Case


class Assessment(NamedTuple):
    """One cycle of one rule at an instant: its deadline, how bad it is, and when that may change."""

    rule: Rule
    deadline: Deadline
    crossings: tuple[Crossing, ...]
    level: Level
    owner_role: str
    next_at: datetime | None


def assess(
    case: Case, rulebook: Rulebook, calendars: Mapping[str, Calendar], now: datetime
) -> tuple[tuple[Assessment, ...], datetime | None]:
    """Return every cycle of every rule that applies to ``case``, and the next instant at which a level changes."""
    computed: dict[str, tuple[Deadline, ...]] = {}
    found: list[Assessment] = []
    next_at: datetime | None = None
    for rule in _in_order(tuple(applicable(case, rulebook))):
        deadlines = INDICATORS[rule.indicator](rule, case, rulebook, calendars, now, computed)
        computed[rule.id] = deadlines
        for deadline in deadlines:
            one = _assessed(deadline, rule, case, rulebook, calendars, now)
            found.append(one)
            if one.next_at is not None and (next_at is None or one.next_at < next_at):
                next_at = one.next_at
    return tuple(found), next_at


def applicable(case: Case, rulebook: Rulebook) -> Iterator[Rule]:
    """Yield the enabled rules whose conditions the case meets and whose opening event it may have."""
    candidates = rulebook.candidates.get(case.case_type, {})
    seen: set[str] = set()
    for kind in (*case.timeline.by_kind, ""):
        for rule in candidates.get(kind, ()):
            if rule.id not in seen and meets(rule, case):
                seen.add(rule.id)
                yield rule


def meets(rule: Rule, case: Case) -> bool:
    """Return whether the case's attributes are among those the rule applies to."""
    for name, allowed in rule.applies_to.items():
        if name == "case_type":
            continue
        held = case.attributes.get(name)
        if held not in allowed:
            return False
    return not rule.when or matches(rule.when, case.attributes)


def _in_order(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Return the rules with every chained rule after the rule whose end it starts from (cycles: lint refuses)."""
    if all(r.trigger.rule is None and not r.trigger_any for r in rules):
        return rules
    by_id = {r.id: r for r in rules}
    ordered: dict[str, Rule] = {}

    def place(rule: Rule, above: frozenset[str]) -> None:
        for trigger in (rule.trigger, *rule.trigger_any):
            if trigger.rule in by_id and trigger.rule not in above:
                place(by_id[trigger.rule], above | {rule.id})
        ordered.setdefault(rule.id, rule)

    for rule in rules:
        place(rule, frozenset({rule.id}))
    return tuple(ordered.values())


def _assessed(
    deadline: Deadline,
    rule: Rule,
    case: Case,
    rulebook: Rulebook,
    calendars: Mapping[str, Calendar],
    now: datetime,
) -> Assessment:
    role = owner_in_event(rule, case, deadline.cycle) or owner_role(rule, case, rulebook)
    if deadline.state is not State.OPEN:
        return Assessment(rule, deadline, (), Level.OK, role, deadline.changes_at)
    marks = crossings(deadline, rule, case, rulebook, calendars)
    next_at, changes_at = next_crossing(marks, now), deadline.changes_at
    if changes_at is not None and (next_at is None or changes_at < next_at):
        next_at = changes_at
    return Assessment(rule, deadline, marks, level_at(marks, now), role, next_at)
