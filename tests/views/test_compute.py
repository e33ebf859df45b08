"""The public calculator: answers, their shape, the stream of JSON lines."""

import io
import json
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from deadline_guard.cli.compute import answers, tables
from deadline_guard.core.derivation import Counted
from deadline_guard.views.compute import LONGEST, answer
from deadline_guard.views.derivation import explained
from tests.core.asking import ask

TABLES = tables(())
BASE = {"kind": "period", "unit": "days"}


def asked(**fields: Any) -> dict[str, Any]:
    found = answer({**BASE, **fields}, TABLES)
    assert "error" not in found, found
    return found


def test_an_answer_has_the_promised_fields() -> None:
    found = asked(jurisdiction="cn-civil", trigger="2026-01-16", length=15)
    assert (found["due"], found["due_at"], found["rolled"]) == ("2026-02-02", "2026-02-03T00:00:00+08:00", True)
    assert (found["provisional"], found["provisional_because"], found["readings"]) == (False, [], [])
    for step in found["basis"]:
        assert {"step", "from", "to", "days", "skipped", "cite"} <= set(step)
    roll = found["basis"][-1]
    assert (roll["step"], roll["from"], roll["to"], roll["days"]) == ("roll", "2026-01-31", "2026-02-02", 2)
    assert [(s["day"], s["why"], s["why_zh"]) for s in roll["skipped"]] == [
        ("2026-01-31", "Saturday", "星期六"),
        ("2026-02-01", "Sunday", "星期日"),
    ]


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        # a named calendar instead of the jurisdiction's
        (
            {"jurisdiction": "de", "calendar": "de-nw", "trigger": "2024-10-01", "length": 1, "unit": "months"},
            "2024-11-04",
        ),
        ({"jurisdiction": "de", "trigger": "2024-10-01", "length": 1, "unit": "months"}, "2024-11-01"),
        # numbers as JSON writes them
        ({"jurisdiction": "plain", "trigger": "2026-01-24", "length": 1.5, "unit": "months"}, "2026-03-11"),
        ({"jurisdiction": "plain", "trigger": "2026-01-24", "length": 3.0}, "2026-01-27"),
        # null is the same as leaving it out
        (
            {"jurisdiction": "cn-civil", "trigger": "2026-01-15", "length": 15, "act": None, "service": None},
            "2026-01-30",
        ),
        # days for this line only
        (
            {"jurisdiction": "cn-civil", "trigger": "2026-01-15", "length": 15, "non_working_days": ["2026-01-30"]},
            "2026-02-02",
        ),
        (
            {"jurisdiction": "cn-civil", "trigger": "2026-01-16", "length": 15, "working_weekend_days": ["2026-01-31"]},
            "2026-01-31",
        ),
        (
            {
                "jurisdiction": "gb-eaw",
                "trigger": "2026-03-02",
                "length": 14,
                "act": "at_court_office",
                "non_working_days": ["2026-03-16"],
            },
            "2026-03-17",
        ),
        # service: what the law does with the method on top of the length
        ({"jurisdiction": "us-federal", "trigger": "2026-02-21", "length": 14, "service": "mail"}, "2026-03-12"),
        ({"jurisdiction": "us-federal", "trigger": "2026-02-21", "length": 14, "service": "electronic"}, "2026-03-09"),
        ({"jurisdiction": "us-federal", "trigger": "2015-02-21", "length": 14, "service": "electronic"}, "2015-03-12"),
        # given days replace the law's
        (
            {
                "jurisdiction": "us-federal",
                "trigger": "2026-02-21",
                "length": 14,
                "service": "mail",
                "add_days_after_roll": 5,
            },
            "2026-03-16",
        ),
        (
            {
                "jurisdiction": "us-federal",
                "trigger": "2026-02-21",
                "length": 14,
                "service": "mail",
                "add_days_after_roll": 0,
            },
            "2026-03-09",
        ),
        # as_of says which text of the law of service, too
        (
            {
                "jurisdiction": "us-federal",
                "trigger": "2026-02-21",
                "length": 14,
                "service": "electronic",
                "as_of": "2015-01-01",
            },
            "2026-03-12",
        ),
        ({"jurisdiction": "cn-civil", "trigger": "2026-01-05", "length": 15, "service": "public_notice"}, "2026-02-24"),
        ({"jurisdiction": "cn-civil", "trigger": "2026-01-15", "length": 15, "service": "mail"}, "2026-01-30"),
        (
            {"jurisdiction": "gb-eaw", "trigger": "2025-12-04", "length": 14, "service": "first_class_post"},
            "2025-12-22",
        ),
        (
            {
                "jurisdiction": "eu-cj",
                "trigger": "2026-01-05",
                "length": 2,
                "unit": "months",
                "service": "public_notice",
            },
            "2026-03-30",
        ),
        # the trigger in a zone
        ({"jurisdiction": "cn-civil", "trigger": "2026-01-15T18:00:00Z", "length": 10}, "2026-01-26"),
        ({"jurisdiction": "plain", "trigger": "2026-01-15T18:00:00Z", "length": 10}, "2026-01-25"),
        (
            {"jurisdiction": "plain", "trigger": "2026-01-15T18:00:00Z", "length": 10, "timezone": "Asia/Tokyo"},
            "2026-01-26",
        ),
    ],
)
def test_due_dates(fields: dict[str, Any], due: str) -> None:
    assert asked(**fields)["due"] == due


def test_service_stands_in_the_basis_before_the_count() -> None:
    found = asked(jurisdiction="cn-civil", trigger="2026-01-24", length=15, service="public_notice")
    steps = [(s["step"], s["from"], s["to"]) for s in found["basis"]]
    assert steps[:2] == [("law", "2026-01-24", "2026-01-24"), ("service", "2026-01-24", "2026-02-24")]
    assert [a["to"] for a in found["basis"][:-1]] == [b["from"] for b in found["basis"][1:]]


