"""Office hours as people write them, and what is refused."""

from datetime import UTC, date

import pytest

from deadline_guard.core.office_hours import OfficeHours, clock_seconds, cut, spans_of, united, week_of
from deadline_guard.errors import InputError

EMPTY = week_of({})


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("00:00", 0), ("9:05", 32_700), ("09:05", 32_700), ("23:59:59", 86_399), ("24:00", 86_400)],
)
def test_a_time_of_day(text: str, seconds: int) -> None:
    assert clock_seconds(text, "week") == seconds


@pytest.mark.parametrize("text", ["24:01", "25:00", "12:60", "12:30:60", "9", "noon", "", None, 9, "09:00 "])
def test_what_is_no_time_of_day_is_refused_with_its_field(text: object) -> None:
    with pytest.raises(InputError, match="24:00") as refused:
        clock_seconds(text, "week.mon[0]")
    assert refused.value.field == "week.mon[0]"


@pytest.mark.parametrize(("start", "end"), [("22:00", "06:00"), ("09:00", "09:00"), ("24:00", "24:00")])
def test_hours_that_do_not_end_after_they_begin_are_refused_with_the_way_to_write_them(start: str, end: str) -> None:
    with pytest.raises(InputError, match='over midnight as two, to "24:00" and from "00:00"') as refused:
        week_of({"fri": [[start, end]]})
    assert refused.value.field == "week.fri"


@pytest.mark.parametrize(
    "week", [{"monday": []}, {"mon": "09:00"}, {"mon": [["09:00"]]}, {"mon": ["09:00"]}, {"mon": 9}, [], None]
)
def test_a_week_of_another_shape_is_refused(week: object) -> None:
    with pytest.raises(InputError):
        week_of(week)


def test_spans_of_a_day_are_united() -> None:
    assert spans_of([["13:00", "17:00"], ["09:00", "12:00"], ["11:00", "13:00"]], "week.mon") == ((32_400, 61_200),)
    assert united([(5, 5), (9, 3), (1, 2), (4, 6), (2, 4)]) == ((1, 6),)


@pytest.mark.parametrize(
    ("holes", "left"),
    [
        ([], ((0, 10), (20, 30))),
        ([(10, 20)], ((0, 10), (20, 30))),
        ([(5, 25)], ((0, 5), (25, 30))),
        ([(2, 3), (4, 5)], ((0, 2), (3, 4), (5, 10), (20, 30))),
        ([(0, 30)], ()),
    ],
)
def test_holes_are_cut_out(holes: list[tuple[int, int]], left: tuple[tuple[int, int], ...]) -> None:
    assert cut([(0, 10), (20, 30)], holes) == left


def test_the_spans_of_one_date() -> None:
    hours = OfficeHours(
        UTC,
        week_of({"mon": [["09:00", "17:00"]]}),
        holidays=frozenset({date(2026, 1, 12)}),
        extra_days=((date(2026, 1, 6), ((0, 60),)), (date(2026, 1, 12), ((0, 60),))),
        breaks=((date(2026, 1, 5), ((5, 6),)),),
        later=((date(2026, 1, 19), EMPTY),),
    )
    spans = {day: hours.open_spans(date(2026, 1, day)) for day in (5, 6, 7, 12, 19)}
    assert spans == {5: ((32_400, 61_200),), 6: ((0, 60),), 7: (), 12: (), 19: ()}
    assert hours.break_spans(date(2026, 1, 5)) == ((5, 6),)
    assert hours.break_spans(date(2026, 1, 6)) == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"week": EMPTY[:6]},
        {"extra_days": ((date(2026, 1, 6), ((60, 0),)),)},
        {"breaks": ((date(2026, 1, 6), ((0, 86_401),)),)},
        {"later": ((date(2026, 2, 1), EMPTY), (date(2026, 1, 1), EMPTY))},
        {"later": ((date(2026, 2, 1), EMPTY[1:]),)},
    ],
)
def test_impossible_hours_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(InputError):
        OfficeHours(**{"zone": UTC, "week": EMPTY, **fields})  # type: ignore[arg-type]
