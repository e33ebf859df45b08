"""Killed at random instants and named calls while it imports, decides, composes, sends and takes answers.

Every notice of the uninterrupted run arrives all the same; a mail comes twice only where an attempt was of unknown
fate, and then says so. The long form is 200 kills; ``DG_KILLS=1000``
asks for more.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from tests.faults import office
from tests.faults.office import Row
from tests.servers.smtp_sink import Mail, SmtpSink

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("DG_KILLS", "200"))
A_REPLAY = 140  # kills, at most; then the replay begins anew with an empty office
START = "2026-03-01T08:00:00+08:00"
PARTS = (date(2026, 3, 15), date(2026, 3, 29), date(2026, 4, 12), date(2026, 6, 1))  # facts come in at each
NONE_LEFT = {"sent", "withdrawn"}

Told = tuple[str, str, str, str]  # to whom, subject, level, instant


def prepare(folder: Path, port: int) -> list[list[str]]:
    """Make an office and return the commands of its replay: import, run, answer, part by part."""
    section = f"email: {{host: 127.0.0.1, port: {port}, sender: guard@firm.example}}"
    config = office.make(folder, section, clock=(START, "2026-06-01T00:00:00+08:00"))
    text, found = config.read_text(encoding="utf-8"), office.rows(40, each=1)
    steps: list[list[str]] = []
    since = date(2026, 1, 1)
    for n, until in enumerate(PARTS):
        part = folder / f"config-{n}.yaml"
        part.write_text(text.replace("2026-06-01T", f"{until}T"), encoding="utf-8")
        of_part = [r for r in found if since <= r.set_on < until]
        file, since = office.write_rows(folder / f"court-{n}.csv", of_part), until
        steps.append(["import", str(file), "-m", str(folder / "mapping.yaml"), "-c", str(part), "--yes"])
        steps.append(["run", "-c", str(part)])
        steps += answers(of_part, part)
    return steps


def answers(found: list[Row], config: Path) -> list[list[str]]:
    """Return what people answer: every third deadline is done, every fourth acknowledged."""
    tail = ["t.set", "--by", "zhang", "-c", str(config)]
    return [["done", r.case_id, *tail] for r in found[::3]] + [["ack", r.case_id, *tail] for r in found[1::4]]


def replay(folder: Path, seed: int, kills: int) -> tuple[list[Mail], Counter[str], Path]:
    """Run the replay with so many kills at most; return the mails, how each death came, and the configuration."""
    with SmtpSink() as sink:
        steps = prepare(folder, sink.port)
        most = {"import": 4, "run": 40, "done": 1, "ack": 1}
        plan = {"seed": seed, "kills": kills, "most": most, "log": str(folder / "log.txt"), "steps": steps}
        (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.mortal", str(folder / "plan.json")],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (done.stderr[-2000:], (folder / "log.txt").read_text()[-3000:])
        return list(sink.mails), Counter(json.loads(done.stdout.splitlines()[-1])), folder / "config.yaml"


def told(mail: Mail) -> Told:
    """Return what a mail says to whom, without the number that it happens to have."""
    message = mail.message
    sender = str(message["From"].addresses[0].display_name)
    return mail.recipients[0], re.sub(r"W-\d+", "W", str(message["Subject"])), sender, str(message["Date"])


def assert_repeats_are_marked(mails: list[Mail], config: Path) -> int:
    """Check that only an attempt of unknown fate was repeated, and that each repeat says so; return how many."""
    unknown = {
        f"<W-{number}@firm.example>": int(n)
        for number, n in office.ask(
            config, "SELECT message_id, COUNT(*) FROM attempt WHERE outcome = 'ambiguous' GROUP BY message_id"
        )
    }
    seen: Counter[str] = Counter()
    repeats = 0
    for mail in mails:
        number = str(mail.message["Message-ID"])
        seen[number] += 1
        marked = mail.message["X-Deadline-Guard-Repeat"] is not None
        assert marked or seen[number] == 1, f"{number} came again without a word"
        assert not marked or unknown.get(number), f"{number} is marked, but no attempt was of unknown fate"
        repeats += seen[number] > 1
    assert all(n - 1 <= unknown.get(number, 0) for number, n in seen.items())
    return repeats


@pytest.mark.parametrize("kills", [20, pytest.param(KILLS, marks=pytest.mark.long)])
def test_killed_at_any_instant_no_notice_is_missing_and_every_repeat_is_marked(tmp_path: Path, kills: int) -> None:
    whole, none, _ = replay(tmp_path / "whole", 0, 0)
    expected = Counter(told(m) for m in whole)
    assert not none
    assert set(expected.values()) == {1}
    assert len(expected) > 150
    deaths: Counter[str] = Counter()
    repeats = marked = seed = 0
    while deaths.total() < kills:
        seed += 1
        mails, died, config = replay(tmp_path / f"killed-{seed}", seed, min(A_REPLAY, kills - deaths.total()))
        assert died, "nobody was killed"
        deaths += died
        got = {told(m) for m in mails}
        assert got == set(expected), (sorted(set(expected) - got)[:5], sorted(got - set(expected))[:5])
        repeats += assert_repeats_are_marked(mails, config)
        marked += sum(m.message["X-Deadline-Guard-Repeat"] is not None for m in mails)
        assert {s for (s,) in office.ask(config, "SELECT DISTINCT state FROM message")} <= NONE_LEFT
        assert office.ask(config, "SELECT COUNT(*) FROM attempt WHERE settled_at IS NULL") == [(0,)]
        assert office.ask(config, "PRAGMA integrity_check") == [("ok",)]
    if kills >= 100:
        assert {kind.split()[0] for kind in deaths} == {"import", "run", "done", "ack"}
    print(
        f"kills {deaths.total()} in {seed} replays of {len(expected)} mails: 0 missing; "
        f"repeats {repeats}, each marked; marked in all {marked}; {dict(deaths)}",
        file=sys.stderr,
    )
