"""Lengths of time as the law writes them: "15 days", "1.5 months", "2 working days", "48 hours"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final


class Unit(StrEnum):
    """The units a statute may use."""

    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    CLEAR_DAYS = "clear_days"
    WEEKS = "weeks"
    HALF_MONTHS = "half_months"
    MONTHS = "months"
    YEARS = "years"


_ZH: Final = {
    Unit.HOURS: "小时",
    Unit.DAYS: "日",
    Unit.WORKING_DAYS: "个工作日",
    Unit.CLEAR_DAYS: "个整日",
    Unit.WEEKS: "周",
    Unit.HALF_MONTHS: "个半月",
    Unit.MONTHS: "个月",
    Unit.YEARS: "年",
}

# Parts that a fraction may leave over: half a month is 15 days (CRIMINT21 202, BGB 189), a twelfth of a year
# is a month; hours divide freely. Nobody can count two and a half working days.
_PARTS: Final = {Unit.MONTHS: 2, Unit.YEARS: 12}

_TEXT: Final = re.compile(r"\s*(\d+(?:\.\d+)?|\d+/\d+)\s+([a-z]+(?:[ _][a-z]+)?)\s*")
MOST: Final = 1_000_000  # far beyond any period of law; keeps date arithmetic inside its range


@dataclass(frozen=True, slots=True)
class Period:
    """A length: ``n`` of ``unit``; whole numbers are ``int``.

    Raises ValueError for a negative length and for a fraction that the unit cannot carry.
    """

    n: int | Fraction
    unit: Unit

    def __post_init__(self) -> None:
        """Refuse lengths that no statute can mean."""
        n = Fraction(self.n)
        if n < 0:
            raise ValueError(f"{_number(n)} is negative; a length is 0 or more, and counting back is a direction")
        if n > MOST:
            raise ValueError(f"{_number(n)} {self.unit.value} is longer than anything that can be counted")
        parts = _PARTS.get(self.unit, 1)
        if self.unit is not Unit.HOURS and (n * parts).denominator != 1:
            step = {1: "whole numbers", 2: "whole and half numbers", 12: "whole numbers and twelfths"}[parts]
            raise ValueError(f"{_number(n)} {self.unit.value} cannot be counted; {self.unit.value} takes {step}")
        object.__setattr__(self, "n", int(n) if n.denominator == 1 else n)

    def text(self, locale: str = "en") -> str:
        """Return the length as a lawyer writes it, for example ``15 days`` or ``15日``."""
        number = _number(self.n)
        if locale.startswith("zh"):
            return f"{number}{_ZH[self.unit]}"
        words = self.unit.value.replace("_", " ")
        return f"{number} {words.removesuffix('s') if self.n == 1 else words}"

    def __str__(self) -> str:
        """Return the English text, which :func:`parse_period` reads back."""
        return self.text()


def _number(n: int | Fraction) -> str:
    """Return a number without needless decimals: 15, 1.5, 1/3."""
    n = Fraction(n)
    if n.denominator == 1:
        return str(n.numerator)
    short = f"{float(n):.4f}".rstrip("0")
    return short if Fraction(short) == n else f"{n.numerator}/{n.denominator}"


def parse_period(text: str) -> Period:
    """Return the period written as ``15 days``, ``1.5 months``, ``2 working days``, ``48 hours``.

    Raises ValueError that says what was found and what is expected.
    """
    found = _TEXT.fullmatch(text) if isinstance(text, str) else None
    word = found.group(2).replace(" ", "_") if found else ""
    unit = word if word.endswith("s") else f"{word}s"
    if found is None or unit not in Unit._value2member_map_:
        units = ", ".join(u.value.replace("_", " ") for u in Unit)
        raise ValueError(f'{text!r} is not a period; write for example "15 days" or "3 months" (units: {units})')
    try:
        n = Fraction(found.group(1))
    except ZeroDivisionError:
        raise ValueError(f"{text!r} divides by zero") from None
    return Period(n, Unit(unit))
