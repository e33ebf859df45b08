"""Where what was read goes: into a comparison that writes nothing, or into the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from deadline_guard.core.timeline import Case
from deadline_guard.store import cases, comparison, events
from deadline_guard.store.events import EventRow, Identity, Recorded


class Sink(Protocol):
    """Takes cases (returns how many are new, and changed), events, and facts that are gone."""

    def cases(self, found: Sequence[Case]) -> tuple[int, int]: ...

    def events(self, rows: Sequence[EventRow]) -> Recorded: ...

    def gone(self, identities: Sequence[Identity]) -> None: ...


class Comparing:
    """Counts what recording would do."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def cases(self, found: Sequence[Case]) -> tuple[int, int]:
        """Compare cases with those stored."""
        return comparison.compare_cases(self._conn, found)

    def events(self, rows: Sequence[EventRow]) -> Recorded:
        """Compare events with those stored."""
        return comparison.compare_events(self._conn, rows)

    def gone(self, identities: Sequence[Identity]) -> None:
        """Do nothing: they are counted already."""


class Recording:
    """Writes, in the transaction of the connection."""

    def __init__(self, conn: Connection, now: datetime, by: str) -> None:
        self._conn = conn
        self._now = now
        self._by = by

    def cases(self, found: Sequence[Case]) -> tuple[int, int]:
        """Store cases."""
        stored = cases.put_cases(self._conn, found, self._now, self._by)
        return len(stored.new), len(stored.changed)

    def events(self, rows: Sequence[EventRow]) -> Recorded:
        """Record events."""
        return events.record_events(self._conn, rows, self._now)

    def gone(self, identities: Sequence[Identity]) -> None:
        """Retract what the source no longer says."""
        events.retract(self._conn, identities, self._now, self._by)
