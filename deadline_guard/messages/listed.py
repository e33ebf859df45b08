"""The rows of a morning's list by number: the same in its text, on the page of its link and on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from deadline_guard.messages.texts import mark

Row = Mapping[str, Any]
MINE: Final = "mine"
OBSERVE: Final = "observe"
UNWATCHED: Final = "unwatched"
TEAM: Final = {
    "unowned": mark("Nobody owns these"),
    "unanswered": mark("Nobody has acknowledged these"),
    "absent": mark("The owner is away beyond the date"),
    "provisional": mark("Provisional dates within 30 days"),
    UNWATCHED: mark("No rule watches these cases"),
}
TITLES: Final[Mapping[str, str]] = {
    MINE: mark("Most urgent first"),
    OBSERVE: mark("Only to observe: the court or the other side moves"),
    **TEAM,
}


class Listed(NamedTuple):
    """One line of a list; ``place`` is its number from 1, 0 where there is no clock (a case that no rule watches)."""

    part: str  # mine, observe or the kind of a lead's exception
    row: Row
    place: int


def listed(data: Row) -> tuple[Listed, ...]:
    """Return every line of a list in the order of its text; a clock that stands in two parts has one number."""
    places: dict[tuple[str, str, str], int] = {}
    found = []
    for part in TITLES:
        for row in _rows(data, part):
            place = 0
            if row.get("cycle") is not None:
                named = (str(row["case"]), str(row["rule"]), str(row["cycle"]))
                place = places.setdefault(named, len(places) + 1)
            found.append(Listed(part, row, place))
    return tuple(found)


def answerable(data: Row) -> bool:
    """Return whether a list has a line that can be answered."""
    return any(one.place and one.part != OBSERVE for one in listed(data))


def holds_own(data: Row) -> bool:
    """Return whether a list has a line of its reader's own: what a reply to all of it is for."""
    return any(one.place and one.part == MINE for one in listed(data))


def _rows(data: Row, part: str) -> Sequence[Row]:
    rows: Sequence[Row] = (data.get("team", {}) if part in TEAM else data).get(part, ())
    return rows
