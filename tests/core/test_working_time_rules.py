"""Working time by example: where answers land, how days are made up, what clocks that change do to them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from deadline_guard.core import working_time
from deadline_guard.core.office_hours import OfficeHours, Week, week_of
from deadline_guard.errors import InputError, NoOpenTimeError

HOUR = 3600
BERLIN = ZoneInfo("Europe/Berlin")
NINE_TO_FIVE = [["09:00", "17:00"]]
WEEK = week_of(dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), NINE_TO_FIVE))
ALWAYS = week_of({day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")})
OFFICE = working_time.compile(OfficeHours(BERLIN, WEEK))


def at(text: str, zone: str = "Europe/Berlin") -> datetime:
    """Return a local time of a zone; one that has an offset keeps it."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def every_day(*spans: list[str]) -> Week:
    return week_of({day: list(spans) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")})


@pytest.mark.parametrize(
    ("start", "seconds", "result"),
    [
        ("2026-01-05T16:00", 1 * HOUR, "2026-01-05T17:00"),  # lands on closing and stays
        ("2026-01-05T16:00", 1 * HOUR + 1, "2026-01-06T09:00:01"),
        ("2026-01-05T09:00", 8 * HOUR, "2026-01-05T17:00"),
        ("2026-01-05T17:00", 1, "2026-01-06T09:00:01"),
        ("2026-01-05T07:00", 1 * HOUR, "2026-01-05T10:00"),
        ("2026-01-09T16:30", 1 * HOUR, "2026-01-12T09:30"),  # over a weekend
        ("2026-01-05T12:00", 0, "2026-01-05T12:00"),
        ("2026-01-05T17:00", 0, "2026-01-06T09:00"),  # closing is closed: to the next opening
        ("2026-01-10T12:00", 0, "2026-01-12T09:00"),
        ("2026-01-05T10:00", -1 * HOUR, "2026-01-05T09:00"),  # backward lands on opening and stays
        ("2026-01-05T10:00", -1 * HOUR - 1, "2026-01-02T16:59:59"),
        ("2026-01-05T07:00", -8 * HOUR, "2026-01-02T09:00"),
        ("2026-01-05T17:00", -8 * HOUR, "2026-01-05T09:00"),
        ("2026-01-05T16:00:00.25", 1 * HOUR, "2026-01-06T09:00:00.25"),
        ("2026-01-05T16:59:59.75", -1, "2026-01-05T16:59:58.75"),
        ("2026-01-05T17:00:00.75", -1, "2026-01-05T16:59:59"),
        ("2026-01-05T17:00:00.75", 0, "2026-01-06T09:00"),
    ],
)
def test_adding_lands_early_and_subtracting_late(start: str, seconds: int, result: str) -> None:
    assert OFFICE.add(at(start), seconds) == at(result)
    assert OFFICE.subtract(at(start), -seconds) == at(result)


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        ("2026-01-05T16:00", "2026-01-06T10:00", 2 * HOUR),
        ("2026-01-06T10:00", "2026-01-05T16:00", -2 * HOUR),
        ("2026-01-05T17:00", "2026-01-06T09:00", 0),
        ("2026-01-10T00:00", "2026-01-12T00:00", 0),
        ("2026-01-05T09:00:00.5", "2026-01-05T09:00:02.25", 1),
        ("2026-01-05T09:00:02.25", "2026-01-05T09:00:00.5", -1),
        ("1999-12-31T12:00", "2000-01-03T10:00", 6 * HOUR),
        ("2026-01-05T09:00", "2126-01-07T09:00", 26_090 * 8 * HOUR),
    ],
)
def test_between_measures_open_time(start: str, end: str, seconds: int) -> None:
    assert OFFICE.between(at(start), at(end)) == seconds


