"""Why: everything behind a deadline, from the event that began it to what each person was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from deadline_guard.core.assess import Assessment, assess, meets
from deadline_guard.core.deadlines import State
from deadline_guard.core.disputes import open_dispute
from deadline_guard.core.law import in_force
from deadline_guard.core.people import Resolution, who
from deadline_guard.core.rules import ChainStep, Level, Pack, Rule, RuleVersion, Title
from deadline_guard.core.timeline import Answer, Case, Event
from deadline_guard.errors import NotFoundError
from deadline_guard.store import cases, notices, past, telling
from deadline_guard.store.notices import StoredNotice
from deadline_guard.store.telling import Carried
from deadline_guard.views.items import Sight

_ANSWERS = frozenset(a.value for a in Answer)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A level that begins at ``at``, and who is told from then on as things stand."""

    at: datetime
    level: Level
    tell: tuple[Resolution, ...]


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the chain and who stands on it as things stand."""

    step: ChainStep
    tell: tuple[Resolution, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """One decision to tell somebody: what became of it, and the messages that carried it."""

    stored: StoredNotice
    person: str
    carried: tuple[Carried, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One deadline with everything that led to it and came of it; titles of event kinds and names of persons by id."""

    found: Assessment
    version: RuleVersion | None
    pack: Pack | None
    trigger: Event | None
    ended: Event | None
    titles: Mapping[str, Title]
    names: Mapping[str, str]
    owner: Resolution
    thresholds: tuple[Threshold, ...]
    chain: tuple[Rung, ...]
    told: tuple[Told, ...]
    answers: tuple[Event, ...]
    disputed: Event | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """A case at an instant: its deadlines, and the rules that watch it and have not begun.

    ``other_rules``: at that instant another revision of the rules was in force than the one used here.
    """

    case: Case
    deadlines: tuple[Explanation, ...]
    waiting: tuple[Rule, ...]
    findings: tuple[Told, ...]
    other_rules: bool


def explain(
    conn: Connection, case: str, sight: Sight, at: datetime, rule: str | None = None, *, as_of: bool = False
) -> Explained:
    """Return why the case's dates are what they are, as known at ``at``; raises NotFoundError for case or rule.

    ``as_of``: with the case's own data and owners as they were then; give the sight of then with it.
    """
    known = cases.load_case(conn, case, known_at=at)
    known = past.case(conn, known, at) if as_of else known
    book = sight.rulebook
    watching = tuple(r for r in book.by_type.get(known.case_type, ()) if meets(r, known))
    if rule is not None and all(r.id != rule for r in watching):
        raise NotFoundError(_no_rule(rule, watching, known.code))
    found, _ = assess(known, book, sight.calendars, at)
    stored = [n for n in notices.of_subjects(conn, [known.id]) if n.notice.decided_at <= at]
    carried = telling.carriers(conn, (n.id for n in stored))
    told = [Told(n, _name(n.notice.person, sight), tuple(carried.get(n.id, ()))) for n in stored]
    wanted = [a for a in found if rule is None or a.rule.id == rule]
    begun = {a.rule.id for a in found}
    then = telling.revision_at(conn, "rulebook", at)
    return Explained(
        known,
        tuple(_explanation(a, known, told, sight, at) for a in sorted(wanted, key=_order)),
        tuple(r for r in watching if r.id not in begun and (rule is None or r.id == rule)),
        tuple(t for t in told if t.stored.notice.rule.startswith("finding.")),
        then is not None and then != book.revision,
    )


def _no_rule(rule: str, watching: Sequence[Rule], code: str) -> str:
    known = ", ".join(r.id for r in watching) or "none"
    return f"no rule {rule} watches case {code}; these do: {known}"


def _order(found: Assessment) -> tuple[bool, int, datetime]:
    return (found.deadline.state is not State.OPEN, -found.level, found.deadline.due_at)


def _explanation(found: Assessment, case: Case, told: Sequence[Told], sight: Sight, at: datetime) -> Explanation:
    rule, deadline = found.rule, found.deadline

    def resolve(role: str) -> Resolution:
        return who(found.owner_role if role == "owner" else role, case, at, sight.directory)

    def audience(level: Level) -> tuple[Resolution, ...]:
        roles = dict.fromkeys(r for lower, tell in rule.profile.tell.items() if lower <= level for r in tell)
        return _each_once([resolve(role) for role in roles or {"owner": None}])

    version = next((v for v in rule.versions if v.id == deadline.version), None)
    return Explanation(
        found=found,
        version=version or in_force(rule.versions, deadline.due_on),
        pack=sight.rulebook.packs.get(rule.pack),
        trigger=next((e for e in case.timeline.events if e.id == deadline.cycle), None),
        ended=next((e for e in case.timeline.events if e.id == deadline.ended_by), None),
        titles={kind.id: kind.title for kind in sight.rulebook.events.values()},
        names={person.id: person.name for person in sight.directory.persons.values()},
        owner=resolve("owner"),
        thresholds=tuple(Threshold(c.at, c.level, audience(c.level)) for c in found.crossings),
        chain=tuple(Rung(s, _each_once([resolve(r) for r in s.tell])) for s in rule.profile.chain),
        told=tuple(t for t in told if (t.stored.notice.rule, t.stored.notice.cycle) == (rule.id, deadline.cycle)),
        disputed=open_dispute(case, rule.id, deadline.cycle),
        answers=tuple(
            e
            for e in case.timeline.events
            if e.kind in _ANSWERS
            and e.data.get("rule") in (None, rule.id)
            and e.data.get("cycle") in (None, deadline.cycle)
        ),
    )


def _each_once(found: Sequence[Resolution]) -> tuple[Resolution, ...]:
    return tuple({r.person.id: r for r in found}.values())


def _name(person: str, sight: Sight) -> str:
    found = sight.directory.persons.get(person)
    return found.name if found else person
