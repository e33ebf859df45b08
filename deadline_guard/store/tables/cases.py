"""Cases, their links and their events."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import Field

from deadline_guard.store.tables.naming import TableBase, day_column, instant_column, json_column, text_column


class CaseTable(TableBase, table=True):
    """One case and its place in the queues of the sweep (``wake_at``, ``stale``, ``rev``).

    ``stale``: 1 event or answer, 2 people, calendar, link or failed delivery, 3 rulebook, zone data, engine.
    ``rev`` rises whenever an input changes; a result is stored only where ``rev`` is what it was made of.
    """

    __tablename__ = "case"
    __table_args__ = (
        Index("ix_case_wake_at", "wake_at", sqlite_where=sql("wake_at IS NOT NULL")),
        Index("ix_case_stale", "stale", sqlite_where=sql("stale IS NOT NULL")),
        Index("ix_case_code", "code"),
    )

    id: str = text_column(primary_key=True)
    code: str = text_column()
    title: str = text_column()
    case_type: str = text_column()
    attributes: dict[str, Any] = json_column(dict)
    zone: str = text_column()
    calendar: str | None = text_column(null=True)
    jurisdiction: str | None = text_column(null=True)
    team: str | None = text_column(null=True)
    owners: dict[str, str] = json_column(dict)
    opened_at: datetime | None = instant_column()
    closed_at: datetime | None = instant_column()
    live: bool = True
    wake_at: datetime | None = instant_column()
    stale: int | None = None
    stale_reason: str | None = text_column(null=True)
    rev: int = 1


class CaseLinkTable(TableBase, table=True):
    """``from_case`` sees the timeline of ``to_case`` as ``relation`` (``parent`` …)."""

    __tablename__ = "case_link"
    __table_args__ = (Index("ix_case_link_to_case", "to_case"), {"sqlite_with_rowid": False})

    from_case: str = text_column(primary_key=True, foreign_key="case.id")
    to_case: str = text_column(primary_key=True, foreign_key="case.id")
    relation: str = text_column(primary_key=True)


class EventTable(TableBase, table=True):
    """One revision of one fact; append-only. ``entry`` is the entry of the case's chain that covers it."""

    __tablename__ = "event"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it, nobody changes it

    case_id: str = text_column(primary_key=True, foreign_key="case.id")
    source: str = text_column(primary_key=True)
    source_id: str = text_column(primary_key=True)
    revision: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str = text_column()
    on_date: date = day_column(null=False)
    at: datetime | None = instant_column()
    subject: str | None = text_column(null=True)
    data: dict[str, Any] = json_column(dict)
    retracted: bool = False
    origin: str = text_column()
    recorded_at: datetime = instant_column(null=False)
    recorded_by: str = text_column()
    entry: int
