"""Facts recorded by hand: cases, events, absences, assignments; checked against the rules and people in force."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection

from deadline_guard.core.people import Absence
from deadline_guard.core.period import parse_period
from deadline_guard.core.rules import EventKind
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Answer, Case, Event, Timeline
from deadline_guard.errors import InputError, NotFoundError
from deadline_guard.loop.answers import Said
from deadline_guard.loop.office import Office
from deadline_guard.store import cases, events, people, queue
from deadline_guard.store.columns import dump, micros, micros_or_none
from deadline_guard.store.events import HAND, EventRow

_ANSWERS: Final = frozenset(a.value for a in Answer)


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case as somebody types it in; what is absent comes from its case type."""

    code: str
    case_type: str
    title: str = ""
    owner: str | None = None
    team: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    calendar: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event as somebody types it in; ``corrects`` is the id (source:source_id) of the one it replaces."""

    kind: str
    on: date
    at: datetime | None = None
    subject: str | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    corrects: str | None = None
    retracted: bool = False
    unconfirmed: bool = False  # a second person is asked to confirm the date


def add_case(office: Office, conn: Connection, new: NewCase, said: Said) -> Case:
    """Store a new case; raises InputError for an unknown type, person or team, or a code that exists."""
    book = office.rulebook
    kind = book.case_types.get(new.case_type)
    if kind is None:
        raise _unknown("--type", "case type", new.case_type, book.case_types)
    if new.owner is not None:
        known_person(office, "--owner", new.owner)
    if new.team is not None and new.team not in office.people.teams:
        raise _unknown("--team", "team", new.team, office.people.teams)
    for code in (new.code,):
        if _exists(conn, code):
            raise InputError(
                field="CODE",
                message=Text(
                    f"case {code} exists already; change it with `event add` or `assign`",
                    f"案件 {code} 已存在;请用 `event add` 或 `assign` 修改",
                ),
            )
    calendar = new.calendar or kind.calendar
    if calendar is not None and calendar not in office.calendars:
        raise _unknown("--calendar", "calendar", calendar, office.calendars)
    case = Case(
        new.code, new.code, new.case_type, Timeline(), new.title, new.zone or kind.zone or office.config.zone, calendar,
        kind.jurisdiction, dict(new.attributes), {"owner": new.owner} if new.owner else {}, new.team,
        opened_at=said.now,
    )  # fmt: skip
    cases.put_case(conn, case, said.now, said.by)
    return case


def add_event(office: Office, conn: Connection, case: str, new: NewEvent, said: Said) -> tuple[Case, str]:
    """Record an event, or correct one; return its case and the event's id. Raises InputError, NotFoundError."""
    known = cases.load_case(conn, case)
    kind = office.rulebook.events.get(new.kind)
    if new.kind in _ANSWERS:
        raise InputError(
            field="KIND",
            message=Text(
                f"{new.kind} is an answer; give it with ack, done or not-pursued",
                f"{new.kind} 是答复;请用 ack、done 或 not-pursued",
            ),
        )
    if kind is None and office.rulebook.events:
        raise _unknown("KIND", "event", new.kind, office.rulebook.events)
    source, source_id = HAND, uuid4().hex
    if new.corrects is not None:
        source, source_id = _of(known, new.corrects)
    data: dict[str, Any] = typed(kind, new.data) if kind else dict(new.data)
    if new.unconfirmed:
        data["unconfirmed"] = True
    row = EventRow(
        known.id, new.kind, new.on.isoformat(), source, source_id, micros_or_none(new.at), new.subject, dump(data),
        new.retracted, HAND, said.by, micros(said.now),
    )  # fmt: skip
    events.record_events(conn, [row], said.now)
    return known, f"{source}:{source_id}"


def retract_event(office: Office, conn: Connection, case: str, event: str, said: Said) -> Event:
    """Record that an event no longer holds; return it. Raises NotFoundError for one that is not on the case."""
    known = cases.load_case(conn, case)
    source, source_id = _of(known, event)
    events.retract(conn, [(known.id, source, source_id)], said.now, said.by, HAND)
    return next(e for e in known.timeline.events if e.id == event)


def assign(office: Office, conn: Connection, case: str, role: str, person: str | None, said: Said) -> tuple[Case, bool]:
    """Put a person into a role on a case (None: out of it); return the case and whether anything changed."""
    known = cases.load_case(conn, case)
    if person is not None:
        known_person(office, "PERSON", person)
    return known, people.assign(conn, known.id, role, person, said.now, said.by)


def add_absence(office: Office, absence: Absence, said: Said) -> int:
    """Record that somebody is away; every case is decided again in turn, since anybody may now stand in."""
    known_person(office, "PERSON", absence.person)
    if absence.deputy is not None:
        known_person(office, "--deputy", absence.deputy)
    if absence.until <= absence.since:
        raise InputError(
            field="--until",
            message=Text(f"{absence.until} is not after {absence.since}", f"{absence.until} 不晚于 {absence.since}"),
        )
    with office.store.write() as conn:
        number = people.record_absence(conn, absence, said.now, said.by)
    after: str | None = ""
    while after is not None:
        with office.store.write() as conn:
            after = queue.mark_all_stale_batch(conn, queue.STALE_PEOPLE, "absence", after)
    return number


def known_person(office: Office, field: str, person: str) -> None:
    """Raise InputError with the nearest id unless ``people.yaml`` has this person."""
    if person not in office.people.persons:
        raise _unknown(field, "person", person, office.people.persons)


def typed(kind: EventKind, given: Mapping[str, str]) -> dict[str, Any]:
    """Return an event's data by the vocabulary's types (date, number, period, text); raises InputError."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name not in kind.data:
            raise _unknown("--data", f"detail of {kind.id}", name, kind.data)
        found[name] = _typed(name, kind.data[name], value)
    return found


def _typed(name: str, type_: str, value: str) -> Any:
    try:
        match type_:
            case "date":
                return date.fromisoformat(value).isoformat()
            case "number":
                return int(value) if value.lstrip("-").isdigit() else float(value)
            case "period":
                parse_period(value)
            case "list":
                return json.loads(value)
    except ValueError:
        example = {"date": "2026-12-03", "number": "5000", "period": "15 days", "list": '[{"due": "2026-12-03"}]'}[
            type_
        ]
        said = Text(f"found {value!r}, expected a {type_} such as {example}", f"{value!r} 无法读取,应为例如 {example}")
        raise InputError(field=name, message=said) from None
    return value


def _of(case: Case, event: str) -> tuple[str, str]:
    for one in case.timeline.events:
        if one.id == event:
            return one.source, one.source_id
    ids = ", ".join(f"{e.id} ({e.kind} {e.on})" for e in case.timeline.events[-8:]) or "none"
    raise NotFoundError(
        Text(
            f"no event {event} on case {case.code}; the latest are: {ids}",
            f"案件 {case.code} 上没有节点 {event};最近的节点:{ids}",
        )
    )


def _exists(conn: Connection, code: str) -> bool:
    try:
        cases.load_case(conn, code)
    except NotFoundError as error:
        return "have this code" in str(error)
    return True


def _unknown(field: str, what: str, found: str, known: Iterable[str]) -> InputError:
    names = list(known)
    near = get_close_matches(found, names, 1)
    listed = ", ".join(sorted(names)[:12])
    hint = f"; did you mean {near[0]}?" if near else f"; known are: {listed}"
    tip = f"是否为 {near[0]}?" if near else f"已有:{listed}"
    return InputError(field=field, message=Text(f"unknown {what} {found!r}{hint}", f"{found!r} 未定义;{tip}"))
