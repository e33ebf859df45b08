"""People, teams and the answer to "who is it, now?": never nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

from deadline_guard.core.capacity import Capacity
from deadline_guard.core.office_hours import OfficeHours
from deadline_guard.core.rules import Title
from deadline_guard.core.timeline import Case


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be told: ``channels`` maps channel name to address."""

    id: str
    name: str
    locale: str = "en"
    zone: str = "UTC"
    channels: Mapping[str, str] = field(default_factory=dict)
    team: str | None = None
    manager: str | None = None
    deputy: str | None = None
    roles: tuple[str, ...] = ()
    active: bool = True
    quiet: tuple[time, time] | None = None  # local time from … to …: only what cannot wait comes through
    hours: OfficeHours | None = None  # when the person works; waits in working time run then
    capacity: Capacity | None = None  # what the person can hold; beyond it the lead is told


@dataclass(frozen=True, slots=True)
class Team:
    """A team with its lead; ``roles`` name persons for further roles inside the team."""

    id: str
    title: Title
    lead: str
    roles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Absence:
    """A recorded fact: away from ``since`` (inclusive) to ``until`` (exclusive), both aware instants."""

    person: str
    since: datetime
    until: datetime
    deputy: str | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """Who answers for a role, and every turn on the way there (for "why you")."""

    person: Person
    role: str
    path: tuple[str, ...] = ()  # e.g. ("owner", "absent zhangsan", "deputy lisi")
    fell_back: bool = False


@dataclass(frozen=True, slots=True)
class Directory:
    """Persons, teams, firm-wide roles, absences; ``fallback`` is the named last resort.

    ``zone`` and ``locale`` are the office's, which everybody has who says nothing else.
    """

    persons: Mapping[str, Person]
    teams: Mapping[str, Team]
    fallback: str
    roles: Mapping[str, str] = field(default_factory=dict)  # firm-wide role → person
    absences: Mapping[str, tuple[Absence, ...]] = field(default_factory=dict)
    revision: str = ""
    zone: str = "Asia/Shanghai"
    locale: str = "zh_Hans"

    def absent(self, person: str, at: datetime) -> Absence | None:
        """Return the absence of ``person`` that covers ``at``, or None."""
        for absence in self.absences.get(person, ()):
            if absence.since <= at < absence.until:
                return absence
        return None


def who(role: str, case: Case | None, at: datetime, directory: Directory) -> Resolution:
    """Return the person who answers for ``role`` on ``case`` at ``at``; never nobody.

    Order: assignment on the case → responsible role of the stage → team → firm-wide role → named fallback.
    An absent person is replaced by the deputy of the absence, else the standing deputy, and so on; a chain of
    deputies that leads nowhere ends at the fallback and says so.
    """
    named = _named(role, case, directory)
    if named is None and role == "owner" and case is not None:
        named = _named("lead", case, directory) if case.team else None
        path: tuple[str, ...] = (role, "unassigned")
        fell_back = True
    else:
        path, fell_back = (role,), named is None
    if named is None:
        named, path = directory.fallback, (*path, "fallback")
    return _present(named, role, path, fell_back, at, directory)


def responsible(role: str, case: Case | None, at: datetime, directory: Directory) -> Resolution:
    """Return who answers for a deadline whose rule or stage names ``role``.

    A role that nobody holds (an office without collectors) falls to the case's own owner before the last resort.
    """
    found = who(role, case, at, directory)
    return who("owner", case, at, directory) if found.fell_back and role != "owner" else found


def _named(role: str, case: Case | None, directory: Directory) -> str | None:
    """Return the id of the person named for a role before absences, or None."""
    if case is not None:
        assigned = case.owners.get(role)
        if assigned in directory.persons:
            return assigned
        owner = directory.persons.get(case.owners.get("owner", ""))
        if role == "manager" and owner is not None:
            return owner.manager if owner.manager in directory.persons else None
        team = directory.teams.get(case.team or (owner.team if owner else None) or "")
        if team is not None:
            found = team.lead if role == "lead" else team.roles.get(role)
            if found in directory.persons:
                return found
    found = directory.roles.get(role)
    if found in directory.persons:
        return found
    return role if role in directory.persons else None


def _present(
    named: str, role: str, path: tuple[str, ...], fell_back: bool, at: datetime, directory: Directory
) -> Resolution:
    """Follow deputies from ``named`` until somebody is there."""
    seen: set[str] = set()
    current: str | None = named
    while current is not None and current in directory.persons and current not in seen:
        seen.add(current)
        person = directory.persons[current]
        absence = directory.absent(current, at)
        if person.active and absence is None:
            return Resolution(person, role, path, fell_back)
        current = (absence.deputy if absence else None) or person.deputy
        path = (*path, f"absent {person.id}", f"deputy {current or 'none'}")
    return Resolution(directory.persons[directory.fallback], role, (*path, "fallback"), fell_back=True)
