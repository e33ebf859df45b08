"""Journey 5: the chain to its end, the deadline passes; every step once, in order, one thread, daily repeats at most."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.faults.firm import Firm
from tests.faults.postfix import MailHost

pytestmark = pytest.mark.debian


@pytest.fixture(scope="module")
def host() -> Iterator[MailHost]:
    with TemporaryDirectory(prefix="dg-mail-") as folder, MailHost(Path(folder)) as host:
        yield host


def conversations(threads: str) -> int:
    """Return how many conversations Dovecot's THREAD REFERENCES names: its outermost brackets."""
    depth = count = 0
    for letter in threads:
        count += letter == "(" and depth == 0
        depth += (letter == "(") - (letter == ")")
    return count


def test_nobody_answers_until_the_deadline_has_passed(host: MailHost, tmp_path: Path) -> None:
    firm = Firm(tmp_path / "office", host)
    firm.case("(2026)沪01民初1号", "zhang", 7)
    firm.simulate(days=12)
    told = firm.ask("SELECT person, kind, level, step, n, decided_at FROM notice ORDER BY decided_at, id")
    assert [(who, kind) for who, kind, *_ in told[:3]] == [("zhang", "level"), ("wang", "step"), ("zhao", "step")]
    steps = [(who, step) for who, kind, _, step, _, _ in told if kind == "step"]
    assert steps == [("wang", 2), ("zhao", 3)]  # each rung once
    over = [row for row in told if row[2] == 5]
    assert {row[0] for row in over} == {"zhang", "wang", "zhao"}
    first = min(row[5] for row in over)
    due = firm.ask("SELECT due_at FROM assessment")[0][0]
    assert first == due  # told in the evaluation at the due instant
    for person in ("zhang", "wang", "zhao"):
        at = [row[5] for row in over if row[0] == person]
        assert all(later - earlier >= 86_400_000_000 for earlier, later in pairwise(at))
        count = sum(row[0] == person for row in told)
        mails = host.mails(person, count)
        assert len(mails) == count
        assert conversations(host.threads(person)) == 1
        assert len({str(m["Subject"]) for m in mails}) == 1
        assert {m["References"] is None for m in mails} == {True, False}
    last = host.mails("zhao")[-1].get_body(("plain",))
    assert last is not None
    text = last.get_content()
    assert "No filing is recorded" in text
    assert "ask for an extension within 10 days" in text
    assert "You missed" not in text
