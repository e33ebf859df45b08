"""`ack`, `done`, `not-pursued`, `not-applicable`, `confirm`, `snooze`, `mute`, `acted`, `retract`: answers."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from deadline_guard.cli.named import Reason, RuleName, Subject, clocks_of, name_of, one_of, today
from deadline_guard.cli.terminal import Desk, day, moment, office_command
from deadline_guard.core.text import Text
from deadline_guard.loop import answers
from deadline_guard.loop.answers import Said
from deadline_guard.messages.texts import safe

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
NOT_FOR_US: Final = Text("Not applicable: {what}. No more warnings follow.", "不适用:{what}。不再发出预警。")
SNOOZED: Final = Text("Not said again before {until}: {what}.", "{until} 之前不再重复提醒:{what}。")
MUTED: Final = Text(
    "Muted until {until}: {what}. What is critical or overdue is told all the same.",
    "静默至 {until}:{what}。危急和逾期事项仍会通知。",
)
EVERY_RULE: Final = Text("every rule", "所有规则")
ACTED: Final = Text("Recorded: {what}: {result}.", "已登记:{what}:{result}。")
TAKEN_BACK: Final = Text("Taken back: {kind} of {on}. It is decided again.", "已撤回:{on} 的 {kind}。将重新判断。")
CONFIRMED: Final = Text("Confirmed: {what}.", "已确认:{what}。")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("ack")(office_command(ack))
    app.command("done")(office_command(done))
    app.command("not-pursued")(office_command(not_pursued))
    app.command("not-applicable")(office_command(not_applicable))
    app.command("confirm")(office_command(confirm))
    app.command("snooze")(office_command(snooze))
    app.command("mute")(office_command(mute))
    app.command("acted")(office_command(acted))
    app.command("retract")(office_command(retract))


def ack(
    at: Desk,
    by: str,
    subject: Subject,
    rule: RuleName = None,
    until: Annotated[str | None, typer.Option("--until", help="Holds until then at most. 有效至。")] = None,
) -> None:
    """Say that you have seen a warning; the chain stops climbing until the next level. 确认已知悉。"""
    ends = moment(until, "--until", at.app.config.zone) if until else None
    with at.app.store.write() as conn:
        clocks = clocks_of(at, conn, subject, rule)
        answers.acknowledge(at.app.office, conn, clocks, Said(by, at.now), ends)
    for clock in clocks:
        at.say(SEEN, what=name_of(at, clock), due=clock.found.deadline.due_on)
    at.say(NOT_DONE, id=subject if rule is None else f"{subject} {rule}")


def done(
    at: Desk,
    by: str,
    subject: Subject,
    rule: RuleName = None,
    on: Annotated[str | None, typer.Option("--on", help="The day it was done; else today. 完成日期。")] = None,
    receipt: Annotated[str, typer.Option("--receipt", help="Number of the receipt. 回执号。")] = "",
    event: Annotated[str | None, typer.Option("--event", help="Which act, where several end it. 完成节点。")] = None,
) -> None:
    """Record the act that ends a deadline. 登记已完成。"""
    with at.app.store.write() as conn:
        clock = one_of(clocks_of(at, conn, subject, rule), subject)
        when = day(on, "--on") if on else today(at, clock)
        kind = answers.done(at.app.office, conn, clock, Said(by, at.now), when, receipt, event)
    at.say(DONE, what=name_of(at, clock), kind=kind, on=when)


def not_pursued(
    at: Desk,
    by: str,
    subject: Subject,
    rule: RuleName = None,
    reason: Reason = "",
) -> None:
    """Give up a right, for a reason; from urgent on a second person confirms. 决定不行使权利。"""
    with at.app.store.write() as conn:
        clock = one_of(clocks_of(at, conn, subject, rule), subject)
        waits = answers.not_pursued(at.app.office, conn, clock, Said(by, at.now), reason)
    at.say(WAITS if waits else GIVEN_UP, what=name_of(at, clock), id=subject if rule is None else f"{subject} {rule}")


def confirm(
    at: Desk,
    by: str,
    subject: Subject,
    rule: RuleName = None,
) -> None:
    """Confirm, as a second person, what somebody else answered. 第二人确认。"""
    with at.app.store.write() as conn:
        clock = one_of(clocks_of(at, conn, subject, rule), subject)
        answers.confirm(at.app.office, conn, clock, Said(by, at.now))
    at.say(CONFIRMED, what=name_of(at, clock))


def not_applicable(at: Desk, by: str, subject: Subject, rule: RuleName = None, reason: Reason = "") -> None:
    """Say that a deadline does not apply here, and why; of a duty a second person confirms it. 声明不适用。"""
    with at.app.store.write() as conn:
        clock = one_of(clocks_of(at, conn, subject, rule), subject)
        waits = answers.not_applicable(at.app.office, conn, clock, Said(by, at.now), reason)
    said = WAITS if waits else NOT_FOR_US
    at.say(said, what=name_of(at, clock), id=subject if rule is None else f"{subject} {rule}")


def snooze(
    at: Desk,
    by: str,
    subject: Subject,
    rule: RuleName = None,
    until: Annotated[str, typer.Option("--until", help="Not said again before then. 延后至。")] = "",
) -> None:
    """Hold back repeats for a while; never past the next step, level or the deadline. 延后提醒。"""
    ends = moment(until, "--until", at.app.config.zone)
    with at.app.store.write() as conn:
        clocks = clocks_of(at, conn, subject, rule)
        answers.snooze(at.app.office, conn, clocks, Said(by, at.now), ends)
    for clock in clocks:
        at.say(SNOOZED, what=name_of(at, clock), until=at.t.stamp(ends, at.app.config.zone))


def mute(
    at: Desk,
    by: str,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's code or id. 案号或标识。")],
    rule: RuleName = None,
    until: Annotated[str, typer.Option("--until", help="Until that day or moment. 静默至。")] = "",
) -> None:
    """Tell nobody of a rule, or of a whole case, until a date; critical and overdue pierce. 静默。"""
    ends = moment(until, "--until", at.app.config.zone)
    with at.app.store.write() as conn:
        code = answers.mute(at.app.office, conn, case, rule, Said(by, at.now), ends)
    known = at.app.office.rulebook.rules.get(rule or "")
    what = at.t.title(known.title) if known else EVERY_RULE.said(at.t.locale)
    at.say(MUTED, what=f"{safe(code)} {safe(what)}", until=at.t.stamp(ends, at.app.config.zone))


def acted(
    at: Desk,
    by: str,
    subject: Subject,
    rule: RuleName = None,
    result: Annotated[str, typer.Option("--result", help="What came of it. 结果。")] = "",
) -> None:
    """Record what came of a call, a visit or a report that you were asked for. 登记措施结果。"""
    with at.app.store.write() as conn:
        clock = one_of(clocks_of(at, conn, subject, rule), subject)
        answers.acted(at.app.office, conn, clock, Said(by, at.now), result)
    at.say(ACTED, what=name_of(at, clock), result=safe(result))


def retract(
    at: Desk,
    by: str,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's code or id. 案号或标识。")],
    answer: Annotated[str, typer.Argument(metavar="ANSWER", help="Its id (see explain). 答复标识。")],
) -> None:
    """Take an answer back; the deadline is decided as if it had not been given. 撤回答复。"""
    with at.app.store.write() as conn:
        gone = answers.retract(at.app.office, conn, case, answer, Said(by, at.now))
    at.say(TAKEN_BACK, kind=gone.kind, on=gone.on)
