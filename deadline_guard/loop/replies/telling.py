"""What people are told about their replies and about the mailbox: findings, each once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from deadline_guard.core.notices import Notice
from deadline_guard.core.people import Person
from deadline_guard.core.rules import Level
from deadline_guard.core.text import both
from deadline_guard.loop.findings import SYSTEM, finding
from deadline_guard.loop.office import Office
from deadline_guard.store import notices

REFUSED = "finding.reply_refused"
UNCLEAR = "finding.reply_unclear"
HELP = "finding.reply_help"
MAILBOX = "finding.mailbox"
_SHOWN = 200  # characters of what somebody wrote


def tell(conn: Connection, told: Iterable[Notice], now: datetime) -> None:
    """Store what is to be told; what was told before is not told again."""
    notices.insert(conn, told, now)


def refused(
    office: Office, conn: Connection, message: int, person: str, sender: str, why: str, now: datetime
) -> Notice:
    """Return the finding that somebody used a genuine reply address who may not; once a day for each sender."""
    directory = office.directory(conn)
    name = directory.persons[person].name if person in directory.persons else person
    return finding(
        SYSTEM, REFUSED, f"W-{message} {sender} {now.date().isoformat()}"[:200], directory, now,
        message=f"W-{message}", person=name, sender=sender[:_SHOWN], why=why,
    )  # fmt: skip


def unclear(
    office: Office, conn: Connection, message: int, person: Person, text: str, digest: str, now: datetime
) -> Notice:
    """Return the finding that keeps for the admin what nobody understood, by mail only: it may name parties."""
    told = finding(
        SYSTEM, UNCLEAR, f"W-{message} {digest[:12]}", office.directory(conn), now,
        message=f"W-{message}", person=person.name, text=text[:_SHOWN],
    )  # fmt: skip
    return told._replace(level=Level.EARLY)


def helped(office: Office, conn: Connection, message: int, person: Person, error: str, now: datetime) -> Notice:
    """Return the word to the writer that nothing was recorded, and what would be understood; once a message.

    ``error`` says why, where a reason is known. The mail can be replied to like the message itself.
    """
    told = finding(
        SYSTEM, HELP, f"W-{message}", office.directory(conn), now,
        message=f"W-{message}", answers=message, error=both(error) if error else "", as_of=now.isoformat(),
    )  # fmt: skip
    return told._replace(level=Level.EARLY, person=person.id, via=("warned before",))


def unreadable(office: Office, conn: Connection, mailbox: str, cause: str, error: str, now: datetime) -> Notice:
    """Return the finding that the mailbox cannot be read; once a day for each cause."""
    day = now.astimezone(office.config.tz).date().isoformat()
    return finding(SYSTEM, MAILBOX, f"{cause} {day}", office.directory(conn), now, mailbox=mailbox, error=error[:300])
