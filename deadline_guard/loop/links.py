"""The link in a message: whose it is, what each thing it warned of has become, what can still be answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final, Literal

from sqlalchemy import Connection

from deadline_guard.core.answers import answers
from deadline_guard.core.deadlines import State
from deadline_guard.core.disputes import open_dispute
from deadline_guard.core.endings import AWAITS_SECOND, waiting_answer
from deadline_guard.core.handing_over import Offer, open_offer
from deadline_guard.core.notices import Notice, NoticeKind
from deadline_guard.core.people import Person
from deadline_guard.core.rules import Kind
from deadline_guard.core.timeline import Answer, Event, author
from deadline_guard.loop import tokens
from deadline_guard.loop.answers import Clock
from deadline_guard.loop.further import NOTHING, Further, further
from deadline_guard.loop.office import Office
from deadline_guard.loop.permitted import may_answer, permitted
from deadline_guard.loop.tokens import TokenError
from deadline_guard.messages.links import ASKING
from deadline_guard.messages.listed import OBSERVE
from deadline_guard.store import answer_links
from deadline_guard.store.answer_links import NOT_ME, Used
from deadline_guard.views.asked import Asked, asked_in, carried, unwatched
from deadline_guard.views.items import Seen, Sight, look

Why = Literal["forged", "expired", "given_up", "outsider", "used", "moved", "ended"]


class Act(StrEnum):
    """What a link can answer."""

    SEEN = "seen"
    DONE = "done"
    HAND_OVER = "hand_over"
    WRONG_DATE = "wrong_date"
    NOT_PURSUED = "not_pursued"
    NOT_APPLICABLE = "not_applicable"
    CONFIRM = "confirm"
    ACCEPT = "accept"
    REFUSE = "refuse"
    RESOLVE = "resolve"
    ACTED = "acted"
    TAKE_OVER = "take_over"
    SNOOZE = "snooze"
    MUTE = "mute"
    RETRACT = "retract"
    NOT_ME = NOT_ME


_EVER: Final = datetime.min.replace(tzinfo=UTC)


class LinkRefused(Exception):
    """A link cannot be used; a ``forged`` one says nothing that may be believed, so nothing else is set."""

    def __init__(self, why: Why, person: Person | None = None, message: int | None = None, subject: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.person = person
        self.message = message
        self.subject = subject


class Became(StrEnum):
    """What became of a thing since the message was written."""

    OPEN = "open"
    MOVED = "moved"  # the date in the message is no longer the date
    ENDED = "ended"
    GONE = "gone"  # its event was taken back, or its rule removed


@dataclass(frozen=True, slots=True)
class Spot:
    """One thing that a message warned of, and what it has become; ``place`` counts from 1 as in ``W-12.3``."""

    place: int
    notice: Notice
    became: Became
    clock: Clock | None = None
    seen: Event | None = None  # the last acknowledgement since, by whomever
    waits_for: str = ""  # whose answer waits for a second person
    date_by: str = ""  # who recorded the date that starts the clock, while it waits for a second person
    offer: Offer | None = None  # a hand-over that waits for an answer
    dispute: Event | None = None  # a dispute about the date that nobody has settled
    part: str = ""  # of a morning's list that names it
    own: bool = True  # an answer to all of the message is one to this
    yours: bool = True  # the reader may still answer it
    further: Further = NOTHING  # what else the reader may do; looked up where one deadline is asked for

    def can(self, act: Act, person: str) -> bool:
        """Return whether this may be answered so; a date that moved may be done or disputed, not acknowledged."""
        if act is Act.RETRACT:
            return self.yours and bool(self.further.given)
        if self.clock is None or not self.yours or self.became in (Became.ENDED, Became.GONE):
            return False
        if self.part == OBSERVE:
            return act is Act.WRONG_DATE
        if self.became is Became.MOVED:
            return act in (Act.DONE, Act.WRONG_DATE)
        match act:
            case Act.NOT_PURSUED:
                return self.clock.found.rule.kind is Kind.RIGHT and not self.waits_for
            case Act.NOT_APPLICABLE:
                return not self.waits_for
            case Act.CONFIRM:
                first = self.waits_for or self.date_by
                return bool(first) and first != person
            case Act.ACCEPT | Act.REFUSE:
                return self.offer is not None and self.offer.to == person
            case Act.RESOLVE:
                told = self.notice.kind is NoticeKind.DISPUTE
                return told and self.dispute is not None and author(self.dispute) != person
            case Act.ACTED:
                return bool(self.notice.data.get("action"))
            case Act.TAKE_OVER:
                return self.further.take_over
            case Act.SNOOZE:
                return self.further.latest is not None
            case Act.MUTE:
                return self.further.mute
        return True


@dataclass(frozen=True, slots=True)
class Opened:
    """A genuine link: its message, its person, what it is about and what was answered by it."""

    message: int
    person: Person
    spots: tuple[Spot, ...]
    used: tuple[Used, ...]
    unwatched: tuple[str, ...] = ()  # codes of cases that its list names because no rule watches them

    def place(self, given: int) -> int:
        """Return the place an answer is stored under: 0 for all of a message, and for one about a single thing."""
        return 0 if len(self.spots) == 1 else given

    def chosen(self, place: int) -> Sequence[Spot]:
        """Return the spot with this number, every spot for 0; none for a number that is not there."""
        return self.spots if place == 0 else [s for s in self.spots if s.place == place]

    def answered(self, act: Act, place: int) -> Used | None:
        """Return when this was answered by this link before; an answer to all of it counts for each that is own."""
        alone = len(self.spots) > 1 and not all(s.own for s in self.spots if s.place == place)
        places = (place,) if alone else (0, self.place(place))
        return next((u for u in self.used if u.action == act and u.place in places), None)


def open_link(office: Office, conn: Connection, text: str, now: datetime, place: int = 0) -> Opened:
    """Return what a link is about; raises LinkRefused for one that is forged, expired, given up or not theirs.

    The one deadline at ``place`` (0: the only one) is looked at more closely, for what else its reader may do.
    """
    if office.answer_key is None:
        raise LinkRefused("forged")
    persons = office.people.persons
    try:
        token = tokens.read(office.answer_key, "page", text, now, persons)
    except TokenError as error:
        known = error.token and persons.get(error.token.person)
        if error.token is None or known is None:
            raise LinkRefused("forged") from None
        raise LinkRefused("expired", known, error.token.message) from None
    person = persons.get(token.person)
    if person is None or answer_links.recipient(conn, token.message) != token.person:
        raise LinkRefused("forged")
    told = carried(conn, token.message)
    spots = tuple(_permitted(office, conn, spot, person, now) for spot in _spots(office, conn, told, now))
    subject = spots[0].notice.subject if spots else ""
    used = answer_links.used(conn, token.message)
    if any(u.action == NOT_ME for u in used):
        raise LinkRefused("given_up", person, token.message, subject)
    if not spots or not permitted(office, conn, token.message, person.id, now):
        raise LinkRefused("outsider", person, token.message, subject)
    opened = Opened(token.message, person, spots, tuple(used), unwatched(told))
    chosen = opened.chosen(place)
    if len(chosen) != 1 or chosen[0].clock is None or not chosen[0].yours:
        return opened
    closer = replace(chosen[0], further=further(office, conn, chosen[0].clock, person.id, now))
    return replace(opened, spots=tuple(closer if s is chosen[0] else s for s in spots))


def spots_of(office: Office, conn: Connection, message: int, now: datetime) -> tuple[Spot, ...]:
    """Return everything in a message that asks for an answer; a finding ends by itself, what has ended is news."""
    return _spots(office, conn, carried(conn, message), now)


def answered_together(office: Office, conn: Connection, message: int, person: Person, now: datetime) -> list[Spot]:
    """Return what one answer to all of a message is for: of a morning's list the rows that are the reader's own."""
    spots = spots_of(office, conn, message, now)
    return [_permitted(office, conn, spot, person, now) for spot in spots if spot.own]


def _spots(office: Office, conn: Connection, told: Sequence[Notice], now: datetime) -> tuple[Spot, ...]:
    about = [asked for asked in asked_in(told) if asked.notice.kind in ASKING]
    sight = Sight(office.rulebook, office.calendars, office.directory(conn))
    seen = look(conn, {asked.notice.subject for asked in about}, sight, now)
    return tuple(_spot(asked, seen.get(asked.notice.subject), now) for asked in about)


def _permitted(office: Office, conn: Connection, spot: Spot, person: Person, now: datetime) -> Spot:
    """Return a row of a list with whether it is still its reader's; elsewhere the whole message is asked about."""
    if not spot.part or spot.clock is None:
        return spot
    about = (spot.notice.subject, spot.notice.rule, spot.notice.cycle)
    return replace(spot, yours=may_answer(office, conn, [about], person.id, now))


