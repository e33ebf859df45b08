"""A backup is whole or not there; a restore is done or not begun; both while and after things go wrong."""

import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

import pytest

from deadline_guard.errors import SchemaError, StoreDamagedError, StoreError, StoreFullError, StoreLockedError
from deadline_guard.store import Store, cases, sqlite
from deadline_guard.store.backup import backup, restore
from tests.store.making import NOW, case

PROGRAM = (
    "import sys; from pathlib import Path; from deadline_guard.store.backup import backup, restore\n"
    "{'backup': backup, 'restore': restore}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3])); print('done')\n"
)


def office(path: Path, *ids: str) -> Path:
    """Make a database with these cases."""
    store = Store.open(path, create=True)
    with store.write() as conn:
        cases.put_cases(conn, [case(i, title="案" * 500) for i in ids], NOW)
    store.close()
    return path


def ids(path: Path) -> list[str]:
    """Return the cases of a database, opened as the program opens it."""
    store = Store.open(path)
    with store.read() as conn:
        found = [row[0] for row in conn.exec_driver_sql('SELECT id FROM "case" ORDER BY id')]
    store.close()
    return found


def names(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir()}


def test_what_is_backed_up_comes_back(tmp_path: Path) -> None:
    database = office(tmp_path / "office.db", "a", "b")
    copy = tmp_path / "copy.db"
    assert backup(database, copy) == copy.stat().st_size
    store = Store.open(database)
    with store.write() as conn:
        cases.put_case(conn, case("c"), NOW)
    store.close()
    kept = restore(copy, database)
    assert ids(database) == ["a", "b"]
    assert kept is not None
    assert kept.name == "office.db.replaced-1"
    assert ids(kept) == ["a", "b", "c"]
    assert restore(copy, database) == tmp_path / "office.db.replaced-2"


def test_a_backup_is_one_file_that_needs_nothing_beside_it(tmp_path: Path) -> None:
    database = office(tmp_path / "office.db", "a")
    folder = tmp_path / "copies"
    folder.mkdir()
    backup(database, folder / "copy.db")
    assert names(folder) == {"copy.db"}


