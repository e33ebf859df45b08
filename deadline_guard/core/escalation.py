"""Decide: who is told what, and why. Level comes from time, step from silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from deadline_guard.core.answers import Acknowledgement, acknowledgement, put_off
from deadline_guard.core.assess import Assessment
from deadline_guard.core.audience import WARNS, Cycle, audience, awaited, entered, fresh, next_step, told_this_date
from deadline_guard.core.closing import RUNNING, tell_closed, tell_conflict, tell_gone
from deadline_guard.core.deadlines import State
from deadline_guard.core.disputes import tell_disputes
from deadline_guard.core.handing_over import tell_offers
from deadline_guard.core.notices import ANSWERED_MEANWHILE, History, Notice, NoticeKind, Reason, Told, Track
from deadline_guard.core.observing import observe
from deadline_guard.core.people import Directory, Resolution
from deadline_guard.core.results import ask_results
from deadline_guard.core.rules import Acts, Level, Rulebook
from deadline_guard.core.second_person import ask_second, ask_to_confirm_date
from deadline_guard.core.timeline import Answer, Case
from deadline_guard.core.waiting import after

OURS = (Acts.PARTY, Acts.OTHER)


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
    asked: set[str] = set()  # cycles whose date somebody is asked to confirm: several rules may begin with it
    talked = Answer.HANDED_OVER in case.timeline.by_kind or Answer.DISPUTED in case.timeline.by_kind
    for assessment in assessments:
        name = (assessment.rule.id, assessment.deadline.cycle)
        seen.add(name)
        before = history.tracks.get(name)
        cycle = Cycle(case, rulebook, directory, now, assessment, before, history.told.get(name, ()))
        tracks.append(_decide_cycle(cycle))
        if assessment.deadline.state is State.OPEN and assessment.rule.acts in OURS:
            _between_people(cycle, talked, asked)
        notices.extend(cycle.notices)
        wakes.extend([w for w in cycle.wakes if w > now])
        if assessment.next_at is not None:
            wakes.append(assessment.next_at)
    for name, track in history.tracks.items():
        if name not in seen and track.state != "gone":
            notices.extend(tell_gone(case, track, history.told.get(name, ()), rulebook, now))
            tracks.append(track._replace(state="gone", level=Level.OK))
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
            tell_closed(c)
    elif c.assessment.rule.acts in OURS:
        tell_conflict(c)
        level_decided = _open(c, owner)
        if not level_decided and c.before is not None:
            c.level = c.before.level if c.due_rev == c.before.due_rev else Level.OK
    else:
        observe(c, owner)
    return Track(
        deadline.rule, deadline.cycle, c.due_rev, deadline.due_at, c.level, c.step, deadline.state.value,
        owner.person.id, c.since, c.told_since,
    )  # fmt: skip


def _between_people(c: Cycle, talked: bool, asked: set[str]) -> None:
    """Tell what one person asks of another about an open deadline of ours; a mute does not hold that back."""
    deadline = c.assessment.deadline
    if talked:
        tell_offers(c, c.resolve("owner"))
        tell_disputes(c)
    if deadline.flags:
        ask_second(c)
    if deadline.unconfirmed and deadline.cycle not in asked:
        asked.add(deadline.cycle)
        ask_to_confirm_date(c)
    if c.step > 1:
        ask_results(c)


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
        seen = _seen(c)
        _tell_level(c, owner, seen)
        _climb(c, owner, seen)
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


def _tell_level(c: Cycle, owner: Resolution, seen: Acknowledgement | None) -> None:
    """Tell everybody in the audience of the level who does not know this date at this level yet."""
    told = told_this_date(c)
    since, nth = entered(c)
    knew_level = c.before.level if c.before is not None and c.before.due_rev == c.due_rev else Level.OK
    spared = _spared(c, owner, seen)
    for to in audience(c, owner):
        heard = [t for t in told if t.person == to.person.id]
        known = [t.level for t in heard if since is None or t.decided_at >= since]
        if any(n.person == to.person.id and n.kind is NoticeKind.MOVED for n in c.notices):
            continue
        passed = _passed_to(c, to, owner)
        if (known and max(known) >= c.level and not passed) or to.person.id in spared:
            continue
        if not told:
            reason = Reason.FIRST
        elif passed and c.level <= knew_level:
            reason = Reason.OWNER_CHANGED
        elif since is not None and heard:
            reason = Reason.BUCKET_ENTERED
        elif c.level > knew_level or known:
            reason = Reason.LEVEL_RAISED
        else:
            reason = Reason.OWNER_CHANGED
        used = [t.n for t in heard if t.kind is NoticeKind.LEVEL] if passed else []
        c.tell(
            to,
            NoticeKind.LEVEL,
            reason,
            n=max((nth, *(n + 1 for n in used))),
            next=next_step(c),
            **_not_told_of_move(c, to.person.id),
        )


def _not_told_of_move(c: Cycle, person: str) -> dict[str, str]:
    """Return the date that a person still believes in, where the message that it moved waits for the digest."""
    if not any(t.kind is NoticeKind.MOVED and t.person == person and t.state in ("open", "held") for t in _here(c)):
        return {}
    knew = [t for t in c.told if t.person == person and t.kind in WARNS and t.state == "sent" and t.due_at is not None]
    last = max(knew, key=lambda t: t.decided_at, default=None)
    return {"old_due": last.due_at.isoformat()} if last is not None and last.due_at is not None else {}


def _passed_to(c: Cycle, to: Resolution, owner: Resolution) -> bool:
    """Return whether the deadline has just become this person's: told anew, even of a level they heard of before."""
    before = c.before
    if before is None or to.person.id != owner.person.id or before.due_rev != c.due_rev:
        return False
    return before.owner not in ("", owner.person.id) and before.state in RUNNING


