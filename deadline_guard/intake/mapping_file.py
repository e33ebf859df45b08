"""Reads a mapping file; every problem of the file is told at once, with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from deadline_guard.core.text import Text, joined
from deadline_guard.errors import IntakeError
from deadline_guard.intake.mapping import (
    Beginning,
    CaseMap,
    EventMap,
    Format,
    Kind,
    Mapping,
    Recorded,
    Refusal,
    Repeat,
    Value,
)
from deadline_guard.intake.mapping_source import Node, Problems, read_tree

HOLE: Final = re.compile(r"\{([^{}]+)\}")
LENGTH: Final = re.compile(r"([1-9]\d*) (minute|hour|day|week)s?")
START_OF_DAY: Final = "start of day of "
TEXT_OF_CASE: Final = ("title", "calendar", "jurisdiction", "team")
KEYS_OF_EVENT: Final = (
    "name", "kind", "on", "at", "identity", "repeat", "ordinal", "per", "optional",
    "recorded_at", "recorded_by", "subject", "data", "when", "reject_if",
)  # fmt: skip


DATE_FORM: Final = Text("a form such as %Y-%m-%d or %Y年%m月%d日", "日期格式,如 %Y-%m-%d 或 %Y年%m月%d日")
ONE_CHARACTER: Final = Text("one character, or tab", "单个字符,或 tab")
ROW_NUMBER: Final = Text("a row number from 1", "从 1 起的行号")
ROW_OR_CASE: Final = Text("row or case", "row 或 case")
ONE_SOURCE: Final = Text(
    "found neither or both of column and const, expected one of them", "column 与 const 须且仅须写其一"
)
ONE_MOMENT: Final = Text(
    "found neither or both of on and at, expected `on` (a day) or `at` (an hour that counts)",
    "on 与 at 须且仅须写其一:`on` 为日期,`at` 为精确到时刻的时间",
)
DATE_OR_COLUMN: Final = Text(
    "expected `date` with before or after, or `column` with is", "应为 `date` 加 before 或 after,或 `column` 加 is"
)


def _one_of(words: Iterable[str]) -> Text:
    listed = ", ".join(words)
    return Text(f"one of {listed}", f"以下之一:{listed}")


def read_mapping(path: Path) -> Mapping:
    """Return the mapping in a file.

    Raises IntakeError with every problem as ``file:line:column: found, expected``.
    """
    problems = Problems()
    mapping = _mapping(read_tree(path), problems)
    if problems.found:
        raise IntakeError(joined(problems.found))
    return mapping


def _mapping(root: Node, problems: Problems) -> Mapping:
    allowed = ("source", "zone", "case", "events", "format", "expect_every")
    fields = problems.fields(root, allowed, ("source", "zone", "case"))
    length = Text("a length such as 1 day, 12 hours or 2 weeks", "时长,如 1 day、12 hours 或 2 weeks")
    zone = Text("a zone such as Asia/Shanghai", "时区,如 Asia/Shanghai")
    every = problems.choice(fields.get("expect_every"), _length, length, None)
    return Mapping(
        source=problems.text(fields.get("source")),
        zone=problems.choice(fields.get("zone"), _zone, zone, "UTC"),
        case=_case(fields["case"], problems) if "case" in fields else CaseMap(Value(), Value(), Value()),
        events=_events(fields.get("events"), problems),
        format=_format(fields.get("format"), problems),
        expect_every=every,
    )


def _length(text: str) -> timedelta | None:
    match = LENGTH.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return timedelta(**{f"{match[2]}s": int(match[1])})


def _zone(name: str) -> str:
    return ZoneInfo(name).key


def _format(node: Node | None, problems: Problems) -> Format:
    if node is None:
        return Format()
    allowed = ("encoding", "delimiter", "sheet", "header_row", "dates", "fill_down")
    fields = problems.fields(node, allowed)
    plain = Format()
    dates = problems.texts(fields.get("dates")) or plain.dates
    for form in dates:
        if "%" not in form:
            problems.wrong(fields["dates"], DATE_FORM, Text(repr(form)))
    return Format(
        encoding=problems.text(fields.get("encoding")) or None,
        delimiter=problems.choice(fields.get("delimiter"), _delimiter, ONE_CHARACTER, plain.delimiter),
        sheet=problems.text(fields.get("sheet")) or None,
        header_row=problems.choice(fields.get("header_row"), _row, ROW_NUMBER, plain.header_row),
        dates=dates,
        fill_down=problems.texts(fields.get("fill_down")),
    )


def _delimiter(text: str) -> str:
    text = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(text) != 1:
        raise ValueError(text)
    return text


def _row(text: str) -> int:
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


def _case(node: Node, problems: Problems) -> CaseMap:
    keys = ("id", "code", "case_type", *TEXT_OF_CASE, "attributes", "owners", "begins")
    fields = problems.fields(node, keys, ("id", "case_type"))
    identity = _value(fields.get("id"), problems) or Value()
    texts = {key: _value(fields.get(key), problems) for key in TEXT_OF_CASE}
    return CaseMap(
        id=identity,
        code=_value(fields.get("code"), problems) or identity,
        case_type=_value(fields.get("case_type"), problems) or Value(),
        attributes=_values(fields.get("attributes"), problems),
        owners=_values(fields.get("owners"), problems),
        begins=_beginning(fields.get("begins"), problems),
        **texts,
    )


def _beginning(node: Node | None, problems: Problems) -> Beginning | None:
    if node is None:
        return None
    keys = ("column", "is", "date")
    fields = problems.fields(node, keys, keys)
    column, day = problems.text(fields.get("column")), problems.text(fields.get("date"))
    return Beginning(column, problems.texts(fields.get("is")), day) if len(fields) == len(keys) else None


def _values(node: Node | None, problems: Problems) -> dict[str, Value]:
    found = {key: _value(item, problems) for key, item in problems.table(node).items()}
    return {key: value for key, value in found.items() if value is not None}


def _value(node: Node | None, problems: Problems) -> Value | None:
    """Read where a value comes from: a column's name, a template with {columns}, or the long form."""
    if node is None:
        return None
    if not isinstance(node.value, dict):
        text = problems.text(node)
        holes = tuple(HOLE.findall(text))
        return Value(columns=holes, template=text) if holes else Value(columns=(text,))
    fields = problems.fields(node, ("column", "const", "map", "otherwise", "as"))
    if ("column" in fields) == ("const" in fields):
        problems.add(node, ONE_SOURCE)
        return None
    value = _value(fields["column"], problems) if "column" in fields else Value(const=problems.text(fields["const"]))
    table = {key: problems.text(item) for key, item in problems.table(fields.get("map")).items()}
    return replace(
        value or Value(),
        table=table if "map" in fields else None,
        otherwise=problems.text(fields["otherwise"]) if "otherwise" in fields else None,
        kind=problems.choice(fields.get("as"), Kind, _one_of(Kind), Kind.TEXT),
    )


