"""`ack`, `done`, `not-pursued`, `confirm`: answers to a warning, by its id or by case and rule."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import Connection

from deadline_guard.cli.terminal import DEFAULT_CONFIG, By, ConfigFile, Desk, Locale, author, day, desk, moment
from deadline_guard.core.text import Text
from deadline_guard.errors import AnswerError
from deadline_guard.loop import answers
from deadline_guard.loop.answers import Clock, Said
from deadline_guard.messages.texts import safe

Subject = Annotated[str, typer.Argument(metavar="W-ID|CASE", help="A warning id, or a case. 预警编号或案号。")]
RuleName = Annotated[str | None, typer.Argument(metavar="[RULE]", help="With a case: which rule. 规则标识。")]

SEEN: Final = Text("Acknowledged: {what}, due {due}.", "已知悉:{what},截止 {due}。")
NOT_DONE: Final = Text(
    "Acknowledged is not done: record the act with `deadline-guard done {id}`.",
    "知悉不等于完成:完成后请登记 `deadline-guard done {id}`。",
)
DONE: Final = Text("Done: {what} ({kind}, {on}).", "已完成:{what}({kind},{on})。")
GIVEN_UP: Final = Text("Not pursued: {what}. No more warnings follow.", "不再行使:{what}。不再发出预警。")
WAITS: Final = Text(
    "Recorded. A second person must confirm it (`deadline-guard confirm {id}`); until then the clock runs on.",
    "已记录。须由第二人确认(`deadline-guard confirm {id}`);确认之前继续计时。",
)
CONFIRMED: Final = Text("Confirmed: {what}.", "已确认:{what}。")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("ack")(ack)
    app.command("done")(done)
    app.command("not-pursued")(not_pursued)
    app.command("confirm")(confirm)


def ack(
    subject: Subject,
    rule: RuleName = None,
    until: Annotated[str | None, typer.Option("--until", help="Holds until then at most. 有效至。")] = None,
    by: By = None,
    config: ConfigFile = DEFAULT_CONFIG,
    locale: Locale = None,
) -> None:
    """Say that you have seen a warning; the chain stops climbing until the next level. 确认已知悉。"""
    with desk(config, locale) as at:
        ends = moment(until, "--until", at.app.config.zone) if until else None
        with at.app.store.write() as conn:
            clocks = _clocks(at, conn, subject, rule)
            answers.acknowledge(at.app.office, conn, clocks, Said(author(by), at.now), ends)
        for clock in clocks:
            at.say(SEEN, what=_what(at, clock), due=clock.found.deadline.due_on)
        at.say(NOT_DONE, id=subject if rule is None else f"{subject} {rule}")


def done(
    subject: Subject,
    rule: RuleName = None,
    on: Annotated[str | None, typer.Option("--on", help="The day it was done; else today. 完成日期。")] = None,
    receipt: Annotated[str, typer.Option("--receipt", help="Number of the receipt. 回执号。")] = "",
    event: Annotated[str | None, typer.Option("--event", help="Which act, where several end it. 完成节点。")] = None,
    by: By = None,
    config: ConfigFile = DEFAULT_CONFIG,
    locale: Locale = None,
) -> None:
    """Record the act that ends a deadline. 登记已完成。"""
    with desk(config, locale) as at:
        with at.app.store.write() as conn:
            clock = _one(_clocks(at, conn, subject, rule), subject)
            when = day(on, "--on") if on else _today(at, clock)
            kind = answers.done(at.app.office, conn, clock, Said(author(by), at.now), when, receipt, event)
        at.say(DONE, what=_what(at, clock), kind=kind, on=when)


def not_pursued(
    subject: Subject,
    rule: RuleName = None,
    reason: Annotated[str, typer.Option("--reason", help="Why. 理由。")] = "",
    by: By = None,
    config: ConfigFile = DEFAULT_CONFIG,
    locale: Locale = None,
) -> None:
    """Give up a right, for a reason; from urgent on a second person confirms. 决定不行使权利。"""
    with desk(config, locale) as at:
        with at.app.store.write() as conn:
            clock = _one(_clocks(at, conn, subject, rule), subject)
            waits = answers.not_pursued(at.app.office, conn, clock, Said(author(by), at.now), reason)
        at.say(WAITS if waits else GIVEN_UP, what=_what(at, clock), id=subject if rule is None else f"{subject} {rule}")


def confirm(
    subject: Subject,
    rule: RuleName = None,
    by: By = None,
    config: ConfigFile = DEFAULT_CONFIG,
    locale: Locale = None,
) -> None:
    """Confirm, as a second person, what somebody else answered. 第二人确认。"""
    with desk(config, locale) as at:
        with at.app.store.write() as conn:
            clock = _one(_clocks(at, conn, subject, rule), subject)
            answers.confirm(at.app.office, conn, clock, Said(author(by), at.now))
        at.say(CONFIRMED, what=_what(at, clock))


def _clocks(at: Desk, conn: Connection, subject: str, rule: str | None) -> list[Clock]:
    if rule is not None:
        return [answers.clock_of(at.app.office, conn, subject, rule, at.now)]
    return answers.clocks_of(at.app.office, conn, subject, at.now)


def _one(clocks: list[Clock], subject: str) -> Clock:
    if len(clocks) > 1:
        raise AnswerError(f"{subject} carries {len(clocks)} warnings; name one, such as {subject}.1")
    return clocks[0]


def _what(at: Desk, clock: Clock) -> str:
    what = clock.found.deadline.what or at.t.title(clock.found.rule.title)
    return f"{safe(clock.case.code)} {safe(what)}"


def _today(at: Desk, clock: Clock) -> date:
    return at.now.astimezone(ZoneInfo(clock.case.zone)).date()
