"""The forms behind the buttons of a Slack message, in the reader's language; codes and dates, never the parties."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from deadline_guard.messages.blocks import escape
from deadline_guard.messages.press import DONE, HAND_OVER, MORE, NOT_PURSUED, REFUSE, RESOLVE, RESULT, WRONG_DATE
from deadline_guard.messages.texts import Texts, mark

CHOOSE: Final = "dg_choose"
WHICH: Final = "which"
EVENT: Final = "event"
ON: Final = "on"
RECEIPT: Final = "receipt"
TO: Final = "to"
REASON: Final = "reason"
WHAT: Final = "what"
UNTIL: Final = "until"
LONGEST: Final = 1000  # characters of a reason
_OPTION: Final = 75
_OPTIONS: Final = 100
_FORMS: Final = {
    DONE: (mark("Done and recorded"), mark("Record as done")),
    HAND_OVER: (mark("Hand over"), mark("Offer to hand over")),
    WRONG_DATE: (mark("Wrong date"), mark("Report the date")),
    NOT_PURSUED: (mark("Not pursued"), mark("Record")),
    REFUSE: (mark("Refuse the hand-over"), mark("Refuse")),
    RESOLVE: (mark("Settle the dispute"), mark("Record")),
    RESULT: (mark("What came of it"), mark("Record")),
    MORE: (mark("More answers"), mark("Record")),
}
FORMS: Final = frozenset(_FORMS)
Choice = tuple[str, str]  # value, label


@dataclass(frozen=True, slots=True)
class About:
    """What a form is about: the button, the warning (``W-12`` or ``W-12.3``), and where it was pressed."""

    act: str
    warning: str
    channel: str = ""
    thread: str = ""

    def packed(self) -> str:
        """Return it as the text that Slack keeps with the form."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def unpacked(cls, text: str) -> About:
        """Return what was kept with a form; raises ValueError for anything else."""
        found = json.loads(text)
        if not isinstance(found, dict) or not {"act", "warning"} <= set(found):
            raise ValueError("this form is none of ours")
        return cls(**{key: str(found.get(key, "")) for key in ("act", "warning", "channel", "thread")})


def choose(t: Texts, about: About, choices: Sequence[Choice]) -> Mapping[str, Any]:
    """Return the form that asks which of several deadlines is meant, by their number in the message."""
    field = _select(WHICH, t.say("Which deadline"), choices)
    return _modal(t, about, CHOOSE, t.say("Which deadline"), t.say("Next"), [field])


def done(t: Texts, about: About, headline: str, acts: Sequence[Choice], today: date) -> Mapping[str, Any]:
    """Return the form for what was done: the act where there are several, its day, the receipt number."""
    fields = [_said(headline)]
    if len(acts) > 1:
        fields.append(_select(EVENT, t.say("What was done"), acts))
    elif acts:
        fields.append(_said(acts[0][1]))
    day = {"type": "datepicker", "action_id": ON, "initial_date": today.isoformat()}
    fields.append(_field(ON, t.say("Done on"), day, t.say("The day of the act itself, not of this entry.")))
    number = {"type": "plain_text_input", "action_id": RECEIPT, "max_length": 200}
    hint = t.say(
        "As it stands on the receipt, the post slip or the court's confirmation. Leave it empty if there is none."
    )
    fields.append(_field(RECEIPT, t.say("Receipt number"), number, hint, optional=True))
    return _form(t, about, fields)


def hand_over(t: Texts, about: About, headline: str, persons: Sequence[Choice]) -> Mapping[str, Any]:
    """Return the form that asks who takes over."""
    note = t.say("It stays yours, and its warnings go on, until the other person accepts.")
    fields = [_said(headline, note), _select(TO, t.say("To whom"), persons[:_OPTIONS])]
    return _form(t, about, [*fields, _reason(t, optional=True)])


