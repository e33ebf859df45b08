"""Must show (issue 5, 1): `working_time` answers every shape of its specification, and it answers right.

Worked examples first, by hand; then properties; then 100,000 random cases against a walker that shares no
code.
"""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from deadline_guard.core import working_time
from deadline_guard.core.working_time import OfficeTime
from deadline_guard.errors import InputError, NoOpenTimeError
from deadline_guard.insight import working_time_batch as batch
from deadline_guard.views.compute_working_time import answer, office_hours
from tests.must.random_offices import ALL_DAYS, clock, random_minutes, random_office, random_start
from tests.must.slow_walker import NoOpenTime, SlowWalker

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
LUNCH = [["09:00", "12:00"], ["13:00", "17:30"]]
NINE_TO_FIVE = [["09:00", "17:00"]]
SHANGHAI = {"timezone": "Asia/Shanghai", "week": dict.fromkeys(WORKDAYS, LUNCH)}
BERLIN = {"timezone": "Europe/Berlin", "week": dict.fromkeys(WORKDAYS, NINE_TO_FIVE)}
NIGHTS = [["00:00", "06:00"], ["22:00", "24:00"]]
DAY_AND_NIGHT = [["00:00", "24:00"]]


def always(zone: str) -> dict[str, Any]:
    return {"timezone": zone, "week": dict.fromkeys(ALL_DAYS, DAY_AND_NIGHT)}