def _spared(c: Cycle, owner: Resolution, seen: Acknowledgement | None) -> set[str]:
    """Return whose warning was taken back because of an answer that still holds: they need none at this level."""
    if c.level is Level.OVERDUE or seen is None or _void_at(seen, _here(c), owner, c) is not None:
        return set()
    since = entered(c)[0]
    here = (t for t in c.told if t.due_rev == c.due_rev and (since is None or t.decided_at >= since))
    return {t.person for t in here if t.level >= c.level and t.why == ANSWERED_MEANWHILE}


def _here(c: Cycle) -> tuple[Told, ...]:
    """Return the warnings about this revision of the date."""
    return tuple([t for t in c.told if t.due_rev == c.due_rev and t.kind in WARNS and t.stands])


def _seen(c: Cycle) -> Acknowledgement | None:
    """Return the latest acknowledgement of this revision of the date."""
    deadline = c.assessment.deadline
    return acknowledgement(
        c.case, deadline.rule, deadline.cycle, c.since or c.now, c.profile.ack_expires, c.resolve("owner").person
    )


def _climb(c: Cycle, owner: Resolution, seen: Acknowledgement | None) -> None:
    """Take the next step when nobody answered in time; else say when that would be. Repeat where asked.

    An acknowledgement that holds stops both below ``overdue``, and neither there.
    """
    here = _here(c)
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


def next_step_at(
    case: Case, assessment: Assessment, history: History, rulebook: Rulebook, directory: Directory, now: datetime
) -> datetime | None:
    """Return when the chain of an open deadline climbs next if nobody says anything, or None where it does not."""
    name = (assessment.rule.id, assessment.deadline.cycle)
    c = Cycle(case, rulebook, directory, now, assessment, history.tracks.get(name), history.told.get(name, ()))
    c.level = assessment.level
    _continue(c)
    owner, here, seen = c.resolve("owner"), _here(c), _seen(c)
    void_at = _void_at(seen, here, owner, c) if seen else None
    held = seen is not None and void_at is None and c.level < Level.OVERDUE
    silent_since = _silent_since(c, here, seen.until if held and seen else void_at)
    if c.level < c.profile.chain_from or c.step > len(c.profile.chain) or silent_since is None:
        return None
    if held and seen and seen.until is None:
        return None
    return after(silent_since, c.profile.chain[c.step - 1].after, awaited(c))


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
