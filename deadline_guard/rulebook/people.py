"""`people.yaml` → the directory of the core: persons, teams, roles, the named last resort, every problem at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import time
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import available_timezones

from pydantic import Field

from deadline_guard.core.calendar import Calendar
from deadline_guard.core.capacity import Capacity
from deadline_guard.core.people import Directory, Person, Team
from deadline_guard.core.text import Text
from deadline_guard.rulebook import capacities
from deadline_guard.rulebook.capacities import CapacityField, capacity_of
from deadline_guard.rulebook.checking import checked
from deadline_guard.rulebook.desk_hours import Hours, desk_hours, problems_of
from deadline_guard.rulebook.phrases import time_of_day
from deadline_guard.rulebook.problems import Problem, in_order, nearest, problem, shown
from deadline_guard.rulebook.shapes import Names, Shape, TitleShape
from deadline_guard.rulebook.source import Document, read

_ZONES: Final = available_timezones()


class PersonShape(Shape):
    """Somebody who can be told."""

    name: str = Field(min_length=1, description="The name shown in messages")
    locale: Literal["en", "zh_Hans"] | None = Field(
        None, description="The language of messages: zh_Hans or en; else the office's"
    )
    zone: str | None = Field(None, description="The person's time zone, such as Asia/Shanghai; else the office's")
    team: str | None = Field(None, description="The team the person belongs to")
    manager: str | None = Field(None, description="The person's superior")
    deputy: str | None = Field(None, description="Who stands in during an absence")
    channels: dict[str, str] = Field(default_factory=dict, description="Channel and address: email, slack")
    roles: Names = Field(default_factory=list, description="Further roles of the person, for information")
    active: bool = Field(True, description="false: has left; the deputy stands in")
    quiet_hours: list[str] | None = Field(
        None, description='Local times from and to, such as ["22:00", "07:00"]: only what cannot wait comes through'
    )
    working_hours: Hours | None = Field(
        None, description='When the person works: {mon: [["09:00", "12:00"], ["13:00", "18:00"]]}; else the office'
    )
    calendar: str | None = Field(None, description="The calendar of the person's days off, such as cn")
    capacity: CapacityField = Field(
        None, description="What the person can hold: 30, or {open: 30, near: 8, effort: 40 hours, warn: {…}}"
    )


class TeamShape(Shape):
    """A team with its lead; roles name persons for further roles inside the team."""

    title: TitleShape
    lead: str = Field(description="The person told after the owner")
    roles: dict[str, str] = Field(default_factory=dict, description="Role and person inside this team")
    capacity: CapacityField = Field(None, description="What each person of the team can hold who says nothing else")


class PeopleFile(Shape):
    """Who is told."""

    fallback: str = Field(description="The named last resort: told when nobody else answers for a role")
    persons: dict[str, PersonShape] = Field(description="Everybody who can be told")
    teams: dict[str, TeamShape] = Field(default_factory=dict, description="Teams and their leads")
    roles: dict[str, str] = Field(default_factory=dict, description="Firm-wide role and person")
    working_hours: Hours | None = Field(
        None, description="When everybody works who says nothing else (else Monday to Friday, 09:00 to 17:00)"
    )
    calendar: str | None = Field(None, description="The calendar of days off of everybody who says nothing else")
    capacity: CapacityField = Field(None, description="What everybody can hold who says nothing else")


def load(
    source: Path | str,
    name: str = "",
    *,
    channels: Collection[str] | None = None,
    calendars: Mapping[str, Calendar] | None = None,
    zone: str = "Asia/Shanghai",
    locale: str = "zh_Hans",
) -> tuple[Directory | None, list[Problem]]:
    """Return the directory of a file (or text) without absences and assignments, and every problem by place.

    ``zone`` and ``locale`` are the office's, and everybody's who says nothing else.
    ``channels`` and ``calendars`` are those that this installation knows; None: any name is taken. The directory is
    None when there are errors; warnings do not stand in its way.
    """
    document, problems = read(source, name)
    if document is None:
        return None, problems
    file, refused = checked(PeopleFile, document)
    problems += refused
    if file is None:
        return None, in_order(problems)
    problems += problems_of(document, (), file.working_hours, file.calendar, calendars)
    problems += _capacities(file, document)
    problems += _names(file, document) + _persons(file, document, channels, calendars) + _deputies(file, document)
    failed = any(p.is_error for p in problems)
    return None if failed else _directory(file, document.digest, calendars, zone, locale), in_order(problems)


def _directory(
    file: PeopleFile, revision: str, calendars: Mapping[str, Calendar] | None, zone: str, locale: str
) -> Directory:
    persons = {
        name: Person(
            name,
            one.name,
            one.locale or locale,
            one.zone or zone,
            dict(one.channels),
            one.team,
            one.manager,
            one.deputy,
            tuple(one.roles),
            one.active,
            hours(one.quiet_hours),
            desk_hours(
                one.zone or zone, one.working_hours or file.working_hours, one.calendar or file.calendar, calendars
            ),
            _capacity(one, file),
        )
        for name, one in file.persons.items()
    }
    teams = {name: Team(name, one.title.pair(), one.lead, dict(one.roles)) for name, one in file.teams.items()}
    return Directory(persons, teams, file.fallback, dict(file.roles), {}, revision, zone=zone, locale=locale)


def _capacity(one: PersonShape, file: PeopleFile) -> Capacity | None:
    """Return what a person can hold; nobody who has left holds anything by a rule of the team or the office."""
    team = file.teams.get(one.team or "")
    return capacity_of(one.capacity, *((team.capacity if team else None, file.capacity) if one.active else ()))


def hours(given: list[str] | None) -> tuple[time, time] | None:
    """Return local hours from two texts; None where there are none or they are not two times of day."""
    first, last = [time_of_day(one) for one in given] if given is not None and len(given) == 2 else (None, None)
    return None if first is None or last is None else (first, last)


def _names(file: PeopleFile, document: Document) -> list[Problem]:
    """Refuse every name of a person or team that is not defined here."""
    found: list[Problem] = []

    def person(name: str | None, *path: str) -> None:
        if name is not None and name not in file.persons:
            hint = nearest(name, file.persons)
            found.append(problem("unknown_person", document.at(path), name=shown(name), hint=hint))

    person(file.fallback, "fallback")
    for who, one in file.persons.items():
        person(one.manager, "persons", who, "manager")
        person(one.deputy, "persons", who, "deputy")
        if one.team is not None and one.team not in file.teams:
            mark = document.at(("persons", who, "team"))
            found.append(problem("unknown_team", mark, name=shown(one.team), hint=nearest(one.team, file.teams)))
    for name, team in file.teams.items():
        person(team.lead, "teams", name, "lead")
        for role, who in team.roles.items():
            person(who, "teams", name, "roles", role)
    for role, who in file.roles.items():
        person(who, "roles", role)
    return found


def _persons(
    file: PeopleFile,
    document: Document,
    channels: Collection[str] | None,
    calendars: Mapping[str, Calendar] | None,
) -> list[Problem]:
    """Check zone, channels and addresses of each person, and that nobody stands in for himself."""
    found: list[Problem] = []

    def say(code: str, path: tuple[str, ...], key: bool = False, **args: object) -> None:
        found.append(problem(code, document.at(path, key=key), **args))

    for who, one in file.persons.items():
        path = ("persons", who)
        if one.zone is not None and one.zone not in _ZONES:
            say("unknown_zone", (*path, "zone"), name=shown(one.zone), hint=nearest(one.zone, _ZONES))
        if not one.channels and one.active:
            say("no_channel", path, key=True, name=who)
        for channel, address in one.channels.items():
            if channels is not None and channel not in channels:
                hint = nearest(channel, channels)
                say("unknown_channel", (*path, "channels", channel), key=True, name=shown(channel), hint=hint)
            if channel == "email" and not _is_address(address):
                say("bad_address", (*path, "channels", channel), value=shown(address))
        if one.quiet_hours is not None and hours(one.quiet_hours) is None:
            say("not_hours", (*path, "quiet_hours"), value=shown(one.quiet_hours))
        found += problems_of(document, path, one.working_hours, one.calendar, calendars)
        if one.manager == who:
            say("own_manager", (*path, "manager"), name=who)
    last = file.persons.get(file.fallback)
    if last is not None and not last.active:
        say("fallback_inactive", ("fallback",), name=file.fallback)
    return found


def _capacities(file: PeopleFile, document: Document) -> list[Problem]:
    found = capacities.problems_of(document, (), file.capacity)
    for name, team in file.teams.items():
        found += capacities.problems_of(document, ("teams", name), team.capacity)
    for who, one in file.persons.items():
        found += capacities.problems_of(document, ("persons", who), one.capacity)
    return found


def _is_address(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    return bool(at and local and domain) and not any(c.isspace() or c in ",;<>" for c in text)


def _deputies(file: PeopleFile, document: Document) -> list[Problem]:
    """Warn where deputies go round without an end; a pair that stands in for each other is usual."""
    found: list[Problem] = []
    reported: set[str] = set()
    for who in file.persons:
        path = _deputy_path(file, who)
        if path is None or who in reported:
            continue
        reported.update(path)
        code = "own_deputy" if len(path) == 1 else "deputy_circle"
        if len(path) == 2:
            continue
        mark = document.at(("persons", who, "deputy"))
        said = " → ".join((*path, who))
        severity: Any = "error" if len(path) == 1 else "warning"
        found.append(problem(code, mark, severity, name=who, path=Text(said), fallback=file.fallback))
    return found


def _deputy_path(file: PeopleFile, start: str) -> list[str] | None:
    """Return the persons on a circle of deputies through ``start``, or None."""
    path = [start]
    here: PersonShape | None = file.persons[start]
    while here is not None and here.deputy is not None:
        if here.deputy == start:
            return path
        if here.deputy in path:
            return None  # a circle further on; it is reported from its own persons
        path.append(here.deputy)
        here = file.persons.get(here.deputy)
    return None
