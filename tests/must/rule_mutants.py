"""One step wrong in one rule: every such mutant of the packs, and whether the rule's own tests notice.

Run it by hand to see what the tests of a pack leave open: ``python -m tests.must.rule_mutants [RULE PREFIX]``.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from deadline_guard.core.assess import assess
from deadline_guard.core.calendar import Calendar
from deadline_guard.core.jurisdictions import overridden, policy_for
from deadline_guard.core.law import OWN_CLOCKS
from deadline_guard.core.period import Period, Unit
from deadline_guard.core.policy import HourPolicy, MonthPolicy, Policy, Roll
from deadline_guard.core.rules import Rule, Rulebook, RuleVersion
from deadline_guard.core.timeline import Event, Timeline
from deadline_guard.paths import rules_dir
from deadline_guard.rulebook import calendars, example_files
from deadline_guard.rulebook.example_files import Example
from deadline_guard.rulebook.examples import book_of, run_one
from deadline_guard.rulebook.load import load_with_places

# The slip of the pen next to each unit. Clear days become working days: "days" may mean clear days anyway.
NEXT_UNIT = {
    Unit.HOURS: Unit.DAYS,
    Unit.DAYS: Unit.WORKING_DAYS,
    Unit.WORKING_DAYS: Unit.DAYS,
    Unit.CLEAR_DAYS: Unit.WORKING_DAYS,
    Unit.WEEKS: Unit.MONTHS,
    Unit.HALF_MONTHS: Unit.MONTHS,
    Unit.MONTHS: Unit.WEEKS,
    Unit.YEARS: Unit.MONTHS,
}
NEXT_ROLL = {
    Roll.FORWARD: Roll.NONE,
    Roll.NONE: Roll.FORWARD,
    Roll.BACKWARD: Roll.NONE,
}
NEXT_MONTH = {
    MonthPolicy.CORRESPONDING: MonthPolicy.END_TO_END,
    MonthPolicy.END_TO_END: MonthPolicy.CORRESPONDING,
    MonthPolicy.MINUS_ONE: MonthPolicy.CORRESPONDING,
}
NEXT_HOUR = {
    HourPolicy.EXACT: HourPolicy.NEXT_FULL_HOUR,
    HourPolicy.NEXT_FULL_HOUR: HourPolicy.EXACT,
    HourPolicy.SKIP_REST_DAYS: HourPolicy.EXACT,
}
WORKING = (Unit.WORKING_DAYS,)  # ends on an open day by construction: there is nothing to roll
IN_MONTHS = (Unit.MONTHS, Unit.YEARS)
DAYS_TRIED = 731  # two years of triggers on either side of a test: holidays, month ends, a leap day


@dataclass(frozen=True)
class Mutant:
    """A rule with one step wrong."""

    rule: Rule
    what: str

    @property
    def name(self) -> str:
        return f"{self.rule.id}: {self.what}"


def mutants(rule: Rule, book: Rulebook) -> Iterator[Mutant]:
    """Yield every rule that differs from this one by one step of a length, a unit, the roll or another policy."""
    for place, version in enumerate(rule.versions):

        def having(other: RuleVersion, place: int = place) -> Rule:
            return replace(rule, versions=(*rule.versions[:place], other, *rule.versions[place + 1 :]))

        named = f"{version.id} " if len(rule.versions) > 1 else ""
        short = _law(rule, version, book).skip_rest_days_up_to
        for field in ("limit", "longstop"):
            for period, what in _periods(getattr(version, field), short):
                changed: Any = {field: period}
                yield Mutant(having(replace(version, **changed)), f"{named}{field} {what}")
        for given, what in _policies(rule, version, book):
            yield Mutant(having(replace(version, policy={**version.policy, **given})), f"{named}{what}")
    for period, what in _periods(rule.trigger.limit):
        yield Mutant(replace(rule, trigger=replace(rule.trigger, limit=period)), f"trigger limit {what}")
    for place, trigger in enumerate(rule.trigger_any):
        for period, what in _periods(trigger.limit):
            others = (*rule.trigger_any[:place], replace(trigger, limit=period), *rule.trigger_any[place + 1 :])
            yield Mutant(replace(rule, trigger_any=others), f"trigger {trigger.event} limit {what}")


def _periods(period: Period | None, short: int = 0) -> Iterator[tuple[Period, str]]:
    """Yield a length with one step wrong; up to ``short`` days it leaves out rest days, so that days are working days."""
    if period is None:
        return
    unit = Unit.WEEKS if _is_short(period, short) else NEXT_UNIT[period.unit]
    wrong: list[Period] = [Period(period.n + 1, period.unit)]
    if period.n >= 1:
        wrong.append(Period(period.n - 1, period.unit))
    if period.n == 0:  # nothing of anything
        unit = period.unit
    with suppress(ValueError):  # a month and a half has no twin in weeks
        wrong.append(Period(period.n, unit))
    for one in wrong:
        if one == period:
            continue
        yield one, f"{period} → {one}"


def _is_short(period: Period, short: int) -> bool:
    return period.unit in (Unit.DAYS, Unit.CLEAR_DAYS) and period.n <= short


def _policies(rule: Rule, version: RuleVersion, book: Rulebook) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield each policy of the counting law that this version rests on, one step further."""
    limits = [version.limit, rule.trigger.limit, *(t.limit for t in rule.trigger_any)]
    units = {limit.unit for limit in limits if limit is not None and limit.n}
    if not units or rule.date_field:
        return
    law = _law(rule, version, book)
    roll = _roll(rule, law, version, units)
    rolls = (
        p for p in limits if p is not None and p.unit not in WORKING and not _is_short(p, law.skip_rest_days_up_to)
    )
    if any(rolls):
        yield {"roll": NEXT_ROLL[roll].value}, f"roll {roll.value} → {NEXT_ROLL[roll].value}"
    if units & set(IN_MONTHS):
        other = NEXT_MONTH[law.month_policy]
        yield {"month_policy": other.value}, f"month_policy {law.month_policy.value} → {other.value}"
    if Unit.HOURS in units:
        hour = NEXT_HOUR[law.hour_policy]
        yield {"hour_policy": hour.value}, f"hour_policy {law.hour_policy.value} → {hour.value}"
    if units - {Unit.HOURS} and law.month_policy is not MonthPolicy.MINUS_ONE:
        first = not law.first_day_counts
        yield {"first_day_counts": first}, f"first_day_counts → {str(first).lower()}"
    for field in ("add_days_before_roll", "add_days_after_roll"):
        days = getattr(law, field)
        if days:
            yield {field: days + 1}, f"{field} {days} → {days + 1}"
            yield {field: days - 1}, f"{field} {days} → {days - 1}"


