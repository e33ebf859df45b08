"""Every way into counting gives the same dates: bare, in batches, chained, from a range of days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from deadline_guard.core.counting import count, count_after, count_date, count_dates, count_from_range
from deadline_guard.core.day_arithmetic import between
from deadline_guard.core.jurisdictions import policy_for
from deadline_guard.core.period import parse_period
from deadline_guard.core.policy import Direction
from deadline_guard.rulebook.calendars import shipped

FORWARD, BACKWARD = Direction.FORWARD, Direction.BACKWARD
DAYS = [date(2021, 1, 1) + timedelta(i) for i in range(365)]


@pytest.mark.parametrize("direction", [FORWARD, BACKWARD])
@pytest.mark.parametrize(
    ("law", "name", "length"),
    [
        ("us-federal", "us", "14 days"),  # 2021-06-18: whether Juneteenth was a holiday is not settled
        ("us-federal", "us-ca", "14 days"),  # a state's holiday counts forward only
        ("us-federal", "us-tx", "3 working days"),
        ("gb-eaw", "gb-eaw", "3 days"),
        ("cn-civil", "cn", "1 month"),
    ],
)
def test_the_bare_date_and_the_batch_are_those_of_the_full_derivation(
    law: str, name: str, length: str, direction: Direction
) -> None:
    policy, calendar, period = policy_for(law, DAYS[0]), shipped()[name], parse_period(length)
    full = [count(day, period, policy, calendar, direction=direction).due for day in DAYS]
    assert [count_date(day, period, policy, calendar, direction) for day in DAYS] == full
    assert count_dates(DAYS, period, policy, calendar, direction) == full


def test_a_state_holiday_stops_a_forward_count_alone() -> None:
    policy, calendar = policy_for("us-federal", DAYS[0]), shipped()["us-ca"]
    holiday = date(2021, 3, 31)  # Cesar Chavez Day, a Wednesday
    ten = parse_period("10 days")
    assert count_date(holiday - timedelta(10), ten, policy, calendar) == date(2021, 4, 1)
    assert count_date(holiday + timedelta(10), ten, policy, calendar, BACKWARD) == holiday


def test_of_two_readings_the_bare_date_is_the_earlier() -> None:
    policy, calendar = policy_for("us-federal", DAYS[0]), shipped()["us"]
    found = count(date(2021, 6, 4), parse_period("14 days"), policy, calendar)
    assert count_date(date(2021, 6, 4), parse_period("14 days"), policy, calendar) == found.due == date(2021, 6, 18)
    assert [r.due for r in found.readings] == [date(2021, 6, 21)]


def test_a_chained_period_is_asked_as_the_first_one_was() -> None:
    policy, calendar = policy_for("us-federal", DAYS[0]), shipped()["us"]
    first = count(date(2021, 3, 1), parse_period("14 days"), policy, calendar)
    after = count_after(first, parse_period("7 days"), policy, calendar, direction=BACKWARD)
    assert after.due == date(2021, 3, 8)
    assert after.basis[: len(first.basis)] == first.basis


def test_a_range_of_triggers_gives_the_earliest_end_and_keeps_the_latest_as_a_reading() -> None:
    policy, calendar = policy_for("cn-civil", date(2026, 1, 1)), shipped()["cn"]
    ten = parse_period("10 days")
    found = count_from_range(date(2026, 3, 2), date(2026, 3, 6), ten, policy, calendar, zone="Asia/Shanghai")
    assert found.due == date(2026, 3, 12)
    (reading,) = found.readings
    assert reading.due == date(2026, 3, 16)
    assert (str(reading.why), reading.why.said("zh")) == (  # type: ignore[union-attr]
        "the event may have happened as late as 2026-03-06",
        "事件最晚可能发生于2026-03-06",
    )
    assert found.due_at is not None, "the zone that was asked for is used"
    back = count_from_range(date(2026, 3, 2), date(2026, 3, 6), ten, policy, calendar, direction=BACKWARD)
    assert (back.due, [r.due for r in back.readings]) == (date(2026, 2, 20), [date(2026, 2, 24)])


def test_a_range_is_provisional_when_its_late_end_is() -> None:
    policy, calendar = policy_for("cn-civil", date(2026, 1, 1)), shipped()["cn"]
    found = count_from_range(date(2026, 12, 14), date(2026, 12, 28), parse_period("10 days"), policy, calendar)
    assert found.due == date(2026, 12, 24)
    assert [why[:10] for why in found.provisional_because] == ["2027-01-07"]


def test_the_days_between_run_the_way_they_are_asked_for() -> None:
    a, b = date(2026, 3, 2), date(2026, 3, 5)
    assert list(between(a, b)) == [date(2026, 3, 3), date(2026, 3, 4), b]
    assert list(between(b, a)) == [date(2026, 3, 4), date(2026, 3, 3), a]
    assert list(between(a, a)) == []
