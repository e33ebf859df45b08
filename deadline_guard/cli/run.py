"""`run` and `watchdog`: the daemon, and the small process that speaks when the daemon cannot."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import typer

from deadline_guard import watchdog as guard
from deadline_guard.app import App, read_config
from deadline_guard.cli.terminal import DEFAULT_CONFIG, ConfigFile
from deadline_guard.daemon import Daemon
from deadline_guard.discreet import DiscreetFormatter
from deadline_guard.errors import ConfigError
from deadline_guard.store.database import location
from deadline_guard.store.lock import holder, in_use

log = logging.getLogger(__name__)
LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("run")(run)
    app.command("watchdog")(watchdog)


def run(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Watch every date and warn, until stopped. 运行守护进程。"""
    refuse_second(config)
    office = App.open(config, create=True)
    logging.basicConfig(stream=sys.stderr, level=office.config.log.upper())
    for handler in logging.getLogger().handlers:
        handler.setFormatter(DiscreetFormatter(LINE))
    for noisy in ("apscheduler", "alembic", "slack_sdk", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    daemon = Daemon(office)
    serve_pages(office)
    daemon.run()


def serve_pages(office: App) -> None:
    """Start the web server where one is configured; it ends when the office is closed."""
    web = office.config.web
    if web is None:
        return
    from deadline_guard.web.server import Server  # half a second that no other command should wait for

    try:
        server = Server(office, web)
    except ConfigError:
        office.close()
        raise
    office.beside.append(server.stop)
    server.start()
    if office.office.answer_key is None:
        log.warning("web is configured without answers.key_file: messages carry no links")


def refuse_second(config: Path) -> None:
    """Raise StoreLockedError while another daemon has the database: before this one would upgrade its schema."""
    found = read_config(config)
    database = location(found.path(found.database))
    by = holder(database) if database is not None else None
    if database is not None and by is not None:
        raise in_use(database, by)


def watchdog(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Mail the admin if nobody is watching; for a timer or cron line. 独立看门狗,由定时任务运行。"""
    found = guard.watch(config)
    if found:
        typer.echo(found)
        raise typer.Exit(1)
