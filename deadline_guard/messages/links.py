"""The links of a message: its buttons in a mail, one link everywhere else; all lead to pages where nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from deadline_guard.core.notices import NoticeKind
from deadline_guard.messages.item import Action, Item
from deadline_guard.messages.listed import answerable
from deadline_guard.messages.texts import Texts

_WARNS: Final = frozenset({NoticeKind.LEVEL, NoticeKind.STEP, NoticeKind.REPEAT, NoticeKind.MOVED})
ASKING: Final = _WARNS | {
    NoticeKind.CONFLICT, NoticeKind.CONFIRM, NoticeKind.HAND_OVER, NoticeKind.DISPUTE, NoticeKind.ACTION,
}  # fmt: skip


def page_links(t: Texts, items: Sequence[Item], url: str, *, chat: bool) -> tuple[Action, ...]:
    """Return what leads to the page at ``url``; none where nothing is asked of the reader."""
    if is_answerable_list(items):
        return (Action(t.say("Open and answer"), url=url),)
    if not any(item.kind in ASKING for item in items):
        return ()
    if chat or len(items) > 1 or items[0].kind not in _WARNS:
        return (Action(t.say("Open and answer"), url=url),)
    climbed = items[0].kind is NoticeKind.STEP and not items[0].reader_is_owner
    owner = Action(t.say("Hand over"), url=f"{url}/hand-over")
    return (
        Action(t.say("I have seen it"), url=url),
        Action(t.say("Done and recorded"), url=f"{url}/done"),
        Action(t.say("I take over"), url=f"{url}/take-over") if climbed else owner,
        Action(t.say("Wrong date"), url=f"{url}/wrong-date"),
    )


def is_answerable_list(items: Sequence[Item]) -> bool:
    """Return whether these are a morning's list with something on it to answer."""
    return len(items) == 1 and items[0].kind is NoticeKind.DIGEST and answerable(items[0].data)
