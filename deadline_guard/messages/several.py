"""One message about many deadlines: the summary after downtime, later the digest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from deadline_guard.core.notices import NoticeKind
from deadline_guard.core.rules import Level
from deadline_guard.messages.content import Content, Reader, Section, repeat_mark
from deadline_guard.messages.item import Action, Item
from deadline_guard.messages.texts import Texts, safe
from deadline_guard.messages.words import LEVELS, badge, days_left, sign_of


def urgency(item: Item) -> tuple[int, int, str]:
    """Return the order in a list: the worst level first, then the least time left."""
    return (-item.level, item.days_left if item.days_left is not None else 99999, item.code)


def tally(items: Sequence[Item]) -> str:
    """Return the counts by sign, worst first: ``▲1 ■2``."""
    counts = Counter(item.level for item in items)
    return " ".join(f"{LEVELS[level].shape}{counts[level]}" for level in sorted(counts, reverse=True))


def summary(reader: Reader, items: Sequence[Item], actions: Sequence[Action], down_since: datetime | None) -> Content:
    """Return a list of what is open now, most urgent first."""
    t = reader.t
    ordered = sorted(items, key=urgency)
    worst = max((item.level for item in ordered), default=Level.OK)
    head = t.many("{n} deadline of yours", "{n} deadlines of yours", len(ordered))
    paragraphs = repeat_mark(reader)
    if down_since is not None:
        since = t.stamp(down_since, reader.zone)
        paragraphs.append(t.say("The service stood still since {at}. This is the state now.", at=since))
        paragraphs.append(t.say("Warnings that fell into the gap are not sent one by one."))
    return Content(
        sign=LEVELS[worst],
        headline=f"{tally(ordered)}  {head}",
        gist=head,
        facts=(),
        paragraphs=tuple(paragraphs),
        sections=(Section(t.say("Most urgent first"), tuple(row(t, item) for item in ordered)),),
        actions=tuple(actions),
        commands=() if actions else ("deadline-guard due",),
        footer=_footer(reader, ordered),
    )


def row(t: Texts, item: Item) -> str:
    """Return one deadline as one line: sign, time left, code, what, day, owner, number."""
    left = days_left(t, item)
    day = t.day(item.due_on) if item.due_on else t.say("no date")
    what = safe(t.title(item.what)) + (f" – {safe(item.detail)}" if item.detail else "")
    shown = [f"{badge(t, sign_of(item))} {left}".strip(), safe(item.code), what, day]
    if item.owner and not item.reader_is_owner:
        shown.append(safe(item.owner))
    if item.provisional or item.unconfirmed:
        shown.append(t.say("provisional"))
    if item.kind is NoticeKind.STEP:
        shown.append(t.say("not acknowledged"))
    if item.warning_id:
        shown.append(item.warning_id)
    return " · ".join(shown)


def _footer(reader: Reader, items: Sequence[Item]) -> str:
    t = reader.t
    known = [item.evaluated_at for item in items if item.evaluated_at is not None]
    shown = [t.say("Evaluated {at}", at=t.stamp(max(known), reader.zone))] if known else []
    return " · ".join([*shown, t.say("warning {id}", id=items[0].warning_id)])
