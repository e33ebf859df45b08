"""Instants, dates and JSON come back as they went in."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, create_engine, insert, select

from deadline_guard.store.columns import Day, Instant, Json, dump, instant, load, micros

ZONES = st.timezones()


@given(st.datetimes(timezones=ZONES))
def test_an_instant_survives_to_the_microsecond(at: datetime) -> None:
    assert instant(micros(at)) == at.astimezone(UTC)
    assert instant(micros(at)).utcoffset() == timedelta(0)


@given(st.datetimes(timezones=ZONES), st.datetimes(timezones=ZONES))
def test_instants_sort_as_their_integers(one: datetime, other: datetime) -> None:
    assert (micros(one) < micros(other)) == (one.astimezone(UTC) < other.astimezone(UTC))


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        micros(datetime(2026, 1, 1))  # noqa: DTZ001


WHOLE = st.integers(-(2**63), 2**64 - 1)
JSON = st.recursive(
    st.none() | st.booleans() | WHOLE | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_json_survives(value: object) -> None:
    assert load(dump(value)) == value


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 10**20])
def test_a_number_that_could_not_be_read_back_exactly_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="write it as text"):
        dump({"amount": number})


@given(st.dictionaries(st.text(), WHOLE))
def test_equal_mappings_give_equal_text(value: dict[str, int]) -> None:
    assert dump(dict(reversed(value.items()))) == dump(value)


def test_chinese_stays_readable() -> None:
    assert dump({"title": "民事诉讼"}) == '{"title":"民事诉讼"}'


def test_dates_instants_and_sets_inside_json_become_text() -> None:
    at = datetime(2026, 1, 1, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    assert load(dump({"on": date(2026, 1, 1), "at": at, "who": {"b", "a"}})) == {
        "on": "2026-01-01",
        "at": "2026-01-01T08:30:00+08:00",
        "who": ["a", "b"],
    }


def test_columns_convert_both_ways() -> None:
    table = Table("t", MetaData(), Column("at", Instant), Column("on", Day), Column("data", Json))
    engine = create_engine("sqlite://")
    at = datetime(2026, 1, 1, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    with engine.begin() as conn:
        table.create(conn)
        conn.execute(
            insert(table), [{"at": at, "on": at.date(), "data": {"案": 1}}, {"at": None, "on": None, "data": None}]
        )
        assert conn.exec_driver_sql('SELECT at, "on" FROM t WHERE at IS NOT NULL').all() == [
            (1767227400000000, "2026-01-01")
        ]
        assert list(conn.execute(select(table))) == [(at, at.date(), {"案": 1}), (None, None, None)]
