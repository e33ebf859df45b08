"""How much a person can hold: open cases, cases near their dates, hours of work; and from which share on to warn."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from deadline_guard.core.conditions import number
from deadline_guard.core.period import Unit, parse_period
from deadline_guard.core.rules import Level


@dataclass(frozen=True, slots=True)
class Share:
    """A level that begins at (or only above) a share of a capacity."""

    level: Level
    share: Fraction
    above: bool = False


BEYOND: Final = (Share(Level.URGENT, Fraction(1), above=True),)
OPEN: Final = "open"
NEAR: Final = "near"
EFFORT: Final = "effort"


@dataclass(frozen=True, slots=True)
class Capacity:
    """What one person can hold; None: not limited. ``effort`` is in hours, ``warn`` says when the lead is told."""

    open: Fraction | None = None
    near: Fraction | None = None
    effort: Fraction | None = None
    warn: tuple[Share, ...] = BEYOND

    def limits(self) -> dict[str, Fraction]:
        """Return the limits that are stated, by what they limit."""
        stated = ((OPEN, self.open), (NEAR, self.near), (EFFORT, self.effort))
        return {name: limit for name, limit in stated if limit is not None}

    def level(self, value: Fraction, limit: Fraction) -> Level:
        """Return the worst level whose share of ``limit`` is reached by ``value``."""
        reached = (s.level for s in self.warn if (value > s.share * limit if s.above else value >= s.share * limit))
        return max(reached, default=Level.OK)


def hours_of(value: Any) -> Fraction | None:
    """Return an effort in hours: a number, or a text such as ``6 hours``; None for anything else."""
    found = number(value)
    if found is not None:
        return found if found >= 0 else None
    try:
        length = parse_period(str(value))
    except ValueError:
        return None
    return Fraction(length.n) if length.unit is Unit.HOURS else None
