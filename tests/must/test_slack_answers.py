"""Must show: answers pressed in Slack, over Socket Mode against a Slack on loopback, the daemon its own process.

Each press counts once however often it is brought, the message shows what became of it, an outsider is refused and
written down, and a connection that ends is made anew.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from deadline_guard.config import Jobs
from deadline_guard.messages.press import ACKNOWLEDGE, DONE, HAND_OVER, MORE, NOT_PURSUED, WHY, WRONG_DATE
from tests.scenarios import disk
from tests.scenarios.disk import Office, until
from tests.servers.slack_fake import APP_TOKEN, TOKEN, Code, Post, RateLimited, SlackFake
from tests.servers.slack_people import Form, buttons
from tests.servers.smtp_sink import SmtpSink

PEOPLE = ("zhang", "li", "wang", "zhao")
NUMBERS = count(1)
PARTY = "华山公司诉泰山公司"


@dataclass
class Firm:
    """An office at work, the Slack of its people, and its mail server."""

    office: Office
    slack: SlackFake
    sink: SmtpSink
    prefix: str = ""  # of the codes of this test's cases

    def rows(self, query: str, *params: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query on the office's database."""
        with closing(sqlite3.connect(f"file:{self.office.folder}/office.db?mode=ro", uri=True)) as conn:
            return conn.execute(query, params).fetchall()

    def answers(self) -> list[tuple[str, str, str]]:
        """Return every answer about this test's cases: its kind, who gave it, by which way."""
        found = self.rows(
            'SELECT e.kind, e.data FROM event AS e JOIN "case" AS c ON c.id = e.case_id WHERE c.code LIKE ? '
            "AND e.data LIKE '%\"via\"%' ORDER BY e.recorded_at",
            f"{self.prefix}%",
        )
        return [(kind, json.loads(data)["by"], json.loads(data)["via"]) for kind, data in found]

    def refusals(self) -> list[tuple[str, str]]:
        """Return (why, whose Slack account) of each refusal about them in the ledger, oldest first."""
        found = self.rows(
            "SELECT p.text FROM ledger AS l JOIN payload AS p ON p.id = l.payload_id "
            "JOIN \"case\" AS c ON l.chain = 'case:' || c.id WHERE l.kind = 'refused' AND c.code LIKE ? ORDER BY p.id",
            f"{self.prefix}%",
        )
        return [(one["why"], one["user"]) for one in (json.loads(text) for (text,) in found)]

    def still(self) -> None:
        """Wait until everything is decided, sent and changed."""
        until(
            lambda: (
                not self.rows('SELECT 1 FROM "case" WHERE stale IS NOT NULL')
                and not self.rows("SELECT 1 FROM message WHERE state <> 'sent'")
                and not self.rows("SELECT 1 FROM edit WHERE state = 'waiting'")
                and bool(self.slack._websockets)
            ),
            "everything to be done",
            60,
        )

    def add(self, code: str, days: int = -10) -> Post:
        """Open a case whose owner zhang is warned at once; return the message in Slack, in zhang's direct channel."""
        code = self.prefix + code
        self.office.type("case", "add", code, "--type", "civil", "--owner", "zhang", "--team", "lit", "--title", PARTY)
        self.office.type("event", "add", code, "complaint_received", "--on", self.office.day(days))
        return self.post(code)

    def post(self, code: str, to: str = "zhang") -> Post:
        """Return the first message about a case to somebody, as soon as it is there."""
        channel = "D" + self.slack.person(f"{to}@firm.example")[1:]

        def found() -> list[Post]:
            return [p for p in self.slack.posts if p.channel == channel and code in p.text]

        until(found, f"the message about {code} to {to}", 60)
        return found()[0]

    def press(self, post: Post, action: str, who: str = "zhang", times: int = 1) -> str:
        """Let somebody press a button; Slack brings the envelope so many times."""
        return self.slack.interact(self.slack.people.pressed(post, action, f"{who}@firm.example"), times=times)

    def form(self, post: Post, action: str) -> Form:
        """Let zhang press a button that opens a form, and return it."""
        before = len(self.slack.people.forms)
        self.press(post, action)
        until(lambda: len(self.slack.people.forms) > before, f"the form of {action}")
        return self.slack.people.forms[-1]

    def send(self, form: Form, **values: str) -> dict[str, Any]:
        """Send a form; return what Slack was told: {} closes it."""
        envelope = self.slack.interact(self.slack.people.filled(form, values))
        until(lambda: envelope in self.slack.replies, "the reply to the form")
        return self.slack.replies[envelope]

    def edited(self, post: Post, words: str) -> None:
        """Wait until a message shows something."""
        until(lambda: words in json.dumps(post.blocks, ensure_ascii=False), f"{words!r} in the message", 30)

    def whispered(self, words: str) -> str:
        """Wait until somebody was told something alone; return who."""
        until(lambda: any(words in w.text for w in self.slack.people.whispers), f"{words!r} said to somebody alone")
        return next(w.user for w in self.slack.people.whispers if words in w.text)

    def user(self, who: str) -> str:
        return self.slack.person(f"{who}@firm.example")


