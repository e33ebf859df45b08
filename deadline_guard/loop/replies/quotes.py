"""What somebody wrote in a reply, without the mail below or above it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

_SIGNATURE: Final = re.compile(r"--|—|——|_{8,}")
_BEGINS: Final = (
    # -----Original Message----- · ------------------ 原始邮件 ------------------ · ---- 回复的原邮件 ----
    re.compile(
        r"[-_—*=~\s]*(original( message| appointment)?|forwarded message|reply message|"
        r"原始邮件|原邮件|原始郵件|邮件原件|回复的原邮件|回复的邮件|转发的?邮件|转发邮件信息)[-_—*=~\s:]*",
        re.IGNORECASE,
    ),
    re.compile(r"\*?(from|sender|发件人|寄件者|寄件人|发送人|发信人)\*?\s*:.+", re.IGNORECASE),
    re.compile(r"[-_=]{8,}"),
)
_WROTE: Final = re.compile(
    r"((on|at|am|le)\b.*|.*\d.*|.*@.*|在.*|于.*)(wrote|writes|写道|寫道|写到|schrieb|a écrit)\s*:?", re.IGNORECASE
)
_BEGUN: Final = re.compile(r"(on|at)\b.*\d|(在|于).*\d|.*<\S*$|.*<\S+@\S+$", re.IGNORECASE)
_WRAPPED: Final = 3  # lines over which "On …, … wrote:" may be folded


def plain(line: str) -> str:
    """Return a line as it is compared: compatibility forms unified, invisible signs gone, blanks single."""
    unified = unicodedata.normalize("NFKC", line)
    return " ".join("".join(c for c in unified if unicodedata.category(c) not in ("Cc", "Cf") or c == "\t").split())


def own_lines(lines: Sequence[str]) -> list[str]:
    """Return the non-empty lines (see :func:`plain`) that are the writer's own, signatures cut off.

    Lines with ``>`` are passed over, so that an answer below a quotation counts. After an introduction such as
    "On … wrote:" or "原始邮件" what follows without ``>`` is the earlier mail.
    """
    rest = [text for text in map(plain, lines) if text]
    own: list[str] = []
    at = 0
    while at < len(rest):
        text = rest[at]
        if text.startswith(">"):
            at += 1
            continue
        if _SIGNATURE.fullmatch(text):
            break
        taken = _introduction(rest, at)
        if taken:
            at += taken
            if at < len(rest) and rest[at].startswith(">"):
                continue
            break
        own.append(text)
        at += 1
    return own


def _introduction(rest: Sequence[str], at: int) -> int:
    """Return how many lines from ``at`` on introduce a quotation; 0 when they do not."""
    if any(begins.fullmatch(rest[at]) for begins in _BEGINS):
        return 1
    for count in range(1, _WRAPPED + 1):
        if _WROTE.fullmatch(" ".join(rest[at : at + count])) and (count == 1 or _BEGUN.match(rest[at])):
            return count
    return 0
