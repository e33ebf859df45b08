"""Debts that age through buckets, and plans to pay them in parts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from deadline_guard.core.arrears import arrears, owed
from deadline_guard.core.buckets import bucket_of, buckets_of, last_day
from deadline_guard.core.deadlines import Deadline, State
from deadline_guard.core.indicators import INDICATORS
from deadline_guard.core.levels import crossings, level_at
from deadline_guard.core.rules import Bucket, Level, Profile, Rule, Trigger
from deadline_guard.core.timeline import Event, Timeline
from tests.core.building import CALENDARS, case, event, local, rule, rulebook, utc
from tests.core.test_gauges import line

NOW = utc("2026-06-01T00:00")


def table(**first: tuple[int, Level]) -> tuple[Bucket, ...]:
    return tuple(Bucket(day, level, {"en": name.replace("_", " ")}) for name, (day, level) in first.items())


INDUSTRY = table(
    M0=(0, Level.OK), M1=(1, Level.EARLY), M2=(31, Level.NEAR), M3=(61, Level.URGENT), M4=(91, Level.CRITICAL),
    M5=(121, Level.CRITICAL), M6=(151, Level.CRITICAL), M7=(181, Level.CRITICAL),
)  # fmt: skip
REGULATOR = table(
    normal=(0, Level.OK), special_mention=(1, Level.EARLY), substandard=(91, Level.NEAR), doubtful=(121, Level.URGENT),
    loss=(181, Level.CRITICAL),
)  # fmt: skip


@pytest.mark.parametrize(
    ("days", "industry", "regulator"),
    [
        (0, "M0", "normal"),
        (1, "M1", "special mention"),
        (30, "M1", "special mention"),
        (31, "M2", "special mention"),
        (90, "M3", "special mention"),
        (91, "M4", "substandard"),
        (121, "M5", "doubtful"),
        (180, "M6", "doubtful"),
        (5000, "M7", "loss"),
    ],
)
def test_days_past_due_fall_into_the_buckets_of_either_table(days: int, industry: str, regulator: str) -> None:
    found = bucket_of(days, INDUSTRY), bucket_of(days, REGULATOR)
    assert [b.label["en"] if b else None for b in found] == [industry, regulator]
    assert bucket_of(-1, INDUSTRY) is None


def found(made: Rule, *events: Event, now: Any = NOW) -> tuple[Deadline, ...]:
    return INDICATORS[made.indicator](made, case(*events), rulebook(made), CALENDARS, now, {})


def test_a_bucket_lasts_until_the_next_begins() -> None:
    assert [last_day(b, REGULATOR) for b in REGULATOR] == [0, 90, 120, 180, None]
    lines = Profile("p", (line(Level.NEAR, "above", "30"), line(Level.EARLY, "above", "0")))
    assert [(b.first, b.level) for b in buckets_of(lines)] == [(1, Level.EARLY), (31, Level.NEAR)]


class TestOverdueAge:
    AGEING = rule(
        "60 days",
        indicator="overdue_age",
        trigger=Trigger("notified"),
        done_by=(),
        params={"plus": ["amount", "expense"], "minus": ["total_paid"], "paid": "payment"},
        profile=Profile(
            "p", (line(Level.EARLY, "above", "0"), line(Level.NEAR, "above", "30"), line(Level.CRITICAL, "above", "90"))
        ),
    )
    FINE = event("created", "2026-01-01", data={"amount": 60, "expense": "11.41"})
    NOTIFIED = event("notified", "2026-01-10", "n")

    def test_entering_a_bucket_is_a_crossing(self) -> None:
        (got,) = found(self.AGEING, self.FINE, self.NOTIFIED)
        assert (got.due_on, got.state) == (date(2026, 3, 11), State.OPEN)
        here = case(self.FINE, self.NOTIFIED)
        begins = crossings(got, self.AGEING, here, rulebook(self.AGEING), CALENDARS)
        assert [(c.at, c.level) for c in begins] == [
            (local("2026-03-12 00:00"), Level.EARLY),
            (local("2026-04-11 00:00"), Level.NEAR),
            (local("2026-06-10 00:00"), Level.CRITICAL),
        ]
        assert level_at(begins, got.due_at) is Level.EARLY, "the day after the due day is the first"

    def test_any_number_of_buckets_at_any_level(self) -> None:
        made = replace(self.AGEING, profile=Profile("p", buckets=INDUSTRY))
        (got,) = found(made, self.FINE, self.NOTIFIED)
        begins = crossings(got, made, case(self.FINE, self.NOTIFIED), rulebook(made), CALENDARS)
        assert [(c.at, c.level, c.bucket.label["en"] if c.bucket else "") for c in begins] == [
            (local("2026-03-12 00:00"), Level.EARLY, "M1"),
            (local("2026-04-11 00:00"), Level.NEAR, "M2"),
            (local("2026-05-11 00:00"), Level.URGENT, "M3"),
            (local("2026-06-10 00:00"), Level.CRITICAL, "M4"),
            (local("2026-07-10 00:00"), Level.CRITICAL, "M5"),
            (local("2026-08-09 00:00"), Level.CRITICAL, "M6"),
            (local("2026-09-08 00:00"), Level.CRITICAL, "M7"),
        ]

    def test_interest_is_never_computed(self) -> None:
        told = Timeline.of([self.FINE])
        assert {owed(self.AGEING.params, told, None, utc(f"{y}-06-01T00:00"), "UTC") for y in range(2026, 2036)} == {
            Fraction("71.41")
        }

    @pytest.mark.parametrize(
        ("payments", "state"),
        [
            ([{"total_paid": "71.40"}], State.OPEN),
            ([{"total_paid": "71.41"}], State.DONE),
            ([{"payment": 60}, {"payment": "11.41"}], State.DONE),
            ([{"payment": 60}, {"note": 1}], State.OPEN),
            ([{"total_paid": 60}, {"expense": 20}, {"total_paid": 80}], State.DONE),
        ],
    )
    def test_paid_in_full_ends_it(self, payments: list[dict[str, Any]], state: State) -> None:
        events = [event("paid", f"2026-03-{i:02}", data=data) for i, data in enumerate(payments, 1)]
        (got,) = found(self.AGEING, self.FINE, self.NOTIFIED, *events)
        assert got.state is state
        assert got.ended_by == (events[-1].id if state is State.DONE else None)

    def test_a_debt_that_is_owed_again_runs_on(self) -> None:
        paid = event("paid", "2026-03-01", data={"total_paid": "71.41"})
        penalty = event("penalty", "2026-04-01", data={"amount": 90})
        assert found(self.AGEING, self.FINE, self.NOTIFIED, paid)[0].state is State.DONE
        (again,) = found(self.AGEING, self.FINE, self.NOTIFIED, paid, penalty)
        assert (again.state, again.due_on) == (State.OPEN, date(2026, 3, 11))
        (meanwhile,) = found(self.AGEING, self.FINE, self.NOTIFIED, paid, penalty, now=local("2026-03-15 00:00"))
        assert (meanwhile.state, meanwhile.changes_at) == (State.DONE, local("2026-04-01 00:00"))

    def test_what_was_paid_before_it_was_notified_never_ages(self) -> None:
        paid = event("paid", "2026-01-05", data={"payment": "71.41"})
        (got,) = found(self.AGEING, self.FINE, paid, self.NOTIFIED)
        assert (got.state, got.ended_by) == (State.DONE, paid.id)

    def test_a_debt_without_an_amount_ages_all_the_same(self) -> None:
        ageing = replace(self.AGEING, profile=Profile("p", buckets=INDUSTRY))
        (got,) = found(ageing, self.NOTIFIED, event("paid", "2026-03-01", data={"payment": 5}))
        measure = arrears(got, ageing, case(self.NOTIFIED), local("2026-04-11 00:00"))
        assert (got.state, measure.data) == (State.OPEN, {"bucket": INDUSTRY[2], "owed": None})

    def test_another_debts_payment_is_another_matter(self) -> None:
        got = found(
            self.AGEING, self.FINE, self.NOTIFIED, event("paid", "2026-03-01", subject="x", data={"payment": 99})
        )
        assert got[0].state is State.OPEN

    def test_without_amounts_only_the_named_act_ends_it(self) -> None:
        made = rule("60 days", indicator="overdue_age", trigger=Trigger("notified"), done_by=("settled",))
        assert found(made, self.NOTIFIED)[0].state is State.OPEN
        assert found(made, self.NOTIFIED, event("settled", "2026-03-01"))[0].state is State.DONE
        assert found(made) == ()

    def test_what_is_owed_at_an_instant(self) -> None:
        told = Timeline.of([self.FINE, event("paid", "2026-03-01", data={"payment": "20"})])
        params = self.AGEING.params
        at = [
            owed(params, told, None, utc(day), "UTC")
            for day in ("2025-12-31T00:00", "2026-02-01T00:00", "2026-04-01T00:00")
        ]
        assert at == [None, Fraction("71.41"), Fraction("51.41")]
        assert owed({}, told, None, NOW, "UTC") is None

    @pytest.mark.parametrize(
        ("at", "days", "bucket", "left", "level"),
        [
            ("2026-03-11 23:59", 0, "M0", "71.41", Level.OK),
            ("2026-03-12 00:00", 1, "M1", "71.41", Level.EARLY),
            ("2026-04-11 00:00", 31, "M2", "21.41", Level.NEAR),
            ("2026-05-10 00:00", 60, None, "0", Level.OK),
            ("2026-03-10 00:00", -1, None, "71.41", Level.OK),
        ],
    )
    def test_a_debt_has_an_age_a_bucket_and_an_amount(
        self, at: str, days: int, bucket: str | None, left: str, level: Level
    ) -> None:
        events = (
            self.FINE,
            self.NOTIFIED,
            event("paid", "2026-04-01", data={"payment": 50}),
            event("paid", "2026-05-01", data={"payment": "21.41"}),
        )
        (due,) = found(self.AGEING, *events)
        ageing = replace(self.AGEING, profile=Profile("p", buckets=INDUSTRY))
        got = arrears(due, ageing, case(*events), local(at))
        name = got.data["bucket"].label["en"] if got.data["bucket"] else None
        assert (got.value, name, got.data["owed"], got.level) == (days, bucket, Fraction(left), level)
        assert got.cycle == "t:n"
        if days == 31:
            assert got.next_at == local("2026-04-12 00:00")


class TestInstalments:
    RULE = rule(None, indicator="instalments", trigger=Trigger("plan"), done_by=("paid",), cancelled_by=("withdrawn",),
                params={"broken_after": 2})  # fmt: skip
    LINES = (
        {"due": "2026-03-10", "amount": 100},
        {"due": "2026-02-10", "amount": 100},
        {"due": "2026-07-10", "amount": 50},
    )

    def plan(self, *events: Event, now: Any = NOW, made: Rule = RULE, **data: Any) -> dict[str, Deadline]:
        told = event("plan", "2026-01-10", "p", data=data or {"lines": self.LINES})
        return {d.cycle: d for d in found(made, told, *events, now=now)}

    def paid(self, on: str, amount: Any) -> Event:
        return event("paid", on, data={"amount": amount})

    def test_each_line_is_a_date_in_the_order_of_the_dates(self) -> None:
        got = self.plan(made=rule(None, indicator="instalments", trigger=Trigger("plan")))
        assert {c: d.due_on for c, d in got.items()} == {
            "t:p/1": date(2026, 2, 10),
            "t:p/2": date(2026, 3, 10),
            "t:p/3": date(2026, 7, 10),
        }
        assert {d.what for d in got.values()} == {"0 / 100", "0 / 50"}

    def test_a_payment_covers_the_oldest_lines_first(self) -> None:
        got = self.plan(self.paid("2026-02-01", 100), self.paid("2026-03-01", 30), self.paid("2026-03-20", 70))
        assert [got[f"t:p/{n}"].state for n in (1, 2, 3)] == [State.DONE, State.DONE, State.OPEN]
        assert got["t:p/2"].ended_at == local("2026-03-20 00:00")
        assert got["t:p/2"].ended_at > got["t:p/2"].due_at, "covered late"

    def test_a_part_is_shown_as_a_part(self) -> None:
        got = self.plan(self.paid("2026-02-01", 130), self.paid("2026-02-02", "nothing"))
        assert [got[f"t:p/{n}"].what for n in (1, 2, 3)] == ["100 / 100", "30 / 100", "0 / 50"]
        assert [got[f"t:p/{n}"].state for n in (1, 2)] == [State.DONE, State.OPEN]

    def test_the_plan_breaks_at_the_kth_line_that_was_not_covered_in_time(self) -> None:
        assert self.plan()["t:p/broken"].due_on == date(2026, 3, 10)
        one_late = self.plan(self.paid("2026-02-20", 100), self.paid("2026-03-01", 100))
        assert one_late["t:p/broken"].due_on == date(2026, 7, 10)
        in_time = self.plan(self.paid("2026-02-01", 100), self.paid("2026-03-01", 100))
        assert "t:p/broken" not in in_time
        all_paid = self.plan(self.paid("2026-04-01", 250))
        assert all_paid["t:p/broken"].state is State.DONE

    def test_a_plan_by_count_keeps_the_day_of_its_month(self) -> None:
        got = self.plan(first="2026-01-31", count=3, amount="10.50")
        assert [got[f"t:p/{n}"].due_on for n in (1, 2, 3)] == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
        weekly = self.plan(first="2026-01-31", count=2, amount=10, every="1 week")
        assert weekly["t:p/2"].due_on == date(2026, 2, 7)

    @pytest.mark.parametrize(("count", "flags"), [(61, ()), (62, ("plan_too_long",))])
    def test_a_plan_beyond_sixty_months_is_flagged(self, count: int, flags: tuple[str, ...]) -> None:
        got = self.plan(first="2026-01-10", count=count, amount=10)
        assert [f for f in got["t:p/1"].flags if f != "weekend"] == list(flags)

    @pytest.mark.parametrize(
        "data",
        [
            {"note": "by word"},
            {"lines": [{"due": "soon", "amount": 1}]},
            {"lines": [{"due": "2026-03-10", "amount": "x"}]},
            {"lines": []},
            {"lines": 5},
            {"first": "2026-01-31", "count": 3},
        ],
    )
    def test_a_plan_that_cannot_be_read_is_due_at_once(self, data: dict[str, Any]) -> None:
        got = self.plan(**data)
        assert list(got) == ["t:p/plan"]
        assert {"plan_unreadable", "date_unreadable"} <= set(got["t:p/plan"].flags)
        assert got["t:p/plan"].due_on == date(2026, 1, 10)

    def test_a_withdrawn_plan_is_cancelled_line_by_line(self) -> None:
        got = self.plan(event("withdrawn", "2026-02-15"))
        assert {d.state for d in got.values()} == {State.CANCELLED}
        assert found(self.RULE) == ()
