"""What the sweep last found of each cycle."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from deadline_guard.store.tables.naming import TableBase, day_column, instant_column, json_column, text_column


class AssessmentTable(TableBase, table=True):
    """The current level and due date of one cycle; ``due_rev`` counts changes of the date."""

    __tablename__ = "assessment"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it, nobody changes it

    case_id: str = text_column(primary_key=True, foreign_key="case.id")
    rule: str = text_column(primary_key=True)
    cycle: str = text_column(primary_key=True)
    state: str = text_column()
    level: int = 0
    step: int = 0
    due_rev: int = 1
    due_on: date | None = day_column()
    due_at: datetime | None = instant_column()
    owner: str = text_column()
    next_at: datetime | None = instant_column()
    crossings: list[Any] = json_column(list)
    revision: str = text_column()
    since: datetime | None = instant_column()
    told_since: datetime | None = instant_column()


class DerivationTable(TableBase, table=True):
    """How the date of an assessment was worked out; apart from it because it is long and seldom changes."""

    __tablename__ = "derivation"
    __table_args__ = (Index("ix_derivation_case_id", "case_id", "rule", "cycle", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: str = text_column(foreign_key="case.id")
    rule: str = text_column()
    cycle: str = text_column()
    deadline: dict[str, Any] = json_column(dict)
