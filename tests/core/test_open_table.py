"""The compiled tables of office hours: what they hold, how they grow, where they end; UTC where zones do not matter."""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest

from deadline_guard.core.office_hours import DAY, OfficeHours, Week
from deadline_guard.core.open_table import (
    CLOSED_YEAR,
    FIRST_YEAR,
    LAST_YEAR,
    MOST_YEARS,
    OpenTable,
    TableMaker,
    no_open_time,
)
from deadline_guard.errors import InputError, NoOpenTimeError

HOUR = 3600
ZONE = ZoneInfo("Etc/UTC")
BERLIN, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Apia")
NINE_TO_TEN: Week = (((9 * HOUR, 10 * HOUR),),) * 5 + ((), ())
CLOSED: Week = ((),) * 7


def second(text: str, zone: tzinfo = UTC) -> int:
    """Return seconds since the epoch of a local time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


def maker(week: Week = NINE_TO_TEN, zone: ZoneInfo = ZONE, **more: object) -> TableMaker:
    return TableMaker(OfficeHours(zone, week, **more))  # type: ignore[arg-type]


def years(table: OpenTable) -> tuple[int, int]:
    return table.first_year, table.last_year


def year(n: int) -> int:
    """Return the middle of a year."""
    return second(f"{n:04}-07-01T00:00")


# --- one table -------------------------------------------------------------------------------------------


def small() -> OpenTable:
    return OpenTable(1970, 1970, (0, 1000), [100, 300, 900], [200, 350, 910])


def test_open_seconds_are_counted_before_every_stretch() -> None:
    table = small()
    assert (table.before, table.shift, table.total) == ([0, 100, 150, 160], [100, 200, 750], 160)
    assert (years(table), table.low, table.high) == ((1970, 1970), 0, 1000)
    assert (table.starts, table.ends) == ([100, 300, 900], [200, 350, 910])


@pytest.mark.parametrize(
    ("instant", "count"),
    [(0, 0), (99, 0), (100, 0), (101, 1), (199, 99), (200, 100), (299, 100), (300, 100), (349, 149), (350, 150),
     (899, 150), (905, 155), (910, 160), (999, 160)],
)  # fmt: skip
def test_the_open_seconds_before_an_instant(instant: int, count: int) -> None:
    assert small().count(instant) == count


def test_where_a_table_can_be_searched_without_a_look_at_closed_years() -> None:
    table = small()
    assert (table.closed_years, table.first_start, table.plain_until) == ((), 100, 1000)
    nothing = OpenTable(1970, 1970, (5, 1000), [], [])
    assert (nothing.first_start, nothing.plain_until, nothing.total, nothing.count(700)) == (1000, 1000, 0, 0)


def test_closed_years_are_those_of_more_than_366_days_before_between_and_after() -> None:
    a, b, c = CLOSED_YEAR, CLOSED_YEAR + 11, 2 * CLOSED_YEAR + 11
    exact = OpenTable(1970, 1975, (0, c + 1 + CLOSED_YEAR), [a, c], [b, c + 1])
    assert exact.closed_years == (), "366 days are no closed year yet"
    for low, starts, ends, high, closed in [
        (-1, [a], [b], c, (-1, a)),
        (0, [a, c], [b - 1, c + 1], c + 2, (b - 1, c)),
        (0, [a], [b], b + CLOSED_YEAR + 1, (b, b + CLOSED_YEAR + 1)),
    ]:
        table = OpenTable(1970, 1975, (low, high), starts, ends)
        assert table.closed_years == (closed,)
        assert table.plain_until == low


def test_a_search_across_a_closed_year_is_refused_and_one_beside_it_is_not() -> None:
    start, end = 1000, 1000 + CLOSED_YEAR + 10
    table = OpenTable(1970, 1972, (0, end + 100), [0, end], [start, end + 100])
    for a, b in [(0, end + 50), (start, end), (start + 9, end), (start, end - 9), (start - 5, end - 9)]:
        with pytest.raises(NoOpenTimeError) as refused:
            table.refuse_closed_year(a, b)
        assert f"within a year of {datetime.fromtimestamp(max(a, start), UTC).date()}:" in str(refused.value)
    for a, b in [(0, start), (end, end + 9), (start + 10, end), (start, end - 10), (start + 5, end - 5)]:
        table.refuse_closed_year(a, b)


def test_the_words_that_say_that_nothing_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")  # the machine's zone must not show
    time.tzset()
    try:
        refused = no_open_time(second("2026-01-05T23:30"))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert (refused.field, refused.code) == ("week", "no_open_time")
    assert refused.message == ("no open time within a year of 2026-01-05: check weekly hours, holidays and extra days")


# --- what a table holds ------------------------------------------------------------------------------------


def by_hand(hours: OfficeHours, first: int, last: int) -> list[tuple[int, int]]:
    """Return the open stretches of some years by asking the zone about every boundary."""
    found = []
    day = date(first, 1, 1)
    while day.year <= last:
        for a, b in hours.open_spans(day):
            found.append((wall(day, a, hours.zone), wall(day, b, hours.zone)))
        day += timedelta(1)
    return [(a, b) for a, b in found if a < b]


def wall(day: date, at: int, zone: tzinfo) -> int:
    if at == DAY:
        day, at = day + timedelta(1), 0
    local = datetime(day.year, day.month, day.day, at // 3600, at % 3600 // 60, at % 60, tzinfo=zone)
    return int(local.timestamp())


SPLIT: Week = (((8 * HOUR + 61, 12 * HOUR), (13 * HOUR, 24 * HOUR)),) * 6 + (((0, 5 * HOUR),),)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Shanghai", "America/St_Johns", "Australia/Lord_Howe", "UTC"])
def test_a_table_holds_every_stretch_of_its_years(zone: str) -> None:
    hours = OfficeHours(
        ZoneInfo(zone),
        SPLIT,
        holidays=frozenset({date(2023, 12, 31), date(2024, 1, 1), date(2024, 2, 29), date(2024, 12, 31)}),
        extra_days=((date(2024, 3, 3), ((60, 120),)),),
        later=((date(2024, 6, 15), NINE_TO_TEN), (date(2025, 2, 1), SPLIT)),
    )
    table = TableMaker(hours).covering(second("2023-06-01T00:00"), second("2025-06-01T00:00"))
    assert list(zip(table.starts, table.ends, strict=True)) == by_hand(hours, 2023, 2025)
    assert years(table) == (2023, 2025)
    assert (table.low, table.high) == (wall(date(2023, 1, 1), 0, hours.zone), wall(date(2026, 1, 1), 0, hours.zone))


def test_breaks_are_cut_out_on_days_with_and_without_a_change_of_the_clock() -> None:
    lunch = ((12 * HOUR, 13 * HOUR),)
    days = (date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 25))  # the clock changes on the last two
    hours = OfficeHours(BERLIN, (((0, DAY),),) * 7, breaks=tuple((day, lunch) for day in days))
    table = TableMaker(hours).covering(second("2026-06-01T00:00"), second("2026-06-01T00:00"))
    starts = set(table.starts)
    for day in days:
        noon, one = wall(day, 12 * HOUR, BERLIN), wall(day, 13 * HOUR, BERLIN)
        assert one in starts
        assert table.count(one) == table.count(noon)
        assert table.count(one + 1) == table.count(noon) + 1


@pytest.mark.parametrize(
    ("day", "week", "length"),
    [
        ("2026-03-29", (0, 6 * HOUR), 5 * HOUR),  # 02:00 to 03:00 does not exist
        ("2026-03-29", (2 * HOUR + 1800, 4 * HOUR), 1800),  # 02:30 is the instant shown as 03:30
        ("2026-10-25", (0, 6 * HOUR), 7 * HOUR),  # 02:00 to 03:00 occurs twice
        ("2026-10-25", (2 * HOUR + 1800, 4 * HOUR), 2 * HOUR + 1800),  # the first 02:30
    ],
)
def test_the_day_on_which_the_clock_changes(day: str, week: tuple[int, int], length: int) -> None:
    only = date.fromisoformat(day)
    table = maker(CLOSED, BERLIN, extra_days=((only, (week,)),)).covering(year(2026), year(2026))
    assert table.total == length
    assert table.starts == [wall(only, week[0], BERLIN)]


def test_a_date_that_a_zone_skipped_has_no_hours_and_its_neighbours_keep_theirs() -> None:
    always: Week = (((0, DAY),),) * 7
    table = maker(always, APIA).covering(second("2011-06-01T00:00"), second("2012-06-01T00:00"))
    # Samoa went from 29 to 31 December 2011 at once: 364 + 366 days are lived through in two years
    assert table.total == (364 + 366) * DAY
    before, after = wall(date(2011, 12, 29), 0, APIA), wall(date(2011, 12, 31), 0, APIA)
    assert after - before == DAY
    assert table.count(after) - table.count(before) == DAY


def test_a_calendar_of_days_is_asked_about_every_date_and_what_is_said_of_single_dates_wins() -> None:
    class Odd:
        def is_open(self, day: date) -> bool:
            return day.day % 2 == 1

    own = date(2026, 3, 4)
    hours = OfficeHours(ZONE, NINE_TO_TEN, days=Odd(), extra_days=((own, ((60, 120),)),))
    table = TableMaker(hours).covering(year(2026), year(2026))
    assert list(zip(table.starts, table.ends, strict=True)) == by_hand(hours, 2026, 2026)
    assert second("2026-03-04T00:01") in table.starts
    assert second("2026-01-01T09:00") in table.starts
    assert second("2026-12-31T09:00") in table.starts


# --- how tables grow ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "held"),
    [
        ("2026-07-01T00:00", "2026-07-01T00:00", (2026, 2026)),
        ("2026-01-02T00:00", "2026-12-30T23:59", (2026, 2026)),
        ("2026-01-01T23:59", "2026-07-01T00:00", (2025, 2026)),  # a day is spare for zones ahead and behind
        ("2026-07-01T00:00", "2026-12-31T00:00", (2026, 2027)),
        ("2020-07-01T00:00", "2026-07-01T00:00", (2020, 2026)),
    ],
)
def test_the_years_that_two_instants_need(first: str, last: str, held: tuple[int, int]) -> None:
    assert years(maker().covering(second(first), second(last))) == held


def test_a_known_table_is_kept_or_grown() -> None:
    made = maker()
    known = made.covering(year(2020), year(2022))
    assert made.covering(year(2021), year(2021), known) is known
    assert made.covering(year(2020), year(2022), known) is known
    for first, last, held in [(2018, 2021, (2018, 2022)), (2021, 2025, (2020, 2025)), (2018, 2025, (2018, 2025)),
                              (2030, 2030, (2020, 2030)), (2010, 2010, (2010, 2022))]:  # fmt: skip
        grown = made.covering(year(first), year(last), known)
        anew = maker().covering(year(held[0]), year(held[1]))
        assert years(grown) == held
        assert (grown.starts, grown.ends, grown.low, grown.high) == (anew.starts, anew.ends, anew.low, anew.high)


def test_a_known_table_too_far_away_is_left_and_the_near_years_compiled_alone() -> None:
    made = maker(CLOSED)
    known = made.covering(year(2000), year(2000))
    assert years(made.covering(year(2399), year(2399), known)) == (2000, 2399)
    assert years(made.covering(year(2400), year(2400), known)) == (2400, 2400)
    assert years(made.covering(year(1600), year(1600), known)) == (1600, 1600)


def test_at_most_400_years_in_one_table() -> None:
    made = maker(CLOSED)
    assert years(made.covering(year(2000), year(2399))) == (2000, 2399)
    with pytest.raises(InputError) as refused:
        made.covering(year(2000), year(2400))
    assert (refused.value.field, refused.value.code) == ("", "out_of_range")
    assert refused.value.message == "from year 2000 to year 2400 is more than 400 years of working time"
    assert MOST_YEARS == 400


@pytest.mark.parametrize("text", ["0002-01-01T00:00", "9998-12-31T23:59"])
def test_the_years_2_to_9998_are_the_ends(text: str) -> None:
    made = maker()
    inside = second("0002-01-02T00:00") if text < "1" else second("9998-12-30T00:00")
    assert years(made.covering(inside, inside)) in ((FIRST_YEAR, FIRST_YEAR), (LAST_YEAR, LAST_YEAR))
    words = "an instant outside the years 2 to 9998: use a real date"
    with pytest.raises(InputError, match=re.escape(words)) as refused:
        made.covering(second(text), second(text))
    assert (refused.value.field, refused.value.code, refused.value.message) == ("", "out_of_range", words)


def test_a_table_doubles_on_the_side_that_lacks_years() -> None:
    made = maker()
    one = made.covering(year(2026), year(2026))
    later = made.longer(one, year(2026))
    assert years(later) == (2026, 2028)
    assert years(made.longer(later, year(2026))) == (2026, 2031)
    earlier = made.longer(one, year(2026), earlier=True)
    assert years(earlier) == (2024, 2026)
    assert years(made.longer(earlier, year(2026), earlier=True)) == (2021, 2026)
    anew = maker().covering(year(2024), year(2026))
    assert (earlier.starts, earlier.ends) == (anew.starts, anew.ends)


def test_a_table_that_gets_too_long_gives_up_the_side_that_is_not_needed() -> None:
    made = maker()
    known = made.covering(year(2000), year(2299))
    assert years(made.longer(known, year(2290))) == (2290, 2599)
    assert years(made.longer(known, year(2010), earlier=True)) == (1700, 2010)
    shorter = made.covering(year(2000), year(2049))
    assert years(made.longer(shorter, year(2040))) == (2000, 2099)
    assert years(made.longer(shorter, year(2010), earlier=True)) == (1950, 2049)


def test_a_search_ends_400_years_from_where_it_began() -> None:
    made = maker()
    known = made.covering(year(2000), year(2390))
    assert years(made.longer(known, year(2000))) == (2000, 2399)
    assert years(made.longer(known, year(2380), earlier=True)) == (1981, 2380)
    whole = made.covering(year(2000), year(2399))
    for start, earlier, limit in ((year(2000), False, 2399), (year(2399), True, 2000)):
        with pytest.raises(InputError) as refused:
            made.longer(whole, start, earlier=earlier)
        assert (refused.value.field, refused.value.code) == ("minutes", "out_of_range")
        assert refused.value.message == f"so much working time reaches beyond the year {limit}: ask for less"


def test_a_search_ends_with_the_years_that_a_date_can_say() -> None:
    made = maker()
    last = made.covering(year(LAST_YEAR - 1), year(LAST_YEAR - 1))
    grown = made.longer(last, year(LAST_YEAR - 1))
    assert years(grown) == (LAST_YEAR - 1, LAST_YEAR)
    with pytest.raises(InputError, match="beyond the year 9998"):
        made.longer(grown, year(LAST_YEAR - 1))
    first = made.covering(year(FIRST_YEAR + 1), year(FIRST_YEAR + 1))
    grown = made.longer(first, year(FIRST_YEAR + 1), earlier=True)
    assert years(grown) == (FIRST_YEAR, FIRST_YEAR + 1)
    with pytest.raises(InputError, match="beyond the year 2:"):
        made.longer(grown, year(FIRST_YEAR + 1), earlier=True)


def test_a_search_ends_where_a_year_has_been_closed() -> None:
    # open on one day alone: a year later, or earlier, nothing may be looked for any more
    once = maker(CLOSED, extra_days=((date(2026, 7, 1), ((0, 60),)),))
    near, far = once.covering(year(2026), year(2026)), once.covering(year(2025), year(2027))
    assert years(once.longer(near, year(2026))) == (2026, 2028)
    assert years(once.longer(near, year(2026), earlier=True)) == (2024, 2026)
    for earlier in (False, True):
        with pytest.raises(NoOpenTimeError, match="within a year of 2026-07-01"):
            once.longer(far, year(2026), earlier=earlier)
    nothing = maker(CLOSED)
    table = nothing.covering(year(2025), year(2027))
    assert years(nothing.longer(table, year(2027))) == (2025, 2030)  # half a year has been looked through
    assert years(nothing.longer(table, year(2025), earlier=True)) == (2022, 2027)
    for earlier in (False, True):
        with pytest.raises(NoOpenTimeError, match="within a year of 2026-07-01"):
            nothing.longer(table, year(2026), earlier=earlier)


class Lost(tzinfo):
    """A zone that does not know its offset."""

    def utcoffset(self, moment: datetime | None) -> None:
        return None

    def dst(self, moment: datetime | None) -> None:
        return None

    def tzname(self, moment: datetime | None) -> None:
        return None


def test_a_zone_without_an_offset_is_refused() -> None:
    hours = OfficeHours(ZONE, NINE_TO_TEN)
    object.__setattr__(hours, "zone", Lost())
    with pytest.raises(InputError, match="gives no offset from UTC: use an IANA zone") as refused:
        TableMaker(hours).covering(year(2026), year(2026))
    assert refused.value.field == "timezone"


@pytest.mark.parametrize(
    ("start", "earlier", "held"),
    [
        ("2001-07-01T00:00", False, (2001, 2400)),  # 401 years would be one too many
        ("2298-07-01T00:00", True, (1899, 2298)),
        ("2290-01-01T12:00", False, (2289, 2599)),  # a day is spare for zones ahead and behind
        ("2010-12-31T12:00", True, (1700, 2011)),
    ],
)
def test_the_side_that_is_given_up_ends_where_the_search_began(
    start: str, earlier: bool, held: tuple[int, int]
) -> None:
    made = maker()
    known = made.covering(year(2000), year(2299))
    assert years(made.longer(known, second(start), earlier=earlier)) == held


@pytest.mark.parametrize(
    ("start", "earlier", "limit"), [("2000-01-01T12:00", False, 2398), ("2399-12-31T12:00", True, 2001)]
)
def test_the_day_that_is_spare_counts_for_the_400_years_too(start: str, earlier: bool, limit: int) -> None:
    made = maker()
    whole = made.covering(year(2000), year(2399))
    with pytest.raises(InputError, match=f"beyond the year {limit}:"):
        made.longer(whole, second(start), earlier=earlier)


@pytest.mark.parametrize(("more", "refused"), [(0, False), (1, True)])
def test_a_search_goes_on_after_exactly_366_closed_days(more: int, refused: bool) -> None:
    low, high = second("2026-01-01T00:00"), second("2028-01-01T00:00")
    late = OpenTable(2026, 2027, (low, high), [low], [high - CLOSED_YEAR - more])
    early = OpenTable(2026, 2027, (low, high), [low + CLOSED_YEAR + more], [high])
    for table, start, earlier in ((late, low + 5, False), (early, high - 5, True)):
        if refused:
            with pytest.raises(NoOpenTimeError):
                maker().longer(table, start, earlier=earlier)
        else:
            assert maker().longer(table, start, earlier=earlier).last_year >= 2027
