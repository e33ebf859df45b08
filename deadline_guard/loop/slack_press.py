"""What Slack tells of a press on a button or a form sent, read from the payload as it came."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from deadline_guard.core.timeline import EMPTY
from deadline_guard.messages.modals import CHOOSE, FORMS, About
from deadline_guard.messages.press import PRESSED
from deadline_guard.store.columns import dump

_WARNING: Final = re.compile(r"W-(\d{1,15})(?:\.\d{1,4})?")


@dataclass(frozen=True, slots=True)
class Press:
    """One press: ``act`` is the button's action id, or the form's; ``values`` what was filled in, by field.

    ``id`` names the press: a payload brought twice has it twice, a second press has another. ``user`` is a Slack
    user id. ``form``: a form was sent, so that the reply may say what to mend in it.
    """

    id: str
    act: str
    about: About
    user: str
    form: bool = False
    trigger: str = ""
    url: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: EMPTY)

    @property
    def message(self) -> int:
        """Return the id of the message that it is about."""
        found = _WARNING.fullmatch(self.about.warning)
        assert found is not None
        return int(found[1])


def read(payload: Mapping[str, Any]) -> Press | None:
    """Return the press in a payload; None for what is no press on one of our buttons or forms."""
    match payload.get("type"):
        case "block_actions":
            return _button(payload)
        case "view_submission":
            return _form(payload)
        case _:
            return None


def _button(payload: Mapping[str, Any]) -> Press | None:
    actions = payload.get("actions")
    pressed = actions[0] if isinstance(actions, list) and actions else None
    act, warning = _text(pressed, "action_id"), _text(pressed, "value")
    if act not in PRESSED or not _WARNING.fullmatch(warning):
        return None
    channel = _text(payload, "channel", "id") or _text(payload, "container", "channel_id")
    about = About(act, warning, channel, _text(payload, "message", "thread_ts"))
    trigger, user = _text(payload, "trigger_id"), _text(payload, "user", "id")
    return Press(_id(payload), act, about, user, False, trigger, _text(payload, "response_url"))


def _form(payload: Mapping[str, Any]) -> Press | None:
    act = _text(payload, "view", "callback_id")
    if act not in FORMS and act != CHOOSE:
        return None
    try:
        about = About.unpacked(_text(payload, "view", "private_metadata"))
    except (TypeError, ValueError):
        return None
    if not _WARNING.fullmatch(about.warning) or about.act not in FORMS:
        return None
    state = _at(payload, "view", "state", "values")
    values = {str(name): _filled(field) for name, field in state.items()} if isinstance(state, Mapping) else {}
    return Press(_id(payload), act, about, _text(payload, "user", "id"), True, values=values)


def _filled(fields: object) -> str:
    """Return what one field of a form holds, whatever its kind; '' for nothing."""
    held = next(iter(fields.values()), None) if isinstance(fields, Mapping) else None
    instant = _at(held, "selected_date_time")
    if isinstance(instant, int) and not isinstance(instant, bool):
        return str(instant)
    return _text(held, "value") or _text(held, "selected_date") or _text(held, "selected_option", "value")


def _id(payload: Mapping[str, Any]) -> str:
    """Return what names a press: its trigger, which Slack makes anew for each; else the payload itself."""
    trigger = _text(payload, "trigger_id")
    return trigger[:200] or sha256(dump(dict(payload)).encode()).hexdigest()


def _at(value: object, *path: str) -> object:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _text(value: object, *path: str) -> str:
    found = _at(value, *path)
    return found if isinstance(found, str) else ""
