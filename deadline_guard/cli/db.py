"""`db upgrade`, `backup`, `restore`: the database as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from deadline_guard.app import read_config
from deadline_guard.config import Config
from deadline_guard.core.text import Text
from deadline_guard.errors import StoreError
from deadline_guard.store import schema, sqlite
from deadline_guard.store.backup import backup, no_folder, restore
from deadline_guard.store.database import location

ConfigFile = Annotated[Path, typer.Option("--config", help="The configuration that names the database. 配置文件。")]
Database = Annotated[
    Path | None, typer.Option("--database", help="This database instead of the configured one. 数据库文件。")
]

IS_CURRENT: Final = Text("{path}: schema {to}, nothing to do.", "{path}:结构版本 {to},无需升级。")
IS_MADE: Final = Text("{path}: made, schema {to}.", "{path}:已创建,结构版本 {to}。")
IS_UPGRADED: Final = Text("{path}: schema {since} is now {to}.", "{path}:结构版本已由 {since} 升级到 {to}。")
IS_COPIED: Final = Text(
    "{path}: whole and checked, {size:,} bytes. Put it back with `deadline-guard restore {path}`.",
    "{path}:备份完整,已校验,{size:,} 字节。恢复:`deadline-guard restore {path}`。",
)
IS_RESTORED: Final = Text("{path}: restored from {copy}.", "{path}:已从 {copy} 恢复。")
IS_KEPT: Final = Text("The former database is kept as {kept}.", "原数据库保留为 {kept}。")
IS_OLDER: Final = Text(
    "The copy is of schema {since}: run `deadline-guard db upgrade` before the daemon.",
    "该备份的结构版本为 {since}:启动守护进程之前先运行 `deadline-guard db upgrade`。",
)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    group = typer.Typer(no_args_is_help=True, help="The database. 数据库。")
    group.callback()(_group)
    group.command("upgrade")(upgrade)
    app.add_typer(group, name="db")
    app.command("backup")(backup_database)
    app.command("restore")(restore_database)


def _group() -> None:
    """The database. 数据库。"""


def upgrade(config: ConfigFile = Path("config.yaml"), database: Database = None) -> None:
    """Make the database or bring it to this version's schema. 创建或升级数据库。"""
    path, locale = _named(config, database)
    if not path.absolute().parent.is_dir():
        raise no_folder(path)
    engine = sqlite.open_engine(path)
    try:
        with sqlite.clear_errors(str(path)):
            since, to = schema.upgrade(engine, str(path))
    finally:
        engine.dispose()
    said = IS_MADE if since is None else IS_CURRENT if since == to else IS_UPGRADED
    typer.echo(said.said(locale).format(path=path, since=since, to=to))


def backup_database(
    file: Annotated[Path, typer.Argument(help="A new file; nothing is overwritten. 新文件,不覆盖已有文件。")],
    config: ConfigFile = Path("config.yaml"),
    database: Database = None,
) -> None:
    """Copy the database into one file, while the daemon runs. 备份数据库(守护进程可以继续运行)。"""
    path, locale = _named(config, database)
    size = backup(path, file)
    typer.echo(IS_COPIED.said(locale).format(path=file, size=size))


def restore_database(
    file: Annotated[Path, typer.Argument(help="A file that `backup` wrote. 备份文件。")],
    config: ConfigFile = Path("config.yaml"),
    database: Database = None,
) -> None:
    """Put a backup in the place of the database; the daemon must be stopped. 恢复备份(先停止守护进程)。"""
    path, locale = _named(config, database)
    kept = restore(file, path)
    typer.echo(IS_RESTORED.said(locale).format(path=path, copy=file))
    if kept is not None:
        typer.echo(IS_KEPT.said(locale).format(kept=kept))
    since = schema.revision_of(path)
    if since != schema.HEAD:
        typer.echo(IS_OLDER.said(locale).format(since=since))


def _named(config: Path, database: Path | None) -> tuple[Path, str]:
    """Return the database's file and the language to speak."""
    known = read_config(config) if config.exists() else Config()
    if database is not None:
        return database, known.locale
    if not config.exists():
        raise StoreError(
            Text(
                f"{config}: no such file; name it with --config, or the database with --database",
                f"{config}:没有此文件;请用 --config 指定,或用 --database 指定数据库",
            )
        )
    found = location(known.path(known.database))
    if found is None:
        raise StoreError(
            Text(
                f"{config}: `database` is in memory; a file is needed here",
                f"{config}:`database` 在内存中;此处需要文件",
            )
        )
    return found, known.locale
