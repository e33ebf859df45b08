"""The `working_time` kind of the public calculator (``../shared/specs/compute.md`` section 4).

Minutes may be fractions and are taken to the nearest microsecond; instants need an offset and keep their
microseconds; a result is in the calendar's zone. Fields that an operation does not use are refused like
unknown ones: what is given and not counted would be a silent mistake.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from fractions import Fraction
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from deadline_guard.core import working_time
from deadline_guard.core.calendar import Calendar
from deadline_guard.core.office_hours import OfficeHours, Spans, Week, spans_of, week_of
from deadline_guard.core.working_time import Pause, WorkingTime
from deadline_guard.errors import InputError

Request = Mapping[str, object]

OPERATIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "add": ("start", "minutes"),
        "subtract": ("start", "minutes"),
        "between": ("start", "end"),
        "is_open": ("start",),
    }
)
CALENDAR_FIELDS: Final = ("timezone", "week", "holidays", "extra_days", "breaks", "pauses", "calendar")

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO: Final = timedelta(microseconds=1)
_MINUTE: Final = 60_000_000
_NO_CALENDARS: Final[Mapping[str, Calendar]] = MappingProxyType({})
_NO_HOURS: Final[Mapping[str, OfficeHours]] = MappingProxyType({})


def answer(
    request: Request,
    calendars: Mapping[str, Calendar] = _NO_CALENDARS,
    hours: Mapping[str, OfficeHours] = _NO_HOURS,
) -> dict[str, object]:
    """Answer one request: ``result``, ``minutes`` or ``open``.

    ``calendar`` names working hours in ``hours``, or open days in ``calendars``, on which ``week`` then
    holds. Raises InputError with the field at fault.
    """
    given = {name: value for name, value in request.items() if value is not None and name != "kind"}
    operation = _operation(given)
    time = working_time.compile(office_hours(given, calendars, hours), _pauses(given.get("pauses", [])))
    start = _micros(given["start"], "start")
    try:
        if operation == "is_open":
            return {"open": time.is_open_s(start // working_time.MICROS)}
        if operation == "between":
            return {"minutes": _minutes(time.between_us(start, _micros(given["end"], "end")))}
        return {"result": _shifted(time, operation, start, given["minutes"])}
    except InputError as error:
        if error.field:
            raise
        raise InputError(field="start", message=error.message, code=error.code) from None


def office_hours(given: Request, calendars: Mapping[str, Calendar], hours: Mapping[str, OfficeHours]) -> OfficeHours:
    """Return the hours a request describes; what it gives adds to a named calendar or replaces its week."""
    base, days, zone = _named(given.get("calendar"), calendars, hours)
    if "timezone" in given:
        zone = _zone(given["timezone"])
    if zone is None:
        raise _missing("timezone", "an IANA zone such as Asia/Shanghai, in which the hours are meant")
    if "week" not in given and base is None:
        raise _missing("week", 'weekly hours such as {"mon": [["09:00", "17:00"]]}, or a calendar that has some')
    week: Week = week_of(given["week"]) if "week" in given else base.week if base else ()
    return OfficeHours(
        zone,
        week,
        holidays=_dates(given.get("holidays", [])) | (base.holidays if base else frozenset()),
        extra_days=_by_date(given.get("extra_days", {}), "extra_days", base.extra_days if base else ()),
        breaks=_by_date(given.get("breaks", {}), "breaks", base.breaks if base else ()),
        later=base.later if base and "week" not in given else (),
        days=base.days if base else days,
    )


def _operation(given: Request) -> str:
    operation = given.get("op")
    if operation is None:
        raise _missing("op", f"one of {', '.join(OPERATIONS)}")
    if not isinstance(operation, str) or operation not in OPERATIONS:
        raise InputError(field="op", message=f"{operation!r} is no operation: use {', '.join(OPERATIONS)}")
    needed = OPERATIONS[operation]
    known = ("op", *CALENDAR_FIELDS, *needed)
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"it takes {', '.join(known)}"
            raise InputError(field=name, code="unknown_field", message=f"{operation!r} takes no field {name!r}: {hint}")
    for name in needed:
        if name not in given:
            raise _missing(name, f"{operation!r} takes {' and '.join(needed)}")
    return operation


def _shifted(time: WorkingTime, operation: str, start: int, minutes: object) -> str:
    try:
        if isinstance(minutes, bool) or not isinstance(minutes, int | float):
            raise ValueError
        micros = round(Fraction(minutes) * _MINUTE)
    except (ValueError, OverflowError):  # Fraction knows neither NaN nor infinity
        raise InputError(field="minutes", message=f"{minutes!r} is no number of minutes") from None
    shifted = time.add_us(start, micros) if operation == "add" else time.subtract_us(start, micros)
    return (_EPOCH + timedelta(microseconds=shifted)).astimezone(time.zone).isoformat()


def _minutes(micros: int) -> int | float:
    return micros / _MINUTE if micros % _MINUTE else micros // _MINUTE


def _named(
    name: object, calendars: Mapping[str, Calendar], hours: Mapping[str, OfficeHours]
) -> tuple[OfficeHours | None, Calendar | None, ZoneInfo | None]:
    """Return the hours, the open days and the zone that a calendar's name stands for."""
    if name is None:
        return None, None, None
    if isinstance(name, str) and name in hours:
        base = hours[name]
        return base, None, base.zone if isinstance(base.zone, ZoneInfo) else None
    if isinstance(name, str) and name in calendars:
        days = calendars[name]
        return None, days, ZoneInfo(days.zone) if days.zone else None
    known = ", ".join(sorted({*hours, *calendars})) or "none is loaded here"
    raise InputError(field="calendar", code="unknown_calendar", message=f"no calendar {name!r}; known: {known}")


