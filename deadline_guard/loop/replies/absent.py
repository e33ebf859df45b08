"""An automatic reply means absent: recorded once, so that the deputy is told."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from deadline_guard.config import ReplyMail
from deadline_guard.core.people import Absence, Person
from deadline_guard.loop.office import Office
from deadline_guard.loop.replies.coming_back import coming_back
from deadline_guard.loop.replies.incoming import Incoming
from deadline_guard.loop.replies.quotes import own_lines
from deadline_guard.store import people, replies


def absent(
    office: Office, conn: Connection, settings: ReplyMail, person: Person, mail: Incoming, now: datetime
) -> tuple[str, str]:
    """Record that the writer is away; return the outcome and until when, in words.

    Until the day of return where the text names one, else for ``auto_absence``. Nothing is recorded where it is
    known already, nor where the same was cancelled: somebody knows better than the automatic reply.
    """
    zone = ZoneInfo(person.zone)
    back = coming_back(own_lines(mail.lines), now.astimezone(zone).date())
    until = datetime.combine(back.day, time(), zone) if back else now + settings.auto_absence
    why = f"until {until.isoformat()}" + (f" ({back.words})" if back else "")
    known = office.directory(conn).absent(person.id, now)
    if known is not None and (back is None or until <= known.until):
        return "absence known", why
    told = replies.told_away(conn, [person.id])
    if any(a.cancelled and a.until > now and (back is None or until <= a.until) for a in told):
        return "absence cancelled before", why
    people.record_absence(conn, Absence(person.id, now, until), now, replies.BY_MAIL)
    replies.want_marking(conn)
    return "absent", why
