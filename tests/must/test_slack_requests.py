"""Must show: presses that Slack posts over HTTP count once, and only under the app's own, fresh signature.

The daemon with its pages is its own process; the app has a signing secret and no Socket Mode.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPConnection
from itertools import count
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml
from slack_sdk.signature import SignatureVerifier

from deadline_guard.clock import SystemClock
from deadline_guard.messages.press import ACKNOWLEDGE, DONE
from tests.must.test_slack_answers import Firm, prepared
from tests.scenarios.disk import until
from tests.servers.slack_fake import SlackFake
from tests.servers.smtp_sink import SmtpSink
from tests.web.browse import free_port

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NUMBERS = count(1)
Sent = tuple[int, bytes]


class Caller:
    """Whoever posts to the office: Slack, or somebody who would like to be."""

    def __init__(self, port: int) -> None:
        self.port = port

    def post(self, payload: Any, *, secret: str = SECRET, late: int = 0, stamp: str = "", signature: str = "") -> Sent:
        """Post a payload signed with ``secret``, ``late`` seconds ago; return status and body."""
        body = urlencode({"payload": json.dumps(payload)}).encode()
        sent = str(int(SystemClock().now().timestamp()) - late)
        signed = str(SignatureVerifier(secret).generate_signature(timestamp=sent, body=body))
        told = {"X-Slack-Request-Timestamp": stamp or sent, "X-Slack-Signature": signature or signed}
        return self.raw(body, told)

    def raw(self, body: bytes, headers: dict[str, str]) -> Sent:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request("POST", "/slack/interactions", body, form | headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Firm, Caller]]:
    """An office that hears presses by HTTP, at work."""
    with SlackFake() as slack, SmtpSink() as sink:
        folder = tmp_path_factory.mktemp("requests") / "office"
        office = prepared(folder, slack, sink, app_token_file=None, signing_secret_file="signing")
        port = free_port()
        (folder / "signing").write_text(SECRET)
        settings = yaml.safe_load(office.config.read_text())
        settings["web"] = {"port": port, "url": f"http://127.0.0.1:{port}"}
        office.config.write_text(yaml.safe_dump(settings, allow_unicode=True))
        with office.daemon():
            yield Firm(office, slack, sink), Caller(port)


@pytest.fixture
def firm(at_work: tuple[Firm, Caller]) -> Firm:
    return replace(at_work[0], prefix=f"{next(NUMBERS)}-")


@pytest.fixture
def caller(at_work: tuple[Firm, Caller]) -> Caller:
    return at_work[1]


def system_refusals(firm: Firm) -> list[str]:
    """Return why requests were refused that belong to no case."""
    found = firm.rows(
        "SELECT p.text FROM ledger AS l JOIN payload AS p ON p.id = l.payload_id "
        "WHERE l.kind = 'refused' AND l.chain = 'system' ORDER BY p.id"
    )
    return [json.loads(text)["why"] for (text,) in found]


def test_a_genuine_press_answers_once_and_the_same_request_again_does_nothing(firm: Firm, caller: Caller) -> None:
    post = firm.add("A")
    payload = firm.slack.people.pressed(post, ACKNOWLEDGE, "zhang@firm.example")
    assert caller.post(payload) == (200, b"")
    firm.edited(post, "✓ Acknowledged by 张三")
    assert caller.post(payload) == (200, b"")
    assert firm.answers() == [("acknowledged", "zhang", "slack")]
    assert firm.refusals() == [("repeated", firm.user("zhang"))]


def test_a_form_is_opened_mended_and_taken(firm: Firm, caller: Caller) -> None:
    post = firm.add("A")
    before = len(firm.slack.people.forms)
    assert caller.post(firm.slack.people.pressed(post, DONE, "zhang@firm.example")) == (200, b"")
    until(lambda: len(firm.slack.people.forms) > before, "the form")
    form = firm.slack.people.forms[-1]
    status, body = caller.post(firm.slack.people.filled(form, {"on": firm.office.day(2)}))
    assert status == 200 and list(json.loads(body)["errors"]) == ["on"]
    sent = firm.slack.people.filled(form, {"on": firm.office.day()})
    assert caller.post(sent) == (200, b"")
    firm.edited(post, "✓ Done")
    assert caller.post(sent) == (200, b"")
    assert firm.answers() == [("defence_filed", "zhang", "slack")]


def test_forged_old_and_unsigned_requests_are_refused_and_written_down(firm: Firm, caller: Caller) -> None:
    post = firm.add("A")
    payload = firm.slack.people.pressed(post, ACKNOWLEDGE, "zhang@firm.example")
    before = system_refusals(firm)
    refused = [
        caller.post(payload, secret="another app's secret"),
        caller.post(payload, late=301),
        caller.post(payload, late=-400),
        caller.post(payload, stamp="yesterday"),
        caller.post(payload, signature="v0="),
        caller.raw(urlencode({"payload": json.dumps(payload)}).encode(), {}),
    ]
    assert [status for status, _ in refused] == [401] * 6
    assert system_refusals(firm)[len(before) :] == ["forged"] * 6  # what is too old may be a replay: no better
    assert firm.answers() == [] and post.edits == 0


def test_what_is_genuine_but_no_press_of_ours_changes_nothing(firm: Firm, caller: Caller) -> None:
    post = firm.add("A")
    pressed = firm.slack.people.pressed(post, ACKNOWLEDGE, "zhang@firm.example")
    strange: list[Any] = [
        {}, {"type": "shortcut"}, {"type": "block_actions"}, {"type": "block_actions", "actions": [None]},
        pressed | {"actions": [{"action_id": "other", "value": "W-1"}]},
        pressed | {"actions": [{"action_id": ACKNOWLEDGE, "value": "W-1; DROP"}]},
        {"type": "view_submission", "view": {"callback_id": DONE, "private_metadata": "{}"}},
        {"type": "view_submission", "view": {"callback_id": DONE, "private_metadata": "[1]"}},
        {"type": "view_submission", "view": []},
    ]  # fmt: skip
    assert {caller.post(payload) for payload in strange} == {(200, b"")}
    assert [caller.post([])[0], caller.post("text")[0]] == [400, 400]
    unknown = pressed | {"actions": [{"action_id": ACKNOWLEDGE, "value": "W-999999"}], "trigger_id": "new"}
    assert caller.post(unknown) == (200, b"")
    assert firm.answers() == []
    assert system_refusals(firm)[-1] == "outsider"
