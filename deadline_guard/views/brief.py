"""From many stored notices to the lines of one message: only what a line shows, read for all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from deadline_guard.core.law import law_of
from deadline_guard.core.notices import NoticeKind
from deadline_guard.core.people import Person
from deadline_guard.core.rules import Level
from deadline_guard.core.timeline import Case, Timeline
from deadline_guard.messages import Item
from deadline_guard.store.briefs import Brief, briefs
from deadline_guard.store.notices import StoredNotice
from deadline_guard.views.items import Sight, bare

_Law = tuple[str, str | None, str | None, str, date, date]


def lines(
    conn: Connection,
    stored: Sequence[StoredNotice],
    reader: Person,
    sight: Sight,
    now: datetime,
    ids: Mapping[int, str],
    threads: Mapping[int, str],
) -> list[Item]:
    """Return the items of the notices of one long message, as the last sweep left their clocks.

    A message of hundreds of lines shows no derivation, so no date is worked out anew for it.
    """
    known = briefs(conn, [s.id for s in stored])
    worked: dict[_Law, int] = {}
    return [_line(s, known[s.id], reader, sight, now, ids[s.id], threads[s.id], worked) for s in stored]


def _line(
    stored: StoredNotice,
    brief: Brief,
    reader: Person,
    sight: Sight,
    now: datetime,
    warning_id: str,
    thread_id: str,
    worked: dict[_Law, int],
) -> Item:
    notice = stored.notice
    rule = sight.rulebook.rules.get(notice.rule)
    if rule is None or not brief.code:
        return bare(notice, brief.code, brief.zone, sight, warning_id, thread_id)
    due_on = brief.due_on or notice.due_on
    today = now.astimezone(ZoneInfo(brief.zone)).date()
    working: int | None = None
    if due_on is not None:
        key = (rule.id, brief.calendar, brief.jurisdiction, brief.case_type, today, due_on)
        if key not in worked:
            case = Case(
                "", brief.code, brief.case_type, Timeline(), zone=brief.zone, calendar=brief.calendar,
                jurisdiction=brief.jurisdiction,
            )  # fmt: skip
            calendar = law_of(rule, case, sight.rulebook, sight.calendars).calendar
            worked[key] = calendar.working_days_between(today, due_on)
        working = worked[key]
    owner = sight.directory.persons.get(brief.owner)
    return Item(
        warning_id=warning_id,
        thread_id=thread_id,
        code=brief.code,
        title=brief.title or None,
        what=rule.title,
        detail=brief.detail,
        kind=notice.kind,
        reason=notice.reason,
        level=notice.level if notice.kind is not NoticeKind.CLOSED else Level.OK,
        zone=brief.zone,
        due_on=due_on,
        due_at=brief.due_at or notice.due_at,
        working_days_left=working,
        days_left=None if due_on is None else (due_on - today).days,
        owner=owner.name if owner else brief.owner,
        reader_is_owner=brief.owner == reader.id,
        step=notice.step,
        acts=rule.acts,
        provisional=("",) if brief.doubtful else (),
        rule=rule.id,
        data=notice.data,
        evaluated_at=notice.decided_at,
    )
