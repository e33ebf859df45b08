"""Journey 12: an assistant imports a messy workbook and a GB18030 list; nothing is written before the yes."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from typer.testing import CliRunner

from deadline_guard.app import App
from deadline_guard.cli import app as program
from deadline_guard.store.statements import fetch

TABLES = ("case", "event", "ledger", "ledger_chain", "payload", "source")
RULES = {
    "events": "events:\n  complaint_received: {title: {zh: 收到起诉状副本, en: Complaint received}}\n"
    "  hearing_set: {title: {zh: 开庭, en: Hearing}}\n",
    "case_types": "case_types:\n  civil: {title: {zh: 民事, en: Civil}, jurisdiction: cn-civil, calendar: cn}\n",
    "profiles": "profiles:\n  short: {thresholds: [{level: near, when: 3 days before}], tell: {near: [owner]}}\n",
    "pack": """
pack: {id: own, title: {zh: 本所, en: Own}, revised: 2026-11-21, reviewed: none}
rules:
  - {id: own.defence, title: {zh: 答辩, en: Defence}, applies_to: {case_type: civil}, indicator: deadline,
     trigger: complaint_received, limit: 15 days, profile: short, nature: internal}
""",
}
PEOPLE = {
    "fallback": "zhao",
    "persons": {
        "zhang": {"name": "张三", "channels": {"console": "zhang"}},
        "wang1": {"name": "王伟", "channels": {"console": "wang1"}},
        "wang2": {"name": "王伟", "channels": {"console": "wang2"}},
        "zhao": {"name": "赵六", "channels": {"console": "zhao"}},
    },
    "roles": {"admin": "zhao"},
}
MAPPING: dict[str, Any] = {
    "source": "台账",
    "zone": "Asia/Shanghai",
    "format": {"header_row": 2, "dates": ["%Y-%m-%d", "%Y年%m月%d日"], "fill_down": ["案号", "承办人"]},
    "case": {
        "id": "案号",
        "title": "案由",
        "case_type": {"const": "civil"},
        "attributes": {"amount": {"column": "标的", "as": "number"}},
        "owners": {"owner": "承办人"},
    },
    "events": [
        {
            "name": "item",
            "kind": {"column": "事项", "map": {"收到起诉状": "complaint_received", "开庭": "hearing_set"}},
            "on": "日期",
            "identity": ["案号", "事项", "日期"],
        }
    ],
}
HEADER = ["案号", "案由", "承办人", "事项", "日期", "标的"]


class Assistant:
    """Somebody at the command line of a small Chinese firm."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "rules").mkdir()
        for name, text in RULES.items():
            (folder / "rules" / f"{name}.yaml").write_text(text, encoding="utf-8")
        self.write("people.yaml", PEOPLE)
        self.config = folder / "config.yaml"
        self.config.write_text(
            "database: office.db\nrules: [rules]\nshipped_rules: false\npeople: people.yaml\n"
            "zone: Asia/Shanghai\nlocale: zh_Hans\nchannels: {console: {}}\n",
            encoding="utf-8",
        )
        App.open(self.config, create=True).close()

    def write(self, name: str, content: Mapping[str, Any]) -> Path:
        path = self.folder / name
        path.write_text(yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False), encoding="utf-8")
        return path

    def imports(self, file: Path, mapping: Mapping[str, Any], *words: str, says: str | None = None) -> tuple[int, str]:
        """Type the command; return its exit status and everything on the screen."""
        path = self.write("mapping.yaml", mapping)
        call = ["import", str(file), "-m", str(path), "-c", str(self.config), *words]
        done = CliRunner(env={"COLUMNS": "200"}).invoke(program, call, input=says)
        return done.exit_code, done.output

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        office = App.open(self.config)
        try:
            with office.store.read() as conn:
                return {table: sorted(fetch(conn, f'SELECT * FROM "{table}"'), key=repr) for table in TABLES}
        finally:
            office.close()

    def facts(self) -> dict[str, tuple[str | None, list[tuple[str, str]]]]:
        """Return owner and events (kind, day) of each case."""
        office = App.open(self.config)
        try:
            with office.store.read() as conn:
                owners = dict(fetch(conn, "SELECT id, owners ->> 'owner' FROM \"case\""))
                found = {case: (owner, []) for case, owner in owners.items()}
                for case, kind, day in fetch(conn, "SELECT case_id, kind, on_date FROM event ORDER BY on_date"):
                    found[case][1].append((kind, day))
                return found
        finally:
            office.close()


