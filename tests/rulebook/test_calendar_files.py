"""Calendar files: what is refused and where, what later folders replace, what drafts and `status` say."""

from datetime import date
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from deadline_guard.cli import calendar as command
from deadline_guard.core.holiday_law import Place
from deadline_guard.errors import DeadlineGuardError
from deadline_guard.rulebook.calendar_draft import draft
from deadline_guard.rulebook.calendars import compiled, load, parse, shipped, status
from deadline_guard.rulebook.holiday_text import place

GOOD = """\
calendars:
  - id: office
    title: {zh: 本所, en: Our office}
    zone: Asia/Shanghai
    kind: enacted
    known_from: 2020-01-01
    known_through: 2036-12-31
    source: the partners
    holidays:
      - {name: {zh: 所庆, en: Founding day}, on: "05-20"}
    days:
      - {day: 2026-06-08, name: {zh: 搬家, en: Moving}}
"""


def test_a_small_calendar(tmp_path: Path) -> None:
    (tmp_path / "office.yaml").write_text(GOOD, encoding="utf-8")
    found, problems = load(tmp_path)
    assert problems == []
    office = found["office"]
    assert str(office.why_closed(date(2026, 5, 20))) == "Founding day"
    assert office.why_closed(date(2026, 6, 8)) is not None
    assert office.title.zh == "本所"


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("id: office", "id: Office", 2, "id"),
        ("zone: Asia/Shanghai", "zone: Asia/Peking", 4, "IANA"),
        ("kind: enacted", "kind: guessed", 5, "kind"),
        ("2020-01-01", "2020-02-30", 6, "not a day"),
        ("2020-01-01", "1 January 2020", 6, "not a date"),
        ("2020-01-01", "20200101", 6, "not a date"),
        ("2020-01-01", "2040-01-01", 2, "comes before"),
        ("source: the partners", "sauce: the partners", 8, "sauce"),
        ('on: "05-20"', 'on: "20 May"', 10, "no day of a year"),
        ('on: "05-20"', 'on: "13-20"', 10, "no month"),
        ('on: "05-20"', 'on: "02-30"', 10, "has no day"),
        ('on: "05-20"', 'on: "05-20", since: "2020"', 10, "since"),
        ('on: "05-20"', 'on: "05-20", observed: {saturday: -1}', 10, "weekday"),
        ('on: "05-20"', 'on: "05-20", observed: {sat: 30}', 10, "observed"),
        ("zh: 所庆, ", "", 10, "zh"),
        ("source: the partners", "extends: moon\n    source: the partners", 2, "moon"),
        ("source: the partners", "weekend: [mon, tue, wed, thu, fri, sat, sun]\n    source: x", 2, "no working day"),
        ("source: the partners", "extends: office\n    source: the partners", 2, "extends"),
    ],
)
def test_a_wrong_value_is_refused_at_its_place(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    path = tmp_path / "office.yaml"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    found, problems = load(tmp_path)
    assert found == {}
    assert any(problem.line == line and says in str(problem) for problem in problems), [str(p) for p in problems]


def test_an_unconfirmed_year_cannot_lie_inside_what_is_known() -> None:
    text = draft("cn", 2027).replace("known_through: '2026-12-31'", "known_through: '2027-12-31'")
    assert any("2027 is not confirmed" in str(problem) for problem in parse(text)[1])


def test_an_id_stands_once_in_a_folder_and_a_later_folder_replaces_it(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        folder.mkdir()
        (folder / "office.yaml").write_text(GOOD, encoding="utf-8")
    (second / "office.yaml").write_text(GOOD.replace("05-20", "05-21"), encoding="utf-8")
    found, problems = load(first, second)
    assert problems == []
    assert found["office"].why_closed(date(2026, 5, 21)) is not None
    assert found["office"].why_closed(date(2026, 5, 20)) is None
    (first / "twice.yaml").write_text(GOOD, encoding="utf-8")
    assert [p.code for p in load(first)[1]] == ["calendar_twice"]


def test_a_firm_can_extend_a_shipped_calendar(tmp_path: Path) -> None:
    (tmp_path / "office.yaml").write_text(GOOD.replace("    source", "    extends: us\n    source"), encoding="utf-8")
    found, problems = load(Path("rules/calendars").resolve(), tmp_path)
    assert problems == []
    assert str(found["office"].why_closed(date(2026, 11, 26))) == "Thanksgiving Day"
    assert str(found["office"].why_closed(date(2026, 5, 20))) == "Founding day"


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("01-01", {"place": Place.FIXED, "month": 1, "day": 1, "offset": 0}),
        ("third monday of 02", {"place": Place.NTH, "nth": 3, "weekday": 0, "month": 2, "offset": 0}),
        ("last monday of 05", {"place": Place.NTH, "nth": -1, "weekday": 0, "month": 5, "offset": 0}),
        ("fourth thursday of 11 +1", {"place": Place.NTH, "nth": 4, "weekday": 3, "month": 11, "offset": 1}),
        ("easter -2", {"place": Place.EASTER, "offset": -2}),
        ("wednesday before 11-23", {"place": Place.NEAR, "weekday": 2, "nth": -1, "month": 11, "day": 23, "offset": 0}),
        ("saturday from 10-31", {"place": Place.NEAR, "weekday": 5, "nth": 1, "month": 10, "day": 31, "offset": 0}),
    ],
)
def test_how_a_day_of_the_year_is_written(text: str, fields: dict[str, object]) -> None:
    assert place(text) == fields


