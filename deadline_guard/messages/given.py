"""What an answer is called when it is offered to be taken back: the words of the button that gave it."""

from __future__ import annotations

from typing import Final

from deadline_guard.core.timeline import Answer
from deadline_guard.messages.texts import Texts, mark

_SAID: Final = {
    Answer.ACKNOWLEDGED.value: mark("I have seen it"),
    Answer.NOT_PURSUED.value: mark("Not pursued"),
    Answer.NOT_APPLICABLE.value: mark("Does not apply here"),
    Answer.CONFIRMED.value: mark("Confirm"),
    Answer.HANDED_OVER.value: mark("Hand over"),
    Answer.REFUSED.value: mark("Refuse to take it over"),
    Answer.DISPUTED.value: mark("Wrong date"),
    Answer.RESOLVED.value: mark("Settle the dispute"),
    Answer.ACTED.value: mark("Record what came of it"),
    Answer.SNOOZED.value: mark("Remind me later"),
    Answer.MUTED.value: mark("Mute this"),
}


def answer_said(t: Texts, kind: str) -> str:
    """Return what an answer of this kind says; every other kind of event is the act that completed the deadline."""
    return t.say(_SAID[kind]) if kind in _SAID else t.say("Done and recorded")
