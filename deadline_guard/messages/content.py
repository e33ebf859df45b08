"""What a message says, line by line, before it is laid out as mail, chat or a short text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from deadline_guard.core.gaps import TOO_EARLY
from deadline_guard.core.notices import NoticeKind
from deadline_guard.core.rules import Acts, Level
from deadline_guard.messages import asked
from deadline_guard.messages.item import Action, Item
from deadline_guard.messages.past import history
from deadline_guard.messages.steps import said, sentences
from deadline_guard.messages.texts import Texts, safe
from deadline_guard.messages.words import Sign, action, badge, days_left, happened, role, sign_of, why_you

_MOST_STEPS = 8
UNTIL_SETTLED = "until_settled"  # a demand: an acknowledgement ends nothing


@dataclass(frozen=True, slots=True)
class Section:
    """A titled list of lines; ``derives``: they say how the date was reached."""

    title: str
    lines: tuple[str, ...]
    derives: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """One message in one language, not laid out yet.

    ``closing`` says how else to answer. ``headline`` is also the preview line on a phone: sign, word and ``gist``, the one thing to know.
    """

    sign: Sign
    headline: str
    gist: str
    facts: tuple[tuple[str, str], ...]
    paragraphs: tuple[str, ...]
    sections: tuple[Section, ...]
    actions: tuple[Action, ...]
    commands: tuple[str, ...]
    footer: str
    closing: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: language, zone, and whether party names may be shown where it is read."""

    t: Texts
    zone: str
    may_repeat: bool = False


def headline(t: Texts, sign: Sign, gist: str) -> str:
    """Return the first line: sign and word, then the one thing to know."""
    return t.say("{sign}: {gist}", sign=badge(t, sign), gist=gist)


def gist(t: Texts, item: Item) -> str:
    """Return the one thing to know: the time left, or what happened."""
    match item.kind:
        case NoticeKind.MOVED if item.due_on is not None:
            return t.say("now due {day}", day=t.day(item.due_on))
        case NoticeKind.WITHDRAWN:
            return t.say("the warning no longer holds")
        case NoticeKind.CLOSED:
            return closed_how(t, item)
        case NoticeKind.CONFLICT:
            return t.say("two records name different dates")
        case kind if kind in asked.KINDS:
            return asked.gist(t, item)
        case _:
            return days_left(t, item) or t.say("no date is known")


def closed_how(t: Texts, item: Item) -> str:
    """Return how a deadline ended."""
    state = str(item.data.get("state", "done"))
    if state == "not_pursued":
        return t.say("it was decided not to pursue this")
    if state == "not_applicable":
        return t.say("this does not apply here")
    if state == "cancelled":
        return t.say("cancelled")
    return t.say("recorded as done")


def due(t: Texts, item: Item) -> str:
    """Return the last day with weekday, hour and zone, and the firm's own limit, named apart."""
    if item.due_on is None:
        return ""
    parts = [t.day(item.due_on)]
    if item.due_at is not None:
        parts.append(t.say("{hour} ({zone})", hour=_hour(item), zone=t.zone(item.zone)))
    shown = " ".join(parts)
    if item.provisional or item.unconfirmed:
        shown = t.say("{date} – provisional", date=shown)
    if item.internal_at is not None:
        shown = t.say("{date}; internal limit {at}", date=shown, at=t.moment(item.internal_at, item.zone))
    return shown


def _hour(item: Item) -> str:
    """Return the local hour of the due instant; the end of the due day is 24:00."""
    assert item.due_at is not None
    local = item.due_at.astimezone(ZoneInfo(item.zone))
    ends_day = item.due_on is not None and local.date() == item.due_on + timedelta(days=1)
    if ends_day and local.time() == time(0):
        return "24:00"
    return f"{local:%H:%M}"


def single(reader: Reader, item: Item, actions: Sequence[Action]) -> Content:
    """Return the content of a message about one deadline."""
    t = reader.t
    sign, known = sign_of(item), gist(t, item)
    paragraphs = [*repeat_mark(reader), *_silence(reader, item), *_facts_of_kind(reader, item)]
    paragraphs += asked.dispute(t, item)
    paragraphs += _incident(t, item)
    paragraphs += _next(reader, item)
    return Content(
        sign=sign,
        headline=headline(t, sign, known),
        gist=known,
        facts=tuple((label, text) for label, text in _facts(t, item) if text),
        paragraphs=tuple(paragraphs),
        sections=tuple(s for s in (_history(reader, item), _derivation(t, item)) if s.lines),
        actions=tuple(actions),
        commands=() if actions else commands(item),
        footer=footer(reader, item),
    )