def prepared(folder: Path, slack: SlackFake, sink: SmtpSink, **section: Any) -> Office:
    """Return an office whose people are warned in Slack, mail being the other way; nobody has been warned yet."""
    for name in (*PEOPLE, "qian", "sun"):
        slack.person(f"{name}@firm.example")
    office = disk.make(folder, sink.port)
    (folder / "bot").write_text(TOKEN)
    (folder / "app").write_text(APP_TOKEN)
    settings = yaml.safe_load(office.config.read_text())
    settings["jobs"] = dict.fromkeys(Jobs.model_fields, "off")
    slack_section = {"token_file": "bot", "app_token_file": "app", "base_url": slack.base_url, "timeout": 5}
    settings["channels"]["slack"] = {key: value for key, value in (slack_section | section).items() if value}
    office.config.write_text(yaml.safe_dump(settings, allow_unicode=True))
    people = yaml.safe_load((folder / "people.yaml").read_text())
    for name, person in people["persons"].items():
        person["channels"]["slack"] = f"{name}@firm.example"
    people["persons"]["wang"]["channels"]["slack"] = slack.person("wang@firm.example")  # ids and addresses alike
    people["persons"]["zhang"]["locale"] = "en"
    people["persons"]["qian"] = {"name": "钱七", "channels": {"slack": "qian@firm.example"}}
    (folder / "people.yaml").write_text(yaml.safe_dump(people, allow_unicode=True))
    profiles = folder / "rules" / "profiles.yaml"
    profiles.write_text(profiles.read_text().replace("near: [email]", "near: [slack]"))
    return office


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    """An office whose app hears presses by Socket Mode, at work."""
    with SlackFake() as slack, SmtpSink() as sink:
        office = prepared(tmp_path_factory.mktemp("slack") / "office", slack, sink)
        slack.people.marks[slack.person("qian@firm.example")] = {"is_stranger": True}
        with office.daemon():
            slack.wait_for(lambda f: f.sockets == 1, 30)
            yield Firm(office, slack, sink)


@pytest.fixture
def firm(at_work: Firm) -> Firm:
    """The office at rest, with cases of this test's own."""
    at_work.still()
    slack = at_work.slack
    for kept in (slack.posts, slack.requests, slack.people.forms, slack.people.whispers):
        kept.clear()
    return replace(at_work, prefix=f"{next(NUMBERS)}-")


def test_an_envelope_that_came_twice_is_one_answer_and_the_message_says_so(firm: Firm) -> None:
    post = firm.add("A")
    assert [b["text"]["text"] for b in buttons(post)] == [
        "Acknowledge", "Done…", "Hand over…", "Wrong date…", "Not pursued…", "More…", "Why?",
    ]  # fmt: skip
    envelope = firm.press(post, ACKNOWLEDGE, times=2)
    firm.slack.wait_for(lambda f: f.acks.count(envelope) == 2)
    firm.edited(post, "✓ Acknowledged by 张三")
    assert firm.answers() == [("acknowledged", "zhang", "slack")]
    until(lambda: firm.refusals() == [("repeated", firm.user("zhang"))], "the second envelope in the ledger")
    shown = json.dumps(post.blocks, ensure_ascii=False)
    assert "(Slack). Still open: not filed." in shown
    assert [b["action_id"] for b in buttons(post)] == [DONE, HAND_OVER, WRONG_DATE, NOT_PURSUED, MORE, WHY]
    assert post.edits == 1 and len(firm.slack.posts) == 1
    assert PARTY not in str([(p.text, p.blocks) for p in firm.slack.posts])


def test_more_puts_off_and_takes_back(firm: Firm) -> None:
    post = firm.add("A")
    firm.press(post, ACKNOWLEDGE)
    firm.edited(post, "✓ Acknowledged by 张三")
    form = firm.form(post, MORE)
    (what,) = (b for b in form.view["blocks"] if b.get("block_id") == "what")
    values = [o["value"] for o in what["element"]["options"]]
    assert firm.send(form, what=values[0]) == {}  # until the latest that misses nothing, which the form holds
    assert firm.send(firm.form(post, MORE), what=values[-1]) == {}
    firm.edited(post, "snoozed by 张三")
    assert firm.answers()[:2] == [("acknowledged", "zhang", "slack"), ("snoozed", "zhang", "slack")]
    until(lambda: MORE in [b["action_id"] for b in buttons(post)] and len(buttons(post)) == 7, "the first button again")


