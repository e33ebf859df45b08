"""Walk every chain in order: each entry follows from the one before it, and the last is the head that stands."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.store.statements import Row, scalar
from deadline_guard.store.verify.faults import Faults, Progress

PLAIN, DECIDED, COMPOSED, SETTLED, SEALED, ERASED, REVISION = range(1, 8)
_KINDS: Final = {
    b"decided": DECIDED, b"composed": COMPOSED, b"settled": SETTLED, b"sealed": SEALED, b"erased": ERASED,
    b"rulebook revision": REVISION, b"calendar revision": REVISION, b"people revision": REVISION,
}  # fmt: skip
EVENTS: Final = b"events"
OfEvents = Callable[[bytes, int, int, bytes], None]  # chain, number, instant, digest
BATCH: Final = 1_024
# As bytes: nothing is decoded, and text that is no UTF-8 any more is only a digest that differs.
_ENTRIES: Final = (
    "SELECT CAST(chain AS BLOB), n, CAST(kind AS BLOB), at, prev, payload_digest, digest, payload_id FROM ledger "
    "ORDER BY chain, n"
)
_HEADS: Final = "SELECT CAST(chain AS BLOB), n, head FROM ledger_chain ORDER BY chain"
_SEALED: Final = "SELECT CAST(chain AS BLOB), n, seal, head FROM seal_head ORDER BY chain, n"
_FAR: Final = 2**62
_LAST: Final = b"\xff"  # sorts after every chain: no UTF-8 begins with it


@dataclass(slots=True)
class Counted:
    """What a seal stands over, from the heads under it: chains new in it, entries new in it, heads that moved."""

    chains: int = 0
    entries: int = 0
    heads: int = 0


@dataclass
class Walked:
    """What later passes need: of each payload its digest, kind and instant, by its id; of each seal its counts."""

    expected: list[bytes | None]
    kinds: bytearray
    instants: array[int]
    chains: int = 0
    seals: dict[int, Counted] = field(default_factory=dict)


def stream(conn: Connection, statement: str, params: Sequence[Any] = ()) -> Iterator[Row]:
    """Yield the rows of a query without holding them all."""
    cursor = conn.connection.cursor()
    try:
        cursor.execute(statement, tuple(params))
        while rows := cursor.fetchmany(BATCH):
            yield from rows
    finally:
        with suppress(sqlite3.Error):  # left half read, the connection may be gone before it
            cursor.close()


def walk(conn: Connection, payloads: int, faults: Faults, step: Progress, of_events: OfEvents) -> Walked:
    """Walk all chains; ``payloads`` is how many payloads there are (their ids run from 1 on without gaps).

    ``of_events`` is called with each entry that digests events, in the order of chain and number.
    """
    last = scalar(conn, "SELECT MAX(id) FROM payload")
    room = min(last if isinstance(last, int) else 0, 4 * payloads + 1_000) + 1  # no id that was never given
    walked = Walked([None] * room, bytearray(room), array("q", bytes(8 * room)))
    heads, sealed = _Heads(conn, faults), _SealedHeads(conn, walked, faults)
    along = _Along(walked, heads, sealed, of_events, faults)
    cursor = conn.connection.cursor()
    cursor.execute(_ENTRIES)
    place = _Place()
    while rows := cursor.fetchmany(BATCH):
        _follow(rows, place, along)
        step.more(len(rows))
    cursor.close()
    heads.close(place)
    heads.rest()
    sealed.rest()
    return walked


@dataclass
class _Place:
    """Where the walk stands: the chain, its last entry's number, digest and instant."""

    chain: bytes | None = None
    n: int = 0
    digest: bytes = b""
    at: int | None = None


class _Along(NamedTuple):
    """What the walk meets and fills."""

    walked: Walked
    heads: _Heads
    sealed: _SealedHeads
    of_events: OfEvents
    faults: Faults


