"""Decide: who is told what, and why. Level comes from time, step from silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from deadline_guard.core.answers import Acknowledgement, acknowledgement, put_off
from deadline_guard.core.assess import Assessment
from deadline_guard.core.audience import WARNS, Cycle, audience, awaited, entered, fresh, next_step, told_this_date
from deadline_guard.core.deadlines import State
from deadline_guard.core.notices import ANSWERED_MEANWHILE, History, Notice, NoticeKind, Reason, Told, Track
from deadline_guard.core.observing import observe
from deadline_guard.core.people import Directory, Resolution
from deadline_guard.core.rules import Acts, Level, Rulebook
from deadline_guard.core.timeline import Answer, Case
from deadline_guard.core.waiting import after

RUNNING = (State.OPEN, State.HELD)
_CLOSING = {State.DONE: Reason.DONE, State.NOT_PURSUED: Reason.NOT_PURSUED}


@dataclass(frozen=True, slots=True)
class Decision:
    """What one sweep decided on a case: notices to make and the state to keep of every cycle."""

    notices: tuple[Notice, ...]
    tracks: tuple[Track, ...]


def decide(
    case: Case,
    assessments: Sequence[Assessment],
    history: History,
    rulebook: Rulebook,
    directory: Directory,
    now: datetime,
) -> tuple[Decision, datetime | None]:
    """Return the notices that ``now`` asks for, the state of every cycle, and when to decide again.

    ``history`` is what was decided before; the same arguments always give the same keys, so that a repeated
    sweep is harmless. The table of ``design.md`` section 6 is the specification.
    """
    notices: list[Notice] = []
    tracks: list[Track] = []
    wakes: list[datetime] = []
    seen: set[tuple[str, str]] = set()
    for assessment in assessments:
        name = (assessment.rule.id, assessment.deadline.cycle)
        seen.add(name)
        before = history.tracks.get(name)
        cycle = Cycle(case, rulebook, directory, now, assessment, before, history.told.get(name, ()))
        tracks.append(_decide_cycle(cycle))
        notices.extend(cycle.notices)
        wakes.extend(w for w in cycle.wakes if w > now)
        if assessment.next_at is not None:
            wakes.append(assessment.next_at)
    for name, track in history.tracks.items():
        if name not in seen and track.state != "gone":
            notices.extend(_gone(case, track, history.told.get(name, ()), rulebook, now))
            tracks.append(replace(track, state="gone", level=Level.OK))
    return Decision(tuple(notices), tuple(tracks)), min(wakes, default=None)


def _decide_cycle(c: Cycle) -> Track:
    """Decide one cycle and return the state to keep."""
    deadline = c.assessment.deadline
    c.level = c.assessment.level
    _continue(c)
    owner = c.resolve("owner")
    if deadline.state is not State.OPEN:
        c.level = Level.OK
        if c.before is not None and c.before.state in RUNNING and deadline.state is not State.HELD:
            _close(c)
    elif c.assessment.rule.acts in (Acts.PARTY, Acts.OTHER):
        _conflict(c)
        level_decided = _open(c, owner)
        if not level_decided and c.before is not None:
            c.level = c.before.level if c.due_rev == c.before.due_rev else Level.OK
    else:
        observe(c, owner)
    return Track(
        rule=deadline.rule, cycle=deadline.cycle, due_rev=c.due_rev, due_at=deadline.due_at, level=c.level,
        step=c.step, state=deadline.state.value, owner=owner.person.id, since=c.since, told_since=c.told_since,
    )  # fmt: skip


def _continue(c: Cycle) -> None:
    """Carry the state on, or begin a new revision of the date: moved, resumed or reopened."""
    before, deadline = c.before, c.assessment.deadline
    c.since = c.now
    if before is None:
        return
    c.due_rev, c.step, c.since, c.told_since = before.due_rev, before.step, before.since, before.told_since
    ended_now = deadline.state is not State.OPEN
    if not ended_now and before.state not in RUNNING:
        c.told_since = c.now  # reopened: the level is told once more
    if not ended_now and (before.due_at != deadline.due_at or before.state != State.OPEN):
        c.due_rev, c.step, c.since = before.due_rev + 1, 1, c.now


def _open(c: Cycle, owner: Resolution) -> bool:
    """Tell whom an open deadline of ours asks to be told; return whether its level was decided (not muted)."""
    rule, deadline = c.assessment.rule, c.assessment.deadline
    muted = put_off(c.case, Answer.MUTED, rule.id, deadline.cycle, c.now)
    if muted is not None and c.level < Level.CRITICAL:
        c.wakes.append(muted)
        return False
    if "quiet_moves" not in deadline.flags:
        _tell_moved(c)
    if c.level is not Level.OK:
        _tell_level(c, owner)
        _climb(c, owner)
        _watch_absences(c)
    return True


def _tell_moved(c: Cycle) -> None:
    """Tell whoever was last warned of another date: at once when it is earlier, with the next digest when later.

    What moved while the clock stood still or the rule was muted is told at the end of that.
    """
    if not c.profile.tell_moved or c.before is None or c.before.state not in RUNNING:
        return
    knows = {t.person for t in c.told if t.due_rev == c.due_rev and t.kind in WARNS and t.stands}
    due = c.assessment.deadline.due_at
    last: dict[str, Told] = {}
    for told in sorted(c.told, key=lambda t: t.decided_at):
        since_reopened = c.told_since is None or told.decided_at >= c.told_since
        if told.kind in WARNS and told.state == "sent" and told.person not in knows and since_reopened:
            last[told.person] = told
    for person, told in last.items():
        if told.due_at is None or told.due_at == due or person not in c.directory.persons:
            continue
        to = Resolution(c.directory.persons[person], "warned", ("warned before",))
        earlier = due < told.due_at
        reason = Reason.MOVED_EARLIER if earlier else Reason.MOVED_LATER
        c.tell(to, NoticeKind.MOVED, reason, old_due=told.due_at.isoformat(), digest=not earlier)


def _tell_level(c: Cycle, owner: Resolution) -> None:
    """Tell everybody in the audience of the level who does not know this date at this level yet."""
    told = told_this_date(c)
    since, n = entered(c)
    knew_level = c.before.level if c.before is not None and c.before.due_rev == c.due_rev else Level.OK
    spared = _spared(c, owner)
    for to in audience(c, owner):
        heard = [t for t in told if t.person == to.person.id]
        known = [t.level for t in heard if since is None or t.decided_at >= since]
        if any(n.person == to.person.id and n.kind is NoticeKind.MOVED for n in c.notices):
            continue
        if (known and max(known) >= c.level) or to.person.id in spared:
            continue
        if not told:
            reason = Reason.FIRST
        elif since is not None and heard:
            reason = Reason.BUCKET_ENTERED
        elif c.level > knew_level or known:
            reason = Reason.LEVEL_RAISED
        else:
            reason = Reason.OWNER_CHANGED
        c.tell(to, NoticeKind.LEVEL, reason, n=n, next=next_step(c))


def _spared(c: Cycle, owner: Resolution) -> set[str]:
    """Return whose warning was taken back because of an answer that still holds: they need none at this level."""
    seen = _seen(c)
    if c.level is Level.OVERDUE or seen is None or _void_at(seen, _here(c), owner, c) is not None:
        return set()
    since = entered(c)[0]
    here = (t for t in c.told if t.due_rev == c.due_rev and (since is None or t.decided_at >= since))
    return {t.person for t in here if t.level >= c.level and t.why == ANSWERED_MEANWHILE}


def _here(c: Cycle) -> tuple[Told, ...]:
    """Return the warnings about this revision of the date."""
    return tuple(t for t in c.told if t.due_rev == c.due_rev and t.kind in WARNS and t.stands)


def _seen(c: Cycle) -> Acknowledgement | None:
    """Return the latest acknowledgement of this revision of the date."""
    deadline = c.assessment.deadline
    return acknowledgement(
        c.case, deadline.rule, deadline.cycle, c.since or c.now, c.profile.ack_expires, c.resolve("owner").person
    )


def _climb(c: Cycle, owner: Resolution) -> None:
    """Take the next step when nobody answered in time; else say when that would be. Repeat where asked.

    An acknowledgement that holds stops both below ``overdue``, and neither there.
    """
    here, seen = _here(c), _seen(c)
    void_at = _void_at(seen, here, owner, c) if seen else None
    if seen is not None and void_at is None and c.level < Level.OVERDUE:
        if seen.until is not None:
            c.wakes.append(seen.until)
        return
    if c.level >= c.profile.chain_from:
        _take_step(c, owner, _silent_since(c, here, void_at))
    _repeat(c, owner, here, void_at)


def _void_at(ack: Acknowledgement, here: tuple[Told, ...], owner: Resolution, c: Cycle) -> datetime | None:
    """Return when an acknowledgement stopped holding: the next level, a new owner, its expiry; None: it holds."""
    ends = [
        t.decided_at
        for t in here
        if t.kind is NoticeKind.LEVEL and t.decided_at > ack.at and _concerns(t.person, t.reason, owner)
    ]
    if any(n.kind is NoticeKind.LEVEL and _concerns(n.person, n.reason, owner) for n in c.notices):
        ends.append(c.now)
    if ack.until is not None and ack.until <= c.now:
        ends.append(ack.until)
    return min(ends, default=None)


def _concerns(person: str, reason: str, owner: Resolution) -> bool:
    """Return whether a told level voids answers: it rose, or the deadline has another owner now."""
    return reason != Reason.OWNER_CHANGED or person == owner.person.id


def _silent_since(c: Cycle, here: tuple[Told, ...], void_at: datetime | None) -> datetime | None:
    """Return where the silence that asks for the next step began; None where nobody has been told, only recorded."""
    told = [t for t in here if t.state != "withdrawn"]
    if here and not told and not c.notices:
        return None
    steps = [t.decided_at for t in told if t.kind is NoticeKind.STEP]
    first = [t.decided_at for t in told if t.level >= c.profile.chain_from]
    begun = max(steps) if steps else min(first, default=c.now)
    if not here and c.since is not None and told_this_date(c):
        begun = c.since  # the date came back to one that was told before: nobody is told again, silence runs on
    return max(begun, void_at) if void_at else begun


def _take_step(c: Cycle, owner: Resolution, silent_since: datetime | None) -> None:
    """Climb one rung if the silence lasted; where nobody new stands on it, the next is due at that same moment."""
    passed = False
    while silent_since is not None and c.step <= len(c.profile.chain):
        rung = c.profile.chain[c.step - 1]
        at = after(silent_since, rung.after, awaited(c))
        if at > c.now and not passed:
            c.wakes.append(at)
            return
        c.step += 1
        newcomers = fresh(c, owner, rung)
        names = {to.person.id for to in newcomers}
        c.notices = [n for n in c.notices if n.kind is not NoticeKind.LEVEL or n.person not in names]  # one each
        for to in newcomers:
            c.tell(
                to,
                NoticeKind.STEP,
                Reason.UNANSWERED,
                silent_since=silent_since.isoformat(),
                next=next_step(c),
                action=rung.action,
            )
        passed = not newcomers
        silent_since = c.now


def _repeat(c: Cycle, owner: Resolution, here: tuple[Told, ...], void_at: datetime | None) -> None:
    """Say the same level again while nobody answers, as often as the profile allows."""
    asked, slow = c.profile.repeat.get(c.level), owner.person
    said = [t for t in here if t.level == c.level]
    if asked is None or not said or any(n.kind in WARNS for n in c.notices):
        if asked is not None and c.notices:
            c.wakes.append(after(c.now, asked.every, slow))
        return
    n = max((t.n for t in said if t.kind is NoticeKind.REPEAT), default=0) + 1
    if asked.at_most and n > asked.at_most:
        return
    at = max([t.decided_at for t in said] + ([void_at] if void_at else []))
    at = after(at, asked.every, slow)
    news = [t.decided_at for t in here if t.kind is NoticeKind.LEVEL and _concerns(t.person, t.reason, owner)]
    since = max(news, default=c.since)  # a new level, date or owner ends a snooze
    snoozed = put_off(c.case, Answer.SNOOZED, c.assessment.rule.id, c.assessment.deadline.cycle, c.now, since)
    at = max(at, snoozed) if snoozed else at
    if at > c.now:
        c.wakes.append(at)
        return
    for to in audience(c, owner):
        c.tell(to, NoticeKind.REPEAT, Reason.REPEAT, n=n, next=next_step(c))
    c.wakes.append(after(c.now, asked.every, slow))


def _watch_absences(c: Cycle) -> None:
    """Wake when a leave in the audience begins or ends: who answers may then be somebody else."""
    if not c.directory.absences:
        return
    reached = c.profile.chain[: c.step - 1]
    roles = {role for told in (*c.profile.tell.values(), *(rung.tell for rung in reached)) for role in told}
    named: set[str] = set()
    for to in map(c.resolve, roles | {"owner"}):
        named |= {to.person.id, *(turn.removeprefix("absent ") for turn in to.path if turn.startswith("absent "))}
    for person in named:
        for absence in c.directory.absences.get(person, ()):
            c.wakes.extend((absence.since, absence.until))


def _conflict(c: Cycle) -> None:
    """Tell owner and admin once that a hand correction and its source contradict each other."""
    deadline = c.assessment.deadline
    if "conflict" not in deadline.flags:
        return
    trigger = next((e for e in c.case.timeline.events if e.id == deadline.cycle), None)
    n = max((e.revision for e in trigger.conflicts), default=1) if trigger else 1
    if any(t.kind is NoticeKind.CONFLICT and t.n == n for t in c.told):
        return
    level, c.level = c.level, Level.OK
    other = [str(r.due_on) for r in deadline.readings]
    for role in ("owner", "admin"):
        c.tell(c.resolve(role), NoticeKind.CONFLICT, Reason.CONFLICT, n=n, other=other)
    c.level = level


def _close(c: Cycle) -> None:
    """Tell those who were warned that it is over (not the one who said so)."""
    if not c.profile.tell_closed:
        return
    deadline = c.assessment.deadline
    event = next((e for e in c.case.timeline.events if e.id == deadline.ended_by), None)
    answered_by = str(event.data.get("by", event.recorded_by)) if event else ""
    for person in dict.fromkeys(t.person for t in c.told if t.kind in WARNS and t.state == "sent"):
        if person != answered_by and person in c.directory.persons:
            to = Resolution(c.directory.persons[person], "warned", ("warned before",))
            reason = _CLOSING.get(deadline.state, Reason.DONE)
            c.tell(to, NoticeKind.CLOSED, reason, by=answered_by, state=deadline.state.value)


def _gone(case: Case, track: Track, told: tuple[Told, ...], rulebook: Rulebook, now: datetime) -> list[Notice]:
    """Withdraw what was warned of when its trigger was retracted or its rule left the rulebook."""
    rule = rulebook.rules.get(track.rule)
    if track.state not in RUNNING or (rule is not None and not rule.profile.tell_closed):
        return []
    warned = dict.fromkeys(t.person for t in told if t.kind in WARNS and t.state == "sent")
    return [
        Notice(
            subject=case.id,
            rule=track.rule,
            cycle=track.cycle,
            due_rev=track.due_rev,
            kind=NoticeKind.WITHDRAWN,
            level=Level.OK,
            step=track.step,
            n=1,
            person=person,
            reason=Reason.RULE_GONE,
            decided_at=now,
            due_at=track.due_at,
            due_on=None,
            data={"rule_known": rule is not None},
        )
        for person in warned
    ]
