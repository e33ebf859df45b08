"""Which deadline a command means: by a warning id, or by a case and a rule."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import Connection

from deadline_guard.cli.terminal import Desk
from deadline_guard.core.text import Text
from deadline_guard.errors import AnswerError
from deadline_guard.loop import answers
from deadline_guard.loop.answers import Clock
from deadline_guard.messages.texts import safe

Subject = Annotated[str, typer.Argument(metavar="W-ID|CASE", help="A warning id, or a case. 预警编号或案号。")]
RuleName = Annotated[str | None, typer.Argument(metavar="[RULE]", help="With a case: which rule. 规则标识。")]

Reason = Annotated[str, typer.Option("--reason", help="Why. 理由。")]


def clocks_of(at: Desk, conn: Connection, subject: str, rule: str | None) -> list[Clock]:
    """Return the running clocks behind a warning id, or the one of a rule on a case."""
    if rule is not None:
        return [answers.clock_of(at.app.office, conn, subject, rule, at.now)]
    return answers.clocks_of(at.app.office, conn, subject, at.now)


def one_of(clocks: list[Clock], subject: str) -> Clock:
    """Return the one clock that is meant; raises AnswerError where a message carries several."""
    if len(clocks) > 1:
        raise AnswerError(
            Text(
                f"{subject} carries {len(clocks)} warnings; name one, such as {subject}.1",
                f"{subject} 含 {len(clocks)} 项预警;请指明其一,例如 {subject}.1",
            )
        )
    return clocks[0]


def name_of(at: Desk, clock: Clock) -> str:
    """Return how a clock is called: the case and what is due."""
    what = clock.found.deadline.what or at.t.title(clock.found.rule.title)
    return f"{safe(clock.case.code)} {safe(what)}"


def today(at: Desk, clock: Clock) -> date:
    """Return the day it is where the case is."""
    return at.now.astimezone(ZoneInfo(clock.case.zone)).date()
