"""Links that were used: each answers once."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from deadline_guard.store.tables.naming import TableBase, instant_column, text_column


class AnswerLinkTable(TableBase, table=True):
    """One answer given by the link in a message; ``place`` is the number in a message of several, 0 for all of it.

    ``token`` is the SHA-256 digest of the token, never the token itself. ``action`` ``not_me`` ends the link.
    """

    __tablename__ = "answer_link"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it, nobody changes it

    message_id: int = Field(primary_key=True, foreign_key="message.id", sa_column_kwargs={"autoincrement": False})
    action: str = text_column(primary_key=True)
    place: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    token: bytes
    person: str = text_column()
    used_at: datetime = instant_column(null=False)
    address: str = text_column()
