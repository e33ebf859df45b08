"""What the first line of a reply says: seen, done on a day, or nothing that is understood."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from deadline_guard.loop.replies.quotes import plain

_SEEN: Final = (
    "收到", "收到了", "已收到", "已收到了", "我收到了", "我已收到", "确认收到", "收悉", "已收悉", "知悉", "已知悉", "我已知悉",
    "我知悉", "已知", "知道了", "我知道了", "已知道", "阅知", "已阅知", "已阅", "阅悉", "已阅悉", "明白", "明白了", "了解", "已了解",
    "了解了", "好的", "好", "received", "ok", "okay", "noted", "acknowledged", "acknowledge", "ack", "got it",
    "understood", "roger", "copy that", "well received", "well noted",
)  # fmt: skip
_POLITE: Final = (
    "谢谢", "谢谢您", "谢谢你", "多谢", "感谢", "thanks", "thank you", "many thanks", "with thanks", "thx", "tks", "cheers",
    "辛苦了",
)  # fmt: skip
_BETWEEN: Final = r"[\s,.;:!、。~…\-–—]*"
_DAY: Final = r"(?P<y>\d{4})(?:-|/|\.|年)(?P<m>\d{1,2})(?:-|/|\.|月)(?P<d>\d{1,2})日?|(?P<today>今天|今日|today)"
_DONE: Final = re.compile(
    rf"(?:done|已完成)[\s,:]+(?:on )?(?:{_DAY})"
    r"(?:[\s,:]+(?:(?:receipt|回执号?|收据号?)[\s:#]*)?(?P<receipt>(?=\S*\d)[\w()/.#-]{3,40}?))?[\s.。!]*",
    re.IGNORECASE,
)


class Means(StrEnum):
    """What a first line says."""

    SEEN = "seen"
    DONE = "done"
    UNCLEAR = "unclear"


class FirstLine(NamedTuple):
    """The first line that the writer wrote, and what it means; ``on`` and ``receipt`` of what is done."""

    means: Means
    text: str = ""
    on: date | None = None
    receipt: str = ""


def first_line(own: Sequence[str], names: Iterable[str], today: date) -> FirstLine:
    """Return what the first of the writer's own lines says.

    Only a line that is nothing but an acknowledgement, thanks and one of the writer's ``names`` says "seen"; only
    one that names its day, and nothing else than a receipt number beside it, says "done". ``today`` is the
    writer's date. A question, a doubt or a second thought in the same line is unclear.
    """
    if not own:
        return FirstLine(Means.UNCLEAR)
    text = own[0]
    if _seen(text, names):
        return FirstLine(Means.SEEN, text)
    done = _DONE.fullmatch(text)
    on = _day(done, today) if done else None
    if done and on:
        return FirstLine(Means.DONE, text, on, done["receipt"] or "")
    return FirstLine(Means.UNCLEAR, text)


def _seen(text: str, names: Iterable[str]) -> bool:
    """Return whether a line is one or more words of acknowledgement, with thanks and a name at most."""
    known = {plain(name).casefold() for name in names}
    seen, rest = _any(_SEEN), _any((*_SEEN, *_POLITE))
    signed = rf"(?:{_any(known)})?" if known - {""} else ""
    pattern = rf"{_BETWEEN}{seen}(?:{_BETWEEN}{rest})*{_BETWEEN}{signed}{_BETWEEN}"
    return re.fullmatch(pattern, text.casefold()) is not None


def _any(words: Iterable[str]) -> str:
    """Return a pattern for any of the words; Latin ones stand alone, so that no word runs into the next."""
    asked = sorted((w for w in words if w), key=len, reverse=True)
    return "(?:" + "|".join(rf"\b{re.escape(w)}\b" if w.isascii() else re.escape(w) for w in asked) + ")"


def _day(found: re.Match[str], today: date) -> date | None:
    if found["today"]:
        return today
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None
