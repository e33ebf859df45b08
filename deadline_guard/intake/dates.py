"""Text to dates and instants by the mapping's formats only: nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from deadline_guard.core.text import Text
from deadline_guard.store.columns import micros

ISO_DATE: Final = "%Y-%m-%d"
ISO_TIME: Final = "%Y-%m-%dT%H:%M:%S"
CACHED: Final = 4096  # a docket names few distinct days; a bounded cache keeps memory constant

Cell: TypeAlias = str | int | float | bool | date | datetime | time | timedelta | None
Moment: TypeAlias = tuple[str, int]  # civil date in the source's zone (ISO text), microseconds since the epoch


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


@lru_cache(maxsize=CACHED)
def _clock(text: str) -> int:
    """Return the microseconds since midnight of ``T07:30:00``."""
    if len(text) != 9 or text[0] != "T":
        raise ValueError(text)
    read = time.fromisoformat(text[1:])
    return ((read.hour * 60 + read.minute) * 60 + read.second) * 1_000_000


class Moments:
    """Reads the dates and instants of one source: its formats and its zone.

    A text that two formats read as different days is refused, not resolved by their order. Blank cells give None.
    """

    def __init__(self, formats: tuple[str, ...], zone: str) -> None:
        self.formats = formats
        self.zone = ZoneInfo(zone)
        self._readers = [(form, _by_format(form)) for form in formats]
        self._day: Callable[[str], str | None] = lru_cache(maxsize=CACHED)(self._read_day)
        self._placed: Callable[[str], Moment | None] = lru_cache(maxsize=CACHED)(self._read_placed)
        self._midnight: Callable[[str], int | None] = lru_cache(maxsize=CACHED)(self._even_midnight)
        self.day_start: Callable[[str], int] = lru_cache(maxsize=CACHED)(self._day_start)
        self._iso_only = ISO_TIME in formats and set(formats) <= {ISO_DATE, ISO_TIME}

    def on(self, cell: Cell) -> str | None:
        """Return the civil date in a cell as ISO text (the hour, where one is written, is dropped)."""
        if isinstance(cell, str):
            return self._day(cell)
        if isinstance(cell, datetime):
            return cell.date().isoformat()
        if isinstance(cell, date):
            return cell.isoformat()
        if cell is None:
            return None
        raise NotReadable(_not_a_date(cell))

    def at(self, cell: Cell) -> Moment | None:
        """Return the civil date and the instant of a wall-clock time in the source's zone.

        Where the clocks repeat an hour it is the earlier one; an hour that they skipped is refused.
        """
        if isinstance(cell, str):
            return self._placed(cell)
        if isinstance(cell, datetime):
            return self._place(cell)
        if isinstance(cell, date):
            return cell.isoformat(), self._day_start(cell.isoformat())
        if cell is None:
            return None
        raise NotReadable(_not_a_date(cell))

    def all_at(self, cells: Sequence[Cell]) -> list[Moment | None]:
        """Return :meth:`at` of every cell of a column."""
        try:
            if self._iso_only:
                days = [text[:10] for text in cells]  # type: ignore[index] # a cell that is no text: one by one
                clocks = map(_clock, [text[10:] for text in cells])  # type: ignore[index]
                midnights = map(self._midnight, days)
                return [
                    (day, midnight + clock)  # type: ignore[operator] # None where the clocks change: one by one
                    for day, midnight, clock in zip(days, midnights, clocks, strict=True)
                ]
        except (ValueError, TypeError):
            pass
        return [self.at(cell) for cell in cells]

    def _even_midnight(self, text: str) -> int | None:
        """Return the instant of a day's midnight, None for a day on which the clocks change."""
        civil = _iso_date(text)
        marks = [civil.replace(tzinfo=self.zone), civil.replace(hour=12, tzinfo=self.zone)]
        try:
            marks.append((civil + timedelta(days=1)).replace(tzinfo=self.zone))
        except OverflowError:
            return None
        return micros(marks[0]) if len({mark.utcoffset() for mark in marks}) == 1 else None

    def _read_day(self, text: str) -> str | None:
        return self._civil(text).date().isoformat() if text else None

    def _read_placed(self, text: str) -> Moment | None:
        return self._place(self._civil(text)) if text else None

    def _civil(self, text: str) -> datetime:
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

    def _place(self, civil: datetime) -> Moment:
        if civil.tzinfo is not None:
            return civil.astimezone(self.zone).date().isoformat(), micros(civil)
        instant = civil.replace(tzinfo=self.zone).astimezone(UTC)
        if instant.astimezone(self.zone).replace(tzinfo=None) != civil:
            raise NotReadable(
                Text(
                    f"is a time that does not exist in {self.zone.key}: the clocks skip it",
                    f"在 {self.zone.key} 不存在这一时刻(夏令时跳过)",
                )
            )
        return civil.date().isoformat(), micros(instant)

    def _day_start(self, day: str) -> int:
        """Return the instant at which a civil date (ISO text) begins, where midnight is skipped the first one."""
        return micros(datetime.combine(date.fromisoformat(day), time(), self.zone))


def _no_such_form(formats: tuple[str, ...]) -> Text:
    en, zh = " or ".join(formats), " 或 ".join(formats)
    return Text(f"is not a date in the form {en}", f"不是 {zh} 格式的日期")


def _not_a_date(cell: Cell) -> Text:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return Text(
            "is a number, not a date: give the column a date format in the workbook, or write the date as text",
            "是数字而不是日期:请在工作簿中把该列设为日期格式,或以文本填写日期",
        )
    return Text("is not a date", "不是日期")
