"""The gauges that no event changes: how much lies with each person, told to the lead once a crossing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Final

from sqlalchemy import Connection

from deadline_guard.core.measures import Measure
from deadline_guard.core.notices import Notice, NoticeKind, Reason
from deadline_guard.core.people import Directory, Resolution, who
from deadline_guard.core.rules import Level
from deadline_guard.core.timeline import Case, Timeline
from deadline_guard.core.workload import Load, effort_of, workload
from deadline_guard.loop.office import Office
from deadline_guard.store import desks, notices
from deadline_guard.store import runs as settings
from deadline_guard.store.closing import closed_cases

Sees = Callable[[str, str], bool]  # whether a person may see a case, both by id

OVERLOAD: Final = "finding.overload"
_BEYOND: Final = (
    "overloaded"  # person/what → the crossing and the level that were told, while the person holds too much
)
_SHOWN: Final = 5


def everything(person: str, case: str) -> bool:
    """Return that a person may see a case: this office has no walls."""
    return True


def measured(office: Office) -> bool:
    """Return whether anybody's capacity is known: without one there is nothing to compare a load with."""
    return any(person.capacity is not None for person in office.people.persons.values())


def gauges(office: Office, now: datetime, sees: Sees = everything) -> list[str]:
    """Measure every person's load; return what newly crossed a line, as ``person/open``, ``near`` or ``effort``.

    One notice a crossing and level, to the person's lead: a load that stays beyond is not told again, one that fell
    below every line and rises again is. Only what the recipient may see is counted, for each of them anew.
    """
    with office.store.read() as conn:
        directory = office.directory(conn)
        found = _loads(office, conn, now)
        told: dict[str, list[str]] = json.loads(settings.get_setting(conn, _BEYOND) or "{}")
    kept: dict[str, list[str]] = {}
    warnings: list[Notice] = []
    for to, persons in _by_lead(directory, now).items():
        for measure in _measured([one for one in found if sees(to, one.case)], directory, now):
            person = measure.subject.removeprefix("person:")
            name = f"{person}/{measure.data['of']}"
            if person not in persons or measure.level is Level.OK:
                continue
            crossing, level = told.get(name, [now.isoformat(), Level.OK.word])
            kept[name] = [crossing, max(Level[level.upper()], measure.level).word]
            if measure.level > Level[level.upper()]:
                warnings.append(_notice(measure, person, crossing, persons[person], directory, now))
    if kept != told:
        with office.store.write() as conn:
            notices.insert(conn, warnings, now)
            settings.put_setting(conn, _BEYOND, json.dumps(kept, sort_keys=True))
    return [f"{n.subject.removeprefix('person:')}/{n.data['of']}" for n in warnings]


def measure(
    office: Office, conn: Connection, directory: Directory, now: datetime, viewer: str = "", sees: Sees = everything
) -> tuple[Measure, ...]:
    """Return the load of every person at ``now`` as ``viewer`` may see it, against the capacities of people.yaml."""
    return _measured([one for one in _loads(office, conn, now) if sees(viewer, one.case)], directory, now)


def _measured(found: Sequence[Load], directory: Directory, now: datetime) -> tuple[Measure, ...]:
    persons = directory.persons.values()
    capacity = {p.id: p.capacity for p in persons if p.capacity is not None and p.active}
    away = {p.id for p in persons if directory.absent(p.id, now) is not None}
    return workload(found, capacity, now, away)


def _loads(office: Office, conn: Connection, now: datetime) -> list[Load]:
    """Return a load for each open case; effort is the case's own, else that of the rules of its open deadlines."""
    found = desks.owned_cases(conn, now)
    rules = office.rulebook.rules
    ended = closed_cases(conn, {one.id for one in found}, office.rulebook.case_types, now)
    return [
        Load(one.id, one.owner, one.level, effort_of(one.effort, (rules[r].effort for r in one.rules if r in rules)))
        for one in found
        if one.id not in ended
    ]


def _by_lead(directory: Directory, now: datetime) -> dict[str, dict[str, Resolution]]:
    """Return whose load each recipient is told, and on which way they are the one to be told."""
    found: dict[str, dict[str, Resolution]] = {}
    for person in directory.persons.values():
        if person.capacity is not None and person.active:
            to = _lead(person.id, directory, now)
            found.setdefault(to.person.id, {})[person.id] = to
    return found


def _notice(load: Measure, person: str, crossing: str, to: Resolution, directory: Directory, now: datetime) -> Notice:
    free: Sequence[tuple[str, Fraction]] = load.data["room"]
    room = [{"person": directory.persons[p].name, "room": _plain(more)} for p, more in free[:_SHOWN]]
    absence = directory.absent(person, now)
    data = {
        "person": directory.persons[person].name, "of": load.data["of"], "load": _plain(load.value),
        "open": _plain(load.data["open"]), "near": _plain(load.data["near"]), "effort": _plain(load.data["effort"]),
        "unstated": load.data["unstated"], "capacity": _plain(load.data["capacity"]), "room": room,
        "more": len(free[_SHOWN:]), "away_until": absence.until.isoformat() if absence else None,
    }  # fmt: skip
    cycle = crossing if load.data["of"] == "open" else f"{load.data['of']} {crossing}"
    return Notice(
        subject=f"person:{person}", rule=OVERLOAD, cycle=cycle, due_rev=1, kind=NoticeKind.FINDING,
        level=load.level, step=1, n=1, person=to.person.id, reason=Reason.FINDING, decided_at=now, via=to.path,
        data=data,
    )  # fmt: skip


def _lead(person: str, directory: Directory, now: datetime) -> Resolution:
    """Return whom an overload is told: the person's lead; a lead's own goes to their superior."""
    desk = Case("", "", "", Timeline(), owners={"owner": person})
    found = who("lead", desk, now, directory)
    return who("manager", desk, now, directory) if found.person.id == person else found


def _plain(number: Fraction) -> str:
    """Return a number as people write it: 31, 2.5."""
    return str(number.numerator) if number.denominator == 1 else f"{float(number):g}"
