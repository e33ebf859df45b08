"""Sent messages to change after an answer: which, as of what, and what came of each try."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.core.notices import NoticeKind
from deadline_guard.core.rules import Level
from deadline_guard.store import ledger
from deadline_guard.store.assessments import LEVELS
from deadline_guard.store.columns import dump, instant_or_none, micros, micros_or_none
from deadline_guard.store.notices import KINDS
from deadline_guard.store.statements import AMONG, among, fetch, run, run_many, scalar

WAITING: Final = "waiting"
SETTLED: Final = "settled"
DEAD: Final = "dead"
# Of a message that is under way nothing is shown yet: its edit waits until it was sent.
_READY: Final = (
    "FROM edit AS e JOIN message AS m ON m.id = e.message_id "
    "WHERE e.state = 'waiting' AND m.state = 'sent' AND m.remote_id IS NOT NULL"
)


class Edit(NamedTuple):
    """A message to look at: what it carries, where it stands, and the digest of what it shows ('': its first text)."""

    message: int
    rev: int
    shown: str
    attempts: int
    person: str
    channel: str
    address: str
    kind: NoticeKind
    level: Level
    made_at: datetime
    remote_id: str


class Tried(NamedTuple):
    """What came of one look: ``state`` settled or dead, or waiting for another try at ``next_attempt_at``."""

    edit: Edit
    state: str
    outcome: str
    detail: str = ""
    shown: str = ""
    next_attempt_at: datetime | None = None


def mark(conn: Connection, cases: Iterable[str], channels: Iterable[str], now: datetime) -> int:
    """Note that something about these cases was answered or changed, for every message about them; return how many."""
    return run(
        conn,
        "INSERT INTO edit (message_id, rev, state, shown, attempts, next_attempt_at, detail) "
        "SELECT DISTINCT m.id, 1, 'waiting', '', 0, ?, '' FROM notice AS n "
        "JOIN message_notice AS o ON o.notice_id = n.id JOIN message AS m ON m.id = o.message_id "
        f"WHERE n.subject IN ({AMONG}) AND m.channel IN ({AMONG}) AND m.state NOT IN ('withdrawn', 'dead') "
        "ON CONFLICT (message_id) DO UPDATE SET rev = rev + 1, state = 'waiting', attempts = 0, "
        "next_attempt_at = excluded.next_attempt_at",
        (micros(now), *among(cases), *among(channels)),
    )


def next_at(conn: Connection) -> datetime | None:
    """Return the earliest instant at which a message may be changed, or None."""
    return instant_or_none(scalar(conn, f"SELECT MIN(e.next_attempt_at) {_READY}"))


def due(conn: Connection, now: datetime, most: int) -> list[Edit]:
    """Return messages to look at now, the longest waiting first."""
    return [
        Edit(number, rev, shown, n, person, channel, address, KINDS[kind], LEVELS[level],
             instant_or_none(made_at) or now, remote)
        for number, rev, shown, n, person, channel, address, kind, level, made_at, remote in fetch(
            conn,
            "SELECT e.message_id, e.rev, e.shown, e.attempts, m.person, m.channel, m.address, m.kind, m.level, "
            f"m.made_at, m.remote_id {_READY} AND e.next_attempt_at <= ? ORDER BY e.next_attempt_at, e.message_id "
            "LIMIT ?",
            (micros(now), most),
        )
    ]  # fmt: skip


def begin(conn: Connection, edits: Iterable[Edit], now: datetime) -> None:
    """Write down that these are being changed now."""
    run_many(
        conn,
        "INSERT INTO edit_attempt (message_id, n, started_at, detail) "
        "SELECT ?1, COALESCE(MAX(n), 0) + 1, ?2, '' FROM edit_attempt WHERE message_id = ?1",
        [(edit.message, micros(now)) for edit in edits],
    )


def settle(conn: Connection, tried: Iterable[Tried], now: datetime) -> None:
    """Record what came of looks; one overtaken by a newer answer keeps what is shown and looks again at once."""
    asked = list(tried)
    at = micros(now)
    run_many(
        conn,
        "UPDATE edit_attempt SET settled_at = ?, outcome = ?, detail = ? WHERE message_id = ? AND settled_at IS NULL",
        [(at, t.outcome, t.detail, t.edit.message) for t in asked],
    )
    run_many(
        conn,
        "UPDATE edit SET shown = ?1, detail = ?2, "
        "state = CASE rev WHEN ?3 THEN ?4 ELSE 'waiting' END, attempts = CASE rev WHEN ?3 THEN ?5 ELSE 0 END, "
        "next_attempt_at = CASE rev WHEN ?3 THEN ?6 ELSE next_attempt_at END WHERE message_id = ?7",
        [
            (t.shown, t.detail, t.edit.rev, t.state, t.edit.attempts + 1, micros_or_none(t.next_attempt_at),
             t.edit.message)
            for t in asked
        ],
    )  # fmt: skip
    by_channel: dict[str, list[tuple[int, str, str]]] = {}
    for t in asked:
        if t.outcome:
            by_channel.setdefault(t.edit.channel, []).append((t.edit.message, t.outcome, t.detail))
    entries = [ledger.Entry(ledger.of_channel(c), "edited", dump(told)) for c, told in by_channel.items()]
    ledger.append(conn, entries, now)


def put_off(conn: Connection, channel: str, until: datetime) -> None:
    """Let nothing on a channel be changed before ``until``: its server asked for a pause."""
    run(
        conn,
        "UPDATE edit SET next_attempt_at = MAX(next_attempt_at, ?1) WHERE state = 'waiting' AND message_id IN "
        "(SELECT id FROM message WHERE channel = ?2)",
        (micros(until), channel),
    )
