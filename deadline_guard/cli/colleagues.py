"""`hand-over`, `accept`, `refuse`, `take-over`, `dispute`, `resolve`, `demand`: what colleagues ask of each other."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from deadline_guard.cli.named import Reason, RuleName, Subject, clocks_of, name_of, one_of
from deadline_guard.cli.terminal import Desk, day, office_command
from deadline_guard.core.text import Text
from deadline_guard.loop import answers
from deadline_guard.loop.answers import Said
from deadline_guard.messages.texts import safe

OFFERED: Final = Text(
    "Offered to {person}: {what}. It stays with the owner until {person} accepts.",
    "已提请移交给 {person}:{what}。{person} 接收之前仍由原责任人负责。",
)
ACCEPTED: Final = Text("Yours from now on: {what}.", "自此由您负责:{what}。")
REFUSED: Final = Text("Refused; the owner is told why: {what}.", "已拒绝,理由将告知责任人:{what}。")
DISPUTED: Final = Text(
    "Recorded: {what}. The date stands, and escalates, until somebody else settles it or corrects the event.",
    "已登记:{what}。在他人处理异议或更正节点之前,原日期有效,照常逐级通知。",
)
DEMANDED: Final = Text(
    "Asked of {person}: {what}, by {due} ({id}). It is said again until you record it as done.",
    "已向 {person} 督办:{what},截止 {due}({id})。在您登记办结之前将反复提醒。",
)
RESOLVED: Final = Text("Settled; the date stands: {what}.", "异议已处理,日期不变:{what}。")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("hand-over")(office_command(hand_over))
    app.command("accept")(office_command(accept))
    app.command("refuse")(office_command(refuse))
    app.command("take-over")(office_command(take_over))
    app.command("dispute")(office_command(dispute))
    app.command("resolve")(office_command(resolve))
    app.command("demand")(office_command(demand))


def hand_over(
    at: Desk,
    by: str,
    subject: Subject,
    rule: RuleName = None,
    to: Annotated[str, typer.Option("--to", help="An id of people.yaml. 移交给。")] = "",
    reason: Reason = "",
) -> None:
    """Offer a deadline to a colleague; until it is accepted the owner answers for it. 提请移交。"""
    with at.app.store.write() as conn:
        clock = one_of(clocks_of(at, conn, subject, rule), subject)
        answers.hand_over(at.app.office, conn, clock, Said(by, at.now), to, reason)
    at.say(OFFERED, what=name_of(at, clock), person=at.app.office.people.persons[to].name)


def accept(at: Desk, by: str, subject: Subject, rule: RuleName = None) -> None:
    """Accept what was offered to you: from now on you answer for it. 接收移交。"""
    with at.app.store.write() as conn:
        clock = one_of(clocks_of(at, conn, subject, rule), subject)
        answers.accept(at.app.office, conn, clock, Said(by, at.now))
    at.say(ACCEPTED, what=name_of(at, clock))


def refuse(at: Desk, by: str, subject: Subject, rule: RuleName = None, reason: Reason = "") -> None:
    """Refuse what was offered to you, and say why. 拒绝接手。"""
    with at.app.store.write() as conn:
        clock = one_of(clocks_of(at, conn, subject, rule), subject)
        answers.refuse(at.app.office, conn, clock, Said(by, at.now), reason)
    at.say(REFUSED, what=name_of(at, clock))


def take_over(at: Desk, by: str, subject: Subject, rule: RuleName = None, reason: Reason = "") -> None:
    """Make yourself the owner, as a superior or as part of the chain; the old owner is told. 接管。"""
    with at.app.store.write() as conn:
        clock = one_of(clocks_of(at, conn, subject, rule), subject)
        answers.take_over(at.app.office, conn, clock, Said(by, at.now), reason)
    at.say(ACCEPTED, what=name_of(at, clock))


def dispute(at: Desk, by: str, subject: Subject, rule: RuleName = None, reason: Reason = "") -> None:
    """Say that a date is wrong; it stands until somebody else settles that. 对日期提出异议。"""
    with at.app.store.write() as conn:
        clock = one_of(clocks_of(at, conn, subject, rule), subject)
        answers.dispute(at.app.office, conn, clock, Said(by, at.now), reason)
    at.say(DISPUTED, what=name_of(at, clock))


def resolve(at: Desk, by: str, subject: Subject, rule: RuleName = None, reason: Reason = "") -> None:
    """Settle a dispute as lead or administrator: the date stands. 处理日期异议。"""
    with at.app.store.write() as conn:
        clock = one_of(clocks_of(at, conn, subject, rule), subject)
        answers.resolve(at.app.office, conn, clock, Said(by, at.now), reason)
    at.say(RESOLVED, what=name_of(at, clock))


def demand(
    at: Desk,
    by: str,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's code or id. 案号或标识。")],
    to: Annotated[str, typer.Option("--to", help="An id of people.yaml. 被督办人。")],
    due: Annotated[str, typer.Option("--due", help="The day by which. 截止日期。")],
    what: Annotated[str, typer.Option("--what", help="What is asked for. 督办内容。")] = "",
) -> None:
    """Ask somebody for something by a day, as a superior; only you settle it. 督办。"""
    when = day(due, "--due")
    with at.app.store.write() as conn:
        number = answers.demand(at.app.office, conn, case, Said(by, at.now), to, when, what)
    at.say(DEMANDED, person=at.app.office.people.persons[to].name, what=safe(what), due=at.t.day(when), id=number)
