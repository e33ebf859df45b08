"""Opening, reading, writing, and what is said when it cannot be done."""

import sqlite3
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path

import pytest

from deadline_guard.errors import (
    SchemaError,
    StoreDamagedError,
    StoreError,
    StoreFullError,
    StoreLockedError,
    StoreReadOnlyError,
)
from deadline_guard.store import MEMORY, Store, cases, runs, schema
from deadline_guard.store.database import location
from tests.store.making import case


def test_a_transaction_is_kept_whole_or_not_at_all(store: Store, now: datetime) -> None:
    with store.write() as conn:
        cases.put_case(conn, case("kept"), now)

    def fail() -> None:
        with store.write() as conn:
            cases.put_case(conn, case("lost"), now)
            1 / 0  # noqa: B018

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.read() as conn:
        assert set(cases.load_cases(conn, ["kept", "lost"])) == {"kept"}


def test_a_reader_sees_one_instant_while_another_writes(tmp_path: Path, now: datetime) -> None:
    store = Store.open(tmp_path / "a.db", create=True)
    with store.read() as reader:
        assert runs.get_setting(reader, "word") is None
        with store.write() as writer:
            runs.put_setting(writer, "word", "said")
        assert runs.get_setting(reader, "word") is None
    with store.read() as reader:
        assert runs.get_setting(reader, "word") == "said"
    store.close()


def test_threads_write_one_after_the_other(store: Store) -> None:
    def add() -> None:
        for _ in range(20):
            with store.write() as conn:
                runs.put_setting(conn, "n", str(int(runs.get_setting(conn, "n") or 0) + 1))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as conn:
        assert runs.get_setting(conn, "n") == "80"


def test_a_write_inside_a_write_is_refused_at_once(store: Store) -> None:
    with store.write() as conn:
        with pytest.raises(StoreError, match="finish that one first"), store.write():
            pass
        runs.put_setting(conn, "word", "said")
    with store.write() as conn:
        assert runs.get_setting(conn, "word") == "said"


def test_a_file_is_durable_and_checks_references(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "a.db", create=True)
    with store.read() as conn:
        asked = ("journal_mode", "synchronous", "foreign_keys")
        assert [conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked] == ["wal", 2, 1]
    store.close()


def test_write_takes_the_lock_at_once(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "a.db", create=True)
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None, timeout=0)
    with store.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.close()
    store.close()


def test_in_memory_a_read_inside_a_write_sees_it_and_a_write_inside_is_refused(now: datetime) -> None:
    store = Store.open(MEMORY)
    with store.write() as conn:
        runs.put_setting(conn, "word", "said")
        with store.read() as inner:
            assert runs.get_setting(inner, "word") == "said"
        with pytest.raises(StoreError, match="inside"), store.write():
            pass
    store.close()


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (":memory:", None), ("sqlite://", None), ("sqlite:///office.db", Path("office.db")),
        ("sqlite:////var/lib/office.db", Path("/var/lib/office.db")), ("office.db", Path("office.db")),
    ],
)  # fmt: skip
def test_paths_and_urls_name_the_same_files(given: str, path: Path | None) -> None:
    assert location(given) == path


@pytest.mark.parametrize("given", ["postgresql://user:secret@host/office", ""])
def test_other_databases_are_refused_without_repeating_secrets(given: str) -> None:
    with pytest.raises(StoreError, match="sqlite:///path") as caught:
        location(given)
    assert "secret" not in str(caught.value)


def test_a_missing_database_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="db upgrade"):
        Store.open(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear colleague, " * 100)
    with pytest.raises(StoreDamagedError, match="not a SQLite database"):
        Store.open(path)


def test_a_foreign_database_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as conn:
        conn.execute("CREATE TABLE t (a)")
    conn.close()
    with pytest.raises(SchemaError, match="no deadline-guard database"):
        Store.open(path)


def test_an_old_program_refuses_a_newer_schema_and_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    Store.open(path, create=True).close()
    with sqlite3.connect(path) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
    conn.close()
    for create in (False, True):
        with pytest.raises(SchemaError, match=f"9999 is newer than this program knows .{schema.HEAD}"):
            Store.open(path, create=create)


def test_a_new_program_asks_for_the_upgrade_of_an_older_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.db"
    Store.open(path, create=True).close()
    monkeypatch.setattr(schema, "REVISIONS", (*schema.REVISIONS, "next"))
    monkeypatch.setattr(schema, "HEAD", "next")
    with pytest.raises(SchemaError, match="db upgrade"):
        Store.open(path)


def test_a_locked_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    Store.open(path, create=True).close()
    store = Store.open(path, busy_seconds=0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreLockedError, match="locked by another process"), store.write():
        pass
    other.execute("ROLLBACK")
    with store.write() as conn:
        runs.put_setting(conn, "word", "said")
    other.close()
    store.close()


def test_a_read_only_store_reads_and_refuses_to_write(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = Store.open(path, create=True)
    with store.write() as conn:
        runs.put_setting(conn, "word", "said")
    store.close()
    reader = Store.open(path, read_only=True)
    with reader.read() as conn:
        assert runs.get_setting(conn, "word") == "said"
    with pytest.raises(StoreReadOnlyError, match="cannot be written"), reader.write() as conn:
        runs.put_setting(conn, "word", "lost")
    reader.close()


def test_a_full_disk_loses_nothing_and_recovers(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "a.db"
    store = Store.open(path, create=True)
    with store.write() as conn:
        cases.put_case(conn, case("kept"), now)
        limit = conn.exec_driver_sql("PRAGMA page_count").scalar()

    def fill() -> None:
        with store.write() as conn:
            conn.exec_driver_sql(f"PRAGMA max_page_count = {limit}")
            cases.put_cases(conn, [case(f"c{n}", title="x" * 4000) for n in range(50)], now)

    with pytest.raises(StoreFullError, match="free space"):
        fill()
    with store.write() as conn:
        conn.exec_driver_sql("PRAGMA max_page_count = 1000000")
        assert set(cases.load_cases(conn, ["kept", "c1"])) == {"kept"}
        cases.put_case(conn, case("c1"), now)
    store.close()


def test_a_damaged_page_says_restore(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "a.db"
    store = Store.open(path, create=True)
    with store.write() as conn:
        cases.put_cases(conn, [case(f"c{n}") for n in range(500)], now)
    store.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))

    def read() -> None:
        with Store.open(path).read() as conn:
            cases.load_cases(conn, [f"c{n}" for n in range(500)])

    with pytest.raises(StoreDamagedError, match="restore"):
        read()


def test_a_second_daemon_on_the_same_file_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = Store.open(path, create=True)
    second = (
        "import sys; from deadline_guard.store import Store; from deadline_guard.errors import StoreLockedError\n"
        "try:\n"
        "    with Store.open(sys.argv[1]).lock_daemon('second'): print('in')\n"
        "except StoreLockedError as error: print(error)\n"
    )

    def try_second() -> str:
        done = subprocess.run([sys.executable, "-c", second, str(path)], capture_output=True, text=True, check=True)
        return done.stdout

    with store.lock_daemon("deadline-guard run"):
        assert "in use by deadline-guard run (process" in try_second()
    assert try_second() == "in\n"
    store.close()
