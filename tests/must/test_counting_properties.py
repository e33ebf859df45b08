"""Must show 4: what holds for every date, length, law and clock."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from deadline_guard.core.counting import count, count_date, count_dates
from deadline_guard.core.day_arithmetic import corresponding, rolled_to
from deadline_guard.core.jurisdictions import JURISDICTIONS, overridden, policy_for
from deadline_guard.core.period import Period, Unit
from deadline_guard.core.policy import Direction, HourPolicy, MonthPolicy, Policy, Roll
from deadline_guard.rulebook.calendars import shipped

CALENDARS = ("cn", "us", "us-nv", "gb-eaw", "gb-eaw-court-office", "de-by", "eu", "eu-cj", "plain")
ZONES = (
    "America/New_York",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Moscow",
    "Asia/Shanghai",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Pacific/Apia",
)
BACK = Direction.BACKWARD
dates = st.dates(date(1960, 1, 1), date(2040, 12, 31))
calendars = st.sampled_from(CALENDARS).map(lambda name: shipped()[name])
laws = st.sampled_from(sorted(JURISDICTIONS))
day_units = st.sampled_from([Unit.DAYS, Unit.WEEKS, Unit.MONTHS, Unit.YEARS, Unit.HALF_MONTHS, Unit.WORKING_DAYS])
lengths = st.integers(0, 60)


def plain(roll: Roll = Roll.NONE, **fields: object) -> Policy:
    return overridden(policy_for("plain", date(2026, 1, 1)), {"roll": roll.value, **fields})


@given(dates, st.integers(0, 5000), calendars)
def test_forward_then_backward_returns_the_trigger(trigger: date, n: int, calendar) -> None:  # type: ignore[no-untyped-def]
    period = Period(n, Unit.DAYS)
    due = count_date(trigger, period, plain(), calendar)
    assert count_date(due, period, plain(), calendar, BACK) == trigger


@given(dates, st.integers(0, 5000), calendars)
def test_with_a_roll_the_way_back_never_lands_after_the_trigger(trigger: date, n: int, calendar) -> None:  # type: ignore[no-untyped-def]
    period = Period(n, Unit.DAYS)
    due = count_date(trigger, period, plain(), calendar)
    assert count_date(due, period, plain(Roll.BACKWARD), calendar, BACK) <= trigger


@given(dates, dates, lengths, day_units, laws)
def test_a_later_trigger_never_ends_earlier(a: date, b: date, n: int, unit: Unit, law: str) -> None:
    policy, calendar = policy_for(law, date(2026, 1, 1)), shipped()[JURISDICTIONS[law].calendar]
    first, last = sorted((a, b))
    early, late = (count_date(day, Period(n, unit), policy, calendar) for day in (first, last))
    assert early <= late


@given(dates, st.integers(0, 59), day_units, laws)
def test_a_longer_period_never_ends_earlier(trigger: date, n: int, unit: Unit, law: str) -> None:
    policy, calendar = policy_for(law, date(2026, 1, 1)), shipped()[JURISDICTIONS[law].calendar]
    if unit is Unit.DAYS and n == policy.skip_rest_days_up_to > 0:
        return  # CPR 2.8(4): five days leave out rest days, six do not, so six may end first
    short, long = (count_date(trigger, Period(k, unit), policy, calendar) for k in (n, n + 1))
    assert short <= long


@given(dates, calendars, st.sampled_from([Roll.FORWARD, Roll.BACKWARD]))
def test_a_roll_lands_on_an_open_day_and_stays_there(day: date, calendar, roll: Roll) -> None:  # type: ignore[no-untyped-def]
    landed = rolled_to(day, roll, calendar)
    assert calendar.is_open(landed)
    assert rolled_to(landed, roll, calendar) == landed
    assert landed >= day if roll is Roll.FORWARD else landed <= day


@given(dates, lengths, day_units, laws)
def test_a_rolled_due_date_is_an_open_day(trigger: date, n: int, unit: Unit, law: str) -> None:
    calendar = shipped()[JURISDICTIONS[law].calendar]
    found = count(trigger, Period(n, unit), overridden(policy_for(law, trigger), {"roll": "forward"}), calendar)
    assert calendar.lenient().is_open(found.due_on)
    assert all(calendar.is_open(r.due) for r in found.readings if r.cite not in ("CPR 2.8(4)",))  # type: ignore[arg-type]


@pytest.mark.parametrize("start", range(400))
def test_months_follow_the_corresponding_day_for_400_years(start: int) -> None:
    """Every month's first, 28th to last day of one year, over months that reach 400 years ahead."""
    year = 1600 + start
    for month in range(1, 13):
        for number in (1, 15, 28, 29, 30, 31):
            try:
                day = date(year, month, number)
            except ValueError:
                continue
            for months in (1, 2, 3, 6, 12, 59, 240, 4800 - start):
                assert corresponding(day, months) == day + relativedelta(months=months)
                assert corresponding(day, -months % 600 - 600) == day + relativedelta(months=-months % 600 - 600)