def _events(node: Node | None, problems: Problems) -> tuple[EventMap, ...]:
    if node is None:
        return ()
    if not isinstance(node.value, list):
        problems.wrong(node, Text("a list of events", "节点列表"))
        return ()
    events: dict[str, EventMap] = {}
    for item in node.value:
        event = _event(item, problems)
        if event.name in events:
            twice = f"a second event named {event.name!r}: give each its own name"
            problems.add(item, Text(twice, f"第二个名为 {event.name!r} 的节点:请各取不同名称"))
        events[event.name] = event
    return tuple(events.values())


def _event(node: Node, problems: Problems) -> EventMap:
    fields = problems.fields(node, KEYS_OF_EVENT, ("kind", "identity"))
    if ("on" in fields) == ("at" in fields):
        problems.add(node, ONE_MOMENT)
    kind = _kind(fields.get("kind"), problems)
    repeat = problems.choice(fields.get("repeat"), Repeat, _one_of(Repeat), Repeat.REFUSE)
    ordinal = problems.flag(fields.get("ordinal"))
    if ordinal and repeat not in (Repeat.REFUSE, Repeat.ORDINAL):
        both = f"ordinal: true and repeat: {repeat} contradict each other; keep one"
        problems.add(fields["ordinal"], Text(both, f"ordinal: true 与 repeat: {repeat} 互相矛盾;请只保留一项"))
    per = problems.choice(fields.get("per"), {"row": False, "case": True}.__getitem__, ROW_OR_CASE, False)
    return EventMap(
        name=problems.text(fields.get("name"), kind.const or ""),
        kind=kind,
        moment=problems.text(fields.get("at") or fields.get("on")),
        exact="at" in fields,
        identity=problems.texts(fields.get("identity")),
        repeat=Repeat.ORDINAL if ordinal else repeat,
        per_case=per,
        optional=problems.flag(fields.get("optional")),
        recorded=_recorded(fields.get("recorded_at"), problems),
        recorded_by=_value(fields.get("recorded_by"), problems),
        subject=_value(fields.get("subject"), problems),
        data=_values(fields.get("data"), problems),
        when={key: problems.texts(item) for key, item in problems.table(fields.get("when")).items()},
        refusals=tuple(_refusals(fields.get("reject_if"), problems)),
    )


def _kind(node: Node | None, problems: Problems) -> Value:
    """Read the kind of an event: a plain text is the kind itself, the long form a column and its table."""
    if node is not None and not isinstance(node.value, dict):
        return Value(const=problems.text(node))
    return _value(node, problems) or Value()


def _recorded(node: Node | None, problems: Problems) -> Recorded | None:
    text = problems.text(node)
    if not text:
        return None
    by_day = text.startswith(START_OF_DAY)
    return Recorded(text.removeprefix(START_OF_DAY), by_day)


def _refusals(node: Node | None, problems: Problems) -> Iterable[Refusal]:
    for item in [] if node is None else node.value if isinstance(node.value, list) else [node]:
        fields = problems.fields(item, ("date", "before", "after", "column", "is", "why"), ("why",))
        if ("date" in fields) == ("column" in fields):
            problems.add(item, DATE_OR_COLUMN)
        elif "date" in fields and not {"before", "after"} & set(fields):
            problems.add(item, Text("the key 'before' or 'after' is missing", "缺少键 'before' 或 'after'"))
        yield Refusal(
            why=problems.text(fields.get("why")),
            column=problems.text(fields.get("date") or fields.get("column")),
            before=problems.text(fields.get("before")) or None,
            after=problems.text(fields.get("after")) or None,
            values=problems.texts(fields.get("is")),
        )
