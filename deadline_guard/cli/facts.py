"""`case`, `event`, `deadline`, `absence`, `assign`: facts typed in by hand."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated, Final

import typer

from deadline_guard.cli.terminal import Desk, day, moment, office_command, pairs
from deadline_guard.core.deadlines import State
from deadline_guard.core.people import Absence
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Case
from deadline_guard.loop import facts
from deadline_guard.loop.absences import cancel_absences
from deadline_guard.loop.answers import Said
from deadline_guard.loop.facts import NewCase, NewEvent
from deadline_guard.messages.texts import safe
from deadline_guard.views.items import Sight, look

CaseName = Annotated[str, typer.Argument(metavar="CASE", help="The case's code or id. 案号或标识。")]

CASE_ADDED: Final = Text("Case {code} is recorded.", "已登记案件 {code}。")
NO_OWNER: Final = Text(
    "! It has no owner: deadline-guard assign {code} owner PERSON",
    "! 尚无责任人:deadline-guard assign {code} owner 人员",
)
EVENT_ADDED: Final = Text("Recorded: {kind} {on} ({id}).", "已记录:{kind} {on}({id})。")
RETRACTED: Final = Text("Taken back: {kind} {on}.", "已撤回:{kind} {on}。")
ASSIGNED: Final = Text("{role} of {code} is now {person}.", "{code} 的{role}现为 {person}。")
ALREADY: Final = Text("Nothing changed: it was so already.", "没有变化:原本如此。")
ABSENT: Final = Text("{person} is away until {until}.", "{person} 休假至 {until}。")
BACK: Final = Text("{person} is back: no absence stands.", "{person} 的休假已撤销。")
NOT_AWAY: Final = Text("Nothing changed: {person} is not away.", "没有变化:{person} 未在休假。")
NOW_DUE: Final = Text("  {what}: due {due}", "  {what}:截止 {due}")
NOTHING_OPEN: Final = Text("! No deadline runs on this case.", "! 本案没有正在计算的期限。")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    _group(app, "case", "Cases. 案件。").command("add")(office_command(case_add))
    events = _group(app, "event", "Events of a case. 流程节点。")
    events.command("add")(office_command(event_add))
    events.command("retract")(office_command(event_retract))
    absences = _group(app, "absence", "Who is away. 休假。")
    absences.command("add")(office_command(absence_add))
    absences.command("cancel")(office_command(absence_cancel))
    _group(app, "deadline", "Dates set by the court. 法院指定期限。").command("add")(office_command(deadline_add))
    app.command("assign")(office_command(assign))


def _group(app: typer.Typer, name: str, words: str) -> typer.Typer:
    group = typer.Typer(no_args_is_help=True, help=words)
    group.callback()(_always_a_group)
    app.add_typer(group, name=name)
    return group


def _always_a_group() -> None:
    """Keep the second word even where a group has one command."""


def case_add(
    at: Desk,
    by: str,
    code: Annotated[str, typer.Argument(help="The case's code. 案号。")],
    case_type: Annotated[str, typer.Option("--type", help="A type of case_types.yaml. 案件类型。")],
    title: Annotated[str, typer.Option("--title", help="Parties and cause. 案件名称。")] = "",
    owner: Annotated[str | None, typer.Option("--owner", help="Who is responsible. 责任人。")] = None,
    team: Annotated[str | None, typer.Option("--team", help="The team. 团队。")] = None,
    attribute: Annotated[
        list[str] | None, typer.Option("--with", help="What rules select on: side=defendant. 属性。")
    ] = None,
    calendar: Annotated[str | None, typer.Option("--calendar", help="Of the court's seat. 日历。")] = None,
    zone: Annotated[str | None, typer.Option("--zone", help="The court's time zone. 时区。")] = None,
) -> None:
    """Record a new case. 登记新案件。"""
    new = NewCase(code, case_type, title, owner, team, pairs(attribute, "--with"), calendar, zone)
    with at.app.store.write() as conn:
        case = facts.add_case(at.app.office, conn, new, Said(by, at.now))
    at.say(CASE_ADDED, code=safe(case.code))
    if owner is None:
        at.say(NO_OWNER, code=safe(case.code))


def event_add(
    at: Desk,
    by: str,
    case: CaseName,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="A word of events.yaml. 节点。")],
    on: Annotated[str | None, typer.Option("--on", help="Its day; else today. 日期。")] = None,
    at_time: Annotated[str | None, typer.Option("--at", help="Its moment, where the hour is known. 时刻。")] = None,
    subject: Annotated[str | None, typer.Option("--subject", help="Party or asset. 对象。")] = None,
    data: Annotated[list[str] | None, typer.Option("--data", help="Details: amount=5000. 附加信息。")] = None,
    corrects: Annotated[
        str | None, typer.Option("--corrects", help="The id of the event it replaces. 更正哪个节点。")
    ] = None,
    unconfirmed: Annotated[
        bool, typer.Option("--unconfirmed", help="Somebody else must check it. 待他人确认。")
    ] = False,
) -> None:
    """Record what happened on a case, or correct it; show what is due then. 登记或更正节点。"""
    instant = moment(at_time, "--at", at.app.config.zone) if at_time else None
    today = (instant or at.now).astimezone(at.app.config.tz).date()
    when = day(on, "--on") if on else today
    new = NewEvent(
        kind,
        when,
        instant and instant.astimezone(UTC),
        subject,
        pairs(data, "--data"),
        corrects,
        unconfirmed=unconfirmed,
    )
    with at.app.store.write() as conn:
        found, event = facts.add_event(at.app.office, conn, case, new, Said(by, at.now))
    at.say(EVENT_ADDED, kind=_kind(at, kind), on=when, id=event)
    _now_due(at, found)


def event_retract(
    at: Desk,
    by: str,
    case: CaseName,
    event: Annotated[str, typer.Argument(metavar="EVENT", help="Its id (see explain). 节点标识。")],
) -> None:
    """Take an event back; whoever was warned because of it is told. 撤回节点。"""
    with at.app.store.write() as conn:
        gone = facts.retract_event(at.app.office, conn, case, event, Said(by, at.now))
    at.say(RETRACTED, kind=_kind(at, gone.kind), on=gone.on)


def deadline_add(
    at: Desk,
    by: str,
    case: CaseName,
    due: Annotated[str, typer.Argument(metavar="DATE", help="The day the court named. 法院指定的日期。")],
    what: Annotated[str, typer.Option("--what", help="What is due. 事项。")] = "",
    on: Annotated[str | None, typer.Option("--on", help="The day of the order; else today. 指定之日。")] = None,
) -> None:
    """Record a date that the court set; it stands as set and never rolls. 登记法院指定的期限。"""
    when = day(on, "--on") if on else at.now.astimezone(at.app.config.tz).date()
    data = {"due": day(due, "DATE").isoformat(), **({"what": what} if what else {})}
    with at.app.store.write() as conn:
        new = NewEvent("deadline_set", when, data=data)
        found, event = facts.add_event(at.app.office, conn, case, new, Said(by, at.now))
    at.say(EVENT_ADDED, kind=_kind(at, "deadline_set"), on=when, id=event)
    _now_due(at, found)


def absence_add(
    at: Desk,
    by: str,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="An id of people.yaml. 人员。")],
    since: Annotated[str, typer.Option("--from", help="First day or moment. 起。")],
    until: Annotated[str, typer.Option("--until", help="The day or moment of return. 返回之日。")],
    deputy: Annotated[str | None, typer.Option("--deputy", help="Who stands in. 代理人。")] = None,
) -> None:
    """Record that somebody is away; the deputy is told instead. 登记休假。"""
    known = at.app.office.people.persons.get(person)
    zone = known.zone if known else at.app.config.zone
    begins = moment(since, "--from", zone).astimezone(UTC)
    ends = moment(until, "--until", zone).astimezone(UTC)
    facts.add_absence(at.app.office, Absence(person, begins, ends, deputy), Said(by, at.now))
    at.say(ABSENT, person=known.name if known else person, until=at.t.stamp(ends, zone))


def absence_cancel(
    at: Desk,
    by: str,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="An id of people.yaml. 人员。")],
) -> None:
    """Take back every absence of a person that is not over, also one that an automatic reply told. 撤销休假。"""
    count = cancel_absences(at.app.office, person, Said(by, at.now))
    name = at.app.office.people.persons[person].name
    at.say(BACK if count else NOT_AWAY, person=name)


def assign(
    at: Desk,
    by: str,
    case: CaseName,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="owner, lead, partner … 角色。")],
    person: Annotated[str | None, typer.Argument(metavar="[PERSON]", help="An id of people.yaml. 人员。")] = None,
    nobody: Annotated[bool, typer.Option("--nobody", help="Take whoever it is out of the role. 取消。")] = False,
) -> None:
    """Put a person into a role on a case; the new owner is told at once. 指派责任人。"""
    if (person is None) != nobody:
        raise typer.BadParameter("name a person, or say --nobody")
    with at.app.store.write() as conn:
        known, changed = facts.assign(at.app.office, conn, case, role, person, Said(by, at.now))
    if not changed:
        at.say(ALREADY)
        return
    found = at.app.office.people.persons.get(person or "")
    at.say(ASSIGNED, role=role, code=safe(known.code), person=found.name if found else "–")


def _kind(at: Desk, kind: str) -> str:
    found = at.app.office.rulebook.events.get(kind)
    return at.t.title(found.title) if found else kind


def _now_due(at: Desk, case: Case) -> None:
    """Show what runs on the case after what was just recorded."""
    with at.app.store.read() as conn:
        office = at.app.office
        seen = look(conn, [case.id], Sight(office.rulebook, office.calendars, office.directory(conn)), at.now)
    running = [a for a in seen[case.id].found.values() if a.deadline.state is State.OPEN]
    for one in running:
        what = one.deadline.what or at.t.title(one.rule.title)
        at.say(NOW_DUE, what=safe(what), due=at.t.day(one.deadline.due_on))
    if not running:
        at.say(NOTHING_OPEN)
