"""Must show 5: working days of China 2004-2026 against both libraries, day by day; 2027 is provisional."""

from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest

from deadline_guard.core.counting import count
from deadline_guard.core.jurisdictions import policy_for
from deadline_guard.core.period import parse_period
from deadline_guard.rulebook.calendars import shipped

FIRST = date(2004, 1, 1)
DAYS = [FIRST + timedelta(i) for i in range(8401)]


def test_the_span_is_2004_to_2026() -> None:
    assert (DAYS[0], DAYS[-1]) == (date(2004, 1, 1), date(2026, 12, 31))


def test_working_days_equal_chinesecalendar_but_for_one_day() -> None:
    cn = shipped()["cn"]
    differ = [day for day in DAYS if cn.is_open(day) != chinese_calendar.is_workday(day)]
    assert differ == [date(2005, 12, 31)]


def test_working_days_equal_holidays_on_every_day() -> None:
    cn = shipped()["cn"]
    library = holidays.China(years=range(2004, 2027))
    differ = [day for day in DAYS if cn.is_open(day) != library.is_working_day(day)]
    assert differ == []
    assert cn.is_open(date(2005, 12, 31))


@pytest.mark.parametrize(
    ("year", "worked"),
    [
        (2024, "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12"),
        (2025, "01-26 02-08 04-27 09-28 10-11"),
        (2026, "01-04 02-14 02-28 05-09 09-20 10-10"),
    ],
)
def test_worked_weekend_days(year: int, worked: str) -> None:
    cn = shipped()["cn"]
    found = [d for d in DAYS if d.year == year and d.weekday() >= 5 and cn.is_open(d)]
    assert " ".join(d.strftime("%m-%d") for d in found) == worked


@pytest.mark.parametrize("trigger", [date(2026, 12, 20), date(2027, 1, 29), date(2027, 6, 1)])
def test_answers_in_2027_are_provisional(trigger: date) -> None:
    cn = shipped()["cn"]
    found = count(trigger, parse_period("15 days"), policy_for("cn-civil", trigger), cn)
    assert found.due_on.year == 2027
    assert found.provisional
    assert "2027" in found.provisional_because[0]


def test_the_last_announced_day_is_firm() -> None:
    cn = shipped()["cn"]
    found = count(date(2026, 12, 16), parse_period("15 days"), policy_for("cn-civil", date(2026, 12, 16)), cn)
    assert (found.due, found.provisional) == (date(2026, 12, 31), False)
