"""Reply mails: which were handled, what they answer, up to where the mailbox was read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

from deadline_guard.store import ledger, queue, runs
from deadline_guard.store.assessments import LEVELS
from deadline_guard.store.columns import dump, instant, load, micros
from deadline_guard.store.notices import KINDS
from deadline_guard.store.sending import Leased
from deadline_guard.store.statements import AMONG, among, fetch, run

BY_MAIL: Final = "mail"  # who recorded an absence that an automatic reply told
_POSITION: Final = "mailbox:"
_TROUBLE: Final = "mailbox_trouble:"
_MARKING: Final = "absence_to_mark"


class Position(NamedTuple):
    """Up to where a mailbox was read: its UIDVALIDITY, the last UID, and when that was."""

    uidvalidity: int
    uid: int
    at: datetime


class Trouble(NamedTuple):
    """Why a mailbox cannot be read, in the latest words, and since when."""

    since: datetime
    words: str


class Away(NamedTuple):
    """An absence that an automatic reply told; ``cancelled``: somebody took it back."""

    person: str
    at: datetime
    until: datetime
    cancelled: bool


class Reply(NamedTuple):
    """What a mail led to: the message it answers and its person (None where unknown), and in which words."""

    digest: str
    message_id: str
    message: int | None
    person: str | None
    outcome: str
    detail: str = ""


def handled(conn: Connection, digest: str) -> bool:
    """Return whether this mail was handled before."""
    return bool(fetch(conn, "SELECT 1 FROM reply_mail WHERE digest = ?", (digest,)))


def record(conn: Connection, reply: Reply, now: datetime) -> None:
    """Record that a mail was handled, in the transaction of what it led to; the ledger keeps what it was."""
    run(
        conn,
        "INSERT INTO reply_mail (digest, at, message_id, message, person, outcome, detail) VALUES (?,?,?,?,?,?,?)",
        (reply.digest, micros(now), *reply[1:]),
    )
    kind = "refused" if reply.outcome == "refused" else "reply"
    ledger.append(conn, [ledger.Entry(ledger.SYSTEM, kind, dump({"via": BY_MAIL, **reply._asdict()}))], now)


def outcomes(conn: Connection, message: int) -> list[str]:
    """Return what the mails that answer a message led to, the oldest first."""
    return [
        row[0]
        for row in fetch(conn, "SELECT outcome FROM reply_mail WHERE message = ? ORDER BY at, digest", (message,))
    ]


def position(conn: Connection, mailbox: str) -> Position | None:
    """Return up to where a mailbox was read, or None before the first time."""
    found = runs.get_setting(conn, _POSITION + mailbox)
    if found is None:
        return None
    uidvalidity, uid, at = load(found)
    return Position(uidvalidity, uid, instant(at))


def put_position(conn: Connection, mailbox: str, at: Position) -> None:
    """Remember up to where a mailbox was read, in the transaction of the mail that was read."""
    runs.put_setting(conn, _POSITION + mailbox, dump([at.uidvalidity, at.uid, micros(at.at)]))


def trouble(conn: Connection, mailbox: str) -> Trouble | None:
    """Return why a mailbox cannot be read, or None when it was read last time."""
    found = runs.get_setting(conn, _TROUBLE + mailbox)
    if not found:
        return None
    since, words = load(found)
    return Trouble(instant(since), words)


def put_trouble(conn: Connection, mailbox: str, found: Trouble | None) -> None:
    """Remember why a mailbox cannot be read; None: it can."""
    runs.put_setting(conn, _TROUBLE + mailbox, dump([micros(found.since), found.words]) if found else "")


def message(conn: Connection, number: int) -> Leased | None:
    """Return a message as deliver knows it, ``was`` being its state now; None where there is none."""
    rows = fetch(
        conn,
        "SELECT id, key, person, channel, address, kind, level, thread, fallback, state, attempts, may_repeat "
        "FROM message WHERE id = ?",
        (number,),
    )
    if not rows:
        return None
    _, key, person, channel, address, kind, level, thread, fallback, state, attempts, may_repeat = rows[0]
    carried = fetch(conn, "SELECT notice_id FROM message_notice WHERE message_id = ? ORDER BY notice_id", (number,))
    return Leased(
        number, key, person, channel, address, KINDS[kind], LEVELS[level], thread, attempts, bool(may_repeat), state,
        tuple(load(fallback)), tuple(row[0] for row in carried),
    )  # fmt: skip


def bounce(conn: Connection, message: Leased, detail: str, now: datetime) -> bool:
    """Record that a message came back; False: it was given up or taken back before.

    Its tries stay as they were settled: the first server did take it.
    """
    changed = run(
        conn,
        "UPDATE message SET state = 'dead', state_reason = ?, next_attempt_at = NULL, lease_by = NULL, "
        "lease_until = NULL WHERE id = ? AND state NOT IN ('dead', 'withdrawn')",
        (detail, message.id),
    )
    if not changed:
        return False
    subjects = fetch(
        conn,
        "SELECT DISTINCT subject FROM message_notice JOIN notice ON notice.id = notice_id WHERE message_id = ?",
        (message.id,),
    )
    queue.mark_stale(conn, (row[0] for row in subjects), queue.STALE_PEOPLE, "delivery failed")
    entry = ledger.Entry(ledger.of_channel(message.channel), "bounced", dump([message.id, detail]))
    ledger.append(conn, [entry], now)
    return True


def told_away(conn: Connection, persons: Iterable[str]) -> list[Away]:
    """Return the absences of these persons that automatic replies told, the oldest first."""
    return [
        Away(person, instant(at), instant(until), cancelled is not None)
        for person, at, until, cancelled in fetch(
            conn,
            f"SELECT person, recorded_at, until, cancelled_at FROM absence WHERE recorded_by = ? "
            f"AND person IN ({AMONG}) ORDER BY id",
            (BY_MAIL, *among(persons)),
        )
    ]


def want_marking(conn: Connection) -> None:
    """Ask for every case to be decided again, in the transaction of the absence that asks for it."""
    runs.put_setting(conn, _MARKING, "from:")


def marking_wanted(conn: Connection) -> bool:
    """Return whether :func:`mark_some` has anything to do."""
    return bool(runs.get_setting(conn, _MARKING))


def mark_some(conn: Connection) -> bool:
    """Mark the next batch of cases, where any are asked for; return whether more remain (also after a crash)."""
    asked = runs.get_setting(conn, _MARKING)
    if not asked:
        return False
    after = queue.mark_all_stale_batch(conn, queue.STALE_PEOPLE, "absence", asked.removeprefix("from:"))
    runs.put_setting(conn, _MARKING, "" if after is None else f"from:{after}")
    return after is not None
