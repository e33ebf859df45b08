"""Recorded facts about people, and which texts were in force when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from deadline_guard.store.tables.naming import TableBase, instant_column, text_column


class AbsenceTable(TableBase, table=True):
    """Somebody is away from ``since`` (inclusive) to ``until`` (exclusive)."""

    __tablename__ = "absence"
    __table_args__ = (Index("ix_absence_until", "until"),)

    id: int | None = Field(default=None, primary_key=True)
    person: str = text_column()
    since: datetime = instant_column(null=False)
    until: datetime = instant_column(null=False)
    deputy: str | None = text_column(null=True)
    recorded_at: datetime = instant_column(null=False)
    recorded_by: str = text_column()
    cancelled_at: datetime | None = instant_column()
    cancelled_by: str | None = text_column(null=True)


class AssignmentTable(TableBase, table=True):
    """Who was put into a role on a case (person None: taken out), by whom and when."""

    __tablename__ = "assignment"
    __table_args__ = (Index("ix_assignment_case_id", "case_id"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: str = text_column(foreign_key="case.id")
    role: str = text_column()
    person: str | None = text_column(null=True)
    recorded_at: datetime = instant_column(null=False)
    recorded_by: str = text_column()


class RevisionTable(TableBase, table=True):
    """A rulebook, calendar or people text by content hash, in force from ``since`` to the next one."""

    __tablename__ = "revision"
    __table_args__ = (Index("ix_revision_kind", "kind", "since"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str = text_column()
    hash: str = text_column()
    text: str = text_column()
    since: datetime = instant_column(null=False)
