"""Limits in hours of the firm's own clocks: to the second, in office hours where the rule says so."""

from __future__ import annotations

from typing import Any

import pytest

from deadline_guard.core.deadlines import Deadline, State
from deadline_guard.core.indicators import INDICATORS
from deadline_guard.core.levels import crossings
from deadline_guard.core.rules import Kind, Level, Pair, Profile, Rule, Trigger, WhenKind
from deadline_guard.core.timeline import Event
from tests.core.building import CALENDARS, case, event, local, rule, rulebook, stage, threshold, utc

STAGES = (stage("trial", "hearing", "judgment"),)
NOW = utc("2026-03-03T00:00")
PAUSE = {"suspends": (Pair("stayed", "resumed"),)}


def clock(limit: str, indicator: str = "stage_time", time: str = "working", **given: Any) -> Rule:
    params = {"time": time} | given.pop("params", {})
    return rule(limit, indicator=indicator, trigger=Trigger(), params=params, **given)


def one(made: Rule, *events: Event, now: Any = NOW) -> Deadline:
    book = rulebook(made, stages=STAGES)
    (got,) = INDICATORS[made.indicator](made, case(*events, calendar="cn"), book, CALENDARS, now, {})
    return got


@pytest.mark.parametrize(
    ("entered", "limit", "due"),
    [
        ("2026-03-02 10:00", "4 hours", "2026-03-02 14:00"),
        ("2026-03-02 16:00", "4 hours", "2026-03-03 12:00"),
        ("2026-03-06 16:00", "16 hours", "2026-03-10 16:00"),  # over a weekend
        ("2026-02-13 16:00", "2 hours", "2026-02-23 10:00"),  # over the holidays of the court's calendar
        ("2026-03-02", "8 hours", "2026-03-02 17:00"),
        ("2026-03-02 10:00", "1.5 hours", "2026-03-02 11:30"),
    ],
)
def test_hours_run_while_the_office_is_open(entered: str, limit: str, due: str) -> None:
    got = one(clock(limit), event("hearing", entered))
    assert got.due_at == local(due)
    assert got.basis[-1].note == f"{limit} of office hours"


def test_the_rule_may_name_its_own_week() -> None:
    week = {"mon": [["09:00", "12:00"], ["13:00", "17:30"]], "tue": [["09:00", "12:00"]]}
    made = clock("8 hours", params={"week": week})
    assert one(made, event("hearing", "2026-03-02 09:00")).due_at == local("2026-03-03 09:30")


def test_a_firms_own_clock_otherwise_runs_round_the_clock() -> None:
    got = one(clock("48 hours", time="elapsed"), event("hearing", "2026-03-06 16:00"))
    assert (got.due_at, got.basis[-1].note) == (local("2026-03-08 16:00"), "48 hours")


@pytest.mark.parametrize(("time", "due"), [("working", "2026-03-03 11:00"), ("elapsed", "2026-03-02 19:00")])
def test_pauses_count_to_the_minute_each_by_itself(time: str, due: str) -> None:
    made = clock("5 hours", time=time, **PAUSE)
    events = [event("hearing", "2026-03-02 10:00"), event("stayed", "2026-03-02 10:30", "z"),
              event("resumed", "2026-03-02 12:30"), event("stayed", "2026-03-02 14:00", "a"),
              event("resumed", "2026-03-02 16:00")]  # fmt: skip
    got = one(made, *events)
    assert got.due_at == local(due)
    assert got.state is State.OPEN


def test_a_pause_without_hours_begins_and_ends_with_its_day() -> None:
    made = clock("12 hours", **PAUSE)
    events = [event("hearing", "2026-03-02 09:00"), event("stayed", "2026-03-03"), event("resumed", "2026-03-05")]
    assert one(made, *events).due_at == local("2026-03-05 13:00")
    held = one(made, *events[:2])
    assert (held.state, held.due_at) == (State.HELD, local("2026-03-03 13:00"))


def test_extensions_and_new_beginnings_are_measured_by_the_same_clock() -> None:
    made = clock("4 hours", extended_by=("extended",), restarted_by=("again",))
    entered = event("hearing", "2026-03-02 10:00")
    extended = event("extended", "2026-03-02 11:00", data={"by": "4 hours"})
    assert one(made, entered, extended).due_at == local("2026-03-03 10:00")
    assert one(made, entered, event("again", "2026-03-02 15:00")).due_at == local("2026-03-03 11:00")


def test_beyond_the_announced_calendar_office_hours_are_provisional() -> None:
    assert one(clock("4 hours"), event("hearing", "2026-12-31 16:00")).provisional
    assert not one(clock("4 hours", time="elapsed"), event("hearing", "2026-12-31 22:00")).provisional


def test_idle_time_runs_from_the_hour_of_the_last_activity() -> None:
    made = clock("4 hours", "idle_time", stage="trial")
    got = one(made, event("hearing", "2026-03-02 10:00"), event("call", "2026-03-02 15:00"))
    assert got.due_at == local("2026-03-03 11:00")


class TestShares:
    HALF = Profile("p", (threshold(Level.URGENT, WhenKind.FRACTION, "1/2"),), overdue=False)

    def begins(self, made: Rule, *events: Event) -> list[Any]:
        got = one(made, *events)
        return [
            c.at for c in crossings(got, made, case(*events, calendar="cn"), rulebook(made, stages=STAGES), CALENDARS)
        ]

    def test_half_of_the_limit_is_half_of_the_office_hours(self) -> None:
        entered = event("hearing", "2026-03-06 15:00")
        assert self.begins(clock("8 hours", profile=self.HALF), entered) == [local("2026-03-09 11:00")]

    def test_a_pause_is_passed_over(self) -> None:
        events = [
            event("hearing", "2026-03-02 09:00"),
            event("stayed", "2026-03-02 10:00"),
            event("resumed", "2026-03-02 14:00"),
        ]
        assert self.begins(clock("4 hours", profile=self.HALF, **PAUSE), *events) == [local("2026-03-02 15:00")]

    def test_a_limit_in_days_has_ordinary_shares(self) -> None:
        entered = event("hearing", "2026-03-02")
        assert self.begins(clock("4 days", profile=self.HALF), entered) == [local("2026-03-05 00:00")]

    def test_the_level_of_an_answer_is_measured_so_too(self) -> None:
        made = clock("8 hours", profile=self.HALF, kind=Kind.RIGHT)
        entered = event("hearing", "2026-03-06 15:00")
        for said, state in (("2026-03-09 10:59", State.NOT_PURSUED), ("2026-03-09 11:00", State.OPEN)):
            answer = event("not_pursued", said, recorded=local(said).isoformat(), data={"by": "li"})
            assert one(made, entered, answer, now=utc("2026-03-09T04:00")).state is state
