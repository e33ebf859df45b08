"""Tokens that let one person answer one message: short enough for a mail address, worthless for another purpose."""

from __future__ import annotations

import hmac
from base64 import b32decode, b32encode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final, Literal, NamedTuple

Purpose = Literal["page", "mail"]

LONGEST: Final = 50  # characters; a local part has 64, and a word such as "ack+" comes before
KEY_BYTES: Final = 32
_MAC: Final = 10  # bytes: 80 bits
_NAME: Final = 14  # bytes left for the person
_MARK: Final = b"\xff"  # no UTF-8 text has it: what follows is the digest of a longer id
_START: Final = datetime(2020, 1, 1, tzinfo=UTC)
_HOUR: Final = timedelta(hours=1)


class Token(NamedTuple):
    """What a genuine token says."""

    message: int
    person: str
    expires: datetime


class TokenError(Exception):
    """A token cannot be used: ``reason`` is ``forged`` (anything not signed here for this purpose) or ``expired``.

    ``token`` is what an expired one said, None for a forged one: nothing in that is to be believed.
    """

    def __init__(self, reason: Literal["forged", "expired"], token: Token | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.token = token


def sign(key: bytes, purpose: Purpose, message: int, person: str, expires: datetime) -> str:
    """Return the token (lower-case base32, at most 50 characters) of a person for a message.

    ``expires`` is aware and is rounded up to the full hour (UTC). Raises ValueError for a short key, a naive
    instant or a message beyond 32 bits.
    """
    if len(key) < KEY_BYTES:
        raise ValueError(f"the key has {len(key)} bytes, expected at least {KEY_BYTES}")
    if expires.tzinfo is None:
        raise ValueError(f"{expires} has no zone")
    if not 0 <= message < 1 << 32:
        raise ValueError(f"message {message} does not fit into 32 bits")
    hours = min(max(-((_START - expires) // _HOUR), 0), (1 << 24) - 1)
    body = message.to_bytes(4, "big") + hours.to_bytes(3, "big") + _short(person)
    return b32encode(body + _mac(key, purpose, body)).decode().rstrip("=").lower()


def read(key: bytes, purpose: Purpose, token: str, now: datetime, persons: Iterable[str] = ()) -> Token:
    """Return what a token says; raises TokenError when it was not signed for this purpose or has expired.

    Give the ids of everybody as ``persons``: an id of more than 14 bytes stands in a token as its digest only.
    Only lower case is taken; give ``text.lower()`` where the way there may have changed it, as mail may.
    """
    body = _genuine(key, purpose, token)
    message, hours = int.from_bytes(body[:4], "big"), int.from_bytes(body[4:7], "big")
    found = Token(message, _long(body[7:], persons), _START + hours * _HOUR)
    if now >= found.expires:
        raise TokenError("expired", found)
    return found


def _genuine(key: bytes, purpose: Purpose, token: str) -> bytes:
    """Return the body of a token; whatever is wrong with it, the error is the same."""
    if len(token) > LONGEST or not token.isascii() or token != token.lower():
        raise TokenError("forged")
    try:
        raw = b32decode(token.upper() + "=" * (-len(token) % 8))
    except ValueError:
        raise TokenError("forged") from None
    body, mac = raw[:-_MAC], raw[-_MAC:]
    again = b32encode(raw).decode().rstrip("=").lower()  # the last letter has bits that decoding ignores
    genuine = hmac.compare_digest(mac, _mac(key, purpose, body))
    if not genuine or again != token or len(body) < 8:
        raise TokenError("forged")
    return body


def _mac(key: bytes, purpose: Purpose, body: bytes) -> bytes:
    return hmac.digest(key, f"deadline_guard answer {purpose}\0".encode() + body, "sha256")[:_MAC]


def _short(person: str) -> bytes:
    name = person.encode()
    if not name:
        raise ValueError("a token is for a person; the id is empty")
    return name if len(name) <= _NAME else _MARK + sha256(name).digest()[: _NAME - 1]


def _long(name: bytes, persons: Iterable[str]) -> str:
    """Return the id that stands in a token; a digest that fits nobody is of a person who is gone."""
    if not name.startswith(_MARK):
        return name.decode()
    for person in persons:
        if _short(person) == name:
            return person
    raise TokenError("forged")
