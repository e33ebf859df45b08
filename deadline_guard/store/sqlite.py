"""Everything that only SQLite has: PRAGMA, BEGIN IMMEDIATE, its error codes, its online copy."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool, StaticPool

from deadline_guard.core.text import Text
from deadline_guard.errors import (
    StoreDamagedError,
    StoreError,
    StoreFullError,
    StoreLockedError,
    StoreReadOnlyError,
)

BUSY_SECONDS: Final = 10.0
CACHE_KIB: Final = 65_536
WAL_PAGES: Final = 8_000  # 32 MiB: a tick of 10,000 is a few checkpoints; each writes and syncs its pages once more
IMPORT_CACHE_KIB: Final = 8_192
_BEGIN: Final = "deadline_guard_begin"

_ADVICE: Final[dict[int, tuple[type[StoreError], Text]]] = {
    sqlite3.SQLITE_BUSY: (
        StoreLockedError,
        Text(
            "the database is locked by another process; stop the other program (a second daemon, a copy in "
            "progress, an open sqlite3 shell) and try again",
            "数据库被另一进程锁定;请停止该程序(另一守护进程、正在进行的复制、打开着的 sqlite3)后重试",
        ),
    ),
    sqlite3.SQLITE_LOCKED: (
        StoreLockedError,
        Text("a table is locked by another connection; try again", "数据表被另一连接锁定;请重试"),
    ),
    sqlite3.SQLITE_READONLY: (
        StoreReadOnlyError,
        Text(
            "the database cannot be written; give this user write permission for the file and its folder",
            "数据库不可写;请授予当前用户对该文件及其文件夹的写权限",
        ),
    ),
    sqlite3.SQLITE_FULL: (
        StoreFullError,
        Text(
            "the disk is full; nothing of this transaction was written; free space, then start again",
            "磁盘已满;本次事务未写入任何内容;请腾出空间后重新启动",
        ),
    ),
    sqlite3.SQLITE_CORRUPT: (
        StoreDamagedError,
        Text(
            "the database is damaged; keep the file, then put back a copy with `deadline-guard restore BACKUP`",
            "数据库已损坏;请保留该文件,再用 `deadline-guard restore BACKUP` 恢复备份",
        ),
    ),
    sqlite3.SQLITE_NOTADB: (
        StoreDamagedError,
        Text(
            "the file is not a SQLite database; check the path in config.yaml, or put back a copy with "
            "`deadline-guard restore BACKUP`",
            "该文件不是 SQLite 数据库;请检查 config.yaml 中的路径,或用 `deadline-guard restore BACKUP` 恢复备份",
        ),
    ),
    sqlite3.SQLITE_CANTOPEN: (
        StoreError,
        Text(
            "the file cannot be opened; check that it and its folder exist and that this user may read and write both "
            "(SQLite writes beside the file even to read it; a disk may be mounted read-only)",
            "文件无法打开;请确认文件及其文件夹存在,且当前用户对两者均可读写"
            "(SQLite 读取时也要在旁边写文件;磁盘可能以只读方式挂载)",
        ),
    ),
    sqlite3.SQLITE_IOERR: (
        StoreError,
        Text(
            "the disk reported an error; check the system log, the mount and the free space",
            "磁盘报错;请检查系统日志、挂载与剩余空间",
        ),
    ),
}


@contextmanager
def clear_errors(where: str) -> Iterator[None]:
    """Turn what SQLite reports into a :class:`StoreError` that says what to do about ``where``."""
    try:
        yield
    except DBAPIError as error:
        raised = explain(error.orig, where)
        if raised is None:
            raise
        raise raised from error
    except sqlite3.Error as error:
        raised = explain(error, where)
        if raised is None:
            raise
        raise raised from error


def explain(error: BaseException | None, where: str) -> StoreError | None:
    """Return the clear error for an SQLite error code, or None when the fault is ours (a wrong statement)."""
    code = getattr(error, "sqlite_errorcode", None)
    if not isinstance(code, int):
        return None
    found = _ADVICE.get(code & 0xFF)  # the low byte is the primary code, the rest its refinement
    if found is None:
        return None
    kind, advice = found
    return kind(Text(f"{where}: {advice} (SQLite: {error})", f"{where}:{advice.zh}(SQLite:{error})"))


def address(path: Path, *, read_only: bool) -> str:
    """Return the URI under which the driver opens ``path``."""
    return f"file:{quote(str(path.absolute()))}?mode={'ro' if read_only else 'rwc'}"


def open_engine(path: Path | None, *, read_only: bool = False, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """Return the engine of a database file, or of one in memory (None) that lives as long as the engine."""

    def connect() -> sqlite3.Connection:
        uri = "file::memory:" if path is None else address(path, read_only=read_only)
        found = sqlite3.connect(
            uri,
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=busy_seconds,
            cached_statements=256,
        )
        try:
            _prepare(found, in_memory=path is None, read_only=read_only)
        except sqlite3.Error:
            found.close()
            raise
        return found

    pool: dict[str, Any] = {"poolclass": StaticPool}
    if path is not None:
        pool = {"poolclass": QueuePool, "pool_size": 4, "max_overflow": 32}
    engine = create_engine("sqlite://", creator=connect, **pool)

    @event.listens_for(engine, "begin")
    def begin(conn: Connection) -> None:
        conn.exec_driver_sql(conn.get_execution_options().get(_BEGIN, "BEGIN"))

    return engine


def _prepare(conn: sqlite3.Connection, *, in_memory: bool, read_only: bool) -> None:
    conn.execute("PRAGMA foreign_keys = ON")
    conn.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    conn.execute("PRAGMA temp_store = MEMORY")
    if read_only:
        conn.execute("PRAGMA query_only = ON")
        return
    if not in_memory:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
        conn.execute("PRAGMA synchronous = FULL")  # NORMAL could take back a commit already acted on: a second mail


def immediately(engine: Engine) -> Connection:
    """Return a connection whose transaction takes the write lock when it begins."""
    return engine.connect().execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})


@contextmanager
def few_pages(conn: Connection) -> Iterator[None]:
    """Hold few pages in memory for a transaction that writes many rows once: what does not fit goes to the WAL."""
    conn.exec_driver_sql(f"PRAGMA cache_size = -{IMPORT_CACHE_KIB}")
    try:
        yield
    finally:
        conn.exec_driver_sql(f"PRAGMA cache_size = -{CACHE_KIB}")


def copy(source: Path, target: Path) -> None:
    """Copy a database that is in use into ``target``: one consistent instant, whatever is written meanwhile."""
    with clear_errors(str(source)):
        reading = sqlite3.connect(address(source, read_only=True), uri=True, timeout=BUSY_SECONDS)
        try:
            writing = sqlite3.connect(target, isolation_level=None)
            try:
                reading.backup(writing)  # all pages in one step: readers and, in WAL mode, the writer go on
                writing.execute("PRAGMA journal_mode = DELETE")  # one whole file, no -wal beside it
            finally:
                writing.close()
        finally:
            reading.close()


def has_header(path: Path) -> bool:
    """Return whether a file begins as every SQLite database does."""
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def settle(path: Path) -> None:
    """Fold everything committed into the one file; raises :class:`StoreLockedError` while anybody else has it open."""
    with clear_errors(str(path)):
        conn = sqlite3.connect(path, isolation_level=None, timeout=1.0)
        try:
            conn.execute("PRAGMA locking_mode = EXCLUSIVE")
            conn.execute("PRAGMA journal_mode = DELETE")  # needs to be alone, and empties the -wal file
            conn.execute("BEGIN EXCLUSIVE")
            conn.execute("COMMIT")
        finally:
            conn.close()


def verify(path: Path) -> None:
    """Raise :class:`StoreDamagedError` unless every page, index and reference in ``path`` is whole."""
    with clear_errors(str(path)):
        conn = sqlite3.connect(address(path, read_only=True), uri=True)
        try:
            faults = [str(row[0]) for row in conn.execute("PRAGMA integrity_check(10)") if row[0] != "ok"]
            faults += [f"{row[0]} row {row[1]} has no {row[2]}" for row in conn.execute("PRAGMA foreign_key_check")]
        finally:
            conn.close()
    if faults:
        listed = "; ".join(faults[:10])
        raise StoreDamagedError(Text(f"{path}: the database is damaged: {listed}", f"{path}:数据库已损坏:{listed}"))
