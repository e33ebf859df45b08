"""From stored notices to what a text needs: everything gathered, before a word is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from deadline_guard.core.arrears import arrears
from deadline_guard.core.assess import Assessment, assess
from deadline_guard.core.calendar import Calendar
from deadline_guard.core.disputes import open_dispute
from deadline_guard.core.law import in_force, law_of
from deadline_guard.core.levels import OVERDUE_AGE
from deadline_guard.core.notices import Notice, NoticeKind
from deadline_guard.core.people import Directory, Person, responsible
from deadline_guard.core.rules import Kind, Level, Rule, Rulebook
from deadline_guard.core.timeline import Answer, Case, Event, author
from deadline_guard.messages import Item, Next, Past
from deadline_guard.messages.content import UNTIL_SETTLED
from deadline_guard.store import cases, replies, tried
from deadline_guard.store.notices import StoredNotice

_ANSWERS: Final = frozenset(answer.value for answer in Answer)
_FINDING = "finding."
Warned = Mapping[tuple[str, str, str], Sequence[tried.Try]]


@dataclass(frozen=True, slots=True)
class Sight:
    """What the views read besides the database: the rules, calendars and people in force."""

    rulebook: Rulebook
    calendars: Mapping[str, Calendar]
    directory: Directory
    pressable: bool = False  # somebody hears the buttons of Slack messages
    page: Callable[[int, str], str] | None = None  # the address at which a person answers a message, where there is one
    reply: Callable[[int, str], str] | None = None  # the token with which a person answers a message by mail


@dataclass(frozen=True, slots=True)
class Seen:
    """One case with its deadlines as of an instant."""

    case: Case
    found: Mapping[tuple[str, str], Assessment]


def look(conn: Connection, subjects: Iterable[str], sight: Sight, now: datetime) -> dict[str, Seen]:
    """Return the cases among ``subjects`` with what is known and due at ``now``; dates are worked out anew."""
    seen: dict[str, Seen] = {}
    for case_id, one in cases.load_cases(conn, list(subjects), known_at=now).items():
        found, _ = assess(one.case, sight.rulebook, sight.calendars, now)
        seen[case_id] = Seen(one.case, {(a.rule.id, a.deadline.cycle): a for a in found})
    return seen


def items(
    conn: Connection,
    stored: Sequence[StoredNotice],
    reader: Person,
    sight: Sight,
    now: datetime,
    ids: Mapping[int, str],
    threads: Mapping[int, str],
    seen: Mapping[str, Seen] | None = None,
    warned: Warned | None = None,
) -> list[Item]:
    """Return the items of these notices for one reader; ``ids`` and ``threads`` are warning ids by notice id.

    ``seen`` are the cases and ``warned`` what was sent about them, where they were looked up for several readers.
    """
    if seen is None:
        seen = look(conn, {s.notice.subject for s in stored}, sight, now)
    if warned is None:
        warned = tried.of_cycles(conn, seen)
    return [
        _item(conn, s.notice, seen.get(s.notice.subject), warned, reader, sight, now, ids[s.id], threads[s.id])
        for s in stored
    ]


def _item(
    conn: Connection,
    notice: Notice,
    seen: Seen | None,
    tries: Warned,
    reader: Person,
    sight: Sight,
    now: datetime,
    warning_id: str,
    thread_id: str,
) -> Item:
    rule = sight.rulebook.rules.get(notice.rule)
    if seen is None or rule is None:
        code, zone = (seen.case.code, seen.case.zone) if seen else ("", "UTC")
        return bare(notice, code, zone, sight, warning_id, thread_id)
    found = seen.found.get((notice.rule, notice.cycle))
    case, deadline = seen.case, found.deadline if found else None
    due_on = deadline.due_on if deadline else notice.due_on
    owner = responsible(found.owner_role if found else rule.owner, case, now, sight.directory)
    warned = tries.get((notice.subject, notice.rule, notice.cycle), ())
    version = next((v for v in rule.versions if deadline and v.id == deadline.version), None)
    version = version or in_force(rule.versions, due_on or now.date())
    pack = sight.rulebook.packs.get(rule.pack)
    return Item(
        warning_id=warning_id,
        thread_id=thread_id,
        code=case.code,
        title=case.title or None,
        what=rule.title,
        detail=deadline.what if deadline else "",
        kind=notice.kind,
        reason=notice.reason,
        level=notice.level if notice.kind is not NoticeKind.CLOSED else Level.OK,
        zone=case.zone,
        due_on=due_on,
        due_at=deadline.due_at if deadline else notice.due_at,
        internal_at=deadline.internal_at if deadline else None,
        **_left(due_on, rule, case, sight, reader, now),
        owner=owner.person.name,
        reader_is_owner=owner.person.id == reader.id,
        deputy=_name(owner.person.deputy, sight),
        via=notice.via,
        names=_named(notice.via, sight),
        step=notice.step,
        steps=len(rule.profile.chain) + 1,
        next=_next(notice, sight),
        history=_history(case, warned, notice, sight, _told_away(conn, warned, sight)),
        silent_since=_instant(notice.data.get("silent_since")),
        acts=rule.acts,
        may_decline=rule.kind is Kind.RIGHT,
        **_trigger(case, notice, deadline.trigger_on if deadline else None, sight),
        basis=deadline.basis if deadline else (),
        readings=deadline.readings if deadline else (),
        provisional=deadline.provisional if deadline else (),
        unconfirmed=deadline.unconfirmed if deadline else False,
        disputed=_disputed(case, notice, sight),
        flags=(*(deadline.flags if deadline else ()), *((UNTIL_SETTLED,) if "settled_by" in rule.params else ())),
        rule=rule.id,
        version=version.id if version else "",
        citation=version.basis if version else "",
        reviewed=pack.reviewed if pack else "none",
        old_due_on=_local_day(notice.data.get("old_due"), case.zone),
        moved_because=str(notice.data.get("because", "")),
        remedy=rule.remedy,
        data={**notice.data, **_age(found, case, now), **_spoken_of(notice, sight)},
        evaluated_at=notice.decided_at,
        data_as_of=max((e.recorded_at for e in case.timeline.events), default=None),
    )


def _age(found: Assessment | None, case: Case, now: datetime) -> dict[str, Any]:
    """Return the bucket of a debt and what is owed, as reported; {} for everything but debts."""
    if found is None or found.rule.indicator != OVERDUE_AGE:
        return {}
    data = arrears(found.deadline, found.rule, case, now).data
    bucket = data["bucket"]
    return {"bucket": bucket.label, "owed": data["owed"]} if bucket is not None else {}


def bare(notice: Notice, code: str, zone: str, sight: Sight, warning_id: str, thread_id: str) -> Item:
    """Return the item of a finding, or of a notice whose rule has left the rulebook."""
    finding = notice.rule.removeprefix(_FINDING) if notice.rule.startswith(_FINDING) else ""
    return Item(
        warning_id=warning_id,
        thread_id=thread_id,
        code=code or str(notice.data.get("code", "")),
        what={} if finding else {"zh": notice.rule, "en": notice.rule},
        kind=notice.kind,
        reason=notice.reason,
        level=notice.level,
        zone=zone,
        due_on=notice.due_on,
        due_at=notice.due_at,
        via=notice.via,
        names=_named(notice.via, sight),
        rule=notice.rule,
        finding=finding,
        data=notice.data,
        evaluated_at=notice.decided_at,
    )


def _left(due_on: date | None, rule: Rule, case: Case, sight: Sight, reader: Person, now: datetime) -> dict[str, Any]:
    """Return working and calendar days from today (in the case's zone) to the due date."""
    if due_on is None:
        return {}
    today = now.astimezone(ZoneInfo(case.zone)).date()
    calendar = law_of(rule, case, sight.rulebook, sight.calendars).calendar
    return {
        "days_left": (due_on - today).days,
        "working_days_left": calendar.working_days_between(today, due_on),
    }


def _trigger(case: Case, notice: Notice, on: date | None, sight: Sight) -> dict[str, Any]:
    """Return the event that started the clock, the day it counts from, and who recorded it."""
    event = next((e for e in case.timeline.events if e.id == notice.cycle), None)
    if event is None:
        return {}
    kind = sight.rulebook.events.get(event.kind)
    title = kind.title if kind else {"zh": event.kind, "en": event.kind}
    return {"trigger": title, "trigger_on": on or event.on, "trigger_by": _name(event.recorded_by, sight)}


def _next(notice: Notice, sight: Sight) -> Next | None:
    given = notice.data.get("next")
    if not given:
        return None
    at = datetime.fromisoformat(str(given["at"]))
    return Next(at, _name(str(given["person"]), sight), str(given.get("role", "")), given.get("action"))


def _told_away(conn: Connection, warned: Sequence[tried.Try], sight: Sight) -> list[replies.Away]:
    """Return what automatic replies said of those who were warned, where replies are read at all."""
    if sight.reply is None or not warned:
        return []
    return [one for one in replies.told_away(conn, {t.person for t in warned}) if one.at >= warned[0].at]


def _history(
    case: Case, warned: Sequence[tried.Try], notice: Notice, sight: Sight, away: Sequence[replies.Away]
) -> tuple[Past, ...]:
    """Return what was tried and answered before this notice, oldest first."""
    told = [
        Past(t.at, t.outcome, _name(t.person, sight), t.channel, t.detail) for t in warned if t.at < notice.decided_at
    ]
    answered = [
        Past(
            e.recorded_at,
            e.kind,
            _name(str(e.data.get("by", e.recorded_by)), sight),
            str(e.data.get("via", "")),
            answer_detail(e, sight.directory),
        )
        for kind, events in case.timeline.by_kind.items()
        if kind in _ANSWERS
        for e in events
        if e.data.get("rule") in (None, notice.rule) and e.data.get("cycle") in (None, notice.cycle)
    ]
    absent = [
        Past(a.at, "absent", _name(a.person, sight), "email", back=a.until.astimezone(ZoneInfo(case.zone)).date())
        for a in away
        if a.at <= notice.decided_at
    ]
    return tuple(sorted((*told, *answered, *absent), key=lambda p: p.at))


def _spoken_of(notice: Notice, sight: Sight) -> dict[str, str]:
    """Return the names of the persons that a notice speaks of."""
    return {f"{key}_name": _name(str(notice.data.get(key, "")), sight) for key in ("by", "to")}


def answer_detail(event: Event, directory: Directory) -> str:
    """Return what an answer said beyond its kind: to whom, why, with which result."""
    to = directory.persons.get(str(event.data.get("to", "")))
    said = (to.name if to else "", *(str(event.data.get(key, "")) for key in ("reason", "result")))
    return " – ".join(part for part in said if part)


def _disputed(case: Case, notice: Notice, sight: Sight) -> Past | None:
    """Return the open dispute about the date, where there is one."""
    found = open_dispute(case, notice.rule, notice.cycle)
    if found is None:
        return None
    why = str(found.data.get("reason", ""))
    return Past(found.recorded_at, found.kind, _name(author(found), sight), detail=why)


def _named(via: Sequence[str], sight: Sight) -> dict[str, str]:
    """Return the names of the persons in the turns of a path: ``absent zhangsan``, ``deputy lisi``."""
    turns = (turn.partition(" ")[2] for turn in via)
    return {p: sight.directory.persons[p].name for p in turns if p in sight.directory.persons}


def _name(person: str | None, sight: Sight) -> str:
    found = sight.directory.persons.get(person or "")
    return found.name if found else (person or "")


def _instant(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None


def _local_day(text: object, zone: str) -> date | None:
    """Return the civil day before an end-of-day instant: the due date as a person says it."""
    at = _instant(text)
    if at is None:
        return None
    local = at.astimezone(ZoneInfo(zone))
    return (local - timedelta(microseconds=1)).date() if local.time() == time() else local.date()
