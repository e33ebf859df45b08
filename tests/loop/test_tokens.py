"""Tokens: what was signed is read back; anything else is refused, and all refusals look alike."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadline_guard.loop.tokens import LONGEST, Token, TokenError, read, sign

KEY = bytes(range(32))
NOW = datetime(2026, 11, 26, 0, 30, tzinfo=UTC)
THEN = datetime(2026, 12, 10, tzinfo=UTC)
LETTERS = string.ascii_lowercase + "234567"
PERSONS = st.one_of(
    st.sampled_from(["zhang", "张三", "zhang.san@firm.example", "a-very-long-name.of-somebody"]),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=40),
)
MESSAGES = st.integers(0, 2**32 - 1)


@given(MESSAGES, PERSONS, st.timedeltas(timedelta(hours=2), timedelta(days=4000)), st.sampled_from(["page", "mail"]))
def test_what_was_signed_is_read_back(message: int, person: str, lasts: timedelta, purpose: str) -> None:
    token = sign(KEY, purpose, message, person, NOW + lasts)  # type: ignore[arg-type]
    found = read(KEY, purpose, token, NOW, ["somebody else, whose id is long", person])  # type: ignore[arg-type]
    assert (found.message, found.person) == (message, person)
    assert NOW + lasts <= found.expires < NOW + lasts + timedelta(hours=1)
    assert len(token) <= LONGEST and set(token) <= set(LETTERS)


@given(MESSAGES, PERSONS, st.data())
def test_any_altered_character_is_refused(message: int, person: str, data: st.DataObject) -> None:
    token = sign(KEY, "page", message, person, THEN)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from([c for c in LETTERS + "A=é0 " if c != token[place]]))
    with pytest.raises(TokenError) as refused:
        read(KEY, "page", token[:place] + other + token[place + 1 :], NOW, [person])
    assert refused.value.reason == "forged" and refused.value.token is None


@given(st.one_of(st.text(max_size=60), st.text(LETTERS, max_size=60)))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(TokenError) as refused:
        read(KEY, "page", text, NOW)
    assert refused.value.reason == "forged"


@pytest.mark.parametrize(
    "change", [str.upper, lambda t: t + "a", lambda t: t[:-1], lambda t: t + "=", lambda t: " " + t]
)
def test_nothing_is_tidied_up(change: object) -> None:
    token = sign(KEY, "mail", 7, "zhang", THEN)
    with pytest.raises(TokenError):
        read(KEY, "mail", change(token), NOW)  # type: ignore[operator]


def test_a_token_serves_one_purpose_and_one_key() -> None:
    token = sign(KEY, "mail", 7, "zhang", THEN)
    assert read(KEY, "mail", token, NOW) == Token(7, "zhang", THEN)
    for key, purpose in ((KEY, "page"), (KEY[::-1], "mail")):
        with pytest.raises(TokenError) as refused:
            read(key, purpose, token, NOW)  # type: ignore[arg-type]
        assert refused.value.reason == "forged"


def test_an_expired_token_says_what_it_was() -> None:
    token = sign(KEY, "page", 7, "zhang", THEN)
    with pytest.raises(TokenError) as refused:
        read(KEY, "page", token, THEN)
    assert (refused.value.reason, refused.value.token) == ("expired", Token(7, "zhang", THEN))
    assert read(KEY, "page", token, THEN - timedelta(seconds=1)).person == "zhang"


def test_a_long_id_needs_the_persons() -> None:
    token = sign(KEY, "page", 7, "zhang.san@firm.example", THEN)
    assert read(KEY, "page", token, NOW, ["zhang.san@firm.example"]).person == "zhang.san@firm.example"
    with pytest.raises(TokenError):
        read(KEY, "page", token, NOW, ["zhang.er@firm.example"])


@pytest.mark.parametrize(
    ("key", "message", "person", "expires"),
    [
        (b"short", 1, "zhang", THEN),
        (KEY, 2**32, "zhang", THEN),
        (KEY, -1, "zhang", THEN),
        (KEY, 1, "", THEN),
        (KEY, 1, "zhang", THEN.replace(tzinfo=None)),
    ],
)
def test_what_cannot_be_signed_is_an_error(key: bytes, message: int, person: str, expires: datetime) -> None:
    with pytest.raises(ValueError):
        sign(key, "page", message, person, expires)
