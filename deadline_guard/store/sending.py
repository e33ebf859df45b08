"""Leases and outcomes: who sends which message now, and what came of each try."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.core.notices import NoticeKind
from deadline_guard.core.rules import Level
from deadline_guard.store import ledger, messages, queue
from deadline_guard.store.assessments import LEVELS
from deadline_guard.store.columns import dump, load, micros, micros_or_none
from deadline_guard.store.lines import lines
from deadline_guard.store.messages import UNSENT
from deadline_guard.store.notices import KINDS
from deadline_guard.store.statements import AMONG, Row, among, fetch, run, run_many

SENT: Final = "sent"
RETRY: Final = "retry"
AMBIGUOUS: Final = "ambiguous"
DEAD: Final = "dead"


# What stands of a try once it is settled: the entry that settled it lists it.
TRIED: Final = "message_id, n, outcome, detail, settled_at"
DUE_ON_LEVEL: Final = (
    "SELECT id, key, person, channel, address, kind, level, thread, fallback, state, attempts, may_repeat "
    f"FROM message WHERE {UNSENT} AND level = ? AND next_attempt_at <= ? ORDER BY next_attempt_at, id LIMIT ?"
)


class Leased(NamedTuple):
    """A message that one sender holds until its lease ends.

    ``was`` is its state before: after ``ambiguous`` an earlier try may have arrived (``may_repeat``).
    """

    id: int
    key: str
    person: str
    channel: str
    address: str
    kind: NoticeKind
    level: Level
    thread: str
    attempt: int
    may_repeat: bool
    was: str
    fallback: tuple[str, ...]
    notice_ids: tuple[int, ...]


class Outcome(NamedTuple):
    """What came of one try: sent, retry or ambiguous (with ``next_attempt_at``), or dead (given up for good)."""

    message_id: int
    attempt: int
    outcome: str
    detail: str = ""
    remote_id: str | None = None
    next_attempt_at: datetime | None = None
    may_repeat: bool = False


Unwanted = Callable[[list[Leased]], Mapping[int, str]]
PutOff = Callable[[list[Leased]], Mapping[int, datetime]]


def lease(
    conn: Connection,
    now: datetime,
    n: int,
    by: str,
    seconds: float,
    unwanted: Unwanted | None = None,
    put_off: PutOff | None = None,
) -> list[Leased]:
    """Take at most ``n`` messages that may go now, the worst level first, for ``seconds``.

    A lease that ended unsettled is evidence of a crash: its try is settled as ambiguous and the message comes
    back marked ``may_repeat``. ``unwanted`` is asked in this transaction which of them are no longer wanted
    (id → reason); these are withdrawn. ``put_off`` is asked which must wait (id → until when). Each lease writes its attempt row before anything is sent.
    """
    at = micros(now)
    rows: list[Row] = []
    for level in reversed(LEVELS):  # one level at a time is read from the index in order, however many wait
        rows += fetch(conn, DUE_ON_LEVEL, (int(level), at, n - len(rows)))
    if not rows:
        return []
    crashed = [(at, row[0], row[10]) for row in rows if row[9] == "leased"]
    run_many(
        conn,
        "UPDATE attempt SET settled_at = ?, outcome = 'ambiguous', detail = 'lease ended unsettled' "
        "WHERE message_id = ? AND n = ? AND settled_at IS NULL",
        crashed,
    )
    leased = [_leased(row, carried) for row, carried in zip(rows, _carried(conn, rows), strict=True)]
    if unwanted is not None:
        leased = _drop(conn, leased, unwanted(leased), now)
    if put_off is not None:
        waits = put_off(leased)
        later = [(micros(until), "waits its turn: so many a minute", number) for number, until in waits.items()]
        run_many(conn, "UPDATE message SET next_attempt_at = ?, state_reason = ? WHERE id = ?", later)
        leased = [m for m in leased if m.id not in waits]
    until = micros(now + timedelta(seconds=seconds))
    run_many(
        conn,
        "UPDATE message SET state = 'leased', attempts = ?, may_repeat = ?, lease_by = ?, lease_until = ?, "
        "next_attempt_at = ? WHERE id = ?",
        [(m.attempt, int(m.may_repeat), by, until, until, m.id) for m in leased],
    )
    run_many(
        conn,
        "INSERT INTO attempt (message_id, n, started_at, started_by, detail) VALUES (?, ?, ?, ?, '')",
        [(m.id, m.attempt, at, by) for m in leased],
    )
    return leased


def _leased(row: Row, carried: tuple[int, ...]) -> Leased:
    number, key, person, channel, address, kind, level, thread, fallback, state, attempts, may_repeat = row
    was = AMBIGUOUS if state == "leased" else state
    return Leased(
        number, key, person, channel, address, KINDS[kind], LEVELS[level], thread, attempts + 1,
        bool(may_repeat) or was == AMBIGUOUS, was, tuple(load(fallback)), carried,
    )  # fmt: skip


def _carried(conn: Connection, rows: Sequence[Row]) -> list[tuple[int, ...]]:
    found: dict[int, list[int]] = {row[0]: [] for row in rows}
    for message_id, notice_id in fetch(
        conn,
        f"SELECT message_id, notice_id FROM message_notice WHERE message_id IN ({AMONG}) ORDER BY notice_id",
        among(found),
    ):
        found[message_id].append(notice_id)
    return [tuple(found[row[0]]) for row in rows]


def _drop(conn: Connection, leased: list[Leased], dropped: Mapping[int, str], now: datetime) -> list[Leased]:
    by_reason: dict[str, list[int]] = {}
    for number, reason in dropped.items():
        by_reason.setdefault(reason, []).append(number)
    for reason, numbers in by_reason.items():
        messages.withdraw(conn, numbers, reason, now)
    return [m for m in leased if m.id not in dropped]


def settle(conn: Connection, outcomes: Iterable[Outcome], now: datetime) -> list[int]:
    """Record what came of tries; return the ids of messages given up, whose cases become stale (class 2).

    A message whose lease was meanwhile given to a later try keeps that try's state, unless this one was sent.
    """
    asked = list(outcomes)
    if not asked:
        return []
    at = micros(now)
    run_many(
        conn,
        "UPDATE attempt SET settled_at = ?, outcome = ?, detail = ? WHERE message_id = ? AND n = ?",
        [(at, o.outcome, o.detail, o.message_id, o.attempt) for o in asked],
    )
    run_many(
        conn,
        "UPDATE message SET state = ?1, state_reason = ?2, sent_at = CASE ?1 WHEN 'sent' THEN ?3 ELSE sent_at END, "
        "remote_id = COALESCE(?4, remote_id), next_attempt_at = ?5, may_repeat = may_repeat OR ?6, "
        "lease_by = NULL, lease_until = NULL WHERE id = ?7 AND state NOT IN ('sent', 'withdrawn') "
        "AND (attempts = ?8 OR ?1 = 'sent')",
        [
            (o.outcome, o.detail, at, o.remote_id, micros_or_none(o.next_attempt_at),
             int(o.may_repeat or o.outcome == AMBIGUOUS), o.message_id, o.attempt)
            for o in asked
        ],
    )  # fmt: skip
    _tell_notices(conn, [o.message_id for o in asked if o.outcome == SENT], at)
    dead = [o.message_id for o in asked if o.outcome == DEAD]
    _requeue(conn, dead)
    _record(conn, asked, now)
    return dead


def _tell_notices(conn: Connection, sent: list[int], at: int) -> None:
    if sent:
        run(
            conn,
            "UPDATE notice SET state = 'sent', state_at = ? WHERE state = 'composed' AND id IN "
            f"(SELECT notice_id FROM message_notice WHERE message_id IN ({AMONG}))",
            (at, *among(sent)),
        )


def _requeue(conn: Connection, dead: list[int]) -> None:
    if not dead:
        return
    subjects = fetch(
        conn,
        "SELECT DISTINCT subject FROM message_notice JOIN notice ON notice.id = notice_id "
        f"WHERE message_id IN ({AMONG})",
        among(dead),
    )
    queue.mark_stale(conn, (row[0] for row in subjects), queue.STALE_PEOPLE, "delivery failed")


def _record(conn: Connection, outcomes: list[Outcome], now: datetime) -> None:
    ids = among({o.message_id for o in outcomes})
    rows = fetch(conn, f"SELECT id, channel FROM message WHERE id IN ({AMONG})", ids)
    channels = {row[0]: row[1] for row in rows}
    by_chain: dict[str, list[Outcome]] = {}
    for o in outcomes:
        by_chain.setdefault(ledger.of_channel(channels[o.message_id]), []).append(o)
    at = micros(now)
    ledger.append(conn, (ledger.Entry(chain, "settled", _tried(of, at)) for chain, of in by_chain.items()), now)


def _tried(outcomes: list[Outcome], at: int) -> str:
    """Return the payload of tries settled: how the channel names what it took, and each try."""
    remote = [(o.message_id, o.remote_id) for o in outcomes if o.remote_id is not None]
    tries = lines((o.message_id, o.attempt, o.outcome, o.detail, at) for o in outcomes)
    return f'{{"remote":{dump(remote)},"tries":{tries}}}'


def take_back(conn: Connection, now: datetime) -> int:
    """Settle the leases of a dead process as ambiguous and let their messages go at once; return how many.

    Only for whoever holds the daemon's lock and has sent nothing yet: nobody else can be sending.
    """
    at = micros(now)
    rows = fetch(conn, f"SELECT id, attempts FROM message WHERE {UNSENT} AND state = 'leased'")
    lost = [Outcome(number, n, AMBIGUOUS, "stopped before an answer came", None, now) for number, n in rows]
    settle(conn, lost, now)
    run(
        conn,
        "UPDATE attempt SET settled_at = ?, outcome = 'ambiguous', detail = 'stopped before an answer came' "
        "WHERE settled_at IS NULL",
        (at,),
    )
    return len(lost)


def release(conn: Connection, by: str, now: datetime) -> int:
    """Give back the leases of ``by`` that were never tried (a clean stop); return how many."""
    at = micros(now)
    rows = fetch(conn, f"SELECT id, attempts FROM message WHERE {UNSENT} AND state = 'leased' AND lease_by = ?", (by,))
    run_many(
        conn,
        "UPDATE attempt SET settled_at = ?, outcome = 'released', detail = 'not tried' WHERE message_id = ? AND n = ?",
        [(at, *row) for row in rows],
    )
    run_many(
        conn,
        "UPDATE message SET state = CASE may_repeat WHEN 1 THEN 'ambiguous' ELSE 'waiting' END, lease_by = NULL, "
        "lease_until = NULL, next_attempt_at = ? WHERE id = ?",
        [(at, row[0]) for row in rows],
    )
    return len(rows)
