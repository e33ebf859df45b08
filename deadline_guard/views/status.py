"""How the system itself is: evaluations, outbox, channels, rules, calendars, sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from deadline_guard.core.calendar import Calendar
from deadline_guard.core.rules import CaseType
from deadline_guard.core.timeline import EMPTY
from deadline_guard.store import board, messages, runs, sources
from deadline_guard.store.board import Figures
from deadline_guard.store.runs import Run
from deadline_guard.store.sources import Source


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel: when it last took a message, how many it refused for good, and its last refusal."""

    name: str
    last_sent: datetime | None
    dead: int
    error: str
    failed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Status:
    """Everything on the status page; ``oldest_due`` is when the longest-waiting unsent message fell due."""

    last: Run | None
    figures: Figures
    messages: Mapping[str, int]
    oldest_due: datetime | None
    channels: tuple[Channel, ...]
    sources: tuple[Source, ...]
    calendars: Mapping[str, date | None]


def status(
    conn: Connection, calendars: Mapping[str, Calendar], now: datetime, case_types: Mapping[str, CaseType] = EMPTY
) -> Status:
    """Return how the system is at ``now``; a calendar's date is the last day it knows (None: for ever)."""
    sent = board.last_sent(conn)
    refused = {name: (n, why, at) for name, n, why, at in board.last_refusals(conn)}
    return Status(
        last=runs.last_run(conn),
        figures=board.figures(conn, now, case_types),
        messages=messages.counts(conn),
        oldest_due=board.longest_unsent(conn, now),
        channels=tuple(
            Channel(name, sent.get(name), *refused.get(name, (0, "", None))) for name in sorted({*sent, *refused})
        ),
        sources=tuple(sources.sources(conn)),
        calendars={name: known_until(calendar) for name, calendar in sorted(calendars.items())},
    )


def known_until(calendar: Calendar) -> date | None:
    """Return the last day up to which a calendar is announced; None where nothing has to be announced."""
    return calendar.known_through
