"""Too much on one desk: the lead is told once a crossing, with the load, the capacity and who has room."""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deadline_guard.app import App
from deadline_guard.core.capacity import Capacity
from deadline_guard.core.rules import CaseType
from deadline_guard.daemon import Daemon
from tests.real.office import import_file, make_office, person
from tests.scenarios.world import World
from tests.servers.smtp_sink import SmtpSink

CIVIL = {"civil": CaseType("civil", {}, calendar="cn", jurisdiction="cn-civil", closed_by=("judgment",))}
ZONE = ZoneInfo("Europe/Amsterdam")
RULES = {
    "profiles": "profiles: {plain: {thresholds: [{level: near, when: due}], tell: {near: [owner]}}}\n",
    "case_types": """
case_types:
  permit: {title: {zh: 许可, en: Permit}, calendar: plain, jurisdiction: plain, closed_by: [case_ended],
           zone: Europe/Amsterdam}
""",
    "events": """
events:
  case_started: {title: {zh: 开始, en: Case started}}
  case_ended: {title: {zh: 结束, en: Case ended}}
  activity: {title: {zh: 活动, en: Activity}}
  deadline_set: {title: {zh: 期限, en: Planned end}, data: {due: date, what: text}}
""",
}


def test_the_lead_hears_once_a_crossing_and_again_after_it_fell() -> None:
    world = World([], CIVIL, capacity={"zhang": 2, "li": 3, "wang": 5})
    for code, owner in (("A", "zhang"), ("B", "zhang"), ("C", "li")):
        world.case(code, owner)
        world.event(code, "served", "2026-03-02")
    assert overloads(world, "2026-03-04 12:00") == []
    world.case("D", "zhang")
    assert overloads(world, "2026-03-05 12:00") == [("03-05 06:00", "wang")]
    letter = world.sent[-1].letter
    assert "张三手中有 3 件，承办上限为 2 件" in letter.subject
    assert "尚有余量：王五（还可承办 5 件）、李四（还可承办 2 件）。" in letter.text
    assert overloads(world, "2026-03-09 12:00") == []  # still beyond: not again
    world.event("A", "judgment", "2026-03-09")
    assert overloads(world, "2026-03-11 12:00") == []
    world.event("A", "judgment", "2026-03-09", retracted=True)
    assert overloads(world, "2026-03-13 12:00") == [("03-12 06:00", "wang")]
    world.close()


def test_effort_counts_where_it_is_stated_and_nobody_away_has_room() -> None:
    effort = Capacity(effort=Fraction(40))
    world = World([], CIVIL, capacity={"zhang": effort, "li": effort})
    world.case("A", "zhang", effort="38.5 hours")
    world.case("B", "zhang", effort=3)
    world.case("C", "zhang")
    world.absent("li", "2026-03-02 09:00", "2026-04-01 00:00")
    told = [s for s in world.run_until("2026-03-04 12:00") if "承办上限" in s.letter.subject]
    assert [(s.when, s.person) for s in told] == [("03-03 06:00", "wang")]
    letter = told[0].letter
    assert "张三手中的工作量为 41.5 小时，承办上限为 40 小时" in letter.subject
    assert "未注明工作量的案件：1 件。" in letter.text
    assert "其他人均无余量" in letter.text
    world.close()


def test_the_load_of_the_lead_is_told_further_up() -> None:
    world = World([], CIVIL, capacity={"wang": 0})
    world.case("A", "wang")
    assert overloads(world, "2026-03-03 12:00") == [("03-03 06:00", "zhao")]
    world.close()


def overloads(world: World, until: str) -> list[tuple[str, str]]:
    return [(s.when, s.person) for s in world.run_until(until) if "承办上限" in s.letter.subject]


@pytest.mark.long
def test_real_permits_every_monday(tmp_path: Path, shared_data: Path) -> None:
    with gzip.open(shared_data / "receipt.csv.gz", "rt", encoding="utf-8") as file:
        permits = list({row["case_id"]: row for row in csv.DictReader(file)}.values())
    persons = {row["case_responsible"] for row in permits}
    expected = crossings(permits)
    with SmtpSink() as sink:
        people = {
            "fallback": "chief",
            "persons": {
                "chief": person("chief", "Europe/Amsterdam"),
                **{p: {**person(p, "Europe/Amsterdam", "console"), "team": "desk", "capacity": 30} for p in persons},
            },
            "teams": {"desk": {"title": {"zh": "许可", "en": "Permits"}, "lead": "chief"}},
        }
        config = make_office(
            tmp_path, rules=RULES, people=people, zone="Europe/Amsterdam", port=sink.port,
            start="2010-09-26T12:00:00+02:00", until="2012-02-01T00:00:00+01:00",
        )  # fmt: skip
        config.write_text(config.read_text().replace("jobs: {", 'jobs: {gauges: "0 0 * * 1", '), encoding="utf-8")
        import_file(config, shared_data / "receipt.csv.gz", "receipt")
        Daemon(App.open(config)).run()
        mails = [m for m in sink.mails if "the capacity is" in str(m.message["Subject"])]
    found = set()
    for mail in mails:
        who, load, capacity = re.findall(r"(\S+) holds (\d+), the capacity is (\d+)", str(mail.message["Subject"]))[0]
        room = re.findall(r"(\S+) \((\d+) more\)", mail.part("text/plain"))
        on = mail.message["Date"].datetime.astimezone(ZONE).date()
        found.add((on, who, int(load), int(capacity), tuple((name, int(n)) for name, n in room)))
    print(f"{len(mails)} overloads told")
    assert len(found) == len(mails)
    assert found == expected
    assert expected


def crossings(permits: list[dict[str, str]]) -> set[tuple[date, str, int, int, tuple[tuple[str, int], ...]]]:
    """Count with csv and text comparison alone who crossed 30 open cases on which Monday, and who had most room."""
    persons = sorted({row["case_responsible"] for row in permits})
    found, beyond = set(), set[str]()
    monday = date(2010, 9, 27)
    while monday < date(2012, 2, 1):
        text = f"{monday.isoformat()}T00:00:00"
        load = Counter(
            row["case_responsible"]
            for row in permits
            if row["case_startdate"] <= text and (not row["case_enddate"] or row["case_enddate"] > text)
        )
        now = {p for p in persons if load[p] > 30}
        free = sorted((p for p in persons if load[p] < 30), key=lambda p: (load[p], p))[:5]
        for p in now - beyond:
            found.add((monday, p, load[p], 30, tuple((q, 30 - load[q]) for q in free)))
        beyond = now
        monday += timedelta(weeks=1)
    return found
