"""What happens to a running clock: days that do not count, stops, extensions, interruptions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain

from deadline_guard.core.policy import Span
from deadline_guard.core.rules import Pair, Rule
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Event, Timeline
from deadline_guard.core.triggers import Cycle, by_content

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stop:
    """The clock stands still from ``since`` until it runs again on ``until`` (None: still standing)."""

    since: date
    until: date | None
    why: Text
    opens: Event
    closes: Event | None = None


def concerns(event: Event, rule: str, cycle: Cycle) -> bool:
    """Return whether an event touches this cycle; without subject, rule or cycle it touches all."""
    if event.subject is not None and event.subject != cycle.subject:
        return False
    if not event.data:
        return True
    named = event.data.get("rule")
    if named is not None and rule not in ((named,) if isinstance(named, str) else named):
        return False
    return event.data.get("cycle") in (None, cycle.id)


def stops(rule: Rule, timeline: Timeline, cycle: Cycle) -> tuple[Stop, ...]:
    """Return when the clock of this cycle stood still, in order, overlapping and nested ones merged.

    Days excluded and clocks suspended are the same arithmetic: the clock stands from the opening event to the
    closing one. Several openings need as many closings. An opening without its closing holds the deadline.
    """
    found = paired(rule, timeline, cycle)
    return tuple(_merged(found)) if found else ()


def paired(rule: Rule, timeline: Timeline, cycle: Cycle) -> list[Stop]:
    """Return each stop by itself, as its pair of events tells it."""
    pairs = rule.suspends + rule.excludes
    return [s for pair in pairs if pair.opens in timeline.by_kind for s in _paired(pair, rule.id, timeline, cycle)]


def _paired(pair: Pair, rule: str, timeline: Timeline, cycle: Cycle) -> Iterable[Stop]:
    opens, closes = timeline.kind(pair.opens), timeline.kind(pair.closes)
    # On one day openings come first: the hours of paired events are seldom both known, and a day is a day.
    told = sorted(
        (e for e in chain(opens, closes) if concerns(e, rule, cycle)),
        key=lambda e: (e.on, e.kind != pair.opens, by_content(e)),
    )
    why = Text(pair.why.get("en") or pair.opens, pair.why.get("zh") or pair.why.get("en") or pair.opens)
    standing: list[Event] = []
    for event in told:
        if event.kind == pair.opens:
            standing.append(event)
        elif standing:
            opened = standing.pop(0)
            yield _capped(Stop(opened.on, event.on, why, opened, event), pair)
    for opened in standing:
        yield _capped(Stop(opened.on, None, why, opened), pair)


def _capped(stop: Stop, pair: Pair) -> Stop:
    """Cut a stop that the law allows only so many days (new evidence: a month at most, TRIAL00 9)."""
    if pair.until_days is None:
        return stop
    most = stop.since + timedelta(days=pair.until_days)
    until = most if stop.until is None else min(stop.until, most)
    return Stop(stop.since, until, stop.why, stop.opens, stop.closes)


def _merged(found: list[Stop]) -> Iterable[Stop]:
    current: Stop | None = None
    for stop in sorted(found, key=lambda s: (s.since, s.opens.id)):
        if current is None:
            current = stop
        elif current.until is not None and stop.since > current.until:
            yield current
            current = stop
        else:
            later = current if current.until is None or (stop.until and stop.until <= current.until) else stop
            why = current.why if stop.why in current.why else _joined(current.why, stop.why)
            current = Stop(current.since, later.until, why, current.opens, later.closes)
    if current is not None:
        yield current


def _joined(a: Text, b: Text) -> Text:
    return Text(f"{a}; {b}", f"{a.zh}；{b.zh}")


def spans(stood: Sequence[Stop], start: date) -> tuple[Span, ...]:
    """Return the days that do not count in a period that starts on ``start``, both ends included.

    From stop to resumption as many days are left out as lie between the two dates: the day of the stop is the
    first of them and the day of the resumption counts again. A stop that began on or before the day of the
    trigger, which never counts, leaves out the days after it instead.
    """
    found = []
    for stop in stood:
        if stop.until is None or stop.until <= start or stop.until == stop.since:
            continue
        if stop.since > start:
            found.append(Span(stop.since, stop.until - _DAY, stop.why))
        else:
            found.append(Span(start + _DAY, stop.until, stop.why))
    return tuple(found)


def changes(rule: Rule, timeline: Timeline, cycle: Cycle, ended: date | None) -> list[Event]:
    """Return the extensions and interruptions of this cycle in order; none after it ended."""
    kinds = [k for k in rule.extended_by + rule.restarted_by if k in timeline.by_kind]
    if not kinds:
        return []
    found = [
        event
        for event in timeline.kind(*kinds)
        if _within(event, cycle)
        and event.id != cycle.id
        and (ended is None or event.on <= ended)
        and concerns(event, rule.id, cycle)
    ]
    return sorted(found, key=by_content)


def _within(event: Event, cycle: Cycle) -> bool:
    """Return whether a change came while the clock ran.

    Before it ran one counts that names a rule, or where the clock starts only some time after its event.
    """
    if event.on >= cycle.on:
        return True
    if cycle.since is not None and event.on < cycle.since:
        return False
    return "rule" in event.data or (cycle.event is not None and cycle.event.on < cycle.on)


def holding(stood: Sequence[Stop], due_on: date, now_on: date) -> tuple[Stop | None, date | None]:
    """Return the stop that holds a clock due on ``due_on``, else the day from which a recorded one will."""
    for stop in stood:
        if stop.until is None and stop.since <= due_on:
            return (stop, None) if stop.since <= now_on else (None, stop.since)
    return None, None
