"""Must show (issue 5, 2): the same answers as workclock on every start that both can express.

workclock knows neither dates with hours or breaks of their own nor pauses, and leaves a closed start where it is
when nothing is added; everything else is compared, in zones whose clocks change in every way. One answer is not shared:
workclock works the hours of a date that a zone skipped on the date after it.
"""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import workclock

from deadline_guard.core import working_time
from deadline_guard.views.compute_working_time import office_hours
from tests.must.random_offices import ALL_DAYS, random_office, random_start

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SKIPPED = date(2011, 12, 30)
MICROSECOND = timedelta(microseconds=1)


def as_workclock(office: dict[str, Any]) -> workclock.Schedule:
    rules: list[workclock.Rule] = [workclock.Holidays(map(date.fromisoformat, office["holidays"]))]
    for weekday, name in enumerate(ALL_DAYS):
        for start, end in office["week"].get(name, []):
            closing = time() if end == "24:00" else time.fromisoformat(end)
            rules.append(workclock.WorkDay(time.fromisoformat(start), closing, [weekday]))
    return workclock.Schedule(rules, time_zone=ZoneInfo(office["timezone"]))


def test_workclock_gives_the_same_answers() -> None:
    rng = Random(7)
    compared = 0
    while compared < 20_000:
        office, around = random_office(rng)
        if not office["week"] or skips_a_date(office, around):
            continue
        plain = {name: office[name] for name in ("timezone", "week", "holidays")}
        ours, theirs = working_time.compile(office_hours(plain, {}, {})), as_workclock(plain)
        for _ in range(50):
            start, end = random_start(rng, around), random_start(rng, around)
            seconds = rng.choice([1, 60, 3600 * rng.randrange(1, 40), rng.randrange(1, 200_000)])
            amount = timedelta(seconds=seconds)
            asked = (plain, start, end, seconds)
            # As numbers: in a repeated hour Python calls equal instants of two zones unequal.
            assert micros(ours.add(start, seconds)) == micros(theirs.add(start, amount)), asked
            assert micros(ours.subtract(start, seconds)) == micros(theirs.sub(start, amount)), asked
            assert ours.between_us(micros(start), micros(end)) == theirs.between(start, end) // MICROSECOND, asked
            compared += 1


def skips_a_date(office: dict[str, Any], around: datetime) -> bool:
    return office["timezone"] == "Pacific/Apia" and abs(around.date() - SKIPPED).days < 60


def test_a_skipped_date_has_no_hours_of_ours() -> None:
    office = {"timezone": "Pacific/Apia", "week": {"fri": [["09:00", "17:00"]]}, "holidays": []}
    ours, theirs = working_time.compile(office_hours(office, {}, {})), as_workclock(office)
    saturday_noon = datetime(2011, 12, 31, 12, tzinfo=ZoneInfo("Pacific/Apia"))
    assert not ours.is_open(saturday_noon)
    opening, closing = theirs.next_period(saturday_noon)
    assert opening <= saturday_noon < closing


@pytest.mark.parametrize("year", range(2024, 2029))
def test_the_berlin_office_of_the_bench_at_every_quarter_of_an_hour(year: int) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    office = {
        "timezone": "Europe/Berlin",
        "week": {name: [["09:00", "17:00"]] for name in ALL_DAYS[:5]},
        "holidays": [f"{year}-{day}" for day in ("01-01", "05-01", "10-03", "12-24", "12-25", "12-26", "12-31")],
    }
    ours, theirs = working_time.compile(office_hours(office, {}, {})), as_workclock(office)
    start, amount = datetime(year, 1, 1, tzinfo=berlin), timedelta(hours=16)
    for quarter in range(365 * 96):
        moment = datetime.fromtimestamp(start.timestamp() + quarter * 900, berlin)
        assert micros(ours.add(moment, 57_600)) == micros(theirs.add(moment, amount))


def micros(instant: datetime) -> int:
    return (instant - EPOCH) // MICROSECOND
