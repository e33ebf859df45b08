"""Who may answer: whoever was told of the deadline, or has a part in its chain now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from deadline_guard.core.people import Directory, responsible, who
from deadline_guard.core.rules import Rule
from deadline_guard.core.timeline import Case
from deadline_guard.errors import NotFoundError
from deadline_guard.loop.office import Office
from deadline_guard.store import assessments, cases, runs, telling

_ALWAYS = ("owner", "lead", "admin")


def permitted(office: Office, conn: Connection, message_id: int, person: str, now: datetime | None = None) -> bool:
    """Return whether ``person`` may answer everything that this message (``W-<message_id>``) is about.

    Told of the same deadline, by whatever channel and at whatever level; or its owner, the lead, the admin or a
    role of its chain at ``now`` (aware; without it the office's own time), absent or standing in. Nobody who has
    left the firm, and nobody for a message that never was.
    """
    return may_answer(office, conn, telling.cycles_of(conn, message_id), person, now)


def may_answer(
    office: Office,
    conn: Connection,
    about: Sequence[tuple[str, str, str]],
    person: str,
    now: datetime | None = None,
) -> bool:
    """Return whether ``person`` may answer each of these deadlines (subject, rule, cycle), as :func:`permitted` says."""
    known = office.people.persons.get(person)
    if known is None or not known.active or not about:
        return False
    at = now or runs.virtual_clock(conn) or office.machine_now()
    directories = (office.people, office.directory(conn))
    return all(
        telling.was_told(conn, *cycle, person) or _has_a_part(office, conn, cycle, person, directories, at)
        for cycle in about
    )


def _has_a_part(
    office: Office,
    conn: Connection,
    cycle: tuple[str, str, str],
    person: str,
    directories: tuple[Directory, ...],
    at: datetime,
) -> bool:
    """Return whether the person, or somebody for whom the person stands in, is named for the deadline."""
    subject, rule_id, cycle_id = cycle
    rule = office.rulebook.rules.get(rule_id)
    try:
        case: Case | None = cases.load_case(conn, subject, known_at=at)
    except NotFoundError:
        case = None  # a finding about the system: its admin answers
    stored = assessments.assessments(conn, [subject]).get(subject, ())
    if any((row.rule, row.cycle, row.owner) == (rule_id, cycle_id, person) for row in stored):
        return True
    if rule and any(responsible(rule.owner, case, at, d).person.id == person for d in directories):
        return True
    return any(who(role, case, at, d).person.id == person for role in _roles(rule) for d in directories)


def _roles(rule: Rule | None) -> tuple[str, ...]:
    """Return every role that a warning of this rule may reach."""
    if rule is None:
        return _ALWAYS
    told = [role for roles in rule.profile.tell.values() for role in roles]
    climbed = [role for rung in rule.profile.chain for role in rung.tell]
    return tuple(dict.fromkeys((*_ALWAYS, *told, *climbed)))
