"""Legal counting: shift the trigger, count, add, roll, add, roll, each step with its article."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from deadline_guard.core.calendar import Calendar
from deadline_guard.core.derivation import Counted, Reading, Skipped, Step
from deadline_guard.core.period import Period
from deadline_guard.core.policy import Act, Direction, Policy, Span

__all__ = [
    "Counted",
    "Policy",
    "Reading",
    "Skipped",
    "Span",
    "Step",
    "count",
    "count_date",
    "earliest_of",
    "latest_of",
]


def count(
    trigger: date | datetime,
    period: Period,
    policy: Policy,
    calendar: Calendar,
    *,
    zone: str | None = None,
    direction: Direction = Direction.FORWARD,
    act: Act | None = None,
    office_calendar: Calendar | None = None,
    inaccessible: Collection[date] = (),
    excluded: Sequence[Span] = (),
    not_after: date | None = None,
) -> Counted:
    """Return the end of ``period`` from ``trigger`` with its derivation.

    An aware instant as trigger of a day period is taken as its local date in ``zone`` (default: the
    calendar's). Raises ValueError for a naive instant, for hours from a date without an hour, and for dates
    that leave the countable years. Counting law: ``policy`` (see :mod:`deadline_guard.core.jurisdictions`).
    """
    raise NotImplementedError


def count_date(
    trigger: date,
    period: Period,
    policy: Policy,
    calendar: Calendar,
    direction: Direction = Direction.FORWARD,
) -> date:
    """Return the due date alone, without derivation: the fast path for batches."""
    raise NotImplementedError


def earliest_of(found: Sequence[Counted]) -> Counted:
    """Return the earliest of several ends, keeping every derivation."""
    raise NotImplementedError


def latest_of(found: Sequence[Counted]) -> Counted:
    """Return the latest of several ends, keeping every derivation."""
    raise NotImplementedError
