"""From a document to a checked shape: pydantic's complaints become problems with a place and a cure."""

from __future__ import annotations

import types
import typing
from collections.abc import Sequence
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from deadline_guard.core.text import Text
from deadline_guard.rulebook.problems import Mark, Problem, nearest, problem, shown
from deadline_guard.rulebook.shapes import FILES
from deadline_guard.rulebook.source import Document
from deadline_guard.rulebook.syntax import FULL_WIDTH_KEY

M = TypeVar("M", bound=BaseModel)
_Path = tuple[str | int, ...]

_KINDS: Final = {
    "string_type": Text("text", "文本"),
    "int_type": Text("a whole number", "整数"),
    "int_from_float": Text("a whole number", "整数"),
    "float_type": Text("a number", "数字"),
    "bool_type": Text("true or false", "true 或 false"),
    "list_type": Text("a list", "列表"),
    "dict_type": Text("a mapping of keys to values", "“键: 值”的映射"),
    "model_type": Text("a mapping of keys to values", "“键: 值”的映射"),
    "model_attributes_type": Text("a mapping of keys to values", "“键: 值”的映射"),
}


def checked(model: type[M], document: Document) -> tuple[M | None, list[Problem]]:
    """Return the document as ``model``, or every way in which it is not."""
    try:
        return model.model_validate(document.data), []
    except ValidationError as refused:
        return None, list(_refusals(model, document, refused).values())


def salvaged(model: type[M], document: Document) -> tuple[M | None, list[Problem], tuple[int, ...]]:
    """Return the document as ``model`` without the entries that do not fit, so that the others are checked too.

    The last value says which of ``rules`` are left, by their place in the file.
    """
    data = document.data
    rules = data.get("rules")
    places = range(len(rules) if isinstance(rules, list) else 0)
    try:
        return model.model_validate(data), [], tuple(places)
    except ValidationError as refused:
        found = _refusals(model, document, refused)
    bad = {path[:2] for path in found}
    left = tuple(i for i in places if ("rules", i) not in bad)
    reduced = {key: _without(value, key, bad) for key, value in data.items() if (key,) not in bad}
    try:
        return model.model_validate(reduced), list(found.values()), left
    except ValidationError:
        return None, list(found.values()), ()


def _without(value: Any, key: str, bad: set[_Path]) -> Any:
    if isinstance(value, dict):
        return {name: one for name, one in value.items() if (key, name) not in bad}
    if isinstance(value, list):
        return [one for i, one in enumerate(value) if (key, i) not in bad]
    return value


def _refusals(model: type[BaseModel], document: Document, refused: ValidationError) -> dict[_Path, Problem]:
    found: dict[_Path, Problem] = {}
    for error in refused.errors(include_url=False):
        path = _inside(document, error["loc"])
        if path not in found:  # unions complain once a branch
            found[path] = _problem(model, document, path, error)
    return found


def _inside(document: Document, loc: Sequence[str | int]) -> _Path:
    """Return the path without the parts that pydantic adds (union branches, shorthand made long)."""
    here: Any = document.data
    path: list[str | int] = []
    for index, part in enumerate(loc):
        if document.holds(here, part):
            here = here[part]
        elif not (isinstance(here, dict) and index == len(loc) - 1):  # a missing key stays in the path
            continue
        path.append(part)
    return tuple(path)


