"""The open database: reading a snapshot, writing one transaction at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, RLock, get_ident

from sqlalchemy import Connection, Engine

from deadline_guard.core.text import Text
from deadline_guard.errors import StoreError, StoreLockedError
from deadline_guard.store import schema, sqlite
from deadline_guard.store.lock import hold

MEMORY = ":memory:"


def location(url_or_path: str | Path) -> Path | None:
    """Return the file that a path or ``sqlite:///`` URL names; None: in memory."""
    text = str(url_or_path)
    if text in (MEMORY, "sqlite://", "sqlite:///:memory:"):
        return None
    if text.startswith("sqlite:///"):
        text = text.removeprefix("sqlite:///")
    elif "://" in text:
        kind = f"{text.split('://')[0]}://…"
        raise StoreError(
            Text(
                f"{kind}: this version keeps its data in SQLite; write a path or sqlite:///path",
                f"{kind}:本版本的数据存于 SQLite;请写路径或 sqlite:///路径",
            )
        )
    if not text:
        raise StoreError(
            Text("no database is named; write a path or sqlite:///path", "未指明数据库;请写路径或 sqlite:///路径")
        )
    return Path(text)


class Store:
    """One database. ``path`` is None for one in memory."""

    def __init__(self, engine: Engine, path: Path | None) -> None:
        self.path = path
        self.engine = engine
        self._where = MEMORY if path is None else str(path)
        self._writer = Lock()  # threads of one process queue here, which is fairer than SQLite's polling
        self._writing: int | None = None
        self._only = RLock()  # a database in memory has one connection, so everything takes turns
        self._inside: Connection | None = None

    @classmethod
    def open(
        cls,
        url_or_path: str | Path,
        *,
        create: bool = False,
        read_only: bool = False,
        busy_seconds: float = sqlite.BUSY_SECONDS,
    ) -> Store:
        """Open a database of this program's schema revision; ``create`` makes or upgrades it first.

        Raises :class:`StoreError`: missing, locked, read-only, damaged, of another schema revision.
        """
        path = location(url_or_path)
        if path is not None and not path.exists() and not create:
            raise StoreError(
                Text(
                    f"{path}: no such database; `deadline-guard db upgrade` makes it",
                    f"{path}:没有此数据库;可用 `deadline-guard db upgrade` 创建",
                )
            )
        engine = sqlite.open_engine(path, read_only=read_only, busy_seconds=busy_seconds)
        store = cls(engine, path)
        try:
            with sqlite.clear_errors(store._where):
                if path is None:
                    schema.create_all(engine)
                elif create:
                    schema.upgrade(engine, store._where)
            with store.read() as conn:
                schema.demand_head(conn, store._where)
        except BaseException:
            store.close()
            raise
        return store

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one instant of the database, whatever others write meanwhile."""
        with sqlite.clear_errors(self._where):
            if self.path is None:
                with self._only:
                    if self._inside is not None:
                        yield self._inside
                        return
                    with self._shared(self.engine.connect()) as conn:
                        yield conn
                return
            with self.engine.connect() as conn, conn.begin():
                yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give the connection that alone may write: committed at the end, rolled back when anything is raised."""
        with sqlite.clear_errors(self._where):
            if self.path is None:
                with self._only:
                    if self._inside is not None:
                        raise self._nested("write() inside read() or write()")
                    with self._shared(sqlite.immediately(self.engine)) as conn:
                        yield conn
                return
            if self._writing == get_ident():
                raise self._nested("write() inside write()")
            if not self._writer.acquire(timeout=600):
                raise StoreLockedError(
                    Text(
                        f"{self._where}: another thread has been writing for ten minutes",
                        f"{self._where}:另一线程已连续写入十分钟",
                    )
                )
            self._writing = get_ident()
            try:
                with sqlite.immediately(self.engine) as conn, conn.begin():
                    yield conn
            finally:
                self._writing = None
                self._writer.release()

    def _nested(self, what: str) -> StoreError:
        """Return the error that a programmer opened one transaction inside another."""
        return StoreError(Text(f"{self._where}: {what}; finish that one first", f"{self._where}:{what};请先结束前者"))

    @contextmanager
    def _shared(self, conn: Connection) -> Iterator[Connection]:
        with conn, conn.begin():
            self._inside = conn
            try:
                yield conn
            finally:
                self._inside = None

    @contextmanager
    def lock_daemon(self, by: str) -> Iterator[None]:
        """Hold the database's one daemon's place; :class:`StoreLockedError` names who holds it already."""
        if self.path is None:
            yield
            return
        with hold(self.path, by):
            yield

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
