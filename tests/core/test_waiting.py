"""How long silence may last: elapsed time, or the working time of whoever is silent."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadline_guard.core.office_hours import OfficeHours, week_of
from deadline_guard.core.people import Person
from deadline_guard.core.rules import Wait
from deadline_guard.core.waiting import after
from deadline_guard.rulebook import calendars
from tests.core.building import utc

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEK = week_of({day: [["09:00", "12:00"], ["13:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")})
LAWYER = Person(
    "zhang", "张三", zone="Asia/Shanghai", hours=OfficeHours(SHANGHAI, WEEK, days=calendars.shipped()["cn"])
)
PLAIN = Person("li", "李四", zone="Asia/Shanghai")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("n", "unit", "end"),
    [(30, "minutes", "2026-03-10T12:30"), (4, "hours", "2026-03-10T16:00"), (2, "days", "2026-03-12T12:00")],
)
def test_a_wait_elapses_day_and_night(n: int, unit: str, end: str) -> None:
    base = utc("2026-03-10T12:00")
    assert after(base, Wait(Fraction(n), unit)) == utc(end)
    assert after(base, Wait(Fraction(n), unit), LAWYER) == utc(end)


@pytest.mark.parametrize(
    ("told", "n", "unit", "end"),
    [
        ("2026-03-10 08:30", 4, "working_hours", "2026-03-10 14:00"),  # the break is no working time
        ("2026-03-13 17:00", 4, "working_hours", "2026-03-16 12:00"),  # over the weekend
        ("2026-09-30 17:00", 4, "working_hours", "2026-10-08 12:00"),  # over the holiday of eight days
        ("2026-02-13 17:00", 4, "working_hours", "2026-02-14 12:00"),  # 14 February 2026, a Saturday, is worked
        ("2026-03-10 08:30", 1, "working_days", "2026-03-11 09:00"),
        ("2026-03-13 10:15", 1, "working_days", "2026-03-16 10:15"),
        ("2026-03-13 20:00", 1, "working_days", "2026-03-17 09:00"),  # nobody works on Monday at 20:00
        ("2026-09-30 10:00", 2, "working_days", "2026-10-09 10:00"),
        ("2026-03-10 09:00", "0.5", "working_days", "2026-03-10 14:00"),  # four of eight hours
        ("2026-03-10 16:00", "0.5", "working_days", "2026-03-11 11:00"),  # two today, two tomorrow
        ("2026-03-13 17:00", "0.25", "working_days", "2026-03-16 10:00"),  # over the weekend
        ("2026-03-10 20:00", "0.5", "working_days", "2026-03-11 14:00"),  # the next day's
        ("2026-03-10 10:15", "1.5", "working_days", "2026-03-11 15:15"),
        ("2026-09-30 09:00", "1.5", "working_days", "2026-10-08 14:00"),  # over the holiday of eight days
        ("2026-03-15 12:00", "0.5", "working_days", "2026-03-16 10:30"),  # a whole day from Sunday noon is Monday noon
        ("2026-03-15 08:00", "0.5", "working_days", "2026-03-16 09:00"),  # nothing lies between: work begins
    ],
)
def test_working_time_runs_while_the_person_works(told: str, n: int | str, unit: str, end: str) -> None:
    assert after(local(told), Wait(Fraction(n), unit), LAWYER) == local(end)


def test_without_hours_of_their_own_a_person_works_monday_to_friday_from_nine_to_five() -> None:
    assert after(local("2026-03-13 16:00"), Wait(Fraction(2), "working_hours"), PLAIN) == local("2026-03-16 10:00")
    assert after(local("2026-10-01 09:00"), Wait(Fraction(1), "working_hours"), PLAIN) == local("2026-10-01 10:00")


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001
    st.tuples(st.integers(1, 300), st.integers(1, 300)).map(sorted),
)
def test_who_waits_longer_waits_no_less_also_for_fractions_of_a_working_day(told: datetime, n: list[int]) -> None:
    base = told.replace(tzinfo=SHANGHAI)
    short, long = (after(base, Wait(Fraction(one, 20), "working_days"), LAWYER) for one in n)
    assert base < short <= long


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001
    st.fractions(Fraction(1, 8), 60, max_denominator=8),
    st.sampled_from(["working_hours", "working_days"]),
)
def test_a_wait_in_working_time_ends_later_and_at_work(told: datetime, n: Fraction, unit: str) -> None:
    base = told.replace(tzinfo=SHANGHAI)
    end = after(base, Wait(n, unit), LAWYER)
    assert end > base
    assert LAWYER.hours is not None
    spans = LAWYER.hours.open_spans(end.astimezone(SHANGHAI).date())
    here = end.astimezone(SHANGHAI)
    second = (here - here.replace(hour=0, minute=0, second=0, microsecond=0)) / timedelta(seconds=1)
    assert any(start <= second <= stop for start, stop in spans), (base, end)


def test_days_of_work_are_the_calendar_s() -> None:
    assert LAWYER.hours is not None
    assert not LAWYER.hours.open_spans(date(2026, 10, 1))
    assert LAWYER.hours.open_spans(date(2026, 2, 14))
