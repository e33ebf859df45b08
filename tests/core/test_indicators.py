"""The clocks of an office: limits of stages and cases, and how long nothing may happen."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from deadline_guard.core.deadlines import Deadline, State
from deadline_guard.core.indicators import INDICATORS
from deadline_guard.core.rules import EventKind, Pair, Rule, Rulebook, RuleVersion, Trigger
from deadline_guard.core.timeline import Event
from tests.core.building import CALENDARS, NOW, case, event, local, rule, rulebook, stage, utc

STAGES = (
    stage("pleadings", "complaint", "defence", target="15 days"),
    stage("evidence", "defence", "evidence_closed"),
    stage("trial", "hearing", "judgment", target="6 months"),
)


def clock(indicator: str, limit: str | None = "15 days", **given: Any) -> Rule:
    return rule(limit, indicator=indicator, **({"trigger": Trigger()} | given))


def found(
    made: Rule, *events: Event, now: Any = NOW, book: Rulebook | None = None, **given: Any
) -> tuple[Deadline, ...]:
    book = book or rulebook(made, stages=STAGES)
    return INDICATORS[made.indicator](made, case(*events, **given), book, CALENDARS, now, {})


class TestStageTime:
    def test_runs_from_entering_to_leaving(self) -> None:
        entered, left = event("complaint", "2026-02-20"), event("defence", "2026-03-05")
        made = clock("stage_time", stage="pleadings")
        (open_,) = found(made, entered)
        assert (open_.cycle, open_.due_on, open_.state) == (entered.id, date(2026, 3, 7), State.OPEN)
        (done,) = found(made, entered, left)
        assert (done.state, done.ended_by, done.ended_at) == (State.DONE, left.id, local("2026-03-05 00:00"))

    def test_every_visit_is_a_cycle_of_its_own(self) -> None:
        events = [
            event("hearing", "2026-01-05", "a"),
            event("judgment", "2026-02-01"),
            event("hearing", "2026-03-01", "b"),
        ]
        got = found(clock("stage_time", stage="trial"), *events)
        assert [(d.cycle, d.state) for d in got] == [("t:a", State.DONE), ("t:b", State.OPEN)]

    def test_the_stage_s_own_target_stands_in_for_the_rule_s_limit(self) -> None:
        made = clock("stage_time", None)
        got = found(
            made,
            event("complaint", "2026-02-20"),
            event("defence", "2026-03-01"),
            event("hearing", "2026-03-02"),
        )
        assert [d.due_on for d in got] == [date(2026, 3, 7), date(2026, 9, 2)], "evidence has no target"
        assert found(clock("stage_time", None, versions=(RuleVersion("v1"),)), event("defence", "2026-03-01")) == ()

    def test_a_target_counts_plain_days_unless_the_rule_names_a_law(self) -> None:
        entered = event("complaint", "2026-01-31")
        assert found(clock("stage_time"), entered, calendar="cn", jurisdiction="cn-civil")[0].due_on == date(
            2026, 2, 15
        )
        legal = clock("stage_time", jurisdiction="cn-civil")
        assert found(legal, entered, calendar="cn")[0].due_on == date(2026, 2, 23)

    def test_nothing_runs_without_a_visit(self) -> None:
        assert found(clock("stage_time"), event("note", "2026-03-01")) == ()

    def test_a_stop_of_the_case_stops_its_stages_and_an_extension_moves_them(self) -> None:
        made = clock("stage_time", suspends=(Pair("stayed", "resumed"),), extended_by=("extended",))
        entered = event("complaint", "2026-03-02")
        stopped = (event("stayed", "2026-03-05"), event("resumed", "2026-03-15"))
        assert found(made, entered, *stopped)[0].due_on == date(2026, 3, 27)
        granted = event("extended", "2026-03-05", data={"by": "5 days"})
        assert found(made, entered, granted)[0].due_on == date(2026, 3, 22)


class TestHandlingTime:
    def test_is_the_whole_case_until_it_closes(self) -> None:
        made = clock("handling_time", "60 days")
        (open_,) = found(made, event("note", "2026-01-10"), event("hearing", "2026-02-01"))
        assert (open_.cycle, open_.due_on) == ("case", date(2026, 3, 11))
        (done,) = found(made, event("note", "2026-01-10"), event("case_closed", "2026-02-01"))
        assert done.state is State.DONE
        assert found(made) == ()

    def test_keeps_its_cycle_when_an_earlier_event_becomes_known(self) -> None:
        made = clock("handling_time", "60 days")
        (late,) = found(made, event("note", "2026-01-10"), event("note", "2026-01-05", "b"))
        assert (late.cycle, late.due_on) == ("case", date(2026, 3, 6))

    def test_may_run_from_a_trigger(self) -> None:
        made = clock("handling_time", "60 days", trigger=Trigger("docketed"))
        assert [d.cycle for d in found(made, event("note", "2026-01-10"), event("docketed", "2026-01-12", "d"))] == [
            "t:d"
        ]

    def test_a_reopened_case_runs_again(self) -> None:
        events = [
            event("note", "2026-01-10"),
            event("case_closed", "2026-02-01"),
            event("hearing", "2026-03-01", "h"),
        ]
        got = found(clock("handling_time", "60 days"), *events)
        assert [(d.cycle, d.state) for d in got] == [("case", State.DONE), ("t:h", State.OPEN)]

    def test_without_a_limit_there_is_nothing_to_watch(self) -> None:
        assert found(clock("handling_time", None), event("note", "2026-01-10")) == ()


class TestIdleTime:
    RULE = clock("idle_time", stage="pleadings")
    ENTERED = event("complaint", "2026-02-20", "c")

    def test_runs_from_the_last_activity_in_one_cycle_and_moves_quietly(self) -> None:
        (first,) = found(self.RULE, self.ENTERED)
        (then,) = found(self.RULE, self.ENTERED, event("call", "2026-03-01"), event("letter", "2026-03-04"))
        assert (first.due_on, then.due_on) == (date(2026, 3, 7), date(2026, 3, 19))
        assert (first.cycle, then.cycle) == ("t:c", "t:c")
        assert then.flags == ("quiet_moves",)
        assert then.known_at == event("letter", "2026-03-04").recorded_at

    @pytest.mark.parametrize("events", [
        [event("call", "2026-02-19")],
        [event("acknowledged", "2026-03-01")],
        [event("formal_note", "2026-03-01")],
        [event("call", "2026-03-20")],
    ])  # fmt: skip
    def test_only_facts_inside_the_stage_up_to_now_are_activity(self, events: list[Event]) -> None:
        book = rulebook(self.RULE, stages=STAGES)
        kinds = {"formal_note": EventKind("formal_note", {}, activity=False), "call": EventKind("call", {})}
        book = Rulebook(book.rules, book.case_types, kinds, {})
        (got,) = found(self.RULE, self.ENTERED, *events, book=book)
        assert got.due_on == date(2026, 3, 7)

    def test_an_activity_dated_ahead_says_when_to_look_again(self) -> None:
        (got,) = found(self.RULE, self.ENTERED, event("call", "2026-03-20"), event("call", "2026-03-25"))
        assert got.changes_at == local("2026-03-20 00:00")
        (then,) = found(self.RULE, self.ENTERED, event("call", "2026-03-20"), now=local("2026-03-20 00:00"))
        assert (then.due_on, then.changes_at) == (date(2026, 4, 4), None)
        leaving = event("defence", "2026-03-15")
        (both,) = found(self.RULE, self.ENTERED, event("call", "2026-03-12"), leaving)
        assert both.changes_at == local("2026-03-12 00:00")

    def test_ends_when_the_stage_is_left_whatever_happens_later(self) -> None:
        (got,) = found(self.RULE, self.ENTERED, event("defence", "2026-03-05"), event("call", "2026-03-08"))
        assert (got.state, got.due_on) == (State.DONE, date(2026, 3, 20))

    def test_may_count_certain_events_only(self) -> None:
        made = clock("idle_time", stage="pleadings", activity=("call",))
        (got,) = found(made, self.ENTERED, event("call", "2026-03-01"), event("letter", "2026-03-04"))
        assert got.due_on == date(2026, 3, 16)

    def test_runs_over_the_whole_case_without_a_stage(self) -> None:
        (got,) = found(clock("idle_time"), event("note", "2026-02-20"), event("call", "2026-03-01"))
        assert (got.cycle, got.due_on) == ("case", date(2026, 3, 16))

    def test_of_a_trigger_is_closed_by_the_act_of_the_same_subject(self) -> None:
        made = clock("idle_time", trigger=Trigger("promise"), done_by=("paid",))
        events = [
            event("promise", "2026-02-20", "a", subject="card 1"),
            event("promise", "2026-02-21", "b", subject="card 2"),
            event("call", "2026-03-01", subject="card 2"),
            event("call", "2026-02-25"),
            event("paid", "2026-03-02", subject="card 1"),
        ]
        got = {d.cycle: (d.state, d.due_on) for d in found(made, *events)}
        assert got["t:a"] == (State.DONE, date(2026, 3, 17)), "the act itself was the last activity"
        assert got["t:b"] == (State.OPEN, date(2026, 3, 16))

    def test_hours_count_from_the_hour_of_the_activity(self) -> None:
        made = clock("idle_time", "48 hours", stage="pleadings")
        entered = event("complaint", "2026-03-02 09:00")
        (first,) = found(made, entered, now=utc("2026-03-03T00:00"))
        (moved,) = found(made, entered, event("call", "2026-03-02 15:00"), now=utc("2026-03-03T00:00"))
        assert first.due_at == local("2026-03-04 09:00")
        assert moved.due_at == local("2026-03-04 15:00")

    def test_nothing_is_idle_before_it_begins(self) -> None:
        assert found(self.RULE, event("note", "2026-03-01")) == ()
        assert found(clock("idle_time", None, stage="evidence"), event("defence", "2026-03-01")) == ()
