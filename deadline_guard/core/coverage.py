"""Who would answer in the days ahead: case types, stages and roles that resolve to nobody but the last resort."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from deadline_guard.core.people import Directory, Resolution, who
from deadline_guard.core.rules import Acts, Rulebook
from deadline_guard.core.timeline import Case, Timeline


class Group(NamedTuple):
    """Cases that are staffed alike: ``cases`` of them, ``code`` is one."""

    case_type: str
    team: str | None
    owners: Mapping[str, str]
    cases: int = 0
    code: str = ""


@dataclass(frozen=True, slots=True)
class Uncovered:
    """One role of one group that nobody fills from ``since`` to ``until`` (None: beyond the days asked for).

    ``stage`` is empty for a role of the whole case type; ``why`` is the path of :func:`people.who`. With
    ``no_channel`` somebody is found who cannot be told.
    """

    case_type: str
    stage: str
    role: str
    group: Group
    since: datetime
    until: datetime | None
    why: tuple[str, ...]
    person: str  # who is told instead, or cannot be told
    no_channel: bool = False


def roles_of(case_type: str, rulebook: Rulebook) -> dict[str, tuple[str, ...]]:
    """Return the roles that a case of this type may call on, with the stages that name them ("" for the type).

    They are the roles that rules of our side name as owner, tell at a level, or climb to, and those of the stages.
    """
    found: dict[str, dict[str, None]] = {"owner": {"": None}}
    for rule in rulebook.by_type.get(case_type, ()):
        if not rule.enabled or rule.acts not in (Acts.PARTY, Acts.OTHER):
            continue
        told = (role for roles in rule.profile.tell.values() for role in roles)
        climbed = (role for rung in rule.profile.chain for role in rung.tell)
        for role in (rule.owner, *told, *climbed):
            found.setdefault(role, {})[""] = None
    known = rulebook.case_types.get(case_type)
    for stage in known.stages if known else ():
        found.setdefault(stage.owner, {})[stage.id] = None
    return {role: tuple(stages) for role, stages in found.items()}


def uncovered(
    groups: Iterable[Group], rulebook: Rulebook, directory: Directory, now: datetime, days: int = 90
) -> list[Uncovered]:
    """Return every role that falls to the last resort, or to somebody without a channel, within ``days``.

    Who answers changes only where an absence begins or ends, so those instants are looked at, and ``now``.
    """
    end = now + timedelta(days=days)
    turns = {now}
    for absences in directory.absences.values():
        turns.update(at for a in absences for at in (a.since, a.until) if now < at < end)
    instants = sorted(turns)
    return [gap for group in groups for gap in _of_group(group, rulebook, directory, instants)]


def _of_group(group: Group, rulebook: Rulebook, directory: Directory, instants: list[datetime]) -> Iterator[Uncovered]:
    case = Case("", "", group.case_type, Timeline(), owners=group.owners, team=group.team)
    for role, stages in roles_of(group.case_type, rulebook).items():
        if role == "owner" and not group.cases:
            continue  # a team without cases has no owner of a case
        since: datetime | None = None
        last: Resolution | None = None
        for at in [*instants, None]:
            found = None if at is None else _missing(role, case, at, directory)
            if last is not None and since is not None and (found is None or found.path != last.path):
                silent = not last.fell_back
                for stage in stages:
                    yield Uncovered(group.case_type, stage, role, group, since, at, last.path, last.person.id, silent)
                since, last = None, None
            if found is not None and last is None:
                since, last = at, found


def _missing(role: str, case: Case, at: datetime, directory: Directory) -> Resolution | None:
    """Return how a role falls through at an instant, None where somebody who can be told answers for it."""
    found = who(role, case, at, directory)
    return found if found.fell_back or not found.person.channels else None
