"""Rows of the law: each names its rules or says why there is none; what is wrong is said at its place."""

from __future__ import annotations

from pathlib import Path

from deadline_guard.core.rules import Pack, Rulebook
from deadline_guard.rulebook.adopting import adopted, is_checked, pack_digest
from deadline_guard.rulebook.coverage import load


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_rows_name_their_rules_or_their_reason(tmp_path: Path) -> None:
    text = "coverage:\n  a.one: {rule: r.one}\n  a.two: {rule: [r.one, r.two]}\n  a.three: {why: no length}\n"
    rows, problems = load(written(tmp_path, a=text), {"r.one", "r.two"})
    assert problems == []
    assert {name: (row.rules, row.why) for name, row in rows.items()} == {
        "a.one": (("r.one",), ""),
        "a.two": (("r.one", "r.two"), ""),
        "a.three": ((), "no length"),
    }


def test_what_is_wrong_is_said_at_its_place(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        a="coverage:\n  a.one: {}\n  a.two: {rule: r.one, why: both}\n  a.three: {rule: r.on}\n",
        b="coverage:\n  a.three: {rule: r.one}\n",
        c="coverage: [\n",
        d="covrage: {}\n",
    )
    _, problems = load(folder, {"r.one"})
    said = {(Path(p.file).name, p.line, p.code) for p in problems}
    assert {
        ("a.yaml", 2, "coverage_of_nothing"),
        ("a.yaml", 3, "coverage_of_nothing"),
        ("a.yaml", 4, "unknown_rule"),
        ("b.yaml", 2, "coverage_twice"),
    } <= said
    assert {name for name, _, _ in said} == {"a.yaml", "b.yaml", "c.yaml", "d.yaml"}


def test_an_adoption_holds_for_the_text_that_was_read_and_no_other() -> None:
    book = Rulebook({}, {}, {}, {}, {"cn.civ": Pack("cn.civ", {}), "us.civ": Pack("us.civ", {})})
    digest = pack_digest(book, "cn.civ")
    read = adopted(book, {"cn.civ": (digest, "Wang, 2026-11-22"), "us.civ": ("another text", "Wang, 2026-11-22")})
    assert is_checked(read.packs["cn.civ"])
    assert not is_checked(read.packs["us.civ"])
