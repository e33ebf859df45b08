"""Passing a deadline on: offered, accepted or refused; or taken over by a superior."""

from __future__ import annotations

from sqlalchemy import Connection

from deadline_guard.core.handing_over import Offer, open_offer
from deadline_guard.core.people import Person, responsible, who
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Answer
from deadline_guard.errors import AnswerError
from deadline_guard.loop.answering import SENIOR, Clock, Said, again, holds, reason_for, record
from deadline_guard.loop.office import Office
from deadline_guard.store import people


def hand_over(office: Office, conn: Connection, clock: Clock, said: Said, to: str, reason: str = "") -> None:
    """Offer a deadline to a colleague: the owner answers for it until the colleague accepts.

    A later offer takes the place of an earlier one. Raises AnswerError for somebody unknown, gone, or the owner.
    """
    person, owner = office.people.persons.get(to), _owner(office, conn, clock, said)
    if person is None or not person.active:
        known = ", ".join(sorted(p.id for p in office.people.persons.values() if p.active))
        raise AnswerError(Text(f"nobody here is called {to!r}; known are: {known}", f"没有人员 {to!r};现有:{known}"))
    if to == owner.id:
        raise AnswerError(Text(f"{owner.name} answers for it already", f"{owner.name} 已是责任人"))
    record(conn, clock, Answer.HANDED_OVER, said, to=to, reason=reason.strip(), **{"from": owner.id})


def accept(office: Office, conn: Connection, clock: Clock, said: Said) -> None:
    """Take over what was offered: from now on the role on the case, and what is said of it, is this person's."""
    offer = _offer_to(office, conn, clock, said)
    record(conn, clock, Answer.ACCEPTED, said, answer=offer.id)
    people.assign(conn, clock.case.id, clock.found.owner_role, offer.to, said.now, said.by)


def refuse(office: Office, conn: Connection, clock: Clock, said: Said, reason: str) -> None:
    """Refuse what was offered, for a reason; the owner answers for it as before."""
    offer = _offer_to(office, conn, clock, said)
    why = reason_for(reason, "say why you refuse", "请说明拒绝的理由")
    record(conn, clock, Answer.REFUSED, said, answer=offer.id, reason=why)


def take_over(office: Office, conn: Connection, clock: Clock, said: Said, reason: str = "") -> None:
    """Make oneself the owner, as a superior or somebody in the chain; the old owner is told."""
    rungs = [role for rung in clock.found.rule.profile.chain for role in rung.tell]
    if not holds(office, conn, clock.case, said.by, (*SENIOR, *rungs), said.now):
        raise AnswerError(
            Text(
                f"{said.by} is neither a superior here nor in the chain; the owner can hand it over",
                f"{said.by} 既非上级,也不在逐级通知之列;可由责任人移交",
            )
        )
    hand_over(office, conn, clock, said, said.by, reason)
    accept(office, conn, again(office, conn, clock, said.now), said)


def _owner(office: Office, conn: Connection, clock: Clock, said: Said) -> Person:
    return responsible(clock.found.owner_role, clock.case, said.now, office.directory(conn)).person


def _offer_to(office: Office, conn: Connection, clock: Clock, said: Said) -> Offer:
    """Return the open offer to the person who speaks, or for whom they stand in; raises AnswerError for none."""
    offer = open_offer(clock.case, clock.found.rule.id, clock.found.deadline.cycle)
    if offer is None:
        raise AnswerError(Text("no hand-over waits for an answer here", "此处没有待答复的移交"))
    if said.by != offer.to and who(offer.to, None, said.now, office.directory(conn)).person.id != said.by:
        raise AnswerError(
            Text(f"it was offered to {offer.to}, who must answer", f"该移交提请 {offer.to} 接收,须由其本人答复")
        )
    return offer
