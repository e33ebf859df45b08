"""An import as a person reads it: what the mapping makes of the columns, the numbers, what was refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Case
from deadline_guard.intake.importing import Outcome
from deadline_guard.intake.mapping import EventMap, Kind, Repeat, Value
from deadline_guard.intake.mapping import Mapping as SourceMapping
from deadline_guard.store.columns import instant
from deadline_guard.store.events import EventRow

NAMED = 20  # unknown owners listed by name


class Count(NamedTuple):
    """One number of the preview; ``alarming`` ones want a look before they are confirmed."""

    label: Text
    number: int
    alarming: bool = False


def counts(outcome: Outcome) -> list[Count]:
    """Return the numbers of an import; those that are nought and only alarm are left out."""
    tally = outcome.tally
    always = [
        Count(Text("rows", "行"), tally.rows),
        Count(Text("cases: new", "新案件"), outcome.new_cases),
        Count(Text("cases: changed", "有变更的案件"), outcome.changed_cases),
        Count(Text("events: new", "新事件"), outcome.new),
        Count(Text("events: revised by the source", "来源更正的事件"), outcome.revised),
        Count(Text("events: as stored already", "与已存相同的事件"), outcome.same),
        Count(Text("repeats: the same row again", "重复:完全相同的行"), tally.same_rows),
        Count(Text("repeats: said again by another row", "重复:另一行再次陈述"), tally.restated),
        Count(Text("rows rejected", "被拒绝的行"), outcome.rejects.rows, outcome.rejects.rows > 0),
    ]
    more = [
        Count(Text("conflicts with a correction by hand", "与人工更正冲突"), outcome.conflicts, alarming=True),
        Count(
            Text("gone from the source, to be taken back", "来源中已消失、将撤回"),
            outcome.gone or 0,
            alarming=True,
        ),
        Count(
            Text("rows that contradict their case's first row", "与案件首行不一致的行"),
            tally.other_case,
            True,
        ),
        Count(Text("cases without an owner", "没有责任人的案件"), tally.without_owner, True),
        Count(Text("blank rows", "空行"), tally.blank),
    ]
    return always + [count for count in more if count.number]


def unknown_owners(outcome: Outcome) -> list[str]:
    """Return the owners that people.yaml does not know, each with the number of its cases, most first."""
    found = outcome.tally.unknown_owners.most_common()
    shown = [f"{person} ({cases})" for person, cases in found[:NAMED]]
    return [*shown, "…"] if len(found) > NAMED else shown


def mapped(mapping: SourceMapping) -> list[tuple[str, str]]:
    """Return what each field is made of: (field, columns and how they are read)."""
    case = mapping.case
    plain = ("id", "code", "title", "case_type", "calendar", "jurisdiction", "team")
    found = [(f"case.{name}", _value(value)) for name in plain if (value := getattr(case, name)) is not None]
    found += _table("case.attributes", case.attributes) + _table("case.owners", case.owners)
    for event in mapping.events:
        found += _event(event)
    return found


def _event(event: EventMap) -> Iterable[tuple[str, str]]:
    name = event.name or "event"
    yield f"{name}.kind", _value(event.kind)
    yield f"{name}.{'at' if event.exact else 'on'}", event.moment
    yield f"{name}.identity", " + ".join(event.identity) + (" + n" if event.repeat is Repeat.ORDINAL else "")
    if event.recorded is not None:
        yield (
            f"{name}.recorded_at",
            ("00:00, " if event.recorded.start_of_day else "") + event.recorded.column,
        )
    if event.subject is not None:
        yield f"{name}.subject", _value(event.subject)
    yield from _table(f"{name}.data", event.data)


def _table(prefix: str, values: Mapping[str, Value]) -> list[tuple[str, str]]:
    return [(f"{prefix}.{key}", _value(value)) for key, value in values.items()]


def _value(value: Value) -> str:
    if value.const is not None:
        return f"= {value.const}"
    text = value.template or value.columns[0]
    kind = "" if value.kind is Kind.TEXT else f" ({value.kind})"
    table = "" if value.table is None else " → " + ", ".join(dict.fromkeys(value.table.values()))
    return f"{text}{kind}{table}"


def stored_case(case: Case) -> tuple[str, ...]:
    """Return a case as one line of the preview: id, code, type, title, owner."""
    return (case.id, case.code, case.case_type, case.title, case.owners.get("owner", ""))


def stored_event(row: EventRow) -> tuple[str, ...]:
    """Return an event as one line of the preview: case, date or instant (UTC), kind, identity, data."""
    moment = row.on if row.at_us is None else f"{instant(row.at_us):%Y-%m-%d %H:%M:%SZ}"
    return (row.case_id, moment, row.kind, row.source_id, row.data)
