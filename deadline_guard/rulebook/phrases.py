"""The small phrases of rule files: "5 working days before at 09:00", "2/3 of limit", "4 hours", "17:00".

Every reader returns None for what it cannot read; the caller knows the place and says what it expected.
"""

from __future__ import annotations

import re
from datetime import date, time
from fractions import Fraction
from typing import Final

from deadline_guard.core.rules import Internal, Wait, When, WhenKind

_WORDS: Final = {
    word: str(n)
    for n, word in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=1)
}
_NUMBER: Final = r"(\d{1,6}(?:\.\d{1,4})?|" + "|".join(_WORDS) + ")"
_CLOCK: Final = r"(\d{1,2}:\d{2})"

_BEFORE: Final = re.compile(rf"{_NUMBER} (?:(calendar|working) )?(days?|hours?|minutes?) before(?: at {_CLOCK})?")
_SHARE: Final = re.compile(r"(\d{1,6})/(\d{1,6}) of limit")
_PERCENT: Final = re.compile(r"(\d{1,3}(?:\.\d{1,4})?) ?(?:percent|%) of limit")
_VALUE: Final = re.compile(r"(below|above) (-?\d{1,12}(?:\.\d{1,6})?)")
_INTERNAL: Final = re.compile(rf"{_CLOCK}(?: (?:on the due day|{_NUMBER} (working )?days? before))?")
_WAIT: Final = re.compile(rf"{_NUMBER} (working )?(minutes?|hours?|days?)")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")

WAIT_UNITS: Final = ("minutes", "hours", "days", "working_hours", "working_days")


def _clean(text: object) -> str:
    """Return the phrase in lower case with single blanks and blanks for underscores."""
    return " ".join(str(text).lower().replace("_", " ").split())


def _number(text: str) -> Fraction:
    return Fraction(_WORDS.get(text, text))


def time_of_day(text: object) -> time | None:
    """Read "08:30" or "8:30"; "24:00" is no time of a threshold or of a day's start."""
    found = re.fullmatch(_CLOCK, str(text).strip())
    if found is None:
        return None
    hour, minute = map(int, found.group(1).split(":"))
    return time(hour, minute) if hour < 24 and minute < 60 else None


def civil_date(text: object) -> date | None:
    """Read "2026-02-28"; an impossible date is None."""
    if not _DATE.fullmatch(str(text)):
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def when(text: object) -> When | None:
    """Read the place of a threshold."""
    phrase = _clean(text)
    if phrase == "due":
        return When(WhenKind.DUE)
    share = _SHARE.fullmatch(phrase)
    if share:
        below = int(share[2])
        return _fraction(Fraction(int(share[1]), below)) if below else None
    percent = _PERCENT.fullmatch(phrase)
    if percent:
        return _fraction(Fraction(percent[1]) / 100)
    value = _VALUE.fullmatch(phrase)
    if value:
        return When(WhenKind.VALUE, Fraction(value[2]), op=value[1])
    return _before(phrase)


def _fraction(part: Fraction) -> When | None:
    return When(WhenKind.FRACTION, part) if 0 <= part <= 1 else None


def _before(phrase: str) -> When | None:
    found = _BEFORE.fullmatch(phrase)
    if found is None:
        return None
    n, kind, unit, clock = _number(found[1]), found[2], found[3].rstrip("s"), found[4]
    if unit != "day":
        if kind or clock:  # elapsed hours have no calendar and no time of day
            return None
        return When(WhenKind.HOURS, n if unit == "hour" else n / 60)
    at = time_of_day(clock) if clock else None
    if n.denominator != 1 or (clock and at is None):
        return None
    return When(WhenKind.WORKING_DAYS if kind == "working" else WhenKind.DAYS, n, at)


def after_due(text: object) -> bool:
    """Return whether an unreadable phrase means a time after the due date: "1 day after", "110 percent"."""
    phrase = _clean(text)
    if re.search(r"\bafter\b", phrase):
        return True
    share, percent = _SHARE.fullmatch(phrase), _PERCENT.fullmatch(phrase)
    return bool(share and int(share[1]) > int(share[2]) > 0) or bool(percent and Fraction(percent[1]) > 100)


def wait(text: object) -> Wait | None:
    """Read how long silence may last: "30 minutes", "4 hours", "1 day", "2 working days"."""
    found = _WAIT.fullmatch(_clean(text))
    if found is None or not _number(found[1]):
        return None
    unit = found[3].rstrip("s") + "s"
    if found[2] and unit == "minutes":
        return None
    return Wait(_number(found[1]), f"working_{unit}" if found[2] else unit)


def internal(text: object) -> Internal | None:
    """Read the firm's own limit: "17:00", "17:00 one working day before", "12:00 2 days before"."""
    found = _INTERNAL.fullmatch(_clean(text))
    at = time_of_day(found[1]) if found else None
    if found is None or at is None:
        return None
    n = _number(found[2]) if found[2] else Fraction(0)
    return Internal(int(n), bool(found[3]), at) if n.denominator == 1 else None
