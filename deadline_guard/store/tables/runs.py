"""Ticks, sources and the settings that survive a restart."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from deadline_guard.store.tables.naming import TableBase, instant_column, json_column, text_column


class RunTable(TableBase, table=True):
    """One tick; ``now`` is the instant it decided for (not ``started_at`` under a virtual clock)."""

    __tablename__ = "run"
    __table_args__ = (Index("ix_run_finished_at", "finished_at"),)

    id: int | None = Field(default=None, primary_key=True)
    started_at: datetime = instant_column(null=False)
    finished_at: datetime | None = instant_column()
    now: datetime = instant_column(null=False)
    next_at: datetime | None = instant_column()
    counts: dict[str, Any] = json_column(dict)
    error: str | None = text_column(null=True)


class SourceTable(TableBase, table=True):
    """A source of facts and how often it is expected (seconds; None: no expectation)."""

    __tablename__ = "source"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it, nobody changes it

    name: str = text_column(primary_key=True)
    expect_every: int | None = None
    last_seen_at: datetime | None = instant_column()


class SettingTable(TableBase, table=True):
    """A named value: the persisted virtual clock, the last instants of cron jobs."""

    __tablename__ = "setting"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it, nobody changes it

    key: str = text_column(primary_key=True)
    value: str = text_column()
