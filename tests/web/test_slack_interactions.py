"""Presses that Slack brings over HTTP: answered once when signed, refused and written down when not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from slack_sdk.signature import SignatureVerifier

from deadline_guard.messages.press import ACKNOWLEDGE
from tests.must.test_owner_silent import RULE
from tests.scenarios.given import persons
from tests.web.browse import Page
from tests.web.served import Firm, served

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@pytest.fixture
def firm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Firm]:
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SECRET)
    with served([RULE], channels={"slack": {"signing_secret_env": "SLACK_SIGNING_SECRET"}}) as firm:
        persons(
            firm.world,
            zhang={"channels": {"email": "zhang@firm.example", "slack": "U1"}},
            qian={"channels": {"email": "qian@firm.example"}},
            li={"channels": {"slack": "U2"}},
        )
        firm.world.case()
        firm.world.event("A", "complaint_received", "2026-03-02")
        firm.world.run_until("2026-03-10 09:00")
        yield firm


def press(firm: Firm, user: str = "U1", secret: str = SECRET, trigger: str = "1") -> Page:
    """Post the press of a button as Slack does."""
    payload = {
        "type": "block_actions", "user": {"id": user}, "trigger_id": trigger, "channel": {"id": "D1"},
        "message": {"ts": "1.1"}, "container": {"message_ts": "1.1", "channel_id": "D1"},
        "actions": [{"action_id": ACKNOWLEDGE, "value": "W-1", "action_ts": trigger}],
    }  # fmt: skip
    form = {"payload": json.dumps(payload)}
    stamp = str(int(firm.world.now.timestamp()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=urlencode(form))
    return Page.at(
        f"{firm.url}/slack/interactions", form, X_Slack_Signature=str(signature), X_Slack_Request_Timestamp=stamp
    )


def test_a_signed_press_answers_and_brought_again_it_does_not(firm: Firm) -> None:
    assert press(firm).status == 200
    assert [(kind, data["by"], data["via"]) for kind, data in firm.answers("A")] == [("acknowledged", "zhang", "slack")]
    assert press(firm).status == 200
    assert len(firm.answers("A")) == 1
    assert [one["why"] for one in firm.ledger("refused")] == ["repeated"]


def test_an_unsigned_or_wrongly_signed_press_is_refused_and_written_down(firm: Firm) -> None:
    assert press(firm, secret="guessed").status == 401
    assert Page.at(f"{firm.url}/slack/interactions", {"payload": "{}"}).status == 401
    assert Page.at(f"{firm.url}/slack/interactions").status == 405
    assert firm.answers("A") == []
    assert [(one["what"], one["why"], one["address"]) for one in firm.ledger("refused")] == [
        ("slack", "forged", "127.0.0.1")
    ] * 2


def test_somebody_outside_the_chain_is_refused(firm: Firm) -> None:
    assert press(firm, user="U2").status == 200
    assert firm.answers("A") == []
    assert [(one["why"], one["person"]) for one in firm.ledger("refused")] == [("outsider", "li")]


def test_without_a_signing_secret_there_is_no_such_address() -> None:
    with served([RULE]) as firm:
        assert Page.at(f"{firm.url}/slack/interactions", {"payload": "{}"}).status == 404
