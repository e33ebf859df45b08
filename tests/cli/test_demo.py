"""The demo: an empty folder, one command, and everything it promises is there when it ends by itself."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

from deadline_guard.cli.demo import firm, mailbox
from deadline_guard.store import Store, runs
from tests.scenarios.disk import Office

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Shown:
    """One run of the demo: its folder, what it printed, the mails it kept."""

    folder: Path
    said: str
    mails: dict[str, EmailMessage]

    @property
    def office(self) -> Office:
        return Office(self.folder, "Asia/Shanghai")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    folder = tmp_path_factory.mktemp("demo") / "firm"
    command = [sys.executable, "-m", "deadline_guard", "demo", "--folder", str(folder), "--locale", "en"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    mails = {path.stem: mailbox.read(path) for path in sorted((folder / "mails").glob("*.eml"))}
    return Shown(folder, done.stdout, mails)


def test_the_firm_is_as_large_as_promised() -> None:
    found = firm.firm()
    assert len(found.cases) >= 40
    assert {case["type"] for case in found.cases} >= {"civil", "us_civil", "recovery"}
    assert found.absences


def test_it_ran_to_the_end_of_its_weeks(shown: Shown) -> None:
    store = Store.open(shown.folder / "deadline_guard.db", read_only=True)
    with store.read() as conn:
        reached = runs.virtual_clock(conn)
    store.close()
    assert reached is not None
    assert reached.date() == firm.firm().until.date()
    assert (shown.folder / "daemon.log").read_text() == ""  # nothing to complain of


def test_every_mail_it_counts_is_kept(shown: Shown) -> None:
    match = re.search(r"(\d+) mails were sent, each kept in (\S+)", shown.said)
    assert match
    assert (int(match[1]), match[2]) == (len(shown.mails), str(shown.folder / "mails"))
    assert len(shown.mails) > 100


def test_each_reader_reads_their_own_language(shown: Shown) -> None:
    for name, mail in shown.mails.items():
        text = mailbox.plain(mail)
        first = text.strip().splitlines()[0]
        english = name.rpartition("-")[2] in ("smith", "brown", "jones")
        assert bool(CHINESE.search(first)) is not english, (name, first)
        assert mail.get_body(("html",)) is not None


def test_the_lawyer_on_leave_is_not_written_to_but_the_deputy_is(shown: Shown) -> None:
    warnings = {n: m for n, m in shown.mails.items() if "48211" in str(m["Subject"]) and "已了结" not in str(m["From"])}
    days = {name: mail["Date"].datetime.date().isoformat() for name, mail in warnings.items()}
    away = {name.rpartition("-")[2] for name, day in days.items() if "2026-09-14" <= day <= "2026-09-18"}
    assert "li" in away
    assert "zhang" not in away


def test_the_chain_climbed_to_lead_and_partner(shown: Shown) -> None:
    readers = {n.rpartition("-")[2] for n, mail in shown.mails.items() if "51902" in str(mail["Subject"])}
    assert readers >= {"chen", "wang", "zhao"}


def test_board_mail_explanation_and_next_steps_are_shown(shown: Shown) -> None:
    for words in (
        "The board on Tue 29 Sep 2026", "✖ OVERDUE", "⊘ NO OWNER", "Why that date?", "How the date was reached",
        "If nobody answers", "What to do next", "init my-office",
    ):  # fmt: skip
        assert words in shown.said
    path = re.search(r"as its reader sees it: (\S+\.eml)", shown.said)
    assert path
    assert Path(path[1]).is_file()


def test_the_commands_it_names_work_afterwards(shown: Shown) -> None:
    for words in (("due", "--days", "10"), ("status",)):
        assert "2026-09-29" in shown.office.type(*words, "--locale", "en")
    said = shown.office.type("explain", "(2026)沪0115民初60327号", "--locale", "zh")
    assert "日期的由来" in said
    assert "10-08" in said


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    command = [sys.executable, "-m", "deadline_guard", "demo", "--folder", str(tmp_path)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "is not empty" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
