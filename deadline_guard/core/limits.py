"""What rules grant on a timeline: one deadline a cycle, with its derivation and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from deadline_guard.core.calendar import FIRST_YEAR, LAST_YEAR, Calendar, OutOfRange
from deadline_guard.core.conditions import number
from deadline_guard.core.deadlines import Alternative, Deadline, State
from deadline_guard.core.derivation import Step
from deadline_guard.core.endings import (
    ACT_BEFORE_EVENT,
    ANSWERS_THAT_END,
    Ending,
    acted_too_soon,
    ended_by_answers,
    ended_by_events,
    first,
)
from deadline_guard.core.instants import day_starts, local_instant, zone_of
from deadline_guard.core.law import Law, in_force, law_of
from deadline_guard.core.levels import level_at, marks, office_shares
from deadline_guard.core.period import Period, Unit
from deadline_guard.core.rules import Internal, Level, Rule, Rulebook, RuleVersion
from deadline_guard.core.running import Run, run
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import EMPTY, Case
from deadline_guard.core.triggers import Cycle, cycles, several_clocks, side_by_side

OUT_OF_RANGE: Final = "date_out_of_range"
_FIRST: Final = date(FIRST_YEAR + 1, 1, 1)  # a year inside, so that thresholds before it can be found
_LAST: Final = date(LAST_YEAR - 1, 12, 31)


class Look(NamedTuple):
    """One rule looked at on one case at one instant."""

    rule: Rule
    case: Case
    law: Law
    day_starts_at: time
    now: datetime


def deadlines(
    rule: Rule,
    case: Case,
    rulebook: Rulebook,
    calendars: Mapping[str, Calendar],
    now: datetime,
    computed: Mapping[str, Sequence[Deadline]] = EMPTY,
) -> tuple[Deadline, ...]:
    """Return the deadline of every cycle that the rule's trigger opened on the case.

    ``computed`` holds the deadlines of the rules that this one may be chained to. A trigger on a day when no
    version of the rule was in force opens nothing. Raises ValueError for an unknown calendar.
    """
    opened = cycles(rule, case, computed)
    if not opened:
        return ()
    look = look_at(rule, case, rulebook, calendars, now)
    return tuple([d for cycle in opened if (d := granted(look, cycle)) is not None])


def look_at(rule: Rule, case: Case, rulebook: Rulebook, calendars: Mapping[str, Calendar], now: datetime) -> Look:
    """Return what every cycle of the rule on this case shares."""
    return Look(rule, case, law_of(rule, case, rulebook, calendars), rulebook.day_starts_at, now)


def granted(
    look: Look, cycle: Cycle, target: Period | None = None, left: Ending | None = None, flags: tuple[str, ...] = ()
) -> Deadline | None:
    """Return the deadline of one cycle, or None where the law gave none on that day.

    ``target`` is the limit where the rule's version names none; ``left`` ends the cycle beside its acts. A date
    that cannot be counted (year 0900, 9999) is flagged and due at once or never, so that one typing error in a
    case does not hide its other deadlines.
    """
    try:
        return _granted(look, cycle, target, left, flags)
    except (OutOfRange, OverflowError):
        day = min(max(cycle.on, _FIRST), _LAST)
        at = day_starts(day, look.law.zone)
        ran = Run(look.law.zone, at, day, at, flags=[OUT_OF_RANGE, *flags])
        return _built(look, cycle, ran, None, None, None)


def _granted(
    look: Look, cycle: Cycle, target: Period | None, left: Ending | None, flags: tuple[str, ...]
) -> Deadline | None:
    rule, law, timeline = look.rule, look.law, look.case.timeline
    ending = ended_by_events(rule, timeline, cycle, law.zone)
    if left is not None:
        ending = left if ending is None else first((ending, left))
    version = _version(look, cycle, ending)
    limit = cycle.limit or _named(rule, cycle) or (version.limit if version else None)
    limit = limit or (None if rule.date_field else target)
    if rule.date_field is None and (limit is None or (version is None and rule.versions)):
        return None
    ended = ending.on if ending else None
    ran = run(rule, timeline, law, cycle, look.now, version, limit, ended)
    if rule.trigger_any and several_clocks(rule):
        ran = _chosen(ran, look, cycle, version, ended)
    if cycle.event is not None and cycle.event.conflicts:
        _note_conflicts(ran, look, cycle, version, limit)
    ran.flags.extend(flags)
    if ending is None and rule.done_by and rule.direction == "forward" and acted_too_soon(rule, timeline, cycle):
        ran.flags.append(ACT_BEFORE_EVENT)
    return _settled(look, cycle, ran, version, ending)


def _named(rule: Rule, cycle: Cycle) -> Period | None:
    """Return the days that the event itself grants (``params.limit_from``: its field), as courts set them."""
    field = rule.params.get("limit_from")
    days = number(cycle.event.data.get(field)) if field and cycle.event else None
    return Period(int(days), Unit.DAYS) if days is not None and days.denominator == 1 and days >= 0 else None


def _version(look: Look, cycle: Cycle, ending: Ending | None) -> RuleVersion | None:
    """Return the version in force on the day the rule selects by: of the trigger, the act, or an event."""
    versions, by = look.rule.versions, look.rule.select_version_by
    if not versions or (len(versions) == 1 and versions[0].since is None and versions[0].until is None):
        return versions[0] if versions else None
    day = cycle.on
    if by == "act":
        day = ending.on if ending else look.now.astimezone(zone_of(look.law.zone)).date()
    elif by != "trigger":
        named = look.case.timeline.last(by)
        day = named.on if named else day
    return in_force(versions, day)


def _chosen(ran: Run, look: Look, cycle: Cycle, version: RuleVersion | None, ended: date | None) -> Run:
    """Return the run whose date counts among clocks side by side: the earliest; by ``choose: latest`` the last."""
    rule = look.rule
    runs = [ran] if rule.trigger.event else []
    for other in side_by_side(rule, look.case, cycle):
        limit = other.limit or (version.limit if version else None)
        if limit is not None:
            runs.append(run(rule, look.case.timeline, look.law, other, look.now, version, limit, ended))
    latest = rule.params.get("choose") == "latest"
    best = (max if latest else min)(runs or [ran], key=lambda r: r.due_at)
    note = (
        Text("the later of several dates", "数个期限中较晚者")
        if latest
        else Text("the earliest of several dates", "数个期限中最早者")
    )
    best.basis += tuple(Step("choose", r.due, best.due, note=note) for r in runs if r is not best)
    return best


def _note_conflicts(ran: Run, look: Look, cycle: Cycle, version: RuleVersion | None, limit: Period | None) -> None:
    """Keep the date that the contradicting revision would give as another reading."""
    ran.flags.append("conflict")
    for rival in cycle.event.conflicts if cycle.event else ():
        if rival.retracted:
            continue
        other = cycle._replace(on=rival.on, at=rival.at, event=rival._replace(conflicts=()))
        due_on = run(look.rule, look.case.timeline, look.law, other, look.now, version, limit).due_on
        why = Text(f"revision {rival.revision} contradicts this one", f"第{rival.revision}次修订与此矛盾")
        if due_on != ran.due_on:
            ran.readings += (Alternative(due_on, why),)


def _settled(look: Look, cycle: Cycle, ran: Run, version: RuleVersion | None, ending: Ending | None) -> Deadline:
    """Return the deadline with what became of it: ended by an act or an answer, held, or open."""
    changes_at = ran.holds_at
    if ending is not None and ending.at > look.now:  # dated ahead: it has not happened yet
        changes_at = ending.at if changes_at is None else min(changes_at, ending.at)
        ending = None
    deadline = _built(look, cycle, ran, version, ending, changes_at)
    if ANSWERS_THAT_END.isdisjoint(look.case.timeline.by_kind):
        return deadline
    rule, law = look.rule, look.law

    def level(at: datetime) -> Level:
        running = deadline._replace(state=State.OPEN)
        shares = office_shares(running, rule, look.case, law)
        return level_at(marks(running, rule.profile, law.calendar, law.zone, look.day_starts_at, shares), at)

    answer, flags = ended_by_answers(rule, look.case.timeline, cycle, law.zone, level)
    if flags and ending is None:
        deadline = deadline._replace(flags=deadline.flags + flags)
    if answer is None or (ending is not None and first((ending, answer)) is ending):
        return deadline
    return deadline._replace(state=answer.state, ended_at=answer.at, ended_by=answer.by)


def _built(
    look: Look,
    cycle: Cycle,
    ran: Run,
    version: RuleVersion | None,
    ending: Ending | None,
    changes_at: datetime | None,
) -> Deadline:
    rule, due_on = look.rule, ran.due_on
    if ending is not None:
        state = ending.state
    else:
        state = State.HELD if ran.held or cycle.held else State.OPEN
    internal_at = _internal(rule.internal, due_on, ran.due_at, look.law) if rule.internal and ran.basis else None
    ended_at, ended_by = (ending.at, ending.by) if ending is not None else (None, None)
    flags = tuple(dict.fromkeys(ran.flags)) if ran.flags else ()
    return Deadline(  # by position: names would double what making one costs
        rule.id, version.id if version else "", cycle.id, cycle.subject, due_on, ran.due_at, ran.starts_at,
        cycle.known_at, cycle.on, internal_at, ran.rolled, ran.provisional, cycle.unconfirmed, ran.readings, ran.basis,
        state, ended_at, ended_by, flags, ran.excluded, look.law.zone, ran.what, changes_at,
    )  # fmt: skip


def _internal(internal: Internal, due_on: date, due_at: datetime, law: Law) -> datetime:
    """Return the firm's own limit: so many days before, at a local time, never after the legal one."""
    if not internal.working:
        day = due_on - timedelta(days=internal.n)
    elif internal.n:
        day = law.calendar.add_working_days(due_on, -internal.n)
    else:
        day = law.calendar.previous_open(due_on)
    return min(local_instant(day, internal.at, law.zone), due_at.astimezone(UTC))
