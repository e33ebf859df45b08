"""Holidays as rules: each kind of place, each condition, what a year's law yields; against the standard library."""

from __future__ import annotations

import calendar as standard
from datetime import date, timedelta

import pytest

from deadline_guard.core.day_table import compiled
from deadline_guard.core.holiday_law import (
    CalendarLaw,
    DayKind,
    HolidayRule,
    Place,
    Ruled,
    easter,
    nth_weekday,
)
from deadline_guard.core.text import Text, both

DAY = Text("Day", "节")
DOUBT = Text("not settled", "尚无定论")
YEARS = range(1583, 3000)


def fixed(month: int, day: int, **more: object) -> HolidayRule:
    return HolidayRule(DAY, Place.FIXED, month=month, day=day, **more)  # type: ignore[arg-type]


def days(*rules: HolidayRule, year: int = 2026, **law: object) -> list[Ruled]:
    return list(CalendarLaw(rules=rules, **law).days(year))  # type: ignore[arg-type]


def test_the_leap_day_is_that_of_the_gregorian_calendar() -> None:
    rule = fixed(2, 29)
    assert [year for year in YEARS if rule.on(year)] == [year for year in YEARS if standard.isleap(year)]
    assert fixed(2, 28).on(2026) == date(2026, 2, 28)
    assert fixed(3, 29).on(2026) == date(2026, 3, 29)


def test_easter_is_a_sunday_from_22_march_to_25_april_and_after_the_full_moon() -> None:
    for year in YEARS:
        assert easter(year).weekday() == 6
        assert date(year, 3, 22) <= easter(year) <= date(year, 4, 25)
        assert easter(year) == meeus(year)


