"""Reading the fields of a compute request, strictly: every refusal names the field and what is expected."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from fractions import Fraction
from math import isfinite
from typing import Any, Final, TypeVar

from deadline_guard.core.calendar import FIRST_YEAR, LAST_YEAR, Calendar
from deadline_guard.core.period import Period, Unit
from deadline_guard.errors import InputError

Request = Mapping[str, object]
Choice = TypeVar("Choice", bound=StrEnum)

MOST_DAYS: Final = 5000  # of one list; more is a calendar, not a line
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)")


def known_only(given: Request, known: Collection[str], kind: str) -> None:
    """Refuse a field that the kind does not have, with the nearest name."""
    for name in given:
        if name not in known and name != "kind":
            near = get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"it takes {', '.join(sorted(known))}"
            raise InputError(field=name, code="unknown_field", message=f"{kind!r} takes no field {name!r}: {hint}")


def required(given: Request, field: str, expected: str) -> object:
    """Return a field that must be there."""
    if given.get(field) is None:
        raise InputError(field=field, code="required", message=f"is missing: {expected}")
    return given[field]


def day(value: object, field: str) -> date:
    """Return an ISO date inside the countable years."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise InputError(field=field, message=f"{value!r} is no date; write for example 2026-01-16")
    try:
        found = date.fromisoformat(value)
    except ValueError:
        raise InputError(field=field, message=f"{value} is not a day of the calendar") from None
    return _in_range(found, field)


def _in_range(found: date, field: str) -> date:
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise InputError(field=field, message=f"{found} lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return found


def moment(value: object, field: str) -> date | datetime:
    """Return an ISO date, or an aware instant."""
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            raise InputError(field=field, message=f"{value} is no instant of the calendar") from None
        _in_range(found.date(), field)
        return found
    if isinstance(value, str) and "T" in value:
        raise InputError(
            field=field,
            message=f"{value!r} is no instant with an offset; write for example 2026-01-16T10:20:00+08:00",
        )
    return day(value, field)


def days(value: object, field: str) -> frozenset[date]:
    """Return a list of ISO dates."""
    if value is None:
        return frozenset()
    if not isinstance(value, list | tuple):
        raise InputError(field=field, message=f'{value!r} is no list; write for example ["2026-02-14"]')
    if len(value) > MOST_DAYS:
        raise InputError(field=field, message=f"has {len(value)} dates; at most {MOST_DAYS} fit one computation")
    return frozenset(day(one, field) for one in value)


def choice(value: object, field: str, options: type[Choice]) -> Choice:
    """Return one of the words of an enumeration."""
    if isinstance(value, str) and value in options._value2member_map_:
        return options(value)
    words = ", ".join(option.value for option in options)
    raise InputError(field=field, message=f"{value!r} is unknown; expected one of {words}")


def flag(value: object, field: str) -> bool:
    """Return true or false (absent: false)."""
    if value is None:
        return False
    if not isinstance(value, bool):
        raise InputError(field=field, message=f"{value!r} is no answer; expected true or false")
    return value


def word(value: object, field: str) -> str:
    """Return a text."""
    if not isinstance(value, str) or not value:
        raise InputError(field=field, message=f"{value!r} is no word")
    return value


def period(given: Request) -> Period:
    """Return ``length`` and ``unit`` as a period."""
    unit = choice(required(given, "unit", f"one of {', '.join(Unit)}"), "unit", Unit)
    value = required(given, "length", "a number of 0 or more")
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or (isinstance(value, float) and not isfinite(value))
    ):
        raise InputError(field="length", message=f"{value!r} is no number; write for example 15")
    try:
        number = Fraction(str(value))  # a float prints as it was written
        return Period(number, unit)
    except (ValueError, OverflowError) as error:
        raise InputError(field="length", message=str(error)) from None


def calendar(given: Request, default: str, calendars: Mapping[str, Calendar]) -> Calendar:
    """Return the named calendar, or the jurisdiction's."""
    name: Any = given.get("calendar")
    name = default if name is None else word(name, "calendar")
    found = calendars.get(name)
    if found is None:
        near = get_close_matches(name, calendars, 3)
        hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(sorted(calendars))}"
        raise InputError(field="calendar", message=f"{name!r} is no calendar; {hint}")
    return found
