"""The public calculator: one JSON object in, one out (``specs/compute.md``); pages, API and command share it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from deadline_guard.core.calendar import Calendar, OutOfRange
from deadline_guard.core.rules import Rulebook
from deadline_guard.errors import InputError
from deadline_guard.views import compute_period, compute_rule, compute_working_time
from deadline_guard.views.compute_fields import Request


@dataclass(frozen=True, slots=True)
class Tables:
    """What answers are computed from; the rulebook is read only when a rule is asked for."""

    calendars: Mapping[str, Calendar]
    rulebook: Callable[[], Rulebook]
    now: datetime | None = None


Kind = Callable[[Request, Tables], dict[str, object]]

KINDS: Final[dict[str, Kind]] = {
    "period": lambda request, tables: compute_period.period(request, tables.calendars),
    "service": lambda request, tables: compute_period.service(request, tables.calendars),
    "rule": lambda request, tables: compute_rule.answer(request, tables.rulebook(), tables.calendars, tables.now),
    "working_time": lambda request, tables: compute_working_time.answer(request, tables.calendars),
}
LONGEST: Final = 1 << 20  # bytes of one request


def answer(request: object, tables: Tables) -> dict[str, object]:
    """Return the answer to one request, or ``{"error": {"code", "field", "message"}}``; never raises for input."""
    try:
        if not isinstance(request, dict):
            raise InputError(field="", code="no_object", message='a request is a JSON object such as {"kind": …}')
        name = request.get("kind")
        kind = KINDS.get(name) if isinstance(name, str) else None
        if kind is None:
            code = "required" if name is None else "bad_value"
            raise InputError(field="kind", code=code, message=f"{name!r} is no kind; expected {', '.join(KINDS)}")
        return kind(request, tables)
    except InputError as error:
        return refused(error)
    except OutOfRange as error:
        return refused(InputError(field="length", message=str(error)))


def answer_line(line: str, tables: Tables) -> dict[str, object]:
    """Return the answer to one line of JSON."""
    try:
        request = json.loads(line, parse_constant=_no_number, object_pairs_hook=_once)
    except InputError as error:
        return refused(error)
    except (ValueError, RecursionError) as error:
        return refused(InputError(field="", code="no_json", message=f"this is not one JSON object: {error}"))
    return answer(request, tables)


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
