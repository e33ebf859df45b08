"""What pydantic refuses in `config.yaml`, in both languages: what was found, what was expected, how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from deadline_guard.core.text import Text
from deadline_guard.rulebook.problems import nearest, shown

_EXPECTED: Final = {
    "bool": Text("true or false", "true 或 false"),
    "int": Text("a whole number", "整数"),
    "float": Text("a number", "数字"),
    "string": Text("a text", "文本"),
    "path": Text("a path", "路径"),
    "datetime": Text("an instant with its offset such as 2026-03-02T08:00:00+08:00", "带时差的时刻,如 2026-03-02T08:00:00+08:00"),
    "tuple": Text("a list such as [a, b]", "列表,如 [甲, 乙]"),
    "list": Text("a list such as [a, b]", "列表,如 [甲, 乙]"),
    "model": Text("key: value pairs", "键值对"),
    "mapping": Text("key: value pairs", "键值对"),
    "dict": Text("key: value pairs", "键值对"),
}  # fmt: skip
_BOUNDS: Final = {
    "greater_than_equal": ("ge", "{} or more", "不小于 {}"),
    "greater_than": ("gt", "more than {}", "大于 {}"),
    "less_than_equal": ("le", "{} or less", "不大于 {}"),
    "less_than": ("lt", "less than {}", "小于 {}"),
}


def refusal(error: Mapping[str, Any], known: Iterable[str] = ()) -> Text:
    """Return one of pydantic's errors as a sentence; ``known`` are the keys that may stand where it arose."""
    kind, found = str(error["type"]), shown(error.get("input"))
    if kind == "extra_forbidden":
        hint = nearest(str(error["loc"][-1]), known)
        return Text(f"no such key here; {hint}", f"此处没有这个键;{hint.zh}")
    if kind == "missing":
        return Text("this key is missing; add it", "缺少此键;请补上")
    if kind == "value_error":  # a validator of ours
        said = error["ctx"]["error"].args[0]
        return said if isinstance(said, Text) else Text(str(said))
    expected = _expected(kind, error.get("ctx") or {})
    if expected is None:
        return Text(str(error["msg"]))
    return Text(f"found {found}, expected {expected}", f"此处是 {found},应为{expected.zh}")


def _expected(kind: str, context: Mapping[str, Any]) -> Text | None:
    if kind in _BOUNDS:
        name, en, zh = _BOUNDS[kind]
        return Text(en.format(context[name]), zh.format(context[name]))
    if kind == "literal_error":
        return Text(str(context["expected"]), str(context["expected"]).replace(" or ", " 或 "))
    if kind == "string_pattern_mismatch":
        pattern = context["pattern"]
        return Text(f"something of the form {pattern}", f"如下形式的文本:{pattern}")
    return _EXPECTED.get(kind.split("_")[0])
