"""A mapping: how the columns of one source become cases and events."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What a value is read as."""

    TEXT = "text"
    DATE = "date"
    INTEGER = "integer"
    NUMBER = "number"


class Repeat(StrEnum):
    """What a second row of the same identity means."""

    REFUSE = "refuse"  # the same content once more is a repeat, other content is rejected
    ORDINAL = "ordinal"  # another fact: told apart by its place among the equal rows
    KEEP_FIRST = "keep_first"  # the same fact said again: the first row counts
    REVISE = "revise"  # the row corrects the earlier one: the last row counts


@dataclass(frozen=True, slots=True)
class Value:
    """Where a value comes from: a column, a template over columns, a constant; then a table of values."""

    columns: tuple[str, ...] = ()
    template: str | None = None  # "{court}-{number}"
    const: str | None = None
    table: Dict[str, str] | None = None
    otherwise: str | None = None
    kind: Kind = Kind.TEXT


def _columns(*values: Value | None) -> tuple[str, ...]:
    return tuple(column for value in values if value is not None for column in value.columns)


def is_date(bound: str) -> bool:
    """Tell whether a bound is an ISO date rather than a column's name."""
    try:
        date.fromisoformat(bound)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row is rejected when the date column lies before or after a bound, or a column holds a value.

    A bound is a column or an ISO date.
    """

    why: str
    column: str
    before: str | None = None
    after: str | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """When a row was learnt of: the start of the day in ``column``, or the very instant written there."""

    column: str
    start_of_day: bool


@dataclass(frozen=True, slots=True)
class EventMap:
    """One kind of event that a row may tell of."""

    name: str
    kind: Value
    moment: str
    exact: bool  # `at`: the column holds an hour that counts; else `on`: a civil date
    identity: tuple[str, ...]
    repeat: Repeat = Repeat.REFUSE
    per_case: bool = False
    optional: bool = False  # a blank date means that it has not happened, not that the row is wrong
    recorded: Recorded | None = None
    recorded_by: Value | None = None
    subject: Value | None = None
    data: Dict[str, Value] = field(default_factory=dict)
    when: Dict[str, tuple[str, ...]] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Return every column the event reads."""
        named = [self.moment, *self.identity, *self.when]
        for refusal in self.refusals:
            named += [refusal.column, *(b for b in (refusal.before, refusal.after) if b and not is_date(b))]
        named += [self.recorded.column] if self.recorded else []
        return tuple(named) + _columns(self.kind, self.recorded_by, self.subject, *self.data.values())


@dataclass(frozen=True, slots=True)
class Beginning:
    """A case must have a row whose column holds one of ``values``, and none whose date lies before it.

    A case at fault is rejected whole, row by row.
    """

    column: str
    values: tuple[str, ...]
    date: str


@dataclass(frozen=True, slots=True)
class CaseMap:
    """How a row names its case and what it says of it; the first row of a case counts."""

    id: Value
    code: Value
    case_type: Value
    title: Value | None = None
    calendar: Value | None = None
    jurisdiction: Value | None = None
    team: Value | None = None
    attributes: Dict[str, Value] = field(default_factory=dict)
    owners: Dict[str, Value] = field(default_factory=dict)
    begins: Beginning | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the fields of the case that the source speaks of; the others stay as they are stored."""
        plain = ("title", "calendar", "jurisdiction", "team")
        named = [name for name in plain if getattr(self, name) is not None]
        named += ["code"] if self.code != self.id else []
        return (
            *named,
            *(f"attributes.{key}" for key in self.attributes),
            *(f"owners.{key}" for key in self.owners),
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Return every column the case reads."""
        named = (self.id, self.code, self.case_type, self.title, self.calendar, self.jurisdiction, self.team)
        return _columns(*named, *self.attributes.values(), *self.owners.values())


@dataclass(frozen=True, slots=True)
class Format:
    """How the file itself is written."""

    encoding: str | None = None
    delimiter: str = ","
    sheet: str | None = None
    header_row: int = 1
    dates: tuple[str, ...] = ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S")
    fill_down: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mapping:
    """Everything an import needs to know of one source; ``zone``: where its wall-clock times were written."""

    source: str
    zone: str
    case: CaseMap
    events: tuple[EventMap, ...] = ()
    format: Format = Format()
    expect_every: timedelta | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Return every column the mapping reads, in the order of its first mention."""
        begins = self.case.begins
        found = dict.fromkeys((*self.case.columns, *((begins.column, begins.date) if begins else ())))
        for event in self.events:
            found.update(dict.fromkeys(event.columns))
        return tuple(found)
