"""`init`: the files of an office of one's own, and how to keep its daemon running."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from deadline_guard import paths
from deadline_guard.cli.language import spoken
from deadline_guard.cli.terminal import Locale
from deadline_guard.core.text import Text
from deadline_guard.errors import ConfigError

TEMPLATES: Final = Path(__file__).parent / "templates"

SERVICE: Final = """\
[Unit]
Description=deadline_guard: warns of every date that must not be missed
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
NotifyAccess=main
ExecStart={run}
ExecReload=/bin/kill -HUP $MAINPID
WorkingDirectory={folder}
WatchdogSec=180
Restart=always
RestartSec=10
TimeoutStopSec=120

[Install]
WantedBy=multi-user.target
"""
WATCHDOG: Final = """\
[Unit]
Description=deadline_guard: mails the admin when nobody watches the dates

[Service]
Type=oneshot
ExecStart={watchdog}
WorkingDirectory={folder}
SuccessExitStatus=1
"""
TIMER: Final = """\
[Unit]
Description=deadline_guard: look every five minutes whether the daemon watches

[Timer]
OnBootSec=10min
OnUnitActiveSec=5min

[Install]
WantedBy=timers.target
"""

MADE: Final = Text("made  {path}", "已创建  {path}")
KEPT: Final = Text("kept  {path} (it was there already)", "保留  {path}(原已存在)")
STEPS: Final = Text(
    "Next:\n"
    "  1. Put your people into people.yaml and your mail server into config.yaml (its password into secrets/smtp).\n"
    "  2. deadline-guard check --config {config}\n"
    "  3. deadline-guard db upgrade --config {config}\n"
    "  4. deadline-guard import FILE --mapping MAPPING --config {config}   (or: case add, event add)\n"
    "  5. deadline-guard run --config {config}",
    "接下来:\n"
    "  1. 在 people.yaml 填写人员,在 config.yaml 填写邮件服务器(密码写入 secrets/smtp)。\n"
    "  2. deadline-guard check --config {config}\n"
    "  3. deadline-guard db upgrade --config {config}\n"
    "  4. deadline-guard import 文件 --mapping 映射 --config {config}   (或:case add、event add)\n"
    "  5. deadline-guard run --config {config}",
)
SYSTEMD: Final = Text(
    "To keep it running (systemd): copy the three units of {folder} to /etc/systemd/system, then\n"
    "  systemctl daemon-reload && systemctl enable --now deadline-guard.service deadline-guard-watchdog.timer\n"
    "Without systemd, the watchdog as a cron line (better on another machine that sees the database):",
    "长期运行(systemd):将 {folder} 中的三个单元文件复制到 /etc/systemd/system,然后\n"
    "  systemctl daemon-reload && systemctl enable --now deadline-guard.service deadline-guard-watchdog.timer\n"
    "没有 systemd 时,看门狗的 cron 行(最好在另一台可读取数据库的机器上):",
)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("init")(init)


def init(
    folder: Annotated[Path, typer.Argument(help="Where the office's files go. 文件夹。")] = Path("."),
    locale: Locale = None,
) -> None:
    """Make the files of your own office; nothing that is there is overwritten. 建立自己的律所。"""
    language, console = spoken(locale), Console(soft_wrap=True, highlight=False, markup=False)
    home = folder.absolute()
    for path, made in write(home, language).items():
        console.print((MADE if made else KEPT).said(language).format(path=path))
    config = home / "config.yaml"
    console.print(STEPS.said(language).format(config=config))
    for name, text in units(home).items():
        console.print(f"\n# {name}\n{text.rstrip()}")
    console.print("\n" + SYSTEMD.said(language).format(folder=home / "systemd"))
    console.print(f"  */5 * * * * {_command('watchdog', config)}")


def write(home: Path, locale: str) -> Mapping[Path, bool]:
    """Copy the templates and unit files into a folder; return each file and whether it was made now."""
    text = paths.example_config().read_text(encoding="utf-8")
    files = {
        home / "config.yaml": text.replace("locale: zh_Hans ", f"locale: {locale:8}", 1),
        home / "people.yaml": (paths.rules_dir() / "people.example.yaml").read_text(encoding="utf-8"),
        home / "rules" / "firm.yaml": (TEMPLATES / "rules.example.yaml").read_text(encoding="utf-8"),
        **{home / "systemd" / name: unit for name, unit in units(home).items()},
    }
    made: dict[Path, bool] = {}
    try:
        (home / "secrets").mkdir(parents=True, exist_ok=True)
        (home / "secrets").chmod(0o700)
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            made[path] = not path.exists()
            if made[path]:
                path.write_text(content, encoding="utf-8")
        made[home / "secrets" / "answers"] = _key(home / "secrets" / "answers")
    except OSError as error:
        raise ConfigError(
            Text(
                f"{home}: cannot be written ({error.strerror}); name another folder",
                f"{home}:无法写入({error.strerror});请另指定文件夹",
            )
        ) from None
    return made


def _key(path: Path) -> bool:
    """Make the key that signs answer tokens, readable by its owner alone; return whether it was made now."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
    return True


def units(home: Path) -> Mapping[str, str]:
    """Return the systemd units of an office: the daemon, the watchdog and its timer."""
    config = home / "config.yaml"
    filled = {
        "run": _command("run", config, unit=True),
        "watchdog": _command("watchdog", config, unit=True),
        "folder": str(home).replace("%", "%%"),
    }
    return {
        "deadline-guard.service": SERVICE.format(**filled),
        "deadline-guard-watchdog.service": WATCHDOG.format(**filled),
        "deadline-guard-watchdog.timer": TIMER,
    }


def _command(name: str, config: Path, *, unit: bool = False) -> str:
    """Return the command line of this very installation; quoted, and in a unit with its ``%`` doubled."""
    beside = Path(sys.executable).with_name("deadline-guard")
    program = [str(beside)] if beside.exists() else [sys.executable, "-m", "deadline_guard"]
    words = [*program, name, "--config", str(config)]
    shown = " ".join(f'"{word}"' if " " in word else word for word in words)
    return shown.replace("%", "%%" if unit else "\\%")