@given(st.dates(date(1600, 1, 1), date(2399, 12, 31)), st.integers(1, 4800))
def test_end_to_end_and_minus_one_differ_from_it_only_as_they_say(day: date, months: int) -> None:
    plain_end = day + relativedelta(months=months)
    last = (day + timedelta(1)).day == 1
    end_to_end = corresponding(day, months, MonthPolicy.END_TO_END)
    month_end = plain_end + relativedelta(day=31)
    assert end_to_end == (month_end if last else plain_end)
    minus_one = corresponding(day, months, MonthPolicy.MINUS_ONE)
    lacks = plain_end.day < day.day
    assert minus_one == (month_end if lacks else plain_end - timedelta(1))


@given(st.lists(dates, max_size=30), lengths, day_units, laws, st.sampled_from(list(Direction)))
def test_a_batch_equals_one_by_one_with_derivation(
    triggers: list[date], n: int, unit: Unit, law: str, direction: Direction
) -> None:
    policy, calendar = policy_for(law, date(2026, 1, 1)), shipped()[JURISDICTIONS[law].calendar]
    period = Period(n, unit)
    one_by_one = [count(day, period, policy, calendar, direction=direction).due for day in triggers]
    assert count_dates(triggers, period, policy, calendar, direction) == one_by_one


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), laws)
def test_as_of_picks_exactly_one_text(day: date, law: str) -> None:
    texts = JURISDICTIONS[law].texts
    starts = [text.since for text in texts]
    in_force = [
        text
        for text, until in zip(texts, [*starts[1:], None], strict=True)
        if (text.since is None or text.since <= day) and (until is None or day < until)
    ]
    found = policy_for(law, day)
    if in_force:
        assert [found] == in_force
    else:
        assert found.oldest
        assert found.since == starts[0]


def test_the_texts_of_a_law_follow_each_other() -> None:
    for one in JURISDICTIONS.values():
        starts = [text.since for text in one.texts if text.since is not None]
        assert all(a < b for a, b in pairwise(starts))


def changes(name: str) -> list[datetime]:
    """Return the instants of the last 20 years at which the clocks of a zone change, to the hour."""
    zone, found = ZoneInfo(name), []
    at, end = datetime(2006, 11, 21, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)
    while at < end:
        following = at + timedelta(hours=1)
        if at.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            found.append(following)
        at = following
    return found


CHANGES = {name: changes(name) for name in ZONES}


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("direction", list(Direction))
def test_hours_are_elapsed_hours_across_every_change_of_the_clock(name: str, direction: Direction) -> None:
    zone, calendar = ZoneInfo(name), shipped()["plain"]
    sign = 1 if direction is Direction.FORWARD else -1
    for change in CHANGES[name]:
        for before in (0.5, 1, 2, 3, 23, 25):
            start = (change - sign * timedelta(hours=before)).astimezone(zone)
            for n in (1, 2, 24, 48):
                asked = Period(n, Unit.HOURS)
                found = count(start, asked, plain(), calendar, zone=name, direction=direction)
                assert isinstance(found.due, datetime)
                assert found.due.astimezone(UTC) - start.astimezone(UTC) == sign * timedelta(hours=n)
                assert found.due.utcoffset() == found.due.astimezone(UTC).astimezone(zone).utcoffset()


@pytest.mark.parametrize("name", [z for z in ZONES if z != "Australia/Lord_Howe"])
def test_the_next_full_hour_is_a_full_hour_across_every_change(name: str) -> None:
    zone, calendar = ZoneInfo(name), shipped()["plain"]
    policy = plain(hour_policy=HourPolicy.NEXT_FULL_HOUR.value)
    for change in CHANGES[name]:
        for minutes in (-95, -60, -35, -1, 0, 25, 60):
            start = (change + timedelta(minutes=minutes)).astimezone(zone)
            found = count(start, Period(3, Unit.HOURS), policy, calendar, zone=name)
            assert isinstance(found.due, datetime)
            begun = found.due.astimezone(UTC) - timedelta(hours=3)
            waited = begun - start.astimezone(UTC)
            assert timedelta(0) < waited <= timedelta(hours=1)
            assert begun.astimezone(zone).minute == 0


def test_there_are_changes_to_test() -> None:
    counted = {name: len(found) for name, found in CHANGES.items()}
    assert counted["Asia/Shanghai"] == 0
    assert counted["Europe/Berlin"] == 40
    assert sum(counted.values()) > 250


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(0, 400))  # noqa: DTZ001
def test_hours_that_skip_rest_days_run_only_on_open_days(naive: datetime, n: int) -> None:
    zone, calendar = ZoneInfo("Europe/Berlin"), shipped()["de-by"]
    start = naive.replace(tzinfo=UTC).astimezone(zone)
    policy = policy_for("de", date(2026, 1, 1))
    found = count(start, Period(n, Unit.HOURS), policy, calendar)
    assert isinstance(found.due, datetime)
    lost = sum(
        (datetime(d.day.year, d.day.month, d.day.day, tzinfo=zone) + timedelta(days=1)).astimezone(UTC).timestamp()
        - max(
            datetime(d.day.year, d.day.month, d.day.day, tzinfo=zone).astimezone(UTC).timestamp(),
            start.timestamp(),
        )
        for step in found.basis
        for d in step.skipped
    )
    assert found.due.timestamp() - start.timestamp() == pytest.approx(n * 3600 + lost)
    assert all(not calendar.is_open(s.day) for step in found.basis for s in step.skipped)
