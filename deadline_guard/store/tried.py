"""What was tried for one cycle before: who was told, through which channel, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.store.columns import instant
from deadline_guard.store.statements import AMONG, among, fetch

_WORDS: Final = {"sent": "accepted", "dead": "failed", "ambiguous": "unknown", "retry": "failed"}


class Try(NamedTuple):
    """One message about the cycle; ``outcome`` is told, accepted, failed or unknown."""

    at: datetime
    person: str
    channel: str
    outcome: str
    detail: str


def of_cycle(conn: Connection, subject: str, rule: str, cycle: str) -> list[Try]:
    """Return every message that carried a notice of this cycle, the oldest first."""
    return [
        Try(instant(at), person, channel, _WORDS.get(state, "told"), detail or "")
        for at, person, channel, state, detail in fetch(
            conn,
            "SELECT COALESCE(m.sent_at, m.made_at), m.person, m.channel, m.state, m.state_reason FROM notice AS n "
            "JOIN message_notice AS mn ON mn.notice_id = n.id JOIN message AS m ON m.id = mn.message_id "
            "WHERE n.subject = ? AND n.rule = ? AND n.cycle = ? AND m.state <> 'withdrawn' ORDER BY m.id",
            (subject, rule, cycle),
        )
    ]


def first_tries(conn: Connection, messages: list[int]) -> dict[int, datetime]:
    """Return when each message was first tried."""
    return {
        number: instant(at)
        for number, at in fetch(
            conn,
            f"SELECT message_id, MIN(started_at) FROM attempt WHERE message_id IN ({AMONG}) GROUP BY message_id",
            among(messages),
        )
    }


def threads(conn: Connection, messages: list[int]) -> dict[int, int]:
    """Return for each message the first message of its conversation with the same person on the same channel."""
    found: dict[int, int] = {}
    for number in messages:
        rows = fetch(
            conn,
            "SELECT MIN(b.id) FROM message AS a JOIN message AS b ON b.thread = a.thread AND b.person = a.person "
            "AND b.channel = a.channel AND b.state NOT IN ('withdrawn', 'dead') WHERE a.id = ?",
            (number,),
        )
        found[number] = rows[0][0] or number
    return found


def previous_remote(conn: Connection, message: int) -> str | None:
    """Return how the channel names the last message sent before this one in its conversation, or None."""
    rows = fetch(
        conn,
        "SELECT b.remote_id FROM message AS a JOIN message AS b ON b.thread = a.thread AND b.person = a.person "
        "AND b.channel = a.channel AND b.id < a.id AND b.state = 'sent' WHERE a.id = ? ORDER BY b.id DESC LIMIT 1",
        (message,),
    )
    return None if not rows else rows[0][0]
