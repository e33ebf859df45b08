"""Levels come from time: when each begins, which are never seen, how bad it is at an instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadline_guard.core.deadlines import Deadline, Excluded, State
from deadline_guard.core.levels import Crossing, crossings, level_at, marks, next_crossing
from deadline_guard.core.limits import deadlines
from deadline_guard.core.rules import Level, Profile, Threshold, When, WhenKind
from tests.core.building import CALENDARS, NOW, case, event, local, rule, rulebook, threshold, utc

DAY = time(8, 30)


def deadline(due: str = "2026-03-18 00:00", starts: str = "2026-03-03 00:00", zone: str = "Asia/Shanghai") -> Deadline:
    due_at = local(due, zone).astimezone(UTC)
    return Deadline(
        rule="r",
        version="",
        cycle="t:1",
        subject=None,
        due_on=(local(due, zone) - timedelta(seconds=1)).date(),
        due_at=due_at,
        starts_at=local(starts, zone).astimezone(UTC),
        known_at=local(starts, zone),
        trigger_on=date(2026, 3, 2),
        zone=zone,
    )


def begin(*thresholds: Threshold, of: Deadline | None = None, overdue: bool = False) -> list[tuple[datetime, Level]]:
    of = of or deadline()
    profile = Profile("p", thresholds, overdue=overdue)
    return [(c.at, c.level) for c in marks(of, profile, CALENDARS["plain"], of.zone, DAY)]


@pytest.mark.parametrize(
    ("kind", "n", "at", "expected"),
    [
        (WhenKind.DAYS, "7", None, "2026-03-10 08:30"),
        (WhenKind.DAYS, "7", time(9), "2026-03-10 09:00"),
        (WhenKind.DAYS, "0", None, "2026-03-17 08:30"),
        (WhenKind.DAYS, "1/2", None, "2026-03-16 08:30"),
        (WhenKind.WORKING_DAYS, "2", None, "2026-03-13 08:30"),
        (WhenKind.WORKING_DAYS, "0", time(9), "2026-03-17 09:00"),
        (WhenKind.HOURS, "4", None, "2026-03-17 20:00"),
        (WhenKind.HOURS, "1/2", None, "2026-03-17 23:30"),
        (WhenKind.FRACTION, "2/3", None, "2026-03-13 00:00"),
        (WhenKind.FRACTION, "0", None, "2026-03-03 00:00"),
        (WhenKind.FRACTION, "1", None, "2026-03-18 00:00"),
        (WhenKind.DUE, "0", None, "2026-03-18 00:00"),
    ],
)
def test_a_threshold_begins_at_its_instant(kind: WhenKind, n: str, at: time | None, expected: str) -> None:
    assert begin(threshold(Level.NEAR, kind, n, at)) == [(local(expected), Level.NEAR)]


def test_working_days_are_those_of_the_court() -> None:
    made = rule("15 days", profile=Profile("p", (threshold(Level.NEAR, WhenKind.WORKING_DAYS, "1"),), overdue=False))
    here = case(event("opened", "2026-02-06"), calendar="cn")  # due Saturday 21 February, after a week of holidays
    book = rulebook(made)
    (got,) = deadlines(made, here, book, CALENDARS, NOW)
    assert [c.at for c in crossings(got, made, here, book, CALENDARS)] == [local("2026-02-13 08:30")]


def test_a_rest_day_as_last_day_is_told_on_the_working_day_before() -> None:
    sunday = deadline("2026-03-16 00:00")
    assert begin(threshold(Level.NEAR, WhenKind.WORKING_DAYS, "0"), of=sunday) == [
        (local("2026-03-13 08:30"), Level.NEAR)
    ]


@pytest.mark.parametrize(
    ("due", "n", "at", "expected"),
    [
        ("2026-03-31 00:00", "1", time(2, 30), "2026-03-29T01:30"),  # 02:30 does not exist: 03:30 summer time
        ("2026-10-26 00:00", "0", time(2, 30), "2026-10-25T00:30"),  # 02:30 exists twice: the first
        ("2026-03-31 00:00", "2", time(9), "2026-03-28T08:00"),
        ("2026-03-31 00:00", "1", time(9), "2026-03-29T07:00"),
    ],
)
def test_local_times_hold_across_clock_changes(due: str, n: str, at: time, expected: str) -> None:
    of = deadline(due, "2026-01-01 00:00", "Europe/Berlin")
    assert begin(threshold(Level.NEAR, WhenKind.DAYS, n, at), of=of) == [(utc(expected), Level.NEAR)]


def test_hours_are_elapsed_hours_across_clock_changes() -> None:
    of = deadline("2026-03-29 12:00", "2026-01-01 00:00", "Europe/Berlin")
    assert begin(threshold(Level.NEAR, WhenKind.HOURS, "24"), of=of) == [(utc("2026-03-28T10:00"), Level.NEAR)]


def test_shares_are_of_the_time_that_counts() -> None:
    still = (Excluded(date(2026, 3, 8), date(2026, 3, 13), "stay"),)
    of = deadline("2026-03-18 00:00")._replace(excluded=still)  # 15 days, 5 of them standing still
    half = threshold(Level.NEAR, WhenKind.FRACTION, "1/2")
    assert begin(half, of=of) == [(local("2026-03-13 00:00"), Level.NEAR)]
    outside = (
        Excluded(date(2026, 2, 1), date(2026, 3, 1), "before"),
        Excluded(date(2026, 3, 17), None, "open"),
    )
    assert begin(half, of=of._replace(excluded=outside)) == [(local("2026-03-10 00:00"), Level.NEAR)]


def test_values_are_crossed_by_no_clock() -> None:
    assert begin(threshold(Level.NEAR, WhenKind.VALUE, "600")) == []


def test_overdue_begins_at_the_due_instant_when_the_profile_wants_it() -> None:
    assert begin(overdue=True) == [(local("2026-03-18 00:00"), Level.OVERDUE)]
    assert begin() == []


def test_nothing_begins_after_the_due_instant() -> None:
    at_noon = deadline("2026-03-17 12:00")._replace(due_on=date(2026, 3, 17))
    assert begin(threshold(Level.NEAR, WhenKind.DAYS, "0", time(18)), of=at_noon) == [
        (local("2026-03-17 12:00"), Level.NEAR)
    ]


def test_a_lower_level_that_would_begin_later_is_never_seen() -> None:
    got = begin(
        threshold(Level.EARLY, WhenKind.DAYS, "2"),
        threshold(Level.URGENT, WhenKind.DAYS, "5"),
        threshold(Level.NEAR, WhenKind.DAYS, "5"),
        threshold(Level.CRITICAL, WhenKind.HOURS, "4"),
        threshold(Level.CRITICAL, WhenKind.HOURS, "2"),
        overdue=True,
    )
    assert [level for _, level in got] == [Level.URGENT, Level.CRITICAL, Level.OVERDUE]
    assert got[1][0] == local("2026-03-17 20:00")


def test_a_held_deadline_has_no_levels() -> None:
    assert (
        begin(threshold(Level.NEAR, WhenKind.DAYS, "5"), of=deadline()._replace(state=State.HELD), overdue=True) == []
    )


CROSSED = (Crossing(utc("2026-03-10T00:00"), Level.NEAR), Crossing(utc("2026-03-18T00:00"), Level.OVERDUE))


@pytest.mark.parametrize(
    ("now", "level", "following"),
    [
        ("2026-03-09T23:59", Level.OK, "2026-03-10T00:00"),
        ("2026-03-10T00:00", Level.NEAR, "2026-03-18T00:00"),
        ("2026-03-17T23:59", Level.NEAR, "2026-03-18T00:00"),
        ("2026-03-18T00:00", Level.OVERDUE, None),
    ],
)
def test_the_level_changes_at_the_instant_itself(now: str, level: Level, following: str | None) -> None:
    assert level_at(CROSSED, utc(now)) is level
    assert next_crossing(CROSSED, utc(now)) == (utc(following) if following else None)


WHENS = st.one_of(
    st.builds(When, st.sampled_from([WhenKind.DAYS, WhenKind.WORKING_DAYS]), st.integers(0, 60).map(Fraction),
              st.none() | st.times().map(lambda t: t.replace(microsecond=0))),
    st.builds(When, st.just(WhenKind.HOURS), st.fractions(0, 500, max_denominator=60)),
    st.builds(When, st.just(WhenKind.FRACTION), st.fractions(0, 1, max_denominator=100)),
    st.just(When(WhenKind.DUE)),
)  # fmt: skip
ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo", "America/New_York", "Asia/Tehran"])


@given(
    st.lists(st.builds(Threshold, st.sampled_from(list(Level)[1:]), WHENS), max_size=6),
    ZONES,
    st.dates(date(2010, 1, 1), date(2030, 12, 31)),
    st.integers(0, 400),
    st.booleans(),
)
def test_instants_and_levels_rise_and_none_is_late(
    thresholds: list[Threshold], zone: str, due_on: date, days: int, overdue: bool
) -> None:
    due = datetime.combine(due_on + timedelta(days=1), time()).isoformat()
    of = deadline(due, (datetime.combine(due_on, time()) - timedelta(days=days)).isoformat(), zone)
    got = begin(*thresholds, of=of, overdue=overdue)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(got))
    assert all(at <= of.due_at for at, _ in got)
    worst = max((t.level for t in thresholds), default=Level.OK)
    assert (got[-1][1] if got else Level.OK) == (Level.OVERDUE if overdue else worst)
