"""A clock that jumps ahead, is set back, stands still or sleeps: nothing lost, nothing early, one summary a person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deadline_guard.app import App
from deadline_guard.clock import SteadyClock
from deadline_guard.daemon import Daemon
from tests.faults import office
from tests.faults.clocks import Living, WallClock
from tests.faults.office import Row, at
from tests.servers.smtp_sink import Mail, SmtpSink

HOUR = timedelta(hours=1)
SET = date(2026, 3, 2)


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def config(tmp_path: Path, sink: SmtpSink) -> Path:
    return office.make(tmp_path / "office", mail_to(sink))


def mail_to(sink: SmtpSink) -> str:
    return f"email: {{host: 127.0.0.1, port: {sink.port}, sender: guard@firm.example}}"


def due(*days: int) -> list[Row]:
    """Return a case for each of these days of March, of zhang and li in turn."""
    return [Row(f"C-{n}", ("zhang", "li")[n % 2], SET, f"reply {n}", date(2026, 3, d)) for n, d in enumerate(days)]


def told(mails: list[Mail]) -> Counter[tuple[str, str, str]]:
    """Return what each person was told: subject and level."""
    return Counter(
        (m.recipients[0].partition("@")[0], str(m.message["Subject"]), str(m.message["From"].addresses[0].display_name))
        for m in mails
    )


def wall(mail: Mail, zone: str = "Asia/Shanghai") -> str:
    """Return the local minute that a mail bears."""
    sent: datetime = mail.message["Date"].datetime
    return sent.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M")


@pytest.fixture
def living(config: Path) -> Iterator[Living]:
    """A daemon since 2 March 08:00, with cases due on 17, 18 and 24 March: 14 days before at 09:00 from 3 March."""
    office.import_rows(config, due(17, 17, 18, 18, 24, 24))
    found = Living(config, WallClock(at("2026-03-02 08:00")))
    yield found
    found.close()


def undisturbed(tmp_path: Path, until: str) -> Counter[tuple[str, str, str]]:
    """Return what people are told by a clock that runs evenly."""
    with SmtpSink() as sink:
        config = office.make(tmp_path / "even", mail_to(sink))
        office.import_rows(config, due(17, 17, 18, 18, 24, 24))
        found = Living(config, WallClock(at("2026-03-02 08:00")))
        found.run_until(at(until))
        found.close()
        return told(sink.mails)


def test_set_ahead_by_an_hour_over_a_threshold_each_warning_goes_once(
    living: Living, sink: SmtpSink, tmp_path: Path
) -> None:
    living.run_until(at("2026-03-03 08:30"))
    before = len(sink.mails)
    living.clock.at += HOUR
    living.look()
    assert len(sink.mails) == before + 2  # those due on the 17th, half an hour late and at once
    living.run_until(at("2026-03-12 10:00"))
    assert told(sink.mails) == undisturbed(tmp_path, "2026-03-12 10:00")


@pytest.mark.parametrize("after", ["2026-03-03 09:10", "2026-03-03 09:50", "2026-03-10 09:30"])
def test_set_back_by_an_hour_nothing_comes_twice_early_or_never(
    after: str, living: Living, sink: SmtpSink, tmp_path: Path
) -> None:
    living.run_until(at(after))
    before = told(sink.mails)
    living.clock.at -= HOUR
    living.look()
    living.run_until(at(after) - timedelta(minutes=10))
    assert told(sink.mails) == before
    living.run_until(at("2026-03-12 10:00"))
    assert told(sink.mails) == undisturbed(tmp_path, "2026-03-12 10:00")
    assert all(wall(m)[6:] >= "08:00" for m in sink.mails)


def test_set_back_a_fact_that_comes_in_is_warned_of_at_once(living: Living, sink: SmtpSink, config: Path) -> None:
    living.run_until(at("2026-03-05 12:00"))
    living.clock.at -= HOUR
    living.look()
    before = len(sink.mails)
    office.import_rows(config, [Row("NEW", "li", SET, "reply new", date(2026, 3, 6))])
    living.look()
    assert len(sink.mails) > before


def test_set_back_and_restarted_nothing_is_decided_before_what_was_decided(
    living: Living, sink: SmtpSink, config: Path, tmp_path: Path
) -> None:
    living.run_until(at("2026-03-10 09:30"))
    living.close()
    again = Living(config, WallClock(at("2026-03-10 08:30")))
    assert again.app.clock.now() == at("2026-03-10 09:00")  # the last tick before
    again.run_until(at("2026-03-12 10:00"))
    again.close()
    assert told(sink.mails) == undisturbed(tmp_path, "2026-03-12 10:00")


def test_a_clock_that_was_years_ahead_by_mistake_is_followed_back() -> None:
    inner = WallClock(at("2036-03-02 08:00"))
    clock = SteadyClock(inner)
    clock.now()
    inner.at = at("2026-03-02 08:00")
    assert clock.now() == at("2026-03-02 08:00")


def test_a_clock_that_stands_still_loses_nothing_and_does_not_spin(
    living: Living, sink: SmtpSink, config: Path, tmp_path: Path
) -> None:
    living.run_until(at("2026-03-03 08:50"))
    before, mails = living.ticks, len(sink.mails)
    for _ in range(200):
        living.look()
    assert living.ticks <= before + 1
    assert len(sink.mails) == mails
    living.run_until(at("2026-03-12 10:00"))
    assert told(sink.mails) == undisturbed(tmp_path, "2026-03-12 10:00")


@pytest.mark.parametrize("how", ["suspended", "down"])
def test_three_days_asleep_over_twelve_thresholds_one_summary_a_person(how: str, sink: SmtpSink, config: Path) -> None:
    days = [d for d in (12, 13, 14) for _ in range(2)] + [d for d in (19, 20, 21) for _ in range(2)]
    office.import_rows(config, due(*days))  # 7 and 14 days before: 5, 6 and 7 March
    living = Living(config, WallClock(at("2026-03-02 08:00")))
    living.run_until(at("2026-03-04 20:00"))
    before = len(sink.mails)
    if how == "down":
        living.close()
        living = Living(config, WallClock(at("2026-03-07 20:00")))
    else:
        living.clock.at = at("2026-03-07 20:00")
    living.look()
    woken = [m for m in sink.mails[before:] if m.recipients[0] != "zhao@firm.example"]
    to_admin = [m for m in sink.mails[before:] if m.recipients[0] == "zhao@firm.example"]
    living.close()
    by_person = Counter(m.recipients[0].partition("@")[0] for m in woken)
    assert by_person["zhang"] == by_person["li"] == 1
    assert set(by_person.values()) == {1}
    for name, first in (("zhang", 0), ("li", 1)):
        (mail,) = [m for m in woken if m.recipients[0].startswith(name)]
        missing = [f"C-{n}" for n in range(first, 12, 2) if f"C-{n}" not in mail.part("text/plain")]
        assert missing == []
    assert len(to_admin) == 1


@pytest.mark.parametrize(
    ("start", "until", "change"),
    [("2026-03-01", "2026-03-25", date(2026, 3, 8)), ("2026-10-24", "2026-11-20", date(2026, 11, 1))],
    ids=["spring", "autumn"],
)
def test_over_a_change_of_summer_time_every_warning_comes_at_nine_by_the_wall(
    start: str, until: str, change: date, tmp_path: Path, sink: SmtpSink
) -> None:
    zone = "America/New_York"
    clock = (f"{start}T00:30:00-05:00", f"{until}T00:00:00-05:00")
    config = office.make(tmp_path / "ny", mail_to(sink), zone=zone, clock=clock)
    days = [change + timedelta(days=n) for n in range(-3, 12)]
    set_on = date.fromisoformat(start)
    office.import_rows(config, [Row(f"C-{n}", "li", set_on, f"reply {n}", d) for n, d in enumerate(days)])
    Daemon(App.open(config)).run()
    urgent = [m for m in sink.mails if m.recipients == ("li@firm.example",) and "URGENT" in str(m.message["From"])]
    got = {(re.findall(r"C-\d+", str(m.message["Subject"]))[0], wall(m, zone)) for m in urgent}
    assert got == {(f"C-{n}", f"{d - timedelta(days=1):%m-%d} 09:00") for n, d in enumerate(days)}
