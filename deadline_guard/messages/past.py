"""What was tried and answered before, one line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
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
    "muted": mark("muted by {name}"),
    "confirmed": mark("confirmed by {name}"),
    "handed_over": mark("hand-over offered by {name}"),
    "hand_over_accepted": mark("hand-over accepted by {name}"),
    "hand_over_refused": mark("hand-over refused by {name}"),
    "disputed": mark("date disputed by {name}"),
    "resolved": mark("dispute settled by {name}"),
    "action_done": mark("result recorded by {name}"),
    "absent": mark("{name} is away"),
    "overruled": mark("overruled by {name}"),
}


def history(t: Texts, past: Sequence[Past], zone: str) -> tuple[str, ...]:
    """Return the latest lines of what happened; people told at one instant share a line, older ones are counted."""
    lines: list[str] = []
    for (at, _, _, _), found in groupby(past, key=lambda p: (p.at, p.what, p.channel, _detail(p))):
        together = list(found)
        names = t.join(list(dict.fromkeys(safe(p.person) for p in together)))
        lines.append(f"{t.moment(at, zone)}  {_line(t, together[0], names)}")
    if len(lines) <= _MOST:
        return tuple(lines)
    earlier = len(lines) - _MOST
    return (t.many("{n} earlier entry", "{n} earlier entries", earlier), *lines[earlier:])


def _line(t: Texts, past: Past, names: str) -> str:
    channel, detail = channel_name(t, past.channel), _detail(past)
    if past.what == "absent" and past.back is not None:
        return t.say("out-of-office reply from {name}: back {day}", name=names, day=t.short_day(past.back))
    line = t.say(_FORMS[past.what], channel=channel, name=names) if past.what in _FORMS else safe(past.what)
    return t.say("{line}: {detail}", line=line, detail=detail) if detail else line


def _detail(past: Past) -> str:
    """Return the detail where it tells something; what a server says when it accepts does not."""
    return "" if past.what in ("told", "accepted") else safe(past.detail)
