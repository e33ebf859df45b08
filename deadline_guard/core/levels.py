"""Levels from time: the instants at which a deadline gets worse, and how bad it is now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache, partial
from typing import Final, NamedTuple

from deadline_guard.core.buckets import buckets_of, rising_buckets
from deadline_guard.core.calendar import Calendar
from deadline_guard.core.deadlines import Deadline, Excluded, State
from deadline_guard.core.instants import day_starts, local_instant
from deadline_guard.core.law import Law, law_of
from deadline_guard.core.measures import GAUGES, series, stretches
from deadline_guard.core.office_clock import exact_clock, part_of
from deadline_guard.core.rules import Bucket, Level, Profile, Rule, Rulebook, When, WhenKind
from deadline_guard.core.timeline import Case
from deadline_guard.core.triggers import Cycle

Shares = Callable[[Fraction], datetime]

_HOUR: Final = timedelta(hours=1)
_FOR_EVER: Final = datetime.max.replace(tzinfo=UTC)
OVERDUE_AGE: Final = "overdue_age"


class Crossing(NamedTuple):
    """From ``at`` (UTC) on, the level is at least ``level``; ``bucket`` is the one that a debt enters then."""

    at: datetime
    level: Level
    bucket: Bucket | None = None


def crossings(
    deadline: Deadline, rule: Rule, case: Case, rulebook: Rulebook, calendars: Mapping[str, Calendar]
) -> tuple[Crossing, ...]:
    """Return when each level begins, by the rule's profile and the calendar of the court's seat."""
    if rule.indicator in GAUGES:
        return _crossed(deadline, rule, case)
    if rule.indicator == OVERDUE_AGE:
        return _aged(deadline, rule.profile)
    law = law_of(rule, case, rulebook, calendars)
    shares = office_shares(deadline, rule, case, law)
    return marks(deadline, rule.profile, law.calendar, law.zone, rulebook.day_starts_at, shares)


def _crossed(deadline: Deadline, rule: Rule, case: Case) -> tuple[Crossing, ...]:
    """Return when a number crossed the lines in the stretch that the cycle names."""
    for points in series(rule, case):
        for stretch in stretches(points, rule.profile, _FOR_EVER)[0]:
            if stretch.cycle == deadline.cycle:
                return rising(stretch.begins)
    return ()


def _aged(deadline: Deadline, profile: Profile) -> tuple[Crossing, ...]:
    """Return when a debt enters each bucket that warns: ``from: 31`` begins with the 31st day past due.

    A level may repeat: the next bucket is a crossing of its own. Two that begin on one day are one, the worse.
    """
    found: dict[datetime, Crossing] = {}
    for first, bucket, level in rising_buckets(buckets_of(profile)):
        at = day_starts(deadline.due_on + timedelta(days=first), deadline.zone)
        found[at] = Crossing(at, level, bucket)
    return tuple(found.values())


def office_shares(deadline: Deadline, rule: Rule, case: Case, law: Law) -> Shares | None:
    """Return how shares of a limit in office hours become instants; None where time elapses evenly."""
    if rule.params.get("time") != "working":
        return None
    limit = next((v.limit for v in rule.versions if v.id == deadline.version), None)
    cycle = Cycle(deadline.cycle, deadline.subject, deadline.trigger_on, deadline.known_at)
    clock = exact_clock(rule, law, case.timeline, cycle, limit)
    return None if clock is None or limit is None else partial(part_of, clock, deadline, limit)


def marks(
    deadline: Deadline,
    profile: Profile,
    calendar: Calendar,
    zone: str,
    day_starts_at: time,
    shares: Shares | None = None,
) -> tuple[Crossing, ...]:
    """Return when each level begins, earliest first; both instants and levels rise strictly.

    No crossing lies after ``due_at``. A lower level that would begin later than a higher one never shows. A
    held deadline has none; for one that has ended these are the instants of its running time.
    """
    if deadline.state is State.HELD:
        return ()
    same = _Same(profile)
    if deadline.excluded or _by_share(same):
        return _marks(deadline, profile, calendar, zone, day_starts_at, shares)
    return _dated(same, deadline.due_on, deadline.due_at, calendar, zone, day_starts_at)


class _Same:
    """A profile as a key: its mappings have no hash, and while it lives it stays the same."""

    __slots__ = ("profile",)

    def __init__(self, profile: Profile) -> None:
        self.profile = profile

    def __hash__(self) -> int:
        return id(self.profile)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.profile is self.profile


@lru_cache(maxsize=1024)
def _by_share(profile: _Same) -> bool:
    """Return whether a threshold lies at a share of the limit."""
    return any(t.when.kind is WhenKind.FRACTION for t in profile.profile.thresholds)


@lru_cache(maxsize=16384)
def _dated(
    profile: _Same, due_on: date, due_at: datetime, calendar: Calendar, zone: str, day_starts_at: time
) -> tuple[Crossing, ...]:
    """Return the crossings that depend on the due date alone; many cases share a day."""
    bare = Deadline("", "", "", None, due_on, due_at, due_at, due_at, due_on)
    return _marks(bare, profile.profile, calendar, zone, day_starts_at)


def _marks(
    deadline: Deadline,
    profile: Profile,
    calendar: Calendar,
    zone: str,
    day_starts_at: time,
    shares: Shares | None = None,
) -> tuple[Crossing, ...]:
    due = deadline.due_at
    found = [(due, Level.OVERDUE)] if profile.overdue else []
    for threshold in profile.thresholds:
        at = _instant(threshold.when, deadline, calendar, zone, day_starts_at, shares)
        if at is not None:
            found.append((min(at, due), threshold.level))
    return rising(found)


def rising(found: Iterable[tuple[datetime, Level]]) -> tuple[Crossing, ...]:
    """Return the crossings that can ever be seen: the worst level of each instant, each level once."""
    kept: list[Crossing] = []
    for at, level in sorted(found):
        while kept and kept[-1].at == at:  # sorted by level inside one instant: the later is the worse
            kept.pop()
        if not kept or kept[-1].level < level:
            kept.append(Crossing(at, level))
    return tuple(kept)


def level_at(crossed: Sequence[Crossing], now: datetime) -> Level:
    """Return the level at ``now``; the instant of a crossing already has the new level."""
    for crossing in reversed(crossed):
        if crossing.at <= now:
            return crossing.level
    return Level.OK


def next_crossing(crossed: Sequence[Crossing], now: datetime) -> datetime | None:
    """Return the instant of the first crossing after ``now``, or None."""
    for crossing in crossed:
        if crossing.at > now:
            return crossing.at
    return None


def _instant(
    when: When,
    deadline: Deadline,
    calendar: Calendar,
    zone: str,
    day_starts_at: time,
    shares: Shares | None,
) -> datetime | None:
    """Return the instant of one threshold; None for thresholds on values, which no clock crosses."""
    if when.kind is WhenKind.DAYS:
        return local_instant(deadline.due_on - timedelta(days=_up(when)), when.at or day_starts_at, zone)
    if when.kind is WhenKind.WORKING_DAYS:
        n = _up(when)
        day = calendar.add_working_days(deadline.due_on, -n) if n else calendar.previous_open(deadline.due_on)
        return local_instant(day, when.at or day_starts_at, zone)
    if when.kind is WhenKind.HOURS:
        return deadline.due_at - _HOUR * when.n.numerator // when.n.denominator
    if when.kind is WhenKind.FRACTION:
        return _part(deadline, when, zone) if shares is None else shares(when.n)
    return deadline.due_at if when.kind is WhenKind.DUE else None


def _up(when: When) -> int:
    """Return whole days, rounded up: half a day before is told a day before."""
    return -(-when.n.numerator // when.n.denominator)


def _part(deadline: Deadline, when: When, zone: str) -> datetime:
    """Return when this share of the counted time is used; time that did not count is passed over."""
    start, due = deadline.starts_at, deadline.due_at
    still = [_span(e, zone, start, due) for e in deadline.excluded]
    counted = max(due - start - sum((b - a for a, b in still), timedelta()), timedelta())
    at = start + counted * when.n.numerator // when.n.denominator
    for since, until in still:
        if at >= since:
            at += until - since
    return at


def _span(excluded: Excluded, zone: str, start: datetime, due: datetime) -> tuple[datetime, datetime]:
    """Return the instants of days that did not count, cut to the running time of the deadline."""
    since = min(max(day_starts(excluded.since, zone), start), due)
    until = due if excluded.until is None else day_starts(excluded.until, zone)
    return since, min(max(until, since), due)
