"""The public calculator: one JSON object in, one out (``specs/compute.md``); pages, API and command share it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from deadline_guard.core.calendar import Calendar, OutOfRange
from deadline_guard.errors import InputError
from deadline_guard.views import compute_period, compute_working_time
from deadline_guard.views.compute_fields import Request

Kind = Callable[[Request, Mapping[str, Calendar]], dict[str, object]]

KINDS: Final[dict[str, Kind]] = {
    "period": compute_period.period,
    "service": compute_period.service,
    "working_time": compute_working_time.answer,
}
LONGEST: Final = 1 << 20  # bytes of one request


def answer(request: object, calendars: Mapping[str, Calendar]) -> dict[str, object]:
    """Return the answer to one request, or ``{"error": {"code", "field", "message"}}``; never raises for input."""
    try:
        if not isinstance(request, dict):
            raise InputError(field="", code="no_object", message='a request is a JSON object such as {"kind": …}')
        name = request.get("kind")
        kind = KINDS.get(name) if isinstance(name, str) else None
        if kind is None:
            code = "required" if name is None else "bad_value"
            raise InputError(field="kind", code=code, message=f"{name!r} is no kind; expected {', '.join(KINDS)}")
        return kind(request, calendars)
    except InputError as error:
        return refused(error)
    except OutOfRange as error:
        return refused(InputError(field="length", message=str(error)))


def answer_line(line: str, calendars: Mapping[str, Calendar]) -> dict[str, object]:
    """Return the answer to one line of JSON."""
    try:
        request = json.loads(line, parse_constant=_no_number, object_pairs_hook=_once)
    except InputError as error:
        return refused(error)
    except (ValueError, RecursionError) as error:
        return refused(InputError(field="", code="no_json", message=f"this is not one JSON object: {error}"))
    return answer(request, calendars)


def refused(error: InputError) -> dict[str, object]:
    """Return an error as programs read it."""
    return {"error": {"code": error.code, "field": error.field, "message": error.message}}


def is_refused(found: Mapping[str, object]) -> bool:
    """Return whether an answer is an error."""
    return "error" in found


def _no_number(name: str) -> Any:
    raise InputError(field="", code="no_json", message=f"{name} is no number of JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object whose fields stand once each."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise InputError(field=name, code="twice", message="stands in the request twice")
        found[name] = value
    return found
