"""How a calendar file writes the day of a holiday: "01-01", "third monday of 02", "easter +39" …"""

from __future__ import annotations

import re
from typing import Any, Final

from deadline_guard.core.holiday_law import Place

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NTH: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
_SHIFT: Final = r"(?:\s+(?P<shift>[+-]\d{1,3}))?"
_DATE: Final = r"(?P<month>\d\d)-(?P<day>\d\d)"
_WEEKDAY: Final = rf"(?P<weekday>{'|'.join(WEEKDAYS)})"
_FIXED: Final = re.compile(_DATE + _SHIFT)
_OF: Final = re.compile(rf"(?P<nth>{'|'.join(_NTH)})\s+{_WEEKDAY}\s+of\s+(?P<month>\d\d)" + _SHIFT)
_EASTER: Final = re.compile("easter" + _SHIFT)
_NEAR: Final = re.compile(rf"{_WEEKDAY}\s+(?P<side>before|from)\s+{_DATE}" + _SHIFT)
_LENGTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

EXPECTED: Final = (
    '"01-01", "third monday of 02", "last monday of 05", "easter +39", "wednesday before 11-23" or '
    '"saturday from 10-31", each with days to add such as "fourth thursday of 11 +1"'
)


def place(text: str) -> dict[str, Any]:
    """Return the fields of a :class:`HolidayRule` that say where the day lies.

    ``monday from 10-31`` is the first Monday on or after that date, ``before`` the last one before it. Raises
    ValueError that says what is expected.
    """
    kinds = ((Place.FIXED, _FIXED), (Place.NTH, _OF), (Place.EASTER, _EASTER), (Place.NEAR, _NEAR))
    for kind, shape in kinds:
        found = shape.fullmatch(text.strip())
        if found is not None:
            return {"place": kind, **_fields(found.groupdict(), text)}
    raise ValueError(f"{text!r} is no day of a year; write {EXPECTED}")


def _fields(part: dict[str, str | None], text: str) -> dict[str, Any]:
    """Return numbers from the matched parts, checked against the calendar."""
    fields: dict[str, Any] = {"offset": int(part.get("shift") or 0)}
    month, day = part.get("month"), part.get("day")
    if month is not None:
        fields["month"] = int(month)
        if not 1 <= int(month) <= 12:
            raise ValueError(f"{text!r}: there is no month {month}; write {EXPECTED}")
    if day is not None and month is not None:
        fields["day"] = int(day)
        if not 1 <= int(day) <= _LENGTHS[int(month) - 1]:
            raise ValueError(f"{text!r}: month {month} has no day {day}")
    if (weekday := part.get("weekday")) is not None:
        fields["weekday"] = WEEKDAYS.index(weekday)
    if (nth := part.get("nth")) is not None:
        fields["nth"] = _NTH[nth]
    if (side := part.get("side")) is not None:
        fields["nth"] = 1 if side == "from" else -1
    return fields
