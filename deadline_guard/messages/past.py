"""What was tried and answered before, one line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from deadline_guard.messages.item import Past
from deadline_guard.messages.texts import Texts, mark, safe
from deadline_guard.messages.words import channel_name

_MOST: Final = 12
_FORMS: Final[Mapping[str, str]] = {
    "told": mark("{channel} to {name}"),
    "accepted": mark("{channel} to {name}: accepted by the server"),
    "failed": mark("{channel} to {name}: not delivered"),
    "unknown": mark("{channel} to {name}: no answer, may or may not have arrived"),
    "acknowledged": mark("acknowledged by {name} ({channel})"),
    "done": mark("recorded as done by {name}"),
    "not_pursued": mark("not pursued, says {name}"),
    "not_applicable": mark("not applicable, says {name}"),
    "snoozed": mark("snoozed by {name}"),
    "handed_over": mark("handed over by {name}"),
    "disputed": mark("date disputed by {name}"),
    "absent": mark("{name} is away"),
    "overruled": mark("overruled by {name}"),
}


def history(t: Texts, past: Sequence[Past], zone: str) -> tuple[str, ...]:
    """Return the latest lines of what happened; older ones are counted."""
    lines = tuple(f"{t.moment(p.at, zone)}  {_line(t, p)}" for p in past[-_MOST:])
    if len(past) <= _MOST:
        return lines
    return (t.many("{n} earlier entry", "{n} earlier entries", len(past) - _MOST), *lines)


def _line(t: Texts, past: Past) -> str:
    channel, name = channel_name(t, past.channel), safe(past.person)
    line = t.say(_FORMS[past.what], channel=channel, name=name) if past.what in _FORMS else safe(past.what)
    return t.say("{line}: {detail}", line=line, detail=safe(past.detail)) if past.detail else line
