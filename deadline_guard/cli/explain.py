"""`explain`: one case, one deadline, everything behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer
from rich.padding import Padding
from rich.text import Text as Line

from deadline_guard.cli.due import STYLES
from deadline_guard.cli.terminal import DEFAULT_CONFIG, ConfigFile, Desk, Locale, desk, moment
from deadline_guard.core.deadlines import Deadline, State
from deadline_guard.core.endings import ACT_BEFORE_EVENT
from deadline_guard.core.people import Resolution
from deadline_guard.core.rules import Level, Wait
from deadline_guard.core.text import Text
from deadline_guard.core.timeline import Event, author
from deadline_guard.messages.item import Past
from deadline_guard.messages.past import history
from deadline_guard.messages.steps import said, sentences
from deadline_guard.messages.texts import Texts, safe
from deadline_guard.messages.words import LEVELS, badge, channel_name, role
from deadline_guard.views.explain import Explained, Explanation, Rung, Told, explain
from deadline_guard.views.items import Sight
from deadline_guard.views.letters import warning_id
from deadline_guard.views.then import sight_at

STATES: Final = {
    State.OPEN: Text("open", "未结"),
    State.HELD: Text("held: the clock stands still", "中止:期间暂停计算"),
    State.DONE: Text("done", "已完成"),
    State.NOT_PURSUED: Text("not pursued", "决定不行使"),
    State.NOT_APPLICABLE: Text("does not apply", "不适用"),
    State.CANCELLED: Text("cancelled", "已取消"),
}
NOTICE_STATES: Final = {
    "open": Text("decided, not yet in a message", "已决定,尚未生成消息"),
    "held": Text("held until {until}: {why}", "暂缓至 {until}:{why}"),
    "composed": Text("in the outbox", "在发件箱中"),
    "sent": Text("sent", "已发送"),
    "withdrawn": Text("not sent: {why}", "未发送:{why}"),
}
WHY_HELD: Final = {
    "digest": Text("waits for the digest", "随汇总发送"),
    "held": Text("waits for its hour", "等待发送时间"),
    "the deadline has ended": Text("the deadline has ended", "期限已了结"),
    "the date has moved": Text("the date has moved", "日期已变更"),
    "the level has risen": Text("the level has risen", "级别已升高"),
    "said together with the level": Text("said together with the level", "已随级别预警一并告知"),
    "muted": Text("muted", "静默"),
    "answered meanwhile": Text("answered meanwhile", "期间已有答复"),
    "somebody else owns it now": Text("somebody else owns it now", "责任人已变更"),
    "decided before go_live": Text("decided before go_live", "早于上线时间"),
    "the summary after downtime says how things stand": Text(
        "the summary after downtime says how things stand", "停机后的汇总已说明现状"
    ),
}
REASONS: Final = {
    "first": Text("first warning", "首次预警"),
    "level_raised": Text("the level rose", "级别升高"),
    "bucket_entered": Text("the debt entered the next bucket", "进入下一账龄档"),
    "repeat": Text("said again", "重复提醒"),
    "unanswered": Text("nobody answered", "无人答复"),
    "moved_earlier": Text("the date moved earlier", "日期提前"),
    "moved_later": Text("the date moved later", "日期推迟"),
    "owner_changed": Text("somebody else answers for it", "责任人变更"),
    "done": Text("it is done", "已完成"),
    "not_pursued": Text("it is not pursued", "不再行使"),
    "rule_gone": Text("its ground is gone", "依据已不存在"),
    "conflict": Text("two records contradict each other", "记录互相矛盾"),
    "finding": Text("a finding", "发现的问题"),
    "to_observe": Text("somebody else's date comes near", "对方或法院的期限临近"),
    "opens": Text("somebody else's date has passed", "对方或法院的期限已过"),
    "offered": Text("a hand-over is offered", "提请移交"),
    "accepted": Text("the hand-over is accepted", "已接收移交"),
    "refused": Text("the hand-over is refused", "已拒绝接手"),
    "taken_over": Text("somebody took it over", "已被接管"),
    "disputed": Text("the date is disputed", "日期有异议"),
    "resolved": Text("the dispute is settled", "异议已处理"),
    "unconfirmed": Text("nobody else has checked the date", "日期未经他人核对"),
    "second_person": Text("an answer waits for a second person", "答复待第二人确认"),
    "no_result": Text("no result is recorded", "未登记结果"),
}
UNITS: Final = {
    "minutes": Text("minutes", "分钟"),
    "hours": Text("hours", "小时"),
    "days": Text("days", "天"),
    "working_hours": Text("working hours", "工作小时"),
    "working_days": Text("working days", "工作日"),
}

TOO_SOON = Text(
    "! An act is dated before the event that asks for it: one of the two dates is wrong, and the act ends nothing.",
    "! 有行为的日期早于引起该期限的事件:两个日期必有一误,该行为不视为完成。",
)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("explain")(show)


def show(
    case: Annotated[str, typer.Argument(help="The case's code or id. 案号或标识。")],
    rule: Annotated[str | None, typer.Argument(help="One rule only. 规则标识。")] = None,
    at: Annotated[str | None, typer.Option("--at", help="As known at this moment. 以此时已知为准。")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    locale: Locale = None,
) -> None:
    """Explain a case's dates: how each was reached, who is told when, what was told. 解释期限的由来。"""
    with desk(config, locale) as office:
        then = moment(at, "--at", office.app.config.zone) if at else None
        print_case(office, case, rule, then)