def meeus(year: int) -> date:
    """Return Easter by another road: the tables of the missal, epact and Sunday letter (Clavius)."""
    century = year // 100 + 1
    epact = (14 + 11 * (year % 19) - 3 * century // 4 + (5 + 8 * century) // 25) % 30
    epact += epact == 0 or (epact == 1 and year % 19 > 10)
    moon = date(year, 4, 19) - timedelta(epact)
    return moon + timedelta(7 - (moon.weekday() + 1) % 7)


@pytest.mark.parametrize("nth", [1, 2, 3, 4, -1, -2, -3, -4])
@pytest.mark.parametrize("weekday", range(7))
def test_the_nth_weekday_of_a_month(weekday: int, nth: int) -> None:
    for year in (1999, 2000, 2024, 2026):
        for month in range(1, 13):
            these = [d for d in month_of(year, month) if d.weekday() == weekday]
            assert nth_weekday(year, month, weekday, nth) == these[nth - 1 if nth > 0 else nth]


def month_of(year: int, month: int) -> list[date]:
    return [date(year, month, d + 1) for d in range(standard.monthrange(year, month)[1])]


@pytest.mark.parametrize("nth", [1, 2, -1, -2])
@pytest.mark.parametrize("weekday", range(7))
def test_the_weekday_near_a_date(weekday: int, nth: int) -> None:
    # positive: on or after the date; negative: before it
    rule = HolidayRule(DAY, Place.NEAR, month=11, day=23, weekday=weekday, nth=nth)
    for year in range(2000, 2014):
        start, step = (date(year, 11, 23), 1) if nth > 0 else (date(year, 11, 22), -1)
        these = [d for d in (start + timedelta(step * i) for i in range(15)) if d.weekday() == weekday]
        assert rule.on(year) == these[abs(nth) - 1]


@pytest.mark.parametrize(
    ("rule", "day"),
    [
        (fixed(5, 1, offset=3), "2026-05-04"),
        (HolidayRule(DAY, Place.EASTER, offset=-2), "2026-04-03"),
        (HolidayRule(DAY, Place.EASTER, offset=1), "2026-04-06"),
        (HolidayRule(DAY, Place.NTH, month=11, weekday=3, nth=4, offset=1), "2026-11-27"),
        (HolidayRule(DAY, Place.NEAR, month=11, day=23, weekday=2, nth=-1, offset=2), "2026-11-20"),
        (fixed(12, 27, christmas=frozenset({4})), "2026-12-27"),  # Christmas 2026 is a Friday
    ],
)
def test_a_rule_finds_its_day(rule: HolidayRule, day: str) -> None:
    found = rule.on(2026)
    assert found is not None
    assert found.isoformat() == day


def test_a_rule_that_asks_for_another_christmas_has_no_day() -> None:
    assert fixed(12, 27, christmas=frozenset({0})).on(2026) is None


@pytest.mark.parametrize(
    ("rule", "years"),
    [
        (fixed(6, 17), [1989, 1990, 1991, 1992]),
        (fixed(6, 17, since=1990), [1990, 1991, 1992]),
        (fixed(6, 17, until=1990), [1989, 1990]),
        (fixed(6, 17, since=1990, until=1991), [1990, 1991]),
        (fixed(6, 17, only=frozenset({1989, 1991})), [1989, 1991]),
        (fixed(6, 17, except_years=frozenset({1990})), [1989, 1991, 1992]),
        (fixed(6, 17, only=frozenset({1989, 1991}), except_years=frozenset({1991})), [1989]),
    ],
)
def test_the_years_in_which_a_rule_is_law(rule: HolidayRule, years: list[int]) -> None:
    assert [year for year in (1989, 1990, 1991, 1992) if rule.in_force(year)] == years
    assert [year for year in (1989, 1990, 1991, 1992) if days(rule, year=year)] == years


def test_a_plain_day_has_its_name_and_no_doubt() -> None:
    assert days(fixed(7, 3)) == [Ruled(date(2026, 7, 3), DayKind.HOLIDAY, DAY, None)]
    assert days(fixed(7, 3, kind=DayKind.OFFICE_CLOSED))[0].kind is DayKind.OFFICE_CLOSED


def test_a_moved_day_is_only_where_it_was_moved_to() -> None:
    # 4 July 2026 is a Saturday
    (only,) = days(fixed(7, 4, moved={5: 2}, kind=DayKind.FORWARD_ONLY))
    assert (only.day, only.kind, only.disputed) == (date(2026, 7, 6), DayKind.FORWARD_ONLY, None)
    assert both(only.name) == {"en": "Day (observed)", "zh": "节(补休)"}
    assert days(fixed(7, 4, moved={5: 2}), year=2025) == [Ruled(date(2025, 7, 4), DayKind.HOLIDAY, DAY, None)]


def test_the_doubt_about_a_moved_day_is_that_of_the_day_it_was_moved_to() -> None:
    rule = fixed(7, 4, moved={5: -1, 6: 1}, disputed=frozenset({5}), unsettled=DOUBT)
    assert [(r.day, r.disputed) for r in days(rule)] == [(date(2026, 7, 3), DOUBT)]
    assert [(r.day, r.disputed) for r in days(rule, year=2027)] == [(date(2027, 7, 5), None)]


def test_an_observed_day_is_kept_beside_the_day_itself() -> None:
    rule = fixed(7, 4, observed={5: -1}, disputed=frozenset({5}), unsettled=DOUBT, kind=DayKind.OFFICE_CLOSED)
    itself, further = days(rule)
    assert (itself.day, itself.name.zh, itself.disputed) == (date(2026, 7, 4), "节", None)
    assert (further.day, both(further.name)["zh"], further.disputed) == (date(2026, 7, 3), "节(补休)", DOUBT)
    assert {itself.kind, further.kind} == {DayKind.OFFICE_CLOSED}
    assert str(further.name) == "Day (observed)"


def test_a_day_that_is_itself_in_doubt_says_so() -> None:
    assert [r.disputed for r in days(fixed(7, 4, disputed=frozenset({5}), unsettled=DOUBT))] == [DOUBT]
    assert [r.disputed for r in days(fixed(7, 4, disputed=frozenset({4}), unsettled=DOUBT))] == [None]


def test_a_rule_for_some_weekdays_is_silent_on_the_others_and_stops_no_other_rule() -> None:
    monday, plain = fixed(7, 4, weekdays=frozenset({0})), fixed(7, 7)
    assert [r.day for r in days(monday, plain)] == [date(2026, 7, 7)]
    assert [r.day for r in days(monday, plain, year=2022)] == [date(2022, 7, 4), date(2022, 7, 7)]
    moved, late = fixed(7, 4, moved={5: 2}), fixed(7, 8, since=2030)
    assert [r.day for r in days(late, moved, plain)] == [date(2026, 7, 6), date(2026, 7, 7)]


@pytest.mark.parametrize(("year", "there"), [(1979, False), (1980, False), (1981, True), (1985, True), (1999, True)])
def test_before_and_after_the_known_years_the_nearest_years_law_counts(year: int, there: bool) -> None:
    found = days(fixed(6, 17, since=1981), year=year, first=1980, last=1985)
    assert [r.day for r in found] == ([date(year, 6, 17)] if there else [])


def test_the_sorts_of_days_that_can_be_left_out() -> None:
    one = date(2026, 2, 14)
    makeup = Ruled(one, DayKind.MAKEUP, DAY)
    doubtful = Ruled(one, DayKind.HOLIDAY, DAY, DOUBT)
    sorts = [
        (CalendarLaw(), set()),
        (CalendarLaw(rules=(fixed(1, 1),)), set()),
        (CalendarLaw(rules=(fixed(1, 1, kind=DayKind.FORWARD_ONLY),)), {"forward_only"}),
        (CalendarLaw(rules=(fixed(1, 1, kind=DayKind.MAKEUP),)), {"makeup"}),
        (CalendarLaw(rules=(fixed(1, 1, disputed=frozenset({5})),)), {"disputed"}),
        (CalendarLaw(single={one: makeup}), {"makeup"}),
        (CalendarLaw(single={one: doubtful}), {"disputed"}),
        (
            CalendarLaw(rules=(fixed(1, 1, kind=DayKind.FORWARD_ONLY),), single={one: makeup}),
            {"makeup", "forward_only"},
        ),
    ]
    for law, expected in sorts:
        assert law.sorts() == expected


def table_says(law: CalendarLaw, day: date, *dropped: str) -> tuple[DayKind, str, str]:
    """Return kind, name and doubt of a day in the compiled table of its year."""
    table = compiled(law, frozenset(dropped), day.year, day.year)
    at = day.toordinal()
    kind = DayKind(table.kinds[at - table.first])
    return kind, str(table.names.get(at, "")), str(table.disputed.get(at, ""))


HOLIDAY, SHUT, ONLY_FORWARD = DayKind.HOLIDAY, DayKind.OFFICE_CLOSED, DayKind.FORWARD_ONLY


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_sayings_about_a_day_the_stronger_wins_in_any_order(turned: bool) -> None:
    def named(name: str, kind: DayKind, **more: object) -> HolidayRule:
        return HolidayRule(Text(name), Place.FIXED, month=7, day=8, kind=kind, **more)  # type: ignore[arg-type]

    doubtful = named("doubtful", HOLIDAY, disputed=frozenset(range(7)), unsettled=DOUBT)
    settled, shut, partial = named("settled", HOLIDAY), named("shut", SHUT), named("partial", ONLY_FORWARD)
    wednesday = date(2026, 7, 8)
    for rules, expected in [
        ((doubtful, settled), (HOLIDAY, "settled", "")),
        ((shut, doubtful), (HOLIDAY, "doubtful", "not settled")),
        ((shut, settled), (HOLIDAY, "settled", "")),
        ((partial, settled), (HOLIDAY, "settled", "")),
    ]:
        law = CalendarLaw(rules=rules[::-1] if turned else rules)
        assert table_says(law, wednesday) == expected
    first = (partial, shut) if turned else (shut, partial)
    assert table_says(CalendarLaw(rules=first), wednesday)[1] == first[0].name, "of equals the first is kept"


def test_a_single_day_wins_over_every_rule() -> None:
    wednesday = date(2026, 7, 8)
    law = CalendarLaw(rules=(fixed(7, 8),), single={wednesday: Ruled(wednesday, DayKind.OPEN, Text("worked"))})
    assert table_says(law, wednesday) == (DayKind.OPEN, "worked", "")


def test_what_is_left_out_of_a_view() -> None:
    saturday, wednesday = date(2026, 2, 14), date(2026, 7, 8)
    makeup = CalendarLaw(single={saturday: Ruled(saturday, DayKind.MAKEUP, Text("worked"))})
    assert table_says(makeup, saturday) == (DayKind.MAKEUP, "worked", "")
    assert table_says(makeup, saturday, "forward_only", "disputed")[0] is DayKind.MAKEUP
    assert table_says(makeup, saturday, "makeup") == (DayKind.WEEKEND, "", "")
    forward = CalendarLaw(rules=(fixed(7, 8, kind=ONLY_FORWARD),))
    assert table_says(forward, wednesday, "makeup", "disputed")[0] is ONLY_FORWARD
    assert table_says(forward, wednesday, "forward_only") == (DayKind.OPEN, "", "")
    doubtful = CalendarLaw(rules=(fixed(7, 8, disputed=frozenset({2}), unsettled=DOUBT),))
    assert table_says(doubtful, wednesday, "makeup", "forward_only")[2] == "not settled"
    assert table_says(doubtful, wednesday, "disputed") == (DayKind.OPEN, "", "")
    assert table_says(CalendarLaw(rules=(fixed(7, 8),)), wednesday, "disputed", "makeup", "forward_only")[0] is HOLIDAY


def test_a_rest_day_is_named_and_stays_a_rest_day_for_partial_closures() -> None:
    saturday = date(2026, 7, 4)
    assert table_says(CalendarLaw(rules=(fixed(7, 4),)), saturday) == (HOLIDAY, "Day", "")
    for kind in (ONLY_FORWARD, SHUT):
        doubtful = fixed(7, 4, kind=kind, disputed=frozenset({5}), unsettled=DOUBT)
        assert table_says(CalendarLaw(rules=(doubtful,)), saturday) == (DayKind.WEEKEND, "Day", "")
    opened = CalendarLaw(single={saturday: Ruled(saturday, DayKind.OPEN, DAY)})
    assert table_says(opened, saturday)[0] is DayKind.OPEN


def test_days_moved_in_from_the_neighbouring_years_are_there_and_no_others() -> None:
    into_before = fixed(1, 1, observed={5: -1})  # 1 January 2022 is a Saturday
    into_after = fixed(12, 31, observed={6: 1})  # 31 December 2023 is a Sunday
    law = CalendarLaw(rules=(into_before, into_after))
    assert table_says(law, date(2021, 12, 31))[1] == "Day"
    assert table_says(CalendarLaw(rules=(into_before,)), date(2021, 12, 31))[1] == "Day (observed)"
    assert table_says(CalendarLaw(rules=(into_after,)), date(2024, 1, 1))[1] == "Day (observed)"
    table = compiled(law, frozenset(), 2022, 2022)
    assert min(table.names) >= table.first
    assert max(table.names) < table.first + 365


def test_the_table_of_some_years() -> None:
    law = CalendarLaw(weekend=frozenset({4, 5}), rules=(fixed(3, 2),))
    table = compiled(law, frozenset(), 2023, 2025)
    first, last = date(2023, 1, 1), date(2025, 12, 31)
    assert (table.first, table.years, len(table.kinds)) == (first.toordinal(), (2023, 2025), (last - first).days + 1)
    every = [first + timedelta(i) for i in range(len(table.kinds))]
    is_open = [d.weekday() not in (4, 5) and (d.month, d.day) != (3, 2) for d in every]
    assert table.opens == [d for d, there in zip(every, is_open, strict=True) if there]
    assert list(table.upto) == [sum(is_open[:i]) for i in range(len(every) + 1)]