EXAMPLES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("over lunch", {**SHANGHAI, "op": "add", "start": "2026-01-05T11:30:00+08:00", "minutes": 60},
     {"result": "2026-01-05T13:30:00+08:00"}),
    ("lands on closing", {**SHANGHAI, "op": "add", "start": "2026-01-05T11:30:00+08:00", "minutes": 30},
     {"result": "2026-01-05T12:00:00+08:00"}),
    ("lands on opening", {**SHANGHAI, "op": "subtract", "start": "2026-01-05T14:00:00+08:00", "minutes": 60},
     {"result": "2026-01-05T13:00:00+08:00"}),
    ("nothing, closed", {**SHANGHAI, "op": "add", "start": "2026-01-05T12:00:00+08:00", "minutes": 0},
     {"result": "2026-01-05T13:00:00+08:00"}),
    ("nothing, open", {**SHANGHAI, "op": "subtract", "start": "2026-01-05T11:59:00+08:00", "minutes": 0},
     {"result": "2026-01-05T11:59:00+08:00"}),
    ("less than nothing", {**SHANGHAI, "op": "add", "start": "2026-01-05T14:00:00+08:00", "minutes": -120},
     {"result": "2026-01-05T11:00:00+08:00"}),
    ("another offset in", {**SHANGHAI, "op": "add", "start": "2026-01-05T01:30:00Z", "minutes": 1},
     {"result": "2026-01-05T09:31:00+08:00"}),
    ("a week", {**SHANGHAI, "op": "between", "start": "2026-01-05T00:00:00+08:00",
                "end": "2026-01-12T00:00:00+08:00"}, {"minutes": 2250}),
    ("reversed", {**SHANGHAI, "op": "between", "start": "2026-01-06T10:00:00+08:00",
                  "end": "2026-01-05T16:30:00+08:00"}, {"minutes": -120}),
    ("open", {**SHANGHAI, "op": "is_open", "start": "2026-01-05T09:00:00+08:00"}, {"open": True}),
    ("closing is closed", {**SHANGHAI, "op": "is_open", "start": "2026-01-05T12:00:00+08:00"},
     {"open": False}),
    ("half a minute", {**SHANGHAI, "op": "add", "start": "2026-01-05T11:59:45+08:00", "minutes": 0.5},
     {"result": "2026-01-05T13:00:15+08:00"}),
    ("seconds", {**SHANGHAI, "op": "between", "start": "2026-01-05T11:59:45+08:00",
                 "end": "2026-01-05T13:00:15+08:00"}, {"minutes": 0.5}),
    ("part of a second", {**SHANGHAI, "op": "add", "start": "2026-01-05T11:59:59.5+08:00", "minutes": 1},
     {"result": "2026-01-05T13:00:59.500000+08:00"}),
    ("overnight", {"timezone": "Asia/Shanghai", "week": dict.fromkeys(ALL_DAYS, NIGHTS), "op": "add",
                   "start": "2026-01-05T23:00:00+08:00", "minutes": 480},
     {"result": "2026-01-06T23:00:00+08:00"}),
    ("24:00 leaks nothing", {**always("Asia/Shanghai"), "op": "add", "start": "2026-01-05T23:59:00+08:00",
                             "minutes": 1440 * 30}, {"result": "2026-02-04T23:59:00+08:00"}),
    ("holiday", {**BERLIN, "holidays": ["2026-01-06"], "op": "add", "start": "2026-01-05T16:00:00+01:00",
                 "minutes": 120}, {"result": "2026-01-07T10:00:00+01:00"}),
    ("extra day", {**BERLIN, "extra_days": {"2026-01-10": [["10:00", "11:00"]]}, "op": "add",
                   "start": "2026-01-09T16:30:00+01:00", "minutes": 60},
     {"result": "2026-01-10T10:30:00+01:00"}),
    ("holiday on an extra day", {**BERLIN, "extra_days": {"2026-01-10": [["10:00", "11:00"]]},
                                 "holidays": ["2026-01-10"], "op": "add",
                                 "start": "2026-01-09T16:30:00+01:00", "minutes": 60},
     {"result": "2026-01-12T09:30:00+01:00"}),
    ("break on one date", {**BERLIN, "breaks": {"2026-01-05": [["12:00", "13:00"]]}, "op": "add",
                           "start": "2026-01-05T09:00:00+01:00", "minutes": 480},
     {"result": "2026-01-06T10:00:00+01:00"}),
    ("pause", {**BERLIN, "pauses": [["2026-01-05T10:00:00+01:00", "2026-01-07T10:00:00+01:00"]], "op": "add",
               "start": "2026-01-05T09:00:00+01:00", "minutes": 61}, {"result": "2026-01-07T10:01:00+01:00"}),
    ("into a pause", {**BERLIN, "pauses": [["2026-01-05T10:00:00+01:00", "2026-01-07T10:00:00+01:00"]],
                      "op": "add", "start": "2026-01-05T09:00:00+01:00", "minutes": 60},
     {"result": "2026-01-05T10:00:00+01:00"}),
    ("paused is not open", {**BERLIN, "pauses": [["2026-01-05T10:00:00Z", "2026-01-05T10:00:30Z"]],
                            "op": "is_open", "start": "2026-01-05T10:00:29Z"}, {"open": False}),
    ("pauses unite", {**BERLIN, "op": "between", "start": "2026-01-05T00:00:00Z",
                      "end": "2026-01-06T00:00:00Z",
                      "pauses": [["2026-01-05T09:00:00Z", "2026-01-05T12:00:00Z"],
                                 ["2026-01-05T08:30:00Z", "2026-01-05T10:00:00Z"]]}, {"minutes": 270}),
    ("spring, a night", {**always("Europe/Berlin"), "op": "add", "start": "2026-03-29T00:00:00+01:00",
                         "minutes": 360}, {"result": "2026-03-29T07:00:00+02:00"}),
    ("autumn, a night", {**always("Europe/Berlin"), "op": "add", "start": "2026-10-25T00:00:00+02:00",
                         "minutes": 360}, {"result": "2026-10-25T05:00:00+01:00"}),
    ("autumn, the repeated hour", {**always("Europe/Berlin"), "op": "between",
                                   "start": "2026-10-25T02:30:00+02:00", "end": "2026-10-25T02:30:00+01:00"},
     {"minutes": 60}),
    ("no midnight, Sao Paulo", {**always("America/Sao_Paulo"), "op": "add",
                                "start": "2018-11-03T23:00:00-03:00", "minutes": 120},
     {"result": "2018-11-04T02:00:00-02:00"}),
    ("no midnight, Santiago", {**always("America/Santiago"), "op": "between",
                               "start": "2026-09-05T00:00:00-04:00", "end": "2026-09-07T00:00:00-03:00"},
     {"minutes": 47 * 60}),
    ("no midnight, Beirut", {**always("Asia/Beirut"), "op": "subtract", "start": "2026-03-29T01:30:00+03:00",
                             "minutes": 60}, {"result": "2026-03-28T23:30:00+02:00"}),
    ("no midnight, Tehran", {"timezone": "Asia/Tehran", "week": {"tue": [["00:00", "08:00"]]},
                             "op": "between", "start": "2022-03-21T00:00:00+03:30",
                             "end": "2022-03-24T00:00:00+04:30"},
     {"minutes": 420}),
    ("Tehran since 2022", {**always("Asia/Tehran"), "op": "add", "start": "2026-03-21T12:00:00+03:30",
                           "minutes": 1440}, {"result": "2026-03-22T12:00:00+03:30"}),
    ("Casablanca, Ramadan begins", {**always("Africa/Casablanca"), "op": "add",
                                    "start": "2025-02-23T00:00:00+01:00", "minutes": 240},
     {"result": "2025-02-23T03:00:00+00:00"}),
    ("Casablanca, Ramadan ends", {**always("Africa/Casablanca"), "op": "add",
                                  "start": "2025-04-06T00:00:00+00:00", "minutes": 240},
     {"result": "2025-04-06T05:00:00+01:00"}),
    ("never open", {"timezone": "Europe/Berlin", "week": {}, "op": "between",
                    "start": "2026-01-05T00:00:00Z", "end": "2027-01-05T00:00:00Z"}, {"minutes": 0}),
    ("one Saturday a year", {"timezone": "Europe/Berlin", "week": {}, "op": "add",
                             "extra_days": {"2026-12-05": [["09:00", "10:00"]]},
                             "start": "2026-01-05T00:00:00Z", "minutes": 60},
     {"result": "2026-12-05T10:00:00+01:00"}),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "expected"), [row[1:] for row in EXAMPLES], ids=[r[0] for r in EXAMPLES])
