"""Steps that a person takes (a call, a visit, a report): asked about until somebody says what came of them."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from deadline_guard.core.answers import answers
from deadline_guard.core.audience import Cycle, tell_again
from deadline_guard.core.notices import NoticeKind, Reason, Told
from deadline_guard.core.rules import Wait
from deadline_guard.core.timeline import Answer
from deadline_guard.core.waiting import after

EVERY: Final = Wait(Fraction(1), "working_days")
MOST: Final = 5


def ask_results(c: Cycle) -> None:
    """Ask whoever was told to act for the result, once a working day of theirs, until it is recorded.

    After :data:`MOST` times it is left to the step above: more of the same is read by nobody.
    An acknowledgement by somebody else stops the chain, not this: what was asked for was done, or was not.
    """
    rungs = c.profile.chain
    for told in c.told:
        if told.kind is not NoticeKind.STEP or told.due_rev != c.due_rev or not told.stands:
            continue
        rung = rungs[told.step - 2] if 2 <= told.step <= len(rungs) + 1 else None
        if rung is not None and rung.action is not None and not _answered(c, told):
            _ask(c, told, rung.action)
    for made in c.notices:
        if made.kind is NoticeKind.STEP and made.data.get("action"):
            asked = c.directory.persons.get(made.person)
            c.wakes.append(after(c.now, EVERY, asked))


def _answered(c: Cycle, told: Told) -> bool:
    found = answers(c.case, Answer.ACTED, told.rule, told.cycle)
    return any(e.recorded_at >= told.decided_at and e.data.get("step") in (None, told.step) for e in found)


def _ask(c: Cycle, told: Told, action: str) -> None:
    asked = [t for t in c.told if t.kind is NoticeKind.ACTION and t.step == told.step and t.due_rev == told.due_rev]
    if sum(t.stands for t in asked) >= MOST:
        return
    step, c.step = c.step, told.step
    to = c.resolve(told.person)
    tell_again(c, to, NoticeKind.ACTION, Reason.NO_RESULT, told.decided_at, EVERY, first_at_once=False, action=action)
    c.step = step
