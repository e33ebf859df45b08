"""Somebody leaves: everything they hold goes to others in one transaction, and what files still say is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from deadline_guard.core.people import Directory
from deadline_guard.core.text import Text
from deadline_guard.errors import InputError
from deadline_guard.loop.answers import Said
from deadline_guard.loop.facts import known_person
from deadline_guard.loop.office import Office
from deadline_guard.store import people, staffing
from deadline_guard.store.closing import closed_cases
from deadline_guard.store.staffing import Held


@dataclass(frozen=True, slots=True)
class Passing:
    """One role of one case that passes from the leaver to ``to``."""

    held: Held
    to: str


def plan(office: Office, leaver: str, heirs: Sequence[str], now: datetime) -> list[Passing]:
    """Return what would pass to whom: each case whole, to whoever of ``heirs`` then owns the fewest live cases.

    Raises InputError for an unknown person, for the leaver among the heirs, and for an heir who has left.
    """
    known_person(office, "PERSON", leaver)
    for heir in heirs:
        known_person(office, "--to", heir)
        if heir == leaver or not office.people.persons[heir].active:
            raise InputError(
                field="--to",
                message=Text(
                    f"{heir} leaves or has left; name somebody who stays", f"{heir} 正在或已经离职；请另选人员"
                ),
            )
    with office.store.read() as conn:
        held, now_held = staffing.held_by(conn, leaver), staffing.loads(conn)
        over = closed_cases(conn, {one.case_id for one in held if not one.live}, office.rulebook.case_types, now)
    held = [one for one in held if one.case_id not in over]
    load = Counter({heir: now_held.get(heir, 0) for heir in heirs})
    taken: dict[str, str] = {}
    for one in held:
        if one.case_id not in taken:
            taken[one.case_id] = min(heirs, key=lambda heir: (load[heir], heirs.index(heir)))
            load[taken[one.case_id]] += one.live
    return [Passing(one, taken[one.case_id]) for one in held]


def pass_on(office: Office, passing: Sequence[Passing], said: Said) -> int:
    """Record every assignment in one transaction, all or none; return how many roles changed hands."""
    with office.store.write() as conn:
        return sum(people.assign(conn, p.held.case_id, p.held.role, p.to, said.now, said.by) for p in passing)


def still_named(directory: Directory, leaver: str) -> list[str]:
    """Return the places of people.yaml that still name the leaver; those are mended by hand."""
    places = [f"fallback: {leaver}"] if directory.fallback == leaver else []
    places += [f"roles.{role}" for role, person in directory.roles.items() if person == leaver]
    for team in directory.teams.values():
        places += [f"teams.{team.id}.lead"] if team.lead == leaver else []
        places += [f"teams.{team.id}.roles.{role}" for role, person in team.roles.items() if person == leaver]
    for person in directory.persons.values():
        places += [f"persons.{person.id}.deputy"] if person.deputy == leaver else []
        places += [f"persons.{person.id}.manager"] if person.manager == leaver else []
    leaves = directory.persons[leaver]
    return places + ([f"persons.{leaver}.active (write false)"] if leaves.active else [])
