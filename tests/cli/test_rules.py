"""`rules list | show | adopt`: the law beside each rule, and who of the firm checked it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from deadline_guard.app import App
from deadline_guard.cli import app as program
from deadline_guard.rulebook.adopting import is_checked
from deadline_guard.store import recorded_law
from tests.real.office import make_office, person

RULES = {
    "own": """
pack: {id: own, title: {zh: 自有, en: Own}, revised: 2026-11-21, reviewed: none}
rules:
  - id: own.defence
    title: {zh: 提交答辩状, en: Statement of defence}
    applies_to: {case_type: civil}
    kind: right
    trigger: complaint_received
    done_by: [defence_filed]
    versions:
      - {id: "2024", limit: 15 days, basis: 民事诉讼法 第128条, since: 2024-01-01}
      - {id: old, limit: 30 days, basis: old law, until: 2023-12-31}
    profile: short
    confidence: H
""",
    "profiles": "profiles: {short: {thresholds: [{level: near, when: 3 days before}], tell: {near: [owner], overdue: [owner]}}}",
    "case_types": """
case_types:
  civil: {title: {zh: 民事, en: Civil}, jurisdiction: cn-civil, calendar: cn, zone: Asia/Shanghai, closed_by: [defence_filed]}
""",
    "events": """
events:
  complaint_received: {title: {zh: 收到起诉状, en: Complaint received}}
  defence_filed: {title: {zh: 提交答辩状, en: Defence filed}}
""",
}
UNCHECKED = "not yet checked by a lawyer of this firm"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    people = {"fallback": "boss", "persons": {"boss": person("boss", "Asia/Shanghai")}}
    return make_office(
        tmp_path, rules=RULES, people=people, zone="Asia/Shanghai", port=9, start="2026-12-01T09:00:00+08:00",
        until="2027-03-01T00:00:00+08:00",
    )  # fmt: skip


def said(*words: str) -> str:
    done = CliRunner().invoke(program, list(words), env={"COLUMNS": "160"})
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def test_the_list_names_each_rule_with_its_length_and_law(config: Path) -> None:
    listed = said("rules", "list", "-c", str(config), "--locale", "en")
    assert "own.defence" in listed
    assert "15 days" in listed  # the text in force, not the last in the file
    assert "民事诉讼法 第128条" in listed
    assert UNCHECKED in listed
    assert "not legal advice" in listed
    assert "own.defence" not in said("rules", "list", "cn.", "-c", str(config))


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", ["Statement of defence", "right", "Complaint received", "30 days  old law  [… – 2023-12-31]", "(H)"]),
        (
            "zh",
            ["提交答辩状", "权利", "收到起诉状", "15日  民事诉讼法 第128条  [2024-01-01 – …]", "尚未经本所律师核对"],
        ),
    ],
)
def test_a_rule_is_shown_with_all_its_texts(config: Path, locale: str, words: list[str]) -> None:
    shown = said("rules", "show", "own.defence", "-c", str(config), "--locale", locale)
    assert [word for word in words if word not in shown] == []


def test_an_unknown_rule_or_pack_is_answered_with_the_nearest(config: Path) -> None:
    rule = CliRunner().invoke(program, ["rules", "show", "own.defense", "-c", str(config)])
    assert "did you mean own.defence?" in str(rule.exception)
    pack = CliRunner().invoke(program, ["rules", "adopt", "owm", "--by", "Li", "-c", str(config)])
    assert "did you mean own?" in str(pack.exception)


def test_adopting_a_pack_is_recorded_and_ends_the_remark(config: Path) -> None:
    said("case", "add", "A-1", "--type", "civil", "--owner", "boss", "-c", str(config))
    said("event", "add", "A-1", "complaint_received", "--on", "2026-11-25", "-c", str(config))
    assert UNCHECKED in said("explain", "A-1", "-c", str(config), "--locale", "en").replace("yet been", "yet")
    assert "1 rules adopted by Li Si" in said(
        "rules", "adopt", "own", "--by", "Li Si", "-c", str(config), "--locale", "en"
    )
    assert "checked by Li Si, 2026-12-01" in said("rules", "list", "-c", str(config), "--locale", "en")
    assert UNCHECKED not in said("explain", "A-1", "-c", str(config), "--locale", "en").replace("yet been", "yet")
    assert "already" in said("rules", "adopt", "own", "--by", "Li Si", "-c", str(config), "--locale", "en")
    office = App.open(config)
    with office.store.read() as conn:
        (adoption,) = recorded_law.adoptions(conn).values()
        kinds = conn.exec_driver_sql("SELECT kind FROM ledger WHERE chain = 'system'").scalars().all()
    office.close()
    assert (adoption.pack, adoption.by) == ("own", "Li Si")
    assert kinds.count("pack adopted") == 1


def test_a_pack_changed_after_its_adoption_is_unchecked_again(config: Path) -> None:
    said("rules", "adopt", "own", "--by", "Li Si", "-c", str(config))
    path = config.parent / "rules" / "own.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("15 days", "16 days"), encoding="utf-8")
    assert UNCHECKED in said("rules", "list", "-c", str(config), "--locale", "en")


def test_a_running_office_learns_of_an_adoption_at_its_next_tick(config: Path) -> None:
    running = App.open(config)
    running.start()
    assert not is_checked(running.office.rulebook.packs["own"])
    said("rules", "adopt", "own", "--by", "Li Si", "-c", str(config))
    running.tick(running.clock.now())
    assert is_checked(running.office.rulebook.packs["own"])
    running.close()
