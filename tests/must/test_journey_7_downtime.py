"""Journey 7: three days of downtime over twelve thresholds: one summary per person, from the state now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from deadline_guard.clock import SystemClock
from tests.faults.firm import Firm
from tests.faults.postfix import MailHost

pytestmark = pytest.mark.debian


@pytest.fixture(scope="module")
def host() -> Iterator[MailHost]:
    with TemporaryDirectory(prefix="dg-mail-") as folder, MailHost(Path(folder)) as host:
        yield host


def test_after_three_days_of_downtime_each_person_has_one_summary(host: MailHost, tmp_path: Path) -> None:
    firm = Firm(tmp_path / "office", host)
    for n in range(6):  # due in 9 days: near (7 days before) and urgent (3 days before) fall into the downtime
        firm.case(f"A{n}", ("zhang", "li")[n % 2], 9, f"paper {n}")
    firm.case("B", "zhang", 8, "done meanwhile")
    firm.case("C", "zhang", 5, "most urgent of all")  # told before the downtime; overdue within it
    start = SystemClock().now()
    firm.simulate_from(start, hours=1)
    before = Counter((who, kind) for who, _, kind, _ in firm.sent())
    assert before == {("zhang", "level"): 1}
    firm.type("done", "B", "t.set", "--on", firm.day(), "--by", "zhang")
    up = firm.ask("SELECT MAX(id) FROM message")[0][0]
    firm.simulate_from(start + timedelta(days=6, hours=12), hours=1)
    later = firm.ask("SELECT person, kind, level, id FROM message WHERE id > ? AND state = 'sent' ORDER BY id", up)
    people = {who for who, *_ in later} - {"guard"}  # the admin is told of the downtime itself
    assert {"zhang", "li"} <= people
    summaries = Counter(who for who, kind, *_ in later if kind == "summary")
    assert set(summaries.values()) == {1}
    assert set(Counter(who for who, kind, *_ in later if kind != "finding").values()) == {1}  # and nothing beside it
    text = host.mails("zhang", 2)[-1].get_body(("plain",))
    assert text is not None
    said = text.get_content()
    lines = [line for line in said.splitlines() if "paper" in line or "most urgent" in line]
    assert "most urgent" in lines[0]  # overdue first
    assert len(lines) == 4  # C and three of the A
    assert "done meanwhile" not in said
    assert said.count("urgent") >= 1
