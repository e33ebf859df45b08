"""What verification finds, and how far it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.store.columns import instant
from deadline_guard.store.statements import fetch

KEPT: Final = 50
_EVERY: Final = 8_192
_NEVER: Final = 2**62


class Fault(NamedTuple):
    """One thing that is not what was written.

    ``what``: missing, order, digest, head, payload, no_payload, no_entry, unreadable, erased, events, row, no_row,
    seal, sealed, root or revision; ``detail`` names the row or the seal. ``n`` is 0 where no entry is concerned.
    """

    chain: str
    n: int
    at: datetime | None
    what: str
    detail: str = ""


@dataclass
class Faults:
    """Faults as they are met: the first of them by age, the first few whole, the rest counted."""

    conn: Connection
    count: int = 0
    kept: list[Fault] = field(default_factory=list)
    first: Fault | None = None
    instants: Sequence[int] = ()  # of each payload's entry
    _oldest: tuple[int, str, int] = (_NEVER, "", 0)

    def add(self, chain: bytes | str, n: object, at: object, what: str, detail: str = "") -> None:
        """Note a fault; ``at`` in microseconds, where it is known."""
        name = chain.decode("utf-8", "replace") if isinstance(chain, bytes) else str(chain)
        number = n if isinstance(n, int) else 0
        when = at if isinstance(at, int) and abs(at) < 10**17 else None
        name, detail = (text.encode("utf-8", "replace").decode() for text in (name, detail))
        fault = Fault(name, number, None if when is None else instant(when), what, detail)
        self.count += 1
        if len(self.kept) < KEPT:
            self.kept.append(fault)
        age = (_NEVER if when is None else when, name, number)
        if self.first is None or age < self._oldest:
            self.first, self._oldest = fault, age

    def at_payload(self, payload: int, what: str, detail: str = "") -> None:
        """Note a fault of the entry that a payload belongs to; which one that is takes a search through all."""
        at = self.instants[payload] if payload < len(self.instants) else _NEVER
        if len(self.kept) >= KEPT and at >= self._oldest[0]:
            self.count += 1
            return
        found = fetch(
            self.conn, "SELECT CAST(chain AS BLOB), n, at FROM ledger WHERE payload_id = ? LIMIT 1", (payload,)
        )
        chain, n, at = found[0] if found else (f"payload {payload}", 0, None)
        self.add(chain, n, at, what, detail)


class Progress:
    """Tell how far verification is, not at every entry."""

    def __init__(self, tell: Callable[[int, int], None], total: int) -> None:
        self.tell = tell
        self.total = total
        self.done = 0

    def more(self, count: int = _EVERY) -> None:
        """So many more are done."""
        self.done = min(self.done + count, self.total)
        self.tell(self.done, self.total)

    def finish(self) -> None:
        """Everything is done."""
        self.tell(self.total, self.total)