def test_a_restore_makes_a_database_where_there_was_none(tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    backup(office(tmp_path / "office.db", "a"), copy)
    assert restore(copy, tmp_path / "new.db") is None
    assert ids(tmp_path / "new.db") == ["a"]


def test_a_backup_taken_while_others_write_is_one_instant(tmp_path: Path) -> None:
    database = office(tmp_path / "office.db")
    store = Store.open(database)
    stop = threading.Event()

    def work() -> None:
        n = 0
        while not stop.is_set():
            with store.write() as conn:  # always two at a time
                cases.put_cases(conn, [case(f"{n:06d}a"), case(f"{n:06d}b")], NOW)
            n += 1

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for n in range(5):
            backup(database, tmp_path / f"copy{n}.db")
    finally:
        stop.set()
        worker.join()
        store.close()
    for n in range(5):
        found = ids(tmp_path / f"copy{n}.db")
        assert [i[:-1] for i in found[::2]] == [i[:-1] for i in found[1::2]]


def test_a_backup_never_overwrites(tmp_path: Path) -> None:
    database = office(tmp_path / "office.db", "a")
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(StoreError, match="never overwrites"):
        backup(database, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"


@pytest.mark.parametrize(("what", "says"), [("source", "no such database"), ("folder", "does not exist")])
def test_a_backup_from_or_to_nowhere(tmp_path: Path, what: str, says: str) -> None:
    database = tmp_path / "none.db" if what == "source" else office(tmp_path / "office.db", "a")
    target = tmp_path / ("copy.db" if what == "source" else "none/copy.db")
    with pytest.raises(StoreError, match=says):
        backup(database, target)
    assert not target.exists()


def test_a_damaged_database_is_not_backed_up_as_if_it_were_whole(tmp_path: Path) -> None:
    database = damaged(office(tmp_path / "office.db", *(f"{n:04d}" for n in range(200))))
    with pytest.raises(StoreDamagedError, match="damaged"):
        backup(database, tmp_path / "copy.db")
    assert names(tmp_path) <= {"office.db", "office.db-shm", "office.db-wal"}


def damaged(path: Path) -> Path:
    """Overwrite a page in the middle of a database."""
    whole = bytearray(path.read_bytes())
    middle = len(whole) // 2 // 4096 * 4096
    whole[middle : middle + 4096] = b"\xff" * 4096
    path.write_bytes(whole)
    return path


def test_a_damaged_copy_replaces_nothing(tmp_path: Path) -> None:
    database = office(tmp_path / "office.db", "a")
    copy = tmp_path / "copy.db"
    backup(office(tmp_path / "other.db", *(f"{n:04d}" for n in range(200))), copy)
    damaged(copy)
    with pytest.raises(StoreDamagedError, match="damaged"):
        restore(copy, database)
    assert ids(database) == ["a"]


def test_half_a_copy_replaces_nothing(tmp_path: Path) -> None:
    database = office(tmp_path / "office.db", "a")
    copy = tmp_path / "copy.db"
    backup(office(tmp_path / "other.db", *(f"{n:04d}" for n in range(200))), copy)
    copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    with pytest.raises(StoreDamagedError):
        restore(copy, database)
    assert ids(database) == ["a"]


def test_a_foreign_or_newer_file_replaces_nothing(tmp_path: Path) -> None:
    database = office(tmp_path / "office.db", "a")
    foreign, newer = tmp_path / "foreign.db", tmp_path / "newer.db"
    with sqlite3.connect(foreign) as conn:
        conn.execute("CREATE TABLE t (a)")
    conn.close()
    backup(database, newer)
    with sqlite3.connect(newer) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
    conn.close()
    for copy, says in ((foreign, "no deadline-guard database"), (newer, "newer than this program")):
        with pytest.raises(SchemaError, match=says):
            restore(copy, database)
    with pytest.raises(StoreError, match="no such file"):
        restore(tmp_path / "none.db", database)
    assert ids(database) == ["a"]


def test_a_damaged_database_is_replaced_and_kept_with_everything_beside_it(tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    database = office(tmp_path / "office.db", *(f"{n:04d}" for n in range(200)))
    backup(database, copy)
    (tmp_path / "office.db-wal").write_bytes(b"an old journal that must not be played into the new file")
    database.write_bytes(b"\xff" * 8192)
    kept = restore(copy, database)
    assert len(ids(database)) == 200
    assert kept is not None
    assert kept.read_bytes() == b"\xff" * 8192
    assert (tmp_path / "office.db.replaced-1-wal").exists()


def test_a_restore_under_a_running_daemon_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    database = office(tmp_path / "office.db", "a")
    backup(database, copy)
    store = Store.open(database)
    with store.lock_daemon("deadline-guard run"), pytest.raises(StoreLockedError, match="deadline-guard run"):
        restore(copy, database)
    store.close()
    assert not (tmp_path / "office.db.replaced-1").exists()


def test_a_restore_under_any_open_connection_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    database = office(tmp_path / "office.db", "a")
    backup(database, copy)
    store = Store.open(database)
    with store.read() as conn:
        conn.exec_driver_sql('SELECT 1 FROM "case"').all()
        with pytest.raises(StoreLockedError, match="locked by another process"):
            restore(copy, database)
    store.close()
    restore(copy, database)
    assert ids(database) == ["a"]


def test_a_full_disk_leaves_no_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = office(tmp_path / "office.db", *(f"{n:04d}" for n in range(200)))
    plain = sqlite3.connect

    def small(path: object, *args: object, **more: object) -> sqlite3.Connection:
        conn: sqlite3.Connection = plain(path, *args, **more)  # type: ignore[call-overload]
        if "partial" in str(path):
            conn.execute("PRAGMA max_page_count = 20")
        return conn

    monkeypatch.setattr(sqlite.sqlite3, "connect", small)
    with pytest.raises(StoreFullError, match="disk is full"):
        backup(database, tmp_path / "copy.db")
    assert not [n for n in names(tmp_path) if n.startswith("copy")]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that takes a while to copy."""
    return office(tmp_path_factory.mktemp("large") / "large.db", *(f"{n:05d}" for n in range(4_000)))


def killed(verb: str, source: Path, target: Path, after: float) -> bool:
    """Run a command and kill it after some seconds; return whether it had finished."""
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, verb, str(source), str(target)], stdout=subprocess.PIPE)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    out, _ = process.communicate()
    return b"done" in out


def test_a_killed_backup_leaves_a_whole_file_or_none_and_the_next_one_cleans_up(tmp_path: Path, large: Path) -> None:
    dice = random.Random(3)
    for n in range(8):
        target = tmp_path / f"copy{n}.db"
        done = killed("backup", large, target, dice.uniform(0.25, 0.9))
        assert done <= target.exists()
        if target.exists():
            assert len(ids(target)) == 4_000
        else:
            backup(large, target)
        assert not [p for p in names(tmp_path) if p.startswith(f"copy{n}.db.partial")]


def test_a_killed_restore_leaves_the_old_database_or_the_new_one(tmp_path: Path, large: Path) -> None:
    dice = random.Random(4)
    copy = tmp_path / "copy.db"
    backup(large, copy)
    for n in range(8):
        database = office(tmp_path / f"office{n}.db", "old")
        done = killed("restore", copy, database, dice.uniform(0.25, 0.9))
        assert len(ids(database)) in ((4_000,) if done else (1, 4_000))
        restore(copy, database)
        assert len(ids(database)) == 4_000
        assert not [p for p in names(tmp_path) if ".partial" in p]


def test_the_moment_of_the_backup_is_what_was_committed(tmp_path: Path) -> None:
    database = office(tmp_path / "office.db", "a")
    store = Store.open(database)
    with store.write() as conn:
        cases.put_case(conn, case("uncommitted"), datetime(2026, 1, 1, tzinfo=NOW.tzinfo))
        backup(database, tmp_path / "copy.db")
    store.close()
    assert ids(tmp_path / "copy.db") == ["a"]
