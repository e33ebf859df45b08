"""The demo from an empty folder to its last line; ends by itself."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text as Line

from deadline_guard.app import App
from deadline_guard.cli.demo import firm, mailbox
from deadline_guard.cli.demo.mailbox import Mailbox
from deadline_guard.cli.due import print_board
from deadline_guard.cli.explain import print_case
from deadline_guard.cli.language import spoken
from deadline_guard.cli.terminal import Desk, Locale
from deadline_guard.core.text import Text
from deadline_guard.errors import DeadlineGuardError, InputError
from deadline_guard.messages.texts import texts
from deadline_guard.store import Store, runs

EXPLAINED: Final = ("(2026)沪0115民初60327号", "cn.civ.appeal_judgment")
LOOK_EVERY: Final = 0.2  # real seconds between two looks at the virtual clock

INTRODUCTION: Final = Text(
    "A sample law firm: {cases} cases in China and the United States and overdue card debt, {persons} people, "
    "one of them on leave. The daemon now runs over {since} to {until} on a virtual clock.",
    "示例律所:{cases} 件案件(中国与美国诉讼、信用卡逾期清收),{persons} 名成员,其中一人休假。"
    "守护进程将以虚拟时钟运行 {since} 至 {until}。",
)
FOLDER: Final = Text("Everything lies in {folder}", "全部文件位于 {folder}")
LOADED: Final = Text("[1/4] The firm is set up", "[1/4] 律所已建立")
RUNNING: Final = Text("[2/4] The daemon runs", "[2/4] 守护进程运行中")
BOARD: Final = Text("[3/4] The board on {day}", "[3/4] {day} 的期限看板")
MAILS: Final = Text("[4/4] {n} mails were sent, each kept in {folder}", "[4/4] 共发出 {n} 封邮件,均保存于 {folder}")
ONE_MAIL: Final = Text("One of them, as its reader sees it: {path}", "其中一封(收件人所见):{path}")
WHY: Final = Text("Why that date? `deadline-guard explain`", "为什么是这一天?`deadline-guard explain`")
NEXT: Final = Text("What to do next", "接下来")
TRY: Final = Text("Look around in this sample firm:", "继续在示例律所中查看:")
OWN: Final = Text("Begin with your own office:", "建立自己的律所:")
STOPPED: Final = Text("the daemon ended with status {code}: {words}", "守护进程异常退出(状态 {code}):{words}")


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("demo")(demo)


def demo(
    folder: Annotated[Path | None, typer.Option("--folder", help="A new folder for it. 新文件夹。")] = None,
    locale: Locale = None,
) -> None:
    """Show a sample law firm being warned over three weeks; ends by itself. 演示:示例律所的三周。"""
    home = _home(folder)
    console = Console(width=None if sys.stdout.isatty() else 120)
    language = spoken(locale)
    with Mailbox(home / "mails") as box:
        config = firm.write_files(home, box.port, language)
        _introduce(console, home, config, language)
        _run(console, config, box, language)
    _show(console, home, config, box.kept, language)


def _home(folder: Path | None) -> Path:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="deadline-guard-demo-"))
    if folder.exists() and any(folder.iterdir()):
        raise InputError(field="--folder", message=f"{folder} is not empty; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def _introduce(console: Console, home: Path, config: Path, locale: str) -> None:
    app = App.open(config, create=True)
    try:
        count = firm.load(app)
        persons = len(app.office.people.persons)
    finally:
        app.close()
    story = firm.firm()
    said = INTRODUCTION.said(locale).format(
        cases=count, persons=persons, since=story.start.date(), until=story.until.date()
    )
    console.print(said, highlight=False)
    console.print(FOLDER.said(locale).format(folder=home), highlight=False, soft_wrap=True)
    console.print(LOADED.said(locale), style="bold", markup=False)


def _run(console: Console, config: Path, box: Mailbox, locale: str) -> None:
    """Run the real daemon on its virtual clock until the story ends, and show how far it is."""
    story = firm.firm()
    total = (story.until - story.start).total_seconds()
    command = [sys.executable, "-m", "deadline_guard", "run", "--config", str(config)]
    log = config.parent / "daemon.log"
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[now]}  ✉ {task.fields[mails]}"),
        TimeElapsedColumn(),
    )
    store = Store.open(config.parent / "deadline_guard.db", read_only=True)
    try:
        with log.open("wb") as written, Progress(*columns, console=console) as progress:
            task = progress.add_task(RUNNING.said(locale), total=total, now="", mails=0)
            with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=written, stderr=written) as daemon:
                while not _ended(daemon):
                    at = _reached(store) or story.start
                    _tell(progress, task, (at - story.start).total_seconds(), at, len(box.kept), story.start)
            _tell(progress, task, total, story.until, len(box.kept), story.start)
    finally:
        store.close()
    if daemon.returncode:
        words = log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise DeadlineGuardError(STOPPED.said(locale).format(code=daemon.returncode, words=words))


def _tell(progress: Progress, task: object, done: float, at: datetime, mails: int, start: datetime) -> None:
    stamp = f"{at.astimezone(start.tzinfo):%Y-%m-%d %H:%M}"
    progress.update(task, completed=done, now=stamp, mails=mails)  # type: ignore[arg-type]


def _ended(daemon: subprocess.Popen[bytes]) -> bool:
    try:
        daemon.wait(LOOK_EVERY)
    except subprocess.TimeoutExpired:
        return False
    return True


def _reached(store: Store) -> datetime | None:
    with store.read() as conn:
        return runs.virtual_clock(conn)


def _show(console: Console, home: Path, config: Path, mails: Sequence[Path], locale: str) -> None:
    app = App.open(config)
    try:
        at = Desk(app, texts(locale), console)
        console.rule(BOARD.said(locale).format(day=at.t.day(at.now.astimezone(app.config.tz).date())), align="left")
        print_board(at, most=25)
        shown = MAILS.said(locale).format(n=len(mails), folder=home / "mails")
        console.rule(align="left")
        console.print(shown, style="bold", markup=False, highlight=False, soft_wrap=True)
        _mails(console, mails, locale)
        console.rule(WHY.said(locale), align="left")
        print_case(at, *EXPLAINED)
    finally:
        app.close()
    _next(console, config, locale)


def _mails(console: Console, mails: Sequence[Path], locale: str) -> None:
    readers = Counter(path.stem.split("-", 1)[1] for path in mails)
    console.print("  ".join(f"{reader} {n}" for reader, n in readers.most_common()), style="dim", highlight=False)
    chosen = _worth_reading(mails, locale)
    mail = mailbox.read(chosen)
    console.print(ONE_MAIL.said(locale).format(path=chosen), highlight=False, soft_wrap=True)
    head = "\n".join(f"{name}: {mail[name]}" for name in ("From", "To", "Subject", "Date"))
    console.print(Panel(Line(f"{head}\n\n{mailbox.plain(mail).strip()}"), width=min(console.width, 110)))


def _worth_reading(mails: Sequence[Path], locale: str) -> Path:
    """Return the mail to show: to the deputy of the lawyer on leave, or to the American team's lead."""
    reader, case = ("li", "48211") if locale.startswith("zh") else ("jones", "05102")
    for path in mails:
        if path.stem.endswith(f"-{reader}") and case in str(mailbox.read(path)["Subject"]):
            return path
    return mails[-1]


def _next(console: Console, config: Path, locale: str) -> None:
    program = "deadline-guard" if Path(sys.argv[0]).name == "deadline-guard" else f"{sys.executable} -m deadline_guard"
    console.rule(NEXT.said(locale), align="left")
    console.print(TRY.said(locale))
    for words in (
        f"due --days 10 --config {config}",
        f"explain '{EXPLAINED[0]}' --config {config}",
        f"status --config {config}",
    ):
        console.print(f"  {program} {words}", highlight=False, markup=False, soft_wrap=True)
    console.print(OWN.said(locale))
    console.print(f"  {program} init my-office", highlight=False, markup=False, soft_wrap=True)
