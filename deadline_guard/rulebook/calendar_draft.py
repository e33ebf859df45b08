"""A draft of a calendar year from the libraries `holidays` and `chinesecalendar`, for a person to confirm.

A draft holds what a library computes: for a year whose notice is not out, the statutory days alone. It never
claims to have seen a notice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import yaml

from deadline_guard.core.calendar import Calendar
from deadline_guard.core.text import Text
from deadline_guard.errors import DeadlineGuardError
from deadline_guard.rulebook.calendars import shipped

ANNOUNCED = "cn"
_UNKNOWN = Text("is unknown", "不存在")


def draft(name: str, year: int) -> str:
    """Return the YAML of one year of a calendar (only ``cn`` is announced year by year).

    Raises DeadlineGuardError when the libraries are not installed, or for a calendar that is computed from law.
    """
    base = shipped().get(name)
    if name != ANNOUNCED or base is None:
        kind = Text("is computed from law and needs no draft", "由法律推算,无需草案") if base is not None else _UNKNOWN
        raise DeadlineGuardError(
            Text(
                f"calendar {name} {kind}; a draft can be made of: {ANNOUNCED}",
                f"日历 {name} {kind.zh};可生成草案的日历:{ANNOUNCED}",
            )
        )
    if not 1950 <= year <= 2099:
        raise DeadlineGuardError(
            Text(f"{year}: the lunar calendar is known for 1950 to 2099", f"{year}:农历数据仅覆盖 1950 至 2099 年")
        )
    notice, remarks = _china(year)
    head = [f"# Draft of calendar {name} for {year}.", *(f"# {line}" for line in remarks)]
    body = yaml.safe_dump({"calendars": [_shape(base, year, notice)]}, allow_unicode=True, sort_keys=False, width=110)
    return "\n".join(head) + "\n" + body


def _shape(base: Calendar, year: int, notice: dict[str, Any]) -> dict[str, Any]:
    """Return one calendar as a file holds it; an unconfirmed year does not move ``known_through``."""
    through = date(year, 12, 31) if notice["confirmed"] else min(base.known_through, date(year - 1, 12, 31))
    return {
        "id": base.id,
        "title": {"zh": base.title.zh, "en": str(base.title)},
        "zone": base.zone,
        "kind": base.kind,
        "known_from": min(date(year, 1, 1), through).isoformat(),
        "known_through": through.isoformat(),
        "source": notice["source"],
        "notices": [notice],
    }


def _china(year: int) -> tuple[dict[str, Any], list[str]]:
    """Return the days of a year and remarks on how sure they are."""
    try:
        import chinese_calendar
        import holidays
    except ImportError:
        raise DeadlineGuardError(
            Text(
                "a draft needs the libraries holidays and chinesecalendar; install deadline-guard[draft]",
                "生成草案需要 holidays 与 chinesecalendar 库;请安装 deadline-guard[draft]",
            )
        ) from None
    english = holidays.country_holidays("CN", years=[year], language="en_US")
    chinese = holidays.country_holidays("CN", years=[year], language="zh_CN")
    found = [day for day in sorted(english) if day.year == year]
    worked = sorted(day for day in english.weekend_workdays if day.year == year)
    off = [
        {"name": {"zh": zh, "en": en}, "from": first.isoformat(), "to": last.isoformat()}
        for (zh, en), first, last in _runs((chinese.get_list(day)[0], english.get_list(day)[0], day) for day in found)
    ]
    notice: dict[str, Any] = {"year": year, "notice": "not seen", "source": "holidays", "confirmed": False, "off": off}
    remarks: list[str] = []
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        remarks.append("UNCONFIRMED: statutory days only, without worked weekend days; no notice was seen.")
        return notice, remarks
    notice |= {"source": "holidays, chinesecalendar", "confirmed": True, "work": [day.isoformat() for day in worked]}
    remarks.append("No notice was seen; both libraries copy the State Council's.")
    for day in _days(year):
        if chinese_calendar.is_workday(day) != english.is_working_day(day):
            says = "works" if english.is_working_day(day) else "rests"
            remarks.append(f"{day}: holidays {says}, chinesecalendar does not; look it up in the notice.")
    return notice, remarks


def _runs(days: Iterable[tuple[str, str, date]]) -> list[tuple[tuple[str, str], date, date]]:
    """Join neighbouring days of one name."""
    numbered = list(enumerate(days))
    runs = groupby(numbered, key=lambda item: (item[1][0], item[1][1], item[1][2].toordinal() - item[0]))
    found = []
    for (zh, en, _), group in runs:
        members = [item[1][2] for item in group]
        found.append(((zh, en), members[0], members[-1]))
    return found


def _days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(i) for i in range((date(year, 12, 31) - first).days + 1)]
