"""Kinds `period` and `service` of the public calculator (``specs/compute.md`` sections 1 and 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from deadline_guard.core.calendar import Calendar, OutOfRange
from deadline_guard.core.counting import count
from deadline_guard.core.derivation import Counted, Reading
from deadline_guard.core.hours import local, zone_of
from deadline_guard.core.jurisdictions import FIELDS, Jurisdiction, jurisdiction, overridden, policy_for
from deadline_guard.core.period import Period, Unit
from deadline_guard.core.policy import Act, BadField, Direction, Policy
from deadline_guard.core.service import Deemed, deemed, method_of
from deadline_guard.errors import InputError
from deadline_guard.views import compute_fields as read
from deadline_guard.views.derivation import counted_json, reading_json, step_json

PERIOD_FIELDS: Final = frozenset(
    {"jurisdiction", "calendar", "trigger", "timezone", "length", "unit", "direction", "act", "service", "as_of"}
    | {"non_working_days", "working_weekend_days", "inaccessible_days", "strict"}
    | FIELDS
)
SERVICE_FIELDS: Final = frozenset({"jurisdiction", "calendar", "method", "document", "step_at"})
DOCUMENTS: Final = ("claim_form", "other")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A period request with every field read."""

    system: Jurisdiction
    calendar: Calendar
    office: Calendar | None
    zone: str | None
    trigger: date | datetime
    period: Period
    direction: Direction
    policy: Policy
    act: Act | None
    service: str | None
    as_of: date
    days_given: bool  # days to add that the request itself gives: they replace those of the service


def period(request: read.Request, calendars: Mapping[str, Calendar]) -> dict[str, object]:
    """Answer a legal period; raises InputError with the field at fault."""
    given = {name: value for name, value in request.items() if value is not None}
    read.known_only(given, PERIOD_FIELDS, "period")
    try:
        asked = _asked(given, calendars)
        found = _counted(asked, read.days(given.get("inaccessible_days"), "inaccessible_days"))
    except BadField as error:
        raise InputError(field=error.field, message=str(error)) from None
    if found.provisional and read.flag(given.get("strict"), "strict"):
        why = "; ".join(found.provisional_because)
        raise InputError(field="strict", code="provisional", message=f"the date is provisional: {why}")
    return counted_json(found)


def _asked(given: read.Request, calendars: Mapping[str, Calendar]) -> _Asked:
    """Read and check every field of a period request."""
    system = jurisdiction(read.word(read.required(given, "jurisdiction", "the legal system"), "jurisdiction"))
    calendar = read.calendar(given, system.calendar, calendars)
    office = calendars.get(system.office_calendar or "")
    zone = _zone(given.get("timezone"), calendar)
    trigger = read.moment(read.required(given, "trigger", "a date such as 2026-01-16"), "trigger")
    length = read.period(given)
    direction = read.choice(given.get("direction", "forward"), "direction", Direction)
    local_day = _local_day(trigger, zone)
    as_of = read.day(given["as_of"], "as_of") if "as_of" in given else local_day
    policy = overridden(policy_for(system.id, as_of), {name: given[name] for name in FIELDS if name in given})
    act = read.choice(given["act"], "act", Act) if "act" in given else None
    service = read.word(given["service"], "service") if "service" in given else None
    read.flag(given.get("strict"), "strict")
    _consistent(trigger, length, direction, given)
    extra = _extra_days(given, calendar)
    return _Asked(
        system,
        _with_days(calendar, *extra),
        _with_days(office, *extra) if office else None,
        zone,
        trigger,
        length,
        direction,
        policy,
        act,
        service,
        as_of,
        "add_days_after_roll" in given,
    )


def _zone(value: object, calendar: Calendar) -> str | None:
    """Return the zone asked for, else the calendar's."""
    if value is None:
        return calendar.zone
    try:
        return zone_of(read.word(value, "timezone")).key
    except ValueError as error:
        raise InputError(field="timezone", message=str(error)) from None


def _local_day(trigger: date | datetime, zone: str | None) -> date:
    """Return the civil day of the trigger in the zone (without one: in its own offset)."""
    if not isinstance(trigger, datetime):
        return trigger
    return (local(trigger, zone_of(zone)) if zone else trigger).date()


def _consistent(trigger: date | datetime, length: Period, direction: Direction, given: read.Request) -> None:
    """Refuse fields that contradict each other."""
    if length.unit is Unit.HOURS and not isinstance(trigger, datetime):
        said = f"{trigger} is a date; hours count from an instant such as {trigger}T10:20:00+08:00"
        raise InputError(field="trigger", message=said)
    if length.unit is Unit.CLEAR_DAYS and given.get("first_day_counts") is True:
        said = "clear days leave out the day of the event; first_day_counts true contradicts that"
        raise InputError(field="first_day_counts", code="contradiction", message=said)
    if direction is Direction.BACKWARD and "service" in given:
        said = "a period counted back from an event is not started by service; leave service out"
        raise InputError(field="service", code="contradiction", message=said)


