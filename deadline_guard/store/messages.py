"""The outbox: messages made once by their key, with the notices they carry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from deadline_guard.core.notices import Message
from deadline_guard.store import ledger
from deadline_guard.store.assessments import LEVELS
from deadline_guard.store.columns import dump, instant_or_none, micros
from deadline_guard.store.lines import lines
from deadline_guard.store.statements import AMONG, Row, among, fetch, next_id, run, run_many, scalar

# What never changes after a message was made: the entry that made it lists it, with the notices that it carries.
FIXED: Final = "id, key, person, channel, address, kind, level, thread, fallback, made_at"
# Word for word the condition of ix_message_unsent, else SQLite does not use that index.
UNSENT: Final = "state IN ('waiting', 'retry', 'ambiguous', 'leased')"
NEXT_ON_LEVEL: Final = f"SELECT MIN(next_attempt_at) FROM message WHERE {UNSENT} AND level = ?"


def insert(conn: Connection, found: Iterable[Message | tuple[Message, Sequence[int]]], now: datetime) -> list[int]:
    """Store messages whose key is new and mark their notices composed; return the ids of the new ones.

    ``Message.notices`` are keys of stored notices; a pair names the notices by id instead.
    """
    messages: dict[str, tuple[Message, Sequence[int] | None]] = {}
    for item in found:
        message, ids = item if isinstance(item, tuple) else (item, None)
        messages.setdefault(message.key, (message, ids))
    known = {row[0] for row in fetch(conn, f"SELECT key FROM message WHERE key IN ({AMONG})", among(messages))}
    new = {key: pair for key, pair in messages.items() if key not in known}
    if not new:
        return []
    keys = {key for message, ids in new.values() if ids is None for key in message.notices}
    by_key = dict(_pairs(fetch(conn, f"SELECT key, id FROM notice WHERE key IN ({AMONG})", among(keys))))
    at, number = micros(now), next_id(conn, "message")
    rows: list[Row] = []
    carried: list[Row] = []
    for key, (m, ids) in new.items():
        numbers = [by_key[k] for k in m.notices] if ids is None else ids
        carried.extend((number, notice_id) for notice_id in dict.fromkeys(numbers))
        rows.append(
            (number, key, m.person, m.channel, m.address, m.kind.value, int(m.level), m.thread, dump(m.fallback),
             at, micros(m.not_before))
        )  # fmt: skip
        number += 1
    _write(conn, rows, carried, at)
    _record(conn, rows, carried, now)
    return [row[0] for row in rows]


def _pairs(rows: list[Row]) -> list[tuple[str, int]]:
    return [(row[0], row[1]) for row in rows]


def _write(conn: Connection, rows: list[Row], carried: list[Row], at: int) -> None:
    run_many(
        conn,
        "INSERT INTO message (id, key, person, channel, address, kind, level, thread, fallback, made_at, "
        "next_attempt_at, state, state_reason, attempts, may_repeat) "
        "VALUES (?,?,?,?,?,?,?,?,?,?,?, 'waiting', '', 0, 0)",
        rows,
    )
    run_many(conn, "INSERT INTO message_notice (message_id, notice_id) VALUES (?, ?)", carried)
    run(
        conn,
        "UPDATE notice SET state = 'composed', state_reason = '', state_at = ? "
        f"WHERE state IN ('open', 'held') AND id IN ({AMONG})",
        (at, *among({row[1] for row in carried})),
    )


def _record(conn: Connection, rows: list[Row], carried: list[Row], now: datetime) -> None:
    notices_of: dict[int, list[int]] = {}
    for number, notice_id in carried:
        notices_of.setdefault(number, []).append(notice_id)
    by_chain: dict[str, list[Row]] = {}
    for row in rows:
        by_chain.setdefault(ledger.of_channel(row[3]), []).append(row)
    ledger.append(conn, (ledger.Entry(chain, "composed", _made(of, notices_of)) for chain, of in by_chain.items()), now)


def _made(rows: list[Row], notices_of: Mapping[int, list[int]]) -> str:
    """Return the payload of messages made: which wait until when, and each with its notices (ids, ascending)."""
    later = [(row[0], row[10]) for row in rows if row[10] != row[9]]
    made = lines((*row[:10], ",".join(map(str, sorted(notices_of.get(row[0], ())))) or None) for row in rows)
    return f'{{"later":{dump(later)},"messages":{made}}}'


def withdraw(conn: Connection, ids: Iterable[int], reason: str, now: datetime) -> list[int]:
    """Take back messages that have not gone out; return the ids of those that could be taken back."""
    changed = fetch(
        conn,
        "UPDATE message SET state = 'withdrawn', state_reason = ?, next_attempt_at = NULL, lease_by = NULL, "
        f"lease_until = NULL WHERE state IN ('waiting', 'retry', 'ambiguous', 'leased') AND id IN ({AMONG}) "
        "RETURNING id, channel",
        (reason, *among(ids)),
    )
    by_chain: dict[str, list[int]] = {}
    for number, channel in changed:
        by_chain.setdefault(ledger.of_channel(channel), []).append(number)
    ledger.append(
        conn,
        (
            ledger.Entry(chain, "withdrawn", dump({"messages": sorted(numbers), "reason": reason}))
            for chain, numbers in by_chain.items()
        ),
        now,
    )
    return sorted(number for number, _ in changed)


def next_attempt(conn: Connection) -> datetime | None:
    """Return the earliest instant at which a message may be taken (for a leased one: its lease's end)."""
    found = [scalar(conn, NEXT_ON_LEVEL, (int(level),)) for level in LEVELS]
    return instant_or_none(min((at for at in found if at is not None), default=None))


def oldest_due(conn: Connection, now: datetime) -> datetime | None:
    """Return when the longest-waiting unsent message fell due, or None when none is due."""
    found = scalar(
        conn,
        f"SELECT MIN(CASE WHEN state = 'waiting' THEN next_attempt_at ELSE made_at END) FROM message "
        f"WHERE {UNSENT} AND next_attempt_at <= ?",
        (micros(now),),
    )
    return instant_or_none(found)


def counts(conn: Connection) -> dict[str, int]:
    """Return how many messages are in each state."""
    return {row[0]: row[1] for row in fetch(conn, "SELECT state, COUNT(*) FROM message GROUP BY state")}


def thread_root(conn: Connection, thread: str, channel: str, person: str) -> str | None:
    """Return how the channel names the first message of a conversation, or None before there is one."""
    found = scalar(
        conn,
        "SELECT root FROM thread_ref WHERE thread = ? AND channel = ? AND person = ?",
        (thread, channel, person),
    )
    return None if found is None else str(found)


def put_thread_root(conn: Connection, thread: str, channel: str, person: str, root: str) -> None:
    """Remember the first message of a conversation; a root that stands already stays."""
    run(
        conn,
        "INSERT INTO thread_ref (thread, channel, person, root) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (thread, channel, person, root),
    )


def sent_since(conn: Connection, person: str, since: datetime) -> dict[str, int]:
    """Return how many messages were made for a person since an instant, by channel."""
    rows = fetch(
        conn,
        "SELECT channel, COUNT(*) FROM message WHERE person = ? AND made_at > ? AND state <> 'withdrawn' "
        "GROUP BY channel",
        (person, micros(since)),
    )
    return {row[0]: row[1] for row in rows}


def carried_elsewhere(conn: Connection, message: int) -> bool:
    """Return whether every notice of a message is carried by another one that was sent or is under way."""
    return not scalar(
        conn,
        "SELECT EXISTS (SELECT 1 FROM message_notice AS mine WHERE mine.message_id = ? AND NOT EXISTS ("
        "SELECT 1 FROM message_notice AS other JOIN message AS m ON m.id = other.message_id "
        "WHERE other.notice_id = mine.notice_id AND other.message_id <> mine.message_id "
        "AND m.state NOT IN ('dead', 'withdrawn')))",
        (message,),
    )
