"""The ageing table: how many debts stand in each bucket, and how much is owed in it, at one or several instants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import Connection

from deadline_guard.core.arrears import arrears, overdue_age
from deadline_guard.core.assess import applicable, assess
from deadline_guard.core.buckets import buckets_of
from deadline_guard.core.deadlines import Deadline
from deadline_guard.core.levels import OVERDUE_AGE
from deadline_guard.core.rules import Bucket, Rule, Rulebook
from deadline_guard.core.timeline import Case
from deadline_guard.store import cases, desks
from deadline_guard.views.items import Sight

_CHUNK: Final = 2000


@dataclass(slots=True)
class Total:
    """How many debts, what is owed of them as reported (never computed), and how many have no amount reported."""

    count: int = 0
    owed: Fraction = Fraction(0)
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Ageing:
    """The table of one rule at one instant; ``totals`` follow ``buckets``, youngest first."""

    rule: Rule
    at: datetime
    buckets: tuple[Bucket, ...]
    totals: tuple[Total, ...] = field(default=())

    @property
    def sum(self) -> Total:
        """Return the whole table in one line."""
        owed = sum((t.owed for t in self.totals), Fraction(0))
        return Total(sum(t.count for t in self.totals), owed, sum(t.unknown for t in self.totals))


def ageing_rules(rulebook: Rulebook, only: Iterable[str] = ()) -> list[Rule]:
    """Return the rules in force that measure the age of debts, in the order of the rulebook."""
    wanted = set(only)
    found = (r for r in rulebook.rules.values() if r.indicator == OVERDUE_AGE and r.enabled)
    return [r for r in found if not wanted or r.id in wanted]


def ageing(
    conn: Connection,
    sight: Sight,
    instants: Sequence[datetime],
    now: datetime,
    rules: Sequence[Rule],
    owner: str | None = None,
    team: str | None = None,
) -> list[Ageing]:
    """Return the table of every rule at every instant, by rule and instant, from what is known at ``now``.

    A debt counts in the bucket of its age then, with what was owed then; one that was paid, written off or not yet
    due for the first bucket counts nowhere. ``owner`` and ``team`` leave out the cases of everybody else.
    """
    tables = {
        (rule.id, at): Ageing(rule, at, table, tuple(Total() for _ in table))
        for rule in rules
        for table in [buckets_of(rule.profile)]
        for at in instants
    }
    book = _only(sight.rulebook, rules)
    for case in _aged(conn, book, now, owner, team):
        for at in instants:
            for rule, deadline in _debts(case, book, rules, sight, at):
                _count(tables[rule.id, at], arrears(deadline, rule, case, at).data)
    return list(tables.values())


def _debts(
    case: Case, book: Rulebook, rules: Sequence[Rule], sight: Sight, at: datetime
) -> Iterator[tuple[Rule, Deadline]]:
    """Yield the debts of a case as its sweep would see them at ``at``; levels are not asked for."""
    if len(book.rules) > len(rules):  # some start from the end of others
        for found in assess(case, book, sight.calendars, at)[0]:
            if found.rule.indicator == OVERDUE_AGE:
                yield found.rule, found.deadline
        return
    for rule in applicable(case, book):
        for deadline in overdue_age(rule, case, book, sight.calendars, at):
            yield rule, deadline


def _count(table: Ageing, data: Mapping[str, Any]) -> None:
    if data["bucket"] is not None:
        total = table.totals[table.buckets.index(data["bucket"])]
        total.count += 1
        total.owed += data["owed"] or 0
        total.unknown += data["owed"] is None


def _only(rulebook: Rulebook, rules: Sequence[Rule]) -> Rulebook:
    """Return a rulebook of these rules and those that they start from: nothing else needs to be worked out."""
    kept: dict[str, Rule] = {}
    waiting = list(rules)
    while waiting:
        one = waiting.pop()
        kept[one.id] = one
        above = (t.rule for t in (one.trigger, *one.trigger_any) if t.rule)
        waiting += [rulebook.rules[name] for name in above if name in rulebook.rules and name not in kept]
    types = {name: kind for name, kind in rulebook.case_types.items() if any(_applies(r, name) for r in kept.values())}
    return Rulebook(
        kept, types, rulebook.events, rulebook.profiles, rulebook.packs, rulebook.revision, rulebook.day_starts_at
    )


def _applies(rule: Rule, case_type: str) -> bool:
    return case_type in rule.applies_to.get("case_type", (case_type,))


def _aged(conn: Connection, book: Rulebook, now: datetime, owner: str | None, team: str | None) -> Iterator[Case]:
    """Yield the cases that may have a debt, as they are known at ``now``."""
    ids = desks.cases_of_types(conn, book.case_types)
    for start in range(0, len(ids), _CHUNK):
        for one in cases.load_cases(conn, ids[start : start + _CHUNK], known_at=now).values():
            if owner in (None, one.case.owners.get("owner")) and team in (None, one.case.team):
                yield one.case
