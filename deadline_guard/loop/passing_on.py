"""Passing a deadline on: offered, accepted or refused; or taken over by a superior."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from deadline_guard.core.handing_over import Offer, open_offer, unanswered
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
    role = clock.found.owner_role
    record(
        conn, clock, Answer.HANDED_OVER, said, to=to, reason=reason.strip(), role=role,
        held=clock.case.owners.get(role, ""), **{"from": owner.id},
    )  # fmt: skip


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
    if not _superior(office, conn, clock, said.by, said.now):
        raise AnswerError(
            Text(
                f"{said.by} is neither a superior here nor in the chain; the owner can hand it over",
                f"{said.by} 既非上级,也不在逐级通知之列;可由责任人移交",
            )
        )
    hand_over(office, conn, clock, said, said.by, reason)
    accept(office, conn, again(office, conn, clock, said.now), said)


def may_take_over(office: Office, conn: Connection, clock: Clock, person: str, now: datetime) -> bool:
    """Return whether a person may make themselves the owner, and is not."""
    owner = responsible(clock.found.owner_role, clock.case, now, office.directory(conn)).person.id
    return person != owner and _superior(office, conn, clock, person, now)


def _superior(office: Office, conn: Connection, clock: Clock, person: str, now: datetime) -> bool:
    rungs = [role for rung in clock.found.rule.profile.chain for role in rung.tell]
    return holds(office, conn, clock.case, person, (*SENIOR, *rungs), now)


def _owner(office: Office, conn: Connection, clock: Clock, said: Said) -> Person:
    return responsible(clock.found.owner_role, clock.case, said.now, office.directory(conn)).person


def _offer_to(office: Office, conn: Connection, clock: Clock, said: Said) -> Offer:
    """Return the open offer to the person who speaks, or for whom they stand in; raises AnswerError for none."""
    about = (clock.case, clock.found.rule.id, clock.found.deadline.cycle)
    last, offer = unanswered(*about), open_offer(*about)
    if last is not None and (offer is None or people.assigned_since(conn, clock.case.id, last.role, last.at)):
        owner = _owner(office, conn, clock, said)
        made = last.at.astimezone(ZoneInfo(clock.case.zone)).date()
        raise AnswerError(
            Text(
                f"the offer of {made} has lapsed: somebody was assigned since, and {owner.name} answers for it",
                f"{made} 的移交已失效:其后已另行指派,现由 {owner.name} 负责",
            )
        )
    if offer is None:
        raise AnswerError(Text("no hand-over waits for an answer here", "此处没有待答复的移交"))
    if said.by != offer.to and who(offer.to, None, said.now, office.directory(conn)).person.id != said.by:
        raise AnswerError(
            Text(f"it was offered to {offer.to}, who must answer", f"该移交提请 {offer.to} 接收,须由其本人答复")
        )
    return offer
