"""Hand-over: offered to a colleague, and the old owner's until the colleague accepts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from deadline_guard.core.answers import answers
from deadline_guard.core.audience import Cycle, tell_once
from deadline_guard.core.notices import NoticeKind, Reason
from deadline_guard.core.people import Resolution
from deadline_guard.core.timeline import Answer, Case, Event, author


@dataclass(frozen=True, slots=True)
class Offer:
    """One offer: ``before`` owned it then; ``outcome`` is the answer to it, None while there is none.

    ``role`` is what is offered, and ``held`` who was assigned to it then ('' for nobody by name).
    """

    id: str
    by: str
    to: str
    before: str
    why: str
    at: datetime
    outcome: Event | None
    role: str = ""
    held: str = ""

    @property
    def taken(self) -> bool:
        """Return whether somebody took it over without being asked."""
        return self.by == self.to


def offers(case: Case, rule: str, cycle: str) -> tuple[Offer, ...]:
    """Return every offer of a deadline with the first answer to each, the oldest first."""
    ends = (*answers(case, Answer.ACCEPTED, rule, cycle), *answers(case, Answer.REFUSED, rule, cycle))
    by_offer = {str(e.data.get("answer")): e for e in sorted(ends, key=lambda e: e.recorded_at, reverse=True)}
    made = answers(case, Answer.HANDED_OVER, rule, cycle)
    return tuple(_offer(event, by_offer.get(event.id)) for event in made)


def _offer(event: Event, outcome: Event | None) -> Offer:
    to, before, why = (str(event.data.get(key, "")) for key in ("to", "from", "reason"))
    role, held = (str(event.data.get(key, "")) for key in ("role", "held"))
    return Offer(event.id, author(event), to, before, why, event.recorded_at, outcome, role, held)


def open_offer(case: Case, rule: str, cycle: str) -> Offer | None:
    """Return the offer that waits for an answer: a later one takes the place of an earlier one.

    An offer lapses when somebody else is assigned: whoever made it has nothing to hand over any more.
    """
    last = unanswered(case, rule, cycle)
    return last if last is not None and not _lapsed(case, last) else None


def unanswered(case: Case, rule: str, cycle: str) -> Offer | None:
    """Return the last offer where nobody answered it, also one that has lapsed."""
    last = offers(case, rule, cycle)[-1:]
    return last[0] if last and last[0].outcome is None else None


def _lapsed(case: Case, offer: Offer) -> bool:
    return bool(offer.role) and case.owners.get(offer.role, "") != offer.held


def tell_offers(c: Cycle, owner: Resolution) -> None:
    """Tell both of an open offer, and those who wait for it of the answer; each once."""
    deadline = c.assessment.deadline
    made = offers(c.case, deadline.rule, deadline.cycle)
    for offer in made:
        if offer.outcome is not None:
            _tell_outcome(c, offer, offer.outcome)
    waiting = open_offer(c.case, deadline.rule, deadline.cycle)
    if waiting is not None and waiting.to in c.directory.persons and waiting.to != owner.person.id:
        said = {"by": waiting.by, "to": waiting.to, "why": waiting.why}
        for to in (c.resolve(waiting.to), owner):
            tell_once(c, to, NoticeKind.HAND_OVER, Reason.OFFERED, waiting.at, **said)


def _tell_outcome(c: Cycle, offer: Offer, outcome: Event) -> None:
    """Tell the old owner, and whoever made the offer, that it was accepted or refused (not who said so)."""
    by = author(outcome)
    reason = Reason.ACCEPTED if outcome.kind == Answer.ACCEPTED.value else Reason.REFUSED
    reason = Reason.TAKEN_OVER if offer.taken else reason
    why = str(outcome.data.get("reason", ""))
    for person in dict.fromkeys((offer.before, offer.by)):
        if person not in (by, offer.to) and person in c.directory.persons:
            to = Resolution(c.directory.persons[person], "warned", ("warned before",))
            since = outcome.recorded_at
            tell_once(c, to, NoticeKind.HAND_OVER, reason, since, by=by, to=offer.to, why=why)
