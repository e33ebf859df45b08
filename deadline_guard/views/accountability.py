"""Figures about persons (责任追究): one's own, a lead's team in sum, names only for the roles that may see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from statistics import median
from typing import Final

from sqlalchemy import Connection

from deadline_guard.core.people import Directory, Person
from deadline_guard.core.rules import Acts
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Answer
from deadline_guard.errors import NotFoundError
from deadline_guard.store import figures as rows
from deadline_guard.store.figures import Act, Due
from deadline_guard.views.items import Sight

LEAST_OTHERS: Final = 2  # a sum over fewer than two others is somebody's own figure
NOT_WARNED: Final = "not_warned"
NOT_ANSWERED: Final = "not_answered"
NOT_DONE: Final = "not_done"
LATE: Final = "late"
CAUSES: Final = (NOT_WARNED, NOT_ANSWERED, NOT_DONE, LATE)
_ANSWERS: Final = frozenset(a.value for a in Answer)


@dataclass(slots=True)
class Figures:
    """One person's figures, or the sum of several persons'; ``waits`` are the times to the first answer."""

    warnings: int = 0
    unanswered: int = 0
    escalations: int = 0
    near_misses: int = 0
    due: int = 0
    waits: list[timedelta] = field(default_factory=list)
    overdue: Counter[str] = field(default_factory=Counter)

    @property
    def median(self) -> timedelta | None:
        """Return the middle answer time."""
        return timedelta(seconds=median(w.total_seconds() for w in self.waits)) if self.waits else None

    @property
    def ninetieth(self) -> timedelta | None:
        """Return the time within which nine of ten answers came."""
        return sorted(self.waits)[ceil(0.9 * len(self.waits)) - 1] if self.waits else None

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to tell."""
        return not (self.warnings or self.due or self.escalations)


@dataclass(frozen=True, slots=True)
class Report:
    """What one viewer may see. ``team`` None: leads none, or too few others; ``named`` only where names may stand."""

    viewer: Person
    since: datetime
    until: datetime
    own: Figures
    team: Figures | None = None
    too_few: bool = False
    named: tuple[tuple[Person, Figures], ...] = ()


def report(
    conn: Connection, sight: Sight, viewer: str, since: datetime, until: datetime, names_for: Collection[str]
) -> Report:
    """Return the figures that a person may see of the time from ``since`` to ``until``.

    Everybody sees their own; who leads a team sees its sum, if at least two others stand in it with anything;
    names go to the roles of ``names_for``: a lead sees the names of the own team, another role everybody's.
    Raises NotFoundError for a viewer who is not in people.yaml.
    """
    directory = sight.directory
    person = directory.persons.get(viewer)
    if person is None:
        raise NotFoundError(Text(f"no person {viewer} in people.yaml", f"people.yaml 中没有 {viewer}"))
    found = counted(conn, sight, since, until)
    own = found.get(viewer, Figures())
    led = {team.id for team in directory.teams.values() if team.lead == viewer}
    others = [p for p in directory.persons.values() if p.team in led and p.id != viewer]
    seen = _named(directory, viewer, others, led, names_for)
    named = tuple((p, found.get(p.id, Figures())) for p in seen)
    with_any = [p for p in others if not found.get(p.id, Figures()).is_empty]
    enough = bool(named) or len(with_any) >= LEAST_OTHERS
    team = total([own, *(found.get(p.id, Figures()) for p in others)]) if led and enough else None
    return Report(person, since, until, own, team, bool(led) and not enough, named)


def _named(
    directory: Directory, viewer: str, others: Sequence[Person], led: Collection[str], names_for: Collection[str]
) -> Sequence[Person]:
    """Return whose names the viewer may see beside figures."""
    of_teams = {role for team in directory.teams.values() for role, holder in team.roles.items() if holder == viewer}
    roles = {role for role, holder in directory.roles.items() if holder == viewer} | of_teams
    if roles & set(names_for):
        return [p for p in directory.persons.values() if p.id != viewer]
    return others if led and "lead" in names_for else ()


