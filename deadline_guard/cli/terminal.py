"""What every command that works on an office shares: its configuration, its language, its day, its console."""

from __future__ import annotations

import getpass
import inspect
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Final, get_type_hints
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from deadline_guard.app import App
from deadline_guard.cli.language import spoken
from deadline_guard.core.text import Text
from deadline_guard.errors import ConfigError, DeadlineGuardError, InputError
from deadline_guard.messages.texts import Texts, known, texts

ConfigFile = Annotated[Path, typer.Option("--config", "-c", help="The office's configuration. 配置文件。")]
Locale = Annotated[str | None, typer.Option("--locale", help="en or zh_Hans; else the office's. 语言。")]
By = Annotated[str | None, typer.Option("--by", help="Who says so: an id of people.yaml, else your login. 由谁记录。")]
DEFAULT_CONFIG: Final = Path("config.yaml")


@dataclass(frozen=True, slots=True)
class Desk:
    """An opened office with the language in which to speak to whoever typed the command."""

    app: App
    t: Texts
    console: Console

    @property
    def now(self) -> datetime:
        """Return the office's present instant."""
        return self.app.clock.now()

    def say(self, text: Text, **names: object) -> None:
        """Print a sentence; names in it are shown as they are, never read as markup."""
        said = text.said(self.t.locale)
        self.console.print(said.format(**names) if names else said, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def desk(config: Path, locale: str | None = None) -> Iterator[Desk]:
    """Open the office that a configuration names; raises ConfigError where there is none."""
    if not config.is_file():
        raise ConfigError(
            Text(
                f"{config}: no such file; name it with --config, or make one with `deadline-guard init`",
                f"{config}:没有此文件;请用 --config 指定,或用 `deadline-guard init` 创建",
            )
        )
    app = App.open(config)
    try:
        yield Desk(app, texts(known(locale or app.config.locale)), Console())
    except DeadlineGuardError as error:
        error.add_note(locale or app.config.locale)
        raise
    finally:
        app.close()


def office_command(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that opens the office first: ``command`` gets its desk and who speaks, then its own arguments.

    ``--by``, ``--config`` and ``--locale`` are added to its options.
    """
    hints = get_type_hints(command, include_extras=True)
    own = [p.replace(annotation=hints[p.name]) for p in list(inspect.signature(command).parameters.values())[2:]]
    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)
        for name, hint, default in (("by", By, None), ("config", ConfigFile, DEFAULT_CONFIG), ("locale", Locale, None))
    ]

    def run(by: str | None, config: Path, locale: str | None, **given: Any) -> None:
        with desk(config, locale) as at:
            command(at, author(by), **given)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__signature__ = inspect.Signature([*own, *shared])  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in (*own, *shared)}
    return run


def said(error: DeadlineGuardError) -> str:
    """Return an error in the language of the office it arose in, else of the terminal."""
    locale = spoken(error.__notes__[0] if hasattr(error, "__notes__") else None)
    if isinstance(error, InputError):
        message = error.message.said(locale) if isinstance(error.message, Text) else error.message
        return f"{error.field}: {message}" if error.field else message
    text = error.args[0] if error.args else ""
    return text.said(locale) if isinstance(text, Text) else str(error)


def author(by: str | None) -> str:
    """Return who says so: the one named, else the login under which the command runs."""
    if by:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def day(value: str, field: str) -> date:
    """Return a civil date; raises InputError for anything but YYYY-MM-DD."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise InputError(
            field=field, message=_expected(value, "a date such as 2026-12-03", "日期,例如 2026-12-03")
        ) from None


def moment(value: str, field: str, zone: str) -> datetime:
    """Return an instant: with an offset as it stands, else on the clocks of ``zone``; a bare day begins at 00:00."""
    try:
        if len(value) == len("2026-12-03"):
            return datetime.combine(date.fromisoformat(value), time(), ZoneInfo(zone))
        found = datetime.fromisoformat(value)
    except ValueError:
        raise InputError(
            field=field, message=_expected(value, "a time such as '2026-12-03 17:00'", "时刻,例如 '2026-12-03 17:00'")
        ) from None
    return found if found.tzinfo is not None else found.replace(tzinfo=ZoneInfo(zone))


def pairs(given: list[str] | None, field: str) -> dict[str, str]:
    """Return ``name=value`` words as a mapping; raises InputError for a word without ``=``."""
    found: dict[str, str] = {}
    for word in given or ():
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise InputError(field=field, message=_expected(word, "name=value", "名称=值"))
        found[name.strip()] = value.strip()
    return found


def _expected(found: str, en: str, zh: str) -> Text:
    return Text(f"found {found!r}, expected {en}", f"{found!r} 无法读取,应为{zh}")
