"""What other calendars would do to the open deadlines: old and new date side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from deadline_guard.core.assess import Assessment, assess
from deadline_guard.core.calendar import Calendar
from deadline_guard.core.deadlines import State
from deadline_guard.core.rules import Rule
from deadline_guard.core.timeline import Case
from deadline_guard.store import board, cases
from deadline_guard.views.items import Sight

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Change:
    """One open deadline that was provisional or would move; ``firm``: it no longer is provisional."""

    case: Case
    rule: Rule
    old: Assessment
    new: Assessment

    @property
    def moves(self) -> bool:
        """Return whether the date becomes another one."""
        return self.old.deadline.due_at != self.new.deadline.due_at

    @property
    def firm(self) -> bool:
        """Return whether the date stops being provisional."""
        return bool(self.old.deadline.provisional) and not self.new.deadline.provisional


def changes(conn: Connection, sight: Sight, calendars: Mapping[str, Calendar], now: datetime) -> Iterator[Change]:
    """Yield the open deadlines that ``calendars`` would move or make firm, by case as the board lists them."""
    ids = list(dict.fromkeys(row.case_id for row in board.open_rows(conn)))
    for start in range(0, len(ids), _CHUNK):
        for one in cases.load_cases(conn, ids[start : start + _CHUNK], known_at=now).values():
            before, _ = assess(one.case, sight.rulebook, sight.calendars, now)
            after, _ = assess(one.case, sight.rulebook, calendars, now)
            then = {(a.rule.id, a.deadline.cycle): a for a in after}
            for old in before:
                new = then.get((old.rule.id, old.deadline.cycle))
                if new is not None and old.deadline.state is State.OPEN:
                    change = Change(one.case, old.rule, old, new)
                    if change.moves or change.firm:
                        yield change
