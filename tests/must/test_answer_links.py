"""Must show: looking never answers; only a press does, once; what is forged, expired or replayed is refused, in the ledger.

Everything runs as its own process: the daemon with its pages, a mail server on loopback.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from deadline_guard.clock import SystemClock
from deadline_guard.config import Jobs
from deadline_guard.loop.tokens import read, sign
from tests.scenarios import disk
from tests.scenarios.disk import Office, until
from tests.servers.smtp_sink import SmtpSink
from tests.web.browse import Page, free_port

ROOT = Path(__file__).resolve().parents[2]
KEY = bytes(range(32))
HREF = re.compile(r'href="(http[^"]*/a/[^"]+)"')
# What opens links before, beside or instead of the person: scanners, previews, prefetching, security gateways.
LOOKERS: tuple[tuple[str, dict[str, str]], ...] = (
    ("GET", {}),
    ("HEAD", {}),
    ("GET", {"User_Agent": "Mozilla/5.0 (compatible; SafeLinks)", "X_Forwarded_For": "40.94.0.1"}),
    ("HEAD", {"User_Agent": "Barracuda Sentinel", "Connection": "close"}),
    ("GET", {"Sec_Purpose": "prefetch;prerender", "Purpose": "prefetch"}),
    ("GET", {"X_Moz": "prefetch", "Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}),
    ("GET", {"User_Agent": "Slackbot-LinkExpanding 1.0", "Range": "bytes=0-32768"}),
    ("GET", {"Accept": "*/*", "Cookie": "session=1", "Authorization": "Basic eDp5"}),
)


@dataclass
class Firm:
    """An office at work: its mails, its database, its pages."""

    office: Office
    sink: SmtpSink
    url: str

    def rows(self, query: str, *params: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query on the office's database."""
        with closing(sqlite3.connect(f"file:{self.office.folder}/office.db?mode=ro", uri=True)) as conn:
            return conn.execute(query, params).fetchall()

    def everything(self) -> list[str]:
        """Return every row of every table; a tick is not caused by who looks."""
        with closing(sqlite3.connect(f"file:{self.office.folder}/office.db?mode=ro", uri=True)) as conn:
            return [line for line in conn.iterdump() if not line.startswith('INSERT INTO "run"')]

    def refusals(self) -> list[tuple[str, str]]:
        """Return why and at which answer each refusal in the ledger was, oldest first."""
        found = self.rows(
            "SELECT p.text FROM ledger AS l JOIN payload AS p ON p.id = l.payload_id WHERE l.kind = 'refused' ORDER BY p.id"
        )
        return [(one["why"], one["action"]) for one in (json.loads(text) for (text,) in found)]

    def answers(self) -> list[tuple[str, str]]:
        """Return every answer: its kind and who gave it."""
        found = self.rows("SELECT kind, data FROM event WHERE data LIKE '%\"via\"%'")
        return sorted((kind, json.loads(data)["by"]) for kind, data in found)

    def links(self, person: str, count: int) -> list[str]:
        """Return every link in the mails to somebody, as soon as there are so many mails to everybody."""
        mails = [m for m in self.sink.wait_for(count, 60) if m.recipients == (f"{person}@firm.example",)]
        return [link for mail in mails for link in HREF.findall(mail.part("text/html"))]

    def settled(self) -> None:
        """Wait until everything decided has been sent and written down."""
        until(
            lambda: (
                not self.rows("SELECT 1 FROM message WHERE state <> 'sent'")
                and not self.rows('SELECT 1 FROM "case" WHERE stale IS NOT NULL')
            ),
            "everything to be sent",
            60,
        )


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    """Two cases whose owner has just been warned, and the daemon with its pages."""
    with SmtpSink() as sink:
        office = disk.make(tmp_path / "office", sink.port)
        port = free_port()
        (office.folder / "key").write_text(KEY.hex())
        settings = yaml.safe_load(office.config.read_text())
        settings["jobs"] = dict.fromkeys(Jobs.model_fields, "off")  # nothing but what is looked at and pressed
        settings["answers"] = {"key_file": "key"}
        settings["web"] = {"port": port, "url": f"http://127.0.0.1:{port}"}
        office.config.write_text(yaml.safe_dump(settings, allow_unicode=True))
        for code in ("A", "B"):
            office.type("case", "add", code, "--type", "civil", "--owner", "zhang", "--team", "lit")
            office.type("event", "add", code, "complaint_received", "--on", office.day(-10))
        with office.daemon():
            yield Firm(office, sink, f"http://127.0.0.1:{port}")


