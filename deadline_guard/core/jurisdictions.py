"""The counting law of each jurisdiction as data: dated texts, defaults of every policy, citations.

What was read: `legal-rules.md` section 1 and the sources it names (CPL23, INT22, CRIM18, CRIMINT21, FRCP,
CPR, BGB, ZPO, EU71, CJRP). Texts that are general knowledge say so beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final

from deadline_guard.core.policy import BadField, HourPolicy, MonthPolicy, Policy, Roll
from deadline_guard.core.text import Text


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """A legal system: its default calendars and the texts of its counting law, oldest first."""

    id: str
    title: Text
    calendar: str
    texts: tuple[Policy, ...]
    office_calendar: str | None = None


_CN_CIVIL: Final = Policy(
    jurisdiction="cn-civil",
    text=Text(
        "Civil Procedure Law (2023), Art. 85; SPC Interpretation Art. 125",
        "民事诉讼法(2023年修正)第85条;民诉法解释第125条",
    ),
    since=date(2024, 1, 1),
    roll=Roll.FORWARD,
    hour_policy=HourPolicy.NEXT_FULL_HOUR,
    cites={
        "trigger": "民事诉讼法 第85条第2款",
        "first_day_counts": "民法典 第201条第2款",
        "count": "民事诉讼法 第85条第2款; 民法典 第201条",
        "weeks": "民法典 第201条",
        "months": "民法典 第202条; 最高人民法院2014-12-12答复",
        "half_months": "民法典 第204条",
        "hours": "民诉法解释 第125条",
        "hour_roll": "民事诉讼法 第85条第3款",
        "roll": "民事诉讼法 第85条第3款; 民法典 第203条",
        "makeup": "国务院办公厅节假日安排通知; 原民法通则意见 第198条第2款",
        "end": "民法典 第203条第2款",
    },
)

_CN_CRIMINAL: Final = Policy(
    jurisdiction="cn-criminal",
    text=Text(
        "Criminal Procedure Law (2018), Art. 105; SPC Interpretation (2021), Art. 202",
        "刑事诉讼法(2018年修正)第105条;刑诉法解释(2021)第202条",
    ),
    since=date(2018, 10, 26),
    roll=Roll.FORWARD,
    month_policy=MonthPolicy.END_TO_END,
    hour_policy=HourPolicy.NEXT_FULL_HOUR,
    cites={
        "trigger": "刑事诉讼法 第105条第2款",
        "count": "刑事诉讼法 第105条",
        "months": "刑诉法解释(2021) 第202条",
        "half_months": "刑诉法解释(2021) 第202条",
        "hours": "刑事诉讼法 第105条第2款",
        "roll": "刑事诉讼法 第105条第4款",
        "makeup": "国务院办公厅节假日安排通知",
    },
)

_FRCP: Final = Policy(
    jurisdiction="us-federal",
    text=Text("FRCP 6 as in force since 2016-12-01", "联邦民事诉讼规则第6条(2016-12-01起施行)"),
    since=date(2016, 12, 1),
    roll=Roll.FORWARD,
    backward_roll=Roll.BACKWARD,
    hour_roll=Roll.FORWARD,
    cites={
        "trigger": "FRCP 6(a)(1)(A)",
        "count": "FRCP 6(a)(1)(B)",
        "months": "FRCP 6(a)(1); anniversary method",
        "hours": "FRCP 6(a)(2)",
        "roll": "FRCP 6(a)(1)(C)",
        "backward_roll": "FRCP 6(a)(5)",
        "add_after": "FRCP 6(d)",
        "inaccessible": "FRCP 6(a)(3)",
        "end": "FRCP 6(a)(4)",
    },
)
_FRCP_2009: Final = replace(
    _FRCP,
    text=Text("FRCP 6 as in force from 2009-12-01 to 2016-11-30", "联邦民事诉讼规则第6条(2009-12-01至2016-11-30)"),
    since=date(2009, 12, 1),
)
_FRCP_1985: Final = replace(
    _FRCP,
    text=Text(
        "FRCP 6 before 2009-12-01: rest days inside periods of less than 11 days do not count",
        "联邦民事诉讼规则第6条(2009-12-01前文本):不足11日的期间不计其间的休息日",
    ),
    since=date(1985, 8, 1),  # general knowledge: before 1985 the bound was 7 days
    skip_rest_days_up_to=10,
    cites={
        **_FRCP.cites,
        "short": "FRCP 6(a) before 2009-12-01",
        "roll": "FRCP 6(a) before 2009-12-01",
        "count": "FRCP 6(a) before 2009-12-01",
        "add_after": "FRCP 6(e) before 2009-12-01",
    },
)

_CPR: Final = Policy(
    jurisdiction="gb-eaw",
    text=Text("Civil Procedure Rules 1998, Part 2", "英格兰及威尔士民事诉讼规则(1998)第2部分"),
    since=date(1999, 4, 26),
    roll=Roll.FORWARD_IF_AT_COURT_OFFICE,
    skip_rest_days_up_to=5,
    days_are_clear=True,
    cites={
        "trigger": "CPR 2.8(3)",
        "first_day_counts": "Matthew v Sedman [2021] UKSC 19",
        "count": "CPR 2.8(2)",
        "clear": "CPR 2.8(2), (3)",
        "short": "CPR 2.8(4)",
        "months": "CPR 2.10",
        "roll": "CPR 2.8(5)",
    },
)

_DE: Final = Policy(
    jurisdiction="de",
    text=Text("ZPO 222 with BGB 186-193", "德国民事诉讼法第222条、民法典第186-193条"),
    since=date(1900, 1, 1),
    roll=Roll.FORWARD,
    hour_policy=HourPolicy.SKIP_REST_DAYS,
    cites={
        "trigger": "BGB 187 I",
        "first_day_counts": "BGB 187 II",
        "count": "BGB 188 I",
        "weeks": "BGB 188 II",
        "months": "BGB 188 II, III",
        "half_months": "BGB 189",
        "hours": "ZPO 222 III",
        "roll": "ZPO 222 II; BGB 193",
    },
)

_EU: Final = Policy(
    jurisdiction="eu",
    text=Text("Regulation 1182/71, Art. 3", "欧洲经济共同体第1182/71号条例第3条"),
    since=date(1971, 7, 1),
    roll=Roll.FORWARD,
    hour_policy=HourPolicy.NEXT_FULL_HOUR,
    min_working_days=2,
    cites={
        "trigger": "Reg. 1182/71 Art. 3(1)",
        "count": "Reg. 1182/71 Art. 3(2)(b), (3)",
        "weeks": "Reg. 1182/71 Art. 3(2)(c); C-171/03",
        "months": "Reg. 1182/71 Art. 3(2)(c)",
        "hours": "Reg. 1182/71 Art. 3(1), (2)(a)",
        "roll": "Reg. 1182/71 Art. 3(4)",
        "min_working_days": "Reg. 1182/71 Art. 3(5)",
    },
)

_EU_CJ: Final = Policy(
    jurisdiction="eu-cj",
    text=Text("Rules of Procedure of the Court of Justice (2012), Arts. 49-51", "欧盟法院程序规则(2012)第49-51条"),
    since=date(2012, 11, 1),
    roll=Roll.FORWARD,
    hour_policy=HourPolicy.NEXT_FULL_HOUR,
    add_days_before_roll=10,
    cites={
        "trigger": "CJRP 49(1)(a)",
        "count": "CJRP 49(1)(b)",
        "weeks": "CJRP 49(1)(b)",
        "months": "CJRP 49(1)(b), (c)",
        "add_before": "CJRP 51",
        "roll": "CJRP 49(2); C-660/17 P",
    },
)

_PLAIN: Final = Policy(jurisdiction="plain", cites={})

_ALL: Final = (
    Jurisdiction("cn-civil", Text("China, civil procedure", "中国民事诉讼"), "cn", (_CN_CIVIL,)),
    Jurisdiction("cn-criminal", Text("China, criminal procedure", "中国刑事诉讼"), "cn", (_CN_CRIMINAL,)),
    Jurisdiction(
        "us-federal",
        Text("United States, federal courts", "美国联邦法院"),
        "us",
        (_FRCP_1985, _FRCP_2009, _FRCP),
    ),
    Jurisdiction(
        "gb-eaw",
        Text("England and Wales", "英格兰及威尔士"),
        "gb-eaw",
        (_CPR,),
        "gb-eaw-court-office",
    ),
    Jurisdiction("de", Text("Germany", "德国"), "de", (_DE,)),
    Jurisdiction("eu", Text("European Union", "欧洲联盟"), "eu", (_EU,)),
    Jurisdiction("eu-cj", Text("Court of Justice of the EU", "欧洲联盟法院"), "eu-cj", (_EU_CJ,)),
    Jurisdiction("plain", Text("Plain counting", "不适用特定法域的单纯计算"), "plain", (_PLAIN,)),
)
JURISDICTIONS: Final[Mapping[str, Jurisdiction]] = {one.id: one for one in _ALL}


def jurisdiction(name: str) -> Jurisdiction:
    """Return a jurisdiction; raises BadField for an unknown one."""
    found = JURISDICTIONS.get(name)
    if found is None:
        raise BadField("jurisdiction", f"{name!r} is unknown; expected one of {', '.join(JURISDICTIONS)}")
    return found


def policy_for(name: str, as_of: date) -> Policy:
    """Return the text of the counting law that was in force on ``as_of`` (before all: the oldest known).

    Raises BadField for an unknown jurisdiction.
    """
    texts = jurisdiction(name).texts
    for text in reversed(texts):
        if text.since is None or text.since <= as_of:
            return text
    oldest = texts[0]
    said = oldest.text
    zh = said.zh if isinstance(said, Text) else said
    note = Text(
        f"{said}: the oldest text known, in force since {oldest.since}; {as_of} lies before it",
        f"{zh}(已知最早文本,自{oldest.since}起施行;{as_of}早于该日)",
    )
    return replace(oldest, text=note, oldest=True)


_CHOICES: Final[Mapping[str, type[StrEnum]]] = {
    "roll": Roll,
    "month_policy": MonthPolicy,
    "hour_policy": HourPolicy,
}
_DAYS: Final = ("add_days_before_roll", "add_days_after_roll")
FIELDS: Final = frozenset({*_CHOICES, *_DAYS, "first_day_counts"})


def overridden(policy: Policy, given: Mapping[str, Any]) -> Policy:
    """Return ``policy`` with the given fields of ``specs/compute.md`` section 1 in place of the law's own.

    Raises BadField (a ValueError) for an unknown field, an unknown value, or contradicting values.
    """
    if not given:
        return policy
    values = {name: _value(name, value) for name, value in given.items()}
    if values.get("first_day_counts", policy.first_day_counts) and (
        values.get("month_policy", policy.month_policy) is MonthPolicy.MINUS_ONE
    ):
        raise BadField(
            "month_policy",
            "minus_one already is what first_day_counts does to months; give one of the two, not both",
        )
    if "roll" in values:  # a roll that is asked for serves every direction and unit
        values["backward_roll"] = values["hour_roll"] = values["roll"]
    return replace(policy, **values)


def _value(name: str, value: object) -> Any:
    """Return one field as the policy holds it."""
    if name in _CHOICES:
        choice = _CHOICES[name]
        if isinstance(value, str) and value in choice._value2member_map_:
            return choice(value)
        raise BadField(name, f"{value!r} is unknown; expected one of {', '.join(c.value for c in choice)}")
    if name in _DAYS:
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 3660:
            return value
        raise BadField(name, f"{value!r} cannot be added; expected a whole number of days from 0 to 3660")
    if name == "first_day_counts":
        if isinstance(value, bool):
            return value
        raise BadField(name, f"{value!r} is no answer; expected true or false")
    raise BadField(name, f"unknown field; expected one of {', '.join(sorted(FIELDS))}")
