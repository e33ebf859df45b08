"""One run of a clock: counted from its trigger, stopped, extended, interrupted, until its due instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

from deadline_guard.core.calendar import OutOfRange
from deadline_guard.core.clocks import Stop, changes, holding, spans, stops
from deadline_guard.core.deadlines import Alternative, Excluded
from deadline_guard.core.derivation import Counted, Step
from deadline_guard.core.instants import ONE_DAY, day_ends, day_starts, zone_of
from deadline_guard.core.law import Law, counted
from deadline_guard.core.office_clock import count_exactly, exact_clock
from deadline_guard.core.period import Period, Unit, parse_period
from deadline_guard.core.policy import Span
from deadline_guard.core.rules import Rule, RuleVersion
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Event, Timeline
from deadline_guard.core.triggers import Cycle
from deadline_guard.core.working_time import WorkingTime

_UNSET: Final = datetime(1970, 1, 1, tzinfo=UTC)
SET_BY_COURT: Final = Text("set by the court", "法院指定")
SET_BY: Final = {"agreed": Text("as agreed", "约定"), "internal": Text("set by the office", "本所设定")}


@dataclass(slots=True)
class Run:
    """One clock while its events are folded; ``due`` is a civil date or, where hours count, an instant."""

    zone: str
    starts_at: datetime = _UNSET
    due: date | datetime = _UNSET
    due_at: datetime = _UNSET
    rolled: bool = False
    provisional: tuple[str, ...] = ()
    readings: tuple[Alternative, ...] = ()
    basis: tuple[Step, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    held: bool = False
    holds_at: datetime | None = None
    flags: list[str] = field(default_factory=list)
    what: str = ""

    @property
    def due_on(self) -> date:
        """Return the civil day of the due date in the zone of the case."""
        return self.due.astimezone(zone_of(self.zone)).date() if isinstance(self.due, datetime) else self.due

    def take(self, found: Counted) -> None:
        """Go on from a further count, whose derivation follows the one so far."""
        self.due, self.due_at = found.due, found.due_at or day_ends(found.due_on, self.zone)
        self.rolled = found.rolled
        if found.provisional_because:
            self.provisional = tuple(dict.fromkeys((*self.provisional, *found.provisional_because)))
        self.readings = ()
        if found.readings:
            self.readings = tuple(Alternative(_civil(r.due, self.zone), r.why) for r in found.readings)
        self.basis += found.basis

    def put(self, due: date | datetime, step: str, note: Text) -> None:
        """Set a date certain: it is not counted and does not roll."""
        self.basis += (Step(step, self.due, due, note=note),)
        self.due, self.rolled, self.readings = due, False, ()
        self.due_at = due.astimezone(UTC) if isinstance(due, datetime) else day_ends(due, self.zone)


def _civil(moment: date | datetime, zone: str) -> date:
    return moment.astimezone(zone_of(zone)).date() if isinstance(moment, datetime) else moment


class Meter(NamedTuple):
    """How the lengths of one rule are measured: by the law's counting, or to the second on a clock."""

    rule: Rule
    law: Law
    version: RuleVersion | None
    clock: WorkingTime | None = None

    def end(
        self,
        start: date | datetime,
        length: Period,
        excluded: tuple[Span, ...] = (),
        direction: str = "forward",
    ) -> Counted:
        """Return the end of ``length`` from ``start``; the clock's own pauses stand for ``excluded`` days."""
        if self.clock is not None and isinstance(start, datetime):
            return count_exactly(self.clock, start, length, self.law)
        return counted(start, length, self.law, self.version, direction, excluded)

    def starts(self, trigger: date | datetime, known_at: datetime) -> datetime:
        """Return from when shares of a limit count: the first counted day; backward from when it was known."""
        if self.rule.direction == "backward":
            return known_at.astimezone(UTC)
        if isinstance(trigger, datetime):
            return trigger.astimezone(UTC)
        return day_starts(trigger + ONE_DAY, self.law.zone)


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
    meter = Meter(rule, law, version, exact_clock(rule, law, timeline, cycle, limit))
    stood = stops(rule, timeline, cycle)
    last = rule.params.get("suspends_last")
    at = _first(meter, cycle, limit, () if last else stood)
    for event in changes(rule, timeline, cycle, ended):
        if event.kind not in rule.restarted_by:
            _extend(at, event, meter, () if last else stood)
        elif limit is not None and (event.on <= at.due_on or _standing(stood, at.due_on)):
            _restart(at, event, meter, limit, () if last else stood)
    if last and stood:
        stood = _stop_late(at, stood, parse_period(str(last)), meter)
    if version is not None and version.longstop is not None:
        _stop_at(at, meter.end(cycle.on, version.longstop))
    if stood:
        _note_stops(at, stood, now)
    return at


