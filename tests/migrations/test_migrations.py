"""The migrations lead to exactly the tables that the program knows."""

import re
import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from deadline_guard.paths import migrations_dir
from deadline_guard.store import MEMORY, Store, schema, sqlite
from deadline_guard.store.tables import METADATA


def config() -> Config:
    found = Config()
    found.set_main_option("script_location", str(migrations_dir()))
    return found


def statements(store: Store) -> dict[str, str]:
    """Return the text of every table and index, blanks apart."""
    with store.read() as conn:
        rows = conn.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").all()
    return {name: re.sub(r'[\s"]+', "", sql) for name, sql in rows}


def test_migrated_and_created_databases_are_the_same(tmp_path: Path) -> None:
    migrated, created = Store.open(tmp_path / "a.db", create=True), Store.open(MEMORY)
    assert statements(migrated) == statements(created)
    assert set(METADATA.tables) | {"alembic_version"} <= set(statements(migrated))
    migrated.close()
    created.close()


def test_alembic_finds_nothing_to_change(tmp_path: Path) -> None:
    Store.open(tmp_path / "a.db", create=True).close()
    engine = sqlite.open_engine(tmp_path / "a.db")
    with engine.connect() as conn, conn.begin():
        asked = config()
        asked.attributes["connection"] = conn
        command.check(asked)
    engine.dispose()


def test_the_program_knows_the_revisions_of_the_files() -> None:
    script = ScriptDirectory.from_config(config())
    assert tuple(r.revision for r in reversed(list(script.walk_revisions()))) == schema.REVISIONS
    assert script.get_heads() == [schema.HEAD]


def test_every_revision_can_be_undone(tmp_path: Path) -> None:
    Store.open(tmp_path / "a.db", create=True).close()
    engine = sqlite.open_engine(tmp_path / "a.db")
    with engine.connect() as conn, conn.begin():
        asked = config()
        asked.attributes["connection"] = conn
        command.downgrade(asked, "base")
    with engine.connect() as conn, conn.begin():
        left = [row[0] for row in conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
    engine.dispose()
    assert left == ["alembic_version"]


def test_upgrading_twice_does_nothing(tmp_path: Path) -> None:
    engine = sqlite.open_engine(tmp_path / "a.db")
    assert schema.upgrade(engine, "a.db") == (None, schema.HEAD)
    assert schema.upgrade(engine, "a.db") == (schema.HEAD, schema.HEAD)
    engine.dispose()


def test_a_failed_upgrade_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.db"
    engine = sqlite.open_engine(path)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("in the middle")

    monkeypatch.setattr("alembic.operations.ops.CreateIndexOp.create_index", fail)
    monkeypatch.setattr("alembic.operations.ops.CreateIndexOp.batch_create_index", fail)
    with pytest.raises(RuntimeError, match="in the middle"):
        schema.upgrade(engine, "a.db")
    engine.dispose()
    with sqlite3.connect(path) as conn:
        assert conn.execute("SELECT name FROM sqlite_master").fetchall() == []
    conn.close()
    monkeypatch.undo()
    Store.open(path, create=True).close()
