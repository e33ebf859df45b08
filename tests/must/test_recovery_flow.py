"""150,370 accounts as a recovery flow: who owes how much for how long, under both bucket tables, on five New Years.

The log goes through the public import into a database; the counts are those that `deadline-guard ageing` prints.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter, defaultdict
from datetime import date
from fractions import Fraction
from itertools import groupby
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deadline_guard.cli import app as program
from tests.real.office import import_file, make_office, person

YEARS = (2003, 2005, 2007, 2009, 2011)
INDUSTRY = {"M0": (0, 0), "M1": (1, 30), "M2": (31, 60), "M3": (61, 90), "M4": (91, 120), "M5": (121, 150),
            "M6": (151, 180), "M7+": (181, None)}  # fmt: skip
REGULATOR = {"normal": (0, 0), "special mention": (1, 90), "substandard": (91, 120), "doubtful": (121, 180),
             "loss": (181, None)}  # fmt: skip
TABLES: dict[str, dict[str, tuple[int, int | None]]] = {"age.industry": INDUSTRY, "age.regulator": REGULATOR}
LEVELS = ("ok", "early", "near", "urgent", "critical", "critical", "critical", "critical")
Totals = dict[tuple[int, str, str], tuple[int, Fraction]]


def rule(name: str) -> str:
    buckets = "".join(
        f"\n        - {{from: {first}, label: {{zh: {bucket}, en: {bucket}}}, level: {level}}}"
        for (bucket, (first, _)), level in zip(TABLES[name].items(), LEVELS, strict=False)
    )
    return f"""
  - id: {name}
    title: {{zh: 账龄, en: Arrears}}
    applies_to: {{case_type: fine}}
    acts: other
    nature: internal
    indicator: overdue_age
    trigger: fine_notified
    limit: 60 days
    roll: none
    params: {{plus: [amount, expense], minus: [total_paid]}}
    profile:
      tell: {{early: [owner]}}
      overdue: false
      buckets: {buckets}
"""


RULES = {
    "fines": "pack: {id: age, title: {zh: 罚款账龄, en: Age of fines}, revised: 2026-11-22, reviewed: none}\nrules:"
    + rule("age.industry")
    + rule("age.regulator"),
    "case_types": """
case_types:
  fine: {title: {zh: 罚款, en: Fine}, jurisdiction: plain, calendar: plain, zone: Europe/Rome}
""",
    "events": """
events:
  fine_created: {title: {zh: 开具, en: Fine created}}
  fine_sent: {title: {zh: 寄送, en: Fine sent}}
  fine_notified: {title: {zh: 送达, en: Fine notified}}
  penalty_added: {title: {zh: 加罚, en: Penalty added}}
  payment: {title: {zh: 付款, en: Payment}}
  sent_to_collection: {title: {zh: 移交催收, en: Sent to collection}}
  prefecture_appeal_dated: {title: {zh: 申诉日期, en: Date of the appeal}}
  prefecture_appeal_sent: {title: {zh: 申诉移送, en: Appeal sent on}}
  prefecture_result_received: {title: {zh: 收到结果, en: Result received}}
  prefecture_result_notified: {title: {zh: 通知结果, en: Result notified}}
  judge_appeal: {title: {zh: 法官申诉, en: Appeal to the judge}}
""",
}


@pytest.fixture(scope="module")
def totals(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Totals:
    """Import the log into an office, ask for the ageing table as a user would."""
    config = make_office(
        tmp_path_factory.mktemp("fines"), rules=RULES, zone="Europe/Rome", port=9,
        people={"fallback": "clerk", "persons": {"clerk": person("clerk", "Europe/Rome")}},
        start="2014-01-01T00:00:00+01:00", until="2014-01-01T00:00:00+01:00",
    )  # fmt: skip
    import_file(config, shared_data / "traffic_fines.csv.gz", "traffic_fines")
    instants = [word for year in YEARS for word in ("--at", f"{year}-01-01")]
    done = CliRunner().invoke(program, ["ageing", "--json", *instants, "-c", str(config)])
    assert done.exit_code == 0, (done.output, done.exception)
    found: Totals = {}
    for table in json.loads(done.output):
        assert table["at"].endswith("-01-01T00:00:00+01:00")
        assert sum(one["debts"] for one in table["buckets"]) == table["debts"]
        for one in table["buckets"]:
            assert (one["from"], one["to"]) == TABLES[table["rule"]][one["label"]["en"]]
            assert one["without_amount"] == 0
            if one["debts"]:
                found[int(table["at"][:4]), table["rule"], one["label"]["en"]] = (one["debts"], Fraction(one["owed"]))
    return found


def by_hand(path: Path) -> Totals:
    """Count with csv and date arithmetic alone."""
    counts: Counter[tuple[int, str, str]] = Counter()
    sums: dict[tuple[int, str, str], Fraction] = defaultdict(Fraction)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for _, told in groupby(csv.DictReader(file), key=lambda row: row["case_id"]):
            _count(sorted(told, key=lambda row: row["timestamp"]), counts, sums)
    return {key: (n, sums[key]) for key, n in counts.items()}


def _count(
    account: list[dict[str, str]], counts: Counter[tuple[int, str, str]], sums: dict[tuple[int, str, str], Fraction]
) -> None:
    notified = [row["timestamp"] for row in account if row["activity"] == "Insert Fine Notification"]
    for year in YEARS:
        last = {"amount": "0", "expense": "0", "totalPaymentAmount": "0"}
        for row in account:
            if row["timestamp"] <= f"{year}-01-01":
                last |= {name: row[name] for name in last if row[name]}
        owed = Fraction(last["amount"]) + Fraction(last["expense"]) - Fraction(last["totalPaymentAmount"])
        for day in notified:
            age = (date(year, 1, 1) - date.fromisoformat(day)).days - 60
            for name, table in TABLES.items():
                for bucket, (first, until) in table.items():
                    if owed > 0 and first <= age and (until is None or age <= until):
                        counts[year, name, bucket] += 1
                        sums[year, name, bucket] += owed


@pytest.mark.long
def test_counts_and_sums_of_every_bucket_equal_a_separate_count(totals: Totals, shared_data: Path) -> None:
    expected = by_hand(shared_data / "traffic_fines.csv.gz")
    print({key: (n, float(owed)) for key, (n, owed) in sorted(expected.items())})
    assert totals == expected
    assert len({key[2] for key in expected if key[1] == "age.industry"}) >= 7