def _spot(asked: Asked, seen: Seen | None, now: datetime) -> Spot:
    place, notice = asked.place, asked.notice
    found = seen.found.get((notice.rule, notice.cycle)) if seen else None
    if seen is None or found is None:
        return Spot(place, notice, Became.GONE, part=asked.part, own=asked.own)
    clock = Clock(seen.case, found)
    if found.deadline.state not in (State.OPEN, State.HELD):
        return Spot(place, notice, Became.ENDED, clock, part=asked.part, own=asked.own)
    moved = _moved(notice.due_on, found.deadline.due_on) and found.deadline.state is State.OPEN
    return Spot(
        place, notice, Became.MOVED if moved else Became.OPEN, clock, _seen(asked, clock, now),
        waits_for=_waits_for(clock),
        date_by=_date_by(clock),
        offer=open_offer(clock.case, notice.rule, notice.cycle),
        dispute=open_dispute(clock.case, notice.rule, notice.cycle),
        part=asked.part,
        own=asked.own,
    )  # fmt: skip


def _seen(asked: Asked, clock: Clock, now: datetime) -> Event | None:
    """Return the last acknowledgement since the message; of a list's row also the one that the list speaks of."""
    notice = asked.notice
    given = answers(clock.case, Answer.ACKNOWLEDGED, notice.rule, notice.cycle)
    since = notice.decided_at
    if asked.part:
        reached = max((c.at for c in clock.found.crossings if c.at <= now), default=None)
        if asked.answered or (reached is not None and reached > since):
            since = reached or _EVER
    return next((e for e in reversed(given) if e.recorded_at >= since), None)


def _waits_for(clock: Clock) -> str:
    """Return whose answer waits for a second person, '' where none does."""
    deadline = clock.found.deadline
    if AWAITS_SECOND not in deadline.flags:
        return ""
    waiting = waiting_answer(clock.found.rule, clock.case.timeline, deadline.cycle)
    return author(waiting) if waiting else ""


def _date_by(clock: Clock) -> str:
    """Return who recorded the unconfirmed event that starts the clock, '' where it needs no second person."""
    if not clock.found.deadline.unconfirmed:
        return ""
    first = next((e for e in clock.case.timeline.events if e.id == clock.found.deadline.cycle), None)
    return author(first) if first else ""


def _moved(told: date | None, now_due: date | None) -> bool:
    return told is not None and now_due is not None and told != now_due