def test_a_second_press_says_already_and_whom(firm: Firm) -> None:
    post = firm.add("A")
    payload = firm.slack.people.pressed(post, ACKNOWLEDGE, "zhang@firm.example")
    firm.slack.interact(payload)
    firm.edited(post, "✓ Acknowledged by 张三")
    firm.slack.interact(payload | {"trigger_id": "pressed.on.another.screen"})
    assert firm.whispered("Already acknowledged by 张三") == firm.user("zhang")
    assert len(firm.answers()) == 1


@pytest.mark.long
def test_after_the_answer_the_leads_step_does_not_fire_and_without_one_it_does(tmp_path: Path) -> None:
    with SlackFake() as slack, SmtpSink() as sink:
        office = prepared(tmp_path / "office", slack, sink)
        profiles = office.folder / "rules" / "profiles.yaml"
        profiles.write_text(profiles.read_text().replace("after: 4 hours", "after: 0.2 minutes"))
        with office.daemon():
            firm = Firm(office, slack, sink)
            slack.wait_for(lambda f: f.sockets == 1, 30)
            firm.press(firm.add("ANSWERED"), ACKNOWLEDGE)
            until(firm.answers, "the answer")
            before = len(firm.slack.posts)
            firm.add("SILENT")
            firm.post("SILENT", "wang")
            assert firm.answers() == [("acknowledged", "zhang", "slack")]
            assert [p for p in firm.slack.posts[before:] if "ANSWERED" in p.text] == []


def test_done_is_mended_in_the_form_then_recorded_and_the_message_ends(firm: Firm) -> None:
    post = firm.add("A")
    form = firm.form(post, DONE)
    assert form.user == firm.user("zhang")
    wrong = firm.send(form, on=firm.office.day(3), receipt="EMS 1234")
    assert wrong["response_action"] == "errors" and list(wrong["errors"]) == ["on"]
    assert "lies ahead" in wrong["errors"]["on"]
    wrong = firm.send(form, on=firm.office.day(-20))
    assert list(wrong["errors"]) == ["on"]
    wrong = firm.send(form, on=firm.office.day(), receipt="posted")
    assert list(wrong["errors"]) == ["receipt"]
    assert firm.answers() == []
    assert firm.send(form, on=firm.office.day(), receipt="EMS 1234") == {}
    firm.edited(post, "✓ Done")
    assert buttons(post) == []
    assert firm.answers() == [("defence_filed", "zhang", "slack")]
    (data,) = firm.rows("SELECT data FROM event WHERE kind = 'defence_filed' ORDER BY recorded_at DESC")[0]
    assert json.loads(data)["receipt"] == "EMS 1234"


def test_an_answer_by_another_way_changes_every_message_about_it_once(firm: Firm) -> None:
    post = firm.add("A")
    number = str(post.delivery_id)
    firm.office.type("ack", number, "--by", "wang")
    firm.edited(post, "✓ Acknowledged by 王五")
    assert "(command line)" in json.dumps(post.blocks, ensure_ascii=False)
    firm.office.type("done", number, "--by", "zhang", "--on", firm.office.day())
    firm.edited(post, "✓ Done")
    assert post.edits == 2


def test_a_pause_that_slack_asks_for_is_kept_and_the_message_changed_then(firm: Firm) -> None:
    post = firm.add("A")
    firm.slack.next("chat.update", RateLimited(3))
    firm.press(post, ACKNOWLEDGE)
    firm.edited(post, "✓ Acknowledged by 张三")
    tries = firm.rows(
        "SELECT n, outcome, started_at FROM edit_attempt WHERE message_id = ? ORDER BY n", str(post.delivery_id)[2:]
    )
    assert [(n, outcome) for n, outcome, _ in tries] == [(1, "retry"), (2, "edited")]
    assert tries[1][2] - tries[0][2] >= 3_000_000


def test_a_message_that_cannot_be_changed_is_settled_and_blocks_nothing(firm: Firm) -> None:
    post = firm.add("A")
    firm.slack.next("chat.update", Code("message_not_found"))
    firm.press(post, ACKNOWLEDGE)
    dead = "SELECT detail FROM edit WHERE state = 'dead' AND message_id = ?"
    until(lambda: firm.rows(dead, str(post.delivery_id)[2:]), "the edit given up")
    assert firm.rows(dead, str(post.delivery_id)[2:]) == [("Slack: message_not_found",)]
    other = firm.add("B")
    firm.press(other, ACKNOWLEDGE)
    firm.edited(other, "✓ Acknowledged by 张三")
    assert len(firm.slack.calls("chat.update")) == 2


