"""Tables of office hours grow by the years that they lack, wherever the machine stands and however old the clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from deadline_guard.core.office_hours import DAY, OfficeHours
from deadline_guard.core.open_table import OpenTable, TableMaker
from tests.core.test_open_table import NINE_TO_TEN, by_hand, maker, second, year, years


class Asked:
    """A calendar of days that notes the years it was asked about."""

    def __init__(self) -> None:
        self.years = set[int]()

    def is_open(self, day: date) -> bool:
        self.years.add(day.year)
        return day.day != 1


Grow = Callable[[TableMaker, OpenTable], OpenTable]


@pytest.mark.parametrize(
    ("grow", "new"),
    [
        (lambda made, known: made.covering(year(2018), year(2021), known), {2018, 2019}),
        (lambda made, known: made.covering(year(2021), year(2023), known), {2023}),
        (lambda made, known: made.covering(year(2019), year(2023), known), {2019, 2023}),
        (lambda made, known: made.longer(known, year(2021)), {2023, 2024, 2025}),
        (lambda made, known: made.longer(known, year(2021), earlier=True), {2017, 2018, 2019}),
    ],
)
def test_a_known_year_is_not_worked_out_again(grow: Grow, new: set[int]) -> None:
    asked = Asked()
    made = maker(NINE_TO_TEN, days=asked)
    known = made.covering(year(2020), year(2022))
    assert asked.years == {2020, 2021, 2022}
    asked.years.clear()
    grown = grow(made, known)
    assert asked.years == new
    anew = maker(NINE_TO_TEN, days=Asked()).covering(year(grown.first_year), year(grown.last_year))
    assert (grown.starts, grown.ends) == (anew.starts, anew.ends)


@pytest.mark.parametrize(("start", "earlier"), [(2290, False), (2010, True)])
def test_nothing_is_left_of_the_side_that_is_given_up(start: int, earlier: bool) -> None:
    made = maker()
    grown = made.longer(made.covering(year(2000), year(2299)), year(start), earlier=earlier)
    anew = maker().covering(year(grown.first_year), year(grown.last_year))
    assert (grown.starts, grown.ends, grown.low, grown.high) == (anew.starts, anew.ends, anew.low, anew.high)


def test_the_years_of_a_table_are_those_of_utc_wherever_the_machine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        table = maker().covering(second("2026-07-01T00:00"), second("2026-12-30T18:00"))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert years(table) == (2026, 2026)


@pytest.mark.parametrize(
    ("zone", "day", "opens"),
    [
        ("America/St_Johns", date(2006, 10, 29), 60),  # at 00:01 the clock went back an hour
        ("America/St_Johns", date(2006, 10, 29), 59),
        ("Europe/Berlin", date(1893, 4, 1), 400),  # from 00:00:00 to 00:06:32, when zones came in
        ("Europe/Berlin", date(1893, 4, 1), 390),
    ],
)
def test_the_clock_may_change_at_any_second(zone: str, day: date, opens: int) -> None:
    hours = OfficeHours(ZoneInfo(zone), ((),) * 7, extra_days=((day, ((opens, DAY // 2),)),))
    noon = second(f"{day}T12:00", ZoneInfo(zone))
    table = TableMaker(hours).covering(noon, noon)
    assert list(zip(table.starts, table.ends, strict=True)) == by_hand(hours, day.year, day.year)
