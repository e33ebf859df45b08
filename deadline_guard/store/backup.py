"""Copies of the database: taken while the daemon runs, put back in one step, never half of either."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deadline_guard.core.text import Text
from deadline_guard.errors import SchemaError, StoreDamagedError, StoreError
from deadline_guard.store import schema, sqlite
from deadline_guard.store.lock import hold

_BESIDE = ("-wal", "-shm", "-journal")


def backup(database: Path, target: Path) -> int:
    """Copy ``database`` as it is at one instant into the new file ``target``; return its size in bytes.

    The copy is checked before it gets its name, so a file called ``target`` is always whole. Raises
    :class:`StoreError` when ``target`` exists, :class:`StoreFullError`, :class:`StoreDamagedError`.
    """
    if not database.exists():
        raise StoreError(
            Text(
                f"{database}: no such database; check `database` in config.yaml",
                f"{database}:没有此数据库;请检查 config.yaml 中的 `database`",
            )
        )
    if target.exists():
        raise StoreError(
            Text(
                f"{target}: exists already; a backup never overwrites, give another name",
                f"{target}:文件已存在;备份从不覆盖,请另取名称",
            )
        )
    _demand_folder(target)
    with _partial(target) as partial, sqlite.clear_errors(str(target)):
        sqlite.copy(database, partial)
        sqlite.verify(partial)
        _flush(partial)
        try:
            os.link(partial, target)  # unlike a rename, this fails when the name was taken meanwhile
        except FileExistsError:
            raise StoreError(
                Text(
                    f"{target}: another backup took this name meanwhile; give another",
                    f"{target}:此名称刚被另一备份占用;请另取名称",
                )
            ) from None
    _flush(target.parent)
    return target.stat().st_size


def restore(copy: Path, database: Path) -> Path | None:
    """Put ``copy`` in the place of ``database`` in one step; return where the replaced file is kept, if any.

    The copy is checked first. Raises :class:`StoreLockedError` while a daemon or any other program has the
    database open, :class:`StoreDamagedError` for a damaged copy, :class:`SchemaError` for one that is no
    deadline-guard database or is newer than this program.
    """
    if not copy.exists():
        raise StoreError(
            Text(
                f"{copy}: no such file; name a file that `deadline-guard backup` wrote",
                f"{copy}:没有此文件;请指定由 `deadline-guard backup` 生成的文件",
            )
        )
    _demand_folder(database)
    _check(copy)
    with hold(database, "deadline-guard restore"), _partial(database) as partial:
        with sqlite.clear_errors(str(database)):
            sqlite.copy(copy, partial)
        sqlite.verify(partial)
        _flush(partial)
        kept = _keep(database)
        os.replace(partial, database)
        _flush(database.parent)
    return kept


def _check(copy: Path) -> None:
    sqlite.verify(copy)
    found = schema.revision_of(copy)
    if found is None:
        raise SchemaError(
            Text(
                f"{copy}: whole, but no deadline-guard database; name a file that `backup` wrote",
                f"{copy}:文件完整,但不是 deadline-guard 数据库;请指定由 `backup` 生成的文件",
            )
        )
    if found not in schema.REVISIONS:
        raise SchemaError(
            Text(
                f"{copy}: schema revision {found} is newer than this program knows ({schema.HEAD}); "
                "install the newer deadline-guard, then restore",
                f"{copy}:数据库结构版本 {found} 比本程序所知({schema.HEAD})更新;请安装较新的 deadline-guard 后再恢复",
            )
        )


def _keep(database: Path) -> Path | None:
    """Give the present database a second name that stays, and its side files too; return that name."""
    if not database.exists():
        return None
    if sqlite.has_header(database):  # else opening it would throw away what its -wal file still holds
        with suppress(StoreDamagedError):  # a damaged database is what a restore is for: it is kept as it lies
            sqlite.settle(database)
    kept = next(p for n in range(1, 10_000) if not (p := database.with_name(f"{database.name}.replaced-{n}")).exists())
    os.link(database, kept)
    for suffix in _BESIDE:
        beside = database.with_name(database.name + suffix)
        if beside.exists():
            # An old journal beside the new file would be played into it.
            os.replace(beside, kept.with_name(kept.name + suffix))
    return kept


@contextmanager
def _partial(target: Path) -> Iterator[Path]:
    """Give a name beside ``target`` to write to; it is gone at the end, and so are those of killed processes."""
    for old in target.parent.glob(f"{_escaped(target.name)}.partial-*"):
        found = re.fullmatch(r".*\.partial-(\d+)(-journal)?", old.name)
        if found and not Path("/proc", found[1]).exists():
            old.unlink(missing_ok=True)
    partial = target.with_name(f"{target.name}.partial-{os.getpid()}")
    partial.unlink(missing_ok=True)
    try:
        yield partial
    finally:
        partial.unlink(missing_ok=True)


def _escaped(name: str) -> str:
    return re.sub(r"([\[\]*?])", r"[\1]", name)


def _demand_folder(target: Path) -> None:
    if not target.absolute().parent.is_dir():
        raise no_folder(target)


def no_folder(target: Path) -> StoreError:
    """Return the error that a file is to lie in a folder that does not exist."""
    return StoreError(
        Text(
            f"{target}: the folder {target.parent} does not exist; make it first",
            f"{target}:文件夹 {target.parent} 不存在;请先创建",
        )
    )


def _flush(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
