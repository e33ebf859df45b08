"""A mapping compiled for one file: from some rows to the cases and the events that they tell of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, Final, TypeAlias

from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Case, Timeline
from deadline_guard.errors import IntakeError
from deadline_guard.intake.beginnings import Beginnings
from deadline_guard.intake.dates import Moments
from deadline_guard.intake.getters import Chunk, Getter, Getters, Unusable
from deadline_guard.intake.mapping import CaseMap, EventMap, Refusal, Repeat, Value
from deadline_guard.intake.mapping import Mapping as SourceMapping
from deadline_guard.store.events import EventRow

NOTHING: Final = Timeline()
# An event as a row tells it, before its place among equal rows is known, and a digest that tells an identical row
# from another one of the same identity. A plain pair: half a million are made of half a million rows.
Told: TypeAlias = tuple[EventRow, int]

NO_DATE: Final = Text("is blank: the date of the event is needed", "为空:必须填写事件日期")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the firm knows: event kinds, case types, persons by id and by name. None: not checked."""

    kinds: Collection[str] | None = None
    case_types: Collection[str] | None = None
    persons: Collection[str] | None = None
    by_name: Mapping[str, str] | None = None  # a name that one person alone bears → id


class CasePlan:
    """Reads the case of a row."""

    def __init__(self, case: CaseMap, zone: str, getters: Getters, words: Vocabulary) -> None:
        self.zone = zone
        self.words = words
        self.id = getters.value(case.id, required=Text("the case's id", "案件标识"))
        self._code = getters.value(case.code, required=Text("the case's code", "案号"))
        self._type = getters.value(case.case_type, required=Text("the case type", "案件类型"))
        self._type_column = getters.index(case.case_type)
        plain = (case.title, case.calendar, case.jurisdiction, case.team)
        self._plain = [getters.value(value) for value in plain]
        self._attributes = {name: getters.value(value) for name, value in case.attributes.items()}
        self._owners = {name: getters.value(value) for name, value in case.owners.items()}

    def read(self, chunk: Chunk) -> list[Case]:
        """Return the cases that rows describe, without their events; raises Unusable."""
        types = self._type(chunk)
        if self.words.case_types is not None:
            for case_type in set(types).difference(self.words.case_types):
                en, zh = "is not a case type of the rulebook", "不是规则库中的案件类型"
                raise Unusable(self._type_column, Text(f"{case_type!r} {en}", f"“{case_type}”{zh}"))
        plain = [get(chunk) for get in self._plain]
        attributes, owners = _tables(self._attributes, chunk), _tables(self._owners, chunk)
        return [
            Case(
                case_id, code, case_type, NOTHING, title or "", self.zone, calendar, jurisdiction, table,
                {role: self._person(name) for role, name in named.items()}, team,
            )
            for case_id, code, case_type, title, calendar, jurisdiction, team, table, named in zip(
                self.id(chunk), self._code(chunk), types, *plain, attributes, owners, strict=True
            )
        ]  # fmt: skip

    def _person(self, written: str) -> str:
        """Return the person written: an id, else a name that one person alone bears, else as written."""
        if self.words.persons is None or written in self.words.persons:
            return written
        return (self.words.by_name or {}).get(written, written)


def _tables(getters: Mapping[str, Getter], chunk: Chunk) -> list[dict[str, Any]]:
    """Return, row by row, the named values that are not blank."""
    if not getters:
        return [{} for _ in range(chunk.size)]
    rows = zip(*(get(chunk) for get in getters.values()), strict=True)
    return [{name: v for name, v in zip(getters, row, strict=True) if v is not None} for row in rows]


