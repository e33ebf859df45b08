"""`working_hours` and `calendar` of people.yaml → when each person works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from deadline_guard.core.calendar import Calendar
from deadline_guard.core.office_clock import USUAL_WEEK
from deadline_guard.core.office_hours import OfficeHours, Week, week_of
from deadline_guard.errors import InputError
from deadline_guard.rulebook.problems import Problem, nearest, problem, shown
from deadline_guard.rulebook.source import Document

Hours = dict[str, list[list[str]]]
"""Weekday (mon … sun) → spans of local time: ``{mon: [["09:00", "12:00"], ["13:00", "18:00"]]}``."""


def desk_hours(
    zone: str, week: Hours | None, calendar: str | None, calendars: Mapping[str, Calendar] | None
) -> OfficeHours | None:
    """Return when somebody works; None where the file says nothing (then the usual week counts).

    Closed days of ``calendar`` are no working days and its makeup days are; without calendars every week is alike.
    """
    if week is None and calendar is None:
        return None
    days = (calendars or {}).get(calendar or "")
    return OfficeHours(ZoneInfo(zone), USUAL_WEEK if week is None else week_of(week), days=days)


def problems_of(
    document: Document,
    path: tuple[str, ...],
    week: Hours | None,
    calendar: str | None,
    calendars: Mapping[str, Calendar] | None,
) -> Iterator[Problem]:
    """Yield what is wrong with the working hours that stand at ``path``: no week, never at work, unknown calendar."""
    if week is not None:
        found: Week | None = None
        try:
            found = week_of(week)
        except InputError as error:
            place = (*path, "working_hours", *error.field.removeprefix("week.").replace("[", ".").split(".")[:1])
            yield problem("not_a_week", document.at(place), value=error.message)
        if found is not None and not any(found):
            yield problem("never_at_work", document.at((*path, "working_hours")))
    if calendars is not None and calendar is not None and calendar not in calendars:
        mark = document.at((*path, "calendar"))
        yield problem("unknown_calendar", mark, name=shown(calendar), hint=nearest(calendar, calendars))
