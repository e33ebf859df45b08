"""What the system found about itself and its data: each finding in a sentence with what to do."""

from __future__ import annotations

from collections.abc import Sequence

from deadline_guard.messages.content import Content, Reader, footer, headline, repeat_mark
from deadline_guard.messages.item import Action, Item
from deadline_guard.messages.texts import Texts, safe
from deadline_guard.messages.words import sign_of, why_you


class _Known(dict[str, str]):
    """What a finding knows; a name it does not know reads as a question mark rather than an error."""

    def __missing__(self, key: str) -> str:
        return "?"


def finding(reader: Reader, item: Item, actions: Sequence[Action]) -> Content:
    """Return the content of a finding: what was found, why it matters, how to mend it."""
    t = reader.t
    found, mend = sentence(t, item)
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


def sentence(t: Texts, item: Item) -> tuple[str, str]:
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
        "stale_source": (
            t.say("the source {source} has brought nothing since {since}"),
            t.say("It is expected every {every}. Dates may rest on old data: import it anew."),
        ),
        "dead_channel": (
            t.say("the channel {channel} does not deliver"),
            t.say("The last answer: {error}. Until it works again messages go by the other channels."),
        ),
        "missed_tick": (
            t.say("the evaluation stood still from {since} to {until}"),
            t.say("What fell into that time has been decided now. For the cause: deadline-guard status"),
        ),
        "gave_up": (
            t.say("message {message} to {person} could not be delivered"),
            t.say("The last answer: {error}. Tell {person} yourself and mend the address in people.yaml."),
        ),
        "audit": (
            t.say("the nightly audit had to mend {count} cases"),
            t.say("This is a defect of the program: please report it. The dates are right now."),
        ),
        "fell_back": (
            t.say("nobody could be found for the role {role}"),
            t.say("The named last resort was told instead. Name somebody in people.yaml."),
        ),
    }
    known = _Known({key: safe(value) for key, value in item.data.items()}, code=safe(item.code))
    if item.finding not in forms:
        rest = ", ".join(f"{key}: {safe(value)}" for key, value in item.data.items())
        return safe(item.finding) or safe(t.title(item.what)), rest
    found, mend = forms[item.finding]
    return found.format_map(known), mend.format_map(known)