def _zone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(name) if isinstance(name, str) else ZoneInfo("")
    except (KeyError, ValueError, OSError):
        raise InputError(
            field="timezone",
            code="unknown_timezone",
            message=f"{name!r} is no IANA time zone: write for example Asia/Shanghai",
        ) from None


def _micros(text: object, field: str) -> int:
    """Return an ISO instant with offset as microseconds since the epoch."""
    try:
        instant = datetime.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise InputError(
            field=field,
            message=f"{text!r} is no instant with its offset: write for example 2026-01-16T10:20:00+08:00",
        )
    return (instant - _EPOCH) // _MICRO


def _pauses(pairs: object) -> list[Pause]:
    pauses = []
    for place, pair in enumerate(_sequence(pairs, "pauses", "[[instant, instant], …]")):
        field = f"pauses[{place}]"
        ends = [_micros(text, field) for text in _sequence(pair, field, "[instant, instant]")]
        if len(ends) != 2 or ends[0] > ends[1]:
            raise InputError(field=field, message=f"expected [from, to] in this order, found {pair!r}")
        start, end = (_EPOCH + timedelta(microseconds=micros) for micros in ends)
        pauses.append((start, end))
    return pauses


def _dates(texts: object) -> frozenset[date]:
    listed = _sequence(texts, "holidays", "a list of dates")
    return frozenset(_date(text, f"holidays[{place}]") for place, text in enumerate(listed))


def _by_date(texts: object, field: str, present: tuple[tuple[date, Spans], ...]) -> tuple[tuple[date, Spans], ...]:
    """Return the spans of each date, in order; a date given here replaces the calendar's own entry."""
    if not isinstance(texts, Mapping):
        raise InputError(field=field, message=f'expected {{"2026-01-05": [["09:00", "12:00"]]}}, found {texts!r}')
    own = {_date(day, field): spans_of(spans, f"{field}.{day}") for day, spans in texts.items()}
    return tuple(sorted({**dict(present), **own}.items()))


def _date(text: object, field: str) -> date:
    try:
        day = date.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise InputError(field=field, message=f"{text!r} is no date: write for example 2026-01-16")
    return day


def _sequence(value: object, field: str, shape: str) -> Sequence[object]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InputError(field=field, message=f"expected {shape}, found {value!r}")
    return value


def _missing(field: str, needed: str) -> InputError:
    return InputError(field=field, code="required", message=f"is missing: {needed}")