def total(several: Iterable[Figures]) -> Figures:
    """Return the sum of several persons' figures."""
    made = Figures()
    for one in several:
        made.warnings += one.warnings
        made.unanswered += one.unanswered
        made.escalations += one.escalations
        made.near_misses += one.near_misses
        made.due += one.due
        made.waits += one.waits
        made.overdue.update(one.overdue)
    return made


def counted(conn: Connection, sight: Sight, since: datetime, until: datetime) -> dict[str, Figures]:
    """Return everybody's figures; only dates on which the firm itself must act count."""
    warned = [w for w in rows.warned(conn, since, until) if _is_ours(w.rule, sight)]
    due = [d for d in rows.due(conn, since, until) if _is_ours(d.rule, sight)]
    done_by = {kind for d in due for kind in sight.rulebook.rules[d.rule].done_by}
    acts = rows.acts(conn, [w.subject for w in warned] + [d.case_id for d in due], {*_ANSWERS, *done_by})
    found: dict[str, Figures] = {}
    climbed: dict[tuple[str, str, str], set[int]] = {}
    for one in warned:
        of = found.setdefault(one.person, Figures())
        of.warnings += 1
        if one.kind == "step":
            climbed.setdefault((one.subject, one.rule, one.cycle), set()).add(one.step)
        answer = next((a for a in acts.get(one.subject, ()) if a.recorded_at >= one.at and _answers(a, one)), None)
        if answer is None:
            of.unanswered += 1
        elif answer.by == one.person:
            of.waits.append(answer.recorded_at - one.at)
    arrived = rows.cycles_warned(conn, (d.case_id for d in due))
    for d in due:
        _count_due(found.setdefault(d.owner, Figures()), d, acts.get(d.case_id, ()), sight, arrived)
        found[d.owner].escalations += len(climbed.pop((d.case_id, d.rule, d.cycle), ()))
    return found


def _is_ours(rule: str, sight: Sight) -> bool:
    known = sight.rulebook.rules.get(rule)
    return known is not None and known.acts is Acts.PARTY


def _answers(act: Act, about: rows.Warned | Due) -> bool:
    return act.kind in _ANSWERS and act.rule in (None, about.rule) and act.cycle in (None, about.cycle)


def _count_due(
    of: Figures, due: Due, acts: Sequence[Act], sight: Sight, arrived: Collection[tuple[str, str, str]]
) -> None:
    """Count a date that fell due: in time, nearly missed, or overdue and why."""
    of.due += 1
    kinds = sight.rulebook.rules[due.rule].done_by
    done = next((a for a in acts if a.kind in kinds or (a.kind == Answer.DONE.value and _answers(a, due))), None)
    if due.state == "done" and (done is None or done.on <= due.due_on):
        calendar = sight.calendars.get(due.calendar) or sight.calendars.get("plain")
        if done is not None and calendar is not None and calendar.working_days_between(done.on, due.due_on) < 1:
            of.near_misses += 1
        return
    if due.state == "done":
        of.overdue[LATE] += 1
    elif (due.case_id, due.rule, due.cycle) not in arrived:
        of.overdue[NOT_WARNED] += 1
    elif any(_answers(a, due) for a in acts):
        of.overdue[NOT_DONE] += 1
    else:
        of.overdue[NOT_ANSWERED] += 1


def names_allowed(configured: Sequence[str] | None, zone: str, locale: str) -> Mapping[str, None]:
    """Return the roles that see names: as configured; else, only in an office whose zone and language are Chinese,
    lead, partner and risk control; else nobody."""
    if configured is not None:
        return dict.fromkeys(configured)
    is_chinese = zone in ("Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "Asia/Harbin", "PRC")
    return dict.fromkeys(("lead", "partner", "risk") if is_chinese and locale.startswith("zh") else ())