def wrong_date(t: Texts, about: About, headline: str) -> Mapping[str, Any]:
    """Return the form that asks what is wrong with a date."""
    note = t.say("The date stands, and its warnings go on, until it is looked into.")
    return _form(t, about, [_said(headline, note), _reason(t)])


def not_pursued(t: Texts, about: About, headline: str) -> Mapping[str, Any]:
    """Return the form that asks why a right is given up."""
    note = t.say("Shortly before its date a second person must confirm this; until then the deadline runs on.")
    return _form(t, about, [_said(headline, note), _reason(t)])


def in_words(t: Texts, about: About, headline: str) -> Mapping[str, Any]:
    """Return the form that asks for no more than a reason, or what came of it, in words."""
    return _form(t, about, [_said(headline), _reason(t)])


def later(t: Texts, value: str) -> Choice:
    """Return the choice to be reminded later."""
    return value, t.say("Remind me later")


def mine_now(t: Texts, value: str) -> Choice:
    """Return the choice to take over."""
    return value, t.say("I take over")


def back(t: Texts, value: str, answer: str) -> Choice:
    """Return the choice to take an answer back."""
    return value, t.say("Take back: {answer}", answer=answer)


def more(
    t: Texts,
    about: About,
    headline: str,
    choices: Sequence[Choice],
    latest: datetime | None,
    zone: str,
    missed: str,
) -> Mapping[str, Any]:
    """Return the form with what else can be done; ``latest``: until when it can be put off, before ``missed`` comes."""
    fields = [_said(headline), _select(WHAT, t.say("What"), choices)]
    if latest is not None:
        at = t.stamp(latest, zone)
        hint = t.say("At the latest {at} ({zone}): {what} comes then.", at=at, zone=t.zone(zone), what=missed)
        picker = {"type": "datetimepicker", "action_id": UNTIL, "initial_date_time": int(latest.timestamp())}
        fields.append(_field(UNTIL, t.say("Remind me later: not before"), picker, hint, optional=True))
    return _form(t, about, fields)


def wrong(errors: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the reply that leaves the form open, with a sentence at each field to be mended."""
    return {"response_action": "errors", "errors": dict(errors)}


def instead(form: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the reply that shows another form in place of the one sent."""
    return {"response_action": "update", "view": form}


def first_field(act: str) -> str:
    """Return the field at which a form says what is wrong with the whole of it."""
    return {DONE: ON, HAND_OVER: TO, CHOOSE: WHICH, MORE: WHAT}.get(act, REASON)


def _form(t: Texts, about: About, fields: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    said = _FORMS[about.act]
    return _modal(t, about, about.act, t.say(said[0]), t.say(said[1]), fields)


def _modal(
    t: Texts, about: About, callback: str, title: str, submit: str, fields: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any]:
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": about.packed(),
        "title": _plain(title[:24]),
        "submit": _plain(submit[:24]),
        "close": _plain(t.say("Cancel")),
        "blocks": list(fields),
    }


def _reason(t: Texts, *, optional: bool = False) -> Mapping[str, Any]:
    element = {"type": "plain_text_input", "action_id": REASON, "multiline": True, "max_length": LONGEST}
    return _field(REASON, t.say("Reason"), element, optional=optional)


def _select(name: str, label: str, choices: Sequence[Choice]) -> Mapping[str, Any]:
    options = [{"text": _plain(_cut(text)), "value": value} for value, text in choices[:_OPTIONS]]
    return _field(name, label, {"type": "static_select", "action_id": name, "options": options})


def _field(
    name: str, label: str, element: Mapping[str, Any], hint: str = "", *, optional: bool = False
) -> Mapping[str, Any]:
    field = {"type": "input", "block_id": name, "label": _plain(label), "element": element, "optional": optional}
    return field | {"hint": _plain(hint)} if hint else field


def _said(*lines: str) -> Mapping[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "\n".join(escape(line) for line in lines)[:3000]}}


def _plain(text: str) -> Mapping[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _cut(text: str) -> str:
    return text if len(text) <= _OPTION else text[: _OPTION - 1] + "…"
