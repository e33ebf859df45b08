"""`board` and `ageing`: where cases stand and how old debts are, for people in two languages and for machines."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.scenarios import disk
from tests.scenarios.disk import Office

DEBTS = """
pack: {id: debt, title: {zh: 债务, en: Debts}}
rules:
  - id: debt.age
    title: {zh: 账龄, en: Age of the debt}
    applies_to: {case_type: debt}
    acts: other
    nature: internal
    indicator: overdue_age
    trigger: missed
    date_from: due
    limit: 0 days
    params: {plus: balance}
    profile:
      from: plain
      chain: []
      overdue: false
      buckets:
        - {from: 0, label: {zh: 正常, en: normal}}
        - {from: 1, label: {zh: 一档, en: first}, level: near}
        - {from: 31, label: {zh: 二档, en: second}, level: near}
"""
TYPES = """
case_types:
  debt:
    title: {zh: 债务, en: Debt}
    jurisdiction: plain
    calendar: plain
    zone: ZONE
    closed_by: [settled]
    stages:
      - {id: reminder, title: {zh: 提醒, en: Reminder}, enter_on: [missed], target: 30 days}
      - {id: suit, title: {zh: 起诉, en: Suit}, enter_on: [sued]}
"""
EVENTS = """
events:
  missed: {title: {zh: 逾期, en: Missed}, data: {due: date, balance: number}}
  sued: {title: {zh: 起诉, en: Sued}}
  settled: {title: {zh: 结清, en: Settled}}
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Four debts: two being reminded (one too long, one without owner), one sued, one settled."""
    office = disk.make(tmp_path_factory.mktemp("board") / "office", 9)
    folder = office.rules.parent
    (folder / "debts.yaml").write_text(DEBTS, encoding="utf-8")
    (folder / "debt_types.yaml").write_text(TYPES.replace("ZONE", office.zone), encoding="utf-8")
    (folder / "debt_events.yaml").write_text(EVENTS, encoding="utf-8")
    for code, ago, balance, owner in (
        ("A", 40, "800.50", "zhang"),
        ("B", 10, "70", ""),
        ("C", 35, "", "li"),
        ("D", 5, "9", "li"),
    ):
        named = ("--owner", owner) if owner else ()
        office.type("case", "add", code, "--type", "debt", *named, "--team", "lit")
        data = [
            w
            for pair in (f"due={office.day(-ago)}", balance and f"balance={balance}")
            if pair
            for w in ("--data", pair)
        ]
        office.type("event", "add", code, "missed", "--on", office.day(-ago), *data)
    office.type("event", "add", "C", "sued", "--on", office.day(-1))
    office.type("event", "add", "D", "settled", "--on", office.day(-1))
    return office


def read(office: Office, *words: str) -> Any:
    return json.loads(office.type(*words, "--json"))


def test_the_board_says_where_each_open_case_stands(office: Office) -> None:
    found = read(office, "board")
    assert {c["code"]: (c["stage"], c["days_there"], c["days_left"], c["owner"]) for c in found["cases"]} == {
        "A": ("reminder", 40, -10, "张三"),
        "B": ("reminder", 10, 20, None),
        "C": ("suit", 1, None, "李四"),
    }
    assert [(c["stage"], c["cases"], c["late"], c["unowned"]) for c in found["counts"]] == [
        ("reminder", 2, 1, 1),
        ("suit", 1, 0, 0),
    ]
    assert {c["code"]: (c["next_stage"] or {}).get("en") for c in found["cases"]} == {
        "A": "Suit",
        "B": "Suit",
        "C": None,
    }


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (("--stage", "reminder"), ["A", "B"]),
        (("--owner", "li"), ["C"]),
        (("--owner", "none"), ["B"]),
        (("--type", "civil"), []),
        (("--team", "lit"), ["A", "B", "C"]),
    ],
)
def test_the_board_is_narrowed_down(office: Office, words: tuple[str, ...], codes: list[str]) -> None:
    assert [c["code"] for c in read(office, "board", *words)["cases"]] == codes


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", ("NO OWNER", "10 d too long", "Reminder", "Too long")),
        ("zh_Hans", ("无责任人", "超时 10 天", "提醒", "件数")),
    ],
)
def test_the_board_speaks_both_languages(office: Office, locale: str, words: tuple[str, ...]) -> None:
    said = office.type("board", "--locale", locale)
    for word in words:
        assert word in said.replace("\n", " ")


def test_the_ageing_table_counts_every_running_debt(office: Office) -> None:
    now, then = read(office, "ageing", "--at", office.day(), "--at", office.day(-20))
    assert [(b["label"]["en"], b["debts"], b["owed"], b["without_amount"]) for b in now["buckets"]] == [
        ("normal", 0, "0", 0),
        ("first", 2, "79", 0),
        ("second", 2, "800.5", 1),
    ]
    assert (now["debts"], now["owed"]) == (4, "879.5")
    assert [b["debts"] for b in then["buckets"]] == [0, 2, 0]


def test_the_ageing_table_speaks_both_languages_and_names_what_it_cannot_sum(office: Office) -> None:
    said = office.type("ageing", "--locale", "zh_Hans")
    for word in ("账龄档", "一档", "879.50", "其中 1 笔没有报告金额"):
        assert word in said
    assert "1 of these debts" in office.type("ageing", "--locale", "en")
    assert "known: debt.age" in office.type("ageing", "--rule", "x", expect=1)
    assert read(office, "ageing", "--owner", "zhang")[0]["debts"] == 1
