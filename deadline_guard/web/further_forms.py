"""The forms for what else can be done about one deadline: put it off, mute it, take it over, take an answer back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from deadline_guard.core.timeline import Event, author
from deadline_guard.loop.link_answers import Pressed
from deadline_guard.loop.links import Act, Spot
from deadline_guard.messages.given import answer_said
from deadline_guard.messages.texts import safe
from deadline_guard.web.answer_pages import View
from deadline_guard.web.page import Field, Option

FURTHER: Final = frozenset({Act.SNOOZE, Act.MUTE, Act.TAKE_OVER, Act.RETRACT})
_LONGEST_MUTE: Final = timedelta(days=366)
_ON_A_FORM: Final = "%Y-%m-%dT%H:%M"


def fields(view: View, spot: Spot, act: Act, values: Mapping[str, str], errors: Mapping[str, str]) -> tuple[Field, ...]:
    """Return what the form of one of these answers asks for."""
    t, wrong = view.t, errors.get
    match act:
        case Act.SNOOZE:
            return (_until(view, spot, values, wrong("until", "")),)
        case Act.MUTE:
            hint = t.say("At most a year ahead.")
            label = t.say("Until the morning of")
            return (Field("until", label, "date", values.get("until", ""), hint, wrong("until", "")),)
        case Act.RETRACT:
            given = tuple(Option(e.id, _named(view, spot, e)) for e in spot.further.given)
            chosen = values.get("answer", given[0].value if given else "")
            return (Field("answer", t.say("Which answer"), "choice", chosen, error=wrong("answer", ""), options=given),)
        case _:
            return ()


def note(view: View, act: Act) -> str:
    """Return what the reader should know before pressing."""
    t = view.t
    match act:
        case Act.SNOOZE:
            return t.say(
                "Nothing is repeated until then. The next level, the next step of the chain and the deadline itself "
                "are told all the same."
            )
        case Act.MUTE:
            return t.say("Until then nobody is told of it below critical. Critical and overdue are told all the same.")
        case Act.TAKE_OVER:
            return t.say("From then on you answer for it, and its warnings come to you.")
        case _:
            return t.say("It is decided again as if this had not been answered. That it was stays on record.")


def read(
    view: View, spot: Spot, pressed: Pressed, values: Mapping[str, str], today: date
) -> tuple[Pressed, Mapping[str, str]]:
    """Return what was typed as an answer, with a sentence for each field that cannot be taken."""
    t, zone = view.t, _zone(spot)
    match pressed.act:
        case Act.SNOOZE:
            until = _instant(values.get("until", ""), zone)
            errors = {} if until else {"until": t.say("Give day and hour.")}
            return replace(pressed, until=until), errors
        case Act.MUTE:
            on = _day(values.get("until", ""))
            if on is None or not today < on <= today + _LONGEST_MUTE:
                return pressed, {"until": t.say("Choose a day ahead, at most a year.")}
            return replace(pressed, until=datetime.combine(on, time(), zone)), {}
        case Act.RETRACT:
            chosen = values.get("answer", "")
            return replace(pressed, answer=chosen), {} if chosen else {"answer": t.say("Choose one.")}
        case _:
            return pressed, {}


def _until(view: View, spot: Spot, values: Mapping[str, str], error: str) -> Field:
    """Return the field that asks until when, filled with the latest that would miss nothing."""
    t, zone, latest, missed = view.t, _zone(spot), spot.further.latest, spot.further.missed
    shown = latest.astimezone(zone).strftime(_ON_A_FORM) if latest else ""
    hint = ""
    if latest is not None and missed is not None:
        at, what = t.stamp(latest, zone.key), missed.said(t.locale)
        hint = t.say("At the latest {at} ({zone}): {what} comes then.", at=at, zone=t.zone(zone.key), what=what)
    return Field("until", t.say("Not again before"), "instant", values.get("until", shown), hint, error, latest=shown)


def _named(view: View, spot: Spot, event: Event) -> str:
    """Return an answer as people know it: what was said, when, and by whom."""
    t, by = view.t, author(event)
    return " · ".join(
        (answer_said(t, event.kind), t.moment(event.recorded_at, _zone(spot).key), safe(view.names.get(by, by)))
    )


def _zone(spot: Spot) -> ZoneInfo:
    return ZoneInfo(spot.clock.case.zone if spot.clock else "UTC")


def _instant(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=zone) if found.tzinfo is None and "T" in text else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
