"""Steps that a person takes (a call, a visit, a report): asked about until somebody says what came of them."""

from __future__ import annotations

from deadline_guard.core.answers import answers
from deadline_guard.core.audience import Cycle, tell_again
from deadline_guard.core.notices import NoticeKind, Reason, Told
from deadline_guard.core.rules import Wait
from deadline_guard.core.timeline import Answer
from deadline_guard.core.waiting import after


def ask_results(c: Cycle) -> None:
    """Ask whoever was told to act for the result, at the pace of the step itself, until it is recorded.

    An acknowledgement by somebody else stops the chain, not this: what was asked for was done, or was not.
    """
    rungs = c.profile.chain
    for told in c.told:
        if told.kind is not NoticeKind.STEP or told.due_rev != c.due_rev or not told.stands:
            continue
        rung = rungs[told.step - 2] if 2 <= told.step <= len(rungs) + 1 else None
        if rung is not None and rung.action is not None and not _answered(c, told):
            _ask(c, told, rung.action, rung.after)
    for made in c.notices:
        if made.kind is NoticeKind.STEP and made.data.get("action"):
            asked = c.directory.persons.get(made.person)
            c.wakes.append(after(c.now, rungs[made.step - 2].after, asked))


def _answered(c: Cycle, told: Told) -> bool:
    found = answers(c.case, Answer.ACTED, told.rule, told.cycle)
    return any(e.recorded_at >= told.decided_at and e.data.get("step") in (None, told.step) for e in found)


def _ask(c: Cycle, told: Told, action: str, every: Wait) -> None:
    step, c.step = c.step, told.step
    to = c.resolve(told.person)
    tell_again(c, to, NoticeKind.ACTION, Reason.NO_RESULT, told.decided_at, every, first_at_once=False, action=action)
    c.step = step
