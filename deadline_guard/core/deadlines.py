"""Deadlines: what a rule grants on a timeline, with its derivation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from deadline_guard.core.counting import Step


class State(StrEnum):
    """What became of a deadline; only ``open`` ones have levels."""

    OPEN = "open"
    HELD = "held"  # suspended: no due date until the clock resumes
    DONE = "done"
    NOT_PURSUED = "not_pursued"
    NOT_APPLICABLE = "not_applicable"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Excluded:
    """Days that did not count, and why (``until`` None: still running)."""

    since: date
    until: date | None
    why: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another lawful reading of the same period and the reason for it."""

    due_on: date
    why: str


class Deadline(NamedTuple):
    """The computed result of one rule for one cycle (a tuple: one is made for every look at every cycle).

    ``cycle`` is the identity of the trigger event (``source:source_id``). ``due_on`` is the last civil day on
    which acting is in time, ``due_at`` the instant at which it is overdue. ``starts_at`` is where fractions
    count from; ``known_at`` is when we learnt of the trigger: thresholds before it collapse into one notice.
    """

    rule: str
    version: str
    cycle: str
    subject: str | None
    due_on: date
    due_at: datetime
    starts_at: datetime
    known_at: datetime
    trigger_on: date
    internal_at: datetime | None = None
    rolled: bool = False
    provisional: tuple[str, ...] = ()
    unconfirmed: bool = False
    readings: tuple[Alternative, ...] = ()
    basis: tuple[Step, ...] = ()
    state: State = State.OPEN
    ended_at: datetime | None = None
    ended_by: str | None = None
    flags: tuple[str, ...] = ()  # weekend, conflict, date_before_event …
    excluded: tuple[Excluded, ...] = ()
    zone: str = "UTC"
    what: str = ""  # the court's own words for a date certain
    changes_at: datetime | None = None  # a fact dated ahead ends or holds it then, with no new event: wake
