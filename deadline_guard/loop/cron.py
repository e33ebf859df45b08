"""Jobs on cron lines, computed from the database so that a missed run is caught up once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from croniter import croniter

from deadline_guard.core.text import Text
from deadline_guard.errors import ConfigError

OFF = "off"


def check(lines: Mapping[str, str]) -> None:
    """Refuse a line that is no cron line, naming the job; raises ConfigError."""
    for job, line in lines.items():
        if line != OFF and not croniter.is_valid(line):
            raise ConfigError(
                Text(
                    f"jobs.{job}: found {line!r}, expected five cron fields such as '0 3 * * *' (Sunday is 0 or 7), or off",
                    f"jobs.{job}:此处是 {line!r},应为五段 cron 表达式,如 '0 3 * * *'(周日为 0 或 7),或 off",
                )
            )


def following(line: str, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant (UTC) after ``after`` at which the line fires in ``zone``.

    croniter repeats a local time that a clock change doubles; the second of the two is passed over, since a job
    that ran at 02:30 need not run at 02:30 again. Always later than ``after``.
    """
    schedule = croniter(line, after.astimezone(zone))
    found: datetime = schedule.get_next(datetime)
    while found <= after:  # a doubled local time may step back in elapsed time
        found = schedule.get_next(datetime)
    return found.astimezone(UTC)


def due(line: str, last: datetime | None, now: datetime, zone: ZoneInfo) -> tuple[bool, datetime | None]:
    """Return whether the job is due at ``now`` and when it is due next (None: switched off).

    A job that never ran waits for its first instant after ``now``; one that missed many runs is due once.
    """
    if line == OFF:
        return False, None
    if last is None:
        return False, following(line, now, zone)
    at = following(line, last, zone)
    return (True, following(line, now, zone)) if at <= now else (False, at)
