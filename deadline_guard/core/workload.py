"""Workload: what lies with a person against what the person can hold, and who has room."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Final

from deadline_guard.core.capacity import EFFORT, NEAR, OPEN, Capacity, hours_of
from deadline_guard.core.measures import Measure
from deadline_guard.core.rules import CaseType, Level
from deadline_guard.core.stages import closed
from deadline_guard.core.timeline import EMPTY, Case

WORKLOAD: Final = "workload"
_NO_LIMIT: Final = Capacity()


@dataclass(frozen=True, slots=True)
class Load:
    """One open case in a person's hands: its worst level and its effort in hours (None where nobody stated one)."""

    case: str
    person: str
    level: Level = Level.OK
    effort: Fraction | None = None


def loads(
    cases: Iterable[Case],
    at: datetime,
    levels: Mapping[str, Level] = EMPTY,
    role: str = "owner",
    case_types: Mapping[str, CaseType] = EMPTY,
) -> Iterator[Load]:
    """Yield a load for each case open at ``at`` (opened by then, not yet closed) and the person it lies with.

    ``levels`` gives the worst level of a case by its id; the effort is the case's attribute ``effort``.
    """
    for case in cases:
        person = case.owners.get(role)
        opened = case.opened_at is None or case.opened_at <= at
        if person is not None and opened and closed(case, case_types.get(case.case_type), at) is None:
            effort = hours_of(case.attributes.get("effort"))
            yield Load(case.id, person, levels.get(case.id, Level.OK), effort)


def effort_of(stated: object, of_rules: Iterable[Fraction | None]) -> Fraction | None:
    """Return the effort of a case in hours: its own where it states one, else that of its open deadlines together."""
    own = hours_of(stated)
    if own is not None:
        return own
    ruled = [hours for hours in of_rules if hours is not None]
    return sum(ruled, Fraction(0)) if ruled else None


def workload(
    loads: Iterable[Load],
    capacity: Mapping[str, Capacity],
    now: datetime,
    absent: Collection[str] = (),
) -> tuple[Measure, ...]:
    """Return what every person holds of what is limited (``open``, ``near``, ``effort``), by person id.

    A person without a limit has one measure, of open cases. ``data`` holds ``of``, all three values, ``unstated``
    (cases without a stated effort), ``capacity`` (the limit) and ``room``: who else could take more now, most room
    first. Who is absent, or full in anything that is limited, has none. Give only loads that the recipient may see.
    """
    held = _held(loads, capacity)
    values = {person: _values(cases.values()) for person, cases in held.items()}
    limits = {person: capacity.get(person, _NO_LIMIT).limits() for person in held}
    fit = {
        p: {of: limit - values[p][of] for of, limit in limits[p].items()}
        for p in held
        if p not in absent and limits[p] and all(values[p][of] < limit for of, limit in limits[p].items())
    }
    found = []
    for person, cases in sorted(held.items()):
        for of in limits[person] or (OPEN,):
            value, limit = values[person][of], limits[person].get(of)
            level = Level.OK if limit is None else capacity[person].level(value, limit)
            free = sorted((p for p in fit if p != person and of in fit[p]), key=lambda p: (-fit[p][of], p))
            unstated = sum(one.effort is None for one in cases.values())
            room = tuple((p, fit[p][of]) for p in free)
            data = {"of": of, **values[person], "unstated": unstated, "capacity": limit, "room": room}
            found.append(Measure(f"person:{person}", WORKLOAD, now, value, level, data=data))
    return tuple(found)


def _held(loads: Iterable[Load], capacity: Mapping[str, Capacity]) -> dict[str, dict[str, Load]]:
    """Return the cases of each person, each once at its worst level."""
    held: dict[str, dict[str, Load]] = {person: {} for person in capacity}
    for load in loads:
        cases = held.setdefault(load.person, {})
        known = cases.get(load.case)
        if known is None or load.level > known.level:
            cases[load.case] = load
    return held


def _values(cases: Collection[Load]) -> dict[str, Fraction]:
    return {
        OPEN: Fraction(len(cases)),
        NEAR: Fraction(sum(one.level >= Level.NEAR for one in cases)),
        EFFORT: sum((one.effort for one in cases if one.effort is not None), Fraction(0)),
    }
