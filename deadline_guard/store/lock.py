"""The place of the one daemon: a lock beside the database that dies with its process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deadline_guard.core.text import Text
from deadline_guard.errors import StoreLockedError


def lock_path(database: Path) -> Path:
    """Return the lock file of a database."""
    return database.with_name(database.name + ".lock")


def in_use(database: Path, by: str) -> StoreLockedError:
    """Return the error that another process, known as ``by``, has the database."""
    return StoreLockedError(
        Text(
            f"{database}: in use by {by}; one database has one daemon: stop that one first, or "
            "give this one another database",
            f"{database}:正由 {by} 使用;一个数据库只能有一个守护进程:请先停止它,或为本进程另指定数据库",
        )
    )


@contextmanager
def hold(database: Path, by: str) -> Iterator[None]:
    """Hold the lock of ``database``; :class:`StoreLockedError` names the holder when it is taken."""
    path = lock_path(database)
    # The file stays when the lock ends: removing it would let two processes lock two files of one name.
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise in_use(database, _named(handle)) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{by} (process {os.getpid()})\n".encode(), 0)
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def holder(database: Path) -> str | None:
    """Return who holds the lock of ``database``, or None when no daemon does."""
    try:
        handle = os.open(lock_path(database), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _named(handle)
    else:
        return None
    finally:
        os.close(handle)


def _named(handle: int) -> str:
    return os.read(handle, 200).decode("utf-8", "replace").strip() or "another process"
