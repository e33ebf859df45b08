"""What indicators read from a rule's ``params``, and how each value is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from deadline_guard.core.office_hours import week_of
from deadline_guard.core.period import parse_period
from deadline_guard.core.text import Text
from deadline_guard.errors import InputError
from deadline_guard.rulebook import phrases
from deadline_guard.rulebook.building import Builder
from deadline_guard.rulebook.problems import nearest, problem, shown
from deadline_guard.rulebook.registry import Entry
from deadline_guard.rulebook.shapes import RuleShape


def _one_of(*words: str) -> tuple[Callable[[Any], bool], Text]:
    listed = ", ".join(words)
    return (lambda value: value in words), Text(f"one of {listed}", f"其中之一:{listed}")


def _is_length(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(parse_period(value))
    except ValueError:
        return False


def _is_week(value: Any) -> bool:
    try:
        return isinstance(value, Mapping) and bool(week_of(value))
    except (InputError, ValueError, TypeError):
        return False


def _is_hours(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(phrases.time_of_day(one) is not None for one in value)


def _is_names(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value))


_NAMES: Final = (_is_names, Text("a field of the event's data, or a list of them", "事件数据的字段,或其列表"))
_LENGTH: Final = (_is_length, Text('a length such as "6 months"', "期间,如“6 months”"))

PARAMETERS: Final[Mapping[str, tuple[Callable[[Any], bool], Text]]] = {
    "at": _one_of("most", "least"),
    "choose": _one_of("earliest", "latest"),
    "opens": _one_of("first", "each"),
    "time": _one_of("working", "elapsed"),
    "week": (_is_week, Text('{mon: [["09:00", "17:00"]], …}', '{mon: [["09:00", "17:00"]], …}')),
    "suspends_last": _LENGTH,
    "changed": (lambda value: isinstance(value, str), Text("a field of the event's data", "事件数据的字段")),
    "limit_from": (lambda value: isinstance(value, str), Text("a field of the event's data", "事件数据的字段")),
    "owner_from": (lambda value: isinstance(value, str), Text("a field of the event's data", "事件数据的字段")),
    "settled_by": _one_of("anyone", "author"),
    "field": (lambda value: isinstance(value, str), Text("a field of the event's data", "事件数据的字段")),
    "by": _NAMES,
    "plus": _NAMES,
    "minus": _NAMES,
    "paid": _NAMES,
    "window": (lambda value: value == "day" or _is_length(value), Text('"day" or "30 days"', "“day”或“30 days”")),
    "between": (_is_hours, Text('["22:00", "08:00"]', '["22:00", "08:00"]')),
    "broken_after": (
        lambda value: isinstance(value, int) and not isinstance(value, bool) and value > 0,
        Text("a whole number from 1", "不小于 1 的整数"),
    ),
}


def check(builder: Builder, entry: Entry[RuleShape]) -> None:
    """Say what no indicator reads (a warning: a newer one may) and what is written in another way."""
    for name, value in entry.shape.params.items():
        if name not in PARAMETERS:
            hint = nearest(name, PARAMETERS, listing=False)
            mark = entry.at("params", name, key=True)
            builder.problems.append(problem("unknown_parameter", mark, "warning", name=name, hint=hint))
            continue
        fits, wanted = PARAMETERS[name]
        if not fits(value):
            hint = Text(f"parameter {name} of the indicator", f"指标的参数 {name}")
            builder.say("wrong_type", entry.at("params", name), value=shown(value), wanted=wanted, hint=hint)
