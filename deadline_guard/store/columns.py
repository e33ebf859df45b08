"""How values lie in a column: instants as integers, JSON as text with Chinese intact."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def micros(instant: datetime) -> int:
    """Return microseconds since the epoch (UTC) of an aware instant; a naive one raises ValueError."""
    zone = instant.tzinfo
    if zone is UTC:
        return _of_utc(instant)
    if zone is None:
        raise ValueError(f"naive datetime {instant.isoformat()}: an instant needs a zone, e.g. tzinfo=UTC")
    return (instant - EPOCH) // _MICROSECOND


@lru_cache(maxsize=65_536)
def _of_utc(instant: datetime) -> int:
    return (instant - EPOCH) // _MICROSECOND  # of UTC only: elsewhere two instants of one repeated hour are equal


def micros_or_none(instant: datetime | None) -> int | None:
    """Return :func:`micros`, or None for None."""
    return None if instant is None else micros(instant)


@lru_cache(maxsize=65_536)
def instant(value: int) -> datetime:
    """Return the aware UTC instant of microseconds since the epoch."""
    return EPOCH + timedelta(microseconds=value)


def instant_or_none(value: int | None) -> datetime | None:
    """Return :func:`instant`, or None for None."""
    return None if value is None else instant(value)


@lru_cache(maxsize=65_536)
def day(value: str) -> date:
    """Return the civil date of its ISO text."""
    return date.fromisoformat(value)


def day_or_none(value: str | None) -> date | None:
    """Return :func:`day`, or None for None."""
    return None if value is None else day(value)


def text_or_none(value: date | None) -> str | None:
    """Return a civil date as ISO text, or None for None."""
    return None if value is None else value.isoformat()


def _plain(value: Any) -> Any:
    """Turn dates, instants, mappings and sets inside JSON data into what JSON has."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if hasattr(value, "items"):
        return dict(value.items())
    return str(value)


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def dump(value: Any) -> str:
    """Return canonical JSON (sorted keys, no blanks, Chinese intact): equal values give equal text.

    Raises ValueError for a whole number beyond 64 bits, which could not be read back exactly.
    """
    try:
        return orjson.dumps(value, _plain, orjson.OPT_SORT_KEYS).decode()
    except orjson.JSONEncodeError as refused:
        if "64-bit" in str(refused):
            raise ValueError("a whole number beyond 64 bits cannot be kept exactly; write it as text") from None
        return _ENCODER.encode(value)  # a key that is no text


def load(text: str) -> Any:
    """Return the value of JSON text as :func:`dump` or SQLite wrote it."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise ValueError(f"not JSON: {text[:80]!r}") from None


class Instant(TypeDecorator[datetime]):
    """An instant as INTEGER microseconds since the epoch (UTC); refuses naive datetimes."""

    impl = BigInteger().with_variant(Integer(), "sqlite")
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return micros_or_none(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return instant_or_none(value)


class Day(TypeDecorator[date]):
    """A civil date as ISO text; it has no zone."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        return text_or_none(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        return day_or_none(value)


class Json(TypeDecorator[Any]):
    """A JSON value as canonical text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else dump(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else load(value)
