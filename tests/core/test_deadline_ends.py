"""How a deadline ends: acts, cancellations, answers; and dates certain."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from deadline_guard.core.deadlines import Deadline, State
from deadline_guard.core.rules import (
    Kind,
    Level,
    Profile,
    Rule,
    Trigger,
    WhenKind,
)
from deadline_guard.core.timeline import Event
from tests.core.building import NOW, case, event, local, rule, threshold, utc
from tests.core.test_deadlines import TRIGGER, found, one


class TestDateCertain:
    RULE = rule(None, id="us.court_set", trigger=Trigger("deadline_set"), date_field="due")

    def given(self, due: Any, on: str = "2026-03-02", **data: Any) -> Deadline:
        return one(self.RULE, event("deadline_set", on, "d", data={"due": due, **data}))

    def test_is_taken_as_set_and_never_rolls(self) -> None:
        got = self.given("2026-03-14", what="Reply due")
        assert (got.due_on, got.rolled, got.what) == (date(2026, 3, 14), False, "Reply due")
        assert got.flags == ("weekend",)
        assert got.due_at == local("2026-03-15 00:00")
        assert str(got.basis[-1].note) == "set by the court"

    @pytest.mark.parametrize("due", ["2026-03-13T09:30:00+08:00", "2026-03-13T09:30", "2026-03-13T01:30:00Z"])
    def test_may_name_the_hour(self, due: str) -> None:
        got = self.given(due)
        assert (got.due_on, got.due_at, got.flags) == (date(2026, 3, 13), local("2026-03-13 09:30"), ())

    def test_may_be_a_date_value(self) -> None:
        assert self.given(date(2026, 3, 13)).due_on == date(2026, 3, 13)

    def test_before_its_own_event_is_flagged(self) -> None:
        got = self.given("2026-02-27")
        assert got.flags == ("date_before_event",)
        assert got.starts_at == got.due_at

    def test_before_the_hour_of_its_own_event_is_flagged_too(self) -> None:
        told = event("deadline_set", "2026-03-02 10:00", data={"due": "2026-03-02T09:59"})
        assert one(self.RULE, told).flags == ("date_before_event",)
        told = event("deadline_set", "2026-03-02 10:00", data={"due": "2026-03-02T11:00"})
        got = one(self.RULE, told)
        assert (got.flags, got.starts_at) == ((), local("2026-03-02 10:00"))

    @pytest.mark.parametrize("due", [None, "soon", "", 5, "9999-12-31"])
    def test_that_cannot_be_read_is_due_at_once_rather_than_never(self, due: Any) -> None:
        got = self.given(due)
        assert (got.due_on, got.flags) == (date(2026, 3, 2), ("date_unreadable",))


def test_an_instant_of_the_trigger_starts_a_period_in_hours() -> None:
    got = one(rule("48 hours"), event("opened", "2026-03-02 10:20"))
    assert got.due_at == local("2026-03-04 10:20")
    assert (got.due_on, got.starts_at, got.flags) == (date(2026, 3, 4), local("2026-03-02 10:20"), ())


def test_hours_from_a_day_without_an_hour_count_from_its_beginning_and_say_so() -> None:
    got = one(rule("48 hours"), TRIGGER)
    assert (got.due_at, got.flags) == (local("2026-03-04 00:00"), ("hour_unknown",))


def test_a_backward_period_counts_from_a_future_event() -> None:
    made = rule("7 days", direction="backward", trigger=Trigger("hearing"))
    got = one(made, event("hearing", "2026-03-20", recorded="2026-03-01T00:00+00:00"))
    assert got.due_on == date(2026, 3, 13)
    assert got.starts_at == utc("2026-03-01T00:00")


def test_an_act_before_the_hearing_ends_its_backward_period_but_not_that_of_the_next() -> None:
    made = rule("7 days", direction="backward", trigger=Trigger("hearing"))
    events = (event("hearing", "2026-03-20"), event("hearing", "2026-05-20"), event("acted", "2026-03-05"))
    assert [d.state for d in found(made, case(*events))] == [State.DONE, State.OPEN]


class TestEnds:
    def test_an_act_ends_the_cycle_when_it_happened_not_when_it_was_recorded(self) -> None:
        act = event("acted", "2026-03-16", recorded="2026-04-20T00:00+00:00")
        got = one(rule(), TRIGGER, act, now=utc("2026-04-21T00:00"))
        assert (got.state, got.ended_by, got.ended_at) == (State.DONE, act.id, local("2026-03-16 00:00"))
        assert got.ended_at is not None
        assert got.ended_at < got.due_at < act.recorded_at, "in time, registered late"

    def test_an_act_on_the_last_day_is_in_time_and_on_the_next_day_late(self) -> None:
        for on, in_time in (("2026-03-17", True), ("2026-03-18", False)):
            got = one(rule(), TRIGGER, event("acted", on), now=utc("2026-04-01T00:00"))
            assert got.ended_at is not None
            assert (got.ended_at < got.due_at) is in_time

    @pytest.mark.parametrize(
        ("trigger", "act", "done"),
        [
            ("2026-03-02", "2026-03-01", False),
            ("2026-03-02", "2026-03-02", True),
            ("2026-03-02 10:00", "2026-03-02", True),
            ("2026-03-02", "2026-03-02 10:00", True),
            ("2026-03-02 10:00", "2026-03-02 09:00", False),
            ("2026-03-02 10:00", "2026-03-02 10:00", True),
        ],
    )
    def test_only_what_follows_the_trigger_ends_its_cycle(self, trigger: str, act: str, done: bool) -> None:
        got = one(rule(), event("opened", trigger), event("acted", act))
        assert (got.state is State.DONE) is done

    @pytest.mark.parametrize(
        ("opened", "acted", "done"),
        [(None, None, True), ("a", "a", True), ("a", "b", False), ("a", None, False), (None, "a", False)],
    )
    def test_an_act_ends_the_cycle_of_its_own_subject(self, opened: str | None, acted: str | None, done: bool) -> None:
        got = one(rule(), event("opened", "2026-03-02", subject=opened), event("acted", "2026-03-03", subject=acted))
        assert (got.state is State.DONE) is done

    def test_an_act_ends_every_cycle_opened_before_it_and_none_after(self) -> None:
        events = [event("opened", on) for on in ("2026-03-02", "2026-03-03", "2026-03-05")]
        states = [d.state for d in found(rule(), case(*events, event("acted", "2026-03-04")))]
        assert states == [State.DONE, State.DONE, State.OPEN]

    def test_an_event_that_opens_the_next_wait_ends_the_last_but_not_its_own(self) -> None:
        made = rule(trigger=Trigger("paid"), done_by=("paid",))
        events = [
            event("paid", "2026-03-02", "b"),
            event("paid", "2026-03-02", "a"),
            event("paid", "2026-03-05", "c"),
        ]
        got = {d.cycle: d.ended_by for d in found(made, case(*events))}
        assert got == {"t:a": "t:b", "t:b": "t:c", "t:c": None}

    @pytest.mark.parametrize(("subject", "state"), [(None, State.CANCELLED), ("a", State.CANCELLED), ("b", State.OPEN)])
    def test_a_cancellation_without_subject_ends_all(self, subject: str | None, state: State) -> None:
        made = rule(cancelled_by=("withdrawn",))
        got = one(
            made,
            event("opened", "2026-03-02", subject="a"),
            event("withdrawn", "2026-03-03", subject=subject),
        )
        assert got.state is state

    def test_what_came_first_counts_and_an_act_outranks_a_cancellation_of_its_day(self) -> None:
        made = rule(cancelled_by=("withdrawn",))
        for act, withdrawn, state in (
            ("2026-03-04", "2026-03-05", State.DONE),
            ("2026-03-05", "2026-03-04", State.CANCELLED),
            ("2026-03-05", "2026-03-05", State.DONE),
        ):
            assert one(made, TRIGGER, event("acted", act), event("withdrawn", withdrawn)).state is state

    def test_an_act_dated_ahead_ends_nothing_before_its_day_and_says_when_to_look_again(self) -> None:
        act = event("acted", "2026-03-12")
        before = one(rule(), TRIGGER, act)
        assert (before.state, before.changes_at) == (State.OPEN, local("2026-03-12 00:00"))
        after = one(rule(), TRIGGER, act, now=local("2026-03-12 00:00"))
        assert (after.state, after.changes_at) == (State.DONE, None)


def answer(kind: str, given: str = "2026-03-05 10:00", /, **data: Any) -> Event:
    return event(kind, given, kind, recorded=local(given).isoformat(), data=data)


class TestAnswers:
    PROFILE = Profile("p", (threshold(Level.URGENT, WhenKind.DAYS, "10"),))  # urgent from 2026-03-07 08:30

    def state(self, made: Rule, *events: Event, now: Any = NOW) -> State:
        return one(made, TRIGGER, *events, now=now).state

    def test_done_ends_on_the_day_it_names(self) -> None:
        got = one(rule(), TRIGGER, answer("done", rule="r", cycle=TRIGGER.id, on="2026-03-04"))
        assert (got.state, got.ended_at, got.ended_by) == (State.DONE, local("2026-03-04 00:00"), "t:done")

    def test_done_without_a_day_ends_when_it_was_said(self) -> None:
        assert one(rule(), TRIGGER, answer("done", on="the day before")).ended_at == local("2026-03-05 10:00")

    @pytest.mark.parametrize("data", [{"rule": "other"}, {"cycle": "t:other"}])
    def test_an_answer_to_something_else_ends_nothing(self, data: dict[str, str]) -> None:
        assert self.state(rule(), answer("done", **data)) is State.OPEN

    def test_an_answer_without_a_cycle_is_about_what_was_known_then(self) -> None:
        late = event("opened", "2026-03-04", recorded="2026-03-06T00:00+00:00")
        assert self.state(rule(), answer("done")) is State.DONE
        assert one(rule(), late, answer("done")).state is State.OPEN
        assert one(rule(), late, answer("done", cycle=late.id)).state is State.DONE

    def test_a_right_may_be_not_pursued_by_one_person_until_it_is_urgent(self) -> None:
        made = rule(kind=Kind.RIGHT, profile=self.PROFILE)
        assert self.state(made, answer("not_pursued", by="li")) is State.NOT_PURSUED
        assert self.state(made, answer("not_pursued", "2026-03-07 08:29", by="li")) is State.NOT_PURSUED
        assert self.state(made, answer("not_pursued", "2026-03-07 08:30", by="li")) is State.OPEN

    def test_from_urgent_on_a_second_person_confirms(self) -> None:
        made = rule(kind=Kind.RIGHT, profile=self.PROFILE)
        said = answer("not_pursued", "2026-03-08 09:00", by="li")
        waiting = one(made, TRIGGER, said)
        assert waiting.flags == ("awaits_second_person",)
        same = answer("confirmed", "2026-03-08 10:00", answer=said.id, by="li")
        nobody = answer("confirmed", "2026-03-08 10:00", answer=said.id)
        other = answer("confirmed", "2026-03-08 10:00", answer="t:x", by="wang")
        for confirmation in (same, nobody, other):
            assert self.state(made, said, confirmation) is State.OPEN
        got = one(made, TRIGGER, said, answer("confirmed", "2026-03-08 11:00", answer=said.id, by="wang"))
        assert (got.state, got.flags, got.ended_at) == (State.NOT_PURSUED, (), local("2026-03-08 11:00"))

    def test_a_duty_cannot_be_not_pursued(self) -> None:
        got = one(rule(), TRIGGER, answer("not_pursued", by="li"))
        assert (got.state, got.flags) == (State.OPEN, ())

    def test_not_applicable_needs_a_reason_and_for_a_duty_a_second_person(self) -> None:
        right, duty = rule(kind=Kind.RIGHT), rule()
        bare, said = (
            answer("not_applicable", by="li"),
            answer("not_applicable", by="li", reason="other court"),
        )
        second = answer("confirmed", "2026-03-06 09:00", answer=said.id, by="wang")
        assert self.state(right, bare) is State.OPEN
        assert self.state(right, said) is State.NOT_APPLICABLE
        assert self.state(duty, said) is State.OPEN
        assert self.state(duty, bare, second) is State.OPEN
        assert self.state(duty, said, second) is State.NOT_APPLICABLE

    def test_an_act_before_the_answer_counts_and_after_it_does_not(self) -> None:
        made = rule(kind=Kind.RIGHT)
        said = answer("not_pursued", by="li")
        assert self.state(made, said, event("acted", "2026-03-04")) is State.DONE
        assert self.state(made, said, event("acted", "2026-03-06")) is State.NOT_PURSUED
