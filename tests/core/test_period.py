"""Lengths: what can be written, what is refused, how they print."""

import pickle
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadline_guard.core.period import Period, Unit, parse_period
from deadline_guard.core.text import Text


@pytest.mark.parametrize(
    ("text", "n", "unit"),
    [
        ("15 days", 15, Unit.DAYS),
        ("1 day", 1, Unit.DAYS),
        ("3 months", 3, Unit.MONTHS),
        ("1.5 months", Fraction(3, 2), Unit.MONTHS),
        ("1/2 years", Fraction(1, 2), Unit.YEARS),
        ("2 working days", 2, Unit.WORKING_DAYS),
        ("2 working_days", 2, Unit.WORKING_DAYS),
        ("3 clear days", 3, Unit.CLEAR_DAYS),
        ("1 half month", 1, Unit.HALF_MONTHS),
        ("48 hours", 48, Unit.HOURS),
        ("1.5 hours", Fraction(3, 2), Unit.HOURS),
        ("  0 weeks ", 0, Unit.WEEKS),
        ("2 years", 2, Unit.YEARS),
    ],
)
def test_periods_that_statutes_write(text: str, n: int | Fraction, unit: Unit) -> None:
    assert parse_period(text) == Period(n, unit)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("3 month s", "is not a period"),
        ("fifteen days", "is not a period"),
        ("15", "is not a period"),
        ("15 fortnights", "units: hours, days, working days"),
        ("-1 days", "is not a period"),
        ("1.5 days", "whole numbers"),
        ("2.5 working days", "whole numbers"),
        ("1.3 months", "whole and half numbers"),
        ("1/5 years", "twelfths"),
        ("1/0 days", "divides by zero"),
        ("1000001 days", "longer than anything"),
        ("", "is not a period"),
    ],
)
def test_what_is_refused_and_what_is_expected_instead(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_period(text)


@pytest.mark.parametrize("found", [15, None, ["15 days"]])
def test_what_is_no_text_is_refused_as_other_lengths_are(found: object) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{found!r} is not a period")):
        parse_period(found)  # type: ignore[arg-type]


def test_a_negative_length_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        Period(-1, Unit.DAYS)


@pytest.mark.parametrize(
    ("period", "en", "zh"),
    [
        ("15 days", "15 days", "15日"),
        ("1 days", "1 day", "1日"),
        ("6 months", "6 months", "6个月"),
        ("1.5 months", "1.5 months", "1.5个月"),
        ("2 years", "2 years", "2年"),
        ("48 hours", "48 hours", "48小时"),
        ("3 working days", "3 working days", "3个工作日"),
    ],
)
def test_a_period_prints_in_both_languages(period: str, en: str, zh: str) -> None:
    assert (parse_period(period).text("en"), parse_period(period).text("zh_Hans")) == (en, zh)


@given(st.integers(0, 10**6), st.sampled_from(list(Unit)))
def test_the_english_text_reads_back(n: int, unit: Unit) -> None:
    assert parse_period(str(Period(n, unit))) == Period(n, unit)


@given(st.integers(0, 10**4))
def test_fractions_read_back(n: int) -> None:
    for period in (Period(Fraction(n, 12), Unit.YEARS), Period(Fraction(n, 2), Unit.MONTHS)):
        assert parse_period(str(period)) == period


def test_whole_fractions_become_integers() -> None:
    assert Period(Fraction(30, 2), Unit.DAYS) == Period(15, Unit.DAYS)
    assert type(Period(Fraction(30, 2), Unit.DAYS).n) is int


def test_a_text_keeps_both_languages_through_pickle() -> None:
    text = Text("Good Friday", "耶稣受难日")
    again = pickle.loads(pickle.dumps(text))
    assert (str(again), again.zh, again.said("zh_Hans"), again.said("en")) == (
        "Good Friday",
        "耶稣受难日",
        "耶稣受难日",
        "Good Friday",
    )
    assert Text("only").zh == "only"


@pytest.mark.parametrize(
    ("period", "text"),
    [
        (Period(Fraction(3, 2), Unit.MONTHS), "1.5 months"),
        (Period(Fraction(1, 12), Unit.YEARS), "1/12 years"),
        (Period(Fraction(1, 4), Unit.YEARS), "0.25 years"),
        (Period(100, Unit.DAYS), "100 days"),
        (Period(Fraction(201, 2), Unit.MONTHS), "100.5 months"),
        (Period(1, Unit.HALF_MONTHS), "1 half month"),
        (Period(2, Unit.HALF_MONTHS), "2 half months"),
        (Period(1, Unit.WORKING_DAYS), "1 working day"),
    ],
)
def test_a_period_is_english_where_no_language_is_asked(period: Period, text: str) -> None:
    assert (str(period), period.text(), period.text("en")) == (text, text, text)


@pytest.mark.parametrize(
    ("unit", "one"),
    [
        (Unit.HOURS, "1小时"),
        (Unit.DAYS, "1日"),
        (Unit.WORKING_DAYS, "1个工作日"),
        (Unit.CLEAR_DAYS, "1个整日"),
        (Unit.WEEKS, "1周"),
        (Unit.HALF_MONTHS, "1个半月"),
        (Unit.MONTHS, "1个月"),
        (Unit.YEARS, "1年"),
    ],
)
def test_every_unit_in_chinese(unit: Unit, one: str) -> None:
    assert Period(1, unit).text("zh_Hans") == Period(1, unit).text("zh") == one


@pytest.mark.parametrize(
    ("n", "unit", "words"),
    [
        (-1, Unit.DAYS, "-1 is negative; a length is 0 or more, and counting back is a direction"),
        (Fraction(-1, 2), Unit.MONTHS, "-0.5 is negative; a length is 0 or more, and counting back is a direction"),
        (1_000_001, Unit.WORKING_DAYS, "1000001 working_days is longer than anything that can be counted"),
        (Fraction(5, 2), Unit.DAYS, "2.5 days cannot be counted; days takes whole numbers"),
        (Fraction(5, 4), Unit.MONTHS, "1.25 months cannot be counted; months takes whole and half numbers"),
        (Fraction(1, 5), Unit.YEARS, "0.2 years cannot be counted; years takes whole numbers and twelfths"),
        (Fraction(1, 3), Unit.WEEKS, "1/3 weeks cannot be counted; weeks takes whole numbers"),
    ],
)
def test_the_words_of_a_refusal(n: int | Fraction, unit: Unit, words: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        Period(n, unit)


def test_the_longest_and_the_shortest_length() -> None:
    assert Period(1_000_000, Unit.DAYS).n == 1_000_000
    assert Period(0, Unit.DAYS).n == 0
    assert Period(Fraction(1, 7), Unit.HOURS).n == Fraction(1, 7)
