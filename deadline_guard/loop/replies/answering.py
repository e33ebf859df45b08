"""A person's own first line becomes an answer, or the person learns what would be understood."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from deadline_guard.core.people import Person
from deadline_guard.core.text import Text
from deadline_guard.errors import AnswerError
from deadline_guard.loop import answers
from deadline_guard.loop.answers import Clock, Said
from deadline_guard.loop.links import Act, Became, answered_together
from deadline_guard.loop.office import Office
from deadline_guard.loop.replies import telling
from deadline_guard.loop.replies.first_line import FirstLine, Means, first_line
from deadline_guard.loop.replies.incoming import Incoming
from deadline_guard.loop.replies.quotes import own_lines
from deadline_guard.store.replies import Reply

_SHOWN: Final = 5  # lines of what is not understood
_MOVED: Final = Text(
    "the date has moved since this message; answer the newer one", "发出该邮件后期限日期已变更;请答复较新的预警"
)
_ENDED: Final = Text("nothing of this message is left to answer", "该邮件中的事项均已了结,无需答复")


def answer(office: Office, conn: Connection, mail: Incoming, reply: Reply, person: Person, now: datetime) -> Reply:
    """Record what the first line says and return the outcome; raises AnswerError where it does not fit."""
    said = Said(person.id, now, "mail")
    line = _first_line(mail, person, now)
    if line.means is Means.SEEN:
        answers.acknowledge(office, conn, _open(office, conn, reply, Act.SEEN, person, said), said)
        return reply._replace(outcome="acknowledged", detail=line.text)
    if line.means is Means.DONE and line.on is not None:
        clocks = _open(office, conn, reply, Act.DONE, person, said)
        if len(clocks) > 1:
            raise AnswerError(_several(reply, len(clocks)))
        answers.done(office, conn, clocks[0], said, line.on, line.receipt)
        return reply._replace(outcome="done", detail=line.text)
    return _unclear(office, conn, mail, reply, person, line, now)


def _open(office: Office, conn: Connection, reply: Reply, act: Act, person: Person, said: Said) -> list[Clock]:
    """Return the clocks of a message that can be answered so; what was written of another date is not seen by it."""
    spots = answered_together(office, conn, reply.message or 0, person, said.now)
    fits = [spot for spot in spots if spot.can(act, said.by)]
    if not fits:
        raise AnswerError(_MOVED if any(spot.became is Became.MOVED for spot in spots) else _ENDED)
    if act is Act.SEEN:  # what a list shows as acknowledged need not be again
        fits = [spot for spot in fits if not (spot.part and spot.seen)] or fits
    return [spot.clock for spot in fits if spot.clock is not None]


def _unclear(
    office: Office, conn: Connection, mail: Incoming, reply: Reply, person: Person, line: FirstLine, now: datetime
) -> Reply:
    """Tell the writer once that nothing was recorded, and keep the words for the admin."""
    message = reply.message or 0
    told = [telling.helped(office, conn, message, person, "", now)]
    text = "\n".join(own_lines(mail.lines)[:_SHOWN])
    if text:
        admin = telling.unclear(office, conn, message, person, text, mail.digest, now)
        told += [admin] if admin.person != person.id else []
    telling.tell(conn, told, now)
    return reply._replace(outcome="unclear", detail=line.text[:200])


def _first_line(mail: Incoming, person: Person, now: datetime) -> FirstLine:
    names = {person.name, person.id, *(a.partition("@")[0] for a in person.channels.values())}
    if person.name[:1] > "\u2e7f":  # Chinese: the family name alone with what colleagues add
        names |= {person.name[0] + title for title in ("律师", "法官", "总", "工", "老师")}
    return first_line(own_lines(mail.lines), names, now.astimezone(ZoneInfo(person.zone)).date())


def _several(reply: Reply, count: int) -> str:
    return Text(
        f"W-{reply.message} carries {count} warnings; record each by its own number, such as W-{reply.message}.1",
        f"W-{reply.message} 含 {count} 项预警;请按各自编号逐项登记,例如 W-{reply.message}.1",
    )