def _facts(t: Texts, item: Item) -> list[tuple[str, str]]:
    owner = safe(item.owner) or t.say("nobody")
    if item.reader_is_owner:
        owner = t.say("{name} (you)", name=owner)
    if item.deputy:
        owner = t.say("{name}; deputy {deputy}", name=owner, deputy=safe(item.deputy))
    case = "  ".join(p for p in (safe(item.code), safe(item.title or "")) if p)
    what = safe(t.title(item.what))
    if item.detail:
        what = f"{what} – {safe(item.detail)}"
    old = t.day(item.old_due_on) if item.old_due_on else ""
    return [
        (t.say("Case"), case),
        (t.say("What"), what),
        (_due_label(t, item), due(t, item)),
        (t.say("Before"), old),
        (t.say("Age of the debt"), _age(t, item)),
        (t.say("Owner"), owner),
        (t.say("Why you"), _why_you(t, item)),
    ]


def _age(t: Texts, item: Item) -> str:
    """Return the bucket in which a debt stands and what is owed, as reported; '' for everything else."""
    bucket = safe(t.title(item.data.get("bucket") or {}))
    owed = item.data.get("owed")
    return (
        t.say("{bucket}, {owed} owed as reported", bucket=bucket, owed=f"{float(owed):,.2f}")
        if owed and bucket
        else bucket
    )


def _due_label(t: Texts, item: Item) -> str:
    """Return what the date is: of a gauge the crossing, of an act that came too early its day."""
    if happened(item):
        return t.say("Came on") if TOO_EARLY in item.flags else t.say("Crossed")
    return t.say("Was due") if item.level is Level.OVERDUE else t.say("Due")


def _why_you(t: Texts, item: Item) -> str:
    why = why_you(t, item)
    if item.kind is NoticeKind.STEP and item.steps > 1:
        return t.say("{why}; step {step} of {steps}", why=why, step=item.step, steps=item.steps)
    return why


def repeat_mark(reader: Reader) -> list[str]:
    """Return the sentence that marks a possible twin of an earlier message, where there may be one."""
    if not reader.may_repeat:
        return []
    return [reader.t.say("This may be a repeat: the first try to send it got no answer.")]


def _silence(reader: Reader, item: Item) -> list[str]:
    t = reader.t
    if item.kind is NoticeKind.STEP and UNTIL_SETTLED in item.flags:
        return [t.say("What was asked for is not settled yet.")]
    if item.kind is NoticeKind.STEP:
        act = item.data.get("action")
        asked = [t.say("You are asked to {act}.", act=action(t, str(act)))] if act else []
        if item.silent_since is None:
            return [t.say("Nobody has acknowledged."), *asked]
        since = t.moment(item.silent_since, reader.zone)
        return [t.say("Nobody has acknowledged since {at}.", at=since), *asked]
    if item.kind is NoticeKind.REPEAT and UNTIL_SETTLED in item.flags:
        return [t.say("Said again, until whoever asked for it says that it is settled.")]
    if item.kind is NoticeKind.REPEAT:
        return [t.say("Said again, because nobody has acknowledged.")]
    return []


def _facts_of_kind(reader: Reader, item: Item) -> list[str]:
    """Return what only this kind of notice says."""
    t = reader.t
    match item.kind:
        case NoticeKind.MOVED | NoticeKind.LEVEL if item.due_on and item.old_due_on:
            moved = t.say("Old {old} → new {new}", old=t.day(item.old_due_on), new=t.day(item.due_on))
            because = [t.say("Reason: {why}", why=safe(item.moved_because))] if item.moved_because else []
            return [moved, *because, t.say("Earlier acknowledgements do not hold for the new date.")]
        case NoticeKind.WITHDRAWN:
            gone = t.say("The event or the rule behind it is gone.")
            return [gone, t.say("Nothing needs to be done. No more warnings follow.")]
        case NoticeKind.CLOSED:
            by = safe(item.data.get("by_name") or item.data.get("by") or "")
            told = [t.say("Recorded by {name}.", name=by)] if by else []
            return [*told, t.say("No more warnings follow.")]
        case NoticeKind.CONFLICT:
            other = t.join([safe(o) for o in item.data.get("other", ())])
            shown = [t.say("The other date: {dates}.", dates=other)] if other else []
            return [*shown, t.say("The earlier date works until somebody records the event once more.")]
        case kind if kind in asked.KINDS:
            return asked.facts(t, item, reader.zone)
    return []


