"""What is said about replies by mail: that one may, that one was not understood, that one was refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from deadline_guard.core.notices import NoticeKind
from deadline_guard.messages.item import Item
from deadline_guard.messages.texts import Texts, mark, safe

# Why a reply was refused: the word in the ledger → how people say it.
_WHY: Final = {
    "foreign address": mark("it came from an address that is not this person's"),
    "dmarc failed": mark("the mail server's check of the sender failed ({check})"),
    "spf failed": mark("the mail server's check of the sender failed ({check})"),
    "dkim failed": mark("the mail server's check of the sender failed ({check})"),
    "not permitted": mark("the person may not answer this"),
}


def invitation(t: Texts, items: Sequence[Item]) -> str:
    """Return the line that invites to answer by reply."""
    if len(items) > 1:
        return t.say("You may also simply reply “received”; that counts for all of these.")
    if items[0].kind is NoticeKind.DIGEST:
        return t.say("You may also simply reply “received”; that counts for all of yours listed above.")
    if items[0].finding == "reply_help":
        return t.say("You may reply to this mail as to the first one.")
    return t.say("You may also simply reply “received”.")


def about_replies(t: Texts, item: Item) -> dict[str, tuple[str, str]]:
    """Return what each finding about replies says and how to mend it."""
    why = str(item.data.get("why", ""))
    reason = t.say(_WHY[why], check=why.removesuffix(" failed").upper()) if why in _WHY else safe(why)
    error = safe(t.title(item.data.get("error") or {})) if item.finding == "reply_help" else ""
    understood = t.say(
        "Understood are, in the first line: “received”; or “done 2026-11-20” with the day of the act and, where there is one, the number of the receipt. For anything else use the link in the message or the command line: deadline-guard ack {message}",
        message=_known(item, "message"),
    )
    return {
        "reply_refused": (
            t.say("a reply to {message} was refused: {why}", message=_known(item, "message"), why=reason),
            t.say(
                "It came from {sender}; the message went to {person}. Nothing was recorded. Ask {person} whether the mail was forwarded.",
                sender=_known(item, "sender"),
                person=_known(item, "person"),
            ),
        ),
        "reply_unclear": (
            t.say("{person} replied to {message} something that is not understood", **_both(item, "person", "message")),
            t.say("The text: {text}. Nothing was recorded; {person} was told.", **_both(item, "text", "person")),
        ),
        "reply_help": (
            t.say("your reply to {message} was not recorded", message=_known(item, "message")),
            f"{error} {understood}".strip(),
        ),
        "mailbox": (
            t.say("the reply mailbox cannot be read: {mailbox}", mailbox=_known(item, "mailbox")),
            t.say(
                "The error: {error}. Replies wait there and are read as soon as it answers.",
                error=_known(item, "error"),
            ),
        ),
    }


def _known(item: Item, key: str) -> str:
    return safe(item.data.get(key, "?"))


def _both(item: Item, *keys: str) -> dict[str, str]:
    return {key: _known(item, key) for key in keys}
