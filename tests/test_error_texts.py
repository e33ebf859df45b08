"""Every error that a user can mend is said in both languages: no plain English string is raised."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from deadline_guard import errors
from deadline_guard.app import read_config
from deadline_guard.cli.terminal import said
from deadline_guard.config import secret
from deadline_guard.core.text import Text, joined
from deadline_guard.errors import ConfigError, DeadlineGuardError, IntakeError, NotFoundError, StoreError
from deadline_guard.intake.mapping_file import read_mapping
from deadline_guard.store import Store, cases
from deadline_guard.store.backup import backup
from tests.scenarios.disk import ROOT

HAN = re.compile(r"[\u4e00-\u9fff]")
KINDS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, DeadlineGuardError) and not issubclass(kind, errors.InputError)
} | {"EncodingUnknown"}


def plain(path: Path) -> list[str]:
    """Return where a file raises one of these errors with a string of one language."""
    return [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in KINDS
        and node.args
        and isinstance(node.args[0], ast.Constant | ast.JoinedStr | ast.BinOp)
    ]


def test_no_such_error_is_raised_with_a_plain_string() -> None:
    found = [place for path in sorted((ROOT / "deadline_guard").rglob("*.py")) for place in plain(path)]
    assert found == []


def chinese(error: DeadlineGuardError) -> str:
    """Return an error as the command line says it in a Chinese office."""
    error.add_note("zh_Hans")
    return said(error)


def test_a_missing_database_and_a_name_that_is_taken(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as missing:
        Store.open(tmp_path / "none.db")
    assert "没有此数据库" in chinese(missing.value)
    (tmp_path / "taken").touch()
    (tmp_path / "office.db").touch()
    with pytest.raises(StoreError) as taken:
        backup(tmp_path / "office.db", tmp_path / "taken")
    assert "备份从不覆盖" in chinese(taken.value)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "office.db").write_bytes(b"nothing of the kind" * 99)
    with pytest.raises(StoreError) as refused:
        Store.open(tmp_path / "office.db")
    assert "不是 SQLite 数据库" in chinese(refused.value)


def test_an_unknown_case() -> None:
    store = Store.open(":memory:", create=True)
    with store.read() as conn, pytest.raises(NotFoundError) as unknown:
        cases.load_case(conn, "X")
    assert chinese(unknown.value) == "没有案件 X"
    store.close()


def test_every_problem_of_a_mapping_in_both_languages_at_the_same_places(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(
        "source: [1]\nzone: Mars/Base\ncas: {}\nexpect_every: often\nformat: {delimiter: ab, header_row: x}\n"
        "events: [{kind: x, identity: [a]}, {kind: x, at: b, identity: [a], optional: 5}]\n",
        encoding="utf-8",
    )
    with pytest.raises(IntakeError) as refused:
        read_mapping(path)
    (text,) = refused.value.args
    english, both = str(text).splitlines(), text.zh.splitlines()
    assert len(english) == len(both) > 7
    for en, zh in zip(english, both, strict=True):
        assert zh.startswith(en.split(" ")[0])
        assert HAN.search(zh), zh
        assert not HAN.search(en), en


BROKEN = """
custodain: zhao
zone: Mars
jobs: {audit: 5, dayly_list: x}
delivery: {threads: 0, batch: viele, per_host: 1.5}
daemon: {heartbeat: often}
locale: de
log: [1]
sources: [{name: a, file: b}]
day_starts_at: noon
go_live: bald
web: {url: "ftp://x"}
"""


def test_every_problem_of_a_configuration_in_both_languages_at_its_place(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(BROKEN.lstrip(), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        read_config(path)
    (text,) = refused.value.args
    english, both = str(text).splitlines(), text.zh.splitlines()
    assert len(english) == len(both) == 14
    for en, zh in zip(english, both, strict=True):
        assert zh.split("  ")[::2][0] == en.split("  ")[0]
        assert HAN.search(zh.partition("错误")[2]), zh
        assert not HAN.search(en), en
        assert not re.search("Input|should|valid|Extra", en), en  # nothing is left as pydantic says it
    assert f'{path}:1:12  error  custodain: no such key here; did you mean "custodian"?' in english
    assert f'{path}:3:30  error  jobs.dayly_list: no such key here; did you mean "daily_list"?' in english
    assert any("delivery.threads: found 0, expected 1 or more" in line for line in english)
    assert any("sources.0.mapping: this key is missing" in line for line in english)


def test_a_wrong_cron_line_and_a_secret_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("jobs: {seal: daily}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        read_config(path)
    assert "应为五段 cron 表达式" in chinese(refused.value)
    with pytest.raises(ConfigError) as unread:
        secret({"token_file": "none"}, "token", tmp_path)
    assert "请将密钥存于该文件" in chinese(unread.value)


def test_sentences_joined_keep_both_languages() -> None:
    assert joined(["a", Text("b", "乙")], ": ").zh == "a: 乙"
    assert joined(["a", Text("b", "乙")], ": ") == "a: b"