def _law(rule: Rule, version: RuleVersion, book: Rulebook) -> Policy:
    """Return the counting law that a version has as written."""
    types = [book.case_types[t] for t in rule.applies_to.get("case_type", ()) if t in book.case_types]
    name = rule.jurisdiction or (types[0].jurisdiction if types and rule.indicator not in OWN_CLOCKS else None)
    as_of = version.since or version.until or date(2026, 1, 1)
    given = {k: v for k, v in version.policy.items() if k not in ("act", "as_of")}
    return overridden(policy_for(name or "plain", as_of), given)


def _roll(rule: Rule, law: Policy, version: RuleVersion, units: set[Unit]) -> Roll:
    """Return what happens to a rest day at the end, as this version has it."""
    if rule.direction == "backward":
        roll = law.backward_roll
    else:
        roll = law.hour_roll if units == {Unit.HOURS} else law.roll
    if roll is Roll.FORWARD_IF_AT_COURT_OFFICE:
        return Roll.FORWARD if version.policy.get("act") else Roll.NONE
    return roll


@dataclass
class Found:
    """What a run over the packs found."""

    tried: int
    survivors: list[tuple[Mutant, str]]  # the second: the trigger on which it differs, or "" where it never does

    @property
    def equal(self) -> list[Mutant]:
        return [m for m, differs in self.survivors if not differs]

    @property
    def missed(self) -> list[tuple[Mutant, str]]:
        return [(m, differs) for m, differs in self.survivors if differs]


def hunt(
    book: Rulebook, known: Mapping[str, Calendar], examples: Sequence[Example], prefix: str = "", every: int = 1
) -> Found:
    """Run the tests of each enabled rule against each of its mutants (each ``every``-th: the short form)."""
    by_rule: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_rule[example.rule].append(example)
    found = Found(0, [])
    number = 0
    for rule in book.rules.values():
        if not rule.enabled or not rule.id.startswith(prefix):
            continue
        for mutant in mutants(rule, book):
            number += 1
            if number % every:
                continue
            found.tried += 1
            wrong = book_of(book, mutant.rule)
            if all(run_one(example, wrong, known).passed for example in by_rule[rule.id]):
                found.survivors.append((mutant, differs(rule, mutant, book, known, by_rule[rule.id])))
    return found


def differs(
    rule: Rule, mutant: Mutant, book: Rulebook, known: Mapping[str, Calendar], examples: Sequence[Example]
) -> str:
    """Return the test, and by how many days it must be moved, for which the mutant gives another date."""
    if not examples:
        return "no test at all"
    right, wrong = book_of(book, rule), book_of(book, mutant.rule)
    for example in examples:
        for shift in sorted(range(-DAYS_TRIED, DAYS_TRIED), key=abs):
            case = replace(
                example.case,
                timeline=_moved(example.case.timeline, shift),
                linked={k: tuple(_moved(line, shift) for line in v) for k, v in example.case.linked.items()},
            )
            at = example.at + timedelta(shift)
            dates = [
                [(a.deadline.cycle, a.deadline.due_at) for a in assess(case, one, known, at)[0] if a.rule.id == rule.id]
                for one in (right, wrong)
            ]
            if dates[0] != dates[1]:
                return f"{example.name!r} moved by {shift} days"
    return ""


def _moved(line: Timeline, days: int) -> Timeline:
    step = timedelta(days)

    def moved(event: Event) -> Event:
        at = event.at + step if event.at else None
        return event._replace(on=event.on + step, at=at, recorded_at=event.recorded_at + step)

    return Timeline.of(moved(event) for event in line.events)


def main(prefix: str = "", folder: str = "") -> None:
    rules = Path(folder) if folder else rules_dir()
    known, _ = calendars.load(rules / "calendars")
    loaded = load_with_places([rules], calendars=known)
    if loaded.rulebook is None:
        print(*(p for p in loaded.problems if p.is_error), sep="\n")
        raise SystemExit(1)
    examples, problems = example_files.load(example_files.files(rules), loaded.rulebook, loaded.registry, known)
    print(*problems, sep="\n")
    found = hunt(loaded.rulebook, known, examples, prefix)
    for mutant, difference in found.survivors:
        print(f"{mutant.name}   {'NOT CAUGHT: ' + difference if difference else 'equal on every day tried'}")
    print(f"{found.tried} mutants, {len(found.missed)} not caught, {len(found.equal)} equal")


if __name__ == "__main__":
    main(*sys.argv[1:3])
