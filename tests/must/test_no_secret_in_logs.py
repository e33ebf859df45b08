"""Secrets come from file or environment: they are in no log, no output, no argument and not in the database.

A daemon at log level debug, as a real process, with a secret for every channel that has one, is led through every
way of failing: connection refused, login refused, invalid_auth, and servers that repeat whatever they were sent in
an error page; then everything succeeds. Every byte that it left behind is searched.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from deadline_guard.discreet import BLACK
from tests.scenarios import disk
from tests.scenarios.disk import Office, until
from tests.servers.smtp_sink import SmtpSink

PASSWORD, OLD_PASSWORD = "mail-pass-7Qz+/9Lk", "mail-pass-before-X2"
BOT, APP, SIGNING = "xoxb-bot-4f9a81c2d7", "xapp-app-55be0c19aa", "slack-signing-91ce07"
WEBHOOK, DING, FEISHU, WECOM = "T0webhookXy81", "dingtoken77ab31", "feishukey88cd42", "wecomkey99ef53"
DING_SIGN, FEISHU_SIGN = "SECdingsign0a1b2c", "feishusign3d4e5f"
KEY = "5ec0de" * 11
IMAP = "imap-pass-K2m8Vw"
SECRETS = {
    "mail password": PASSWORD, "old mail password": OLD_PASSWORD, "slack token": BOT, "slack app token": APP,
    "slack signing secret": SIGNING, "webhook": WEBHOOK, "dingtalk token": DING, "dingtalk sign": DING_SIGN,
    "feishu key": FEISHU, "feishu sign": FEISHU_SIGN, "wecom key": WECOM, "answer key": KEY, "imap password": IMAP,
}  # fmt: skip
ROBOTS = ("slack_webhook", "dingtalk", "feishu", "wecom")


class Parrot:
    """An HTTP server that repeats every request in its answer; ``mood``: broken, refusing or content."""

    def __init__(self) -> None:
        self.mood = "broken"
        self.heard: Counter[tuple[str, str]] = Counter()
        parrot = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
                kind = next((name for mark, name in MARKS.items() if mark in self.path), "slack")
                parrot.heard[kind, parrot.mood] += 1
                status, answer = parrot.answer(f"{self.path} {dict(self.headers)} {asked}")
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST

            def log_message(self, *words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, request: str) -> tuple[int, bytes]:
        """Return status and body for the present mood; the request is in the body whatever the mood."""
        if self.mood == "broken":
            return 500, f"cannot understand {request}".encode()
        wrong = self.mood == "refusing"
        said = {
            "ok": not wrong, "error": "invalid_auth", "errcode": 310000 if wrong else 0, "code": 19021 if wrong else 0,
            "errmsg": request, "msg": request, "warning": request, "user": {"id": "U0000001"},
            "channel": {"id": "D0000001"}, "ts": "1.000001", "url": request,
        }  # fmt: skip
        return 403 if wrong and "webhook" in request else 200, json.dumps(said).encode()

    def met(self, mood: str) -> set[str]:
        """Return who spoke to it in this mood."""
        return {kind for kind, then in self.heard if then == mood}

    def __enter__(self) -> Parrot:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


MARKS = {WEBHOOK: "slack_webhook", DING: "dingtalk", FEISHU: "feishu", WECOM: "wecom"}


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Office, SmtpSink, Parrot]]:
    """An office whose owner is told on every channel at once, a secret behind each; mail has an old password."""
    with SmtpSink(users={"guard": PASSWORD}) as sink, Parrot() as parrot:
        made = disk.make(tmp_path / "office", sink.port)
        monkeypatch.setenv("TEST_SLACK_TOKEN", BOT)
        keep(made.folder / "secrets", parrot.url)
        config = yaml.safe_load(made.config.read_text(encoding="utf-8"))
        config["log"] = "debug"
        config["delivery"] = {"retry_first": "1 second", "retry_longest": "2 seconds", "max_attempts": 500}
        config["answers"] = {"key_file": "secrets/answers"}
        config["channels"] = channels(config["channels"]["email"], parrot.url)
        config["reply_mail"] = {
            "host": "127.0.0.1", "port": 9, "tls": False, "user": "ack", "password_file": "secrets/imap",
            "address": "ack@firm.example", "every": "1 second",
        }  # fmt: skip
        made.config.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
        profiles = made.folder / "rules" / "profiles.yaml"
        every = f"[email, slack, {', '.join(ROBOTS)}]"
        profiles.write_text(profiles.read_text("utf-8").replace("{near: [email]}", f"{{near: {every}}}"), "utf-8")
        people = made.folder / "people.yaml"
        reached = "{email: zhang@firm.example, slack: zhang@firm.example, slack_webhook: '', dingtalk: '', feishu: '', wecom: ''}"
        people.write_text(people.read_text("utf-8").replace("{email: zhang@firm.example}", reached), "utf-8")
        yield made, sink, parrot


def keep(folder: Path, url: str) -> None:
    """Write the files that hold the secrets."""
    folder.mkdir()
    for name, text in {
        "smtp": OLD_PASSWORD, "imap": IMAP, "answers": KEY, "app": APP, "signing": SIGNING,
        "slack_webhook": f"{url}/services/T1/B1/{WEBHOOK}", "dingtalk": f"{url}/robot/send?access_token={DING}",
        "dingtalk_sign": DING_SIGN, "feishu": f"{url}/open-apis/bot/v2/hook/{FEISHU}", "feishu_sign": FEISHU_SIGN,
        "wecom": f"{url}/cgi-bin/webhook/send?key={WECOM}",
    }.items():  # fmt: skip
        (folder / name).write_text(f"{text}\n", encoding="utf-8")


def channels(email: Mapping[str, object], url: str) -> dict[str, object]:
    """Return the sections of all channels."""
    found: dict[str, object] = {name: {"url_file": f"secrets/{name}"} for name in ROBOTS}
    for name in ("dingtalk", "feishu"):
        found[name] = {"url_file": f"secrets/{name}", "secret_file": f"secrets/{name}_sign"}
    found["email"] = {**email, "username": "guard", "password_file": "secrets/smtp"}
    found["slack"] = {
        "token_env": "TEST_SLACK_TOKEN", "base_url": f"{url}/api/", "signing_secret_file": "secrets/signing",
    }  # fmt: skip
    return found


def tries(made: Office, channel: str) -> int:
    """Return how many attempts on a channel have ended."""
    with closing(sqlite3.connect(f"file:{made.folder / 'office.db'}?mode=ro", uri=True)) as conn:
        asked = (
            "SELECT COUNT(*) FROM attempt JOIN message ON message.id = attempt.message_id "
            "WHERE settled_at IS NOT NULL AND channel = ?"
        )
        return int(conn.execute(asked, (channel,)).fetchone()[0])


def warn(made: Office, case: str) -> None:
    made.do("case", "add", case, "--type", "civil", "--owner", "zhang", "--team", "lit")
    made.do("deadline", "add", case, made.day(2), "--what", "paper")


def read_all(made: Office) -> str:
    """Return what a person would ask the program while its daemon runs."""
    asked = (("explain", "A-1"), ("due",), ("status",), ("check",))
    return "\n".join(made.do(*words) for words in asked)


def found_in(text: bytes) -> list[str]:
    return [name for name, secret in SECRETS.items() if secret.encode() in text]


@pytest.mark.long
@pytest.mark.usefixtures("_secrets_differ")
def test_no_secret_is_left_anywhere(office: tuple[Office, SmtpSink, Parrot]) -> None:
    made, sink, parrot = office
    warn(made, "A-1")
    with made.daemon() as daemon:  # login refused, everybody repeats what was sent
        until(lambda: parrot.met("broken") >= {*ROBOTS, "slack"}, "every robot, broken", 120)
        parrot.mood = "refusing"
        until(lambda: parrot.met("refusing") >= {*ROBOTS, "slack"}, "every robot, refusing", 120)
        until(lambda: tries(made, "email") > 0, "a mail refused", 120)
        arguments = Path(f"/proc/{daemon.pid}/cmdline").read_bytes()
        said = read_all(made)
    parrot.mood = "content"
    (made.folder / "secrets" / "smtp").write_text(PASSWORD, encoding="utf-8")
    warn(made, "A-2")
    with made.daemon():
        until(lambda: parrot.met("content") >= {*ROBOTS, "slack"}, "every robot, content", 120)
        sink.wait_for(1, 120)
        parrot.__exit__()  # connection refused from now on
        before = tries(made, "wecom")
        warn(made, "A-3")
        until(lambda: tries(made, "wecom") > before, "a connection refused", 120)
    left = {"output": said.encode(), "arguments": arguments}
    left |= {path.name: path.read_bytes() for path in made.folder.glob("office.db*")}
    left["log"] = (made.folder / "daemon.log").read_bytes()
    assert {name: found_in(text) for name, text in left.items() if found_in(text)} == {}
    assert BLACK.encode() in left["office.db"] + left.get("office.db-wal", b""), "no server repeated a secret to us"


@pytest.fixture
def _secrets_differ() -> None:
    """A secret inside another would hide which of the two was found."""
    assert not any(a != b and a in b for a in SECRETS.values() for b in SECRETS.values())