def _incident(t: Texts, item: Item) -> list[str]:
    """Return what an overdue message adds: no reproach, and what the rule says can still be done."""
    lines: list[str] = []
    if item.level is Level.OVERDUE and item.kind in (NoticeKind.LEVEL, NoticeKind.STEP, NoticeKind.REPEAT):
        if item.acts is Acts.PARTY and not happened(item):
            lines.append(t.say("No filing is recorded. It may be done but not registered."))
        remedy = safe(t.title(item.remedy)) if item.remedy else ""
        if remedy:
            lines.append(t.say("What may still help: {remedy}", remedy=remedy))
    if "weekend" in item.flags:
        lines.append(t.say("The date set falls on a rest day; it stands as set and does not roll."))
    for reason in item.provisional:
        lines.append(t.say("Provisional: {why}", why=said(t, reason)))
    if item.unconfirmed:
        lines.append(t.say("Unconfirmed: nobody else has checked the date that starts the clock yet."))
    for reading in item.readings:
        why = said(t, reading.why)
        lines.append(t.say("Another reading: {day} ({why})", day=t.day(reading.due_on), why=why))
    return lines


def _next(reader: Reader, item: Item) -> list[str]:
    t, then = reader.t, item.next
    if item.kind not in (NoticeKind.LEVEL, NoticeKind.STEP, NoticeKind.REPEAT):
        return []
    if then is None:
        last = item.kind is NoticeKind.STEP and item.step >= item.steps
        return [t.say("You are the last of this chain: nobody is told after you.")] if last else []
    at, name = t.moment(then.at, reader.zone), safe(then.name)
    if then.role:
        name = t.say("{role} {name}", role=role(t, then.role), name=name)
    if UNTIL_SETTLED in item.flags:
        return [t.say("Next: if it is not settled by {at}, {name} is told.", at=at, name=name)]
    return [t.say("Next: if nobody answers by {at}, {name} is told.", at=at, name=name)]


def _history(reader: Reader, item: Item) -> Section:
    return Section(reader.t.say("So far"), history(reader.t, item.history, reader.zone))


def _derivation(t: Texts, item: Item) -> Section:
    if item.due_on is None or item.kind in (NoticeKind.CLOSED, NoticeKind.WITHDRAWN):
        return Section("", ())
    lines = [*_trigger(t, item), *sentences(item.basis, t.locale)]
    if len(lines) > _MOST_STEPS:
        more = len(lines) - _MOST_STEPS + 1
        lines = [*lines[: _MOST_STEPS - 1], t.many("{n} more step", "{n} more steps", more)]
    if item.rule:
        rule = t.say("Rule {rule}", rule=_rule(item))
        lines.append(f"{rule} · {safe(item.citation)}" if item.citation else rule)
    if item.reviewed in ("", "none"):
        lines.append(t.say("These rules have not yet been checked by a lawyer of this firm."))
    return Section(t.say("Why {day}", day=t.short_day(item.due_on)), tuple(lines), derives=True)


def _trigger(t: Texts, item: Item) -> list[str]:
    """Return the event that started the clock, and who recorded it."""
    what = safe(t.title(item.trigger))
    if not what or item.trigger_on is None:
        return []
    by = safe(item.trigger_by)
    shown = t.say("{what} (recorded by {name})", what=what, name=by) if by else what
    return [f"{t.day(item.trigger_on)}  {shown}"]


def _rule(item: Item) -> str:
    return f"{safe(item.rule)}@{safe(item.version)}" if item.version else safe(item.rule)


def commands(item: Item) -> tuple[str, ...]:
    """Return the command lines that answer this notice."""
    if item.kind in asked.KINDS:
        return asked.commands(item)
    if item.kind not in (NoticeKind.LEVEL, NoticeKind.STEP, NoticeKind.REPEAT, NoticeKind.MOVED):
        return ()
    shown = [f"deadline-guard ack {item.warning_id}", f"deadline-guard done {item.warning_id}"]
    if item.may_decline:
        shown.append(f"deadline-guard not-pursued {item.warning_id}")
    return tuple(shown)


def footer(reader: Reader, item: Item) -> str:
    """Return when this was worked out, from which data, by which rule, under which number."""
    t = reader.t
    parts = []
    if item.evaluated_at is not None:
        parts.append(t.say("Evaluated {at}", at=t.stamp(item.evaluated_at, reader.zone)))
    if item.data_as_of is not None:
        parts.append(t.say("data as of {at}", at=_as_of(t, item.data_as_of, item.evaluated_at, reader.zone)))
    parts.append(t.say("warning {id}", id=item.warning_id))
    if item.rule:
        parts.append(_rule(item))
    return " · ".join(parts)


def _as_of(t: Texts, at: datetime, evaluated: datetime | None, zone: str) -> str:
    """Return the instant, the hour alone where it is the day of the evaluation."""
    there = ZoneInfo(zone)
    if evaluated is not None and at.astimezone(there).date() == evaluated.astimezone(there).date():
        return f"{at.astimezone(there):%H:%M}"
    return t.stamp(at, zone)
