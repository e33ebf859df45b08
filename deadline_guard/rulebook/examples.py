"""Running rule tests: one rule on one case at one instant gives exactly the deadlines that are expected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from deadline_guard.core.arrears import arrears
from deadline_guard.core.assess import Assessment, assess, meets
from deadline_guard.core.calendar import Calendar
from deadline_guard.core.deadlines import Deadline, State
from deadline_guard.core.instants import day_ends, zone_of
from deadline_guard.core.rules import Rule, Rulebook
from deadline_guard.core.text import Text
from deadline_guard.rulebook.example_files import SOURCE, Example
from deadline_guard.rulebook.problems import Mark


@dataclass(frozen=True, slots=True)
class Miss:
    """One thing that is not as expected."""

    mark: Mark
    field: str
    expected: str
    got: str
    hint: Text = Text("")  # noqa: RUF009  (immutable)


@dataclass(frozen=True, slots=True)
class Result:
    """What a test gave: the deadlines in order of due, and every difference (none: it passed)."""

    example: Example
    found: tuple[Assessment, ...]
    misses: tuple[Miss, ...]

    @property
    def passed(self) -> bool:
        """Return whether everything was as expected."""
        return not self.misses


def run(examples: Iterable[Example], rulebook: Rulebook, calendars: Mapping[str, Calendar]) -> list[Result]:
    """Run tests against a rulebook that knows all their rules, each rule alone with those it is chained to."""
    books: dict[str, Rulebook] = {}
    results = []
    for example in examples:
        if example.rule not in books:
            books[example.rule] = book_of(rulebook, rulebook.rules[example.rule])
        results.append(run_one(example, books[example.rule], calendars))
    return results


def book_of(rulebook: Rulebook, rule: Rule) -> Rulebook:
    """Return a rulebook of this rule and those it starts from, switched on: a rule is tested before it is used."""
    kept: dict[str, Rule] = {}
    waiting = [rule]
    while waiting:
        one = waiting.pop()
        kept[one.id] = replace(one, enabled=True)
        names = (t.rule for t in (one.trigger, *one.trigger_any) if t.rule)
        waiting += [rulebook.rules[name] for name in names if name in rulebook.rules and name not in kept]
    return replace(rulebook, rules=kept)


def run_one(example: Example, book: Rulebook, calendars: Mapping[str, Calendar]) -> Result:
    """Run one test against the rulebook of :func:`book_of`."""
    try:
        assessed, _ = assess(example.case, book, calendars, example.at)
    except ValueError as error:  # a calendar that nobody knows, a length that cannot be counted
        return Result(example, (), (Miss(example.mark("rule"), "rule", "an answer", f"an error: {error}"),))
    found = [a for a in assessed if a.rule.id == example.rule]
    found.sort(key=lambda a: (a.deadline.due_at, a.deadline.cycle))
    misses: list[Miss] = []
    if len(found) != len(example.expect):
        misses.append(_number(example, found, book))
    for place, (expected, one) in enumerate(zip(example.expect, found, strict=False)):
        for field, wanted in expected.items():
            got = _bucket(one, example, wanted) if field == "bucket" else _got(field, one)
            if not _same(field, wanted, got, one.deadline):
                mark = example.mark("expect", place, field)
                misses.append(Miss(mark, field, _written(wanted, one.deadline), _written(got, one.deadline)))
    return Result(example, tuple(found), tuple(misses))


def _number(example: Example, found: list[Assessment], book: Rulebook) -> Miss:
    """Say how many deadlines there are; where there is none at all, the attribute that stands in the way."""
    got = f"{len(found)}: {', '.join(a.deadline.due_on.isoformat() for a in found)}" if found else "none"
    rule = book.rules[example.rule]
    hint = Text("")
    if not found and not meets(rule, example.case):
        for name, allowed in rule.applies_to.items():
            held = example.case.attributes.get(name)
            if held not in allowed:
                listed = ", ".join(map(str, allowed))
                has = Text("has none", "没有该属性") if held is None else Text(f"has {held}", f"为 {held}")
                hint = Text(
                    f"the rule applies to {name}: {listed}; the case {has}",
                    f"该规则适用于 {name}:{listed};案件{has.zh}",
                )
    return Miss(example.mark("expect"), "deadlines", str(len(example.expect)), got, hint)


def _got(field: str, one: Assessment) -> Any:
    """Return what a field of an expectation is called in the core."""
    deadline = one.deadline
    if field == "due":
        return due(deadline)
    if field == "level":
        return one.level.word if deadline.state is State.OPEN else "ok"
    if field == "state":
        return deadline.state.value
    if field == "provisional":
        return bool(deadline.provisional)
    if field == "cycle":
        return deadline.cycle.removeprefix(f"{SOURCE}:")
    if field == "readings":
        return sorted(r.due_on for r in deadline.readings)
    if field == "flags":
        return list(deadline.flags)
    return getattr(deadline, field)


def _bucket(one: Assessment, example: Example, wanted: Any) -> str | None:
    """Return the name of a debt's bucket, in the language in which it is expected."""
    bucket = arrears(one.deadline, one.rule, example.case, example.at).data["bucket"]
    if bucket is None:
        return None
    return str(wanted) if wanted in bucket.label.values() else " / ".join(bucket.label.values())


def due(deadline: Deadline) -> date | datetime:
    """Return the last day of a limit in days, the instant of one in hours."""
    if deadline.due_at == day_ends(deadline.due_on, deadline.zone):
        return deadline.due_on
    return deadline.due_at.astimezone(zone_of(deadline.zone))


def _same(field: str, wanted: Any, got: Any, deadline: Deadline) -> bool:
    if field == "due" and not isinstance(wanted, datetime):
        return bool(wanted == deadline.due_on)
    if field == "due":
        return bool(wanted == deadline.due_at)
    return bool(wanted == got)


def _written(value: Any, deadline: Deadline) -> str:
    """Return a value as a test file would say it."""
    if isinstance(value, datetime):
        return value.astimezone(zone_of(deadline.zone)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(_written(one, deadline) for one in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value)