@pytest.mark.parametrize("year", range(2004, 2027))
def test_a_draft_of_a_known_year_opens_the_same_days_as_the_shipped_calendar(year: int) -> None:
    shapes, problems = parse(draft("cn", year))
    assert problems == []
    made, cn = compiled(shapes[0][0]), shipped()["cn"]
    first = date(year, 1, 1).toordinal()
    days = [date.fromordinal(first + i) for i in range(365)]
    assert [day for day in days if made.is_open(day) != cn.is_open(day)] == []


def test_a_draft_of_2027_is_unconfirmed_and_moves_no_horizon() -> None:
    text = draft("cn", 2027)
    assert "UNCONFIRMED" in text
    assert "notice: not seen" in text
    shapes, problems = parse(text)
    assert problems == []
    made = compiled(shapes[0][0])
    assert made.known_through < date(2027, 1, 1)
    assert not made.is_open(date(2027, 10, 1))
    assert made.is_open(date(2027, 10, 8))


def test_the_shipped_unconfirmed_years_are_those_of_the_draft() -> None:
    cn = shipped()["cn"]
    for year in range(2027, 2037):
        made = compiled(parse(draft("cn", year))[0][0][0])
        first = date(year, 1, 1).toordinal()
        days = [date.fromordinal(first + i) for i in range(365)]
        assert [day for day in days if made.is_open(day) != cn.is_open(day)] == [], year


@pytest.mark.parametrize(("name", "year"), [("us", 2027), ("moon", 2027), ("cn", 1900)])
def test_what_cannot_be_drafted_is_refused(name: str, year: int) -> None:
    with pytest.raises(DeadlineGuardError):
        draft(name, year)


def test_status_puts_the_calendar_that_ends_first_on_top() -> None:
    rows = status(shipped(), date(2026, 11, 21))
    assert [row.known_through for row in rows] == sorted(row.known_through for row in rows)
    cn = next(row for row in rows if row.id == "cn")
    assert (cn.days_left, cn.kind) == (40, "announced")


def run(*words: str) -> str:
    app = typer.Typer()
    command.register(app)
    found = CliRunner().invoke(app, ["calendar", *words], env={"COLUMNS": "160", "LANG": "en_GB.UTF-8", "LC_ALL": ""})
    assert found.exit_code == 0, found.output
    return found.output


def test_the_commands_speak_both_languages() -> None:
    assert "Known through" in run("status")
    assert "逐年公布" in run("status", "--locale", "zh_Hans")
    assert "UNCONFIRMED" in run("draft", "cn", "2027")
