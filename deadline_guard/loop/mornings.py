"""The morning's list as a notice: once a working day to whom it concerns; once a week that there is nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from deadline_guard.core.notices import MORNING_LIST, Notice, NoticeKind, Reason
from deadline_guard.core.people import Directory, Person
from deadline_guard.core.rules import Level
from deadline_guard.loop.office import Office
from deadline_guard.store import notices, pressing
from deadline_guard.views.items import Sight
from deadline_guard.views.overview import SOON, Line, Overview, overviews

_SHOWN: Final = 25  # lines of one list; what goes beyond is counted
_MONDAY: Final = 0
_WEEKLY: Final = {"provisional", "unwatched"}  # nothing changes overnight: alone they make a list once a week


def mornings(office: Office, now: datetime) -> list[str]:
    """Decide the morning's lists; return who gets one.

    Somebody with nothing on the list is told so on Mondays, so that silence is never taken for a list that failed.
    Who is away gets none: what presses lies with the deputy.
    """
    with office.store.read() as conn:
        directory = office.directory(conn)
        found = overviews(conn, Sight(office.rulebook, office.calendars, directory), now)
        told = [
            _notice(person, _data(found.get(person.id, Overview()), person, office, now), now)
            for person in _readers(conn, found, directory, now)
        ]
        _name_next(conn, told, office, now)
    with office.store.write() as conn:
        return [stored.notice.person for stored in notices.insert(conn, told, now)]


def _readers(conn: Connection, found: Mapping[str, Overview], directory: Directory, now: datetime) -> list[Person]:
    """Return who gets a list: whoever has one, and on Mondays every owner of a live case."""
    owners = pressing.case_owners(conn)
    readers = []
    for person in directory.persons.values():
        if not person.active or directory.absent(person.id, now) is not None:
            continue
        list_ = found.get(person.id)
        monday = now.astimezone(ZoneInfo(person.zone)).weekday() == _MONDAY
        team = set(list_.exceptions) - (set() if monday else _WEEKLY) if list_ else set()
        presses = list_ is not None and bool(list_.mine or list_.observe or team)
        if presses or (monday and person.id in owners):
            readers.append(person)
    return readers


def _notice(person: Person, data: Mapping[str, Any], now: datetime) -> Notice:
    return Notice(
        subject=f"person:{person.id}", rule=MORNING_LIST, cycle=str(data["day"]), due_rev=1, kind=NoticeKind.DIGEST,
        level=Level.EARLY, step=1, n=1, person=person.id, reason=Reason.DIGEST, decided_at=now, data=data,
    )  # fmt: skip


def _data(found: Overview, person: Person, office: Office, now: datetime) -> dict[str, Any]:
    """Return what the text needs, as it stood when the list was made."""
    today = now.astimezone(ZoneInfo(person.zone)).date()
    return {
        "day": today.isoformat(),
        "until": (today + timedelta(days=SOON)).isoformat(),
        "mine": _lines(found.mine),
        "more": max(found.total - len(found.mine[:_SHOWN]), 0),
        "observe": _lines(found.observe),
        "team": {kind: _lines(lines) for kind, lines in found.exceptions.items()},
        "team_more": {kind: len(lines) - _SHOWN for kind, lines in found.exceptions.items() if len(lines) > _SHOWN},
    }


def _name_next(conn: Connection, told: Sequence[Notice], office: Office, now: datetime) -> None:
    """Add the next date to lists that have nothing: a reader sees that the future was looked at."""
    empty = {n.person: n for n in told if not n.data["mine"]}
    for person, (code, rule, due_on) in pressing.next_of(conn, empty, now).items():
        known = office.rulebook.rules.get(rule)
        title = known.title if known else {"zh": rule, "en": rule}
        empty[person].data["next"] = {"code": code, "what": dict(title), "due_on": due_on.isoformat()}  # type: ignore[index]


def _lines(lines: Sequence[Line | str]) -> list[dict[str, Any]]:
    return [_line(line) for line in lines[:_SHOWN]]


def _line(line: Line | str) -> dict[str, Any]:
    """Return one line; a case that no rule watches has a code alone. Codes only: the list also goes by chat."""
    if isinstance(line, str):
        return {"code": line}
    due, provisional = line
    return {
        "code": due.code, "what": dict(due.what), "level": due.level.word, "due_on": str(due.due_on or ""),
        "days": due.days_left, "working": due.working_days_left, "owner": due.owner, "acts": due.acts.value,
        "answered": due.acknowledged, "provisional": provisional, "case": due.case_id, "rule": due.rule,
        "cycle": due.cycle,
    }  # fmt: skip
