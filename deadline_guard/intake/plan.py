"""A mapping compiled for one file: from the cells of a row to the case and the events that it tells of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Case, Timeline
from deadline_guard.errors import IntakeError
from deadline_guard.intake.dates import Moments
from deadline_guard.intake.getters import Cells, Getter, Getters, Unusable
from deadline_guard.intake.mapping import CaseMap, EventMap, Refusal, Repeat, Value
from deadline_guard.intake.mapping import Mapping as SourceMapping
from deadline_guard.store.columns import dump, micros

NOTHING: Final = Timeline()
NO_DATE: Final = Text("is blank: the date of the event is needed", "为空:必须填写事件日期")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the firm knows: event kinds, case types, persons by id and by name. None: not checked."""

    kinds: Collection[str] | None = None
    case_types: Collection[str] | None = None
    persons: Collection[str] | None = None
    by_name: Mapping[str, str] | None = None  # a name that one person alone bears → id


class Told(NamedTuple):
    """An event as a row tells it, before its place among equal rows is known."""

    event: EventPlan
    identity: str
    kind: str
    on: str
    at_us: int | None
    subject: str | None
    data: str
    recorded_by: str
    recorded_at_us: int | None


class CasePlan:
    """Reads the case of a row."""

    def __init__(self, case: CaseMap, zone: str, getters: Getters, words: Vocabulary) -> None:
        self.zone = zone
        self.words = words
        self.id: Callable[[Cells], str] = getters.value(case.id, required=Text("the case's id", "案件标识"))
        self._code = getters.value(case.code, required=Text("the case's code", "案号"))
        self._type = getters.value(case.case_type, required=Text("the case type", "案件类型"))
        self._type_column = getters.index(case.case_type)
        plain = ("title", "calendar", "jurisdiction", "team")
        self._plain = {name: getters.value(getattr(case, name)) for name in plain}
        self._attributes = {name: getters.value(value) for name, value in case.attributes.items()}
        self._owners = {name: getters.value(value) for name, value in case.owners.items()}

    def read(self, cells: Cells) -> Case:
        """Return the case that a row describes, without its events."""
        plain = {name: get(cells) for name, get in self._plain.items()}
        case_type = self._type(cells)
        if self.words.case_types is not None and case_type not in self.words.case_types:
            why = Text(f"{case_type!r} is not a case type of the rulebook", f"“{case_type}”不是规则库中的案件类型")
            raise Unusable(self._type_column, why)
        return Case(
            id=self.id(cells),
            code=self._code(cells),
            case_type=case_type,
            timeline=NOTHING,
            title=plain["title"] or "",
            zone=self.zone,
            calendar=plain["calendar"],
            jurisdiction=plain["jurisdiction"],
            team=plain["team"],
            attributes=_present(self._attributes, cells),
            owners={role: self._person(name) for role, name in _present(self._owners, cells).items()},
        )

    def _person(self, written: str) -> str:
        """Return the person written: an id, else a name that one person alone bears, else as written."""
        if self.words.persons is None or written in self.words.persons:
            return written
        return (self.words.by_name or {}).get(written, written)


def _present(getters: Mapping[str, Getter], cells: Cells) -> dict[str, Any]:
    found = ((name, get(cells)) for name, get in getters.items())
    return {name: value for name, value in found if value is not None}