@pytest.fixture
def assistant(tmp_path: Path) -> Assistant:
    return Assistant(tmp_path)


def messy_workbook(path: Path) -> Path:
    """Write a list as offices keep them: a title, merged cells, dates as text, repeats, owners missing."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["二〇二六年立案台账"])
    sheet.append(HEADER)
    for row in (
        ["(2026)京01民初1号", "买卖合同", "张三", "收到起诉状", date(2026, 11, 2), 125000],  # 3
        [None, "买卖合同", None, "开庭", "2026年12月3日", 125000],  # 4, merged with 3
        ["(2026)京01民初2号", "借款", "王伟", "收到起诉状", "2026年11月5日", 80000],  # 5
        ["(2026)京01民初2号", "借款", "王伟", "收到起诉状", "2026年11月5日", 80000],  # 6: once more
        ["(2026)京01民初3号", "租赁", None, "收到起诉状", "11/6/2026", 5000],  # 7: another form of date
        ["(2026)京01民初4号", "租赁", "李四", "收到起诉状", "2026-11-09", 5000],  # 8: nobody knows 李四
        ["(2026)京01民初5号", "租赁", "张三", "撤诉", "2026-11-09", 5000],  # 9: not in the table
        ["(2026)京01民初6号", "租赁", "张三", "收到起诉状", 46335, 5000],  # 10: a serial number
        [12345678901234567890, "租赁", "张三", "收到起诉状", "2026-11-10", 5000],  # 11: digits lost
        ["(2026)京01民初7号", "租赁", "张三", "收到起诉状", "=TODAY()", 5000],  # 12: never calculated
        ["本页小计", None, None, None, None, 225000],  # 13: merged across
        [None] * 6,  # 14
        ["(2026)京01民初8号", "租赁", None, "收到起诉状", "2026-11-11", 5000],  # 15: nobody's
    ):
        sheet.append(row)
    sheet.merge_cells("A3:A4")
    sheet.merge_cells("C3:C4")
    sheet.merge_cells("A13:E13")
    book.save(path)
    return path


def test_a_messy_workbook_is_shown_then_recorded_and_once_more_changes_nothing(assistant: Assistant) -> None:
    file = messy_workbook(assistant.folder / "立案台账.xlsx")
    before = assistant.rows()
    code, screen = assistant.imports(file, MAPPING, says="n\n")
    assert code == 0
    assert "没有写入任何内容" in screen
    assert assistant.rows() == before

    assert "case.owners.owner" in screen  # the mapping
    assert "complaint_received, hearing_set" in screen
    assert "(2026)京01民初1号" in screen  # the first rows, as they would be stored
    for cell, reason in {
        "E7 (日期): '11/6/2026'": "不是 %Y-%m-%d 或 %Y年%m月%d日 格式的日期",
        "D9 (事项): '撤诉'": "不在映射的对照表中",
        "E10 (日期): '46335'": "是数字而不是日期",
        "A11 (案号)": "超过 15 位",
        "E12 (日期)": "没有保存计算结果",
        "B13 (案由)": "被合并单元格 A13:E13 覆盖",
    }.items():
        lines = [line for line in screen.splitlines() if cell in line]
        assert lines, (cell, screen)
        assert reason in lines[0]
    assert "李四 (1)" in screen
    assert "王伟 (1)" in screen  # two persons bear the name: not guessed
    numbers = {
        " ".join(line.split()[:-1]).lstrip("! "): line.split()[-1] for line in screen.splitlines() if line.split()
    }
    assert numbers["被拒绝的行"] == "6"
    assert numbers["新案件"] == "4"
    assert numbers["新事件"] == "5"
    assert numbers["重复:完全相同的行"] == "1"
    assert numbers["没有责任人的案件"] == "1"

    code, screen = assistant.imports(file, MAPPING, says="y\n")
    assert (code, "已写入" in screen) == (0, True)
    assert assistant.facts() == {
        "(2026)京01民初1号": ("zhang", [("complaint_received", "2026-11-02"), ("hearing_set", "2026-12-03")]),
        "(2026)京01民初2号": ("王伟", [("complaint_received", "2026-11-05")]),
        "(2026)京01民初4号": ("李四", [("complaint_received", "2026-11-09")]),
        "(2026)京01民初8号": (None, [("complaint_received", "2026-11-11")]),
    }
    recorded = assistant.rows()
    code, screen = assistant.imports(file, MAPPING, says="y\n")
    assert code == 0
    assert "没有新内容" in screen
    assert {**assistant.rows(), "source": None} == {**recorded, "source": None}


def test_merged_cells_are_rejected_where_the_mapping_does_not_fill_them(assistant: Assistant) -> None:
    file = messy_workbook(assistant.folder / "立案台账.xlsx")
    mapping = {**MAPPING, "format": {**MAPPING["format"], "fill_down": []}}
    _, screen = assistant.imports(file, mapping, "--dry-run")
    assert "A4 (案号)" in screen
    assert "被合并单元格 A3:A4 覆盖" in screen


def test_a_gb18030_list_is_read_shown_and_its_rejects_are_harmless_in_a_spreadsheet(assistant: Assistant) -> None:
    file = assistant.folder / "开庭表.csv"
    rows = [
        ["(2026)沪02民初9号", "侵权—𠮷田案", "张三", "开庭", "2026年12月9日", "1000.50"],
        ["(2026)沪02民初9号", "侵权—𠮷田案", "张三", "开庭", "2026年12月9日", "1000.50"],
        ["(2026)沪02民初10号", "侵权", "张三", "开庭", "=2026-12-10", "1,000"],
        ["", "侵权", "张三", "开庭", "2026-12-11", "10"],
        ["(2026)沪02民初11号", "侵权", "张三", "开庭"],
    ]
    with file.open("w", encoding="gb18030", newline="") as out:
        csv.writer(out).writerows([HEADER, *rows])
    mapping = {**MAPPING, "format": {"dates": MAPPING["format"]["dates"]}}
    rejects = assistant.folder / "rejects.csv"
    before = assistant.rows()
    code, _ = assistant.imports(file, mapping, "--rejects", str(rejects), says="")
    assert code != 0  # nobody there to say yes
    assert assistant.rows() == before
    with rejects.open(encoding="utf-8-sig", newline="") as report:
        refused = list(csv.DictReader(report))
    assert [(r["cell"], r["column"], r["value"]) for r in refused] == [
        ("F4", "标的", "1,000"),
        ("E4", "日期", "'=2026-12-10"),
        ("A5", "案号", ""),
        ("", "", "(2026)沪02民初11号"),  # five fields of six: the row as a whole
    ]
    assert refused[3]["row"] == "6"

    assert assistant.imports(file, mapping, "--yes")[0] == 0
    assert assistant.facts() == {"(2026)沪02民初9号": ("zhang", [("hearing_set", "2026-12-09")])}
    recorded = assistant.rows()
    assert assistant.imports(file, mapping, "--yes")[0] == 0
    assert {**assistant.rows(), "source": None} == {**recorded, "source": None}


def test_a_list_in_no_known_encoding_asks_for_one(assistant: Assistant) -> None:
    file = assistant.folder / "list.csv"
    file.write_bytes(",".join(HEADER).encode("utf-8") + b"\n\xff\xff\n")
    done, _ = assistant.imports(file, {**MAPPING, "format": {}})
    assert done != 0


@pytest.mark.parametrize("snapshot", [False, True])
def test_a_column_that_the_file_lacks_is_named_before_anything_is_read(assistant: Assistant, snapshot: bool) -> None:
    file = assistant.folder / "list.csv"
    file.write_text("案号,承办,事项,日期,案由,标的\n", encoding="utf-8")
    before = assistant.rows()
    words = ["--snapshot"] if snapshot else []
    path = assistant.write("mapping.yaml", {**MAPPING, "format": {}})
    done = CliRunner().invoke(
        program, ["import", str(file), "-m", str(path), "-c", str(assistant.config), "--yes", *words]
    )
    assert done.exit_code != 0
    assert "承办人" in str(done.exception)
    assert "did you mean '承办'" in str(done.exception)
    assert assistant.rows() == before
