"""The rules, calendars and people of an earlier instant, read back from the texts that were in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection

from deadline_guard.core.calendar import Calendar
from deadline_guard.core.people import Directory
from deadline_guard.core.rules import Rulebook
from deadline_guard.core.text import Text
from deadline_guard.errors import RulebookError
from deadline_guard.rulebook import calendars as calendar_files
from deadline_guard.rulebook import load as rulebook_files
from deadline_guard.rulebook import people as people_files
from deadline_guard.rulebook.adopting import adopted
from deadline_guard.rulebook.archive import unpacked
from deadline_guard.rulebook.problems import Problem
from deadline_guard.store import past, recorded_law
from deadline_guard.store.people import Revision
from deadline_guard.views.items import Sight


def sight_at(conn: Connection, today: Sight, at: datetime) -> Sight:
    """Return what was in force at an instant; what no record tells (before the first start) is as it is today.

    Raises :class:`RulebookError` when the texts of then cannot be read by this version of the program.
    """
    calendars = _calendars(past.revision(conn, "calendar", at), today.calendars)
    people = _people(past.revision(conn, "people", at), today.directory, calendars)
    adoptions = past.adoptions(conn, at)
    found = past.revision(conn, "rulebook", at)
    if found is not None and found.hash == today.rulebook.revision and adoptions == recorded_law.adoptions(conn):
        book = today.rulebook
    else:
        book = _rulebook(found, today.rulebook, people, calendars)
    checked = {one.pack: (one.digest, f"{one.by}, {one.at:%Y-%m-%d}") for one in adoptions.values()}
    directory = replace(people, absences=past.absences(conn, at))
    return Sight(adopted(book, checked), calendars, directory)


def _calendars(found: Revision | None, today: Mapping[str, Calendar]) -> Mapping[str, Calendar]:
    if found is None:
        return today
    with TemporaryDirectory() as name:
        folders, beside = _unpacked(found, Path(name))
        calendars, problems = calendar_files.load(*folders, imported=beside.get("imported", ()))
    _refuse(problems, found)
    return calendars


def _people(found: Revision | None, today: Directory, calendars: Mapping[str, Calendar]) -> Directory:
    if found is None or found.hash == today.revision:
        return today
    directory, problems = people_files.load(
        found.text, "people.yaml", calendars=calendars, zone=today.zone, locale=today.locale
    )
    _refuse(problems, found)
    return directory or today


def _rulebook(
    found: Revision | None, today: Rulebook, people: Directory, calendars: Mapping[str, Calendar]
) -> Rulebook:
    if found is None:
        return today
    with TemporaryDirectory() as name:
        folders, _ = _unpacked(found, Path(name))
        book, problems = rulebook_files.load(folders, directory=people, calendars=set(calendars))
    _refuse(problems, found)
    return book or today


def _unpacked(found: Revision, folder: Path) -> tuple[list[Path], Mapping[str, list[str]]]:
    try:
        return unpacked(found.text, folder)
    except ValueError as error:
        raise RulebookError(_refusal(found, str(error))) from None


def _refuse(problems: list[Problem], found: Revision) -> None:
    wrong = [str(p) for p in problems if p.is_error]
    if wrong:
        raise RulebookError(_refusal(found, "\n".join(wrong[:5])))


def _refusal(found: Revision, why: str) -> Text:
    since = f"{found.since:%Y-%m-%d %H:%M} UTC"
    return Text(
        f"the texts in force since {since} cannot be read by this version:\n{why}",
        f"自 {since} 起适用的文本无法由本版本读取:\n{why}",
    )
