"""The compiled calendar: look-ups, views, growth beyond the table, days given for one computation."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadline_guard.core.calendar import Calendar, OutOfRange
from deadline_guard.core.holiday_law import CalendarLaw, DayKind, HolidayRule, Place, Ruled, easter
from deadline_guard.core.text import Text

UNSETTLED = Text("not settled", "尚无定论")
LAW = CalendarLaw(
    rules=(
        HolidayRule(
            Text("New Year", "元旦"),
            Place.FIXED,
            month=1,
            day=1,
            observed={5: -1, 6: 1},
            disputed=frozenset({5}),
            unsettled=UNSETTLED,
        ),
        HolidayRule(Text("Good Friday", "耶稣受难日"), Place.EASTER, offset=-2),
        HolidayRule(Text("Labour Day", "劳动节"), Place.NTH, month=9, weekday=0, nth=1),
        HolidayRule(Text("Nevada Day", "内华达日"), Place.NTH, month=10, weekday=4, nth=-1, kind=DayKind.FORWARD_ONLY),
        HolidayRule(Text("Old day", "旧节"), Place.FIXED, month=6, day=17, until=1990),
        HolidayRule(
            Text("Repentance", "忏悔日"),
            Place.NEAR,
            month=11,
            day=23,
            weekday=2,
            nth=-1,
            except_years=frozenset({2025}),
        ),
        HolidayRule(Text("Election", "选举日"), Place.NEAR, month=11, day=2, weekday=1, nth=1, only=frozenset({2024})),
    ),
    single={
        date(2026, 2, 14): Ruled(date(2026, 2, 14), DayKind.MAKEUP, Text("worked", "调休上班")),
        date(2026, 7, 8): Ruled(date(2026, 7, 8), DayKind.OFFICE_CLOSED, Text("shut", "关闭")),
    },
)


def calendar(law: CalendarLaw = LAW) -> Calendar:
    return Calendar("x", Text("X"), None, "enacted", date(1960, 1, 1), date(2036, 12, 31), law)


CAL = calendar()


@pytest.mark.parametrize(
    ("day", "kind", "why"),
    [
        ("2026-01-01", DayKind.HOLIDAY, "New Year"),
        ("2026-01-02", DayKind.OPEN, None),
        ("2026-01-03", DayKind.WEEKEND, "Saturday"),
        ("2026-01-04", DayKind.WEEKEND, "Sunday"),
        ("2021-12-31", DayKind.HOLIDAY, "New Year (observed)"),  # 1 January 2022 is a Saturday
        ("2023-01-02", DayKind.HOLIDAY, "New Year (observed)"),  # 1 January 2023 is a Sunday
        ("2026-04-03", DayKind.HOLIDAY, "Good Friday"),
        ("2025-09-01", DayKind.HOLIDAY, "Labour Day"),
        ("2025-10-31", DayKind.FORWARD_ONLY, "Nevada Day"),
        ("1990-06-17", DayKind.HOLIDAY, "Old day"),
        ("1991-06-17", DayKind.OPEN, None),
        ("2024-11-20", DayKind.HOLIDAY, "Repentance"),
        ("2025-11-19", DayKind.OPEN, None),
        ("2024-11-05", DayKind.HOLIDAY, "Election"),
        ("2022-11-08", DayKind.OPEN, None),
        ("2026-02-14", DayKind.MAKEUP, None),
        ("2026-07-08", DayKind.OFFICE_CLOSED, "shut"),
    ],
)
def test_what_a_day_is_and_why(day: str, kind: DayKind, why: str | None) -> None:
    found = date.fromisoformat(day)
    assert (CAL.kind_of(found), CAL.why_closed(found)) == (kind, why)
    assert CAL.is_open(found) == (why is None)


def test_names_of_days_are_known_for_worked_days_too() -> None:
    assert CAL.name_of(date(2026, 2, 14)) == "worked"
    assert CAL.name_of(date(2026, 2, 13)) is None


@pytest.mark.parametrize(
    ("year", "day"),
    # Dates of Easter printed in every church calendar, with the two extremes.
    [
        (1818, "1818-03-22"),
        (1943, "1943-04-25"),
        (2000, "2000-04-23"),
        (2024, "2024-03-31"),
        (2026, "2026-04-05"),
        (2038, "2038-04-25"),
    ],
)
def test_easter(year: int, day: str) -> None:
    assert easter(year).isoformat() == day


def test_next_and_previous_open_day() -> None:
    assert CAL.next_open(date(2026, 1, 1)) == date(2026, 1, 2)
    assert CAL.next_open(date(2026, 1, 2)) == date(2026, 1, 2)
    assert CAL.previous_open(date(2026, 1, 4)) == date(2026, 1, 2)
    assert CAL.previous_open(date(2026, 1, 2)) == date(2026, 1, 2)


def test_the_nth_working_day_in_both_directions() -> None:
    assert CAL.add_working_days(date(2026, 1, 2), 1) == date(2026, 1, 5)
    assert CAL.add_working_days(date(2026, 1, 5), -1) == date(2026, 1, 2)
    assert CAL.add_working_days(date(2026, 1, 3), -1) == date(2026, 1, 2)
    assert CAL.add_working_days(date(2026, 1, 3), 0) == date(2026, 1, 5)
    assert CAL.add_working_days(date(2026, 2, 13), 1) == date(2026, 2, 14)


DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@given(DAYS, st.integers(-700, 700))
def test_look_up_agrees_with_a_walk(day: date, n: int) -> None:
    found = CAL.add_working_days(day, n)
    step, walked, left = (1 if n > 0 else -1), day, abs(n)
    if n == 0:
        while not CAL.is_open(walked):
            walked += timedelta(1)
    while left:
        walked += timedelta(step)
        left -= CAL.is_open(walked)
    assert found == walked


@given(DAYS, DAYS)
def test_working_days_between_counts_what_adding_adds(a: date, b: date) -> None:
    n = CAL.working_days_between(a, b)
    assert CAL.working_days_between(b, a) == -n
    low, high = min(a, b), max(a, b)
    assert abs(n) == sum(CAL.is_open(low + timedelta(i)) for i in range(1, (high - low).days + 1))


@given(DAYS)
def test_the_answer_does_not_depend_on_what_was_asked_before(day: date) -> None:
    fresh = calendar()
    assert fresh.add_working_days(day, 10) == CAL.add_working_days(day, 10)
    assert fresh.why_closed(day) == CAL.why_closed(day)


@pytest.mark.parametrize("day", [date(1583, 1, 1), date(2999, 12, 31)])
def test_the_ends_of_the_countable_years_answer(day: date) -> None:
    assert CAL.is_open(day) in (True, False)


def test_beyond_the_countable_years_is_an_error_not_a_guess() -> None:
    with pytest.raises(OutOfRange, match="1582"):
        CAL.is_open(date(1582, 12, 31))
    with pytest.raises(OutOfRange):
        CAL.add_working_days(date(2999, 12, 30), 5)
    with pytest.raises(OutOfRange):
        CAL.add_working_days(date(1583, 1, 4), -5)
    with pytest.raises(OutOfRange):
        CAL.next_open(date(3000, 1, 1))


def test_beyond_the_known_years_the_nearest_years_law_answers() -> None:
    law = replace(
        LAW, rules=(HolidayRule(Text("Old"), Place.FIXED, month=6, day=17, until=1990),), first=1980, last=1985
    )
    old = replace(calendar(law), known_from=date(1980, 1, 1), known_through=date(1985, 12, 31))
    assert not old.is_open(date(1999, 6, 17))  # a Thursday: the law of 1985 goes on
    assert not old.is_known(date(1999, 6, 17))
    assert old.is_known(date(1985, 12, 31))
    assert old.is_known(date(1980, 1, 1))
    assert not old.is_known(date(1979, 12, 31))


def test_forward_only_days_are_open_when_counting_back() -> None:
    day = date(2025, 10, 31)
    assert CAL.forward_only(day)
    assert not CAL.is_open(day)
    assert CAL.backward().is_open(day)
    assert CAL.backward().why_closed(date(2026, 1, 1)) == "New Year"
    assert CAL.backward() is CAL.backward()


def test_a_forward_only_day_on_a_weekend_stays_a_weekend_both_ways() -> None:
    law = replace(
        LAW, rules=(HolidayRule(Text("State"), Place.FIXED, month=2, day=14, kind=DayKind.FORWARD_ONLY),), single={}
    )
    state = calendar(law)
    assert state.kind_of(date(2026, 2, 14)) is DayKind.WEEKEND
    assert not state.backward().is_open(date(2026, 2, 14))


def test_unsettled_days_are_closed_here_and_open_in_the_lenient_calendar() -> None:
    day = date(2021, 12, 31)
    assert CAL.disputed(day) == UNSETTLED
    assert CAL.disputed(date(2023, 1, 2)) is None
    assert not CAL.is_open(day)
    assert CAL.lenient().is_open(day)
    assert CAL.disputed_between(date(2021, 1, 1), date(2022, 12, 31)) == [day]


def test_a_settled_holiday_on_the_same_day_ends_the_doubt() -> None:
    both = (*LAW.rules, HolidayRule(Text("Eve"), Place.FIXED, month=12, day=31))
    assert calendar(replace(LAW, rules=both)).disputed(date(2021, 12, 31)) is None


def test_worked_weekend_days_can_be_read_as_rest_days() -> None:
    assert CAL.is_open(date(2026, 2, 14))
    assert not CAL.without_makeup().is_open(date(2026, 2, 14))
    assert CAL.without_makeup().why_closed(date(2026, 2, 14)) == "Saturday"


def test_a_calendar_without_such_days_is_its_own_view() -> None:
    plain = calendar(CalendarLaw())
    assert plain.backward() is plain
    assert plain.lenient() is plain
    assert plain.without_makeup() is plain


def test_days_given_for_one_computation_leave_the_calendar_alone() -> None:
    closed, worked = date(2026, 3, 4), date(2026, 3, 7)
    once = CAL.with_days([closed], [worked])
    assert (once.is_open(closed), once.is_open(worked)) == (False, True)
    assert once.why_closed(closed) == "closed day given for this computation"
    assert (CAL.is_open(closed), CAL.is_open(worked)) == (True, False)
    assert once.add_working_days(date(2026, 3, 3), 1) == date(2026, 3, 5)
    assert once.next_open(date(2070, 1, 1)) == CAL.next_open(date(2070, 1, 1))
    assert CAL.with_days() is CAL


def test_the_weekend_belongs_to_the_calendar() -> None:
    friday = calendar(CalendarLaw(weekend=frozenset({4, 5})))
    assert [friday.is_open(date(2026, 3, 1) + timedelta(i)) for i in range(7)] == [True] * 5 + [False] * 2


def test_a_leap_day_exists_in_leap_years_only() -> None:
    leap = calendar(CalendarLaw(rules=(HolidayRule(Text("Leap"), Place.FIXED, month=2, day=29),)))
    assert leap.why_closed(date(2024, 2, 29)) == "Leap"
    assert leap.is_open(date(2023, 2, 28))
    assert leap.is_open(date(2023, 3, 1))


def test_a_day_that_is_moved_is_not_kept_twice() -> None:
    rule = HolidayRule(Text("Day"), Place.FIXED, month=7, day=4, moved={5: 2})
    moved = calendar(CalendarLaw(rules=(rule,)))
    assert moved.why_closed(date(2026, 7, 6)) == "Day (observed)"  # 4 July 2026 is a Saturday
    assert moved.why_closed(date(2026, 7, 4)) == "Saturday"
    assert moved.why_closed(date(2025, 7, 4)) == "Day"


def test_rules_can_depend_on_the_weekday_of_the_day_and_of_christmas() -> None:
    rules = (
        HolidayRule(Text("Monday only"), Place.FIXED, month=11, day=1, weekdays=frozenset({0})),
        HolidayRule(Text("After"), Place.FIXED, month=12, day=27, christmas=frozenset({0}), kind=DayKind.OFFICE_CLOSED),
    )
    found = calendar(CalendarLaw(rules=rules))
    assert found.why_closed(date(2021, 11, 1)) == "Monday only"
    assert found.is_open(date(2022, 11, 1))
    assert found.kind_of(date(2017, 12, 27)) is DayKind.OFFICE_CLOSED
    assert found.is_open(date(2018, 12, 27))


def test_closed_days_of_a_span_come_in_its_order_with_their_reasons() -> None:
    found = CAL.closed_between(date(2026, 1, 1), date(2026, 1, 5))
    assert [(d.day, str(why)) for d, why in found] == [(1, "New Year"), (3, "Saturday"), (4, "Sunday")]
    assert CAL.closed_between(date(2026, 1, 5), date(2026, 1, 1)) == found[::-1]
    assert CAL.closed_between(date(2026, 1, 5), date(2026, 1, 5)) == []