def _extra_days(given: read.Request, calendar: Calendar) -> tuple[frozenset[date], frozenset[date]]:
    """Return the closed and the worked days that one request adds to its calendar."""
    closed = read.days(given.get("non_working_days"), "non_working_days")
    worked = read.days(given.get("working_weekend_days"), "working_weekend_days")
    if both := closed & worked:
        said = f"{min(both)} also stands in non_working_days; a day is worked or it is not"
        raise InputError(field="working_weekend_days", code="contradiction", message=said)
    if wrong := sorted(d for d in worked if d.weekday() not in calendar.law.weekend):
        said = f"{wrong[0]} is a {wrong[0]:%A}; only weekend days can be worked weekend days"
        raise InputError(field="working_weekend_days", message=said)
    return closed, worked


@lru_cache(maxsize=256)
def _with_days(calendar: Calendar, closed: frozenset[date], worked: frozenset[date]) -> Calendar:
    return calendar.with_days(closed, worked)


def _counted(asked: _Asked, inaccessible: frozenset[date]) -> Counted:
    """Count, after service has moved the trigger or lengthened the period."""
    policy, trigger, before = asked.policy, asked.trigger, None
    if asked.service is not None:
        before, policy = _served(asked)
        if before.on != _local_day(trigger, asked.zone):
            if asked.period.unit is Unit.HOURS:
                raise BadField("service", f"{asked.service} names a day of service, not the hour that hours need")
            trigger = before.on
    try:
        found = count(
            trigger,
            asked.period,
            policy,
            asked.calendar,
            zone=asked.zone,
            direction=asked.direction,
            act=asked.act,
            office_calendar=asked.office,
            inaccessible=inaccessible,
        )
    except OutOfRange as error:
        raise InputError(field="length", message=str(error)) from None
    return found if before is None else _joined(asked, before, found)


def _served(asked: _Asked) -> tuple[Deemed, Policy]:
    """Return the deemed day of service and the policy with the days that the method adds."""
    assert asked.service is not None
    law, name = asked.system.id, asked.service
    served = deemed(law, name, "other", asked.trigger, asked.calendar, asked.zone, "service", asked.as_of)
    added = method_of(law, name, "other", asked.as_of, "service").add_days
    policy = asked.policy
    if added and not asked.days_given:
        policy = overridden(policy, {"add_days_after_roll": policy.add_days_after_roll + added})
    return served, policy


def _joined(asked: _Asked, before: Deemed, found: Counted) -> Counted:
    """Return the count with the step of service before it; a later day of service is a later reading."""
    readings = list(found.readings)
    for other in before.readings:
        assert not isinstance(other.due, datetime)
        late = count(
            other.due,
            asked.period,
            asked.policy,
            asked.calendar,
            zone=asked.zone,
            act=asked.act,
            office_calendar=asked.office,
        )
        if late.due_on > found.due_on:
            readings.append(Reading(late.due, other.why, other.cite))
    first = found.basis[0]
    start = before.basis[0].from_
    law = (replace(first, from_=start, to=start),) if first.step == "law" else ()
    rest = found.basis[len(law) :]
    because = tuple(dict.fromkeys((*before.provisional_because, *found.provisional_because)))
    return Counted(found.due, found.due_at, found.rolled, because, tuple(readings), (*law, *before.basis, *rest))


def service(request: read.Request, calendars: Mapping[str, Calendar]) -> dict[str, object]:
    """Answer when a document counts as served; raises InputError with the field at fault."""
    given = {name: value for name, value in request.items() if value is not None}
    read.known_only(given, SERVICE_FIELDS, "service")
    try:
        system = jurisdiction(read.word(read.required(given, "jurisdiction", "the legal system"), "jurisdiction"))
        calendar = read.calendar(given, system.calendar, calendars)
        method = read.word(read.required(given, "method", "how it was served, for example mail"), "method")
        document = read.word(given.get("document", "other"), "document")
        if document not in DOCUMENTS:
            expected = " or ".join(DOCUMENTS)
            raise InputError(field="document", message=f"{document!r} is unknown; expected {expected}")
        step_at = read.moment(read.required(given, "step_at", "when the step was taken"), "step_at")
        found = deemed(system.id, method, document, step_at, calendar)
    except BadField as error:
        raise InputError(field=error.field, message=str(error)) from None
    except OutOfRange as error:
        raise InputError(field="step_at", message=str(error)) from None
    return _deemed_json(found)


def _deemed_json(found: Deemed) -> dict[str, Any]:
    return {
        "deemed_on": found.on.isoformat(),
        "provisional": bool(found.provisional_because),
        "provisional_because": [str(why) for why in found.provisional_because],
        "readings": [reading_json(one) for one in found.readings],
        "basis": [step_json(step) for step in found.basis],
    }