def test_parts_of_a_second_are_kept_to_the_microsecond() -> None:
    first, last = at("2026-01-05T09:00:00.000001"), at("2026-01-06T09:00:00.000003")
    micros = [round(moment.timestamp() * 1_000_000) for moment in (first, last)]
    assert OFFICE.between_us(*micros) == 8 * HOUR * 1_000_000 + 2
    assert OFFICE.add_us(micros[0], 8 * HOUR * 1_000_000 + 2) == micros[1]
    assert OFFICE.subtract_us(micros[1], 8 * HOUR * 1_000_000 + 2) == micros[0]


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-01-05T08:59:59", False),
        ("2026-01-05T09:00:00", True),
        ("2026-01-05T16:59:59.999999", True),
        ("2026-01-05T17:00:00", False),
        ("2026-01-10T12:00:00", False),
        ("2026-01-05T03:00:00-05:00", True),  # 09:00 in Berlin
    ],
)
def test_the_closing_instant_is_closed(moment: str, is_open: bool) -> None:
    assert OFFICE.is_open(at(moment)) is is_open


def test_answers_are_in_the_zone_of_the_office() -> None:
    result = OFFICE.add(at("2026-01-05T03:00:00-05:00"), HOUR)
    assert result.tzinfo is BERLIN
    assert result.isoformat() == "2026-01-05T10:00:00+01:00"
    assert OFFICE.next_open(at("2026-01-03T12:00")).isoformat() == "2026-01-05T09:00:00+01:00"


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(TypeError):
        OFFICE.add(at("2026-01-05T09:00").replace(tzinfo=None), HOUR)


def test_holidays_beat_extra_days_and_extra_days_beat_the_week() -> None:
    hours = OfficeHours(
        BERLIN,
        WEEK,
        holidays=frozenset({date(2026, 1, 6), date(2026, 1, 10)}),
        extra_days=(
            (date(2026, 1, 7), ((10 * HOUR, 11 * HOUR),)),
            (date(2026, 1, 10), ((9 * HOUR, 17 * HOUR),)),
            (date(2026, 1, 11), ((8 * HOUR, 12 * HOUR), (13 * HOUR, 24 * HOUR))),
        ),
        breaks=(
            (date(2026, 1, 5), ((12 * HOUR, 13 * HOUR), (16 * HOUR, 20 * HOUR))),
            (date(2026, 1, 11), ((11 * HOUR, 14 * HOUR),)),
        ),
    )
    office = working_time.compile(hours)
    open_hours = {
        day: office.between(at(f"2026-01-{day:02}T00:00"), at(f"2026-01-{day + 1:02}T00:00")) / HOUR
        for day in range(5, 12)
    }
    assert open_hours == {5: 6, 6: 0, 7: 1, 8: 8, 9: 8, 10: 0, 11: 13}
    assert office.add(at("2026-01-05T11:30"), HOUR) == at("2026-01-05T13:30")
    assert office.add(at("2026-01-05T15:30"), HOUR) == at("2026-01-07T10:30")


def test_an_overnight_shift_is_two_spans() -> None:
    nights = working_time.compile(OfficeHours(BERLIN, every_day(["22:00", "24:00"], ["00:00", "06:00"])))
    assert nights.between(at("2026-01-05T22:00"), at("2026-01-06T06:00")) == 8 * HOUR
    assert nights.add(at("2026-01-05T22:00"), 4 * HOUR) == at("2026-01-06T02:00")
    assert nights.is_open(at("2026-01-06T00:00"))


def test_an_office_that_never_closes_leaks_nothing_at_midnight() -> None:
    always = working_time.compile(OfficeHours(BERLIN, ALWAYS))
    start = at("2026-01-01T00:00")
    assert always.add(start, 500 * 24 * HOUR).timestamp() - start.timestamp() == 500 * 24 * HOUR
    assert always.subtract(start, 500 * 24 * HOUR).timestamp() - start.timestamp() == -500 * 24 * HOUR


