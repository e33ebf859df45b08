"""Must show: DingTalk, Feishu and WeCom. A 200 whose body says no is never counted as delivered: the same warning comes
by mail within a minute and the admin hears of the channel; and no robot is given more than 20 texts a minute."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from deadline_guard.app import App
from deadline_guard.config import Jobs
from deadline_guard.core.notices import NoticeKind
from deadline_guard.core.rules import Level
from deadline_guard.daemon import Daemon
from deadline_guard.loop.pace import Pace
from deadline_guard.store.sending import Leased
from tests.faults import office
from tests.scenarios import disk
from tests.scenarios.disk import until
from tests.servers.chat_fakes import ChatFakes
from tests.servers.smtp_sink import SmtpSink

SERVICES = {"dingtalk": "zhang", "feishu": "li", "wecom": "wang"}
CODES = {"dingtalk": "310000", "feishu": "19024", "wecom": "93000"}
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query on the office's database."""
    with closing(sqlite3.connect(f"file:{folder}/office.db?mode=ro", uri=True)) as conn:
        return conn.execute(query).fetchall()


def test_a_200_that_says_no_falls_back_to_mail_within_a_minute_and_is_a_finding(tmp_path: Path) -> None:
    with ChatFakes(keyword="口令") as chats, SmtpSink() as sink:
        made = disk.make(tmp_path / "office", sink.port)
        settings = yaml.safe_load(made.config.read_text())
        people = yaml.safe_load((made.folder / "people.yaml").read_text())
        for service, person in SERVICES.items():
            (made.folder / service).write_text(chats.url(service).replace("key=t0k", "key=old"))
            settings["channels"][service] = {"url_file": service}
            people["persons"][person]["channels"][service] = "13800000000"
        settings["jobs"] = dict.fromkeys(Jobs.model_fields, "off")
        made.config.write_text(yaml.safe_dump(settings, allow_unicode=True))
        (made.folder / "people.yaml").write_text(yaml.safe_dump(people, allow_unicode=True))
        profiles = made.folder / "rules" / "profiles.yaml"
        profiles.write_text(profiles.read_text().replace("near: [email]", f"near: [{', '.join(SERVICES)}]"))
        for service, person in SERVICES.items():
            made.type("case", "add", service.upper(), "--type", "civil", "--owner", person)
            made.type("event", "add", service.upper(), "complaint_received", "--on", made.day(-10))

        def told(who: str, words: str) -> bool:
            mine = [m for m in sink.mails if m.recipients == (f"{who}@firm.example",)]
            return any(words in m.part("text/plain") for m in mine)

        with made.daemon():
            for service, person in SERVICES.items():
                until(partial(told, person, service.upper()), f"the mail in place of {service}", 90)
                until(partial(told, "zhao", CODES[service]), f"the admin told of {service}", 90)
        assert chats.posts == {service: [] for service in SERVICES}
        found = rows(
            made.folder,
            "SELECT chat.channel, chat.state, MAX(a.settled_at), mail.sent_at FROM message AS chat "
            "JOIN attempt AS a ON a.message_id = chat.id JOIN message_notice AS x ON x.message_id = chat.id "
            "JOIN message_notice AS y ON y.notice_id = x.notice_id JOIN message AS mail ON mail.id = y.message_id "
            "WHERE mail.channel = 'email' AND chat.channel <> 'email' GROUP BY chat.id",
        )
        assert sorted((channel, state) for channel, state, _, _ in found) == [(s, "dead") for s in sorted(SERVICES)]
        assert all(0 <= sent - refused <= 60_000_000 for _, _, refused, sent in found)


def test_fifty_warnings_at_one_moment_reach_a_robot_twenty_a_minute_and_no_later_than_that(tmp_path: Path) -> None:
    with ChatFakes() as chats:
        made = office.make(
            tmp_path / "office", "dingtalk: {url_file: robot}", use="dingtalk",
            clock=("2026-03-02T08:00:00+08:00", "2026-03-02T12:00:00+08:00"),
        )  # fmt: skip
        folder = made.parent
        (folder / "robot").write_text(f"lit {chats.url('dingtalk')}")
        people = folder / "people.yaml"
        people.write_text(people.read_text().replace("slack_webhook: ''", "dingtalk: lit/13800000000"))
        due = date(2026, 3, 16)  # each is told of at 9:00, 14 days before
        office.import_rows(made, [office.Row(f"C-{n}", "zhang", date(2026, 3, 1), f"r{n}", due) for n in range(50)])
        Daemon(App.open(made)).run()
        sent = rows(
            folder,
            "SELECT a.started_at, m.made_at FROM attempt AS a JOIN message AS m ON m.id = a.message_id "
            "WHERE a.outcome = 'sent' ORDER BY a.started_at",
        )
        assert rows(folder, "SELECT COUNT(*), MAX(attempts) FROM message WHERE state <> 'sent'") == [(0, None)]
    assert len(chats.posts["dingtalk"]) == len(sent) == 50
    times = [at for at, _ in sent]
    for n in range(len(times) - 20):
        assert times[n + 20] - times[n] >= 60_000_000
    assert times[-1] - sent[0][1] <= 3 * 60_000_000


def leased(number: int, address: str, channel: str = "dingtalk") -> Leased:
    return Leased(
        number, str(number), "zhang", channel, address, NoticeKind.LEVEL, Level.NEAR, "t", 1, False, "waiting", (), ()
    )


def limit(channel: str, address: str) -> tuple[str, int] | None:
    return (f"{channel}/{address.partition('/')[0]}", 20) if channel == "dingtalk" else None


def test_each_robot_has_its_own_minute_and_mail_has_none() -> None:
    pace = Pace()
    asked = [leased(n, "lit1/138") for n in range(45)] + [leased(100 + n, "lit2/138") for n in range(20)]
    asked += [leased(200 + n, "z@firm.example", "email") for n in range(300)]
    waits = pace.beyond(asked, limit, NOW)
    assert sorted(waits) == list(range(20, 45))
    assert [waits[n] - NOW for n in (20, 39, 40, 44)] == [timedelta(minutes=m) for m in (1, 1, 2, 2)]


@pytest.mark.parametrize("seconds", [1, 59])
def test_the_minute_slides(seconds: int) -> None:
    pace = Pace()
    assert pace.beyond([leased(n, "lit/1") for n in range(10)], limit, NOW) == {}
    later = NOW + timedelta(seconds=seconds)
    waits = pace.beyond([leased(n, "lit/1") for n in range(50, 65)], limit, later)
    assert set(waits.values()) == {NOW + timedelta(minutes=1)} and len(waits) == 5
    assert pace.beyond([leased(n, "lit/1") for n in waits], limit, NOW + timedelta(minutes=1)) == {}