@pytest.mark.long
def test_a_thousand_looks_at_every_link_change_nothing(firm: Firm) -> None:
    links = firm.links("zhang", 2)
    assert len(links) == 8
    firm.settled()
    before = firm.everything()

    def look(n: int) -> int:
        method, headers = LOOKERS[n % len(LOOKERS)]
        return Page.at(links[n // 1000], None, method, **headers).status

    with ThreadPoolExecutor(8) as many:
        assert set(many.map(look, range(1000 * len(links)), chunksize=50)) == {200}
    assert firm.everything() == before
    assert firm.answers() == []


def test_a_press_answers_once_and_the_second_says_already(firm: Firm) -> None:
    page = Page.at(firm.links("zhang", 2)[0])
    assert "确认知悉" in page.press("是，我已知悉").text
    firm.settled()
    before = [line for line in firm.everything() if "ledger" not in line and "payload" not in line]
    again = page.press("是，我已知悉")
    assert again.status == 409
    assert "您已于" in again.text
    after = [line for line in firm.everything() if "ledger" not in line and "payload" not in line]
    assert after == before  # nothing but the refusal
    assert firm.answers() == [("acknowledged", "zhang")]
    assert firm.refusals() == [("used", "seen")]
    assert firm.rows("SELECT action, person, address FROM answer_link") == [("seen", "zhang", "127.0.0.1")]
    assert "✓ acknowledged" in firm.office.do("due")


def test_two_presses_at_one_instant_are_one_answer(firm: Firm) -> None:
    link = firm.links("zhang", 2)[0]
    with ThreadPoolExecutor(8) as many:
        found = list(many.map(lambda _: Page.at(link, {"act": "seen"}).status, range(16)))
    assert sorted(found) == [200, *[409] * 15]
    assert firm.answers() == [("acknowledged", "zhang")]


def test_forged_expired_and_foreign_tokens_are_refused_and_written_down(firm: Firm) -> None:
    link = firm.links("zhang", 2)[0]
    now = SystemClock().now()
    token = link.rpartition("/")[2]
    other = "b" if token[5] == "a" else "a"
    refused = {
        token[:5] + other + token[6:]: 404,
        sign(KEY, "mail", 1, "zhang", now + timedelta(days=1)): 404,
        sign(KEY, "page", 1, "li", now + timedelta(days=1)): 404,
        sign(KEY, "page", 99, "zhang", now + timedelta(days=1)): 404,
        sign(bytes(32), "page", 1, "zhang", now + timedelta(days=1)): 404,
        sign(KEY, "page", 1, "zhang", now - timedelta(hours=2)): 410,
    }
    firm.settled()
    before = firm.everything()
    for bad, status in refused.items():
        assert Page.at(f"{firm.url}/a/{bad}").status == status
    assert firm.everything() == before  # a look at a bad one is not even worth a line
    for bad, status in refused.items():
        assert Page.at(f"{firm.url}/a/{bad}", {"act": "seen"}).status == status
    assert firm.answers() == []
    assert firm.refusals() == [*[("forged", "seen")] * 5, ("expired", "seen")]
    assert firm.rows("SELECT COUNT(*) FROM answer_link") == [(0,)]


def test_not_me_burns_the_link_and_reports(firm: Firm) -> None:
    link = firm.links("zhang", 2)[0]
    page = Page.at(link)
    assert page.press("不是我").status == 410
    assert page.press("是，我已知悉").status == 410
    told = firm.sink.wait_for(3, 60)[2]
    assert told.recipients == ("zhao@firm.example",)
    message = read(KEY, "page", link.rpartition("/")[2], SystemClock().now()).message
    assert "张三" in told.part("text/plain") and f"W-{message}" in told.part("text/plain")
    assert firm.answers() == []
    assert firm.refusals() == [("given_up", "not_me"), ("given_up", "seen")]


def test_a_forwarded_link_answers_for_its_person_and_the_documentation_says_so(firm: Firm) -> None:
    """Whoever holds the link can press it: without a login nobody can see who did; only the address is kept."""
    page = Page.at(firm.links("zhang", 2)[0])
    Page.at(page.url, {"act": "seen"}, X_Forwarded_For="203.0.113.9")
    assert firm.answers() == [("acknowledged", "zhang")]
    assert firm.rows("SELECT person, address FROM answer_link") == [("zhang", "203.0.113.9")]
    said = (ROOT / "docs" / "answers.md").read_text(encoding="utf-8")
    assert "forwarded" in said
    assert "cannot be seen without a login" in said


def test_no_token_stands_in_the_log_or_the_database(firm: Firm) -> None:
    link = firm.links("zhang", 2)[0]
    token = link.rpartition("/")[2]
    page = Page.at(link)
    page.press("是，我已知悉")
    page.press("是，我已知悉")
    Page.at(link + "x", {"act": "seen"})
    firm.settled()
    kept = (firm.office.folder / "daemon.log").read_text() + "\n".join(firm.everything())
    assert "a link was refused: used" in kept
    assert token not in kept
