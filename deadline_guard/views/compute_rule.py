"""The `rule` kind of the public calculator (``../shared/specs/compute.md`` section 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from typing import Any, Final
from zoneinfo import ZoneInfo

from deadline_guard.core.calendar import FIRST_YEAR, LAST_YEAR, Calendar
from deadline_guard.core.conditions import matches
from deadline_guard.core.deadlines import Deadline, State
from deadline_guard.core.derivation import Reading
from deadline_guard.core.indicators import INDICATORS
from deadline_guard.core.instants import day_ends, zone_of
from deadline_guard.core.law import in_force, law_of
from deadline_guard.core.levels import crossings, level_at
from deadline_guard.core.limits import OUT_OF_RANGE
from deadline_guard.core.rules import Rule, Rulebook
from deadline_guard.core.timeline import Case, Event, Timeline
from deadline_guard.errors import InputError
from deadline_guard.views.derivation import reading_json, step_json

Request = Mapping[str, object]

FIELDS: Final = ("kind", "rule", "events", "case", "at", "as_of", "strict")
EVENT_FIELDS: Final = ("type", "on", "at", "id", "subject", "data")
_SOURCE: Final = "compute"
_NO_ZONE: Final = "UTC"  # what is counted in days needs no zone; its instants are then not told


def answer(
    request: Request,
    rulebook: Rulebook,
    calendars: Mapping[str, Calendar],
    now: datetime | None = None,
) -> dict[str, object]:
    """Answer one request: ``{"deadlines": [...]}``, one entry a cycle.

    The level is that at ``at`` (else at ``now``, else when the last event is known). A case attribute that the
    rule excludes gives no deadline; one that is not told excludes nothing. Raises InputError with the field.
    """
    given = {name: value for name, value in request.items() if value is not None}
    for name in given:
        if name not in FIELDS:
            raise _unknown(name, FIELDS, f"unknown field {name!r}", "unknown_field")
    rule = _rule(given.get("rule"), rulebook)
    attributes = _mapping(given.get("case", {}), "case")
    zone = _zone(attributes, rule, rulebook, calendars)
    events = _events(given.get("events"), zone, rulebook)
    asked = as_it_stood(rule, given.get("as_of"))
    if not _applies(rule, attributes):
        return {"deadlines": []}
    case = _case(attributes, asked, events, zone, rulebook)
    at = _instant(given["at"], "at") if "at" in given else now
    known = at or max((e.recorded_at for e in events), default=datetime(1970, 1, 1, tzinfo=UTC))
    found = _computed(asked, case, rulebook, calendars, known)
    if any(OUT_OF_RANGE in d.flags for d in found):
        message = f"a date lies outside the years that can be counted ({FIRST_YEAR} to {LAST_YEAR})"
        raise InputError(field="events", message=message)
    if given.get("strict") and any(d.provisional for d in found):
        because = next(str(d.provisional[0]) for d in found if d.provisional)
        raise InputError(field="strict", code="provisional", message=f"the date is provisional: {because}")
    told = zone is not None
    return {"deadlines": [_shown(d, asked, case, rulebook, calendars, at and known, told) for d in found]}


def as_it_stood(rule: Rule, as_of: object) -> Rule:
    """Return the rule as its text and the counting law stood on ``as_of`` (None: each as the rule chooses)."""
    if as_of is None:
        return rule
    day = _date(as_of, "as_of")
    version = in_force(rule.versions, day)
    if version is None:
        return rule
    policy = {**version.policy, "as_of": day}
    return replace(rule, versions=(replace(version, since=None, until=None, policy=policy),))


def _computed(
    rule: Rule, case: Case, rulebook: Rulebook, calendars: Mapping[str, Calendar], now: datetime
) -> tuple[Deadline, ...]:
    """Return the rule's deadlines, after those of the rules it is chained to."""
    computed: dict[str, Sequence[Deadline]] = {}
    chain = [rule]
    for link in chain:
        for before in (t.rule for t in (link.trigger, *link.trigger_any) if t.rule is not None):
            if before == rule.id or before == link.id:
                raise InputError(field="rule", message=f"{before} and {link.id} start from each other's end")
            if before in rulebook.rules and all(r.id != before for r in chain):
                chain.append(rulebook.rules[before])
    try:
        for link in reversed(chain):
            if not _applies(link, case.attributes):
                continue
            computed[link.id] = INDICATORS[link.indicator](link, case, rulebook, calendars, now, computed)
    except ValueError as error:
        field = getattr(error, "field", "") or "events"
        raise InputError(field=str(field), message=str(error)) from None
    return tuple(computed[rule.id])


