"""The daily list as a job: what was entered, changed, deleted and done, mailed to whoever signs for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from deadline_guard.core.notices import Notice, NoticeKind, Reason
from deadline_guard.core.people import Directory, Resolution, who
from deadline_guard.core.rules import Level
from deadline_guard.loop.office import Office
from deadline_guard.messages.changes import RULE
from deadline_guard.store import notices, runs
from deadline_guard.views.daily import Change, changes

JOB: Final = "daily_list"
LEADS: Final = "leads"
_SHOWN: Final = 500  # lines of one message; what goes beyond is counted, and the command prints it
_MOST_DAYS: Final = 31


def daily_lists(office: Office, now: datetime) -> list[str]:
    """Decide the lists of every whole day since the job last ran; return who gets one.

    A day on which nothing changed is listed as such. Who is away gets none, the deputy does.
    """
    with office.store.read() as conn:
        days = _days(office, runs.last_fired(conn, JOB), now)
        directory = office.directory(conn)
        found = _changes(office, conn, directory, days)
        told = [
            _notice(office, to, team, [one for one in found if team in (None, one.team)], days, now)
            for to, team in _readers(office, directory, found, now)
        ] if days else []  # fmt: skip
    with office.store.write() as conn:
        return [stored.notice.person for stored in notices.insert(conn, told, now)]


def _days(office: Office, last: datetime | None, now: datetime) -> list[date]:
    """Return the days from the one on which the job last ran up to yesterday, in the firm's zone."""
    today = now.astimezone(office.config.tz).date()
    since = last.astimezone(office.config.tz).date() if last else today
    since = max(since, today - timedelta(days=_MOST_DAYS))
    return [since + timedelta(days=n) for n in range((today - since).days)]


def _changes(office: Office, conn: Connection, directory: Directory, days: Sequence[date]) -> list[Change]:
    return [one for day in days for one in changes(conn, office.rulebook, directory, day, office.config.zone)]


def _readers(
    office: Office, directory: Directory, found: Sequence[Change], now: datetime
) -> Iterator[tuple[Resolution, str | None]]:
    """Yield who gets the list of which team (None: of all); of cases without a known team the administrator."""
    to = office.config.daily_list.to
    if to != LEADS:
        yield who(to, None, now, directory), None
        return
    for team in directory.teams.values():
        yield who(team.lead, None, now, directory), team.id
    for other in sorted({one.team for one in found} - directory.teams.keys()):
        yield who("admin", None, now, directory), other


def _notice(
    office: Office, to: Resolution, team: str | None, found: Sequence[Change], days: Sequence[date], now: datetime
) -> Notice:
    known = office.people.teams.get(team or "")
    data: dict[str, Any] = {
        "day": days[0].isoformat(),
        "until": days[-1].isoformat(),
        "zone": office.config.zone,
        "team": dict(known.title) if known else ({"zh": team, "en": team} if team else {}),
        "lines": [one.plain() for one in found[:_SHOWN]],
        "more": max(len(found) - _SHOWN, 0),
    }
    return Notice(
        subject=f"person:{to.person.id}", rule=RULE, cycle=f"{team or ''} {days[0]}..{days[-1]}".strip(), due_rev=1,
        kind=NoticeKind.DIGEST, level=Level.EARLY, step=1, n=1, person=to.person.id, reason=Reason.DIGEST,
        decided_at=now, via=to.path, data=data,
    )  # fmt: skip