def print_case(at: Desk, case: str, rule: str | None = None, then: datetime | None = None) -> None:
    """Print the explanation of a case, or of one rule on it, as known at ``then`` (None: now).

    At an earlier moment under the rules, calendars and people in force then.
    """
    office = at.app.office
    with at.app.store.read() as conn:
        sight = Sight(office.rulebook, office.calendars, office.directory(conn))
        sight = sight if then is None else sight_at(conn, sight, then)
        found = explain(conn, case, sight, then or at.now, rule, as_of=then is not None)
    then = then or at.now
    out, t = at.console, at.t
    lines: list[Line | Padding] = [*case_lines(t, found, then)]
    for one in found.deadlines:
        lines += deadline_lines(t, one, found.case.zone)
    for line in (*lines, *rest_lines(t, found)):
        out.print(line)


def case_lines(t: Texts, found: Explained, then: datetime) -> Iterator[Line]:
    """Yield who the case is and as of when it is shown."""
    case = found.case
    yield Line(f"{safe(case.code)}  {safe(case.title)}", "bold")
    stamp = Text(f"as known at {t.stamp(then, case.zone)}", f"以 {t.stamp(then, case.zone)} 已知信息为准").said(
        t.locale
    )
    yield Line(f"{stamp} ({t.zone(case.zone)})", "dim")
    if found.other_rules:
        said = Text("! another revision of the rules was in force then", "! 当时适用的是另一版规则")
        yield Line(said.said(t.locale), "bold")


def deadline_lines(t: Texts, one: Explanation, zone: str) -> Iterator[Line | Padding]:
    """Yield everything about one deadline."""
    deadline, rule = one.found.deadline, one.found.rule
    yield Line("")
    yield _title(t, one)
    if deadline.state is not State.HELD:
        yield _row(t, Text("Due", "截止"), _due(t, deadline, zone))
    if deadline.internal_at:
        yield _row(t, Text("Internal limit", "内控时限"), t.moment(deadline.internal_at, zone))
    yield _row(t, Text("Owner", "责任人"), _who(t, one.owner))
    if one.disputed is not None:
        raised = f"{_name(one, author(one.disputed))}: {one.disputed.data.get('reason', '')}"
        yield _row(t, Text("! Date disputed", "! 日期有异议"), safe(raised))
    yield from _block(t, Text("How the date was reached", "日期的由来"), _derivation(t, one))
    if deadline.state is State.OPEN:
        thresholds = [_threshold(t, x.at, x.level, x.tell, zone) for x in one.thresholds]
        yield from _block(t, Text("Levels", "级别"), thresholds)
        yield from _block(t, Text("If nobody answers", "无人答复时"), [_rung(t, r) for r in one.chain])
    yield from _block(t, Text("What was told", "已通知"), [_told(t, x, zone) for x in one.told])
    yield from _block(t, Text("What was answered", "答复"), _answers(t, one, zone))
    pack = one.pack
    if pack is None or pack.reviewed in ("", "none"):
        said = t.say("These rules have not yet been checked by a lawyer of this firm.")
        yield Padding(Line(f"{rule.id} · {said}", "dim"), (0, 0, 0, 2))


