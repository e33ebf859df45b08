"""What was tried and answered before, one line each."""

from __future__ import annotations

from collections.abc import Sequence

from deadline_guard.messages.item import Past
from deadline_guard.messages.texts import Texts, safe
from deadline_guard.messages.words import channel_name

_MOST = 12


def history(t: Texts, past: Sequence[Past], zone: str) -> tuple[str, ...]:
    """Return the latest lines of what happened; older ones are counted."""
    lines = tuple(f"{t.moment(p.at, zone)}  {_line(t, p)}" for p in past[-_MOST:])
    if len(past) <= _MOST:
        return lines
    return (t.many("{n} earlier entry", "{n} earlier entries", len(past) - _MOST), *lines)


def _line(t: Texts, past: Past) -> str:
    channel, name = channel_name(t, past.channel), safe(past.person)
    forms = {
        "told": t.say("{channel} to {name}"),
        "accepted": t.say("{channel} to {name}: accepted by the server"),
        "failed": t.say("{channel} to {name}: not delivered"),
        "unknown": t.say("{channel} to {name}: no answer, may or may not have arrived"),
        "acknowledged": t.say("acknowledged by {name} ({channel})"),
        "done": t.say("recorded as done by {name}"),
        "not_pursued": t.say("not pursued, says {name}"),
        "not_applicable": t.say("not applicable, says {name}"),
        "snoozed": t.say("snoozed by {name}"),
        "handed_over": t.say("handed over by {name}"),
        "disputed": t.say("date disputed by {name}"),
        "absent": t.say("{name} is away"),
        "overruled": t.say("overruled by {name}"),
    }
    line = forms.get(past.what, safe(past.what) + " {name}").format(channel=channel, name=name).strip()
    return t.say("{line}: {detail}", line=line, detail=safe(past.detail)) if past.detail else line