def _problem(model: type[BaseModel], document: Document, path: _Path, error: Any) -> Problem:
    kind, value = error["type"], error["input"]
    where = _where(document, path)
    if kind == "extra_forbidden":
        key = str(path[-1])
        hint = nearest(key, _keys(_model_at(model, path[:-1])))
        if key == "<<":  # the same as the reader said; it is shown once
            return problem("merge_key", document.at(path, key=True))
        if "：" in key:
            mark = document.at(path, key=True)
            return problem("full_width_colon", Mark(mark.file, mark.line, mark.column + key.index("：")))
        if len(path) == 1 and key in FILES:
            hint = Text(f"write {key} into a file of its own", f"请把 {key} 写到单独的文件")
        return problem("unknown_key", document.at(path, key=True), key=key, where=where, hint=hint)
    if kind == "missing":
        return problem("missing_key", document.at(path[:-1]), key=path[-1], where=where)
    mark = document.at(path)
    if kind == "literal_error":
        choices = [c.strip("'") for c in error["ctx"]["expected"].replace(" or ", ", ").split(", ")]
        return problem(
            "unknown_choice",
            document.at(path, key=error["loc"][-1] == "[key]"),
            value=shown(value),
            choices=", ".join(choices),
            hint=nearest(str(value), choices, listing=False),
        )
    if kind == "string_pattern_mismatch":
        return problem("bad_name", mark, value=shown(value))
    if kind == "greater_than_equal":
        return problem("too_small", mark, value=shown(value), least=error["ctx"]["ge"])
    if kind == "string_too_short":
        return problem("empty_text", mark)
    wanted = _KINDS.get(kind)
    if wanted is None:
        return problem("bad_value", mark, value=shown(value), message=error["msg"])
    return problem("wrong_type", mark, value=shown(value), wanted=wanted, hint=_cure(kind, value))


def _cure(kind: str, value: Any) -> Text:
    """Return the likeliest way to mend a value of the wrong type."""
    if isinstance(value, str) and FULL_WIDTH_KEY.match(value):
        return Text(
            'the full-width colon ： makes this text; write ":" and a space',
            "全角冒号 ： 使这里成了文本;请用半角“:”加空格",
        )
    if kind == "bool_type" and isinstance(value, str):
        return Text(
            "only true and false are read as such; yes, no, on, off are text",
            "只认 true 和 false;yes、no、on、off 都是文本",
        )
    if kind == "string_type" and isinstance(value, int | float):
        return Text(
            f'quote it to make it text: "{value}"; a length needs its unit: {value} days',
            f'作文本请加引号:"{value}";期间要写单位:{value} days',
        )
    if value is None:
        return Text("the value is missing", "缺少值")
    if kind in ("model_type", "model_attributes_type", "dict_type") and isinstance(value, str):
        return Text("write it as {key: value}, for example {zh: …, en: …}", "请写成 {键: 值},例如 {zh: …, en: …}")
    if kind == "list_type":
        return Text("write it as [one, two] or as lines that begin with a dash", "请写成 [甲, 乙],或以短横线开头的几行")
    return Text("look at the indentation of the lines below", "请检查下面各行的缩进")


def _where(document: Document, path: _Path) -> Text:
    """Return in what the value stands, as a person names it: rule cn.civ.defence, profile short."""
    here: Any = document.data
    if len(path) > 1 and path[0] == "rules" and isinstance(path[1], int):
        here = here["rules"][path[1]]
        name = here.get("id") if isinstance(here, dict) else None
        return Text(f"rule {name or path[1] + 1}", f"规则 {name or path[1] + 1}")
    if len(path) > 2:
        return Text(f"{path[0]} {path[1]}")
    return Text(str(path[0])) if len(path) > 1 else Text("this file", "此文件")


def _keys(model: type[BaseModel] | None) -> list[str]:
    return [] if model is None else [f.alias or name for name, f in model.model_fields.items()]


def _model_at(model: type[BaseModel], path: _Path) -> type[BaseModel] | None:
    """Return the model that describes the mapping at ``path``."""
    here: Any = model
    for part in path:
        here = _peeled(here)
        if typing.get_origin(here) is list:
            here = _peeled(typing.get_args(here)[0])
            if isinstance(part, int):
                continue
        if typing.get_origin(here) is dict:
            here = typing.get_args(here)[1]
        elif _is_model(here):
            fields = {f.alias or name: f.annotation for name, f in here.model_fields.items()}
            here = fields.get(str(part))
        else:
            return None
    here = _peeled(here)
    if typing.get_origin(here) is list:  # one mapping where a list of them may stand
        here = _peeled(typing.get_args(here)[0])
    return here if _is_model(here) else None


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _peeled(annotation: Any) -> Any:
    """Return what stands inside Annotated[…] and … | None."""
    while typing.get_origin(annotation) in (typing.Annotated, typing.Union, types.UnionType):
        annotation = typing.get_args(annotation)[0]
    return annotation
