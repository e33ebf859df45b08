"""Days that do not count, stops, extensions, interruptions, longstops: what happens to a running clock."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from deadline_guard.core.deadlines import Deadline, State
from deadline_guard.core.limits import deadlines
from deadline_guard.core.period import parse_period
from deadline_guard.core.rules import Pair
from deadline_guard.core.timeline import Event
from tests.core.building import CALENDARS, NOW, case, event, local, rule, rulebook, utc

TRIGGER = event("opened", "2026-03-02")
STAY = Pair("stayed", "resumed", {"en": "stay", "zh": "中止"})
APPRAISAL = Pair("appraisal_started", "appraisal_ended", {"en": "appraisal", "zh": "鉴定"})


def one(made: Any, *events: Event, now: Any = NOW, **given: Any) -> Deadline:
    (only,) = deadlines(made, case(*events, **given), rulebook(made), CALENDARS, now)
    return only


STOPPING = rule("30 days", excludes=(APPRAISAL,), suspends=(STAY,))  # due 2026-04-01 when nothing stops it


@pytest.mark.parametrize(
    ("events", "due"),
    [
        ([], date(2026, 4, 1)),
        ([("stayed", "2026-03-05"), ("resumed", "2026-03-15")], date(2026, 4, 11)),
        # as many days as lie between the dates, also around the trigger's day, which never counts
        ([("stayed", "2026-03-02"), ("resumed", "2026-03-12")], date(2026, 4, 11)),
        ([("stayed", "2026-02-01"), ("resumed", "2026-03-12")], date(2026, 4, 11)),
        ([("stayed", "2026-02-01"), ("resumed", "2026-03-02")], date(2026, 4, 1)),
        ([("stayed", "2026-03-05"), ("resumed", "2026-03-05")], date(2026, 4, 1)),
        # a stop on the last day leaves that day for the time after
        ([("stayed", "2026-04-01"), ("resumed", "2026-04-05")], date(2026, 4, 5)),
        ([("stayed", "2026-04-02"), ("resumed", "2026-04-05")], date(2026, 4, 1)),
        # a stop that is reached only because an earlier one moved the end
        (
            [("stayed", "2026-03-05"), ("resumed", "2026-03-15"), ("appraisal_started", "2026-04-10"),
             ("appraisal_ended", "2026-04-20")],
            date(2026, 4, 21),
        ),
        # nested and overlapping stops of different kinds count once
        (
            [("stayed", "2026-03-05"), ("appraisal_started", "2026-03-08"), ("appraisal_ended", "2026-03-10"),
             ("resumed", "2026-03-15")],
            date(2026, 4, 11),
        ),
        (
            [("stayed", "2026-03-05"), ("appraisal_started", "2026-03-10"), ("resumed", "2026-03-15"),
             ("appraisal_ended", "2026-03-20")],
            date(2026, 4, 16),
        ),
        (
            [("stayed", "2026-03-05"), ("resumed", "2026-03-10"), ("appraisal_started", "2026-03-10"),
             ("appraisal_ended", "2026-03-15")],
            date(2026, 4, 11),
        ),
        # two appraisals at once end with the later one
        (
            [("appraisal_started", "2026-03-05"), ("appraisal_started", "2026-03-06"),
             ("appraisal_ended", "2026-03-10"), ("appraisal_ended", "2026-03-15")],
            date(2026, 4, 11),
        ),
        ([("resumed", "2026-03-05")], date(2026, 4, 1)),
    ],
)  # fmt: skip
def test_days_between_stop_and_resumption_do_not_count(events: list[tuple[str, str]], due: date) -> None:
    got = one(STOPPING, TRIGGER, *(event(kind, on) for kind, on in events))
    assert (got.due_on, got.state) == (due, State.OPEN)


def test_the_reasons_of_merged_stops_stand_side_by_side() -> None:
    got = one(
        STOPPING,
        TRIGGER,
        *(event("stayed", "2026-03-05"), event("resumed", "2026-03-15")),
        *(event("appraisal_started", "2026-03-10"), event("appraisal_ended", "2026-03-20")),
    )
    assert [(e.since, e.until, e.why) for e in got.excluded] == [
        (date(2026, 3, 5), date(2026, 3, 20), "stay; appraisal")
    ]
    assert any(step.step == "exclude" for step in got.basis)


@pytest.mark.parametrize("opening", ["stayed", "appraisal_started"])
def test_an_open_stop_holds_the_deadline_at_its_earliest_possible_date(opening: str) -> None:
    stopped = event(opening, "2026-03-05")
    got = one(STOPPING, TRIGGER, stopped)
    assert (got.state, got.due_on) == (State.HELD, date(2026, 4, 1))
    assert [(e.since, e.until) for e in got.excluded] == [(date(2026, 3, 5), None)]
    later = one(STOPPING, TRIGGER, stopped, now=utc("2026-12-01T00:00"))
    assert (later.state, later.due_on) == (State.HELD, date(2026, 4, 1)), "nothing moves while it is held"


def test_a_stop_after_expiry_holds_nothing() -> None:
    got = one(STOPPING, TRIGGER, event("stayed", "2026-04-02"), now=utc("2026-05-01T00:00"))
    assert (got.state, got.excluded) == (State.OPEN, ())


def test_a_stop_dated_ahead_holds_from_its_day_and_says_when_to_look_again() -> None:
    ahead = event("stayed", "2026-03-20")
    got = one(STOPPING, TRIGGER, ahead)
    assert (got.state, got.changes_at) == (State.OPEN, local("2026-03-20 00:00"))
    assert one(STOPPING, TRIGGER, ahead, now=local("2026-03-20 00:00")).state is State.HELD


def test_what_is_done_while_held_is_done() -> None:
    assert one(STOPPING, TRIGGER, event("stayed", "2026-03-05"), event("acted", "2026-03-06")).state is State.DONE


def test_a_stop_may_be_cut_by_law() -> None:
    made = rule("30 days", excludes=(Pair("adjourned", "continued", until_days=30),))
    open_end = one(made, TRIGGER, event("adjourned", "2026-03-05"))
    assert (open_end.state, open_end.due_on) == (State.OPEN, date(2026, 5, 1))
    assert open_end.excluded[0].why == "adjourned"
    closed = one(made, TRIGGER, event("adjourned", "2026-03-05"), event("continued", "2026-03-15"))
    assert closed.due_on == date(2026, 4, 11)
    late = one(made, TRIGGER, event("adjourned", "2026-03-05"), event("continued", "2026-06-15"))
    assert late.due_on == date(2026, 5, 1)


@pytest.mark.parametrize(
    ("opened", "stopped", "held"),
    [(None, None, True), ("a", None, True), ("a", "a", True), ("a", "b", False), (None, "b", False)],
)
def test_a_stop_touches_its_own_subject_or_all(opened: str | None, stopped: str | None, held: bool) -> None:
    got = one(
        STOPPING,
        event("opened", "2026-03-02", subject=opened),
        event("stayed", "2026-03-05", subject=stopped),
    )
    assert (got.state is State.HELD) is held


@pytest.mark.parametrize(
    ("data", "held"),
    [
        ({"rule": "r"}, True),
        ({"rule": ["x", "r"]}, True),
        ({"rule": "x"}, False),
        ({"cycle": TRIGGER.id}, True),
        ({"cycle": "t:x"}, False),
    ],
)
def test_a_stop_may_name_its_rule_and_cycle(data: dict[str, Any], held: bool) -> None:
    assert (one(STOPPING, TRIGGER, event("stayed", "2026-03-05", data=data)).state is State.HELD) is held


class TestExtension:
    RULE = rule("30 days", extended_by=("extended",), jurisdiction="cn-civil", excludes=(APPRAISAL,))

    def given(self, *events: Event, now: Any = NOW) -> Deadline:
        return one(self.RULE, TRIGGER, *events, calendar="cn", now=now)

    def extended(self, on: str, ident: str = "", **data: Any) -> Event:
        return event("extended", on, ident, data=data)

    def test_by_a_length_runs_from_the_rolled_end(self) -> None:
        sunday = event("opened", "2026-03-13")  # 30 days end on Sunday 12 April, rolled to Monday
        got = one(self.RULE, sunday, self.extended("2026-04-01", by="10 days"), calendar="cn")
        assert got.due_on == date(2026, 4, 23)
        assert [step.step for step in got.basis if step.step in ("extend", "roll")] == ["roll", "extend"]

    def test_to_a_date_is_taken_as_set(self) -> None:
        got = self.given(self.extended("2026-03-20", until="2026-05-02"))
        assert (got.due_on, got.rolled) == (date(2026, 5, 2), False), "a Saturday stays"

    def test_twice_adds_up(self) -> None:
        got = self.given(self.extended("2026-03-20", "a", by="1 month"), self.extended("2026-04-20", "b", by="1 month"))
        assert got.due_on == date(2026, 6, 1)

    def test_by_hours_runs_from_the_due_instant(self) -> None:
        made = rule("48 hours", extended_by=("extended",))
        got = one(made, event("opened", "2026-03-02 10:00"), self.extended("2026-03-03", by="24 hours"))
        assert got.due_at == local("2026-03-05 10:00")
        days = one(rule("1 day", extended_by=("extended",)), TRIGGER, self.extended("2026-03-03", by="24 hours"))
        assert days.due_at == local("2026-03-05 00:00")

    def test_counts_what_stopped_later_once(self) -> None:
        stop = (event("appraisal_started", "2026-04-10"), event("appraisal_ended", "2026-04-20"))
        assert self.given(self.extended("2026-03-20", by="1 month"), *stop).due_on == date(2026, 5, 11)
        before = (event("appraisal_started", "2026-03-05"), event("appraisal_ended", "2026-03-15"))
        got = self.given(*before, self.extended("2026-03-20", by="10 days"))
        assert got.due_on == date(2026, 4, 23), "11 April is a Saturday, ten days after Monday the 13th"

    @pytest.mark.parametrize("data", [{}, {"by": "a while"}, {"until": "spring"}])
    def test_that_cannot_be_read_changes_nothing_and_says_so(self, data: dict[str, str]) -> None:
        got = self.given(self.extended("2026-03-20", **data))
        assert (got.due_on, got.flags) == (date(2026, 4, 1), ("extension_unreadable",))

    def test_of_another_rule_or_before_the_trigger_or_after_the_end_changes_nothing(self) -> None:
        for events in (
            (self.extended("2026-03-20", by="1 month", rule="other"),),
            (self.extended("2026-03-01", by="1 month"),),
            (event("acted", "2026-03-05"), self.extended("2026-03-20", by="1 month")),
        ):
            assert self.given(*events).due_on == date(2026, 4, 1)

    def test_of_a_date_set_by_the_court_counts_from_that_date(self) -> None:
        made = rule(None, trigger=rule().trigger, date_field="due", extended_by=("extended",))
        set_ = event("opened", "2026-03-02", data={"due": "2026-03-14"})
        assert one(made, set_, self.extended("2026-03-05", by="10 days")).due_on == date(2026, 3, 24)


class TestInterruption:
    RULE = rule("3 years", restarted_by=("demand",), extended_by=("extended",), suspends=(STAY,))

    def given(self, *events: Event, made: Any = RULE) -> Deadline:
        return one(made, TRIGGER, *events, now=utc("2026-03-10T00:00"))

    def test_starts_a_full_new_period_in_the_same_cycle(self) -> None:
        got = self.given(event("demand", "2027-05-01"))
        assert (got.due_on, got.cycle, got.trigger_on) == (date(2030, 5, 1), TRIGGER.id, date(2026, 3, 2))
        assert got.starts_at == local("2027-05-02 00:00")

    def test_the_latest_one_before_expiry_counts(self) -> None:
        got = self.given(event("demand", "2027-05-01"), event("demand", "2030-05-01"), event("demand", "2033-05-02"))
        assert got.due_on == date(2033, 5, 1)

    def test_after_expiry_revives_nothing(self) -> None:
        assert self.given(event("demand", "2029-03-03")).due_on == date(2029, 3, 2)

    def test_forgets_what_happened_to_the_old_period(self) -> None:
        got = self.given(
            event("extended", "2026-04-01", data={"by": "1 year"}),
            event("stayed", "2026-05-01"),
            event("resumed", "2026-06-01"),
            event("demand", "2027-05-01"),
        )
        assert got.due_on == date(2030, 5, 1)

    def test_is_possible_while_the_clock_is_held(self) -> None:
        got = self.given(event("stayed", "2026-05-01"), event("demand", "2035-05-01"))
        assert got.due_on == date(2038, 5, 1)

    def test_of_hours_starts_with_the_hour(self) -> None:
        made = rule("48 hours", restarted_by=("demand",))
        opened = event("opened", "2026-03-02 10:00")
        assert one(made, opened, event("demand", "2026-03-03 15:00")).due_at == local("2026-03-05 15:00")
        assert one(made, opened, event("demand", "2026-03-04")).due_at == local("2026-03-06 00:00")

    def test_does_not_pass_the_longstop(self) -> None:
        made = rule("3 years", version={"longstop": parse_period("5 years")}, restarted_by=("demand",))
        assert self.given(event("demand", "2027-05-01"), made=made).due_on == date(2030, 5, 1)
        got = self.given(event("demand", "2027-05-01"), event("demand", "2030-04-01"), made=made)
        assert got.due_on == date(2031, 3, 2)
        assert any(step.step == "longstop" for step in got.basis)

    def test_of_a_date_set_by_the_court_is_no_such_thing(self) -> None:
        made = rule(None, trigger=rule().trigger, date_field="due", restarted_by=("demand",))
        got = self.given(event("demand", "2026-03-03"), made=made)
        assert got.flags == ("date_unreadable",)


class TestSuspensionInTheLastPart:
    """CIV 194: only obstacles in the last six months; the period ends six months after the obstacle does."""

    RULE = rule("3 years", suspends=(STAY,), params={"suspends_last": "6 months"}, restarted_by=("demand",))

    def given(self, *told: tuple[str, str], now: str = "2026-03-10T00:00") -> Deadline:
        return one(self.RULE, event("opened", "2023-03-02"), *(event(k, on) for k, on in told), now=utc(now))

    @pytest.mark.parametrize(
        ("told", "due"),
        [
            ([("stayed", "2024-03-05"), ("resumed", "2025-09-02")], date(2026, 3, 2)),
            ([("stayed", "2024-03-05"), ("resumed", "2025-09-03")], date(2026, 3, 3)),
            ([("stayed", "2026-02-01"), ("resumed", "2026-02-11")], date(2026, 8, 11)),
            ([("stayed", "2026-03-03"), ("resumed", "2026-03-05")], date(2026, 3, 2)),
            (
                [
                    ("stayed", "2026-02-01"),
                    ("resumed", "2026-02-11"),
                    ("stayed", "2026-03-01"),
                    ("resumed", "2026-04-01"),
                ],
                date(2026, 10, 1),
            ),
            ([("stayed", "2024-03-05"), ("resumed", "2024-09-03"), ("demand", "2024-10-01")], date(2027, 10, 1)),
        ],
    )
    def test_counts_only_there(self, told: list[tuple[str, str]], due: date) -> None:
        assert self.given(*told).due_on == due

    def test_a_lasting_obstacle_holds_the_clock_when_the_last_part_begins(self) -> None:
        before = self.given(("stayed", "2024-03-05"), now="2025-08-01T00:00")
        assert (before.state, before.changes_at) == (State.OPEN, local("2025-09-02 00:00"))
        assert self.given(("stayed", "2024-03-05"), now="2025-09-02T00:00").state is State.HELD
