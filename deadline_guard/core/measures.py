"""Gauges: numbers that cross a line, reported or counted, as stretches from the crossing to the way back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any, Final

from deadline_guard.core.conditions import number
from deadline_guard.core.instants import day_ends, occurred, zone_of
from deadline_guard.core.period import Period, Unit, parse_period
from deadline_guard.core.rules import Level, Profile, Rule, Trigger, When, WhenKind
from deadline_guard.core.timeline import EMPTY, Case, Event
from deadline_guard.core.triggers import picked

VALUE: Final = "value"
EVENT_COUNT: Final = "event_count"
GAUGES: Final = frozenset({VALUE, EVENT_COUNT})


@dataclass(frozen=True, slots=True)
class Measure:
    """One gauge read at an instant: ``subject`` is ``case:<id>`` or ``person:<id>``.

    ``next_at`` is when it changes by time alone (None: only with new facts); ``cycle`` names the crossing, so
    that a second one warns again; ``data`` holds what explains the number (bucket, amount owed, who has room).
    """

    subject: str
    indicator: str
    at: datetime
    value: Fraction
    level: Level = Level.OK
    next_at: datetime | None = None
    cycle: str = ""
    data: Mapping[str, Any] = EMPTY


@dataclass(frozen=True, slots=True)
class Point:
    """A gauge takes ``value`` at ``at`` (UTC) because of ``event``."""

    at: datetime
    value: Fraction
    event: Event


@dataclass(frozen=True, slots=True)
class Stretch:
    """The time from the first point beyond a line to the one that is back (``ended``; None: still beyond)."""

    cycle: str
    subject: str | None
    points: tuple[Point, ...]
    begins: tuple[tuple[datetime, Level], ...]
    ended: Point | None = None


def level_of(value: Fraction, profile: Profile) -> Level:
    """Return the worst level whose line ``value`` is beyond."""
    worst = Level.OK
    for threshold in profile.thresholds:
        if threshold.level > worst and is_beyond(value, threshold.when):
            worst = threshold.level
    return worst


def is_beyond(value: Fraction, when: When) -> bool:
    """Return whether ``value`` is beyond the line of a threshold on values."""
    return when.kind is WhenKind.VALUE and (value < when.n if when.op == "below" else value > when.n)


def stretches(points: Iterable[Point], profile: Profile, now: datetime) -> tuple[list[Stretch], datetime | None]:
    """Return the stretches of one subject up to ``now``, and when the next point comes by time alone.

    Inside a stretch the level only rises; it ends when the number is back within every line, and the next
    crossing is a stretch of its own, named by the event that caused it.
    """
    found: list[Stretch] = []
    inside: list[Point] = []
    begins: list[tuple[datetime, Level]] = []
    for point in points:
        if point.at > now:
            return [*found, *_closed(inside, begins, None)], point.at
        level = level_of(point.value, profile)
        if level is Level.OK:
            found.extend(_closed(inside, begins, point))
            inside, begins = [], []
            continue
        inside.append(point)
        if not begins or level > begins[-1][1]:
            begins.append((point.at, level))
    return [*found, *_closed(inside, begins, None)], None


def _closed(inside: Sequence[Point], begins: Sequence[tuple[datetime, Level]], ended: Point | None) -> list[Stretch]:
    if not inside:
        return []
    first = inside[0].event
    return [Stretch(first.id, first.subject, tuple(inside), tuple(begins), ended)]


def series(rule: Rule, case: Case) -> list[list[Point]]:
    """Return the points of a gauge, one list for each subject (and, for counts, each ``by`` of its params)."""
    found: dict[tuple[object, ...], list[Event]] = {}
    by = rule.params.get("by", ())
    fields = (by,) if isinstance(by, str) else tuple(by)
    for event in _told(rule, case):
        found.setdefault((event.subject, *(str(event.data.get(name)) for name in fields)), []).append(event)
    read = _counts if rule.indicator == EVENT_COUNT else _values
    return [read(events, rule, case.zone) for events in found.values()]


def _told(rule: Rule, case: Case) -> list[Event]:
    triggers: tuple[Trigger, ...] = (rule.trigger, *rule.trigger_any)
    events = {e.id: e for t in triggers if t.event for e in picked(t, case)}
    return sorted(events.values(), key=lambda e: (occurred(e, case.zone), e.id))


def _values(events: Iterable[Event], rule: Rule, zone: str) -> list[Point]:
    """Return the reported numbers in order; an event without one reports nothing."""
    field = str(rule.params.get("field", "value"))
    told = ((occurred(e, zone), number(e.data.get(field)), e) for e in events)
    return [Point(at, value, event) for at, value, event in told if value is not None]


def _counts(events: Iterable[Event], rule: Rule, zone: str) -> list[Point]:
    """Return how many events lie in the window, at each event and whenever one leaves the window.

    ``params.window``: absent (all), ``day`` (the local day), or a length such as ``30 days`` back from each
    instant. ``params.between`` counts only events inside local hours such as ``["22:00", "08:00"]``.
    """
    window = rule.params.get("window")
    between = rule.params.get("between")
    counted = [e for e in events if between is None or _within(e, between, zone)]
    moves = [(occurred(e, zone), 1, e) for e in counted]
    if window is not None:
        moves += [(_leaves(e, window, zone), -1, e) for e in counted]
    points, held = [], 0
    for at, step, event in sorted(moves, key=lambda m: (m[0], m[1], m[2].id)):
        held += step
        points.append(Point(at, Fraction(held), event))
    return points


def _leaves(event: Event, window: Any, zone: str) -> datetime:
    """Return when an event leaves the window: with its local day, or a length after it (months as 30 days)."""
    if window == "day":
        return day_ends(event.on, zone)
    length: Period = parse_period(str(window))
    if length.unit is Unit.HOURS:
        return occurred(event, zone) + timedelta(seconds=int(length.n * 3600))
    per = {Unit.WEEKS: 7, Unit.HALF_MONTHS: 15, Unit.MONTHS: 30, Unit.YEARS: 365}.get(length.unit, 1)
    return day_ends(event.on + timedelta(days=int(length.n * per) - 1), zone)


def _within(event: Event, between: Sequence[str], zone: str) -> bool:
    """Return whether an event happened in these local hours, which may pass midnight; without an hour it did not."""
    if event.at is None:
        return False
    clock = event.at.astimezone(zone_of(zone)).time()
    first, last = (_clock(text) for text in between)
    return first <= clock < last if first <= last else clock >= first or clock < last


def _clock(text: str) -> time:
    hour, minute = text.split(":")
    return time(int(hour), int(minute))


def changes_of(events: Iterable[Event], field: str) -> list[Event]:
    """Return the events that changed a reported field; one that says the same again, or nothing, is left out."""
    changed: list[Event] = []
    for event in events:
        value = event.data.get(field)
        if value is not None and (not changed or value != changed[-1].data.get(field)):
            changed.append(event)
    return changed


def days_past(due_on: date, now: datetime, zone: str) -> int:
    """Return the whole local days since a due date (0 on the day itself, negative before)."""
    return (now.astimezone(UTC).astimezone(zone_of(zone)).date() - due_on).days
