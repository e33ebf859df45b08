"""One run of a clock: counted from its trigger, stopped, extended, interrupted, until its due instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from deadline_guard.core.calendar import OutOfRange
from deadline_guard.core.clocks import Stop, changes, holding, spans, stops
from deadline_guard.core.deadlines import Alternative, Excluded
from deadline_guard.core.derivation import Counted, Step
from deadline_guard.core.instants import ONE_DAY, day_ends, day_starts, zone_of
from deadline_guard.core.law import Law, counted
from deadline_guard.core.period import Period, Unit, parse_period
from deadline_guard.core.rules import Rule, RuleVersion
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Event, Timeline
from deadline_guard.core.triggers import Cycle

SET_BY_COURT = Text("set by the court", "法院指定")


@dataclass(slots=True)
class Run:
    """One clock while its events are folded; ``due`` is a civil date or, where hours count, an instant."""

    starts_at: datetime
    due: date | datetime
    due_at: datetime
    rolled: bool = False
    provisional: tuple[str, ...] = ()
    readings: tuple[Alternative, ...] = ()
    basis: tuple[Step, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    held: bool = False
    holds_at: datetime | None = None
    flags: list[str] = field(default_factory=list)
    what: str = ""
    zone: str = "UTC"

    @property
    def due_on(self) -> date:
        """Return the civil day of the due date in the zone of the case."""
        return self.due.astimezone(zone_of(self.zone)).date() if isinstance(self.due, datetime) else self.due

    def take(self, found: Counted) -> None:
        """Go on from a further count, whose derivation follows the one so far."""
        self.due, self.due_at = found.due, found.due_at or day_ends(found.due_on, self.zone)
        self.rolled = found.rolled
        self.provisional = tuple(dict.fromkeys((*self.provisional, *found.provisional_because)))
        self.readings = tuple(Alternative(_civil(r.due, self.zone), str(r.why)) for r in found.readings)
        self.basis += found.basis

    def put(self, due: date | datetime, step: str, note: Text) -> None:
        """Set a date certain: it is not counted and does not roll."""
        self.basis += (Step(step, self.due, due, note=note),)
        self.due, self.rolled, self.readings = due, False, ()
        self.due_at = due.astimezone(UTC) if isinstance(due, datetime) else day_ends(due, self.zone)


def _civil(moment: date | datetime, zone: str) -> date:
    return moment.astimezone(zone_of(zone)).date() if isinstance(moment, datetime) else moment


def run(
    rule: Rule,
    timeline: Timeline,
    law: Law,
    cycle: Cycle,
    now: datetime,
    version: RuleVersion | None,
    limit: Period | None,
    ended: date | None = None,
) -> Run:
    """Return where the clock of ``cycle`` stands after all that its timeline tells up to ``ended``.

    The limit counts from the trigger; days in a closed stop do not count; an extension by a length runs from
    the rolled end, one to a date is taken as set; an interruption before expiry starts a full new period. A
    stop that has not closed holds the clock: ``due`` is then the date if it resumed on the day it stopped,
    the earliest possible one.
    """
    stood = stops(rule, timeline, cycle)
    last = rule.params.get("suspends_last")
    at = _first(rule, law, cycle, version, limit, () if last else stood)
    for event in changes(rule, timeline, cycle, ended):
        if event.kind not in rule.restarted_by:
            _extend(at, event, law, version, () if last else stood)
        elif limit is not None and (event.on <= at.due_on or _standing(stood, at.due_on)):
            _restart(at, event, law, version, limit, () if last else stood)
    if last and stood:
        stood = _stop_late(at, stood, parse_period(str(last)), law, version)
    if version is not None and version.longstop is not None:
        _stop_at(at, counted(cycle.on, version.longstop, law, version))
    if stood:
        _note_stops(at, stood, now)
    return at


def _first(
    rule: Rule,
    law: Law,
    cycle: Cycle,
    version: RuleVersion | None,
    limit: Period | None,
    stood: Sequence[Stop],
) -> Run:
    if limit is None:
        return _as_set(rule, law, cycle)
    trigger: date | datetime = cycle.on
    flags = []
    if limit.unit is Unit.HOURS:
        trigger = cycle.at or day_starts(cycle.on, law.zone)
        flags = [] if cycle.at else ["hour_unknown"]
    found = counted(trigger, limit, law, version, rule.direction, spans(stood, cycle.on) if stood else ())
    due_at = found.due_at or day_ends(found.due_on, law.zone)
    at = Run(_starts(trigger, cycle, rule, law, due_at), found.due, due_at, zone=law.zone, flags=flags)
    at.take(found)
    return at


def _starts(trigger: date | datetime, cycle: Cycle, rule: Rule, law: Law, due_at: datetime) -> datetime:
    """Return from when shares of the limit count: the first counted day; backward from when it was known."""
    if rule.direction == "backward":
        start = cycle.known_at.astimezone(UTC)
    elif isinstance(trigger, datetime):
        start = trigger.astimezone(UTC)
    else:
        start = day_starts(trigger + ONE_DAY, law.zone)
    return min(start, due_at)


def _as_set(rule: Rule, law: Law, cycle: Cycle) -> Run:
    """Take the date that the event's data names; one that cannot be read is due at once, and says so."""
    data = cycle.event.data if cycle.event else {}
    due = moment(data.get(rule.date_field or ""), law.zone)
    start = day_starts(cycle.on, law.zone)
    at = Run(start, cycle.on, start, zone=law.zone, what=str(data.get("what") or ""))
    closed = False
    try:
        at.put(cycle.on if due is None else due, "set", SET_BY_COURT)
        closed = not law.calendar.is_open(at.due_on)
    except (OutOfRange, OverflowError):
        due = None
        at.put(cycle.on, "set", SET_BY_COURT)
    if due is None:
        at.flags.append("date_unreadable")
    elif at.due_on < cycle.on:
        at.flags.append("date_before_event")
    if closed:
        at.flags.append("weekend")
    at.starts_at = min(start, at.due_at)
    return at


