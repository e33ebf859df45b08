"""Secrets are blacked out of what servers and libraries say, before anybody prints it or writes it down.

A server may repeat what it was sent: the token in an error page, the address of a robot in an answer. Whoever reads
a secret names it here once; every line of the log and every word kept about an attempt passes :func:`discreet`.
"""

from __future__ import annotations

import logging
import re
from base64 import b64encode
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

BLACK: Final = "▇▇▇"
_SHORTEST: Final = 4  # shorter words stand in every text
_ENOUGH: Final = 8  # so much of a longer one gives it away: texts are cut in the middle of a word

_known: dict[str, re.Pattern[str]] = {}


def keep_secret(secret: str) -> None:
    """Black out ``secret`` from now on: each of its words; of an address all that follows the host."""
    for word in secret.split():
        for form in _forms(word):
            if len(form) >= _SHORTEST and form not in _known:
                rest = r"\S*" if len(form) > _ENOUGH else ""
                _known[form] = re.compile(re.escape(form[:_ENOUGH]) + rest)


def discreet(text: str) -> str:
    """Return ``text`` without any secret that was named to :func:`keep_secret`."""
    for pattern in tuple(_known.values()):
        text = pattern.sub(BLACK, text)
    return text


class DiscreetFormatter(logging.Formatter):
    """Formats a line of the log, its traceback too, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, blacked out."""
        return discreet(super().format(record))


def _forms(word: str) -> set[str]:
    """Return how a secret may come back: as it is, quoted for an address, in base64; the parts of an address."""
    if "://" not in word:
        return {word, quote(word, safe=""), b64encode(word.encode()).decode()}
    parts = urlsplit(word)
    values = [value for _, value in parse_qsl(parts.query)]
    last = parts.path.rpartition("/")[2]
    found = {form for value in values for form in _forms(value)} | {parts.path}
    return found | ({last} if len(last) >= _ENOUGH else set())
