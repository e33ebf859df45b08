"""Messages to change after an answer, every try at it, and the presses that were heard."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import Field

from deadline_guard.store.tables.naming import TableBase, instant_column, json_column, text_column


class EditTable(TableBase, table=True):
    """A message whose text may no longer say how things stand.

    ``state``: waiting, settled, dead (it cannot be changed). ``rev`` grows whenever something was answered, so
    that an edit made meanwhile does not count for it. ``shown`` is the digest of what stands there instead of the
    first text ('': still the first text).
    """

    __tablename__ = "edit"
    __table_args__ = (
        Index("ix_edit_waiting", "next_attempt_at", sqlite_where=sql("state = 'waiting'")),
        {"sqlite_with_rowid": False},
    )

    message_id: int = Field(primary_key=True, foreign_key="message.id", sa_column_kwargs={"autoincrement": False})
    rev: int
    state: str = text_column()
    shown: str = text_column()
    attempts: int = 0
    next_attempt_at: datetime | None = instant_column()
    detail: str = text_column()


class EditAttemptTable(TableBase, table=True):
    """One try at changing a message: written before, settled after; an unsettled row is evidence of a crash."""

    __tablename__ = "edit_attempt"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it, nobody changes it

    message_id: int = Field(primary_key=True, foreign_key="message.id", sa_column_kwargs={"autoincrement": False})
    n: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    started_at: datetime = instant_column(null=False)
    settled_at: datetime | None = instant_column()
    outcome: str | None = text_column(null=True)
    detail: str = text_column()


class HeardTable(TableBase, table=True):
    """A press that was heard and what was replied: the same press, brought twice, gets the same reply again."""

    __tablename__ = "heard"
    __table_args__ = (Index("ix_heard_at", "at"), {"sqlite_with_rowid": False})

    id: str = text_column(primary_key=True)
    at: datetime = instant_column(null=False)
    reply: dict[str, Any] = json_column(dict)
