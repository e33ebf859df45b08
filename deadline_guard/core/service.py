"""When a document counts as served, and what a method of service does to the period that it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final

from deadline_guard.core.calendar import Calendar
from deadline_guard.core.day_arithmetic import between, corresponding, shifted
from deadline_guard.core.derivation import Reading, Skipped, Step
from deadline_guard.core.hours import local, zone_of
from deadline_guard.core.policy import BadField
from deadline_guard.core.text import Text

HALF_PAST_FOUR: Final = time(16, 30)  # CPR 6.26, for methods that arrive at once


class How(StrEnum):
    """How the deemed day follows from the step."""

    SAME_DAY = "same_day"
    DAYS = "days"
    DAYS_ROLLED = "days_rolled"  # a period of its own, whose rolled end starts the next one
    MONTHS = "months"
    BUSINESS_DAYS = "business_days"
    DAYS_THEN_BUSINESS_DAY = "days_then_business_day"
    BY_HALF_PAST_FOUR = "by_half_past_four"
    NEXT_OR_SECOND_BUSINESS_DAY = "next_or_second_business_day"


@dataclass(frozen=True, slots=True)
class Method:
    """The law of one method of service from ``since`` on (None: as far back as known).

    ``add_days`` lengthens the period after its roll instead of moving the trigger (FRCP 6(d)).
    """

    how: How
    n: int
    cite: str
    note: Text
    add_days: int = 0
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Deemed:
    """The day on which a document counts as served; ``readings`` are later lawful ones."""

    on: date
    basis: tuple[Step, ...]
    readings: tuple[Reading, ...] = ()
    provisional_because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Law:
    """Methods by name, each with its texts oldest first; ``claim_form`` replaces them for that document."""

    methods: Mapping[str, tuple[Method, ...]]
    claim_form: Method | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)


def _same(cite: str, en: str, zh: str, add: int = 0, since: date | None = None) -> Method:
    return Method(How.SAME_DAY, 0, cite, Text(en, zh), add, since)


_RECEIPT: Final = ("served on the day of receipt", "以签收日为送达日")
_ARRIVED: Final = ("served when it reaches the system", "到达特定系统之日为送达日")

_CN: Final = _Law(
    {
        "personal": (_same("民事诉讼法 第87条", *_RECEIPT),),
        "formal": (_same("民事诉讼法 第87条", *_RECEIPT),),
        "mail": (
            _same("民事诉讼法 第91条", "served on the day on the return receipt", "以回执上注明的收件日期为送达日"),
        ),
        "electronic": (_same("民事诉讼法 第90条第2款", *_ARRIVED),),
        "public_notice": (
            Method(
                How.DAYS_ROLLED,
                60,
                "民事诉讼法(2022年前) 第92条",
                Text("60 days from the notice", "自公告之日起经过60日"),
            ),
            Method(
                How.DAYS_ROLLED,
                30,
                "民事诉讼法 第95条, 第85条第3款",
                Text("30 days from the notice", "自公告之日起经过30日"),
                since=date(2022, 1, 1),
            ),
        ),
        "public_notice_foreign": (
            Method(
                How.DAYS_ROLLED,
                60,
                "民事诉讼法 第283条, 第85条第3款",
                Text("60 days from the notice", "自公告之日起经过60日"),
            ),
        ),
        "mail_foreign": (
            Method(
                How.MONTHS, 3, "民事诉讼法 第283条第1款第8项", Text("three months from posting", "自邮寄之日起满三个月")
            ),
        ),
    },
    aliases={"email": "electronic", "fax": "electronic"},
)

_ADDED: Final = Text("complete on the step; 3 days are added after the period", "完成即送达;期间届满后加3日")
_US: Final = _Law(
    {
        "personal": (_same("FRCP 5(b)(2)(A), (B)", "complete on delivery", "交付即送达"),),
        "formal": (_same("FRCP 4", "complete on delivery", "交付即送达"),),
        "mail": (Method(How.SAME_DAY, 0, "FRCP 5(b)(2)(C), 6(d)", _ADDED, 3),),
        "clerk": (Method(How.SAME_DAY, 0, "FRCP 5(b)(2)(D), 6(d)", _ADDED, 3),),
        "consented": (Method(How.SAME_DAY, 0, "FRCP 5(b)(2)(F), 6(d)", _ADDED, 3),),
        "electronic": (
            _same("FRCP 5(b)(2)", "complete on sending", "发送即送达"),
            Method(How.SAME_DAY, 0, "FRCP 5(b)(2), 6(d) before 2016-12-01", _ADDED, 3, date(2001, 12, 1)),
            _same(
                "FRCP 5(b)(2)(E), 6(d)",
                "complete on sending, nothing added since 2016",
                "发送即送达;2016年起不加日",
                0,
                date(2016, 12, 1),
            ),
        ),
    },
    aliases={"email": "electronic", "fax": "consented", "first_class_post": "mail"},
)

_POST: Final = Method(
    How.DAYS_THEN_BUSINESS_DAY,
    2,
    "CPR 6.26",
    Text("the second day after posting, else the next business day", "投递后第二日;非营业日则为其后第一个营业日"),
)
_AT_ONCE: Final = Method(
    How.BY_HALF_PAST_FOUR,
    0,
    "CPR 6.26",
    Text("that business day before 4.30 pm, else the next business day", "营业日下午4:30前为当日,否则为下一营业日"),
)
_EAW: Final = _Law(
    {
        "first_class_post": (_POST,),
        "dx": (_POST,),
        "personal": (_AT_ONCE,),
        "left": (_AT_ONCE,),
        "fax": (_AT_ONCE,),
        "electronic": (_AT_ONCE,),
    },
    claim_form=Method(
        How.BUSINESS_DAYS,
        2,
        "CPR 6.14",
        Text("the second business day after the step, whatever the hour", "步骤完成后第二个营业日,不论时刻"),
    ),
    aliases={"mail": "first_class_post", "email": "electronic", "formal": "personal"},
)

_DE: Final = _Law(
    {
        "formal": (_same("ZPO 166", "served on delivery", "交付即送达"),),
        "personal": (_same("ZPO 177", "served on delivery", "交付即送达"),),
        "electronic": (_same("ZPO 173", "served when received", "收到即送达"),),
        "mail": (
            Method(
                How.NEXT_OR_SECOND_BUSINESS_DAY,
                1,
                "ZPO 270 (text of 2022)",
                Text(
                    "the next working day after posting, outside the local area the second",
                    "投递后第一个工作日;外地为第二个工作日",
                ),
            ),
        ),
        "public_notice": (
            Method(How.MONTHS, 1, "ZPO 188", Text("one month after the notice was posted", "自张贴公告起满一个月")),
        ),
    },
    aliases={"email": "electronic", "fax": "electronic"},
)

_EU: Final = _Law(
    {
        name: (_same("Reg. 1182/71 Art. 3(1)", "the event is the notification itself", "以通知本身为事件"),)
        for name in ("personal", "formal", "mail", "electronic")
    },
    aliases={"email": "electronic", "fax": "electronic"},
)
_OJ: Final = Text("from the end of the fourteenth day after publication", "自公报公布后第14日终了起")
_CJ: Final = _Law(
    {
        **{
            name: (_same("CJRP 49(1)(a)", "the event is the notification itself", "以通知本身为事件"),)
            for name in ("personal", "formal", "mail", "electronic")
        },
        "public_notice": (Method(How.DAYS, 14, "CJRP 50", _OJ),),
        "ecuria_unopened": (
            Method(How.DAYS, 7, "e-Curia decisions 2024", Text("the seventh day after the e-mail", "通知邮件后第7日")),
        ),
    },
    aliases={"email": "electronic", "fax": "electronic"},
)

_LAWS: Final[Mapping[str, _Law]] = {
    "cn-civil": _CN,
    "cn-criminal": _CN,
    "us-federal": _US,
    "gb-eaw": _EAW,
    "de": _DE,
    "eu": _EU,
    "eu-cj": _CJ,
}


def method_of(jurisdiction: str, name: str, document: str, on: date, where: str = "method") -> Method:
    """Return the law of a method of service on a day; ``where`` names the field in errors.

    Raises BadField for a method that the jurisdiction does not know.
    """
    law = _LAWS.get(jurisdiction)
    if law is None:
        raise BadField(where, f"{jurisdiction} has no law of service; give the day of service as the trigger")
    texts = law.methods.get(law.aliases.get(name, name))
    if texts is None:
        known = ", ".join(sorted({*law.methods, *law.aliases}))
        raise BadField(where, f"{name!r} is no method of service of {jurisdiction}; expected one of {known}")
    if document == "claim_form" and law.claim_form is not None:
        return law.claim_form
    return next((t for t in reversed(texts) if t.since is None or t.since <= on), texts[0])


def deemed(
    jurisdiction: str,
    name: str,
    document: str,
    step_at: date | datetime,
    calendar: Calendar,
    zone: str | None = None,
    where: str = "method",
    as_of: date | None = None,
) -> Deemed:
    """Return when a document counts as served after a step (posting, sending, leaving, publishing).

    ``document`` is ``claim_form`` or ``other``. Where the law asks for the hour and only a date is given, the
    earlier day is the answer and the later one a reading. ``as_of`` says which text of the law (default: that
    of the step's day). Raises BadField.
    """
    place = zone or calendar.zone
    moment = step_at
    if isinstance(step_at, datetime):
        moment = local(step_at, zone_of(place)) if place else step_at
    day = moment.date() if isinstance(moment, datetime) else moment
    method = method_of(jurisdiction, name, document, as_of or day, where)
    found, readings = _deemed_day(method, moment, day, calendar)
    uses_calendar = method.how not in (How.SAME_DAY, How.DAYS, How.MONTHS)
    first_counts = method.how in (How.DAYS_ROLLED, How.DAYS_THEN_BUSINESS_DAY)  # rest days among the n days count
    passed = between(shifted(day, method.n - 1) if first_counts else day, found) if uses_calendar else ()
    skipped = tuple(Skipped(d, calendar.why_closed(d) or "") for d in passed if not calendar.is_open(d))
    unknown = tuple(
        Text(f"calendar {calendar.id} does not know {d}", f"日历{calendar.id}不含{d}")
        for d in (day, found)
        if uses_calendar and not calendar.is_known(d)
    )
    step = Step("service", day, found, (found - day).days, skipped, method.cite, method.note)
    return Deemed(found, (step,), readings, tuple(dict.fromkeys(unknown)))


def _deemed_day(
    method: Method, moment: date | datetime, day: date, calendar: Calendar
) -> tuple[date, tuple[Reading, ...]]:
    """Return the deemed day and later readings."""
    n, cite = method.n, method.cite
    match method.how:
        case How.SAME_DAY:
            return day, ()
        case How.DAYS:
            return shifted(day, n), ()
        case How.DAYS_ROLLED:
            return calendar.next_open(shifted(day, n)), ()
        case How.MONTHS:
            return corresponding(day, n), ()
        case How.BUSINESS_DAYS:
            return calendar.add_working_days(day, n), ()
        case How.DAYS_THEN_BUSINESS_DAY:
            return calendar.next_open(shifted(day, n)), ()
        case How.NEXT_OR_SECOND_BUSINESS_DAY:
            outside = Text("the second working day outside the local delivery area", "外地投递为第二个工作日")
            late = Reading(calendar.add_working_days(day, 2), outside, cite)
            return calendar.add_working_days(day, 1), (late,)
        case How.BY_HALF_PAST_FOUR:
            following = calendar.next_open(shifted(day, 1))
            if not calendar.is_open(day):
                return following, ()
            if isinstance(moment, datetime):
                return (day if moment.time() < HALF_PAST_FOUR else following), ()
            late_step = Text("if the step was taken at 4.30 pm or later", "若步骤于下午4:30或之后完成")
            return day, (Reading(following, late_step, cite),)
