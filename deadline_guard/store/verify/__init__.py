"""Whether what is stored is what was written: every entry, every head, every seal, every row that an entry names."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from deadline_guard.store.statements import scalar, without_collecting
from deadline_guard.store.verify.chains import walk
from deadline_guard.store.verify.events import Events
from deadline_guard.store.verify.faults import Fault, Faults, Progress
from deadline_guard.store.verify.payloads import compare_payloads
from deadline_guard.store.verify.revisions import compare_revisions
from deadline_guard.store.verify.seals import compare_seals

__all__ = ["Fault", "Verdict", "verify"]
LEAST_OF_ROOT: Final = 16  # characters of a root that name a seal


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found; ``first`` is the fault whose entry is the oldest.

    ``kept`` are the first faults in the order in which they were met, ``faults`` counts all of them.
    """

    entries: int
    chains: int
    seals: int
    erased: int
    faults: int
    first: Fault | None
    kept: tuple[Fault, ...]
    last_seal: datetime | None
    unsealed: int

    @property
    def is_whole(self) -> bool:
        """Return whether nothing was found."""
        return self.faults == 0


def verify(
    conn: Connection,
    against: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    rows: bool = True,
) -> Verdict:
    """Compare everything with its digest in one snapshot of the database.

    Without ``rows`` only the ledger itself: entries, heads, payloads, events, seals and rule texts, but not what the
    payloads say of notices, messages and tries against the tables that commands read them from.
    ``against`` is a root that somebody kept elsewhere (hexadecimal, at least 16 characters): it must be the root
    of a stored seal. ``progress`` is called with what is done and what there is to do.
    """
    tell = progress or (lambda done, total: None)
    try:
        with without_collecting():  # millions of small tuples, none of which stays
            return _verify(conn, against, tell, rows)
    except sqlite3.OperationalError as error:
        if not any(sign in str(error) for sign in ("decode", "BLOB")):
            raise
    # Some text is no text any more: once more, slower, with what cannot be decoded kept apart from all real text.
    driver = conn.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    strict, driver.text_factory = driver.text_factory, lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        return _verify(conn, against, tell, rows, careful=True)
    finally:
        driver.text_factory = strict


def _verify(
    conn: Connection, against: str | None, tell: Callable[[int, int], None], rows: bool, careful: bool = False
) -> Verdict:
    entries = int(scalar(conn, "SELECT COUNT(*) FROM ledger"))
    payloads = int(scalar(conn, "SELECT COUNT(*) FROM payload"))
    faults = Faults(conn)
    step = Progress(tell, entries + payloads)
    events = Events(conn, faults, careful)
    walked = walk(conn, payloads, faults, step, events.meet)
    compared = compare_payloads(conn, walked, faults, step, rows, careful)
    events.finish(compared)
    sealed = compare_seals(conn, walked, compared, faults, against)
    compare_revisions(conn, compared, faults)
    step.finish()
    last = sealed[-1] if sealed else None
    return Verdict(
        entries, walked.chains, len(sealed), compared.erased, faults.count, faults.first, tuple(faults.kept),
        last.at if last else None, entries - (last.entries if last else 0),
    )  # fmt: skip