def _follow(rows: Sequence[Row], place: _Place, along: _Along) -> None:
    """Check that these entries follow one another; written for speed, since it sees every entry."""
    current, last_n, last = place.chain, place.n, place.digest
    walked, heads, sealed, of_events, faults = along
    expected, kinds, instants, code = walked.expected, walked.kinds, walked.instants, _KINDS.get
    room, sealed_n = len(kinds), sealed.next_of(current)
    for chain, n, kind, at, prev, payload_digest, digest, payload in rows:
        if chain != current:
            place.chain, place.n, place.digest = current, last_n, last
            heads.close(place)
            walked.chains += 1
            current, last_n, last = chain, 0, b""
            sealed_n = sealed.turn_to(chain)
        try:
            whole = sha256(b"%b\n%d\n%b\n%d\n%b%b" % (chain, n, kind, at, prev, payload_digest)).digest()
            if payload is None:
                if kind == EVENTS:
                    of_events(chain, n, at.__index__(), payload_digest)
                else:
                    faults.add(chain, n, at, "no_payload")
            elif 0 < payload < room and expected[payload] is None:
                instants[payload] = at
                kinds[payload] = code(kind, PLAIN)
                expected[payload] = payload_digest
            else:
                faults.add(chain, n, at, "no_payload")
        except (TypeError, AttributeError):  # no number where one was
            faults.add(chain, n, at, "unreadable")
            continue
        if n != last_n + 1:
            faults.add(chain, last_n + 1, at, "missing")
        elif prev != last:
            faults.add(chain, n, at, "order")
        if whole != digest:
            faults.add(chain, n, at, "digest")
        if n >= sealed_n:
            sealed_n = sealed.meet(chain, n, digest, at)
        last_n, last = n, digest
        place.at = at
    place.chain, place.n, place.digest = current, last_n, last


class _Heads:
    """The stored heads, met in the order of the chains."""

    def __init__(self, conn: Connection, faults: Faults) -> None:
        self.rows = stream(conn, _HEADS)
        self.faults = faults
        self.next = next(self.rows, None)

    def close(self, place: _Place) -> None:
        """The walk leaves a chain: its last entry must be the head."""
        if place.chain is None:
            return
        while self.next is not None and self.next[0] < place.chain:
            self.faults.add(self.next[0], 1, None, "missing")
            self.next = next(self.rows, None)
        if self.next is None or self.next[0] != place.chain:
            self.faults.add(place.chain, place.n, place.at, "head")
            return
        _, n, head = self.next
        self.next = next(self.rows, None)
        if n != place.n:
            self.faults.add(place.chain, place.n + 1, place.at, "missing" if _later(n, place.n) else "head")
        elif head != place.digest:
            self.faults.add(place.chain, place.n, place.at, "head")

    def rest(self) -> None:
        """Every head left has no entry at all."""
        for chain, *_ in (*([self.next] if self.next else []), *self.rows):
            self.faults.add(chain, 1, None, "missing")


def _later(n: object, last: int) -> bool:
    return isinstance(n, int) and n > last


class _SealedHeads:
    """The heads under seals, met in the order of chain and number; ``chain`` and ``n`` are the next one's."""

    def __init__(self, conn: Connection, walked: Walked, faults: Faults) -> None:
        self.rows = stream(conn, _SEALED)
        self.counts = walked.seals
        self.faults = faults
        self.chain: bytes = b""
        self.n: int = 0
        self.seal: int = 0
        self.head: object = None
        self._before: tuple[bytes | None, int] = (None, 0)
        self._advance()

    def _advance(self) -> None:
        for chain, n, seal, head in self.rows:
            if chain < _LAST and isinstance(n, int) and isinstance(seal, int):
                self.chain, self.n, self.seal, self.head = chain, n, seal, head
                return
            self.faults.add(chain, n, None, "sealed", str(seal))
        self.chain = _LAST

    def turn_to(self, chain: bytes) -> int:
        """The walk turns to a chain: return the number of its first sealed head."""
        if self.chain < chain:
            self._pass_over(chain, 0)
        return self.n if self.chain == chain else _FAR

    def next_of(self, chain: bytes | None) -> int:
        """Return the number of a chain's next sealed head, or one beyond all where it has none."""
        return self.n if self.chain == chain else _FAR

    def meet(self, chain: bytes, n: int, digest: bytes, at: int) -> int:
        """An entry at or past the next sealed head of its chain; return the number of the one after it."""
        if self.n != n:
            self._pass_over(chain, n)
        if self.n == n and self.chain == chain:
            if self.head != digest:
                self.faults.add(chain, n, at, "sealed", str(self.seal))
            self._count()
        return self.n if self.chain == chain else _FAR

    def rest(self) -> None:
        """Every sealed head left has no entry of its own."""
        self._pass_over(_LAST, 0)

    def _pass_over(self, chain: bytes, n: int) -> None:
        while self.chain != _LAST and (self.chain, self.n) < (chain, n):
            self.faults.add(self.chain, self.n, None, "missing")
            self._count()

    def _count(self) -> None:
        chain, before = self._before
        found = self.counts.get(self.seal)
        if found is None:
            found = self.counts[self.seal] = Counted()
        if chain == self.chain:
            found.entries += self.n - before
        else:
            found.chains += 1
            found.entries += self.n
        found.heads += 1
        self._before = (self.chain, self.n)
        self._advance()
