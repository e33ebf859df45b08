"""Mails that came to the reply address."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index

from deadline_guard.store.tables.naming import TableBase, instant_column, text_column


class ReplyMailTable(TableBase, table=True):
    """One mail that was handled, written in the transaction of what it led to, so that it is handled once.

    ``digest`` is of its Message-ID, sender, date and text: the same mail fetched or delivered again has the same.
    ``message`` is what it answers (None where its token is not genuine), ``outcome`` a word of loop/replies.
    """

    __tablename__ = "reply_mail"
    __table_args__ = (Index("ix_reply_mail_message", "message"), {"sqlite_with_rowid": False})

    digest: str = text_column(primary_key=True)
    at: datetime = instant_column(null=False)
    message_id: str = text_column()
    message: int | None = None
    person: str | None = text_column(null=True)
    outcome: str = text_column()
    detail: str = text_column()
