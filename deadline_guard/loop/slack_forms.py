"""The forms behind Slack's buttons: which one a press opens, and what a form that was sent records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from deadline_guard.core.people import Person
from deadline_guard.core.text import Text
from deadline_guard.errors import AnswerError
from deadline_guard.loop import answers, slack_more
from deadline_guard.loop.answers import Clock, Said
from deadline_guard.loop.links import Act, Became, Spot, spots_of
from deadline_guard.loop.office import Office
from deadline_guard.loop.receipts import receipt_number
from deadline_guard.loop.slack_press import Press
from deadline_guard.messages import modals, spoken
from deadline_guard.messages import press as buttons
from deadline_guard.messages.modals import About
from deadline_guard.messages.texts import Texts, safe

VIA: Final = "slack"
_ACTS: Final = {
    buttons.DONE: Act.DONE,
    buttons.HAND_OVER: Act.HAND_OVER,
    buttons.WRONG_DATE: Act.WRONG_DATE,
    buttons.NOT_PURSUED: Act.NOT_PURSUED,
}


class FormError(Exception):
    """What was filled in cannot be taken: a sentence by field, in the reader's language."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


def form(office: Office, conn: Connection, about: About, person: Person, t: Texts, now: datetime) -> Mapping[str, Any]:
    """Return the form that a button opens: of the one deadline it can be about, or the question which one.

    Raises AnswerError when nothing of the message can be answered so any more.
    """
    number, _, place = about.warning.partition(".")
    spots = spots_of(office, conn, int(number.removeprefix("W-")), now)
    spots = tuple(s for s in spots if not place or s.place == int(place))
    act = _ACTS.get(about.act)  # none: the answer itself says whether it fits
    running = [s for s in spots if s.clock is not None and s.became in (Became.OPEN, Became.MOVED)]
    fits = [s for s in running if act is None or s.can(act, person.id)]
    if not fits:
        answers.clocks_of(office, conn, about.warning, now)  # says why, where all of them have ended
        raise AnswerError(Text("this cannot be answered so any more", "此项已不能这样答复"))
    if len(fits) > 1:
        choices = [(str(s.place), _headline(s, t)) for s in fits]
        return modals.choose(t, about, choices)
    only = replace(about, warning=f"{number}.{fits[0].place}" if len(spots) > 1 or place else number)
    return _of_one(office, conn, only, fits[0], person, t, now)


def _of_one(
    office: Office, conn: Connection, about: About, spot: Spot, person: Person, t: Texts, now: datetime
) -> Mapping[str, Any]:
    assert spot.clock is not None
    headline = _headline(spot, t)
    match about.act:
        case buttons.DONE:
            today = now.astimezone(ZoneInfo(spot.clock.case.zone)).date()
            return modals.done(t, about, headline, _acts(office, spot.clock, t), today)
        case buttons.HAND_OVER:
            return modals.hand_over(t, about, headline, _others(office, spot.clock, person))
        case buttons.WRONG_DATE:
            return modals.wrong_date(t, about, headline)
        case buttons.NOT_PURSUED:
            return modals.not_pursued(t, about, headline)
        case buttons.MORE:
            return slack_more.form(office, conn, about, headline, spot.clock, person.id, t, now)
        case _:
            return modals.in_words(t, about, headline)


def _headline(spot: Spot, t: Texts) -> str:
    assert spot.clock is not None
    found = spot.clock.found
    parts = (safe(spot.clock.case.code), safe(t.title(found.rule.title)), t.day(found.deadline.due_on))
    return " · ".join(p for p in parts if p)


def _acts(office: Office, clock: Clock, t: Texts) -> list[modals.Choice]:
    """Return the events that end a deadline, with their titles."""
    known = office.rulebook.events
    return [(kind, safe(t.title(known[kind].title)) if kind in known else kind) for kind in clock.found.rule.done_by]


def _others(office: Office, clock: Clock, person: Person) -> list[modals.Choice]:
    """Return who could take it over: the case's team first, then everybody else who is still in the firm."""
    team = clock.case.team or person.team
    there = [p for p in office.people.persons.values() if p.active and p.id != person.id]
    return [(p.id, safe(p.name)) for p in sorted(there, key=lambda p: (p.team != team, p.name, p.id))]


def send(office: Office, conn: Connection, press: Press, said: Said, t: Texts) -> str:
    """Record what a form says; return a sentence for the person, '' where the message itself will show it.

    Raises FormError for fields to mend, AnswerError for an answer that no longer fits.
    """
    clock = _clock(office, conn, press, said)
    reason = press.values.get(modals.REASON, "").strip()
    match press.act:
        case buttons.DONE:
            return _done(office, conn, clock, press, said, t)
        case buttons.HAND_OVER:
            to = press.values.get(modals.TO, "")
            if to not in office.people.persons:
                raise FormError({modals.TO: spoken.choose_one(t)})
            answers.hand_over(office, conn, clock, said, to, reason)
            return spoken.still_yours(t)
        case buttons.WRONG_DATE:
            answers.dispute(office, conn, clock, said, _given(reason, t))
            return spoken.date_stands(t)
        case buttons.REFUSE:
            answers.refuse(office, conn, clock, said, _given(reason, t))
        case buttons.RESOLVE:
            answers.resolve(office, conn, clock, said, _given(reason, t))
        case buttons.MORE:
            slack_more.send(office, conn, clock, press, said)
        case buttons.RESULT:
            answers.acted(office, conn, clock, said, _given(reason, t))
        case _:
            waits = answers.not_pursued(office, conn, clock, said, _given(reason, t))
            return spoken.awaits_second(t) if waits else ""
    return ""


def _clock(office: Office, conn: Connection, press: Press, said: Said) -> Clock:
    found = answers.clocks_of(office, conn, press.about.warning, said.now)
    if len(found) > 1:
        raise AnswerError(Text("several deadlines are meant; choose one", "涉及多项期限;请选择其一"))
    return found[0]


def _done(office: Office, conn: Connection, clock: Clock, press: Press, said: Said, t: Texts) -> str:
    try:
        on = date.fromisoformat(press.values.get(modals.ON, ""))
    except ValueError:
        today = said.now.astimezone(ZoneInfo(clock.case.zone)).date()
        raise FormError({modals.ON: spoken.give_day(t, today.isoformat())}) from None
    try:
        receipt = receipt_number(press.values.get(modals.RECEIPT, ""))
    except AnswerError as error:
        raise FormError({modals.RECEIPT: in_words(error, t)}) from None
    acts = clock.found.rule.done_by
    event = press.values.get(modals.EVENT) or (acts[0] if len(acts) == 1 else None)
    if len(acts) > 1 and event not in acts:
        raise FormError({modals.EVENT: spoken.choose_one(t)})
    answers.done(office, conn, clock, said, on, receipt, event)
    return ""


def _given(reason: str, t: Texts) -> str:
    if not reason:
        raise FormError({modals.REASON: spoken.give_reason(t)})
    return reason[: modals.LONGEST]


def in_words(error: Exception, t: Texts) -> str:
    """Return an error in the reader's language."""
    words: Sequence[object] = error.args
    first = words[0] if words else ""
    return first.said(t.locale) if isinstance(first, Text) else str(first)
