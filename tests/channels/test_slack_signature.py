"""Requests said to come from Slack: genuine only under the app's secret, unchanged and fresh."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk.signature import SignatureVerifier

from deadline_guard.channels.slack_signature import genuine

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BODY = b"token=x&payload=%7B%7D"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
SIGNED = str(SignatureVerifier(SECRET).generate_signature(timestamp=STAMP, body=BODY))


def test_the_example_of_slacks_own_documentation_is_genuine() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert genuine(SECRET, "1531420618", body, signature, datetime.fromtimestamp(1531420618, UTC))


@pytest.mark.parametrize("late", [-300, 0, 299, 300])
def test_signed_with_the_secret_and_fresh(late: int) -> None:
    assert genuine(SECRET, STAMP, BODY, SIGNED, NOW + timedelta(seconds=late))


@pytest.mark.parametrize("late", [-301, 301, 86400])
def test_too_old_or_from_the_future(late: int) -> None:
    assert not genuine(SECRET, STAMP, BODY, SIGNED, NOW + timedelta(seconds=late))


@pytest.mark.parametrize(
    ("secret", "stamp", "body", "signature"),
    [
        ("another", STAMP, BODY, SIGNED),
        ("", STAMP, BODY, SIGNED),
        (SECRET, STAMP, BODY + b"&", SIGNED),
        (SECRET, str(int(STAMP) + 1), BODY, SIGNED),
        (SECRET, STAMP, BODY, SIGNED[:-1]),
        (SECRET, STAMP, BODY, SIGNED.replace("v0=", "v1=")),
        (SECRET, STAMP, BODY, ""),
        (SECRET, STAMP, BODY, "v0=ü\udcff"),
        (SECRET, "", BODY, SIGNED),
        (SECRET, "now", BODY, SIGNED),
        (SECRET, "٣" * 10, BODY, SIGNED),
        (SECRET, f"{STAMP}.5", BODY, SIGNED),
        (SECRET, "-1", BODY, SIGNED),
        (SECRET, "9" * 400, BODY, SIGNED),
    ],
)
def test_whatever_was_changed_is_not_genuine_and_nothing_is_raised(
    secret: str, stamp: str, body: bytes, signature: str
) -> None:
    assert not genuine(secret, stamp, body, signature, NOW)
