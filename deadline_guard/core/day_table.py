"""The compiled form of a calendar: one byte a day, a running count of open days, the open days in order."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from itertools import accumulate, compress
from typing import Final

from deadline_guard.core.holiday_law import CalendarLaw, DayKind, Ruled
from deadline_guard.core.text import Text

_CHANGE_WEEKENDS: Final = (DayKind.MAKEUP, DayKind.HOLIDAY, DayKind.OPEN)


@dataclass(frozen=True, slots=True)
class DayTable:
    """Days from ordinal ``first`` on, for the whole ``years`` (both inclusive).

    ``kinds`` holds a :class:`DayKind` a day, ``upto[i]`` the open days among the first ``i`` days, ``opens``
    the open days in order, ``names`` and ``disputed`` what is said of single days by ordinal.
    """

    first: int
    years: tuple[int, int]
    kinds: bytes
    upto: array[int]
    opens: list[date]
    names: Mapping[int, Text]
    disputed: Mapping[int, Text]


def compiled(law: CalendarLaw, dropped: frozenset[str], low: int, high: int) -> DayTable:
    """Return the table of the years ``low`` to ``high``; ``dropped`` names sorts of days to leave out."""
    first = date(low, 1, 1)
    length = date(high, 12, 31).toordinal() - first.toordinal() + 1
    week = bytes(DayKind.WEEKEND if (first.weekday() + i) % 7 in law.weekend else DayKind.OPEN for i in range(7))
    kinds = bytearray((week * (length // 7 + 1))[:length])
    names: dict[int, Text] = {}
    disputed: dict[int, Text] = {}
    for ordinal, ruled in _ruled(law, dropped, low, high).items():
        at = ordinal - first.toordinal()
        if not 0 <= at < length:
            continue
        names[ordinal] = ruled.name
        if kinds[at] == DayKind.WEEKEND and ruled.kind not in _CHANGE_WEEKENDS:
            continue  # a rest day already, for every sort of period
        kinds[at] = ruled.kind
        if ruled.disputed is not None:
            disputed[ordinal] = ruled.disputed
    open_days = bytes(kind < DayKind.WEEKEND for kind in kinds)
    upto = array("i", accumulate(open_days, initial=0))
    opens = [date.fromordinal(first.toordinal() + i) for i in compress(range(length), open_days)]
    return DayTable(first.toordinal(), (low, high), bytes(kinds), upto, opens, names, disputed)


def _ruled(law: CalendarLaw, dropped: frozenset[str], low: int, high: int) -> dict[int, Ruled]:
    """Return what the law says of single days by ordinal: the stronger rule, single days over rules."""
    found: dict[int, Ruled] = {}
    for year in range(max(low - 1, MINYEAR), min(high + 1, MAXYEAR) + 1):  # a neighbour's day may be moved in
        for ruled in law.days(year):
            ordinal = ruled.day.toordinal()
            if _kept(ruled, dropped) and (ordinal not in found or _strength(ruled) > _strength(found[ordinal])):
                found[ordinal] = ruled
    found |= {day.toordinal(): ruled for day, ruled in law.single.items() if _kept(ruled, dropped)}
    return found


def _kept(ruled: Ruled, dropped: frozenset[str]) -> bool:
    if "makeup" in dropped and ruled.kind is DayKind.MAKEUP:
        return False
    if "forward_only" in dropped and ruled.kind is DayKind.FORWARD_ONLY:
        return False
    return "disputed" not in dropped or ruled.disputed is None


def _strength(ruled: Ruled) -> int:
    """Rank two sayings about one day: a settled holiday before a disputed one before a partial closure."""
    return 0 if ruled.kind is not DayKind.HOLIDAY else 1 if ruled.disputed is not None else 2
