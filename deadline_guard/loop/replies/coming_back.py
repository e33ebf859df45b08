"""When somebody is back, by the words of an automatic reply."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

_AHEAD: Final = timedelta(days=180)  # a day further off was misread
_LINES: Final = 30
_MONTHS: Final = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAME: Final = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY: Final = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sun)(?:day)?\.?,?\s+(?:the\s+)?)?"
# A day and month in figures alone (02/12) may be either way round and is not read.
_DAY: Final = (
    r"(?:(?P<y1>\d{4})\s*[-/.年]\s*(?P<m1>\d{1,2})\s*[-/.月]\s*(?P<d1>\d{1,2})\s*日?"
    r"|(?P<m2>\d{1,2})\s*月\s*(?P<d2>\d{1,2})\s*[日号]"
    rf"|{_WEEKDAY}(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<n3>{_NAME})(?:,?\s+(?P<y3>\d{{4}}))?"
    rf"|{_WEEKDAY}(?P<n4>{_NAME})\s+(?:the\s+)?(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,?\s+(?P<y4>\d{{4}}))?)"
)
_WEEK: Final = r"\s*(?:\(?(?:周|星期)[一二三四五六日天]\)?|\([^()]{1,12}\))?\s*"
_LAST: Final = (
    re.compile(rf"\b(?:until|till?|through|thru|up to(?: and including)?|up till)\s+{_DAY}"),
    re.compile(rf"(?:至|到|止于|截至|截止到?|直到|~|—|-)\s*{_DAY}"),
    re.compile(rf"{_DAY}{_WEEK}(?:为止|止|以前|之前)"),
)
_FIRST: Final = (
    re.compile(
        r"\b(?:back|return(?:ing)?|again|available|resume|reachable)\b"
        rf"(?:\s+(?:work|working|to|the|in|at|my|office|desk|again|on|from|as of))*,?\s+{_DAY}"
    ),
    re.compile(
        rf"(?:返回|回来|返岗|回到|返所|回所|恢复|复工|上班|归来)[^\d。;,,]{{0,12}}(?:于|在|时间[为:]*|日期[为:]*)\s*{_DAY}"
    ),
    re.compile(
        rf"{_DAY}{_WEEK}(?:上午|下午|早上|起|后|再|才|将|会|可|方|能|正式|,|\s)*(?:返回|回来|返岗|回到|返所|回所|恢复|复工|上班|归来|回复)"
    ),
)


class Back(NamedTuple):
    """The first day on which somebody is there again, and the words that say so."""

    day: date
    words: str


def coming_back(own: Sequence[str], today: date) -> Back | None:
    """Return when the writer is back; None where no day can be read that is ahead and near.

    "Back on 2 Dec" is that day; "until 2 Dec", 至12月2日, is the day after it: whoever is away "until" a day may be
    away on it, and a deputy told once too often does no harm. Of several days the last counts. A day without a
    year is the next one. ``own`` are lines as :func:`quotes.own_lines` gives them.
    """
    text = "\n".join(own[:_LINES]).casefold()
    found = [back for back in _found(text, today) if today < back.day <= today + _AHEAD]
    return max(found, key=lambda back: back.day, default=None)


def _found(text: str, today: date) -> Iterator[Back]:
    named: set[tuple[int, int]] = set()
    for patterns, more in ((_FIRST, 0), (_LAST, 1)):
        for pattern in patterns:
            for match in pattern.finditer(text):
                day = _day(match, today)
                places = [match.span(g) for g in ("d1", "d2", "d3", "d4") if match[g]]
                if day is not None and not named.intersection(places):
                    named.update(places)
                    yield Back(day + timedelta(days=more), " ".join(match[0].split()))


def _day(match: re.Match[str], today: date) -> date | None:
    year = match["y1"] or match["y3"] or match["y4"]
    name = match["n3"] or match["n4"]
    month = _MONTHS.index(name[:3]) + 1 if name else int(match["m1"] or match["m2"])
    number = int(next(match[g] for g in ("d1", "d2", "d3", "d4") if match[g]))
    try:
        if year:
            return date(int(year), month, number)
        named = date(today.year, month, number)
        return named if named >= today else date(today.year + 1, month, number)
    except ValueError:
        return None
