"""What stands in a cell: text, numbers, dates; nothing is guessed."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadline_guard.intake.cells import cell_name, integer_of, number_of, text_of
from deadline_guard.intake.dates import Moments, NotReadable
from deadline_guard.store.columns import instant, micros


@pytest.mark.parametrize(
    ("row", "column", "name"),
    [(1, 0, "A1"), (12, 25, "Z12"), (3, 26, "AA3"), (3, 51, "AZ3"), (3, 52, "BA3"), (7, 701, "ZZ7"), (7, 702, "AAA7")],
)
def test_a_cell_is_named_as_in_a_spreadsheet(row: int, column: int, name: str) -> None:
    assert cell_name(row, column) == name


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        ("  华山\u3000", "华山"),
        (123.0, "123"),
        (-4.0, "-4"),
        (12.5, "12.5"),
        (999_999_999_999_999.0, "999999999999999"),
        (True, "TRUE"),
        (date(2026, 11, 3), "2026-11-03"),
        (datetime(2026, 11, 3, 9, 30), "2026-11-03T09:30:00"),  # noqa: DTZ001
    ],
)
def test_text_is_what_a_person_reads(cell: object, text: str) -> None:
    assert text_of(cell) == text  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", [12345678901234567890.0, 1e15, time(3, 4)])
def test_a_number_that_lost_digits_and_a_bare_time_are_refused(cell: object) -> None:
    with pytest.raises(NotReadable):
        text_of(cell)  # type: ignore[arg-type]


@pytest.mark.parametrize(("cell", "number"), [("1250", 1250), ("-3.5", -3.5), (7.0, 7), (7.25, 7.25), ("+8", 8)])
def test_plain_numbers_are_read(cell: object, number: float) -> None:
    assert number_of(cell) == number  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", ["1,250", "1 250", "1.2.3", "", "12元", "0x10", "1e5", "-", True, "."])
def test_anything_else_is_no_number(cell: object) -> None:
    with pytest.raises(NotReadable):
        number_of(cell)  # type: ignore[arg-type]


def test_a_fraction_is_no_whole_number() -> None:
    assert integer_of("41") == 41
    with pytest.raises(NotReadable, match="whole"):
        integer_of("41.5")


SHANGHAI = Moments(("%Y-%m-%d", "%Y年%m月%d日", "%Y-%m-%dT%H:%M:%S"), "Asia/Shanghai")


def test_text_dates_are_read_by_the_formats_of_the_mapping() -> None:
    assert SHANGHAI.on("2026年11月3日") == "2026-11-03"
    assert SHANGHAI.on(date(2026, 11, 3)) == "2026-11-03"
    assert SHANGHAI.at("2026-11-03T08:30:00") == ("2026-11-03", micros(datetime(2026, 11, 3, 0, 30, tzinfo=UTC)))
    assert SHANGHAI.on("") is None
    assert SHANGHAI.at("") is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-03T25:00:00",
        "2026-11-03T08:30:0x",
        "3/11/2026",
        "2026.11.03",
        "2026-02-29",
        "2026-W01-1",
        "20261103",
        "明天",
    ],
)
def test_a_text_in_another_form_is_refused_with_the_forms_that_count(text: str) -> None:
    with pytest.raises(NotReadable, match="%Y年%m月%d日") as raised:
        SHANGHAI.on(text)
    assert raised.value.why.zh.startswith("不是")


def test_two_formats_that_disagree_about_a_text_refuse_it() -> None:
    moments = Moments(("%d/%m/%Y", "%m/%d/%Y"), "UTC")
    assert moments.on("25/12/2026") == "2026-12-25"
    assert moments.on("05/05/2026") == "2026-05-05"
    with pytest.raises(NotReadable, match=r"2026-04-03 by %d/%m/%Y, 2026-03-04 by %m/%d/%Y"):
        moments.on("03/04/2026")


def test_a_bare_number_is_no_date_however_much_like_a_serial_it_looks() -> None:
    with pytest.raises(NotReadable, match="number"):
        SHANGHAI.on(46000.0)


def test_an_hour_that_the_clocks_skip_is_refused_and_a_repeated_one_is_the_earlier() -> None:
    new_york = Moments(("%Y-%m-%dT%H:%M:%S",), "America/New_York")
    with pytest.raises(NotReadable, match="skip"):
        new_york.at("2026-03-08T02:30:00")
    assert new_york.at("2026-11-01T01:30:00") == ("2026-11-01", micros(datetime(2026, 11, 1, 5, 30, tzinfo=UTC)))


def test_a_day_begins_when_the_clocks_say_so_even_where_midnight_is_skipped() -> None:
    sao_paulo = Moments(("%Y-%m-%d",), "America/Sao_Paulo")
    assert sao_paulo.day_start("2018-11-04") == micros(datetime(2018, 11, 4, 3, tzinfo=UTC))


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001
def test_a_wall_clock_time_comes_back_or_is_refused(wall: datetime) -> None:
    wall = wall.replace(microsecond=0)
    berlin = Moments(("%Y-%m-%dT%H:%M:%S",), "Europe/Berlin")
    try:
        moment = berlin.at(wall.isoformat())
    except NotReadable:
        assert wall.replace(tzinfo=berlin.zone).astimezone(UTC).astimezone(berlin.zone).replace(tzinfo=None) != wall
        return
    assert moment is not None
    assert moment[0] == wall.date().isoformat()
    assert instant(moment[1]).astimezone(berlin.zone).replace(tzinfo=None) == wall
    assert moment == Moments(("%Y-%m-%dT%H:%M:%S", "%d.%m.%Y"), "Europe/Berlin").at(wall.isoformat())  # the long way
