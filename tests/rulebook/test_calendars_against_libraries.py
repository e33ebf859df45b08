"""The shipped calendars against the library `holidays`, day by day over decades."""

from datetime import date, timedelta

import holidays
import pytest

from deadline_guard.core.calendar import Calendar
from deadline_guard.core.holiday_law import DayKind
from deadline_guard.rulebook.calendars import shipped

GERMAN = {
    **{f"de-{s.lower()}": s for s in holidays.Germany.subdivisions if len(s) == 2},
    "de": None,
    "de-by-augsburg": "Augsburg",
}
CATHOLIC = {"de-by-catholic": "BY", "de-sn-catholic": "SN", "de-th-catholic": "TH"}
STATES = sorted(name for name in shipped() if name.startswith("us-"))


def days(first: int, last: int) -> list[date]:
    start = date(first, 1, 1)
    return [start + timedelta(i) for i in range((date(last, 12, 31) - start).days + 1)]


def differing(calendar: Calendar, rest: set[date], first: int, last: int) -> list[str]:
    """Return the days on which the calendar and the library disagree about being open."""
    return [
        f"{day} {calendar.why_closed(day)}"
        for day in days(first, last)
        if calendar.is_open(day) != (day.weekday() < 5 and day not in rest)
    ]


def test_federal_holidays_of_the_united_states_1960_to_2036() -> None:
    us = shipped()["us"]
    library = set(holidays.US(years=range(1960, 2038)))
    wrong = {date.fromisoformat(line[:10]) for line in differing(us, library, 1960, 2036)}
    # The library knows the Friday before a Saturday holiday from 1966 on; here these days are unsettled anyway.
    fridays = {date(1961, 11, 10), date(1964, 7, 3), date(1965, 12, 24), date(1965, 12, 31)}
    assert wrong - set(us.law.single) == fridays
    assert all(us.disputed(day) for day in wrong)


def test_executive_closures_are_those_of_the_government_category() -> None:
    library = holidays.US(years=range(1999, 2027), categories=("government",))
    public = holidays.US(years=range(1999, 2027))
    full = {d for d in library if d not in public and "half-day" not in library[d]}
    us = shipped()["us"]
    assert set(us.law.single) == full
    assert all(us.disputed(day) for day in full)


@pytest.mark.parametrize("name", STATES)
def test_state_days_close_forward_periods_only(name: str) -> None:
    calendar = shipped()[name]
    federal = shipped()["us"]
    library = set(holidays.US(subdiv=name[3:].upper(), years=range(1960, 2037)))
    for day in days(1960, 2036):
        expected = federal.is_open(day) and day in library
        assert calendar.forward_only(day) == expected, (day, calendar.why_closed(day))
        assert calendar.backward().is_open(day) == federal.is_open(day), day


def test_bank_holidays_of_england_and_wales_1971_to_2036() -> None:
    library = set(holidays.country_holidays("GB", subdiv="ENG", years=range(1971, 2037)))
    assert differing(shipped()["gb-eaw"], library, 1971, 2036) == []


@pytest.mark.parametrize("name", sorted(GERMAN))
def test_german_laender_1991_to_2036(name: str) -> None:
    library = set(holidays.Germany(subdiv=GERMAN[name], years=range(1991, 2037)))
    assert differing(shipped()[name], library, 1991, 2036) == []


@pytest.mark.parametrize("name", sorted(CATHOLIC))
def test_catholic_communities_1991_to_2036(name: str) -> None:
    years = range(1991, 2037)
    library = set(holidays.Germany(subdiv=CATHOLIC[name], years=years, categories=("public", "catholic")))
    assert differing(shipped()[name], library, 1991, 2036) == []


def test_the_court_of_justice_keeps_the_public_holidays_of_luxembourg() -> None:
    # The Court's list is that of its seat plus 26 December, which Luxembourg has too; before 2020 without 9 May.
    library = set(holidays.Luxembourg(years=range(2020, 2037)))
    assert differing(shipped()["eu-cj"], library, 2020, 2036) == []


def test_every_enacted_calendar_reaches_ten_years_ahead() -> None:
    for calendar in shipped().values():
        if calendar.kind == "enacted":
            assert calendar.known_through >= date(2036, 12, 31), calendar.id
            assert calendar.known_from <= date(1991, 1, 1), calendar.id


def test_every_reason_is_given_in_both_languages() -> None:
    for calendar in shipped().values():
        for day in days(2024, 2027):
            why = calendar.why_closed(day)
            assert why is None or (why.zh and why.zh != str(why)), (calendar.id, day, why)


def test_court_offices_close_one_more_day_at_christmas() -> None:
    offices, courts = shipped()["gb-eaw-court-office"], shipped()["gb-eaw"]
    for day in ("2017-12-27", "2018-12-24", "2021-12-24", "2024-12-27", "2025-12-24"):
        closed = date.fromisoformat(day)
        assert offices.kind_of(closed) is DayKind.OFFICE_CLOSED
        assert courts.is_open(closed)
        assert offices.disputed(closed) is None
    # Christmas 2026 falls on a Friday: no notice was seen for that weekday.
    assert offices.disputed(date(2026, 12, 24))
    assert offices.disputed(date(2026, 12, 29))
