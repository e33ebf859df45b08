"""The metadata that all tables share, with names for every constraint so that Alembic can alter them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import MetaData, Text
from sqlmodel import Field, SQLModel

from deadline_guard.store.columns import Day, Instant, Json

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class TableBase(SQLModel):
    """The parent of every table."""

    metadata = METADATA


def text_column(*, null: bool = False, **more: Any) -> Any:
    """Return a TEXT column."""
    return Field(default=None if null else "", sa_type=Text, nullable=null, **more)


def instant_column(*, null: bool = True) -> Any:
    """Return a column that holds an instant."""
    return Field(default=None, sa_type=Instant, nullable=null)


def day_column(*, null: bool = True) -> Any:
    """Return a column that holds a civil date."""
    return Field(default=None, sa_type=Day, nullable=null)


def json_column(empty: Callable[[], Any]) -> Any:
    """Return a column that holds JSON, ``empty()`` where nothing is given."""
    return Field(default_factory=empty, sa_type=Json, nullable=False)
