"""Conditions on what is recorded of a case or an event: equal, one of, or within limits."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final


def number(value: Any) -> Fraction | None:
    """Return a reported number exactly (a text as it is written, thousands commas allowed), or None."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return Fraction(str(value).strip().replace(",", ""))
    except (ValueError, ZeroDivisionError):
        return None


def matches(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Return whether every named field has the wanted value, one of a list, or lies in ``gte`` … ``lt``.

    A number as limit compares numbers, also where an import kept them as text; a text compares texts (ISO dates).
    A field that is not there meets no condition but ``not``.
    """
    return all(_fits(value, found.get(name)) for name, value in wanted.items())


def _fits(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, Mapping):
        return all(_compared(op, found, limit) for op, limit in wanted.items())
    if isinstance(wanted, list | tuple | set | frozenset):
        return found in wanted
    return bool(found == wanted)


def _compared(op: str, found: Any, limit: Any) -> bool:
    if op == "eq":
        return bool(found == limit)
    if op == "not":
        return bool(found != limit)
    a, b = number(found), number(limit)
    if found is None or (a is None and b is not None):
        return False
    return _ORDER[op](a, b) if a is not None and b is not None else bool(_ORDER[op](str(found), str(limit)))


_ORDER: Final = {
    "gte": lambda a, b: a >= b,
    "gt": lambda a, b: a > b,
    "lte": lambda a, b: a <= b,
    "lt": lambda a, b: a < b,
}
COMPARISONS: Final = ("eq", "not", *_ORDER)