@pytest.mark.long
def test_a_renewed_and_a_broken_connection_are_made_anew_and_presses_heard(firm: Firm) -> None:
    post = firm.add("A")
    firm.slack.disconnect()
    firm.slack.wait_for(lambda f: f.sockets >= 2, 30)
    until(lambda: len(firm.slack._websockets) >= 1, "an open connection")
    firm.press(post, ACKNOWLEDGE)
    firm.edited(post, "✓ Acknowledged by 张三")
    sockets = firm.slack.sockets
    firm.slack.drop()
    firm.slack.wait_for(lambda f: f.sockets > sockets and bool(f._websockets), 30)
    assert firm.send(firm.form(post, DONE), on=firm.office.day()) == {}
    firm.edited(post, "✓ Done")
    assert [kind for kind, _, _ in firm.answers()] == ["acknowledged", "defence_filed"]


def test_a_user_outside_the_chain_and_one_nobody_knows_are_refused_and_written_down(firm: Firm) -> None:
    post = firm.add("A")
    firm.press(post, ACKNOWLEDGE, "li")
    assert firm.whispered("您不在其通知链中") == firm.user("li")
    firm.press(post, DONE, "sun")
    assert firm.whispered("names nobody with this Slack account") == firm.user("sun")
    firm.press(post, ACKNOWLEDGE, "qian")  # the address is a colleague's, but the account another firm's
    until(lambda: len(firm.refusals()) == 3, "three refusals")
    assert firm.refusals() == [
        ("outsider", firm.user("li")), ("stranger", firm.user("sun")), ("stranger", firm.user("qian")),
    ]  # fmt: skip
    assert firm.answers() == [] and firm.slack.people.forms == [] and post.edits == 0


def test_somebody_of_the_chain_who_was_not_told_yet_may_answer(firm: Firm) -> None:
    post = firm.add("A")
    firm.press(post, ACKNOWLEDGE, "wang")  # in people.yaml by the id of the account
    firm.edited(post, "✓ Acknowledged by 王五")
    assert firm.user("wang") not in [c["user"] for c in firm.slack.calls("users.info")]


def test_why_tells_the_derivation_to_one_person_and_names_no_party(firm: Firm) -> None:
    post = firm.add("A")
    firm.press(post, WHY)
    assert firm.whispered("Complaint received") == firm.user("zhang")
    assert PARTY not in str(firm.slack.people.whispers)
    assert firm.answers() == [] and post.edits == 0


def test_handed_over_disputed_and_given_up_by_form(firm: Firm) -> None:
    post = firm.add("A")
    form = firm.form(post, HAND_OVER)
    options = next(b for b in form.view["blocks"] if b.get("block_id") == "to")["element"]["options"]
    assert [o["value"] for o in options] == ["li", "wang", "zhao", "qian"]  # the team first
    assert firm.send(form, to="li") == {}
    assert "until the other person accepts" in firm.slack.people.whispers[-1].text or firm.whispered("until the other")
    form = firm.form(post, WRONG_DATE)
    assert list(firm.send(form)["errors"]) == ["reason"]
    assert firm.send(form, reason="served on the 14th") == {}
    assert firm.send(firm.form(post, NOT_PURSUED), reason="settled") == {}
    firm.edited(post, "not to pursue")
    assert [kind for kind, _, _ in firm.answers()] == ["handed_over", "disputed", "not_pursued"]
    assert "served on the 14th" not in json.dumps(post.blocks)


def test_a_revoked_token_falls_back_to_mail_and_both_it_and_the_deaf_line_are_findings(tmp_path: Path) -> None:
    with SlackFake() as slack, SmtpSink() as sink:
        office = prepared(tmp_path / "office", slack, sink)
        slack.next("apps.connections.open", *(Code("token_revoked"),) * 100)
        slack.next("chat.postMessage", *(Code("token_revoked"),) * 100)
        with office.daemon():
            office.type("case", "add", "A", "--type", "civil", "--owner", "zhang", "--team", "lit")
            office.type("event", "add", "A", "complaint_received", "--on", office.day(-10))

            def told(who: str, words: str) -> bool:
                mails = [m for m in sink.mails if m.recipients == (f"{who}@firm.example",)]
                return any(words in m.part("text/plain") for m in mails)

            until(lambda: told("zhang", "deadline-guard ack"), "the warning by mail", 60)
            until(lambda: told("zhao", "token_revoked"), "the admin told of the channel", 60)
            until(lambda: told("zhao", "收不到 Slack"), "the admin told of the deaf line", 60)
        assert slack.posts == []
