"""The chained record of everything written."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from deadline_guard.store.tables.naming import TableBase, instant_column, text_column


class LedgerTable(TableBase, table=True):
    """One entry: ``digest`` covers chain, n, the previous digest, kind, at and the digest of the payload.

    ``payload_id`` None: the payload is the event rows whose ``entry`` is ``n``: no text is kept twice.
    """

    __tablename__ = "ledger"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it, nobody changes it

    chain: str = text_column(primary_key=True)
    n: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str = text_column()
    at: datetime = instant_column(null=False)
    prev: bytes
    payload_digest: bytes
    digest: bytes
    payload_id: int | None = None


class LedgerChainTable(TableBase, table=True):
    """The number and digest of a chain's last entry."""

    __tablename__ = "ledger_chain"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it, nobody changes it

    chain: str = text_column(primary_key=True)
    n: int
    head: bytes


class PayloadTable(TableBase, table=True):
    """What an entry is the digest of; the row may be erased, the digest stays."""

    __tablename__ = "payload"

    id: int | None = Field(default=None, primary_key=True)
    text: str = text_column()
    erased_at: datetime | None = instant_column()
