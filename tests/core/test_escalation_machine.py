"""Whatever happens in whatever order: no key twice, nobody told after done, no overdue deadline that nobody knows of."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from deadline_guard.core.deadlines import State
from deadline_guard.core.notices import NoticeKind, Told
from deadline_guard.core.people import Absence
from deadline_guard.core.rules import Level
from tests.core.desk import BEGIN, Desk

PEOPLE = st.sampled_from(["zhang", "li", "wang", "zhao"])
WARNS = {NoticeKind.LEVEL, NoticeKind.STEP, NoticeKind.REPEAT, NoticeKind.MOVED}


class Escalation(RuleBasedStateMachine):
    """A desk on which anything may happen; what is decided is sent, or waits, or is taken back unsent."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.desk.opened()
        self.ended = False

    def _sweep(self, state: str = "sent") -> None:
        before = len(self.desk.notices)
        was_open = any(a.deadline.state is State.OPEN for a in self.desk.found)
        self.desk.sweep(state)
        still_open = any(a.deadline.state is State.OPEN for a in self.desk.found)
        for notice in self.desk.notices[before:]:
            if notice.kind in WARNS:
                assert still_open, f"told after the end: {notice.key}"
            if notice.kind is NoticeKind.CLOSED:
                assert was_open
                assert not still_open

    @rule(hours=st.integers(1, 80))
    def time_passes(self, hours: int) -> None:
        end = self.desk.now + timedelta(hours=hours)
        for _ in range(500):
            self._sweep()
            if self.desk.next_at is None or self.desk.next_at > end:
                break
            assert self.desk.next_at > self.desk.now
            self.desk.now = self.desk.next_at
        else:
            raise AssertionError("five hundred sweeps in eighty hours")
        self.desk.now = end

    @rule(days=st.integers(-10, 10), by_hand=st.booleans())
    def the_date_moves(self, days: int, by_hand: bool) -> None:
        self.desk.opened((BEGIN + timedelta(days=days)).date().isoformat(), hand=by_hand)

    @rule()
    def the_trigger_is_retracted(self) -> None:
        self.desk.opened(retracted=True)

    @rule(by=PEOPLE, retracted=st.booleans())
    def it_is_done_or_that_is_retracted(self, by: str, retracted: bool) -> None:
        if not retracted or any(e.kind == "acted" for e in self.desk.revisions):
            self.desk.acted(self.desk.now.date().isoformat(), by=by, retracted=retracted)

    @rule(kind=st.sampled_from(["acknowledged", "not_pursued", "not_applicable"]), by=PEOPLE)
    def somebody_answers(self, kind: str, by: str) -> None:
        self.desk.answer(kind, by, reason="because")

    @rule(by=PEOPLE, to=PEOPLE, accepted=st.sampled_from([None, "hand_over_accepted", "hand_over_refused"]))
    def somebody_hands_over(self, by: str, to: str, accepted: str | None) -> None:
        offer = self.desk.answer("handed_over", by, to=to, reason="leave", **{"from": self.desk.owner})
        if accepted is not None:
            self._sweep()
            self.desk.answer(accepted, to, answer=offer, reason="no")
            self.desk.owner = to if accepted == "hand_over_accepted" else self.desk.owner

    @rule(by=PEOPLE, settles=st.booleans(), other=PEOPLE)
    def somebody_disputes_the_date(self, by: str, settles: bool, other: str) -> None:
        raised = self.desk.answer("disputed", by, reason="another day")
        if settles:
            self._sweep()
            self.desk.answer("resolved", other, answer=raised, reason="it is right")

    @rule(by=PEOPLE)
    def somebody_confirms(self, by: str) -> None:
        waiting = [e for e in self.desk.revisions if e.kind in ("not_pursued", "not_applicable")]
        if waiting:
            self.desk.answer("confirmed", by, answer=waiting[-1].id)

    @rule(kind=st.sampled_from(["snoozed", "muted"]), by=PEOPLE, hours=st.integers(1, 100))
    def somebody_puts_it_off(self, kind: str, by: str, hours: int) -> None:
        self.desk.answer(kind, by, until=(self.desk.now + timedelta(hours=hours)).isoformat())

    @rule(to=PEOPLE)
    def another_owns_it(self, to: str) -> None:
        self.desk.owner = to

    @rule(who=PEOPLE, hours=st.integers(1, 100))
    def somebody_is_away(self, who: str, hours: int) -> None:
        absence = Absence(who, self.desk.now, self.desk.now + timedelta(hours=hours))
        self.desk.absences = {**self.desk.absences, who: (*self.desk.absences.get(who, ()), absence)}

    @rule(why=st.sampled_from(["somebody else owns it now", "answered meanwhile", "muted"]))
    def what_is_decided_now_is_taken_back_unsent(self, why: str) -> None:
        self._sweep()
        for name, told in self.desk.told.items():
            self.desk.told[name] = tuple(_taken_back(t, self.desk.now, why) for t in told)

    @invariant()
    def no_key_twice(self) -> None:
        keys = [n.key for n in self.desk.notices]
        assert len(keys) == len(set(keys))

    @invariant()
    def the_same_sweep_again_says_nothing_new(self) -> None:
        self._sweep()
        before = len(self.desk.notices)
        self._sweep()
        assert [n.key for n in self.desk.notices[before:]] == []

    @invariant()
    def somebody_knows_of_what_is_overdue(self) -> None:
        self._sweep()
        for one in self.desk.found:
            if one.deadline.state is State.OPEN and one.level is Level.OVERDUE:
                told = [
                    t
                    for t in self.desk.told.get((one.rule.id, one.deadline.cycle), ())
                    if t.due_at == one.deadline.due_at and t.level is Level.OVERDUE and t.stands
                ]
                assert told, "overdue, and nobody was told"
                assert self.desk.next_at is not None or self.desk.tracks[one.rule.id, one.deadline.cycle].step > 1


def _taken_back(told: Told, now: datetime, why: str) -> Told:
    return replace(told, state="withdrawn", why=why) if told.decided_at == now and told.kind in WARNS else told


TestEscalation = Escalation.TestCase
TestEscalation.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
