"""Text to dates and instants by the mapping's formats only: nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from deadline_guard.core.text import Text

ISO_DATE: Final = "%Y-%m-%d"
ISO_TIME: Final = "%Y-%m-%dT%H:%M:%S"
CACHED: Final = 4096  # a docket names few distinct days; a bounded cache keeps memory constant

Cell: TypeAlias = str | int | float | bool | date | datetime | time | timedelta | None


class NotReadable(ValueError):
    """A cell that cannot be read as what the mapping says it is; ``why`` says it for the rejected rows."""

    def __init__(self, why: Text) -> None:
        super().__init__(why)
        self.why = why


def _iso_date(text: str) -> datetime:
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        raise ValueError(text)
    return datetime.fromisoformat(text)


def _iso_time(text: str) -> datetime:
    if len(text) != 19 or text[10] != "T":
        raise ValueError(text)
    return datetime.fromisoformat(text)


def _by_format(form: str) -> Callable[[str], datetime]:
    fast = {ISO_DATE: _iso_date, ISO_TIME: _iso_time}.get(form)
    return fast or (lambda text: datetime.strptime(text, form))  # noqa: DTZ007 - civil; `at` applies the zone


class Moments:
    """Reads the dates and instants of one source: its formats and its zone.

    A text that two formats read as different days is refused, not resolved by their order.
    """

    def __init__(self, formats: tuple[str, ...], zone: str) -> None:
        self.formats = formats
        self.zone = ZoneInfo(zone)
        self._readers = [(form, _by_format(form)) for form in formats]
        self._civil: Callable[[str], datetime] = lru_cache(maxsize=CACHED)(self._read)
        self._day: Callable[[str], date] = lru_cache(maxsize=CACHED)(lambda text: self._civil(text).date())
        self._written: Callable[[str], tuple[date, datetime]] = lru_cache(maxsize=CACHED)(
            lambda text: self._place(self._civil(text))
        )
        self.day_start: Callable[[date], datetime] = lru_cache(maxsize=CACHED)(self._day_start)

    def on(self, cell: Cell) -> date:
        """Return the civil date in a cell (the hour, where one is written, is dropped)."""
        if isinstance(cell, str):
            return self._day(cell)
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        raise NotReadable(_not_a_date(cell))

    def at(self, cell: Cell) -> tuple[date, datetime]:
        """Return the civil date and the instant (UTC) of a wall-clock time in the source's zone.

        Where the clocks repeat an hour it is the earlier one; an hour that they skipped is refused.
        """
        if isinstance(cell, str):
            return self._written(cell)
        if isinstance(cell, datetime):
            return self._place(cell)
        if isinstance(cell, date):
            return cell, self._day_start(cell)
        raise NotReadable(_not_a_date(cell))

    def _read(self, text: str) -> datetime:
        found: dict[datetime, str] = {}
        for form, read in self._readers:
            try:
                found.setdefault(read(text), form)
            except ValueError:
                continue
        if len(found) == 1:
            return next(iter(found))
        if not found:
            raise NotReadable(_no_such_form(self.formats))
        said = ", ".join(f"{moment:%Y-%m-%d} by {form}" for moment, form in found.items())
        raise NotReadable(
            Text(
                f"can be read in more than one way ({said}); keep one of these forms in the mapping",
                f"有多种读法({said}),请在映射中只保留一种日期格式",
            )
        )

    def _place(self, civil: datetime) -> tuple[date, datetime]:
        if civil.tzinfo is not None:
            return civil.astimezone(self.zone).date(), civil.astimezone(UTC)
        instant = civil.replace(tzinfo=self.zone).astimezone(UTC)
        if instant.astimezone(self.zone).replace(tzinfo=None) != civil:
            raise NotReadable(
                Text(
                    f"is a time that does not exist in {self.zone.key}: the clocks skip it",
                    f"在 {self.zone.key} 不存在这一时刻(夏令时跳过)",
                )
            )
        return civil.date(), instant

    def _day_start(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)


def _no_such_form(formats: tuple[str, ...]) -> Text:
    return Text(f"is not a date in the form {' or '.join(formats)}", f"不是 {' 或 '.join(formats)} 格式的日期")


def _not_a_date(cell: Cell) -> Text:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return Text(
            "is a number, not a date: give the column a date format in the workbook, or write a text",
            "是数字而不是日期:请在工作簿中把该列设为日期格式,或以文本填写日期",
        )
    return Text("is not a date", "不是日期")
