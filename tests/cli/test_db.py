"""`db upgrade`, `backup` and `restore` as somebody types them."""

import json
import sqlite3
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from deadline_guard.cli import db
from deadline_guard.errors import StoreError
from deadline_guard.store import Store, runs, schema


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A folder with a configuration that names a database in another folder."""
    (tmp_path / "data").mkdir()
    (tmp_path / "config.yaml").write_text("database: data/office.db\nlocale: en\n")
    return tmp_path


def typed(office: Path, *words: str) -> Result:
    app = typer.Typer()
    db.register(app)
    done = CliRunner().invoke(app, [*words, "--config", str(office / "config.yaml")])
    if isinstance(done.exception, StoreError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done


def test_upgrade_makes_the_configured_database_and_then_has_nothing_to_do(office: Path) -> None:
    path = office / "data" / "office.db"
    assert typed(office, "db", "upgrade").output == f"{path}: made, schema {schema.HEAD}.\n"
    assert typed(office, "db", "upgrade").output == f"{path}: schema {schema.HEAD}, nothing to do.\n"
    Store.open(path).close()


def test_a_backup_is_put_back(office: Path) -> None:
    path, copy = office / "data" / "office.db", office / "copy.db"
    typed(office, "db", "upgrade")
    assert f"{copy}: whole and checked" in typed(office, "backup", str(copy)).output
    store = Store.open(path)
    with store.write() as conn:
        runs.put_setting(conn, "word", "lost")
    store.close()
    said = typed(office, "restore", str(copy)).output
    assert said == f"{path}: restored from {copy}.\nThe former database is kept as {path}.replaced-1.\n"
    store = Store.open(path)
    with store.read() as conn:
        assert runs.get_setting(conn, "word") is None
    store.close()


def test_an_older_copy_says_what_to_do_next(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = office / "copy.db"
    typed(office, "db", "upgrade")
    typed(office, "backup", str(copy))
    monkeypatch.setattr(schema, "REVISIONS", (*schema.REVISIONS, "next"))
    monkeypatch.setattr(schema, "HEAD", "next")
    assert "run `deadline-guard db upgrade` before the daemon" in typed(office, "restore", str(copy)).output


def test_a_database_may_be_named_without_a_configuration(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    assert str(path) in typed(tmp_path, "db", "upgrade", "--database", str(path)).output
    with pytest.raises(StoreError, match="--database"):
        typed(tmp_path, "db", "upgrade")


@pytest.mark.parametrize(
    "words", [("backup", "copy.db"), ("restore", "copy.db"), ("db", "upgrade", "--database", "none/office.db")]
)
def test_what_is_not_there_is_named(office: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(office)
    with pytest.raises(StoreError, match=r"no such|does not exist"):
        typed(office, *words)
    assert sorted(p.name for p in office.iterdir()) == ["config.yaml", "data"]
    assert list((office / "data").iterdir()) == []


def test_the_commands_speak_the_office_language(office: Path) -> None:
    (office / "config.yaml").write_text(f"database: {json.dumps(str(office / '案.db'))}\nlocale: zh_Hans\n")
    assert typed(office, "db", "upgrade").output == f"{office / '案.db'}:已创建,结构版本 {schema.HEAD}。\n"
    with sqlite3.connect(office / "案.db") as conn:
        assert conn.execute("SELECT version_num FROM alembic_version").fetchall() == [(schema.HEAD,)]
    conn.close()
