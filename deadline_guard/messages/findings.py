"""What the system found about itself and its data: each finding in a sentence with what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from deadline_guard.messages.content import Content, Reader, footer, headline, repeat_mark
from deadline_guard.messages.item import Action, Item
from deadline_guard.messages.replies import about_replies
from deadline_guard.messages.texts import Texts, safe
from deadline_guard.messages.words import channel_name, role, sign_of, why_you


class _Known(dict[str, str]):
    """What a finding knows; a name it does not know reads as a question mark rather than an error."""

    def __missing__(self, key: str) -> str:
        return "?"


def finding(reader: Reader, item: Item, actions: Sequence[Action]) -> Content:
    """Return the content of a finding: what was found, why it matters, how to mend it."""
    t = reader.t
    found, mend = sentence(t, item, reader.zone)
    sign = sign_of(item)
    facts = [(t.say("Case"), safe(item.code)), (t.say("Why you"), why_you(t, item))]
    return Content(
        sign=sign,
        headline=headline(t, sign, found),
        gist=found,
        facts=tuple((label, text) for label, text in facts if text),
        paragraphs=(*repeat_mark(reader), *([mend] if mend else [])),
        sections=(),
        actions=tuple(actions),
        commands=(),
        footer=footer(reader, item),
    )


def sentence(t: Texts, item: Item, zone: str) -> tuple[str, str]:
    """Return what was found and how to mend it, both in the reader's language."""
    forms = {
        "no_owner": (
            t.say("this case has no owner"),
            t.say("Warnings go to the named last resort. Assign somebody: deadline-guard assign {code} …"),
        ),
        "no_rule": (
            t.say("no rule watches this case"),
            t.say("Nothing warns of its dates. Check type and attributes: deadline-guard explain {code}"),
        ),
        "plan_too_long": (
            t.say("the instalment plan runs longer than {months} months"),
            t.say("Longer may not be agreed with one debtor. Agree anew, or record why it stands."),
        ),
        "stale_source": (
            t.say("the source {source} has brought nothing since {since}"),
            t.say("It is expected every {every}. Dates may rest on old data: import it anew."),
        ),
        "source_failed": (
            t.say("the source {source} could not be read"),
            t.say("The error: {error}. Nothing of it was recorded; what was imported before stays."),
        ),
        "dead_channel": (
            t.say("the channel {channel} refused a message"),
            t.say("The last answer: {error}. What it refuses goes by the person's other channels."),
        ),
        "slack_deaf": (
            t.say("nobody hears what is pressed in Slack since {since}"),
            t.say("The last error: {error}. Until that is mended, answer by mail or with deadline-guard ack."),
        ),
        "missed_tick": (
            t.say("the evaluation stood still from {since} to {until}"),
            t.say("What fell into that time has been decided now. For the cause: deadline-guard status"),
        ),
        "link_not_me": (
            t.say("somebody else has the link of {person} (message {message})"),
            t.say(
                "They said that it is not theirs, and it no longer works. The mail was passed on, or the address in "
                "people.yaml is wrong. Tell {person} yourself: this was not acknowledged."
            ),
        ),
        "gave_up": (
            t.say("message {message} to {person} could not be delivered"),
            t.say("The last answer: {error}. Tell {person} yourself and mend the address in people.yaml."),
        ),
        "cannot_decide": (
            t.say("the dates of this case cannot be worked out"),
            t.say("The error: {error}. Until it is mended nothing warns of its dates."),
        ),
        "rules_refused": (
            t.say("the changed rules were refused; the old ones stay in force"),
            t.say("The problems: {error}. To see them all: deadline-guard check"),
        ),
        "rules_gone": (
            t.say("{count} rules are no longer in the rulebook: {rules}"),
            t.say(
                "Nothing watches their dates any more. If that was not meant, put the files back whole; they are read anew."
            ),
        ),
        "audit": (
            t.say("the nightly audit had to mend {count} cases"),
            t.say("This is a defect of the program: please report it. The dates are right now."),
        ),
        "seal": (
            t.say("daily seal {seal} of the ledger: {entries} entries in {chains} chains"),
            t.say(
                "Root: {root} – keep this message where nobody of the firm can change it. To check: deadline-guard ledger verify --against {root}"
            ),
        ),
        "fell_back": (
            t.say("nobody could be found for the role {role}"),
            t.say("The named last resort was told instead. Name somebody in people.yaml."),
        ),
    }
    if item.finding == "overload":
        return _overload(t, item, zone)
    if item.finding in ("reply_refused", "reply_unclear", "reply_help", "mailbox"):
        return about_replies(t, item)[item.finding]
    known = _Known({key: _shown(t, key, value, zone) for key, value in item.data.items()})
    if item.code:
        known["code"] = safe(item.code)
    if item.finding not in forms:
        rest = ", ".join(f"{key}: {value}" for key, value in known.items())
        return safe(item.finding) or safe(t.title(item.what)), rest
    found, mend = forms[item.finding]
    return found.format_map(known), mend.format_map(known)


def _overload(t: Texts, item: Item, zone: str) -> tuple[str, str]:
    """Return who holds too much of what, and who has room for how much."""
    names = ("person", "load", "capacity", "open", "near", "effort")
    known = {key: safe(item.data.get(key, "?")) for key in names}
    of = item.data.get("of", "open")
    if of == "near":
        found = t.say("{person} has {load} cases near their dates or worse, the capacity is {capacity}", **known)
    elif of == "effort":
        found = t.say("{person} holds {load} hours of work, the capacity is {capacity}", **known)
    else:
        found = t.say("{person} holds {load}, the capacity is {capacity}", **known)
    said = [t.say("Open cases: {open}, near their dates or worse: {near}.", **known)]
    if of == "effort":
        said.append(t.say("Cases without a stated effort: {n}.", n=item.data.get("unstated", 0)))
    if item.data.get("away_until"):
        until = _shown(t, "until", item.data["away_until"], zone)
        said.append(t.say("{person} is away until {until}.", person=known["person"], until=until))
    free = []
    for one in item.data.get("room", ()):
        name, n = safe(one["person"]), safe(one["room"])
        hours = of == "effort"
        free.append(
            t.say("{name} ({n} more hours)", name=name, n=n) if hours else t.say("{name} ({n} more)", name=name, n=n)
        )
    if item.data.get("more"):
        free.append(t.many("{n} other", "{n} others", int(item.data["more"])))
    said.append(t.say("Room is with: {names}.", names=t.join(free)) if free else t.say("Nobody else has room."))
    return found, " ".join(said)


def _shown(t: Texts, key: str, value: object, zone: str) -> str:
    """Return a detail of a finding as people read it: instants in their zone, channels and roles by name."""
    text = safe(t.title(value) if isinstance(value, Mapping) else value)
    match key:
        case "channel":
            return channel_name(t, text)
        case "role":
            return role(t, text)
        case "since" | "until":
            try:
                at = datetime.fromisoformat(text)
            except ValueError:
                return text
            return t.stamp(at, zone) if at.tzinfo else text
    return text