def test_a_later_day_of_service_is_a_later_reading() -> None:
    found = asked(jurisdiction="gb-eaw", trigger="2025-12-01", length=14, service="email")
    assert found["due"] == "2025-12-15"
    assert [(r["due"], "4.30" in r["why"]) for r in found["readings"]] == [("2025-12-16", True)]


def test_deemed_service() -> None:
    request = {"kind": "service", "jurisdiction": "gb-eaw", "method": "first_class_post", "step_at": "2025-12-24"}
    found = answer(request, TABLES)
    assert found["deemed_on"] == "2025-12-29"
    assert found["basis"][0]["cite"] == "CPR 6.26"  # type: ignore[index]
    form = {**request, "document": "claim_form", "method": "email", "step_at": "2025-12-01T23:00:00+00:00"}
    assert answer(form, TABLES)["deemed_on"] == "2025-12-03"


def test_without_a_zone_days_have_no_instant_and_hours_use_the_offset() -> None:
    assert asked(jurisdiction="us-federal", trigger="2026-03-02", length=21)["due_at"] is None
    hours = asked(jurisdiction="us-federal", trigger="2026-03-03T10:23:00-05:00", length=24, unit="hours")
    assert hours["due"] == hours["due_at"] == "2026-03-04T10:23:00-05:00"


def test_strict_lets_firm_dates_pass() -> None:
    assert asked(jurisdiction="cn-civil", trigger="2026-01-16", length=15, strict=True)["due"] == "2026-02-02"
    assert asked(jurisdiction="cn-civil", trigger="2026-12-25", length=15)["provisional"] is True


# The derivation as people read it


def both_languages(found: Counted) -> tuple[list[str], list[str]]:
    return explained(found, "en"), explained(found, "zh_Hans")


def test_a_derivation_reads_in_english_and_chinese() -> None:
    en, zh = both_languages(ask("cn-civil", "2026-01-16", "15 days"))
    assert en[-2:] == [
        (
            "Roll: 2026-01-31 → 2026-02-02 the last day is a rest day "
            "(skipping 2026-01-31 Saturday; 2026-02-01 Sunday) [民事诉讼法 第85条第3款; 民法典 第203条]"
        ),
        "Due: 2026-02-02",
    ]
    assert zh[-2].startswith("顺延: 2026-01-31 → 2026-02-02 期间届满日为休息日 (跳过 2026-01-31 星期六; ")
    assert zh[-1] == "届满日: 2026-02-02"
    assert len(en) == len(zh)


def test_doubt_and_provision_are_said() -> None:
    en, zh = both_languages(ask("us-federal", "2026-06-12", "21 days"))
    assert any(line.startswith("Another reading: 2026-07-06") for line in en)
    assert any(line.startswith("另一种解释: 2026-07-06") for line in zh)
    en, zh = both_languages(ask("cn-civil", "2026-12-25", "15 days"))
    assert any(line.startswith("Provisional: ") and "2027" in line for line in en)
    assert any(line.startswith("暂定: ") and "2027" in line for line in zh)


# The stream


def test_answers_come_line_by_line_in_order_and_a_bad_line_stops_nothing() -> None:
    good = json.dumps({"kind": "period", "jurisdiction": "plain", "trigger": "2026-01-16", "length": 1, "unit": "days"})
    lines = ["\ufeff" + good, "{oops", good.replace("plain", "mars"), good]
    found = list(answers(io.BytesIO("\n".join(lines).encode()), TABLES))
    assert ["due" in one for one in found] == [True, False, False, True]
    assert found[2]["error"]["field"] == "jurisdiction"  # type: ignore[index]


def test_an_overlong_line_and_foreign_bytes_are_errors_on_their_lines() -> None:
    good = b'{"kind":"period","jurisdiction":"plain","trigger":"2026-01-16","length":1,"unit":"days"}\n'
    found = list(answers(io.BytesIO(b"x" * (3 * LONGEST) + b"\n" + b"\xff\xfe\n" + good), TABLES))
    assert [one.get("error", {}).get("code") for one in found] == ["too_long", "no_utf8", None]  # type: ignore[attr-defined]


@pytest.mark.long
def test_ten_thousand_lines_stream_in_bounded_memory() -> None:
    line = b'{"kind":"period","jurisdiction":"cn-civil","trigger":"2026-01-16","length":15,"unit":"days"}\n'

    class Endless(io.RawIOBase):
        """Lines that exist only when they are read."""

        def __init__(self) -> None:
            self.left = 10_000

        def readline(self, _size: int | None = -1, /) -> bytes:
            self.left -= 1
            return line if self.left >= 0 else b""

    n, after_some = 0, 0
    tracemalloc.start()
    for _ in answers(Endless(), TABLES):  # type: ignore[arg-type]
        n += 1
        if n == 2_000:
            after_some = tracemalloc.get_traced_memory()[0]
    after_all = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert n == 10_000
    assert after_all - after_some < 100_000


def test_the_command_exits_1_if_any_line_failed(tmp_path: Path) -> None:
    good = '{"kind":"period","jurisdiction":"plain","trigger":"2026-01-16","length":1,"unit":"days"}\n'
    command = [sys.executable, "-c", "from deadline_guard.cli import main; main()", "compute"]
    file = tmp_path / "lines.jsonl"
    file.write_text(good, encoding="utf-8")
    fine = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False)
    assert (fine.returncode, json.loads(fine.stdout)["due"]) == (0, "2026-01-17")
    piped = subprocess.run([*command, "-"], input=good + "{}\n", capture_output=True, text=True, check=False)
    assert piped.returncode == 1
    assert len(piped.stdout.splitlines()) == 2