def test_every_shape_of_the_specification(request_: dict[str, Any], expected: dict[str, Any]) -> None:
    assert answer({"kind": "working_time", **request_}) == expected
    assert answer({"kind": "working_time", "pauses": [], "holidays": None, **request_}) == expected


ADD = {**BERLIN, "op": "add", "start": "2026-01-05T16:00:00+01:00", "minutes": 60}


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"week": {}}, "no_open_time", "week"),
        ({"week": {}, "op": "subtract"}, "no_open_time", "week"),
        ({"week": {"fri": [["22:00", "06:00"]]}}, "bad_value", "week.fri"),
        ({"week": {"fri": [["09:00", "09:00"]]}}, "bad_value", "week.fri"),
        ({"week": {"fri": [["9 am", "17:00"]]}}, "bad_value", "week.fri[0]"),
        ({"week": {"friday": []}}, "bad_value", "week.friday"),
        ({"week": None}, "required", "week"),
        ({"timezone": None}, "required", "timezone"),
        ({"timezone": "Mars/Olympus"}, "unknown_timezone", "timezone"),
        ({"timezone": "Europe"}, "unknown_timezone", "timezone"),
        ({"calendar": "moon"}, "unknown_calendar", "calendar"),
        ({"minuts": 5}, "unknown_field", "minuts"),
        ({"end": "2026-01-05T16:00:00Z"}, "unknown_field", "end"),
        ({"op": "multiply"}, "bad_value", "op"),
        ({"op": None}, "required", "op"),
        ({"minutes": None}, "required", "minutes"),
        ({"minutes": "60"}, "bad_value", "minutes"),
        ({"minutes": True}, "bad_value", "minutes"),
        ({"minutes": float("nan")}, "bad_value", "minutes"),
        ({"minutes": float("inf")}, "bad_value", "minutes"),
        ({"minutes": 1e300}, "out_of_range", "minutes"),
        ({"minutes": 10**400}, "out_of_range", "minutes"),
        ({"start": "2026-01-05T16:00:00"}, "bad_value", "start"),
        ({"start": "0001-01-01T00:00:00Z"}, "out_of_range", "start"),
        ({"start": 5}, "bad_value", "start"),
        ({"holidays": ["2026-02-30"]}, "bad_value", "holidays[0]"),
        ({"holidays": "2026-02-03"}, "bad_value", "holidays"),
        ({"extra_days": {"20260203": []}}, "bad_value", "extra_days"),
        ({"extra_days": []}, "bad_value", "extra_days"),
        ({"breaks": {"2026-02-03": [["12:00", "11:00"]]}}, "bad_value", "breaks.2026-02-03"),
        ({"pauses": [["2026-01-05T16:00:00Z"]]}, "bad_value", "pauses[0]"),
        ({"pauses": [["2026-01-05T16:00:00Z", "2026-01-05T15:00:00Z"]]}, "bad_value", "pauses[0]"),
        ({"pauses": 5}, "bad_value", "pauses"),
    ],
)
def test_what_cannot_be_answered_names_its_field(change: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(InputError) as refused:
        answer({**ADD, **change})
    assert (refused.value.code, refused.value.field) == (code, field)
    assert refused.value.message


@pytest.mark.long
def test_an_independent_walker_agrees_on_100_000_random_cases() -> None:
    rng = Random(20_261_121)
    answered = refused = 0
    for _ in range(1000):
        office, around = random_office(rng)
        walker = SlowWalker(office)
        for _ in range(100):
            start, operation = (
                random_start(rng, around),
                rng.choice(["add", "subtract", "between", "is_open"]),
            )
            asked = {**office, "op": operation, "start": start.isoformat()}
            if operation in ("add", "subtract"):
                minutes = asked["minutes"] = random_minutes(rng)
                walk = getattr(walker, operation)
                try:
                    expected = walk(start, timedelta(minutes=minutes))
                except NoOpenTime:
                    with pytest.raises(NoOpenTimeError):
                        answer(asked)
                    refused += 1
                    continue
                result = str(answer(asked)["result"])
                assert datetime.fromisoformat(result) == expected, asked
                assert result == expected.astimezone(walker.zone).isoformat(), asked
            elif operation == "between":
                end = random_start(rng, around)
                asked["end"] = end.isoformat()
                assert answer(asked) == {"minutes": walker.between(start, end) / timedelta(minutes=1)}, asked
            else:
                assert answer(asked) == {"open": walker.is_open(start)}, asked
            answered += 1
    assert answered + refused == 100_000
    assert answered > 95_000
    assert refused > 100


offices = st.randoms(use_true_random=False).map(random_office)
moments = st.integers(-1_000_000, 1_000_000)
amounts = st.integers(0, 2_000_000)


def exact(instant: datetime) -> datetime:
    """Return an instant in UTC: within a zone Python compares the clocks, and calls 02:30 and its repeat equal."""
    return instant.astimezone(UTC)


def clock_of(office: dict[str, Any]) -> working_time.WorkingTime:
    pauses = [(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in office.get("pauses", [])]
    return working_time.compile(office_hours(office, {}, {}), pauses)


@settings(max_examples=300, deadline=None)
@given(offices, moments, amounts)
def test_between_is_what_was_added_and_subtracting_takes_it_back(
    made: tuple[dict[str, Any], datetime], moment: int, amount: int
) -> None:
    office, around = made
    assume(office["week"])
    time, start = clock_of(office), around + timedelta(seconds=moment)
    amount %= time.between(around - timedelta(days=40), around + timedelta(days=40)) + 1
    end = time.add(start, amount)
    assert time.between(start, end) == amount
    assert time.between(end, start) == -amount
    assert exact(time.subtract(end, amount)) == exact(time.add(start, 0))
    begin = time.subtract(start, amount)
    assert time.between(begin, start) == amount
    if amount:
        assert not time.is_open(end) or time.is_open(exact(end) - timedelta(seconds=1))
        assert time.is_open(begin)
        assert time.between(begin, time.add(begin, amount)) == amount


@settings(max_examples=300, deadline=None)
@given(offices, moments, moments, moments)
def test_the_parts_add_up_over_any_cut(made: tuple[dict[str, Any], datetime], a: int, b: int, c: int) -> None:
    office, around = made
    time = clock_of(office)
    first, cut, last = (around + timedelta(seconds=n) for n in (a, b, c))
    assert time.between(first, last) == time.between(first, cut) + time.between(cut, last)
    micros = [int(around.timestamp()) * 1_000_000 + n for n in (a * 1_000_003, b * 999_983, c * 1_000_033)]
    assert time.between_us(micros[0], micros[2]) == time.between_us(*micros[:2]) + time.between_us(*micros[1:])


@settings(max_examples=300, deadline=None)
@given(offices, st.lists(st.integers(0, 86_400), min_size=2, max_size=2), st.integers(-9, 9), moments, amounts)
def test_a_pause_equals_a_hole_in_the_calendar(
    made: tuple[dict[str, Any], datetime], marks: list[int], days: int, moment: int, amount: int
) -> None:
    office, around = made
    office = {**office, "timezone": "Asia/Shanghai", "pauses": []}  # a day there is 24 hours
    assume(office["week"])
    first, last = sorted(marks)
    assume(first < last)
    day = around.date() + timedelta(days=days)
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("Asia/Shanghai"))
    pause = [(midnight + timedelta(seconds=mark)).isoformat() for mark in (first, last)]
    breaks = {**office["breaks"]}
    breaks[str(day)] = [*breaks.get(str(day), []), [clock(first), clock(last)]]
    paused, cut = clock_of({**office, "pauses": [pause]}), clock_of({**office, "breaks": breaks})
    start = around + timedelta(seconds=moment)
    amount %= paused.between(around - timedelta(days=40), around + timedelta(days=40)) + 1
    assert exact(paused.add(start, amount)) == exact(cut.add(start, amount))
    assert exact(paused.subtract(start, amount)) == exact(cut.subtract(start, amount))
    assert paused.between(around, start) == cut.between(around, start)
    assert paused.is_open(start) == cut.is_open(start)


def test_columns_answer_as_rows_do() -> None:
    rng = Random(5)
    rows = 0
    for _ in range(150):
        office, around = random_office(rng)
        if not office["week"]:
            continue
        time = clock_of(office)
        starts = [int(random_start(rng, around).timestamp()) for _ in range(200)]
        seconds = [round(random_minutes(rng) * 60) for _ in starts]
        ends = starts[::-1]
        assert batch.add_many(time, starts, seconds).tolist() == list(map(time.add_s, starts, seconds))
        assert batch.subtract_many(time, starts, seconds).tolist() == list(map(time.subtract_s, starts, seconds))
        assert batch.add_many(time, starts, 57_600).tolist() == [time.add_s(s, 57_600) for s in starts]
        assert batch.between_many(time, starts, ends).tolist() == list(map(time.between_s, starts, ends))
        assert batch.is_open_many(time, starts).tolist() == list(map(time.is_open_s, starts))
        rows += len(starts) * isinstance(time, OfficeTime)
    assert rows > 10_000


def test_a_column_grows_the_tables_to_the_row_that_lands_furthest() -> None:
    time = OfficeTime(office_hours(BERLIN, {}, {}))
    start = int(datetime(2026, 1, 5, 8, tzinfo=UTC).timestamp())
    for seconds in (-20_000_000, 20_000_000, 150_000_000):
        starts, each = [start, start + 9, start + 86_400], [seconds, 0, 5]
        fresh = OfficeTime(time.hours)
        assert batch.add_many(fresh, starts, each).tolist() == list(map(time.add_s, starts, each))


def test_a_column_refuses_what_a_row_refuses() -> None:
    never = clock_of({"timezone": "UTC", "week": {}})
    with pytest.raises(NoOpenTimeError):
        batch.add_many(never, [0, 1], 60)
    with pytest.raises(InputError, match="beyond the year"):
        batch.add_many(clock_of(BERLIN), [0, 1], [60, 2**62])
    with pytest.raises(TypeError, match="whole seconds"):
        batch.add_many(clock_of(BERLIN), [0.5], 60)
    assert batch.add_many(clock_of(BERLIN), [], 60).tolist() == []