def moment(value: Any, zone: str) -> date | datetime | None:
    """Return a date or an aware instant from event data (an hour without offset is local), or None."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value.strip())
        except ValueError:
            try:
                value = datetime.fromisoformat(value.strip())
            except ValueError:
                return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone_of(zone))
    return value if isinstance(value, date) else None


def _extend(at: Run, event: Event, law: Law, version: RuleVersion | None, stood: Sequence[Stop]) -> None:
    """Move the end by what was granted; a grant without length or date is flagged, not guessed."""
    until = moment(event.data.get("until"), law.zone)
    if until is not None:
        at.put(until, "extend", Text("extended to a date", "延长至指定日期"))
        return
    try:
        length = parse_period(str(event.data.get("by")))
    except ValueError:
        at.flags.append("extension_unreadable")
        return
    begin = at.due_on
    note = Text(f"extended by {length.text('en')} from the end so far", f"自原届满日起延长{length.text('zh')}")
    at.basis += (Step("extend", event.on, begin, note=note),)
    if length.unit is Unit.HOURS:
        at.take(counted(at.due_at, length, law, version))
    else:
        at.take(counted(begin, length, law, version, excluded=spans([s for s in stood if s.since > begin], begin)))


def _restart(
    at: Run, event: Event, law: Law, version: RuleVersion | None, limit: Period, stood: Sequence[Stop]
) -> None:
    """Begin a full new period; what happened to the old one no longer matters."""
    note = Text("interrupted: the full period begins again", "中断：期间重新计算")
    start: date | datetime = event.on
    if limit.unit is Unit.HOURS:
        start = event.at or day_starts(event.on, law.zone)
    at.provisional, at.basis = (), (*at.basis, Step("restart", at.due, event.on, note=note))
    at.take(counted(start, limit, law, version, excluded=spans(stood, event.on)))
    first = start.astimezone(UTC) if isinstance(start, datetime) else day_starts(start + ONE_DAY, law.zone)
    at.starts_at = min(first, at.due_at)


def _stop_late(at: Run, stood: Sequence[Stop], last: Period, law: Law, version: RuleVersion | None) -> tuple[Stop, ...]:
    """Suspend only in the last part of a period, which then ends that length after the obstacle (CIV 194).

    An obstacle that is over before the last part begins changes nothing; one that lasts holds the clock from then.
    """
    felt = []
    for stop in stood:
        begins = counted(at.due_on, last, law, version, "backward").due_on
        if stop.since > at.due_on or (stop.until is not None and stop.until <= begins):
            continue
        felt.append(Stop(max(stop.since, begins), stop.until, stop.why, stop.opens, stop.closes))
        if stop.until is not None:
            at.basis += (Step("suspend", at.due, stop.until, note=stop.why),)
            at.take(counted(stop.until, last, law, version))
    return tuple(felt)


def _standing(stood: Sequence[Stop], due_on: date) -> bool:
    return any(s.until is None and s.since <= due_on for s in stood)


def _stop_at(at: Run, longest: Counted) -> None:
    """Cut the run at its longstop, which nothing extends."""
    if longest.due_on < at.due_on:
        note = Text("not beyond the longstop", "不超过最长期间")
        at.basis += (Step("longstop", at.due, longest.due, note=note),)
        at.take(longest)


def _note_stops(at: Run, stood: Sequence[Stop], now: datetime) -> None:
    due_on, now_on = at.due_on, now.astimezone(zone_of(at.zone)).date()
    held, later = holding(stood, due_on, now_on)
    at.held = held is not None
    at.holds_at = day_starts(later, at.zone) if later else None
    at.excluded = tuple(Excluded(s.since, s.until, str(s.why)) for s in stood if s.since <= due_on)
