"""What stands behind "More…" in Slack: put off, take over, take back; once, and only what is open to whoever presses."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from deadline_guard.messages.press import ACKNOWLEDGE, DONE, MORE
from tests.loop.test_slack_answers import Slack


@pytest.fixture
def slack() -> Iterator[Slack]:
    made = Slack()
    yield made
    made.world.close()


def offered(view: Mapping[str, Any]) -> list[str]:
    """Return the choices of a form, the longer ones by their first word."""
    (field,) = (b for b in view["blocks"] if b.get("block_id") == "what")
    return [o["value"].partition(":")[0] for o in field["element"]["options"]]


def back(view: Mapping[str, Any]) -> str:
    """Return the value of the first choice to take something back."""
    (field,) = (b for b in view["blocks"] if b.get("block_id") == "what")
    return str(next(o["value"] for o in field["element"]["options"] if o["value"].startswith("retract:")))


def at(slack: Slack, local: str) -> str:
    return str(int(slack.world.at(local).timestamp()))


def form(slack: Slack, who: str = "zhang") -> Mapping[str, Any]:
    slack.press(MORE, who)
    return slack.desk.forms[-1]


def test_a_warning_is_put_off_until_what_it_would_miss_and_not_beyond(slack: Slack) -> None:
    view = form(slack)
    assert offered(view) == ["snooze"]
    picker = next(b for b in view["blocks"] if b.get("block_id") == "until")
    assert str(picker["element"]["initial_date_time"]) == at(slack, "2026-03-10 12:30")
    assert "最晚至 2026-03-10 12:30（北京时间），届时为下一级通知" in picker["hint"]["text"]
    late = slack.send(view, what="snooze", until=at(slack, "2026-03-10 12:31"))
    assert "届时将错过下一级通知" in late["errors"]["what"]
    assert list(slack.send(view, what="snooze")["errors"]) == ["what"]
    assert list(slack.send(view, what="snooze", until="9" * 30)["errors"]) == ["what"]
    assert list(slack.send(view)["errors"]) == ["what"]
    assert slack.answers() == []
    assert slack.send(view, what="snooze", until=at(slack, "2026-03-10 11:00")) == {}
    assert slack.answers() == [("A", "snoozed")]


def test_the_lead_may_take_over_and_the_owner_has_nothing_to_take(slack: Slack) -> None:
    assert "take_over" in offered(form(slack, "wang"))
    assert list(slack.send(form(slack), what="take_over")["errors"]) == ["what"]
    assert slack.answers() == []
    assert slack.send(form(slack, "wang"), who="wang", what="take_over") == {}
    assert slack.answers() == [("A", "hand_over_accepted"), ("A", "handed_over")]
    assert "take_over" not in offered(form(slack, "wang"))


def test_an_acknowledgement_is_taken_back_once_and_the_chain_climbs_again(slack: Slack) -> None:
    slack.press(ACKNOWLEDGE)
    view = form(slack)
    assert offered(view) == ["snooze", "retract"]
    assert "撤回：我已知悉 · 03-10（二）09:00 · 张三" in json.dumps(view, ensure_ascii=False)
    slack.world.now += timedelta(minutes=5)
    assert slack.send(view, what=back(view)) == {}
    assert list(slack.send(view, what=back(view))["errors"]) == ["what"]
    assert offered(form(slack)) == ["snooze"]
    assert [s.person for s in slack.world.run_until("2026-03-10 12:31")] == ["wang"]


def test_nobody_takes_back_what_somebody_else_answered(slack: Slack) -> None:
    slack.press(ACKNOWLEDGE, "wang")
    view = form(slack, "wang")
    assert offered(form(slack, "zhang")) == ["snooze"]
    assert list(slack.send(view, "zhang", what=back(view))["errors"]) == ["what"]
    assert slack.answers() == [("A", "acknowledged")]


def test_what_has_ended_says_how_and_an_outsider_gets_no_form(slack: Slack) -> None:
    slack.press(MORE, "li")
    assert slack.desk.forms == []
    assert slack.refused() == [("case:A", "outsider")]
    view = form(slack)
    slack.press(DONE)
    slack.send(slack.desk.forms[-1], on="2026-03-09")
    assert list(slack.send(view, what="snooze", until=at(slack, "2026-03-10 11:00"))["errors"]) == ["what"]
    assert slack.answers() == [("A", "defence_filed")]


def test_only_an_answer_of_this_deadline_is_taken_back() -> None:
    several = Slack("AB")
    several.press(ACKNOWLEDGE)
    views = []
    for which in "12":
        several.press(MORE)
        views.append(several.send(several.desk.forms[-1], which=which)["view"])
    assert list(several.send(views[0], what=back(views[1]))["errors"]) == ["what"]
    assert several.send(views[0], what=back(views[0])) == {}
    several.world.close()


def test_of_several_deadlines_it_asks_which() -> None:
    several = Slack("ABC")
    several.press(MORE)
    changed = several.send(several.desk.forms[-1], which="2")
    assert changed["response_action"] == "update"
    assert several.send(changed["view"], what="snooze", until=at(several, "2026-03-10 11:00")) == {}
    assert several.answers() == [("B", "snoozed")]
    several.world.close()
