"""From notices to the messages that carried them and back: what a warning id means, what became of a notice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.store.columns import instant, instant_or_none, micros
from deadline_guard.store.statements import AMONG, among, fetch

# What was withdrawn before the message left is not in its text and has no number there.
_SAID: Final = (
    "FROM message_notice AS o JOIN notice AS n ON n.id = o.notice_id "
    "WHERE o.message_id = m.id AND n.state <> 'withdrawn'"
)


class Carried(NamedTuple):
    """One message that carried a notice: ``place`` among its ``size`` notices, from 0."""

    message: int
    channel: str
    state: str
    detail: str
    attempts: int
    made_at: datetime
    sent_at: datetime | None
    place: int
    size: int


def carriers(conn: Connection, notices: Iterable[int]) -> dict[int, list[Carried]]:
    """Return the messages of each notice, the oldest first."""
    found: dict[int, list[Carried]] = {}
    for notice, message, channel, state, detail, attempts, made_at, sent_at, place, count in fetch(
        conn,
        "SELECT mn.notice_id, m.id, m.channel, m.state, m.state_reason, m.attempts, m.made_at, m.sent_at, "
        f"(SELECT COUNT(*) {_SAID} AND o.notice_id < mn.notice_id), (SELECT COUNT(*) {_SAID}) "
        "FROM message_notice AS mn JOIN message AS m ON m.id = mn.message_id "
        f"WHERE mn.notice_id IN ({AMONG}) ORDER BY m.id",
        among(notices),
    ):
        found.setdefault(notice, []).append(
            Carried(
                message,
                channel,
                state,
                detail or "",
                attempts,
                instant(made_at),
                instant_or_none(sent_at),
                place,
                count,
            )
        )
    return found


def notices_of(conn: Connection, message: int) -> list[int]:
    """Return the notices that a message carries, in the order in which its text numbers them."""
    rows = fetch(
        conn,
        "SELECT o.notice_id FROM message_notice AS o JOIN notice AS n ON n.id = o.notice_id "
        "WHERE o.message_id = ? AND n.state <> 'withdrawn' ORDER BY o.notice_id",
        (message,),
    )
    return [row[0] for row in rows]


def revision_at(conn: Connection, kind: str, at: datetime) -> str | None:
    """Return the hash of the rulebook, people or calendar text in force at an instant, or None."""
    rows = fetch(
        conn, "SELECT hash FROM revision WHERE kind = ? AND since <= ? ORDER BY id DESC LIMIT 1", (kind, micros(at))
    )
    return rows[0][0] if rows else None


def cycles_of(conn: Connection, message: int) -> list[tuple[str, str, str]]:
    """Return (subject, rule, cycle) of everything that a message is about, each once; none: no such message."""
    rows = fetch(
        conn,
        "SELECT DISTINCT n.subject, n.rule, n.cycle FROM message_notice AS o JOIN notice AS n ON n.id = o.notice_id "
        "WHERE o.message_id = ?",
        (message,),
    )
    return [(row[0], row[1], row[2]) for row in rows]


def was_told(conn: Connection, subject: str, rule: str, cycle: str, person: str) -> bool:
    """Return whether a message about this cycle reached the person, or may have."""
    rows = fetch(
        conn,
        "SELECT EXISTS (SELECT 1 FROM notice AS n JOIN message_notice AS o ON o.notice_id = n.id "
        "JOIN message AS m ON m.id = o.message_id WHERE n.subject = ? AND n.rule = ? AND n.cycle = ? AND m.person = ? "
        "AND (m.state IN ('sent', 'leased', 'ambiguous') OR m.may_repeat))",
        (subject, rule, cycle, person),
    )
    return bool(rows[0][0])
