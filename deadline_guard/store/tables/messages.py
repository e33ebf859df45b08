"""What is sent, every try at sending it, and the roots of conversations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import Field

from deadline_guard.store.tables.naming import TableBase, instant_column, json_column, text_column


class MessageTable(TableBase, table=True):
    """One message to one person on one channel; its id is printed as ``W-<id>``.

    ``state``: waiting, leased, sent, retry, ambiguous, dead, withdrawn. ``next_attempt_at`` is when it may be
    taken (again): for a leased row that is the end of its lease.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_key", "key", unique=True),
        Index(
            "ix_message_unsent",
            "level",
            "next_attempt_at",
            sqlite_where=sql("state IN ('waiting', 'retry', 'ambiguous', 'leased')"),
        ),
        Index("ix_message_thread", "thread"),
        Index("ix_message_person", "person", "made_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = text_column()
    person: str = text_column()
    channel: str = text_column()
    address: str = text_column()
    kind: str = text_column()
    level: int
    thread: str = text_column()
    fallback: list[str] = json_column(list)
    state: str = text_column()
    state_reason: str = text_column()
    made_at: datetime = instant_column(null=False)
    attempts: int = 0
    next_attempt_at: datetime | None = instant_column()
    lease_until: datetime | None = instant_column()
    lease_by: str | None = text_column(null=True)
    sent_at: datetime | None = instant_column()
    remote_id: str | None = text_column(null=True)
    may_repeat: bool = False


class MessageNoticeTable(TableBase, table=True):
    """Which notices a message carries."""

    __tablename__ = "message_notice"
    __table_args__ = (Index("ix_message_notice_notice_id", "notice_id"), {"sqlite_with_rowid": False})

    message_id: int = Field(primary_key=True, foreign_key="message.id")
    notice_id: int = Field(primary_key=True, foreign_key="notice.id")


class AttemptTable(TableBase, table=True):
    """One try: written before sending, settled after; an unsettled row is evidence of a crash."""

    __tablename__ = "attempt"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it, nobody changes it

    message_id: int = Field(primary_key=True, foreign_key="message.id")
    n: int = Field(primary_key=True)
    started_at: datetime = instant_column(null=False)
    started_by: str = text_column()
    settled_at: datetime | None = instant_column()
    outcome: str | None = text_column(null=True)
    detail: str = text_column()


class ThreadRefTable(TableBase, table=True):
    """The first message of a conversation as the channel names it (Message-ID, Slack ts)."""

    __tablename__ = "thread_ref"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it, nobody changes it

    thread: str = text_column(primary_key=True)
    channel: str = text_column(primary_key=True)
    person: str = text_column(primary_key=True)
    root: str = text_column()
