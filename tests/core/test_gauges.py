"""Numbers that cross a line: reported values, counts in a window, too short gaps."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from deadline_guard.core.assess import assess
from deadline_guard.core.conditions import number
from deadline_guard.core.deadlines import Deadline, State
from deadline_guard.core.indicators import INDICATORS
from deadline_guard.core.levels import crossings
from deadline_guard.core.measures import days_past, level_of
from deadline_guard.core.rules import Level, Profile, Rule, Threshold, Trigger, When, WhenKind
from deadline_guard.core.timeline import Event
from tests.core.building import CALENDARS, case, event, local, rule, rulebook, stage, utc

NOW = utc("2026-04-01T00:00")


def line(level: Level, op: str, n: str) -> Threshold:
    return Threshold(level, When(WhenKind.VALUE, Fraction(n), op=op))


def found(made: Rule, *events: Event, now: Any = NOW) -> tuple[Deadline, ...]:
    return INDICATORS[made.indicator](made, case(*events), rulebook(made), CALENDARS, now, {})


def crossed(made: Rule, deadline: Deadline, *events: Event) -> list[tuple[Any, Level]]:
    return [(c.at, c.level) for c in crossings(deadline, made, case(*events), rulebook(made), CALENDARS)]


class TestValue:
    SCORE = rule(
        None,
        indicator="value",
        trigger=Trigger("score"),
        params={"field": "score"},
        profile=Profile("p", (line(Level.URGENT, "below", "600"), line(Level.CRITICAL, "below", "500"))),
    )

    def told(self, *scores: Any, **given: Any) -> list[Event]:
        return [
            event("score", f"2026-03-{i:02}", f"{given.get('subject', '')}{i}", data={"score": s}, **given)
            for i, s in enumerate(scores, 1)
        ]

    def test_warns_once_at_the_report_that_falls_below_the_line(self) -> None:
        events = self.told(720, 640, 590, 580)
        (got,) = found(self.SCORE, *events)
        assert (got.cycle, got.state, got.due_on, got.what) == ("t:3", State.OPEN, date(2026, 3, 3), "580")
        assert got.flags == ("gauge",)
        assert [str(step.note) for step in got.basis] == ["590 is below 600", "580 is below 600"]
        assert crossed(self.SCORE, got, *events) == [(local("2026-03-03 00:00"), Level.URGENT)]
        assert found(self.SCORE, *events[:2]) == ()

    def test_back_and_down_again_warns_again(self) -> None:
        first, second = found(self.SCORE, *self.told(720, 590, 650, 600, 599))
        assert (first.cycle, first.state, first.ended_by) == ("t:2", State.DONE, "t:3")
        assert first.ended_at == local("2026-03-03 00:00")
        assert (second.cycle, second.state) == ("t:5", State.OPEN)

    def test_a_worse_report_raises_the_level_of_the_same_cycle(self) -> None:
        events = self.told(590, 480, 550)
        (got,) = found(self.SCORE, *events)
        assert crossed(self.SCORE, got, *events) == [
            (local("2026-03-01 00:00"), Level.URGENT),
            (local("2026-03-02 00:00"), Level.CRITICAL),
        ]

    def test_each_subject_has_its_own_number(self) -> None:
        events = [*self.told(590, subject="card 1"), *self.told(700, subject="card 2")]
        assert [d.subject for d in found(self.SCORE, *events)] == ["card 1"]

    def test_a_report_without_a_number_reports_nothing(self) -> None:
        assert found(self.SCORE, *self.told("none", None, True)) == ()

    def test_a_report_dated_ahead_counts_on_its_day(self) -> None:
        events = self.told(590, 650)
        (got,) = found(self.SCORE, *events, now=local("2026-03-01 12:00"))
        assert (got.state, got.changes_at) == (State.OPEN, local("2026-03-02 00:00"))

    def test_an_answer_ends_it_where_two_persons_say_so(self) -> None:
        data = {"by": "li", "reason": "old account", "cycle": "t:1", "rule": "r"}
        said = event("not_applicable", "2026-03-05 10:00", "n", data=data)
        (waiting,) = found(self.SCORE, *self.told(590), said)
        assert (waiting.state, waiting.flags) == (State.OPEN, ("gauge", "awaits_second_person"))
        second = event("confirmed", "2026-03-06 10:00", "c", data={"by": "wang", "answer": said.id})
        (got,) = found(self.SCORE, *self.told(590), said, second)
        assert (got.state, got.ended_by) == (State.NOT_APPLICABLE, said.id)

    def test_assess_sees_its_level_like_that_of_a_deadline(self) -> None:
        (got,), next_at = assess(case(*self.told(590)), rulebook(self.SCORE), CALENDARS, NOW)
        assert (got.level, next_at) == (Level.URGENT, None)

    def test_a_cycle_that_is_gone_has_no_levels(self) -> None:
        (got,) = found(self.SCORE, *self.told(590))
        assert crossed(self.SCORE, got, *self.told(700)) == []


def test_progress_that_is_reported_unchanged_for_ten_working_days_warns() -> None:
    made = rule("10 working days", indicator="idle_time", trigger=Trigger(), params={"changed": "progress"})
    told = [event("report", f"2026-03-{d:02}", data={"progress": p}) for d, p in ((2, 40), (4, 60), (11, 60), (16, 60))]
    (got,) = found(made, *told, event("call", "2026-03-12"), now=utc("2026-03-17T00:00"))
    assert got.due_on == date(2026, 3, 18), "the last change was on 4 March"


class TestEventCount:
    def counted(self, op_line: str = "2", by: Any = (), **params: Any) -> Rule:
        return rule(
            None,
            indicator="event_count",
            trigger=Trigger("contact"),
            params={"by": by, **params},
            profile=Profile("p", (line(Level.URGENT, "above", op_line),), overdue=False),
        )

    def contacts(self, *times: str, **given: Any) -> list[Event]:
        return [event("contact", on, f"c{i}", **given) for i, on in enumerate(times)]

    def test_at_most_two_adjournments(self) -> None:
        got = found(self.counted(), *self.contacts("2026-01-05", "2026-02-05", "2026-03-05"))
        assert [(d.cycle, d.due_on, d.what) for d in got] == [("t:c2", date(2026, 3, 5), "3")]
        assert [str(step.note) for step in got[0].basis] == ["3 is above 2"]
        assert found(self.counted(), *self.contacts("2026-01-05", "2026-02-05")) == ()

    def test_at_most_so_many_a_day(self) -> None:
        made = self.counted("1", window="day")
        events = self.contacts("2026-03-05 10:00", "2026-03-05 18:00", "2026-03-06 09:00")
        (got,) = found(made, *events)
        assert (got.cycle, got.state, got.ended_at) == ("t:c1", State.DONE, local("2026-03-06 00:00"))
        (open_,) = found(made, *events, now=local("2026-03-05 20:00"))
        assert (open_.state, open_.changes_at) == (State.OPEN, local("2026-03-06 00:00"))

    @pytest.mark.parametrize(
        ("window", "ends"),
        [
            ("7 days", "2026-03-09 00:00"),
            ("1 week", "2026-03-09 00:00"),
            ("1 month", "2026-04-01 00:00"),
            ("24 hours", "2026-03-03 10:00"),
        ],
    )
    def test_a_window_that_moves(self, window: str, ends: str) -> None:
        events = self.contacts("2026-03-02 10:00", "2026-03-02 11:00")
        (got,) = found(self.counted("1", window=window), *events, now=local("2026-03-02 12:00"))
        assert got.changes_at == local(ends)

    def test_by_channel_or_counterparty(self) -> None:
        sms = self.contacts("2026-03-05", "2026-03-06", data={"channel": "sms"})
        call = [event("contact", "2026-03-06", "x", data={"channel": "call"})]
        assert found(self.counted("1", by=("channel",)), *sms[:1], *call) == ()
        assert [d.cycle for d in found(self.counted("1", by="channel"), *sms, *call)] == ["t:c1"]

    @pytest.mark.parametrize(
        ("at", "between", "warned"),
        [
            ("2026-03-05 21:59", ["22:00", "08:00"], False),
            ("2026-03-05 22:00", ["22:00", "08:00"], True),
            ("2026-03-05 07:59", ["22:00", "08:00"], True),
            ("2026-03-05 08:00", ["22:00", "8:00"], False),
            ("2026-03-05 12:30", ["12:00", "13:00"], True),
            ("2026-03-05", ["22:00", "08:00"], False),
        ],
    )
    def test_none_in_the_hours_of_rest(self, at: str, between: list[str], warned: bool) -> None:
        got = found(self.counted("0", between=between, window="day"), *self.contacts(at))
        assert bool(got) is warned

    def test_several_kinds_count_together_and_each_event_once(self) -> None:
        made = self.counted("1")
        made = rule(None, indicator="event_count", trigger=Trigger(), profile=made.profile,
                    trigger_any=(Trigger("sms"), Trigger("contact"), Trigger("contact")))  # fmt: skip
        assert found(made, event("contact", "2026-03-05")) == ()
        assert [d.what for d in found(made, event("sms", "2026-03-05"), event("contact", "2026-03-06"))] == ["2"]


class TestGap:
    DEMANDS = rule("30 days", indicator="gap", trigger=Trigger("demand"), done_by=("demand",), params={"at": "least"})

    def demands(self, *days: str) -> list[Event]:
        return [event("demand", on, f"d{i}") for i, on in enumerate(days)]

    def test_too_early_is_told_at_once_and_cannot_be_mended_by_waiting(self) -> None:
        events = self.demands("2026-01-02", "2026-01-31")
        (got,) = found(self.DEMANDS, *events)
        assert (got.cycle, got.due_at, got.what) == ("t:d1", local("2026-01-31 00:00"), "29 < 30")
        assert got.flags == ("too_early",)
        assert crossed(self.DEMANDS, got, *events) == [(local("2026-01-31 00:00"), Level.OVERDUE)]

    def test_what_cancels_the_rule_frees_only_what_comes_after_it(self) -> None:
        made = rule("60 months", indicator="gap", trigger=Trigger("plan"), done_by=("demand",), params={"at": "least"},
                    cancelled_by=("broken",))  # fmt: skip
        plan, demand = event("plan", "2026-01-02"), event("demand", "2026-03-02")
        assert len(found(made, plan, demand)) == 1
        assert found(made, plan, event("broken", "2026-03-01"), demand) == ()
        (got,) = found(made, plan, demand, event("broken", "2026-03-04"))
        assert got.state.value == "open"

    def test_late_enough_is_silent(self) -> None:
        assert found(self.DEMANDS, *self.demands("2026-01-01", "2026-01-31")) == ()
        assert found(self.DEMANDS, *self.demands("2026-01-01")) == ()
        assert found(self.DEMANDS) == ()

    def test_each_is_measured_from_the_one_before(self) -> None:
        got = found(self.DEMANDS, *self.demands("2026-01-01", "2026-02-01", "2026-02-11"))
        assert [d.cycle for d in got] == ["t:d2"]

    def test_an_answer_ends_it(self) -> None:
        events = self.demands("2026-01-02", "2026-01-12")
        done = event("done", "2026-02-01", "x", data={"cycle": "t:d1"})
        assert [d.state for d in found(self.DEMANDS, *events, done)] == [State.DONE]
        said = event("not_applicable", "2026-02-01", "y", data={"reason": "other debt", "by": "li", "cycle": "t:d1"})
        assert found(self.DEMANDS, *events, said)[0].flags == ("too_early", "awaits_second_person")

    def test_at_most_is_a_deadline_for_the_second_event(self) -> None:
        made = rule("1 month", indicator="gap", trigger=Trigger("hearing"), done_by=("hearing",))
        got = found(made, event("hearing", "2026-02-02"), event("hearing", "2026-03-05"))
        assert [(d.due_on, d.state) for d in got] == [(date(2026, 3, 2), State.DONE), (date(2026, 4, 5), State.OPEN)]
        assert got[0].ended_at is not None
        assert got[0].ended_at > got[0].due_at, "done, but late"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, Fraction(5)),
        ("1,250.50", Fraction(2501, 2)),
        (0.1, Fraction(1, 10)),
        ("x", None),
        ("1/0", None),
        (None, None),
    ],
)
def test_numbers_are_read_exactly(value: Any, expected: Fraction | None) -> None:
    assert number(value) == expected


def test_the_worst_line_counts() -> None:
    profile = Profile(
        "p", (line(Level.NEAR, "above", "10"), line(Level.EARLY, "above", "5"), line(Level.OVERDUE, "above", "90"))
    )
    levels = [level_of(Fraction(n), profile) for n in (5, 6, 11, 91)]
    assert levels == [Level.OK, Level.EARLY, Level.NEAR, Level.OVERDUE]


def test_days_past_are_local_days() -> None:
    assert days_past(date(2026, 3, 1), local("2026-03-01 23:59"), "Asia/Shanghai") == 0
    assert days_past(date(2026, 3, 1), local("2026-03-02 00:00"), "Asia/Shanghai") == 1


def test_a_stage_still_measures_stages() -> None:
    made = rule("15 days", indicator="stage_time", trigger=Trigger())
    book = rulebook(made, stages=(stage("trial", "hearing"),))
    (got,) = INDICATORS["stage_time"](made, case(event("hearing", "2026-03-02")), book, CALENDARS, NOW, {})
    assert got.due_on == date(2026, 3, 17)
