"""Text is decoded strictly: a mark first, then UTF-8, then GB18030, else the user is asked."""

import gzip
from pathlib import Path

import pytest

from deadline_guard.errors import IntakeError
from deadline_guard.intake.delimited import open_delimited
from deadline_guard.intake.encoding import encoding_of
from deadline_guard.intake.mapping import Format

TEXT = "案号,案由\n(2026)京01民初123号,买卖合同纠纷\n"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
    ],
)
def test_the_encoding_is_found_and_the_text_intact(tmp_path: Path, written: str, found: str) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes(TEXT.encode(written))
    assert encoding_of(path) == found
    table = open_delimited(path, Format())
    assert table.header == ("案号", "案由")
    assert [row.cells for row in table.rows()] == [["(2026)京01民初123号", "买卖合同纠纷"]]


def test_a_character_split_between_two_blocks_is_still_one(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes(b"a" * ((1 << 20) - 1) + "案".encode())
    assert encoding_of(path) == "utf-8"
    path.write_bytes(b"a" * ((1 << 20) - 1) + "案".encode("gb18030"))
    assert encoding_of(path) == "gb18030"


def test_what_fits_neither_is_refused_with_the_byte_and_what_to_say(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes(b"a,b\n\xff\xff,1\n")
    with pytest.raises(IntakeError, match=r"byte 4 is ff.*--encoding"):
        encoding_of(path)


def test_a_named_encoding_is_the_only_one_tried(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes("Straße".encode("latin-1"))
    assert encoding_of(path, "latin-1") == "latin-1"
    with pytest.raises(IntakeError, match="utf-8"):
        encoding_of(path, "utf-8")
    with pytest.raises(IntakeError, match="not the name of an encoding"):
        encoding_of(path, "klingon")


def test_a_packed_file_is_unpacked_on_the_way(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode("gb18030")))
    table = open_delimited(path, Format())
    assert table.encoding == "gb18030"
    for _ in range(2):  # a preview reads the file once, the import again
        assert [row.number for row in table.rows()] == [2]
