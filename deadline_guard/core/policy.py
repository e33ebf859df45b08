"""How a legal system counts: the choices of one dated text of the law, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from deadline_guard.core.text import Text


class BadField(ValueError):
    """A field of a request cannot be used; ``field`` is its name and the message says what is expected."""

    def __init__(self, field: str, message: str) -> None:
        """Remember which field it is."""
        super().__init__(message)
        self.field = field


class Direction(StrEnum):
    """Whether a period runs towards the future or back from an event such as a hearing."""

    FORWARD = "forward"
    BACKWARD = "backward"


class Roll(StrEnum):
    """What happens to a last day that is a rest day."""

    FORWARD = "forward"
    BACKWARD = "backward"
    NONE = "none"
    FORWARD_IF_AT_COURT_OFFICE = "forward_if_at_court_office"  # CPR 2.8(5)


class MonthPolicy(StrEnum):
    """Where a period of months or years ends."""

    CORRESPONDING = "corresponding"  # same day number, else the month's last day
    END_TO_END = "end_to_end"  # and from a month's last day to a month's last day
    MINUS_ONE = "minus_one"  # the day before the corresponding one (BGB 188 II second case)


class HourPolicy(StrEnum):
    """From when, and through which days, hours run."""

    EXACT = "exact"
    NEXT_FULL_HOUR = "next_full_hour"
    SKIP_REST_DAYS = "skip_rest_days"


class Act(StrEnum):
    """Where the act must be done, where the law asks."""

    AT_COURT_OFFICE = "at_court_office"


@dataclass(frozen=True, slots=True)
class Policy:
    """The counting law of one jurisdiction at one time.

    ``roll`` serves periods counted forward, ``backward_roll`` those counted back, ``hour_roll`` those in
    hours. Periods of at most ``skip_rest_days_up_to`` days leave out rest days (CPR 2.8(4); FRCP 6 before
    2009). ``days_are_clear``: a number of days means clear days (CPR 2.8(2)). ``min_working_days`` is what
    any period of two days or more should contain (Reg. 1182/71 Art. 3(5)), kept as a reading. ``cites`` maps
    a step to the article; ``text`` names the text of the law, ``since`` its first day, ``oldest`` says that
    none older is known.
    """

    jurisdiction: str = "plain"
    roll: Roll = Roll.NONE
    backward_roll: Roll = Roll.NONE
    hour_roll: Roll = Roll.NONE
    month_policy: MonthPolicy = MonthPolicy.CORRESPONDING
    hour_policy: HourPolicy = HourPolicy.EXACT
    first_day_counts: bool = False
    add_days_before_roll: int = 0
    add_days_after_roll: int = 0
    skip_rest_days_up_to: int = 0
    days_are_clear: bool = False
    min_working_days: int = 0
    cites: Mapping[str, str] = field(default_factory=dict)
    text: str | Text = ""
    since: date | None = None
    oldest: bool = False

    def cite(self, step: str) -> str:
        """Return the article for a step, or an empty string."""
        return self.cites.get(step, "")


@dataclass(frozen=True, slots=True)
class Span:
    """Days that do not count, ``since`` and ``until`` both included, and why."""

    since: date
    until: date
    why: str | Text
    cite: str = ""
