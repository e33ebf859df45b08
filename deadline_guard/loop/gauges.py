"""The gauges that no event changes: how much lies with each person, told to the lead once a crossing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Final

from sqlalchemy import Connection

from deadline_guard.core.conditions import number
from deadline_guard.core.instants import occurred
from deadline_guard.core.measures import Measure
from deadline_guard.core.notices import Notice, NoticeKind, Reason
from deadline_guard.core.people import Directory, Resolution, who
from deadline_guard.core.rules import Level, Profile
from deadline_guard.core.stages import runs
from deadline_guard.core.timeline import Case, Timeline
from deadline_guard.core.workload import Load, workload
from deadline_guard.loop.office import Office
from deadline_guard.store import cases, desks, notices
from deadline_guard.store import runs as settings

OVERLOAD: Final = "finding.overload"
_BEYOND: Final = "overloaded"  # person → the crossing that was told, while the person holds too much
_NOBODY: Final = Profile("desk")
_SHOWN: Final = 5


def measured(office: Office) -> bool:
    """Return whether anybody's capacity is known: without one there is nothing to compare a load with."""
    return any(person.capacity is not None for person in office.people.persons.values())


def gauges(office: Office, now: datetime) -> list[str]:
    """Measure every person's load; return the persons whose load newly crossed their capacity.

    One notice a crossing, to the person's lead: a load that stays beyond is not told again, one that fell to the
    capacity and rises again is. Everything is counted that the recipient may see.
    """
    with office.store.read() as conn:
        directory = office.directory(conn)
        found = measure(office, conn, directory, now)
        told: dict[str, str] = json.loads(settings.get_setting(conn, _BEYOND) or "{}")
    beyond = {m.subject.removeprefix("person:"): m for m in found if _is_beyond(m)}
    kept = {person: told.get(person, now.isoformat()) for person in beyond}
    crossed = [person for person in beyond if person not in told]
    if kept != told:
        loads = {m.subject.removeprefix("person:"): m for m in found}
        with office.store.write() as conn:
            warnings = [_notice(person, kept[person], loads, directory, now) for person in crossed]
            notices.insert(conn, warnings, now)
            settings.put_setting(conn, _BEYOND, json.dumps(kept, sort_keys=True))
    return crossed


def measure(office: Office, conn: Connection, directory: Directory, now: datetime) -> tuple[Measure, ...]:
    """Return the load of every person at ``now``, against the capacities of people.yaml."""
    persons = directory.persons.values()
    capacity = {p.id: p.capacity for p in persons if p.capacity is not None and p.active}
    away = {p.id for p in persons if directory.absent(p.id, now) is not None}
    return workload(_loads(office, conn, now), capacity, _NOBODY, now, away)


def _loads(office: Office, conn: Connection, now: datetime) -> Iterator[Load]:
    """Yield a load for each open case; one whose type names closing events is open until such an event."""
    found = desks.owned_cases(conn, now)
    closing = {kind for case_type in office.rulebook.case_types.values() for kind in case_type.closed_by}
    asked = desks.cases_with(conn, closing, now) if closing else set()
    ended = set(_ended(office, conn, [one.id for one in found if one.id in asked], now))
    for one in found:
        if one.id not in ended:
            effort = number(one.effort)
            yield Load(one.id, one.owner, one.level, Fraction(1) if effort is None else effort)


def _ended(office: Office, conn: Connection, ids: list[str], now: datetime) -> Iterator[str]:
    """Yield the cases that are closed at ``now``: neither closed later nor reopened since."""
    for start in range(0, len(ids), 1000):
        for case_id, loaded in cases.load_cases(conn, ids[start : start + 1000], known_at=now).items():
            case = loaded.case
            ran = runs(case.timeline, office.rulebook.case_types.get(case.case_type))
            closed = ran[-1][2] if ran else None
            if closed is not None and occurred(closed, case.zone) <= now:
                yield case_id


def _is_beyond(measure: Measure) -> bool:
    capacity = measure.data["capacity"]
    return capacity is not None and measure.value > capacity


def _notice(person: str, crossing: str, loads: Mapping[str, Measure], directory: Directory, now: datetime) -> Notice:
    load, to = loads[person], _lead(person, directory, now)
    free = list(load.data["room"])
    room = [
        {"person": directory.persons[p].name, "room": _plain(loads[p].data["capacity"] - loads[p].value)}
        for p in free[:_SHOWN]
    ]
    data = {
        "person": directory.persons[person].name, "load": _plain(load.value), "open": load.data["open"],
        "near": load.data["near"], "capacity": _plain(load.data["capacity"]), "room": room, "more": len(free[_SHOWN:]),
    }  # fmt: skip
    return Notice(
        subject=f"person:{person}", rule=OVERLOAD, cycle=crossing, due_rev=1, kind=NoticeKind.FINDING,
        level=Level.URGENT, step=1, n=1, person=to.person.id, reason=Reason.FINDING, decided_at=now, via=to.path,
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
