"""The audience of a deadline: one cycle under decision, who hears of it and who hears next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from deadline_guard.core.assess import Assessment
from deadline_guard.core.notices import Notice, NoticeKind, Reason, Told, Track
from deadline_guard.core.people import Directory, Person, Resolution, responsible, who
from deadline_guard.core.rules import ChainStep, Level, Profile, Rulebook, Wait
from deadline_guard.core.timeline import Case
from deadline_guard.core.waiting import after

WARNS: Final = frozenset({NoticeKind.LEVEL, NoticeKind.STEP, NoticeKind.REPEAT, NoticeKind.MOVED})


@dataclass(slots=True)
class Cycle:
    """Everything that the decision on one cycle reads, and what it has decided so far."""

    case: Case
    rulebook: Rulebook
    directory: Directory
    now: datetime
    assessment: Assessment
    before: Track | None
    told: tuple[Told, ...]
    due_rev: int = 1
    step: int = 1
    since: datetime | None = None
    told_since: datetime | None = None
    level: Level = Level.OK
    notices: list[Notice] = field(default_factory=list)
    wakes: list[datetime] = field(default_factory=list)
    resolved: dict[str, Resolution] = field(default_factory=dict)

    @property
    def profile(self) -> Profile:
        return self.assessment.rule.profile

    def resolve(self, role: str) -> Resolution:
        found = self.resolved.get(role)
        if found is None:
            if role == "owner":
                found = responsible(self.assessment.owner_role, self.case, self.now, self.directory)
            else:
                found = who(role, self.case, self.now, self.directory)
            self.resolved[role] = found
        return found

    def tell(self, to: Resolution, kind: NoticeKind, reason: Reason, /, n: int = 1, **more: Any) -> None:
        """Decide one notice; the same key twice in one sweep is one notice (two roles, one person).

        A notice that was taken back unsent has used its number: wanted again, it takes the next.
        """
        hold = more.pop("hold_until", None)
        deadline, rule = self.assessment.deadline, self.assessment.rule
        used = {t.n for t in self.told if not t.stands and _alike(t, self, kind, to.person.id)}
        while n in used:
            n += 1
        notice = Notice(
            self.case.id, rule.id, deadline.cycle, self.due_rev, kind, self.level, self.step, n, to.person.id, reason,
            self.now, to.path, hold, deadline.due_on, deadline.due_at, more,
        )  # fmt: skip
        if not self.notices or all(other.key != notice.key for other in self.notices):
            self.notices.append(notice)


def tell_once(c: Cycle, to: Resolution, kind: NoticeKind, reason: Reason, since: datetime, /, **more: Any) -> None:
    """Tell a person one thing that happened at ``since``, unless they were told since."""
    if not _said(c, to, kind, reason, since):
        c.tell(to, kind, reason, n=_next_number(c, to, kind), **more)


def tell_again(
    c: Cycle, to: Resolution, kind: NoticeKind, reason: Reason, since: datetime, every: Wait, /,
    first_at_once: bool = True, **more: Any,
) -> None:  # fmt: skip
    """Tell a person one thing that holds from ``since`` on, at once or after a first wait, and then every so long."""
    said = _said(c, to, kind, reason, since)
    at = after(max(said, default=since), every, to.person)
    if at > c.now and (said or not first_at_once):
        c.wakes.append(at)
        return
    c.tell(to, kind, reason, n=_next_number(c, to, kind), **more)
    c.wakes.append(after(c.now, every, to.person))


def _said(c: Cycle, to: Resolution, kind: NoticeKind, reason: Reason, since: datetime) -> list[datetime]:
    """Return when the person was told this since then; of steps asked about, this step only."""
    return [
        t.decided_at
        for t in c.told
        if t.kind is kind and t.person == to.person.id and t.reason == reason and t.stands and t.decided_at >= since
        and (kind is not NoticeKind.ACTION or t.step == c.step)
    ]  # fmt: skip


def _next_number(c: Cycle, to: Resolution, kind: NoticeKind) -> int:
    """Return a number that no notice of this kind to this person has used."""
    used = [t.n for t in c.told if t.kind is kind and t.person == to.person.id]
    return 1 + max((*used, *(n.n for n in c.notices if n.kind is kind and n.person == to.person.id)), default=0)


def _alike(told: Told, c: Cycle, kind: NoticeKind, person: str) -> bool:
    """Return whether only the number tells an earlier notice's key from one decided now."""
    return (told.due_rev, told.kind, told.level, told.step, told.person) == (c.due_rev, kind, c.level, c.step, person)


def told_this_date(c: Cycle) -> tuple[Told, ...]:
    """Return what was decided about the date that is in force (a date moved there and back was told before)."""
    if not c.told:
        return ()
    due = c.assessment.deadline.due_at
    return tuple(
        t
        for t in c.told
        if t.kind in WARNS and t.due_at == due and t.stands and (c.told_since is None or t.decided_at >= c.told_since)
    )


def entered(c: Cycle) -> tuple[datetime | None, int]:
    """Return when a debt entered its present bucket (None: no bucket), and how many of this level it is in.

    Entering the next bucket is news even where its level is that of the last one.
    """
    reached = [x for x in c.assessment.crossings if x.at <= c.now and x.bucket is not None]
    if not reached:
        return None, 1
    return reached[-1].at, sum(x.level is reached[-1].level for x in reached)


def audience(c: Cycle, owner: Resolution) -> list[Resolution]:
    """Return the persons of ``tell`` for this and all lower levels and of the steps reached, each once."""
    roles: dict[str, None] = {}
    for level, told in c.profile.tell.items():
        if level <= c.level:
            roles.update(dict.fromkeys(told))
    if not roles:
        roles["owner"] = None
    for rung in c.profile.chain[: c.step - 1]:
        roles.update(dict.fromkeys(rung.tell))
    found: dict[str, Resolution] = {}
    for role in roles:
        to = owner if role == "owner" else c.resolve(role)
        found.setdefault(to.person.id, to)
    return list(found.values())


def fresh(c: Cycle, owner: Resolution, rung: ChainStep) -> list[Resolution]:
    """Return the persons of a rung who are not on a lower one (the owner's own lead may be the owner)."""
    below = {owner.person.id}
    for lower in c.profile.chain[: c.step - 2]:
        below.update(c.resolve(role).person.id for role in lower.tell)
    found = {to.person.id: to for to in (c.resolve(role) for role in rung.tell)}
    return [to for person, to in found.items() if person not in below]


def awaited(c: Cycle) -> Person:
    """Return whose silence the next step waits for: the owner, then whoever the last rung told first."""
    reached = c.profile.chain[c.step - 2].tell[0] if 2 <= c.step <= len(c.profile.chain) + 1 else "owner"
    return c.resolve(reached).person


def next_step(c: Cycle) -> Mapping[str, Any] | None:
    """Return who hears next if nobody answers, and when, for the text."""
    if c.level < c.profile.chain_from or c.step > len(c.profile.chain):
        return None
    rung = c.profile.chain[c.step - 1]
    to = c.resolve(rung.tell[0])
    return {
        "at": after(c.now, rung.after, awaited(c)).isoformat(),
        "person": to.person.id,
        "role": rung.tell[0],
        "step": c.step + 1,
    }
