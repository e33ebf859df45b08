"""A file means what it looks like, and every refusal names the place and the cure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadline_guard.rulebook import source
from deadline_guard.rulebook.source import read
from deadline_guard.rulebook.syntax import PlainParser


@pytest.fixture(params=["libyaml", "pure Python"], autouse=True)
def parser(request, monkeypatch):
    if request.param == "pure Python":
        monkeypatch.setattr(source, "EventParser", PlainParser)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("18:00", "18:00"),
        ("08:00", "08:00"),
        ("NO", "NO"),
        ("on", "on"),
        ("yes", "yes"),
        ("True", "True"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("+5", "+5"),
        ("1e5", "1e5"),
        ("1.0e999", "1.0e999"),
        ("2026-02-29", "2026-02-29"),
        ("1234567890123456789012", "1234567890123456789012"),
        ("-", None),
        ("~", None),
        ("null", None),
        ("", None),
        ("'~'", "~"),
        ('"15"', "15"),
        ("true", True),
        ("false", False),
        ("15", 15),
        ("-3", -3),
        ("0", 0),
        ("1.5", 1.5),
        ("-0.25", -0.25),
    ],
)
def test_only_plain_numbers_true_false_and_null_are_anything_but_text(text, value):
    document, problems = read(f"key: {text}\n" if text != "-" else "key:\n", "f.yaml")
    assert problems == []
    assert document.data == {"key": value}
    assert type(document.data["key"]) is type(value)


def test_keys_are_always_text():
    document, _ = read("on: 1\n010: 2\n15: 3\n~: 4\n", "f.yaml")
    assert list(document.data) == ["on", "010", "15", "~"]


REFUSED = [
    ("a:\n\tb: 1\n", "f.yaml:2:1", "a tab indents this line"),
    ("a: 1\n期限：15 days\nc: 3\n", "f.yaml:2:3", "full-width colon"),
    ("期限：15 days\nc: 3\n", "f.yaml:1:3", "full-width colon"),
    ("a: 1\nb: 2\na: 3\n", "f.yaml:3:1", 'the key "a" stands here twice, first on line 1'),
    ("a: !!python/object/apply:os.system [x]\n", "f.yaml:1:4", "the tag tag:yaml.org,2002:python/object"),
    ("a: !!map {b: 1}\n", "f.yaml:1:4", "the tag tag:yaml.org,2002:map"),
    ("b: {<<: 1}\n", "f.yaml:1:5", "the merge key <<"),
    ("a: *nobody\n", "f.yaml:1:4", "nothing above is marked &nobody"),
    ("a: &a [*a]\n", "f.yaml:1:8", "stands inside &a itself"),
    ("? [x]\n: 1\n", "f.yaml:1:3", "is a list, a mapping or no text"),
    ("a: 1\n---\nb: 2\n", "f.yaml:2:1", "a second document"),
    ("a: 'x\n", "f.yaml:1:4", "cannot be read"),
    ("a: [1, 2\n", "f.yaml:1:4", "cannot be read"),
    ("a: @x\n", "f.yaml:1:4", "cannot be read"),
    ("a:\n  - b: 1\n   c: 2\n", "f.yaml:3:4", "cannot be read"),
    ("a: \x01\n", "f.yaml:1:4", "control character U+0001"),
    ("a: \ud800\n", "f.yaml:1:4", "not UTF-8"),
    ("", "f.yaml:1:1", "holds nothing"),
    ("# only a remark\n", "f.yaml:1:1", "holds nothing"),
    ("[" * 100_000, "f.yaml:1:61", "nested more than 60 deep"),
    ("- " * 5_000, "f.yaml:1:121", "nested more than 60 deep"),
    ("a: &a x\nb: [" + "*a," * 501 + "]\n", "f.yaml:2:1505", "more than 500 aliases"),
]


@pytest.mark.parametrize(("text", "place", "message"), REFUSED, ids=range(len(REFUSED)))
def test_a_refusal_names_the_place_and_what_was_found(text, place, message):
    _, problems = read(text, "f.yaml")
    assert [str(p.mark) for p in problems] == [place]
    assert message in str(problems[0])
    assert str(problems[0]).startswith(f"{place}  error  ")


def test_every_message_is_said_in_chinese_too():
    for text, _, _ in REFUSED:
        _, problems = read(text, "f.yaml")
        assert problems[0].said("zh_Hans") != problems[0].said("en")
        assert any("\u4e00" <= c <= "\u9fff" for c in problems[0].said("zh_Hans"))


def test_an_alias_bomb_is_stopped_by_its_expanded_size():
    lines = ["a: &a [1,1,1,1,1,1,1,1,1,1]"]
    for name, below in zip("bcdefgh", "abcdefg", strict=True):
        lines.append(f"{name}: &{name} [{','.join([f'*{below}'] * 10)}]")
    document, problems = read("\n".join(lines), "bomb.yaml")
    assert document is None
    assert [p.code for p in problems] == ["too_many_nodes"]


def test_several_duplicates_are_reported_at_once_and_the_first_value_stays():
    document, problems = read("a: 1\na: 2\nb: {c: 1, c: 2}\n", "f.yaml")
    assert [str(p.mark) for p in problems] == ["f.yaml:2:1", "f.yaml:3:11"]
    assert document.data == {"a": 1, "b": {"c": 1}}


def test_aliases_repeat_a_value_and_an_anchor_may_be_set_anew():
    document, problems = read("a: &x 1\nb: &x [2, {c: 3}]\nd: *x\n*x : 1\n", "f.yaml")
    assert [p.code for p in problems] == ["key_not_text"]
    document, problems = read("a: &x 1\nb: &x [2, {c: 3}]\nd: *x\n", "f.yaml")
    assert problems == []
    assert document.data["d"] == [2, {"c": 3}]
    assert str(document.at(("d",))) == "f.yaml:3:4"
    assert str(document.at(("d", 1, "c"))) == "f.yaml:2:15"


def test_every_value_and_key_has_its_place():
    document, _ = read("rules:\n  - id: a\n    title: {zh: 答辩, en: defence}\n  - id: b\n", "f.yaml")
    assert str(document.at(("rules", 0, "title", "en"))) == "f.yaml:3:25"
    assert str(document.at(("rules", 0, "title", "en"), key=True)) == "f.yaml:3:21"
    assert str(document.at(("rules", 1))) == "f.yaml:4:5"
    assert str(document.at(("rules", 1, "missing"))) == "f.yaml:4:5"
    assert str(document.at(())) == "f.yaml:1:1"


def test_files_are_read_with_their_own_name(tmp_path):
    good = tmp_path / "good.yaml"
    good.write_bytes(b"\xef\xbb\xbfa: \xe4\xb8\xad\n")
    document, problems = read(good)
    assert problems == []
    assert document.data == {"a": "中"}
    assert document.name == str(good)
    assert len(document.digest) == 64
    document, problems = read(tmp_path / "none.yaml", "none.yaml")
    assert document is None
    assert str(problems[0]).startswith("none.yaml:1:1  error  the file cannot be read: No such file")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "big5"])
def test_an_undecodable_file_is_an_error_that_names_it(tmp_path, encoding):
    file = tmp_path / "x.yaml"
    file.write_bytes("a: 1\nb: 案件\n".encode(encoding))
    document, problems = read(file, "x.yaml")
    assert document is None
    assert "not UTF-8" in str(problems[0])
    assert problems[0].line == (1 if encoding == "utf-16" else 2)


def test_a_file_beyond_the_size_budget_is_not_parsed(monkeypatch):
    monkeypatch.setattr(source, "MOST_BYTES", 1024)
    document, problems = read("a: " + "x" * 2000, "big.yaml")
    assert document is None
    assert str(problems[0]).startswith("big.yaml:1:1  error  the file has 1 KiB; expected at most 1 KiB")


@given(st.text() | st.text(alphabet="ab:-[]{}&*!|>'\"\t\n ,#?%@：<~0\x85\u2028", max_size=60))
def test_no_text_whatever_raises(text):
    document, problems = read(text, "f.yaml")
    assert document is not None or problems
    for found in problems:
        assert found.line >= 1
        assert found.column >= 1


@given(st.binary(max_size=80))
def test_no_bytes_whatever_raise(raw):
    document, problems = read(raw, "f.yaml")
    assert document is not None or problems
