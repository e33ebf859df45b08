"""Calendars beyond the years that were compiled at first, to the ends of the countable ones; days for one computation."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from deadline_guard.core.calendar import Calendar, OutOfRange
from deadline_guard.core.holiday_law import CalendarLaw, DayKind, Ruled
from deadline_guard.core.text import Text, both

WORKED = Text("worked", "调休")


def fresh(weekend: frozenset[int] = frozenset({5, 6}), **law: object) -> Calendar:
    """Return a calendar that has compiled nothing yet; at first it compiles 1960 to 2036."""
    made = CalendarLaw(weekend=weekend, **law)  # type: ignore[arg-type]
    return Calendar("x", Text("X"), None, "enacted", date(1960, 1, 1), date(2036, 12, 31), made)


def by_hand(monday: date, n: int) -> date:
    """Return the n-th weekday after a Monday, or before it: five to the week."""
    weeks, rest = divmod(abs(n), 5)
    days = 7 * weeks + (rest if n > 0 or not rest else rest + 2)
    return monday + timedelta(days if n > 0 else -days)


@pytest.mark.parametrize("n", [1, 2, 5, 6, 261, 299, 300, 301, 302, 600, 2000])
def test_counting_on_past_the_last_compiled_year(n: int) -> None:
    for monday in (date(2036, 12, 29), date(2037, 1, 5), date(2060, 3, 1)):
        assert monday.weekday() == 0
        assert fresh().add_working_days(monday, n) == by_hand(monday, n)


@pytest.mark.parametrize("n", [1, 2, 5, 6, 261, 299, 300, 301, 302, 600, 2000])
def test_counting_back_past_the_first_compiled_year(n: int) -> None:
    for monday in (date(1960, 1, 4), date(1959, 12, 28), date(1930, 6, 2)):
        assert monday.weekday() == 0
        assert fresh().add_working_days(monday, -n) == by_hand(monday, -n)


@pytest.mark.parametrize("n", [0, 1, 2, 299, 300, 301, 2000])
def test_where_every_day_is_open_counting_is_adding(n: int) -> None:
    for day in (date(2036, 12, 31), date(2036, 12, 30), date(2037, 1, 1), date(1960, 1, 1), date(1959, 12, 31)):
        always = frozenset[int]()
        assert fresh(always).add_working_days(day, n) == day + timedelta(n)
        assert fresh(always).add_working_days(day, -n) == day - timedelta(n)


def test_a_weekend_outside_the_compiled_years_is_left_like_any_other() -> None:
    saturday = date(2037, 1, 3)
    assert fresh().next_open(saturday) == date(2037, 1, 5)
    assert fresh().previous_open(saturday) == date(2037, 1, 2)
    assert fresh().next_open(date(1959, 12, 26)) == date(1959, 12, 28)
    assert fresh().add_working_days(saturday, 1) == date(2037, 1, 5)
    assert fresh().add_working_days(saturday, 2) == date(2037, 1, 6)
    assert fresh().previous_open(date(1959, 12, 27)) == date(1959, 12, 25)


@pytest.mark.parametrize("rest", [date(2026, 3, 7), date(2026, 3, 8)])
def test_the_first_working_day_after_a_rest_day(rest: date) -> None:
    assert fresh().add_working_days(rest, 1) == date(2026, 3, 9)
    assert fresh().add_working_days(rest, 2) == date(2026, 3, 10)
    assert fresh().add_working_days(rest, -1) == date(2026, 3, 6)


def test_a_rest_day_at_the_end_of_the_compiled_years_is_left_into_the_next_one() -> None:
    last = date(2036, 12, 31)
    wednesdays = frozenset({last.weekday()})
    assert fresh(wednesdays).next_open(last) == last + timedelta(1)
    assert fresh(wednesdays).add_working_days(last, 1) == last + timedelta(1)
    assert fresh(frozenset({4})).previous_open(date(1960, 1, 1)) == date(1959, 12, 31)  # a Friday


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2037, 1, 1), True),  # the first day that is not compiled yet
        (date(2037, 1, 3), False),
        (date(2060, 3, 6), False),
        (date(2060, 3, 8), True),
        (date(1959, 12, 31), True),
        (date(1959, 12, 27), False),
        (date(1900, 1, 1), True),
    ],
)
def test_a_calendar_in_use_answers_for_years_that_it_has_not_compiled(day: date, is_open: bool) -> None:
    calendar = fresh()
    assert calendar.is_open(date(2026, 1, 2))
    assert calendar.is_open(day) is is_open
    assert calendar.kind_of(day) is (DayKind.OPEN if is_open else DayKind.WEEKEND)


@pytest.mark.parametrize("n", [0, 1])
def test_the_first_open_day_of_all_is_found_from_far_away(n: int) -> None:
    calendar = fresh()
    assert calendar.is_open(date(2026, 1, 2))  # the years around it are compiled now
    assert calendar.add_working_days(date(1583, 1, 1), n) == date(1583, 1, 3)  # a Saturday and a Monday


def test_the_first_and_the_last_countable_day_are_reached_and_no_further() -> None:
    always = frozenset[int]()
    assert fresh(always).add_working_days(date(2999, 12, 30), 1) == date(2999, 12, 31)
    assert fresh(always).add_working_days(date(1583, 1, 2), -1) == date(1583, 1, 1)
    for day, n in ((date(2999, 12, 30), 2), (date(2999, 12, 31), 1), (date(1583, 1, 2), -2), (date(1583, 1, 1), -1)):
        with pytest.raises(OutOfRange) as refused:
            fresh(always).add_working_days(day, n)
        assert str(refused.value) == f"{n} working days from {day} leave the years that can be counted"


@pytest.mark.parametrize("day", [date(1582, 12, 31), date(3000, 1, 1)])
def test_days_outside_the_countable_years_are_named(day: date) -> None:
    for ask in (fresh().is_open, fresh().name_of, fresh().disputed, fresh().kind_of):
        with pytest.raises(OutOfRange) as refused:
            ask(day)
        assert str(refused.value) == f"{day} lies outside the years that can be counted (1583 to 2999)"


def test_a_span_over_the_edge_of_the_compiled_years() -> None:
    low, high = date(1959, 12, 28), date(2037, 1, 4)
    for a, b in ((date(2036, 12, 29), high), (low, date(1960, 1, 3)), (low, high)):
        closed = [d for d in (a + timedelta(i) for i in range((b - a).days + 1)) if d.weekday() > 4]
        assert [d for d, _ in fresh().closed_between(a, b)] == closed
        assert [d for d, _ in fresh().closed_between(b, a)] == closed[::-1]
        weekdays = sum((a + timedelta(i)).weekday() < 5 for i in range(1, (b - a).days + 1))
        assert fresh().working_days_between(a, b) == weekdays
        assert fresh().working_days_between(b, a) == -weekdays


def test_days_of_unsettled_status_within_a_span_the_ends_included() -> None:
    doubt = Text("not settled", "尚无定论")
    days = [date(2026, 7, 1), date(2026, 7, 2), date(2026, 7, 6)]
    single = {d: Ruled(d, DayKind.HOLIDAY, Text("day"), doubt) for d in reversed(days)}
    calendar = fresh(single=single)
    assert calendar.disputed_between(date(2026, 6, 1), date(2026, 8, 1)) == days
    assert calendar.disputed_between(days[0], days[2]) == days
    assert calendar.disputed_between(date(2026, 7, 2), date(2026, 7, 5)) == days[1:2]
    assert calendar.disputed_between(days[2], days[0]) == []
    assert fresh(single=single).disputed_between(date(1950, 1, 1), date(2050, 1, 1)) == days


SATURDAY, WEDNESDAY, HOLIDAY = date(2026, 3, 7), date(2026, 3, 4), date(2026, 3, 9)


def test_what_is_given_for_one_computation_is_named_as_given() -> None:
    once = fresh().with_days([WEDNESDAY], [SATURDAY])
    closed, worked = once.name_of(WEDNESDAY), once.name_of(SATURDAY)
    assert closed is not None
    assert worked is not None
    assert both(closed) == {"en": "closed day given for this computation", "zh": "本次计算指定的休息日"}
    assert both(worked) == {"en": "worked weekend day given for this computation", "zh": "本次计算指定的调休上班日"}
    assert once.kind_of(WEDNESDAY) is DayKind.HOLIDAY
    assert once.kind_of(SATURDAY) is DayKind.MAKEUP
    assert {day: ruled.day for day, ruled in once.law.single.items()} == {d: d for d in (WEDNESDAY, SATURDAY)}
    assert once.without_makeup().kind_of(SATURDAY) is DayKind.WEEKEND


def test_what_is_given_stands_beside_what_the_calendar_knows() -> None:
    known = {HOLIDAY: Ruled(HOLIDAY, DayKind.HOLIDAY, Text("Monday off"))}
    calendar = fresh(single=known)
    for once in (calendar.with_days([WEDNESDAY]), calendar.with_days((), [SATURDAY]), calendar.with_days([HOLIDAY])):
        assert once.why_closed(HOLIDAY) == "Monday off"
        assert once is not calendar
    assert calendar.with_days([WEDNESDAY]).is_open(SATURDAY) is False
    assert calendar.with_days((), [SATURDAY]).is_open(WEDNESDAY) is True
    assert calendar.with_days() is calendar


@pytest.mark.parametrize(
    "day", [date(1583, 1, 5), date(1960, 1, 4), date(2026, 3, 4), date(2100, 3, 3), date(2999, 12, 30)]
)
def test_days_can_be_given_anywhere_in_the_countable_years(day: date) -> None:
    once = fresh().with_days([day])
    assert not once.is_open(day)
    assert once.is_open(day + timedelta(1))
    assert once.next_open(day) == day + timedelta(1)


def test_a_view_is_made_once_and_only_where_it_differs() -> None:
    makeup = {SATURDAY: Ruled(SATURDAY, DayKind.MAKEUP, WORKED)}
    calendar = fresh(single=makeup)
    assert calendar.without_makeup() is calendar.without_makeup()
    assert calendar.without_makeup() is not calendar
    assert calendar.without_makeup().without_makeup() is calendar.without_makeup()
    assert calendar.backward() is calendar
    assert calendar.lenient() is calendar
