"""Answers pressed in Slack: who pressed, whether that person may, each press once, everything refused written down."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from deadline_guard.channels import DeliveryError
from deadline_guard.core.people import Person
from deadline_guard.core.timeline import EMPTY
from deadline_guard.errors import AnswerError, NotFoundError
from deadline_guard.loop import answers, slack_forms, slack_press
from deadline_guard.loop.answers import Clock, Said
from deadline_guard.loop.links import Act, Became, Spot, spots_of
from deadline_guard.loop.office import Office
from deadline_guard.loop.permitted import permitted
from deadline_guard.loop.slack_forms import VIA, FormError, in_words
from deadline_guard.loop.slack_press import Press
from deadline_guard.messages import modals, spoken
from deadline_guard.messages import press as buttons
from deadline_guard.messages.texts import Texts, texts
from deadline_guard.store import heard, ledger, notices, telling
from deadline_guard.store.columns import dump
from deadline_guard.views.items import Sight, items
from deadline_guard.views.letters import warning_id

log = logging.getLogger(__name__)
OUTSIDER: Final = "outsider"
STRANGER: Final = "stranger"
REPEATED: Final = "repeated"


def _nothing() -> None:
    """Do nothing more."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What Slack gets back: ``body`` as the answer itself (within three seconds), then whatever ``then`` does.

    ``then`` calls Slack and raises nothing; call it once, after the answer. ``late`` tells the person what ``body``
    says where the answer could not be given in time.
    """

    body: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    then: Callable[[], None] = _nothing
    late: Callable[[], None] = _nothing


def handle(office: Office, payload: Mapping[str, Any], now: datetime) -> Reply:
    """Do what a press says, exactly once, and return the reply; ``payload`` is known to come from Slack.

    A press on anything but our buttons and forms is answered with nothing.
    """
    press = slack_press.read(payload)
    if press is None:
        return Reply()
    try:
        person = _person(office, press, now)
    except DeliveryError as error:
        log.warning("Slack did not say who pressed %s: %s", press.act, error)
        return _told(office, press, None, spoken.unknown_now)
    t = _language(office, person)
    try:
        with office.store.write() as conn:
            again = heard.reply_to(conn, press.id)
            if again is not None:
                _refused(conn, press, person, REPEATED, now)
                return Reply(again)
            why = _refusal(office, conn, press, person, now)
            if person is None or why:
                _refused(conn, press, person, why, now)
                reply = _told(office, press, person, spoken.outsider if person else spoken.stranger)
            else:
                reply = _done(office, conn, press, person, t, now)
            heard.remember(conn, press.id, reply.body, now)
            return reply
    except FormError as error:
        reply = _to_mend(office, press, t, error.errors)
    except (AnswerError, NotFoundError) as error:
        reply = _to_mend(office, press, t, {modals.first_field(press.act): in_words(error, t)})
    with office.store.write() as conn:
        if heard.reply_to(conn, press.id) is None:
            heard.remember(conn, press.id, reply.body, now)
    return reply


def _person(office: Office, press: Press, now: datetime) -> Person | None:
    """Return who pressed: whose Slack address or mail address is the account's; None where nobody's or several's."""
    there = [p for p in office.people.persons.values() if p.active]
    found = [p for p in there if p.channels.get("slack") == press.user]
    if not found and press.user and office.desk is not None:
        email = office.desk.account(press.user, now).email.casefold()
        found = [p for p in there if email and email in _addresses(p)]
    return found[0] if len(found) == 1 else None


def _addresses(person: Person) -> set[str]:
    return {person.channels.get(channel, "").strip().casefold() for channel in ("slack", "email")}


def _language(office: Office, person: Person | None) -> Texts:
    return texts((person.locale if person else "") or office.config.locale)


def _refusal(office: Office, conn: Connection, press: Press, person: Person | None, now: datetime) -> str:
    """Return why this person may not answer; '' where nothing speaks against it."""
    if person is None:
        return STRANGER
    return "" if permitted(office, conn, press.message, person.id, now) else OUTSIDER


def _refused(conn: Connection, press: Press, person: Person | None, why: str, now: datetime) -> None:
    """Write down what was refused: on the chain of the case that it was about."""
    about = telling.cycles_of(conn, press.message)
    chain = ledger.of_subject(about[0][0]) if about else ledger.SYSTEM
    payload = {
        "what": VIA, "why": why, "action": press.act, "message": press.message, "user": press.user,
        "person": person.id if person else None,
    }  # fmt: skip
    ledger.append(conn, [ledger.Entry(chain, "refused", dump(payload))], now)