def rest_lines(t: Texts, found: Explained) -> Iterator[Line | Padding]:
    """Yield the rules that have not begun, and what is wrong with the case."""
    if not found.deadlines and not found.waiting:
        nothing = Text(
            "! no rule watches this case; check its type and attributes", "! 没有规则适用于本案,请检查案件类型与属性"
        )
        yield Line(nothing.said(t.locale), "bold")
    if found.waiting:
        names = [safe(t.title(r.title)) for r in found.waiting]
        head = Text(f"Not begun yet ({len(names)})", f"尚未开始({len(names)})")
        yield from _block(t, head, [t.join(names[:12]) + (" …" if len(names) > 12 else "")])
    yield from _block(t, Text("Findings", "发现的问题"), [_told(t, x, found.case.zone) for x in found.findings])


def _title(t: Texts, one: Explanation) -> Line:
    found = one.found
    line = Line(f"{safe(t.title(found.rule.title))}  ", "bold")
    if found.deadline.what:
        line.append(f"{safe(found.deadline.what)}  ")
    if found.deadline.state is State.OPEN:
        return line.append(badge(t, LEVELS[found.level]), STYLES[found.level])
    return line.append(STATES[found.deadline.state].said(t.locale), "dim")


def _due(t: Texts, deadline: Deadline, zone: str) -> str:
    local = deadline.due_at.astimezone(ZoneInfo(zone))
    ends_day = local.time() == time(0) and local.date() == deadline.due_on + timedelta(days=1)
    hour = "24:00" if ends_day else f"{local:%H:%M}"
    said = f"{t.day(deadline.due_on)} {hour} ({t.zone(zone)})"
    return t.say("{date} – provisional", date=said) if deadline.provisional else said


def _derivation(t: Texts, one: Explanation) -> list[str]:
    deadline = one.found.deadline
    lines: list[str] = []
    if one.trigger is not None:
        lines.append(_event(t, one, one.trigger))
    lines += sentences(deadline.basis, t.locale)
    if one.version is not None and one.version.basis:
        lines.append(f"{one.found.rule.id}@{one.version.id} · {safe(one.version.basis)}")
    lines += [t.say("Provisional: {why}", why=said(t, why)) for why in deadline.provisional]
    for reading in deadline.readings:
        lines.append(t.say("Another reading: {day} ({why})", day=t.day(reading.due_on), why=said(t, reading.why)))
    if "weekend" in deadline.flags:
        lines.append(t.say("The date set falls on a rest day; it stands as set and does not roll."))
    if ACT_BEFORE_EVENT in deadline.flags:
        lines.append(TOO_SOON.said(t.locale))
    return lines


def _threshold(t: Texts, at: datetime, level: Level, tell: Sequence[Resolution], zone: str) -> str:
    return f"{badge(t, LEVELS[level])}  {t.moment(at, zone)}  → {t.join([_who(t, r) for r in tell])}"


def _rung(t: Texts, rung: Rung) -> str:
    wait = _wait(t, rung.step.after)
    said = Text(f"after {wait}", f"{wait}后").said(t.locale)
    return f"{said}  → {t.join([_who(t, r) for r in rung.tell])}"


def _wait(t: Texts, wait: Wait) -> str:
    n = float(wait.n)
    unit = UNITS[wait.unit].said(t.locale)
    shown = f"{n:g} {unit}"
    return shown.removesuffix("s") if n == 1 and not t.is_chinese else shown


