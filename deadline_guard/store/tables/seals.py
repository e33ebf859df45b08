"""The daily seals over the heads of all chains."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from deadline_guard.store.tables.naming import TableBase, instant_column, text_column


class SealTable(TableBase, table=True):
    """One seal: ``root`` covers n, at, the counts, the seal before it and every head that moved since then.

    ``chains`` and ``entries`` count all that stood at the seal; ``heads`` counts those that moved.
    """

    __tablename__ = "seal"

    n: int | None = Field(default=None, primary_key=True)
    at: datetime = instant_column(null=False)
    previous: bytes
    root: bytes
    chains: int
    entries: int
    heads: int


class SealHeadTable(TableBase, table=True):
    """The head of a chain that had moved since the seal before; a chain that did not move has no row.

    So a seal costs what was written since the last one, and the heads of any past seal follow: each chain's
    last row up to it.
    """

    __tablename__ = "seal_head"
    __table_args__ = (Index("ix_seal_head_seal", "seal"), {"sqlite_with_rowid": False})

    chain: str = text_column(primary_key=True)
    n: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    seal: int
    head: bytes