def _done(office: Office, conn: Connection, press: Press, person: Person, t: Texts, now: datetime) -> Reply:
    """Do what was pressed in the person's name."""
    said = Said(person.id, now, VIA)
    if press.act == modals.CHOOSE:
        place = press.values.get(modals.WHICH, "")
        if not place.isdigit():
            raise FormError({modals.WHICH: spoken.choose_one(t)})
        about = modals.About(press.about.act, f"W-{press.message}.{place}", press.about.channel, press.about.thread)
        return Reply(modals.instead(slack_forms.form(office, conn, about, person, t, now)))
    if press.form:
        words = slack_forms.send(office, conn, press, said, t)
        return _told(office, press, person, lambda _: words) if words else Reply()
    match press.act:
        case buttons.ACKNOWLEDGE:
            return _acknowledge(office, conn, press, person, said)
        case buttons.CONFIRM:
            return _each(office, conn, press, said, answers.confirm)
        case buttons.ACCEPT:
            return _each(office, conn, press, said, answers.accept)
        case buttons.WHY:
            why = _why(office, conn, press, person, t, now)
            return _told(office, press, person, lambda _: why)
        case _:
            form = slack_forms.form(office, conn, press.about, person, t, now)
            return Reply(then=lambda: _open(office, press, person, form))


def _acknowledge(office: Office, conn: Connection, press: Press, person: Person, said: Said) -> Reply:
    """Acknowledge whatever of the message nobody acknowledged since; say so where somebody did."""
    spots = spots_of(office, conn, press.message, said.now)
    can = [s for s in spots if s.can(Act.SEEN, person.id)]
    if not can:
        if any(s.became is Became.MOVED for s in spots):
            return _told(office, press, person, spoken.moved)
        answers.clocks_of(office, conn, press.about.warning, said.now)  # raises, and says how it ended
        return Reply()
    fresh = [s.clock for s in can if s.seen is None and s.clock is not None]
    if not fresh:
        return _told(office, press, person, lambda t: _already(office, can[0], person, t))
    answers.acknowledge(office, conn, fresh, said)
    return Reply()


def _already(office: Office, spot: Spot, person: Person, t: Texts) -> str:
    seen = spot.seen
    assert seen is not None
    by = str(seen.data.get("by") or seen.recorded_by)
    name = office.people.persons[by].name if by in office.people.persons else by
    return spoken.already(t, name, str(seen.data.get("via") or ""), seen.recorded_at, person.zone)


def _each(
    office: Office,
    conn: Connection,
    press: Press,
    said: Said,
    answer: Callable[[Office, Connection, Clock, Said], None],
) -> Reply:
    """Give an answer that needs no form to everything that the message is about."""
    for clock in answers.clocks_of(office, conn, press.about.warning, said.now):
        answer(office, conn, clock, said)
    return Reply()


def _why(office: Office, conn: Connection, press: Press, person: Person, t: Texts, now: datetime) -> str:
    """Return how the dates of the message were reached."""
    carried = list(notices.by_ids(conn, telling.notices_of(conn, press.message)).values())
    about = [s for s in carried if not s.notice.rule.startswith("finding.")]
    ids = {s.id: warning_id(press.message) for s in about}
    sight = Sight(office.rulebook, office.calendars, office.directory(conn), office.pressable)
    return spoken.why(t, items(conn, about, person, sight, now, ids, ids), person.zone)


def _to_mend(office: Office, press: Press, t: Texts, errors: Mapping[str, str]) -> Reply:
    """Return what is wrong: in the form while it is open, else to the person alone."""
    words = list(errors.values())
    if not press.form:
        return Reply(then=lambda: _whisper(office, press, " ".join(words)))
    return Reply(modals.wrong(errors), late=lambda: _whisper(office, press, spoken.late(t, words)))


def _told(office: Office, press: Press, person: Person | None, words: Callable[[Texts], str]) -> Reply:
    """Return a reply that says something to the person alone."""
    text = words(_language(office, person))
    return Reply(then=lambda: _whisper(office, press, text))


def _open(office: Office, press: Press, person: Person, form: Mapping[str, Any]) -> None:
    if office.desk is None:
        return
    try:
        office.desk.open_form(press.trigger, form)
    except DeliveryError as error:
        log.warning("the form of %s was not opened: %s", press.act, error)
        _whisper(office, press, spoken.not_now(_language(office, person)))


def _whisper(office: Office, press: Press, text: str) -> None:
    """Say something to whoever pressed; if Slack does not take it the press has failed no more than that."""
    about = press.about
    if office.desk is None or not about.channel:
        return
    try:
        office.desk.whisper(user=press.user, channel=about.channel, text=text, thread=about.thread, url=press.url)
    except Exception as error:
        log.warning("what was said about %s did not arrive: %s", press.act, error)
