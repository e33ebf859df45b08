"""What a message asks, by number: each thing it warned of, or each row of its morning's list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection

from deadline_guard.core.notices import Notice, NoticeKind
from deadline_guard.core.rules import Level
from deadline_guard.messages.listed import MINE, TEAM, Listed, listed
from deadline_guard.store import notices, telling


class Asked(NamedTuple):
    """One thing that a message asks or tells; ``place`` is its number from 1, as in ``W-12.3``.

    ``part`` is the part of a list that names it, '' in every other message; ``answered``: the list said that
    somebody had acknowledged it.
    """

    place: int
    notice: Notice
    part: str = ""
    answered: bool = False

    @property
    def own(self) -> bool:
        """Return whether an answer to all of the message is one to this: not what a list shows to its lead."""
        return self.part in ("", MINE)


def carried(conn: Connection, message: int) -> list[Notice]:
    """Return the notices of a message, in the order in which its text numbers them."""
    ids = telling.notices_of(conn, message)
    stored = notices.by_ids(conn, ids)
    return [stored[n].notice for n in ids]


def list_in(told: Sequence[Notice]) -> Notice | None:
    """Return the morning's list that a message is, None for any other message."""
    return told[0] if len(told) == 1 and told[0].kind is NoticeKind.DIGEST else None


def asked_in(told: Sequence[Notice]) -> list[Asked]:
    """Return what a message of these notices asks: of a list its rows, each clock once."""
    whole = list_in(told)
    if whole is None:
        return [Asked(place, notice) for place, notice in enumerate(told, 1)]
    rows = {one.place: one for one in reversed(listed(whole.data)) if one.place}
    return [_row(whole, rows[place]) for place in sorted(rows)]


def unwatched(told: Sequence[Notice]) -> tuple[str, ...]:
    """Return the codes of the cases that a list names because no rule watches them."""
    whole = list_in(told)
    lines = listed(whole.data) if whole else ()
    return tuple(str(one.row["code"]) for one in lines if one.part in TEAM and not one.place)


def _row(whole: Notice, line: Listed) -> Asked:
    """Return a row as a warning of its deadline, said when the list was made."""
    row: Any = line.row
    due_on = date.fromisoformat(row["due_on"]) if row["due_on"] else None
    notice = Notice(
        str(row["case"]), str(row["rule"]), str(row["cycle"]), whole.due_rev, NoticeKind.LEVEL,
        Level[str(row["level"]).upper()], 1, 1, whole.person, whole.reason, whole.decided_at, due_on=due_on,
    )  # fmt: skip
    return Asked(line.place, notice, line.part, bool(row["answered"]))
