"""The buttons of a chat message: what its reader can press, as long as somebody hears it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from deadline_guard.core.notices import NoticeKind
from deadline_guard.messages.item import Action, Item
from deadline_guard.messages.texts import Texts

ACKNOWLEDGE: Final = "dg_acknowledge"
DONE: Final = "dg_done"
HAND_OVER: Final = "dg_hand_over"
WRONG_DATE: Final = "dg_wrong_date"
NOT_PURSUED: Final = "dg_not_pursued"
CONFIRM: Final = "dg_confirm"
WHY: Final = "dg_why"
PRESSED: Final = frozenset({ACKNOWLEDGE, DONE, HAND_OVER, WRONG_DATE, NOT_PURSUED, CONFIRM, WHY})
ASKING: Final = frozenset({NoticeKind.LEVEL, NoticeKind.STEP, NoticeKind.REPEAT, NoticeKind.MOVED})


def buttons(t: Texts, items: Sequence[Item], message: str, *, acknowledged: bool = False) -> tuple[Action, ...]:
    """Return the buttons under a message about ``items``; none where nothing is asked of its reader.

    ``message`` (``W-12``) goes back with the press and says what it is about. ``acknowledged``: that much is
    answered already, so the button is left out.
    """
    kinds = {item.kind for item in items}
    if NoticeKind.CONFIRM in kinds and len(items) == 1:
        return (
            Action(t.say("Confirm"), press=CONFIRM, value=message),
            Action(t.say("Wrong date…"), press=WRONG_DATE, value=message),
            Action(t.say("Why?"), press=WHY, value=message),
        )
    asking = [item for item in items if item.kind in ASKING]
    if not asking:
        return ()
    shown = [] if acknowledged else [Action(t.say("Acknowledge"), press=ACKNOWLEDGE, value=message)]
    shown += [
        Action(t.say("Done…"), press=DONE, value=message),
        Action(t.say("Hand over…"), press=HAND_OVER, value=message),
        Action(t.say("Wrong date…"), press=WRONG_DATE, value=message),
    ]
    if any(item.may_decline for item in asking):
        shown.append(Action(t.say("Not pursued…"), press=NOT_PURSUED, value=message))
    return (*shown, Action(t.say("Why?"), press=WHY, value=message))