class EventPlan:
    """Reads one kind of event from rows."""

    def __init__(
        self, source: str, event: EventMap, getters: Getters, moments: Moments, words: Vocabulary, by: str
    ) -> None:
        self.map = event
        self._source = source
        self._by = by
        self._moments = moments
        self._known_kinds = words.kinds
        self._kind = getters.value(event.kind, required=Text("the kind of the event", "事件类型"))
        self._kind_column = getters.index(event.kind)
        self._moment_column = getters.index(Value(columns=(event.moment,)))
        self._moment = getters.moments(event.moment) if event.exact else getters.read(event.moment, moments.on)
        self._written = getters.text(event.moment)
        self._identity = [getters.text(name) for name in event.identity]
        self._prefix = f"{event.name}|" if event.name else ""
        self._when = [(getters.text(name), frozenset(values)) for name, values in event.when.items()]
        self._refusals = [_refusal(refusal, getters, moments) for refusal in event.refusals]
        self._subject = getters.value(event.subject)
        self._data = getters.json(event.data)
        self._recorded_by = getters.value(event.recorded_by)
        self._recorded = self._recording(getters)
        if event.kind.const is not None and words.kinds is not None and event.kind.const not in words.kinds:
            kind = repr(event.kind.const)
            raise IntakeError(
                Text(
                    f"the mapping's event {kind} is not an event of the rulebook (events.yaml)",
                    f"映射文件中的节点 {kind} 不是规则库(events.yaml)中的节点",
                )
            )

    def read(self, chunk: Chunk, cases: Sequence[str]) -> Sequence[Told | None]:
        """Return the event that each row tells of its case, None where it tells of none; raises Unusable."""
        masks = [[text in wanted for text in texts(chunk)] for texts, wanted in self._when]
        if self.map.optional:
            masks.append([text != "" for text in self._written(chunk)])
        places = [place for place, kept in enumerate(zip(*masks, strict=True)) if all(kept)] if masks else []
        if not masks or len(places) == chunk.size:
            return self._told(chunk, cases)
        told: list[Told | None] = [None] * chunk.size
        if places:
            kept = self._told(chunk.take(places), [cases[place] for place in places])
            for place, found in zip(places, kept, strict=True):
                told[place] = found
        return told

    def _told(self, chunk: Chunk, cases: Sequence[str]) -> list[Told]:
        moments: Sequence[Any] = self._moment(chunk)
        if None in moments:
            raise Unusable(self._moment_column, NO_DATE)
        for refuse in self._refusals:
            refuse(chunk)
        days: Sequence[str] = moments
        instants: Sequence[int | None] = [None] * chunk.size
        if self.map.exact:
            days, instants = zip(*moments, strict=True)
        kinds, subjects, data = self._kinds(chunk), self._subject(chunk), self._data(chunk)
        events = map(EventRow._make, zip(
            cases, kinds, days, repeat(self._source), self._identities(chunk), instants, subjects, data,
            repeat(False), repeat("source"), [by or self._by for by in self._recorded_by(chunk)], self._recorded(chunk),
        ))  # fmt: skip
        digests = self._digests(chunk, (kinds, days, instants, subjects, data))
        return list(zip(events, digests, strict=True))

    def _digests(self, chunk: Chunk, content: Sequence[Sequence[Any]]) -> list[int]:
        if self.map.repeat is Repeat.ORDINAL:
            return [0] * chunk.size
        if self.map.repeat is Repeat.REFUSE:
            return list(map(hash, zip(*content, strict=True)))
        return chunk.hashes()

    def _kinds(self, chunk: Chunk) -> Sequence[str]:
        kinds: Sequence[str] = self._kind(chunk)
        if self._known_kinds is not None:
            for kind in set(kinds).difference(self._known_kinds):
                en, zh = "is not an event of the rulebook (events.yaml)", "不是规则库中的事件(events.yaml)"
                raise Unusable(self._kind_column, Text(f"{kind!r} {en}", f"“{kind}”{zh}"))
        return kinds

    def _identities(self, chunk: Chunk) -> list[str]:
        """Return the identities: the event's name and its columns, parted so that no two sets look alike."""
        parts = [texts(chunk) for texts in self._identity]
        joined = [self._prefix + "|".join(row) for row in zip(*parts, strict=True)]
        if self._prefix + "|" * (len(parts) - 1) in joined:
            names = ", ".join(self.map.identity)
            en, zh = "the columns that identify the row are all blank", "用于识别本行的各列均为空"
            raise Unusable(None, Text(f"{en} ({names})", f"{zh}({names})"))
        if any("|" in text or "\\" in text for text in map("".join, parts)):
            parts = [[text.replace("\\", "\\\\").replace("|", "\\|") for text in part] for part in parts]
            return [self._prefix + "|".join(row) for row in zip(*parts, strict=True)]
        return joined

    def _recording(self, getters: Getters) -> Callable[[Chunk], Sequence[int | None]]:
        recorded = self.map.recorded
        if recorded is None:
            return lambda chunk: [None] * chunk.size
        if recorded.start_of_day:
            start = self._moments.day_start
            days = getters.read(recorded.column, self._moments.on)
            return lambda chunk: [None if day is None else start(day) for day in days(chunk)]
        moments = getters.moments(recorded.column)
        return lambda chunk: [None if moment is None else moment[1] for moment in moments(chunk)]


def _refusal(refusal: Refusal, getters: Getters, moments: Moments) -> Callable[[Chunk], None]:
    """Return a check that raises Unusable where the mapping refuses a row."""
    column = getters.index(Value(columns=(refusal.column,)))
    why = Text(refusal.why)
    if refusal.values:
        texts = getters.text(refusal.column)

        def by_value(chunk: Chunk) -> None:
            if not set(refusal.values).isdisjoint(texts(chunk)):
                raise Unusable(column, why)

        return by_value
    days = getters.read(refusal.column, moments.on)
    before, after = getters.bound(refusal.before), getters.bound(refusal.after)

    def by_date(chunk: Chunk) -> None:
        for day, first, last in zip(days(chunk), before(chunk), after(chunk), strict=True):
            if day is not None and ((first is not None and day < first) or (last is not None and day > last)):
                raise Unusable(column, why)  # ISO texts compare as the days do

    return by_date


class Plan:
    """Everything that rows of one file tell of."""

    def __init__(
        self, mapping: SourceMapping, positions: Mapping[str, int], words: Vocabulary, by: str = "import"
    ) -> None:
        moments = Moments(mapping.format.dates, mapping.zone)
        getters = Getters(positions, moments)
        self.case = CasePlan(mapping.case, mapping.zone, getters, words)
        plans = [EventPlan(mapping.source, event, getters, moments, words, by) for event in mapping.events]
        self.of_case = [plan for plan in plans if plan.map.per_case]
        self.of_row = [plan for plan in plans if not plan.map.per_case]
        self.columns = frozenset(positions.values())
        begins = mapping.case.begins
        self.beginnings = None
        if begins is not None:
            self.beginnings = Beginnings(begins, self.case.id, getters, positions[begins.date])
        per_case = [column for plan in self.of_case for column in plan.map.columns]
        self.case_columns = sorted({positions[name] for name in (*mapping.case.columns, *per_case)})
