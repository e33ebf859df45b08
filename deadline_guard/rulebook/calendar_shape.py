"""The shape of a calendar file, checked field by field before it becomes a calendar."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from deadline_guard.core.holiday_law import DayKind
from deadline_guard.core.hours import zone_of
from deadline_guard.core.text import Text
from deadline_guard.rulebook.holiday_text import place

_SHORT: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ID: Final = r"[a-z0-9]+(?:-[a-z0-9]+)*"


def _iso(value: Any) -> date:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise ValueError(f"{value!r} is not a date; write for example 2026-01-01")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value!r} is not a day of the calendar") from None


def _weekday(value: Any) -> int:
    if value not in _SHORT:
        raise ValueError(f"{value!r} is not a weekday; write one of {', '.join(_SHORT)}")
    return _SHORT.index(value)


def _zone(value: str | None) -> str | None:
    return value if value is None else zone_of(value).key


def _on(value: str) -> str:
    place(value)
    return value


Day = Annotated[date, BeforeValidator(_iso)]
Weekday = Annotated[int, BeforeValidator(_weekday)]
Shift = Annotated[int, Field(strict=True, ge=-7, le=7)]
Year = Annotated[int, Field(strict=True, ge=1583, le=2999)]


class Shape(BaseModel):
    """Every key is known; a misspelt one is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Named(Shape):
    """A name in both languages."""

    zh: str
    en: str

    def text(self) -> Text:
        """Return it as the core keeps it."""
        return Text(self.en, self.zh)


class HolidayShape(Shape):
    """One holiday of a statute: ``on`` as in `holiday_text`, valid in the years given."""

    name: Named
    on: Annotated[str, AfterValidator(_on)]
    since: Year | None = None
    until: Year | None = None
    only: tuple[Year, ...] | None = None
    except_: tuple[Year, ...] = Field(default=(), alias="except")
    when: tuple[Weekday, ...] | None = None
    christmas_on: tuple[Weekday, ...] | None = None
    observed: dict[Weekday, Shift] = Field(default_factory=dict)
    moved: dict[Weekday, Shift] = Field(default_factory=dict)
    disputed: tuple[Weekday, ...] = ()
    unsettled: Named | None = None
    kind: Literal["holiday", "forward_only", "office_closed"] = "holiday"


class DayShape(Shape):
    """One single day that a proclamation, order or notice closes (or opens)."""

    day: Day
    name: Named
    kind: Literal["holiday", "forward_only", "office_closed", "makeup", "open"] = "holiday"
    disputed: Named | None = None

    def day_kind(self) -> DayKind:
        """Return the kind as the core keeps it."""
        return DayKind[self.kind.upper()]


class OffShape(Shape):
    """A run of closed days under one name."""

    name: Named
    from_: Day = Field(alias="from")
    to: Day

    @model_validator(mode="after")
    def _ordered(self) -> OffShape:
        if not 0 <= (self.to - self.from_).days <= 31:
            raise ValueError(f"{self.from_} to {self.to} is no run of 1 to 32 days")
        return self


class NoticeShape(Shape):
    """What was announced for a year; ``work`` are weekend days that are worked."""

    year: Year
    notice: str
    source: str
    confirmed: bool = True
    off: tuple[OffShape, ...]
    work: tuple[Day, ...] = ()


class CalendarShape(Shape):
    """One calendar; ``extends`` takes over the holidays of another one."""

    id: Annotated[str, Field(pattern=rf"^{_ID}$")]
    title: Named
    zone: Annotated[str | None, AfterValidator(_zone)]
    kind: Literal["enacted", "announced"]
    known_from: Day
    known_through: Day
    source: str
    note: Named | None = None
    weekend: tuple[Weekday, ...] = (5, 6)
    extends: str | None = None
    unsettled: Named | None = None
    holidays: tuple[HolidayShape, ...] = ()
    days: tuple[DayShape, ...] = ()
    notices: tuple[NoticeShape, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> CalendarShape:
        if self.known_through < self.known_from:
            raise ValueError(f"known_through {self.known_through} comes before known_from {self.known_from}")
        early = [n.year for n in self.notices if not n.confirmed and n.year <= self.known_through.year]
        if early:
            raise ValueError(f"{early[0]} is not confirmed, yet known_through {self.known_through} covers it")
        if len(set(self.weekend)) > 6:
            raise ValueError("weekend leaves no working day")
        return self


class CalendarFile(Shape):
    """A file of one or more calendars."""

    calendars: tuple[CalendarShape, ...]