def test_hours_that_change_leave_the_time_before_as_it_was() -> None:
    longer = week_of({day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu")})
    office = working_time.compile(OfficeHours(BERLIN, WEEK, later=((date(2026, 2, 1), longer),)))
    assert office.between(at("2026-01-26T00:00"), at("2026-02-01T00:00")) == 40 * HOUR
    assert office.between(at("2026-02-01T00:00"), at("2026-02-08T00:00")) == 40 * HOUR
    assert not office.is_open(at("2026-02-06T12:00"))
    assert office.add(at("2026-01-30T16:00"), 2 * HOUR) == at("2026-02-02T09:00")
    assert office.between(at("2027-06-07T00:00"), at("2027-06-08T00:00")) == 10 * HOUR


@pytest.mark.parametrize(
    ("zone", "spans", "day", "hours"),
    [
        ("Europe/Berlin", [["00:00", "06:00"]], "2026-03-29", 5),  # 02:00 becomes 03:00
        ("Europe/Berlin", [["00:00", "06:00"]], "2026-10-25", 7),  # 03:00 becomes 02:00
        ("Europe/Berlin", [["02:30", "06:00"]], "2026-03-29", 2.5),  # begins in the gap: at 03:30
        ("Europe/Berlin", [["00:00", "02:30"]], "2026-03-29", 2.5),  # ends in the gap: at 03:30
        ("Europe/Berlin", [["02:15", "02:45"]], "2026-03-29", 0.5),  # wholly in the gap: 03:15 to 03:45
        ("Europe/Berlin", [["02:30", "03:15"]], "2026-03-29", 0),  # ends before it begins: closed
        ("Europe/Berlin", [["01:00", "02:30"], ["03:00", "05:00"]], "2026-03-29", 3),  # a union, not a sum
        ("Europe/Berlin", [["02:15", "02:45"]], "2026-10-25", 0.5),  # occurs twice: the first
        ("Europe/Berlin", [["02:30", "06:00"]], "2026-10-25", 4.5),
        ("America/Sao_Paulo", [["00:00", "24:00"]], "2018-11-04", 23),  # midnight does not exist
        ("America/Sao_Paulo", [["00:00", "24:00"]], "2018-11-03", 24),
        ("America/Sao_Paulo", [["00:00", "24:00"]], "2018-02-17", 25),  # 24:00 becomes 23:00
        ("America/Santiago", [["00:00", "24:00"]], "2026-09-06", 23),
        ("America/Santiago", [["23:00", "24:00"]], "2026-04-04", 2),
        ("Asia/Tehran", [["00:00", "24:00"]], "2022-03-22", 23),
        ("Asia/Tehran", [["00:00", "08:00"]], "2022-03-22", 7),
        ("Asia/Tehran", [["00:00", "24:00"]], "2022-09-21", 25),
        ("Asia/Tehran", [["00:00", "24:00"]], "2026-03-22", 24),  # abolished in 2022
        ("Asia/Beirut", [["00:00", "24:00"]], "2026-03-29", 23),
        ("Asia/Beirut", [["00:00", "24:00"]], "2026-10-24", 25),
        ("Africa/Casablanca", [["00:00", "24:00"]], "2025-02-23", 25),  # Ramadan: back, without DST
        ("Africa/Casablanca", [["00:00", "24:00"]], "2025-04-06", 23),
        ("Africa/Cairo", [["00:00", "24:00"]], "2026-04-24", 23),
        ("Australia/Lord_Howe", [["00:00", "24:00"]], "2026-04-05", 24.5),  # half an hour
        ("America/St_Johns", [["00:00", "24:00"]], "2010-11-06", 24),  # 00:01 becomes 23:01
        ("America/St_Johns", [["00:00", "24:00"]], "2010-11-07", 25),
        ("Pacific/Apia", [["00:00", "24:00"]], "2011-12-29", 24),
        ("Pacific/Apia", [["09:00", "17:00"]], "2011-12-30", 0),  # a date that Samoa skipped
        ("Pacific/Apia", [["00:00", "24:00"]], "2011-12-31", 24),
    ],
)
def test_a_day_on_which_the_clock_changes(zone: str, spans: list[list[str]], day: str, hours: float) -> None:
    """Only this date has hours, so that the count of some days around it is its own."""
    office = working_time.compile(
        OfficeHours(
            ZoneInfo(zone),
            every_day(),
            extra_days=((date.fromisoformat(day), every_day(*spans)[0]),),
        )
    )
    noon = at(f"{day}T12:00", "UTC")
    assert office.between(noon - timedelta(days=3), noon + timedelta(days=3)) == hours * HOUR


def test_the_days_around_a_changed_clock_add_up() -> None:
    for zone, year in (("America/Sao_Paulo", 2018), ("Africa/Casablanca", 2025), ("Pacific/Apia", 2011)):
        always = working_time.compile(OfficeHours(ZoneInfo(zone), ALWAYS))
        start, end = at(f"{year - 1}-06-01T00:00", zone), at(f"{year + 2}-06-01T00:00", zone)
        assert always.between(start, end) == end.timestamp() - start.timestamp()


@pytest.mark.parametrize(
    ("start", "seconds", "result"),
    [
        ("2026-01-05T10:00", 1 * HOUR, "2026-01-05T11:00"),  # stops where the pause begins
        ("2026-01-05T10:00", 1 * HOUR + 1, "2026-01-07T12:00:01"),
        ("2026-01-06T12:00", 1 * HOUR, "2026-01-07T13:00"),  # within the pause
        ("2026-01-06T12:00", 0, "2026-01-07T12:00"),
        ("2026-01-07T13:00", -1 * HOUR, "2026-01-07T12:00"),
        ("2026-01-07T13:00", -2 * HOUR, "2026-01-05T10:00"),
        ("2026-01-07T12:00", -1 * HOUR, "2026-01-05T10:00"),
        ("2026-01-08T16:00", 1 * HOUR, "2026-01-08T17:00"),
        ("2026-01-08T16:00", 2 * HOUR, "2029-01-09T10:00"),  # three years at rest
        ("2028-01-01T00:00", -1, "2026-01-08T16:59:59"),
    ],
)
def test_a_pause_is_a_hole(start: str, seconds: int, result: str) -> None:
    case = OFFICE.paused(
        [
            (at("2026-01-06T09:00"), at("2026-01-07T12:00")),
            (at("2026-01-05T11:00"), at("2026-01-06T10:00")),
            (at("2026-01-08T20:00"), at("2029-01-08T20:00")),
        ]
    )
    assert case.add(at(start), seconds) == at(result)


def test_a_pause_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InputError, match="pause"):
        OFFICE.paused([(at("2026-01-06T09:00"), at("2026-01-05T12:00"))])


@pytest.mark.parametrize(
    "hours",
    [
        OfficeHours(BERLIN, every_day()),
        OfficeHours(BERLIN, WEEK, later=((date(2020, 1, 1), every_day()),)),
        OfficeHours(BERLIN, every_day(), extra_days=((date(2028, 6, 1), ((0, 60),)),)),
    ],
)
def test_a_year_without_open_time_ends_the_search(hours: OfficeHours) -> None:
    office = working_time.compile(hours)
    start = at("2026-01-05T10:00")
    for seconds in (0, 60, 10**9):
        with pytest.raises(NoOpenTimeError, match="no open time within a year"):
            office.add(start, seconds)
    with pytest.raises(NoOpenTimeError):
        office.subtract(start, 60)
    with pytest.raises(NoOpenTimeError):
        office.add(at("2026-01-05T10:00:00.5"), 60)
    assert office.between(start, at("2027-01-05T10:00")) == 0
    assert not office.is_open(start)


def test_open_time_less_than_a_year_away_is_found() -> None:
    once = OfficeHours(BERLIN, every_day(), extra_days=((date(2026, 12, 30), ((9 * HOUR, 10 * HOUR),)),))
    office = working_time.compile(once)
    assert office.add(at("2026-01-05T10:00"), HOUR) == at("2026-12-30T10:00")
    assert office.subtract(at("2027-12-05T10:00"), HOUR) == at("2026-12-30T09:00")
    with pytest.raises(NoOpenTimeError):
        office.add(at("2026-01-05T10:00"), HOUR + 1)


def test_pauses_do_not_hide_a_closed_year() -> None:
    hours = OfficeHours(BERLIN, every_day(), extra_days=((date(2028, 6, 1), ((0, 60),)),))
    case = working_time.compile(hours, [(at("2028-01-01T00:00"), at("2028-02-01T00:00"))])
    with pytest.raises(NoOpenTimeError):
        case.add(at("2026-01-05T10:00"), 60)


@pytest.mark.parametrize("seconds", [10**10, -(10**10), 10**30])
def test_more_working_time_than_four_centuries_hold_is_refused(seconds: int) -> None:
    with pytest.raises(InputError, match="beyond the year") as refused:
        OFFICE.add(at("2026-01-05T10:00"), seconds)
    assert refused.value.code == "out_of_range"


def test_what_was_asked_before_does_not_change_an_answer() -> None:
    seldom = OfficeHours(BERLIN, week_of({"mon": [["09:00", "09:01"]]}))
    start, questions = (
        at("2026-01-05T10:00"),
        [60 * 52 * 390, -60 * 52 * 390, 60, -60, -60 * 52 * 200, 60 * 52 * 200],
    )
    fresh = [working_time.OfficeTime(seldom).add(start, seconds) for seconds in questions]
    for order in (questions, questions[::-1]):
        used = working_time.OfficeTime(seldom)
        answers = {seconds: used.add(start, seconds) for seconds in order}
        assert [answers[seconds] for seconds in questions] == fresh


@pytest.mark.parametrize("year", [1, 9999])
def test_the_ends_of_the_calendar_are_refused(year: int) -> None:
    with pytest.raises(InputError, match="years 2 to 9998"):
        OFFICE.is_open(datetime(year, 6, 1, tzinfo=BERLIN))


def test_far_years_are_answered_and_the_near_ones_again_after_them() -> None:
    office = working_time.compile(OfficeHours(ZoneInfo("Asia/Tokyo"), WEEK))
    for year in (2026, 1890, 9000, 2026, 3):
        day = date(year, 3, 2)
        while day.weekday() >= 5:
            day += timedelta(days=1)
        opening = datetime(day.year, day.month, day.day, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
        assert office.add(opening, 8 * HOUR) == opening + timedelta(hours=8)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "America/Sao_Paulo", "Australia/Lord_Howe"])
