"""Capacities in `people.yaml`: of a person, of everybody in a team, of everybody in the office."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from deadline_guard.core.capacity import BEYOND, Capacity, Share, hours_of
from deadline_guard.core.rules import Level
from deadline_guard.rulebook.problems import Problem, problem, shown
from deadline_guard.rulebook.shapes import Shape
from deadline_guard.rulebook.source import Document

_SHARE: Final = re.compile(r"(at|above) (\d{1,4}(?:\.\d{1,4})?) ?(?:percent|%)")


class CapacityShape(Shape):
    """What a person can hold, and from which share of it on the lead is told."""

    open: int | float | None = Field(None, ge=0, description="Open cases")
    near: int | float | None = Field(None, ge=0, description="Open cases that are near their dates or worse")
    effort: str | int | float | None = Field(None, description="Hours of work, where rules or cases state it: 40 hours")
    warn: dict[Literal["early", "near", "urgent", "critical"], str] | None = Field(
        None, description="Level and share of a capacity: {near: at 90 percent, urgent: above 100 percent}"
    )


def _as_open(value: Any) -> Any:
    return {"open": value} if isinstance(value, int | float) and not isinstance(value, bool) else value


CapacityField = Annotated[CapacityShape | None, BeforeValidator(_as_open)]


def capacity_of(*said: CapacityShape | None) -> Capacity | None:
    """Return a capacity from what is said of the person, the team and the office, each key from the first that has it.

    None where nobody limits anything.
    """

    def first(key: str) -> Any:
        return next((getattr(one, key) for one in said if one is not None and getattr(one, key) is not None), None)

    open_, near, effort, warn = (first(key) for key in ("open", "near", "effort", "warn"))
    found = Capacity(_exact(open_), _exact(near), hours_of(effort), _shares(warn) if warn else BEYOND)
    return found if found.limits() else None


def _exact(value: float | None) -> Fraction | None:
    return None if value is None else Fraction(str(value))


def _shares(warn: Mapping[str, str]) -> tuple[Share, ...]:
    read = ((level, share_of(text)) for level, text in warn.items())
    return tuple(Share(Level[level.upper()], found[1], found[0]) for level, found in read if found is not None)


def share_of(text: str) -> tuple[bool, Fraction] | None:
    """Read ``at 90 percent`` or ``above 100 percent``: whether only above, and the share."""
    found = _SHARE.fullmatch(" ".join(text.lower().split()))
    return None if found is None else (found[1] == "above", Fraction(found[2]) / 100)


def problems_of(document: Document, path: tuple[str, ...], said: CapacityShape | None) -> list[Problem]:
    """Return what cannot be read in a capacity, and levels that begin in the wrong order."""
    if said is None:
        return []
    found: list[Problem] = []
    if said.effort is not None and hours_of(said.effort) is None:
        found.append(problem("not_an_effort", document.at((*path, "capacity", "effort")), value=shown(said.effort)))
    places = []
    for level, text in (said.warn or {}).items():
        share, mark = share_of(text), document.at((*path, "capacity", "warn", level))
        if share is None:
            found.append(problem("not_a_share", mark, value=shown(text)))
        else:
            places.append((Level[level.upper()], (share[1], share[0]), mark))
    for (lower, first, _), (higher, second, mark) in pairwise(sorted(places, key=lambda one: one[0])):
        if second < first:
            found.append(problem("thresholds_not_in_order", mark, lower=lower.word, higher=higher.word))
    return found