def _who(t: Texts, found: Resolution) -> str:
    said = f"{safe(found.person.name)} ({role(t, found.role)})"
    if found.fell_back:
        return f"{said} {Text('– nobody is named, the last resort', '—— 无人担任,由最后责任人代替').said(t.locale)}"
    if len(found.path) > 1:
        return f"{said} {Text('– standing in', '—— 代理').said(t.locale)}"
    return said


def _told(t: Texts, told: Told, zone: str) -> str:
    notice, stored = told.stored.notice, told.stored
    reason = REASONS.get(notice.reason.value)
    why = reason.said(t.locale) if reason else notice.reason.value
    head = f"{t.moment(notice.decided_at, zone)}  {badge(t, LEVELS[notice.level])} → {safe(told.person)}: {why}"
    return f"{head} · {_became(t, told, zone) if told.carried else _state(t, stored, zone)}"


def _state(t: Texts, stored: object, zone: str) -> str:
    state, reason = getattr(stored, "state", ""), getattr(stored, "state_reason", "")
    until = getattr(stored, "hold_until", None)
    why = WHY_HELD[reason].said(t.locale) if reason in WHY_HELD else safe(reason)
    text = NOTICE_STATES.get(state)
    if text is None:
        return safe(state)
    return text.said(t.locale).format(until=t.moment(until, zone) if until else "?", why=why)


def _became(t: Texts, told: Told, zone: str) -> str:
    """Return what became of the messages that carried a notice."""
    parts = []
    for carried in told.carried:
        label = warning_id(carried.message, carried.place, carried.size)
        name = channel_name(t, carried.channel)
        if carried.state == "sent" and carried.sent_at is not None:
            state = Text(f"sent {t.moment(carried.sent_at, zone)}", f"{t.moment(carried.sent_at, zone)} 已发送")
        elif carried.state == "dead":
            state = Text(f"given up: {safe(carried.detail)}", f"已放弃:{safe(carried.detail)}")
        elif carried.state == "withdrawn":
            why = WHY_HELD.get(carried.detail, Text(safe(carried.detail)))
            state = Text(f"not sent: {why}", f"未发送:{why.zh}")
        else:
            state = Text(f"not sent yet, {carried.attempts} tries", f"尚未发送,已尝试 {carried.attempts} 次")
        parts.append(f"{label} {name} {state.said(t.locale)}")
    return t.join(parts)


def _answers(t: Texts, one: Explanation, zone: str) -> list[str]:
    lines = [f"{_answer(t, one, e, zone)} · {safe(e.id)}" for e in sorted(one.answers, key=lambda e: e.recorded_at)]
    if one.ended is not None and one.ended not in one.answers:
        lines.append(_event(t, one, one.ended))
    return lines


def _answer(t: Texts, one: Explanation, event: Event, zone: str) -> str:
    """Return one answer in words, with whom it names and why."""
    detail = [_name(one, str(event.data["to"]))] if event.data.get("to") else []
    detail += [str(event.data[key]) for key in ("reason", "result") if event.data.get(key)]
    by, via = _name(one, author(event)), str(event.data.get("via", ""))
    return " ".join(history(t, [Past(event.recorded_at, event.kind, by, via, " – ".join(detail))], zone))


def _event(t: Texts, one: Explanation, event: Event) -> str:
    """Return an event in words: its day, what it was, who recorded it when, and the id that corrects it."""
    title = one.titles.get(event.kind)
    what = safe(t.title(title) if title else event.kind)
    by = safe(_name(one, event.recorded_by))
    said = t.say("{what} (recorded by {name})", what=what, name=by) if by else what
    return f"{t.day(event.on)}  {said} · {safe(event.id)}"


def _name(one: Explanation, person: str) -> str:
    return one.names.get(person, person)


def _row(t: Texts, label: Text, value: str) -> Padding:
    return Padding(Line(f"{label.said(t.locale)}  ", "dim").append(value, "default not dim"), (0, 0, 0, 2))


def _block(t: Texts, title: Text, lines: Sequence[str]) -> Iterator[Line | Padding]:
    if not lines:
        return
    yield Padding(Line(title.said(t.locale), "bold"), (0, 0, 0, 2))
    for line in lines:
        yield Padding(Line(line), (0, 0, 0, 4))
