"""The phrases of rule files mean what a lawyer reads, and nothing else is taken."""

from datetime import date, time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadline_guard.core.rules import Internal, Wait, When, WhenKind
from deadline_guard.rulebook import phrases


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("due", When(WhenKind.DUE)),
        ("2/3 of limit", When(WhenKind.FRACTION, Fraction(2, 3))),
        ("75 percent of limit", When(WhenKind.FRACTION, Fraction(3, 4))),
        ("66.6% of limit", When(WhenKind.FRACTION, Fraction(333, 500))),
        ("100 percent of limit", When(WhenKind.FRACTION, Fraction(1))),
        ("5 working days before", When(WhenKind.WORKING_DAYS, Fraction(5))),
        ("5 working_days before", When(WhenKind.WORKING_DAYS, Fraction(5))),
        ("one working day before at 09:00", When(WhenKind.WORKING_DAYS, Fraction(1), time(9))),
        ("7 days before", When(WhenKind.DAYS, Fraction(7))),
        ("7 calendar days before at 8:30", When(WhenKind.DAYS, Fraction(7), time(8, 30))),
        ("0 days before at 09:00", When(WhenKind.DAYS, Fraction(0), time(9))),
        ("4 hours before", When(WhenKind.HOURS, Fraction(4))),
        ("1.5 hours before", When(WhenKind.HOURS, Fraction(3, 2))),
        ("30 minutes before", When(WhenKind.HOURS, Fraction(1, 2))),
        ("below 600", When(WhenKind.VALUE, Fraction(600), op="below")),
        ("above -0.5", When(WhenKind.VALUE, Fraction(-1, 2), op="above")),
        ("  5  Working Days before ", When(WhenKind.WORKING_DAYS, Fraction(5))),
    ],
)
def test_places_of_thresholds(text, when):
    assert phrases.when(text) == when


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3 days",
        "-3d",
        "3 days after",
        "2.5 days before",
        "5 working hours before",
        "4 hours before at 09:00",
        "7 days before at 25:00",
        "7 days before at 09:60",
        "3/2 of limit",
        "1/0 of limit",
        "101 percent of limit",
        "zero days before",
        "9999999 days before",
        "due at 09:00",
        "between 1 and 2",
    ],
)
def test_what_is_no_threshold(text):
    assert phrases.when(text) is None


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("30 minutes", Wait(Fraction(30), "minutes")),
        ("1 hour", Wait(Fraction(1), "hours")),
        ("two days", Wait(Fraction(2), "days")),
        ("4 working hours", Wait(Fraction(4), "working_hours")),
        ("2 working days", Wait(Fraction(2), "working_days")),
        ("1.5 hours", Wait(Fraction(3, 2), "hours")),
        ("0 hours", None),
        ("5 working minutes", None),
        ("4", None),
        ("18:00", None),
        ("1 week", None),
    ],
)
def test_waits(text, wait):
    assert phrases.wait(text) == wait


@pytest.mark.parametrize(
    ("text", "internal"),
    [
        ("17:00", Internal(0, False, time(17))),
        ("17:00 on the due day", Internal(0, False, time(17))),
        ("17:00 one working day before", Internal(1, True, time(17))),
        ("12:00 2 days before", Internal(2, False, time(12))),
        ("24:00", None),
        ("17:00 1.5 days before", None),
        ("one day before", None),
    ],
)
def test_internal_limits(text, internal):
    assert phrases.internal(text) == internal


def test_a_place_after_the_due_date_is_recognised_as_such():
    after = ["1 day after", "110 percent of limit", "4/3 of limit", "12:00 one day after"]
    assert [phrases.after_due(text) for text in after] == [True] * 4
    assert not any(phrases.after_due(text) for text in ("afterwards", "3 days", "1/0 of limit", "90 percent of limit"))


def test_dates_and_times_must_exist():
    assert phrases.civil_date("2028-02-29") == date(2028, 2, 29)
    assert [phrases.civil_date(text) for text in ("2026-02-29", "2026-2-1", "20260201", "tomorrow")] == [None] * 4
    assert phrases.time_of_day("00:00") == time(0)
    assert [phrases.time_of_day(text) for text in ("24:00", "8.30", "12:60", "")] == [None] * 4


@given(
    st.text()
    | st.from_regex(r"[0-9./%]{1,6} ?(working )?(days|hours|percent of limit|of limit)( before)?( at [0-9:]{1,6})?")
)
def test_no_phrase_whatever_raises(text):
    for read in (
        phrases.when,
        phrases.wait,
        phrases.internal,
        phrases.civil_date,
        phrases.time_of_day,
        phrases.after_due,
    ):
        read(text)


@given(st.integers(0, 999), st.sampled_from(["working days", "days", "hours"]))
def test_every_whole_number_of_a_unit_is_read_back(n, unit):
    kinds = {"working days": WhenKind.WORKING_DAYS, "days": WhenKind.DAYS, "hours": WhenKind.HOURS}
    assert phrases.when(f"{n} {unit} before") == When(kinds[unit], Fraction(n))