class EventPlan:
    """Reads one kind of event from a row."""

    def __init__(self, event: EventMap, getters: Getters, moments: Moments, words: Vocabulary) -> None:
        self.map = event
        self.repeat: Repeat = event.repeat
        self._moments = moments
        self._kinds = words.kinds if event.kind.const is None else None
        self._kind = getters.value(event.kind, required=Text("the kind of the event", "事件类型"))
        self._kind_column = getters.index(event.kind)
        self._moment_column = getters.index(Value(columns=(event.moment,)))
        self._moment = getters.moment(event.moment, moments.at if event.exact else moments.on)
        self._identity = [getters.text(name) for name in event.identity]
        self._when = [(getters.text(name), frozenset(values)) for name, values in event.when.items()]
        self._refusals = [_refusal(refusal, getters, moments) for refusal in event.refusals]
        self._subject = getters.value(event.subject)
        self._data = [(name, getters.value(value)) for name, value in sorted(event.data.items())]
        self._recorded_by = getters.value(event.recorded_by)
        self._recorded = self._recording(getters)
        if event.kind.const is not None and words.kinds is not None and event.kind.const not in words.kinds:
            raise IntakeError(f"the mapping's event {event.kind.const!r} is not an event of the rulebook (events.yaml)")

    def read(self, cells: Cells) -> Told | None:
        """Return the event that the row tells of, None where it tells of none; raises Unusable."""
        for text, wanted in self._when:
            if text(cells) not in wanted:
                return None
        moment = self._moment(cells)
        if moment is None:
            if self.map.optional:
                return None
            raise Unusable(self._moment_column, NO_DATE)
        for refuse in self._refusals:
            refuse(cells)
        on, at_us = (moment[0], micros(moment[1])) if self.map.exact else (moment, None)
        data = {name: value for name, get in self._data if (value := get(cells)) is not None}
        return Told(
            self, self._identify(cells), self._kind_of(cells), on.isoformat(), at_us, self._subject(cells),
            dump(data) if data else "{}", self._recorded_by(cells) or "", self._recorded(cells),
        )  # fmt: skip

    def _kind_of(self, cells: Cells) -> str:
        kind: str = self._kind(cells)
        if self._kinds is not None and kind not in self._kinds:
            why = Text(
                f"{kind!r} is not an event of the rulebook (events.yaml)",
                f"“{kind}”不是规则库中的事件(events.yaml)",
            )
            raise Unusable(self._kind_column, why)
        return kind

    def _identify(self, cells: Cells) -> str:
        """Return the identity: the event's name and its columns, parted so that no two sets look alike."""
        parts = [get(cells) for get in self._identity]
        if not any(parts):
            names = ", ".join(self.map.identity)
            why = Text(
                f"the columns that identify the row are all blank ({names})",
                f"用于识别本行的各列均为空({names})",
            )
            raise Unusable(None, why)
        joined = "|".join(parts)
        if joined.count("|") != len(parts) - 1 or "\\" in joined:
            joined = "|".join(part.replace("\\", "\\\\").replace("|", "\\|") for part in parts)
        return f"{self.map.name}|{joined}" if self.map.name else joined

    def _recording(self, getters: Getters) -> Callable[[Cells], int | None]:
        recorded = self.map.recorded
        if recorded is None:
            return lambda cells: None
        start = self._moments.day_start
        if recorded.start_of_day:
            day = getters.moment(recorded.column, self._moments.on)
            return lambda cells: None if (found := day(cells)) is None else micros(start(found))
        instant = getters.moment(recorded.column, self._moments.at)
        return lambda cells: None if (found := instant(cells)) is None else micros(found[1])


def _refusal(refusal: Refusal, getters: Getters, moments: Moments) -> Callable[[Cells], None]:
    """Return a check that raises Unusable for a row that the mapping refuses."""
    column = getters.index(Value(columns=(refusal.column,)))
    why = Text(refusal.why)
    if refusal.values:
        text = getters.text(refusal.column)

        def by_value(cells: Cells) -> None:
            if text(cells) in refusal.values:
                raise Unusable(column, why)

        return by_value
    found = getters.moment(refusal.column, moments.on)
    before, after = (getters.bound(bound) for bound in (refusal.before, refusal.after))

    def by_date(cells: Cells) -> None:
        day: date | None = found(cells)
        first, last = before(cells), after(cells)
        if day is not None and ((first is not None and day < first) or (last is not None and day > last)):
            raise Unusable(column, why)

    return by_date


class Plan:
    """Reads whole rows: a row is taken with everything it tells, or not at all."""

    def __init__(self, mapping: SourceMapping, positions: Mapping[str, int], words: Vocabulary) -> None:
        moments = Moments(mapping.format.dates, mapping.zone)
        getters = Getters(positions, moments)
        self.case = CasePlan(mapping.case, mapping.zone, getters, words)
        plans = [EventPlan(event, getters, moments, words) for event in mapping.events]
        self.of_case = [plan for plan in plans if plan.map.per_case]
        self.of_row = [plan for plan in plans if not plan.map.per_case]
        self.columns = frozenset(positions.values())
        per_case = [column for plan in self.of_case for column in plan.map.columns]
        self.case_columns = sorted({positions[name] for name in (*mapping.case.columns, *per_case)})
