"""What one person asks of another: to take a case over, to settle a dispute, to confirm, to say what came of it."""

from __future__ import annotations

from typing import Final

from deadline_guard.core.notices import NoticeKind, Reason
from deadline_guard.messages.item import Item
from deadline_guard.messages.texts import Texts, safe
from deadline_guard.messages.words import action, days_left

KINDS: Final = frozenset(
    {NoticeKind.OBSERVE, NoticeKind.HAND_OVER, NoticeKind.DISPUTE, NoticeKind.ACTION, NoticeKind.CONFIRM}
)


def gist(t: Texts, item: Item) -> str:
    """Return the one thing to know of such a notice."""
    by, to = _name(item, "by"), _name(item, "to")
    match item.reason:
        case Reason.OPENS:
            return t.say("the day of the court or the other side has passed")
        case Reason.TO_OBSERVE:
            return days_left(t, item) or t.say("no date is known")
        case Reason.OFFERED if item.reader_is_owner:
            return t.say("offered to {name}", name=to)
        case Reason.OFFERED:
            return t.say("offered to you: accept or refuse")
        case Reason.ACCEPTED | Reason.TAKEN_OVER:
            return t.say("{name} answers for it now", name=by)
        case Reason.REFUSED:
            return t.say("{name} refused to take it over", name=by)
        case Reason.DISPUTED:
            return t.say("{name} says that the date is wrong", name=by)
        case Reason.RESOLVED:
            return t.say("the dispute about the date is settled")
        case Reason.NO_RESULT:
            return t.say("what came of it?")
        case Reason.SECOND_PERSON:
            return t.say("an answer waits for a second person")
        case _:
            return t.say("please check the date that starts the clock")


def facts(t: Texts, item: Item, zone: str) -> list[str]:
    """Return what such a notice says beyond the date."""
    by, to = _name(item, "by"), _name(item, "to")
    because = [t.say("Reason: {why}", why=safe(str(item.data["why"])))] if item.data.get("why") else []
    match item.reason:
        case Reason.TO_OBSERVE:
            return [t.say("It is not our move: this asks for nothing.")]
        case Reason.OPENS:
            return [t.say("Nothing is recorded by which it was met. See what that opens for us.")]
        case Reason.OFFERED:
            runs_on = t.say("Until it is accepted, warnings go to the owner as before.")
            return [t.say("{name} offers it to {to}.", name=by, to=to), *because, runs_on]
        case Reason.REFUSED:
            return [*because, t.say("The owner answers for it as before.")]
        case Reason.DISPUTED:
            stands = t.say("The date stands and warnings go on until somebody else settles it or corrects the event.")
            return [*because, stands]
        case Reason.ACCEPTED | Reason.TAKEN_OVER | Reason.RESOLVED:
            return because
        case Reason.NO_RESULT:
            act = action(t, str(item.data.get("action", "")))
            return [t.say("You were asked to {act}. No result is recorded.", act=act)]
        case Reason.SECOND_PERSON:
            says = t.say("{name} says: {what}.", name=by, what=_answer(t, item))
            return [
                says,
                *because,
                t.say("It holds only when somebody else confirms it; until then the clock runs on."),
            ]
        case _:
            return [t.say("A second person confirms it; until then the deadline runs on as computed.")]


def commands(item: Item) -> tuple[str, ...]:
    """Return the command lines that answer such a notice."""
    number = item.warning_id
    match item.reason:
        case Reason.OFFERED if not item.reader_is_owner:
            return (f"deadline-guard accept {number}", f"deadline-guard refuse {number}")
        case Reason.DISPUTED:
            return (f"deadline-guard resolve {number}",)
        case Reason.NO_RESULT:
            return (f"deadline-guard acted {number}",)
        case Reason.SECOND_PERSON | Reason.UNCONFIRMED:
            return (f"deadline-guard confirm {number}",)
        case _:
            return ()


def dispute(t: Texts, item: Item) -> list[str]:
    """Return the line about an open dispute that every further message carries."""
    if item.disputed is None or item.kind is NoticeKind.DISPUTE:
        return []
    name, why = safe(item.disputed.person), safe(item.disputed.detail)
    if not why:  # in chat, where nobody's own words are repeated
        return [t.say("Disputed by {name}. The date stands until that is settled.", name=name)]
    return [t.say("Disputed by {name}: {why}. The date stands until that is settled.", name=name, why=why)]


def _answer(t: Texts, item: Item) -> str:
    if item.data.get("answer_kind") == "not_applicable":
        return t.say("this does not apply here")
    return t.say("it was decided not to pursue this")


def _name(item: Item, key: str) -> str:
    return safe(str(item.data.get(f"{key}_name") or item.data.get(key) or ""))
