"""The forms of a link: what each asks for, what was typed, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from deadline_guard.core.people import Directory
from deadline_guard.core.text import Text
from deadline_guard.errors import AnswerError, DeadlineGuardError
from deadline_guard.loop.link_answers import Pressed
from deadline_guard.loop.links import Act, Opened, Spot
from deadline_guard.loop.receipts import receipt_number
from deadline_guard.messages.texts import Texts, safe
from deadline_guard.web import further_forms
from deadline_guard.web.answer_pages import FORMS, View, brand, facts, heading, lang
from deadline_guard.web.further_forms import FURTHER
from deadline_guard.web.page import Button, Field, Form, Link, Option, Page

LONGEST: Final = 1000  # characters of a reason
_REASONED: Final = frozenset(
    {Act.WRONG_DATE, Act.NOT_PURSUED, Act.NOT_APPLICABLE, Act.REFUSE, Act.RESOLVE, Act.ACTED}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form needs to know: the day it is where the case is, who there is, which acts end the deadline."""

    today: date
    directory: Directory
    view: View


@dataclass(frozen=True, slots=True)
class Typed:
    """What came with a POST: the answer as far as it can be read, and what is wrong with each field."""

    pressed: Pressed
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    error: str = ""


def form_page(asked: Asked, link: Opened, spot: Spot, act: Act, typed: Typed | None = None) -> Page:
    """Return the page that asks for one answer; with what was typed and what is wrong where it comes back."""
    view, t = asked.view, asked.view.t
    place = link.place(spot.place)
    form = Form(
        to=view.at(act, place),
        fields=_fields(asked, link, spot, act, typed or Typed(Pressed(act, ""))),
        buttons=(Button(_button(t, act), act.value),),
        question=_question(t, spot, act, view),
        note=further_forms.note(view, act) if act in FURTHER else _note(t, act),
        error=typed.error if typed else "",
    )
    what = ((t.say("What"), heading(view, spot)),)
    return Page(
        lang(t), t.say(FORMS[act][1]), brand(t), 422 if typed else 200,
        facts=(*what, *facts(view, spot)), form=form, back=Link(t.say("Back"), view.at(None, place)),
        footer=t.say("This is recorded in the name of {name}.", name=safe(link.person.name)),
    )  # fmt: skip


def read_form(asked: Asked, link: Opened, spot: Spot, pressed: Pressed, values: Mapping[str, str]) -> Typed:
    """Return what was typed as an answer, with a sentence for each field that cannot be taken."""
    t, act, errors = asked.view.t, pressed.act, {}
    on = pressed.on
    if act is Act.DONE:
        try:
            on = date.fromisoformat(values.get("on", ""))
        except ValueError:
            errors["on"] = t.say("Give the day as in {day}.", day=asked.today.isoformat())
        if on is not None and on > asked.today:
            errors["on"] = t.say("This day lies ahead: what is done is recorded afterwards.")
        try:
            receipt_number(values.get("receipt", ""))
        except AnswerError as error:
            errors["receipt"] = said(t, error)
        if values.get("event", "") not in _events(spot):
            errors["event"] = t.say("Choose one.")
    if act is Act.HAND_OVER and values.get("to", "") not in dict(_others(asked, link)):
        errors["to"] = t.say("Choose one.")
    reason = values.get("reason", "").strip()
    if act in _REASONED and not reason:
        errors["reason"] = t.say("Give the reason.")
    if len(reason) > LONGEST:
        errors["reason"] = t.say("At most {n} characters.", n=LONGEST)
    answer = Pressed(
        act, pressed.address, pressed.place, on, values.get("event", ""), values.get("receipt", "").strip(),
        values.get("to", ""), reason,
    )  # fmt: skip
    if act in FURTHER:
        answer, more = further_forms.read(asked.view, spot, answer, values, asked.today)
        errors |= more
    return Typed(answer, values, errors)


def said(t: Texts, error: DeadlineGuardError) -> str:
    """Return an error in the reader's language."""
    words = error.args[0] if error.args else ""
    return words.said(t.locale) if isinstance(words, Text) else str(words)


