"""The buttons of a chat message: what its reader can press, as long as somebody hears it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from deadline_guard.core.notices import NoticeKind, Reason
from deadline_guard.messages.item import Action, Item
from deadline_guard.messages.texts import Texts

ACKNOWLEDGE: Final = "dg_acknowledge"
DONE: Final = "dg_done"
HAND_OVER: Final = "dg_hand_over"
WRONG_DATE: Final = "dg_wrong_date"
NOT_PURSUED: Final = "dg_not_pursued"
CONFIRM: Final = "dg_confirm"
ACCEPT: Final = "dg_accept"
REFUSE: Final = "dg_refuse"
RESOLVE: Final = "dg_resolve"
RESULT: Final = "dg_result"
MORE: Final = "dg_more"
WHY: Final = "dg_why"
PRESSED: Final = frozenset(
    {ACKNOWLEDGE, DONE, HAND_OVER, WRONG_DATE, NOT_PURSUED, CONFIRM, ACCEPT, REFUSE, RESOLVE, RESULT, MORE, WHY}
)
OF_ONE: Final = frozenset({NoticeKind.CONFIRM, NoticeKind.HAND_OVER, NoticeKind.DISPUTE, NoticeKind.ACTION})
ASKING: Final = frozenset({NoticeKind.LEVEL, NoticeKind.STEP, NoticeKind.REPEAT, NoticeKind.MOVED})


def buttons(t: Texts, items: Sequence[Item], message: str, *, acknowledged: bool = False) -> tuple[Action, ...]:
    """Return the buttons under a message about ``items``; none where nothing is asked of its reader.

    ``message`` (``W-12``) goes back with the press and says what it is about. ``acknowledged``: that much is
    answered already, so the button is left out.
    """
    if len(items) == 1 and items[0].kind in OF_ONE:
        asked = _asked(t, items[0], message)
        return (*asked, Action(t.say("Why?"), press=WHY, value=message)) if asked else ()
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
    shown.append(Action(t.say("More…"), press=MORE, value=message))
    return (*shown, Action(t.say("Why?"), press=WHY, value=message))


def _asked(t: Texts, item: Item, message: str) -> tuple[Action, ...]:
    """Return the buttons of what one person asks of another."""
    wrong = Action(t.say("Wrong date…"), press=WRONG_DATE, value=message)
    match item.reason:
        case Reason.OFFERED if not item.reader_is_owner:
            return (
                Action(t.say("Accept"), press=ACCEPT, value=message),
                Action(t.say("Refuse…"), press=REFUSE, value=message),
            )
        case Reason.DISPUTED:
            return (Action(t.say("Settle the dispute…"), press=RESOLVE, value=message),)
        case Reason.NO_RESULT:
            return (Action(t.say("Record the result…"), press=RESULT, value=message),)
        case _ if item.kind is NoticeKind.CONFIRM:
            return (Action(t.say("Confirm"), press=CONFIRM, value=message), wrong)
        case _:
            return ()