def _rule(name: object, rulebook: Rulebook) -> Rule:
    if name is None:
        raise InputError(field="rule", code="required", message="is missing: the id of a rule")
    rule = rulebook.rules.get(name) if isinstance(name, str) else None
    if rule is None:
        raise _unknown("rule", tuple(rulebook.rules), f"no rule {name!r}", "unknown_rule", str(name))
    if rule.indicator not in INDICATORS:
        message = f"{rule.id} measures {rule.indicator!r}, which has no due date"
        raise InputError(field="rule", code="not_supported", message=message)
    return rule


def _unknown(field: str, known: Sequence[str], said: str, code: str, name: str | None = None) -> InputError:
    near = get_close_matches(name or field, known, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"expected one of {', '.join(sorted(known)[:12])}"
    return InputError(field=field, code=code, message=f"{said}: {hint}")


def _mapping(value: object, field: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError(field=field, message=f"expected {{name: value, …}}, found {value!r}")
    return value


def _zone(
    attributes: Mapping[str, Any], rule: Rule, rulebook: Rulebook, calendars: Mapping[str, Calendar]
) -> str | None:
    """Return the zone of the case: told, else its type's, else its calendar's, else None."""
    try:
        law = law_of(rule, _case(attributes, rule, (), None, rulebook), rulebook, calendars)
    except ValueError as error:
        raise InputError(field="case.calendar", code="unknown_calendar", message=str(error)) from None
    named = attributes.get("zone", attributes.get("timezone"))
    if named is not None:
        try:
            return str(zone_of(str(named)))
        except (KeyError, ValueError, OSError):
            message = f"{named!r} is no IANA zone such as Asia/Shanghai"
            raise InputError(field="case.zone", message=message) from None
    case_type = rulebook.case_types.get(_case_type(attributes, rule, rulebook))
    return (case_type.zone if case_type else None) or law.calendar.zone


def _case_type(attributes: Mapping[str, Any], rule: Rule, rulebook: Rulebook) -> str:
    """Return the case type that was told, else the first one the rule applies to."""
    told = attributes.get("case_type")
    if told is not None:
        return str(told)
    return str(next(iter(rule.applies_to.get("case_type", ())), next(iter(rulebook.case_types), "")))


def _applies(rule: Rule, attributes: Mapping[str, Any]) -> bool:
    told = {name: wanted for name, wanted in rule.when.items() if attributes.get(name) is not None}
    named = all(attributes.get(name) in (None, *allowed) for name, allowed in rule.applies_to.items())
    return named and matches(told, attributes)


def _case(
    attributes: Mapping[str, Any], rule: Rule, events: Sequence[Event], zone: str | None, rulebook: Rulebook
) -> Case:
    """Return a case with these events, which also stand in for those of linked cases."""
    line = Timeline.of(events)
    relations = {t.of for t in (rule.trigger, *rule.trigger_any) if t.of}
    return Case(
        id="compute",
        code="compute",
        case_type=_case_type(attributes, rule, rulebook),
        timeline=line,
        zone=zone or _NO_ZONE,
        calendar=attributes.get("calendar"),
        jurisdiction=attributes.get("jurisdiction"),
        attributes=attributes,
        linked=dict.fromkeys(relations, (line,)),
    )


def _events(listed: object, zone: str | None, rulebook: Rulebook) -> tuple[Event, ...]:
    if listed is None:
        raise InputError(field="events", code="required", message="is missing: a list of events")
    if isinstance(listed, str) or not isinstance(listed, Sequence):
        raise InputError(field="events", message=f"expected a list of events, found {listed!r}")
    events = tuple(_event(told, place, zone, rulebook) for place, told in enumerate(listed))
    seen: set[str] = set()
    for place, event in enumerate(events):
        if event.source_id in seen:
            raise InputError(field=f"events[{place}].id", message=f"{event.source_id!r} names another event too")
        seen.add(event.source_id)
    return events


def _event(value: object, place: int, zone: str | None, rulebook: Rulebook) -> Event:
    field = f"events[{place}]"
    told = {name: item for name, item in _mapping(value, field).items() if item is not None}
    for name in told:
        if name not in EVENT_FIELDS:
            raise _unknown(f"{field}.{name}", EVENT_FIELDS, f"unknown field {name!r}", "unknown_field", name)
    kind = told.get("type")
    if not isinstance(kind, str):
        raise InputError(field=f"{field}.type", code="required", message="is missing: the kind of the event")
    if rulebook.events and kind not in rulebook.events:
        raise _unknown(f"{field}.type", tuple(rulebook.events), f"no event {kind!r}", "unknown_event", kind)
    if ("on" in told) == ("at" in told):
        raise InputError(field=field, message='needs either "on" (a date) or "at" (an instant with offset)')
    at = _instant(told["at"], f"{field}.at") if "at" in told else None
    on = at.astimezone(zone_of(zone) if zone else at.tzinfo).date() if at else _date(told["on"], f"{field}.on")
    subject = told.get("subject")
    return Event(
        kind=kind,
        on=on,
        source=_SOURCE,
        source_id=str(told.get("id", place)),
        recorded_at=at or datetime.combine(on, time(), ZoneInfo(zone or _NO_ZONE)),
        at=at,
        subject=None if subject is None else str(subject),
        data=_mapping(told.get("data", {}), f"{field}.data"),
    )


def _date(text: object, field: str) -> date:
    try:
        return date.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        raise InputError(field=field, message=f"{text!r} is no date: write for example 2026-01-16") from None


def _instant(text: object, field: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        message = f"{text!r} is no instant with its offset: write for example 2026-01-16T10:20:00+08:00"
        raise InputError(field=field, message=message)
    return instant


def _shown(
    deadline: Deadline,
    rule: Rule,
    case: Case,
    rulebook: Rulebook,
    calendars: Mapping[str, Calendar],
    at: datetime | None,
    told: bool,
) -> dict[str, object]:
    """Return one cycle as JSON; without a known zone there are no instants."""
    begins = crossings(deadline, rule, case, rulebook, calendars)
    level = None
    if at is not None:
        level = level_at(begins, at).word if deadline.state is State.OPEN else "ok"
    whole_day = deadline.due_at == day_ends(deadline.due_on, deadline.zone)
    due_at = _local(deadline.due_at, deadline.zone)
    return {
        "rule": deadline.rule,
        "version": deadline.version,
        "cycle": deadline.cycle.removeprefix(f"{_SOURCE}:"),
        "subject": deadline.subject,
        "due": deadline.due_on.isoformat() if whole_day else due_at,
        "due_at": due_at if told or not whole_day else None,
        "rolled": deadline.rolled,
        "provisional": bool(deadline.provisional),
        "provisional_because": [str(why) for why in deadline.provisional],
        "readings": [reading_json(Reading(r.due_on, r.why)) for r in deadline.readings],
        "level": level,
        "thresholds": [{"level": c.level.word, "at": _local(c.at, deadline.zone)} for c in begins if told],
        "state": deadline.state.value,
        "done": deadline.state is State.DONE,
        "excluded": [
            {"from": e.since.isoformat(), "to": e.until.isoformat() if e.until else None, "why": str(e.why)}
            for e in deadline.excluded
        ],
        "flags": list(deadline.flags),
        "internal_at": _local(deadline.internal_at, deadline.zone) if deadline.internal_at and told else None,
        "basis": [step_json(step) for step in deadline.basis],
    }


def _local(at: datetime, zone: str) -> str:
    return at.astimezone(zone_of(zone)).isoformat()