def _fields(asked: Asked, link: Opened, spot: Spot, act: Act, typed: Typed) -> tuple[Field, ...]:
    t, value, wrong = asked.view.t, typed.values.get, typed.errors.get
    label = {Act.RESOLVE: t.say("How it was settled"), Act.ACTED: t.say("What came of it")}.get(act, t.say("Reason"))
    reason = Field("reason", label, "lines", value("reason", ""), longest=LONGEST, error=wrong("reason", ""))
    match act:
        case Act.DONE:
            return _done(asked, spot, typed)
        case Act.HAND_OVER:
            others = (Option("", t.say("– choose –")), *(Option(id, name) for id, name in _others(asked, link)))
            to = Field("to", t.say("To whom"), "choice", value("to", ""), options=others, error=wrong("to", ""))
            hint = t.say("Not needed. The other person reads it.")
            why = Field("reason", reason.label, "lines", reason.value, hint, reason.error, False, longest=LONGEST)
            return (to, why)
        case _ if act in _REASONED:
            return (reason,)
        case _ if act in FURTHER:
            return further_forms.fields(asked.view, spot, act, typed.values, typed.errors)
        case _:
            return ()


def _done(asked: Asked, spot: Spot, typed: Typed) -> tuple[Field, ...]:
    t, value, wrong = asked.view.t, typed.values.get, typed.errors.get
    events = _events(spot)
    made: list[Field] = []
    if len(events) > 1:
        titles = {kind: safe(t.title(asked.view.titles.get(kind, {}))) or kind for kind in events}
        options = (Option("", t.say("– choose –")), *(Option(kind, title) for kind, title in titles.items()))
        made.append(
            Field(
                "event", t.say("What was done"), "choice", value("event", ""), options=options, error=wrong("event", "")
            )
        )
    hint = t.say("The day of the act itself, not of this entry.")
    made.append(
        Field("on", t.say("Done on"), "date", value("on", ""), hint, wrong("on", ""), latest=asked.today.isoformat())
    )
    hint = t.say(
        "As it stands on the receipt, the post slip or the court's confirmation. Leave it empty if there is none."
    )
    made.append(
        Field(
            "receipt",
            t.say("Receipt number"),
            "text",
            value("receipt", ""),
            hint,
            wrong("receipt", ""),
            False,
            longest=80,
        )
    )
    return tuple(made)


def _events(spot: Spot) -> tuple[str, ...]:
    """Return the acts that end this; one alone is not asked for."""
    acts = spot.clock.found.rule.done_by if spot.clock else ()
    return acts if len(acts) > 1 else ("",)


def _others(asked: Asked, link: Opened) -> list[tuple[str, str]]:
    """Return whom this can be handed to, the person's own team first."""
    team = link.person.team
    there = [p for p in asked.directory.persons.values() if p.active and p.id != link.person.id]
    return [(p.id, safe(p.name)) for p in sorted(there, key=lambda p: (p.team != team, p.name, p.id))]


def _button(t: Texts, act: Act) -> str:
    match act:
        case Act.DONE:
            return t.say("Record as done")
        case Act.HAND_OVER:
            return t.say("Offer to hand over")
        case Act.WRONG_DATE:
            return t.say("Report the date")
        case Act.SNOOZE:
            return t.say("Remind me then")
        case Act.MUTE:
            return t.say("Mute until then")
        case Act.RETRACT:
            return t.say("Take it back")
        case Act.ACCEPT | Act.REFUSE | Act.CONFIRM | Act.TAKE_OVER:
            return t.say(FORMS[act][1])
        case _:
            return t.say("Record")


def _question(t: Texts, spot: Spot, act: Act, view: View) -> str:
    """Return what the press answers, where the button alone does not say it."""
    if act is not Act.CONFIRM:
        return ""
    first = spot.waits_for or spot.date_by
    name = safe(view.names.get(first, first))
    if spot.waits_for:
        return t.say("{name} answered that this need not be done. Do you confirm it?", name=name)
    return t.say("{name} recorded the date that starts the clock. Do you confirm it?", name=name)


def _note(t: Texts, act: Act) -> str:
    """Return what the reader should know before pressing."""
    match act:
        case Act.HAND_OVER:
            return t.say("It stays yours, and its warnings go on, until the other person accepts.")
        case Act.WRONG_DATE:
            return t.say("The date stands, and its warnings go on, until it is looked into.")
        case Act.NOT_PURSUED:
            return t.say("Shortly before its date a second person must confirm this; until then the deadline runs on.")
        case Act.NOT_APPLICABLE:
            return t.say("For a duty a second person must confirm this; until then the deadline runs on.")
        case Act.ACCEPT:
            return t.say("From then on you answer for it, and its warnings come to you.")
        case Act.RESOLVE:
            return t.say("The date stands as it is. A wrong one is corrected by correcting its event instead.")
        case _:
            return ""
