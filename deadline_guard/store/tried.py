"""What was tried for one cycle before: who was told, through which channel, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
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


class Conversation(NamedTuple):
    """Where a message stands among those on its thread to the same person: ids as the channel names them.

    ``first`` is the id of the first message; ``root`` what the channel calls it, ``previous`` the last one sent.
    """

    first: int
    root: str | None = None
    previous: str | None = None


def of_cycles(conn: Connection, subjects: Iterable[str]) -> dict[tuple[str, str, str], list[Try]]:
    """Return every message that carried a notice of these subjects, by subject, rule and cycle, the oldest first."""
    found: dict[tuple[str, str, str], list[Try]] = {}
    for subject, rule, cycle, at, person, channel, state, detail in fetch(
        conn,
        "SELECT n.subject, n.rule, n.cycle, COALESCE(m.sent_at, m.made_at), m.person, m.channel, m.state, "
        "m.state_reason FROM notice AS n JOIN message_notice AS mn ON mn.notice_id = n.id "
        f"JOIN message AS m ON m.id = mn.message_id WHERE n.subject IN ({AMONG}) AND m.state <> 'withdrawn' "
        "ORDER BY m.id",
        among(set(subjects)),
    ):
        one = Try(instant(at), person, channel, _WORDS.get(state, "told"), detail or "")
        found.setdefault((subject, rule, cycle), []).append(one)
    return found


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


def conversations(conn: Connection, messages: list[int]) -> dict[int, Conversation]:
    """Return for each message the conversation with the same person on the same channel that it belongs to."""
    asked = among(messages)
    same = "message AS a JOIN message AS b ON b.thread = a.thread AND b.person = a.person AND b.channel = a.channel"
    first = fetch(
        conn,
        f"SELECT a.id, MIN(b.id), r.root FROM {same} AND b.state NOT IN ('withdrawn', 'dead') "
        "LEFT JOIN thread_ref AS r ON r.thread = a.thread AND r.channel = a.channel AND r.person = a.person "
        f"WHERE a.id IN ({AMONG}) GROUP BY a.id",
        asked,
    )
    sent = fetch(  # beside MAX, SQLite gives the other columns of that very row
        conn,
        f"SELECT a.id, MAX(b.id), b.remote_id FROM {same} AND b.id < a.id AND b.state = 'sent' "
        f"WHERE a.id IN ({AMONG}) GROUP BY a.id",
        asked,
    )
    previous = {number: remote for number, _, remote in sent}
    found = {number: Conversation(number, None, previous.get(number)) for number in messages}
    for number, earliest, root in first:
        found[number] = Conversation(earliest, root if earliest != number else None, previous.get(number))
    return found
