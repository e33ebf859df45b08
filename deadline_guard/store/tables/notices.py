"""Decisions to tell one person one thing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import Field

from deadline_guard.store.tables.naming import TableBase, day_column, instant_column, json_column, text_column


class NoticeTable(TableBase, table=True):
    """One notice; ``key`` is unique for ever, so that a decision made twice is stored once.

    ``state``: open, held (until ``hold_until``), composed (a message carries it), sent, withdrawn.
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_key", "key", unique=True),
        Index("ix_notice_subject", "subject", "rule", "cycle"),
        Index("ix_notice_waiting", "hold_until", sqlite_where=sql("state IN ('open', 'held')")),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = text_column()
    subject: str = text_column()
    rule: str = text_column()
    cycle: str = text_column()
    due_rev: int
    kind: str = text_column()
    level: int
    step: int
    n: int
    person: str = text_column()
    reason: str = text_column()
    decided_at: datetime = instant_column(null=False)
    via: list[str] = json_column(list)
    hold_until: datetime | None = instant_column()
    due_on: date | None = day_column()
    due_at: datetime | None = instant_column()
    data: dict[str, Any] = json_column(dict)
    state: str = text_column()
    state_reason: str = text_column()
    state_at: datetime = instant_column(null=False)
