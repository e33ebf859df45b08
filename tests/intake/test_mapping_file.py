"""A mapping file says where everything comes from; what is wrong with it is told at once, with its place."""

from datetime import timedelta
from pathlib import Path

import pytest

from deadline_guard.errors import IntakeError
from deadline_guard.intake.mapping import Kind, Repeat
from deadline_guard.intake.mapping_file import read_mapping

WHOLE = """\
source: docket
expect_every: 1 day
zone: Asia/Shanghai
format: {encoding: gb18030, delimiter: tab, header_row: 2, dates: ["%Y年%m月%d日"], fill_down: [案号]}
case:
  id: "{法院}-{案号}"
  code: 案号
  title: 案由
  case_type: {const: civil}
  attributes: {side: {column: 诉讼地位, map: {原告: plaintiff, 被告: defendant}, otherwise: third_party}}
  owners: {owner: 承办人}
events:
  - kind: {column: 事项, map: {立案: filed, 开庭: hearing}}
    name: step
    at: 时间
    identity: [案号, 事项, 时间]
    ordinal: true
    recorded_at: start of day of 时间
    data: {fee: {column: 标的, as: number}}
    when: {状态: [有效, ""]}
    reject_if: [{date: 时间, before: 2000-01-01, why: 年份有误}]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_part_of_a_mapping_is_read(tmp_path: Path) -> None:
    mapping = read_mapping(written(tmp_path, WHOLE))
    assert (mapping.source, mapping.zone, mapping.expect_every) == ("docket", "Asia/Shanghai", timedelta(days=1))
    assert (mapping.format.delimiter, mapping.format.header_row, mapping.format.fill_down) == ("\t", 2, ("案号",))
    assert mapping.case.id.columns == ("法院", "案号")
    assert mapping.case.attributes["side"].otherwise == "third_party"
    (event,) = mapping.events
    assert (event.name, event.exact, event.repeat) == ("step", True, Repeat.ORDINAL)
    assert event.recorded is not None
    assert (event.recorded.column, event.recorded.start_of_day) == ("时间", True)
    assert event.data["fee"].kind is Kind.NUMBER
    assert event.refusals[0].before == "2000-01-01"
    assert set(mapping.columns) == {"法院", "案号", "案由", "诉讼地位", "承办人", "事项", "时间", "标的", "状态"}


BROKEN = {
    "zone: Asia/Shanghai": ("zone: Asia/Peking", "mapping.yaml:3:7: found 'Asia/Peking', expected a zone"),
    "source: docket\n": ("", "the key 'source' is missing"),
    "source: docket": ("sauce: docket", "unknown key 'sauce'; did you mean 'source'?"),
    "expect_every: 1 day": ("expect_every: daily", "mapping.yaml:2:15: found 'daily', expected a length"),
    "delimiter: tab": ("delimiter: semicolon", "found 'semicolon', expected one character"),
    "header_row: 2": ("header_row: 0", "found '0', expected a row number from 1"),
    '["%Y年%m月%d日"]': ("[YYYY-MM-DD]", "found 'YYYY-MM-DD', expected a form such as %Y-%m-%d"),
    "as: number": ("as: money", "found 'money', expected one of text, date, integer, number"),
    "    at: 时间\n": ("", "found neither or both of on and at"),
    "    ordinal: true": ("    ordinal: yes", "found 'yes', expected true or false"),
    "    name: step\n": ("    name: step\n    repeat: revise\n", "contradict each other"),
    "case_type: {const: civil}": ("case_type: {const: civil, column: x}", "found neither or both of column and const"),
    "before: 2000-01-01, ": ("", "the key 'before' or 'after' is missing"),
    "{date: 时间, before": ("{before", "expected `date` with before or after"),
    "owners: {owner: 承办人}": ("owners: 承办人", "mapping.yaml:11:11: found '承办人', expected key: value pairs"),
    "source: docket\nexpect": ("source: docket\nsource: twice\nexpect", "mapping.yaml:2:1"),
}


@pytest.mark.parametrize("part", BROKEN, ids=lambda part: BROKEN[part][1])
def test_a_mistake_is_told_with_its_place_and_what_was_expected(tmp_path: Path, part: str) -> None:
    instead, message = BROKEN[part]
    assert part in WHOLE
    with pytest.raises(IntakeError) as raised:
        read_mapping(written(tmp_path, WHOLE.replace(part, instead, 1)))
    assert message in str(raised.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = WHOLE.replace("Asia/Shanghai", "Mars").replace("as: number", "as: money").replace("title:", "titel:")
    with pytest.raises(IntakeError) as raised:
        read_mapping(written(tmp_path, text))
    assert len(str(raised.value).splitlines()) == 3


def test_two_events_of_one_name_are_refused_because_their_identities_would_mix(tmp_path: Path) -> None:
    event = "\n  - {kind: filed, on: day, identity: [id]}"
    text = f"source: s\nzone: UTC\ncase: {{id: id, case_type: {{const: x}}}}\nevents:{event}{event}\n"
    with pytest.raises(IntakeError, match="a second event named 'filed'"):
        read_mapping(written(tmp_path, text))


@pytest.mark.parametrize("text", ["", "- a\n", "source: [\n", "just words\n"])
def test_what_is_no_mapping_at_all_is_refused_by_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(IntakeError, match=r"mapping\.yaml"):
        read_mapping(written(tmp_path, text))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match=r"nowhere\.yaml"):
        read_mapping(tmp_path / "nowhere.yaml")
