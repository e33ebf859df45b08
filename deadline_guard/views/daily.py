"""The dates entered, moved, done and withdrawn on one day, from the ledger: a list to be checked and signed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from deadline_guard.core.people import Directory
from deadline_guard.core.rules import Rulebook
from deadline_guard.store import daily
from deadline_guard.store.daily import Recorded

ENTERED: Final = "entered"
MOVED: Final = "moved"
DONE: Final = "done"
ENDED: Final = "ended"
OPENED: Final = "reopened"
_OPEN: Final = ("open", "held")


class Change(NamedTuple):
    """One line of the list; ``by`` is whose word it rests on, "" where only the calendar or the rules moved it."""

    at: datetime
    code: str
    case: str
    team: str
    rule: str
    what: Mapping[str, str]
    kind: str
    old: date | None
    new: date | None
    state: str
    by: str

    def plain(self) -> dict[str, Any]:
        """Return the line as data; codes and titles of rules only, since a list may also go by chat."""
        return {
            "at": self.at.isoformat(), "code": self.code, "what": dict(self.what), "kind": self.kind,
            "old": str(self.old or ""), "new": str(self.new or ""), "by": self.by,
        }  # fmt: skip


def changes(
    conn: Connection, rulebook: Rulebook, directory: Directory, day: date, zone: str, team: str | None = None
) -> list[Change]:
    """Return what changed on a day (in ``zone``), the earliest first; the same whenever it is asked.

    ``team``: only cases of that team.
    """
    since = datetime.combine(day, time(), ZoneInfo(zone))
    until = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
    found: list[Change] = []
    for case_id, recorded in daily.decisions(conn, since, until).items():
        about = daily.case_at(conn, case_id, until)
        if team is None or about.team == team:
            found += _of_case(conn, case_id, about, recorded, since, rulebook, directory)
    return sorted(found, key=lambda one: (one.at, one.code, one.rule))


def _of_case(
    conn: Connection,
    case_id: str,
    about: daily.About,
    recorded: list[Recorded],
    since: datetime,
    rulebook: Rulebook,
    directory: Directory,
) -> Iterator[Change]:
    """Yield the changes of one case: each decision of the day beside what was decided before."""
    last: dict[tuple[str, str], Recorded] = {}
    for one in recorded:
        before = last.get((one.rule, one.cycle))
        last[one.rule, one.cycle] = one
        if one.at < since:
            continue
        kind = _kind(before, one)
        if kind is None:
            continue
        rule = rulebook.rules.get(one.rule)
        by = daily.author_before(conn, case_id, one.at)
        person = directory.persons.get(by)
        yield Change(
            one.at, about.code, case_id, about.team, one.rule, rule.title if rule else {"en": one.rule, "zh": one.rule},
            kind, before.due_on if before else None, one.due_on, one.state, person.name if person else by,
        )  # fmt: skip


def _kind(before: Recorded | None, now: Recorded) -> str | None:
    """Return what happened to a date, or None where only its level changed."""
    is_open = now.state in _OPEN
    was_open = before is not None and before.state in _OPEN
    if before is None or (before.state == "gone" and is_open):
        return ENTERED if is_open else (DONE if now.state == "done" else None)
    if was_open and not is_open:
        return DONE if now.state == "done" else ENDED
    if not was_open and is_open:
        return OPENED
    return MOVED if before.due_on != now.due_on else None