def test_a_local_time_and_the_same_instant_in_utc_get_one_answer(zone: str) -> None:
    """Also within the hour that occurs twice, wherever in the day it lies."""
    office = working_time.compile(OfficeHours(ZoneInfo(zone), ALWAYS))
    first = at("2010-01-01T00:00", "UTC")
    for quarter in range(4 * 24 * 365):
        instant = first + timedelta(minutes=15 * quarter)
        later = office.add(instant.astimezone(office.zone), HOUR)
        assert later.timestamp() == instant.timestamp() + HOUR


class EvenDays:
    """A calendar whose working days are the even dates, weekends too."""

    def is_open(self, day: date) -> bool:
        return day.day % 2 == 0


def test_a_calendar_closes_dates_and_gives_makeup_days_the_hours_of_a_weekday() -> None:
    week = week_of({"tue": [["09:00", "12:00"]], "fri": [["09:00", "11:00"]]})
    hours = OfficeHours(
        BERLIN,
        week,
        holidays=frozenset({date(2026, 1, 8)}),
        extra_days=((date(2026, 1, 7), ((0, HOUR),)),),
        breaks=((date(2026, 1, 6), ((9 * HOUR, 10 * HOUR),)),),
        days=EvenDays(),
    )
    office = working_time.compile(hours)
    open_hours = {
        day: office.between(at(f"2026-01-{day:02}T00:00"), at(f"2026-01-{day + 1:02}T00:00")) / HOUR
        for day in range(4, 17)
    }
    assert open_hours == {4: 3, 5: 0, 6: 2, 7: 1, 8: 0, 9: 0, 10: 3, 11: 0, 12: 0, 13: 0, 14: 0, 15: 0, 16: 2}


def test_equal_hours_share_their_tables() -> None:
    again = OfficeHours(
        ZoneInfo("Europe/Berlin"), week_of(dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), NINE_TO_FIVE))
    )
    assert working_time.compile(again) is working_time.compile(OfficeHours(BERLIN, WEEK))
