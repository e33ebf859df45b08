"""The schema revision: which one this program knows, which one a database has, how to go from one to the other."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect

from deadline_guard.core.text import Text
from deadline_guard.errors import SchemaError
from deadline_guard.paths import migrations_dir
from deadline_guard.store import sqlite
from deadline_guard.store.tables import METADATA

REVISIONS: Final = ("0001",)  # oldest first; a test compares them with the files under migrations/versions
HEAD: Final = REVISIONS[-1]


def revision(conn: Connection) -> str | None:
    """Return the database's schema revision, or None where it has no tables of ours."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    found = conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def revision_of(path: Path) -> str | None:
    """Return the schema revision of a database file, or None where it has no tables of ours."""
    engine = sqlite.open_engine(path, read_only=True)
    try:
        with sqlite.clear_errors(str(path)), engine.connect() as conn:
            return revision(conn)
    finally:
        engine.dispose()


def demand_head(conn: Connection, where: str) -> None:
    """Raise :class:`SchemaError` unless the database has exactly the schema that this program knows."""
    found = revision(conn)
    if found == HEAD:
        return
    if found is None:
        raise SchemaError(
            Text(
                f"{where}: this is no deadline-guard database yet; run `deadline-guard db upgrade`",
                f"{where}:尚不是 deadline-guard 数据库;请运行 `deadline-guard db upgrade`",
            )
        )
    if found in REVISIONS:
        raise SchemaError(
            Text(
                f"{where}: schema revision {found}, this program needs {HEAD}; run `deadline-guard backup FILE`, "
                "then `deadline-guard db upgrade`",
                f"{where}:数据库结构版本为 {found},本程序需要 {HEAD};请先运行 `deadline-guard backup FILE`,"
                "再运行 `deadline-guard db upgrade`",
            )
        )
    raise SchemaError(
        Text(
            f"{where}: schema revision {found} is newer than this program knows ({HEAD}); install the newer "
            "deadline-guard; this one has written nothing",
            f"{where}:数据库结构版本 {found} 比本程序所知({HEAD})更新;请安装较新的 deadline-guard;本程序未写入任何内容",
        )
    )


def create_all(engine: Engine) -> None:
    """Create every table at once and stamp the revision (for a database in memory, where it is quicker)."""
    with sqlite.immediately(engine) as conn, conn.begin():
        METADATA.create_all(conn)
        conn.exec_driver_sql(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
            "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
        conn.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (HEAD,))


def upgrade(engine: Engine, where: str) -> tuple[str | None, str]:
    """Bring a database file to this program's revision in one transaction; return the revisions before and after."""
    from alembic import command  # here, not above: it takes 0.3 s and every other command does without
    from alembic.config import Config

    with sqlite.immediately(engine) as conn, conn.begin():
        before = revision(conn)
        if before is not None and before not in REVISIONS:
            demand_head(conn, where)
        if before != HEAD:
            config = Config()
            config.set_main_option("script_location", str(migrations_dir()).replace("%", "%%"))
            config.attributes["connection"] = conn
            command.upgrade(config, "head")
    return before, HEAD
