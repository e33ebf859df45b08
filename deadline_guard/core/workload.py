"""Workload: how many open matters a person holds against what the person can hold, and who has room."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Final

from deadline_guard.core.conditions import number
from deadline_guard.core.measures import Measure, level_of
from deadline_guard.core.rules import Level, Profile
from deadline_guard.core.timeline import EMPTY, Case

WORKLOAD: Final = "workload"
_ONE: Final = Fraction(1)


@dataclass(frozen=True, slots=True)
class Load:
    """One open matter in a person's hands: its worst level and its effort (1 where nobody stated one)."""

    case: str
    person: str
    level: Level = Level.OK
    effort: Fraction = _ONE


def loads(
    cases: Iterable[Case], at: datetime, levels: Mapping[str, Level] = EMPTY, role: str = "owner"
) -> Iterator[Load]:
    """Yield a load for each case open at ``at`` (opened by then, not yet closed) and the person it lies with.

    ``levels`` gives the worst level of a case by its id; the effort is the case's attribute ``effort``.
    """
    for case in cases:
        person = case.owners.get(role)
        opened = case.opened_at is None or case.opened_at <= at
        if person is not None and opened and (case.closed_at is None or case.closed_at > at):
            effort = number(case.attributes.get("effort"))
            yield Load(case.id, person, levels.get(case.id, Level.OK), _ONE if effort is None else effort)


def workload(
    loads: Iterable[Load],
    capacity: Mapping[str, Fraction],
    profile: Profile,
    now: datetime,
    absent: Collection[str] = (),
) -> tuple[Measure, ...]:
    """Return the load of every person who holds something or could, by person id.

    The value is the sum of efforts; ``data`` holds ``open``, ``near`` (matters at near or worse), ``capacity`` and
    ``room``: who else could take more now, most room first. Give only loads that the recipient may see.
    """
    held: dict[str, dict[str, Load]] = {person: {} for person in capacity}
    for load in loads:
        cases = held.setdefault(load.person, {})
        known = cases.get(load.case)
        if known is None or load.level > known.level:
            cases[load.case] = load
    values = {p: sum((one.effort for one in cases.values()), Fraction(0)) for p, cases in held.items()}
    room = {p: capacity[p] - values[p] for p in capacity if p not in absent and values[p] < capacity[p]}
    free = sorted(room, key=lambda p: (-room[p], p))
    return tuple(
        Measure(
            subject=f"person:{person}",
            indicator=WORKLOAD,
            at=now,
            value=values[person],
            level=level_of(values[person], profile),
            data={
                "open": len(cases),
                "near": sum(one.level >= Level.NEAR for one in cases.values()),
                "capacity": capacity.get(person),
                "room": tuple(p for p in free if p != person),
            },
        )
        for person, cases in sorted(held.items())
    )
