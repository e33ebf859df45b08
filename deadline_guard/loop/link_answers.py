"""An answer pressed on the page of a link: once, in one transaction; what is refused is written down too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection

from deadline_guard.core.text import Text
from deadline_guard.errors import AnswerError
from deadline_guard.loop import answers, findings
from deadline_guard.loop.answers import Clock, Said
from deadline_guard.loop.links import Act, Became, LinkRefused, Opened, Spot, open_link
from deadline_guard.loop.office import Office
from deadline_guard.store import answer_links, ledger, notices
from deadline_guard.store.answer_links import Used
from deadline_guard.store.columns import dump

VIA: Final = "web"
NOT_ME_FINDING: Final = "finding.link_not_me"


@dataclass(frozen=True, slots=True)
class Pressed:
    """What was pressed, from which network address; ``place`` 0 is all of the message."""

    act: Act
    address: str
    place: int = 0
    on: date | None = None
    event: str = ""
    receipt: str = ""
    to: str = ""
    reason: str = ""
    until: datetime | None = None
    answer: str = ""  # the id of the one to take back


def press(office: Office, conn: Connection, text: str, pressed: Pressed, now: datetime) -> bool:
    """Record one answer and that the link has given it; return whether a second person must confirm it.

    Raises LinkRefused for a link that cannot be used (so), AnswerError for an answer that does not fit; then nothing
    is recorded.
    """
    link = open_link(office, conn, text, now, pressed.place)
    spots = link.chosen(pressed.place)
    subject = spots[0].notice.subject if spots else ""
    if not spots:
        raise LinkRefused("forged")
    if link.answered(pressed.act, pressed.place):
        raise LinkRefused("used", link.person, link.message, subject)
    waits, about = False, [subject]
    if pressed.act is Act.NOT_ME:
        _not_me(office, conn, link, pressed, now)
    else:
        fits = _fitting(link, spots, pressed)
        about = list(dict.fromkeys(s.notice.subject for s in fits))
        waits = _answer(office, conn, link, fits, pressed, now)
    used = Used(pressed.act.value, link.place(pressed.place), link.person.id, now, pressed.address)
    answer_links.burn(conn, link.message, text, used)
    if pressed.act is not Act.NOT_ME:
        entry = {"message": link.message, "person": link.person.id, "by": "link"}
        entry |= {"action": pressed.act.value, "place": used.place, "address": pressed.address}
        ledger.append(conn, [ledger.Entry(ledger.of_subject(one), "link", dump(entry)) for one in about], now)
    return waits


def refuse(conn: Connection, refused: LinkRefused, act: str, address: str, now: datetime) -> None:
    """Write down that a link was refused, why, and from where."""
    chain = ledger.of_subject(refused.subject) if refused.subject else ledger.SYSTEM
    payload = {
        "what": "link", "why": refused.why, "action": act, "address": address,
        "message": refused.message, "person": refused.person.id if refused.person else None,
    }  # fmt: skip
    ledger.append(conn, [ledger.Entry(chain, "refused", dump(payload))], now)


def _fitting(link: Opened, spots: Sequence[Spot], pressed: Pressed) -> list[Spot]:
    """Return what the answer is for; raises LinkRefused where nothing of it can be answered so any more."""
    if pressed.act is not Act.SEEN and len(spots) > 1:
        raise LinkRefused("forged")  # the pages never ask that
    if not any(s.yours for s in spots):
        raise LinkRefused("outsider", link.person, link.message, spots[0].notice.subject)
    fits = [s for s in spots if s.can(pressed.act, link.person.id)]
    if pressed.act is Act.RETRACT:
        fits = [s for s in fits if pressed.answer in {e.id for e in s.further.given}]
    if len(spots) > 1:  # what a list shows to a lead is answered one by one, what is acknowledged need not be again
        fits = [s for s in fits if s.own and not (s.part and s.seen)]
    if pressed.act is Act.SEEN:
        fits = [s for s in fits if not link.answered(Act.SEEN, s.place)]
    if not fits:
        moved = any(s.became is Became.MOVED for s in spots)
        raise LinkRefused("moved" if moved else "ended", link.person, link.message, spots[0].notice.subject)
    return fits


def _answer(office: Office, conn: Connection, link: Opened, spots: list[Spot], pressed: Pressed, now: datetime) -> bool:
    """Give the answer in the person's name; return whether it waits for a second person."""
    said = Said(link.person.id, now, VIA)
    clocks = [s.clock for s in spots if s.clock is not None]
    clock = clocks[0]
    match pressed.act:
        case Act.SEEN:
            answers.acknowledge(office, conn, clocks, said)
        case Act.DONE:
            if pressed.on is None:
                raise AnswerError(Text("say on which day it was done", "请填写完成日期"))
            answers.done(office, conn, clock, said, pressed.on, pressed.receipt, pressed.event or None)
        case Act.NOT_PURSUED:
            return answers.not_pursued(office, conn, clock, said, pressed.reason)
        case Act.NOT_APPLICABLE:
            return answers.not_applicable(office, conn, clock, said, pressed.reason)
        case Act.CONFIRM:
            answers.confirm(office, conn, clock, said)
        case Act.HAND_OVER:
            answers.hand_over(office, conn, clock, said, pressed.to, pressed.reason)
        case Act.ACCEPT:
            answers.accept(office, conn, clock, said)
        case Act.REFUSE:
            answers.refuse(office, conn, clock, said, pressed.reason)
        case Act.WRONG_DATE:
            answers.dispute(office, conn, clock, said, pressed.reason)
        case Act.RESOLVE:
            answers.resolve(office, conn, clock, said, pressed.reason)
        case Act.ACTED:
            answers.acted(office, conn, clock, said, pressed.reason)
        case _:
            _further(office, conn, clock, said, pressed)
    return False


def _further(office: Office, conn: Connection, clock: Clock, said: Said, pressed: Pressed) -> None:
    """Put off, mute, take over or take back."""
    match pressed.act, pressed.until:
        case Act.SNOOZE, datetime() as until:
            answers.snooze(office, conn, [clock], said, until)
        case Act.MUTE, datetime() as until:
            answers.mute(office, conn, clock.case.id, clock.found.rule.id, said, until)
        case Act.TAKE_OVER, _:
            answers.take_over(office, conn, clock, said, pressed.reason)
        case Act.RETRACT, _:
            answers.retract(office, conn, clock.case.id, pressed.answer, said)
        case _:
            raise AnswerError(Text("say until when", "请填写截至时间"))


def _not_me(office: Office, conn: Connection, link: Opened, pressed: Pressed, now: datetime) -> None:
    """Tell the admin that a message reached somebody whose it is not, and write it down as refused."""
    directory = office.directory(conn)
    number = f"W-{link.message}"
    told = findings.finding(
        findings.SYSTEM, NOT_ME_FINDING, number, directory, now,
        message=number, person=link.person.name, address=pressed.address,
    )  # fmt: skip
    notices.insert(conn, [told], now)
    stranger = LinkRefused("given_up", link.person, link.message, link.spots[0].notice.subject)
    refuse(conn, stranger, Act.NOT_ME.value, pressed.address, now)
