"""Days and months without a calendar: the ends of months and years, half months under every month policy."""

from __future__ import annotations

import calendar as standard
from datetime import date

import pytest

from deadline_guard.core.calendar import OutOfRange
from deadline_guard.core.counting import count
from deadline_guard.core.day_arithmetic import corresponding, end_of, last_of_month, shifted
from deadline_guard.core.period import parse_period
from deadline_guard.core.policy import Direction, MonthPolicy, Policy
from tests.core.building import CALENDARS, calendar

SAME, ENDS, LESS = MonthPolicy.CORRESPONDING, MonthPolicy.END_TO_END, MonthPolicy.MINUS_ONE


def test_the_last_day_of_every_month() -> None:
    for year in range(1583, 3000):
        for month in range(1, 13):
            assert last_of_month(year, month) == standard.monthrange(year, month)[1]


@pytest.mark.parametrize(("day", "months"), [(date(2, 1, 15), -12), (date(9998, 1, 15), 12), (date(5, 3, 1), -120)])
def test_months_that_leave_what_dates_can_say_are_refused(day: date, months: int) -> None:
    with pytest.raises(OutOfRange) as refused:
        corresponding(day, months, SAME)
    assert str(refused.value) == f"{months} months from {day} leave the years that can be counted"


def test_the_first_and_the_last_year_that_months_can_reach() -> None:
    assert corresponding(date(3, 1, 15), -12, SAME) == date(2, 1, 15)
    assert corresponding(date(9997, 1, 15), 12, SAME) == date(9998, 1, 15)


@pytest.mark.parametrize(
    ("trigger", "policy", "first_day", "due"),
    [
        ("2026-02-28", SAME, False, "2026-04-12"),  # 28 March and 15 days
        ("2026-02-28", ENDS, False, "2026-04-15"),  # from a month's end to a month's end, and 15 days
        ("2026-03-10", LESS, False, "2026-04-24"),  # 10 April and 15 days, less the one
        ("2026-03-10", SAME, True, "2026-04-24"),
        ("2026-02-28", ENDS, True, "2026-04-14"),
    ],
)
def test_a_month_and_a_half(trigger: str, policy: MonthPolicy, first_day: bool, due: str) -> None:
    law = Policy(month_policy=policy, first_day_counts=first_day)
    found = end_of(date.fromisoformat(trigger), parse_period("1.5 months"), law, CALENDARS["plain"], Direction.FORWARD)
    assert found.isoformat() == due


def test_a_month_and_a_half_back() -> None:
    law = Policy(month_policy=LESS)
    found = end_of(date(2026, 4, 24), parse_period("1.5 months"), law, CALENDARS["plain"], Direction.BACKWARD)
    assert found == date(2026, 3, 10)


def test_no_working_day_at_all_rests_on_the_day_it_leads_to() -> None:
    known_until_sunday = calendar("known until Sunday", (), "2026-03-08")
    found = count(date(2026, 3, 7), parse_period("0 working days"), Policy(), known_until_sunday)
    assert found.due == date(2026, 3, 9)
    (why,) = found.provisional_because
    assert str(why).startswith("2026-03-09 lies after what calendar known until Sunday knows")


@pytest.mark.parametrize(("day", "days"), [(date(9999, 12, 31), 1), (date(1, 1, 1), -1)])
def test_days_that_leave_what_dates_can_say_are_refused(day: date, days: int) -> None:
    with pytest.raises(OutOfRange) as refused:
        shifted(day, days)
    assert str(refused.value) == f"{days} days from {day} leave the years that can be counted"


@pytest.mark.parametrize("policy", [SAME, ENDS, LESS])
@pytest.mark.parametrize("day", [date(2026, 3, 1), date(2026, 3, 10), date(2026, 3, 31)])
def test_no_month_at_all_leads_to_the_day_itself(day: date, policy: MonthPolicy) -> None:
    assert corresponding(day, 0, policy) == day