def _first(meter: Meter, cycle: Cycle, limit: Period | None, stood: Sequence[Stop]) -> Run:
    if limit is None or _names_a_date(meter.rule, cycle):
        return _as_set(meter.rule, meter.law, cycle)
    trigger: date | datetime = cycle.on
    flags = []
    if limit.unit is Unit.HOURS:
        trigger = cycle.at or day_starts(cycle.on, meter.law.zone)
        flags = [] if cycle.at else ["hour_unknown"]
    found = meter.end(trigger, limit, spans(stood, cycle.on) if stood else (), meter.rule.direction)
    due_at = found.due_at or day_ends(found.due_on, meter.law.zone)
    at = Run(meter.law.zone, min(meter.starts(trigger, cycle.known_at), due_at), flags=flags)
    at.provisional, at.basis = cycle.provisional, cycle.basis
    at.take(found)
    return at


def _names_a_date(rule: Rule, cycle: Cycle) -> bool:
    """Return whether the event itself says the date; else the limit that the law gives at most counts."""
    return bool(rule.date_field and cycle.event and cycle.event.data.get(rule.date_field) is not None)


def _as_set(rule: Rule, law: Law, cycle: Cycle) -> Run:
    """Take the date that the event's data names; one that cannot be read is due at once, and says so."""
    data = cycle.event.data if cycle.event else {}
    due = moment(data.get(rule.date_field or ""), law.zone)
    start = day_starts(cycle.on, law.zone) if cycle.at is None else cycle.at.astimezone(UTC)
    at = Run(law.zone, start, cycle.on, start, what=str(data.get("what") or ""))
    said = SET_BY.get(rule.nature, SET_BY_COURT)
    closed = False
    try:
        at.put(cycle.on if due is None else due, "set", said)
        closed = not law.calendar.is_open(at.due_on)
    except (OutOfRange, OverflowError):
        due = None
        at.put(cycle.on, "set", said)
    if due is None:
        at.flags.append("date_unreadable")
    elif at.due_on < cycle.on or (isinstance(due, datetime) and cycle.at is not None and due < cycle.at):
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


def _extend(at: Run, event: Event, meter: Meter, stood: Sequence[Stop]) -> None:
    """Move the end by what was granted; a grant without length or date is flagged, not guessed."""
    try:
        until = moment(event.data.get("until"), at.zone)
        if until is not None:
            at.put(until, "extend", Text("extended to a date", "延长至指定日期"))
            return
        length = parse_period(str(event.data.get("by")))
    except (ValueError, OverflowError):
        at.flags.append("extension_unreadable")
        return
    begin = at.due_on
    note = Text(f"extended by {length.text('en')} from the end so far", f"自原届满日起延长{length.text('zh')}")
    at.basis += (Step("extend", event.on, begin, note=note),)
    if length.unit is Unit.HOURS:
        at.take(meter.end(at.due_at, length))
    else:
        at.take(meter.end(begin, length, spans([s for s in stood if s.since > begin], begin)))


def _restart(at: Run, event: Event, meter: Meter, limit: Period, stood: Sequence[Stop]) -> None:
    """Begin a full new period; what happened to the old one no longer matters."""
    note = Text("interrupted: the full period begins again", "中断：期间重新计算")
    start: date | datetime = event.on
    if limit.unit is Unit.HOURS:
        start = event.at or day_starts(event.on, at.zone)
    at.provisional, at.basis = (), (*at.basis, Step("restart", at.due, event.on, note=note))
    at.take(meter.end(start, limit, spans(stood, event.on), meter.rule.direction))
    at.starts_at = min(meter.starts(start, event.recorded_at), at.due_at)


def _stop_late(at: Run, stood: Sequence[Stop], last: Period, meter: Meter) -> tuple[Stop, ...]:
    """Suspend only in the last part of a period, which then ends that length after the obstacle (CIV 194).

    An obstacle that is over before the last part begins changes nothing; one that lasts holds the clock then.
    """
    felt = []
    for stop in stood:
        begins = counted(at.due_on, last, meter.law, meter.version, "backward").due_on
        if stop.since > at.due_on or (stop.until is not None and stop.until <= begins):
            continue
        felt.append(Stop(max(stop.since, begins), stop.until, stop.why, stop.opens, stop.closes))
        if stop.until is not None:
            at.basis += (Step("suspend", at.due, stop.until, note=stop.why),)
            at.take(meter.end(stop.until, last))
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
    at.excluded = tuple(Excluded(s.since, s.until, s.why) for s in stood if s.since <= due_on)
