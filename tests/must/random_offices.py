"""Offices with hours, dates and pauses of every shape, near the days on which their clocks change."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

ALL_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "Asia/Shanghai", "America/Sao_Paulo", "America/Santiago",
    "Asia/Tehran", "Africa/Casablanca", "Africa/Cairo", "Asia/Beirut", "Australia/Lord_Howe", "Asia/Gaza",
    "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu", "Europe/Dublin", "Antarctica/Troll",
    "America/Havana",
)  # fmt: skip
CHANGES = {
    "America/Sao_Paulo": ["2018-11-04", "2018-02-18", "2016-10-16"],
    "America/Santiago": ["2026-09-06", "2026-04-05"],
    "Asia/Tehran": ["2022-03-22", "2022-09-22", "2026-03-22"],
    "Africa/Casablanca": ["2025-02-23", "2025-04-06", "2026-02-15", "2026-03-22"],
    "Asia/Beirut": ["2026-03-29", "2026-10-25"],
    "Africa/Cairo": ["2026-04-24", "2026-10-30"],
    "Australia/Lord_Howe": ["2026-04-05", "2026-10-04"],
    "America/St_Johns": ["2010-11-07", "2011-03-13"],
    "Pacific/Apia": ["2011-12-30", "2011-09-24"],
    "Antarctica/Troll": ["2026-03-29", "2026-10-25"],
    "America/Havana": ["2026-03-08", "2026-11-01"],
}


def clock(second: int) -> str:
    return f"{second // 3600:02}:{second // 60 % 60:02}" + (f":{second % 60:02}" if second % 60 else "")


def random_spans(rng: Random) -> list[list[str]]:
    if rng.random() < 0.15:
        return [["00:00", "24:00"]]
    step = rng.choice([1800, 900, 60, 1])
    marks = sorted(rng.sample(range(86_400 // step + 1), 2 * rng.choice([1, 1, 2, 3])))
    return [[clock(a * step), clock(b * step)] for a, b in zip(marks[::2], marks[1::2], strict=True)]


def random_office(rng: Random) -> tuple[dict[str, Any], datetime]:
    """Return a calendar as `compute` takes it, and an instant around which it has its dates."""
    zone = rng.choice(ZONES)
    day = date(2000, 1, 1) + timedelta(days=rng.randrange(13_500))
    if rng.random() < 0.7:
        day = date.fromisoformat(rng.choice(CHANGES.get(zone, ["2026-03-29", "2026-10-25", "2026-11-01"])))
    near = [str(day + timedelta(days=n)) for n in range(-12, 13)]
    open_days = rng.sample(ALL_DAYS, rng.choice([1, 3, 5, 5, 7, 7]))
    office: dict[str, Any] = {
        "timezone": zone,
        "week": {name: random_spans(rng) for name in open_days},
        "holidays": rng.sample(near, rng.choice([0, 0, 2, 6])),
        "extra_days": {text: random_spans(rng) for text in rng.sample(near, rng.choice([0, 0, 1, 4]))},
        "breaks": {text: random_spans(rng) for text in rng.sample(near, rng.choice([0, 0, 1, 4]))},
    }
    if rng.random() < 0.02:
        office["week"] = {}
    around = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if rng.random() < 0.4:
        starts = [around + timedelta(seconds=rng.randrange(-900_000, 900_000)) for _ in range(rng.randint(1, 4))]
        ends = [a + timedelta(seconds=rng.choice([0, 1, 3600, 90_000, 2_000_000])) for a in starts]
        office["pauses"] = [[a.isoformat(), b.isoformat()] for a, b in zip(starts, ends, strict=True)]
    return office, around


def random_start(rng: Random, around: datetime) -> datetime:
    seconds = rng.randrange(-1_000_000, 1_000_000)
    seconds -= seconds % rng.choice([1, 60, 1800, 1800])
    return around + timedelta(seconds=seconds, microseconds=rng.choice([0, 0, 0, rng.randrange(1_000_000)]))


def random_minutes(rng: Random) -> float:
    return rng.choice(
        [0, rng.randrange(600), 30 * rng.randrange(400), -30 * rng.randrange(200), rng.randrange(9_000) / 60]
    )
