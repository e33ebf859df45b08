"""An independent count of the warnings that the docket files ask for: csv and date arithmetic, nothing of ours."""

import csv
import gzip
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

DAYS_BEFORE = (14, 7, 1)
AT = time(9, 0)


def rows(data: Path) -> Iterator[dict[str, str]]:
    with gzip.open(data / "us_dockets_deadlines.csv.gz", "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def deadlines(data: Path) -> dict[tuple[str, str, str, str], dict[str, str]]:
    """Return one row per distinct (case, class, what, due): the first that sets it."""
    found: dict[tuple[str, str, str, str], dict[str, str]] = {}
    for row in sorted(rows(data), key=lambda r: r["set_on"]):
        if row["due_date"] >= row["set_on"]:
            found.setdefault((row["case_id"], row["class"], row["what"], row["due_date"]), row)
    return found


def warnings(data: Path, zone: ZoneInfo, since: datetime, until: datetime) -> set[tuple[str, str, str, datetime]]:
    """Return (case, what, due, instant) of every warning to be sent from ``since`` to ``until``, both inclusive."""
    sent: set[tuple[str, str, str, datetime]] = set()
    for (case, _, what, due), row in deadlines(data).items():
        known = datetime.combine(date.fromisoformat(row["set_on"][:10]), time(), zone)
        instants = [datetime.combine(date.fromisoformat(due) - timedelta(days=n), AT, zone) for n in DAYS_BEFORE]
        past = [t for t in instants if t < known]
        due_to_be_sent = {t for t in instants if t >= known} | ({known} if past else set())
        sent |= {(case, what, due, t) for t in due_to_be_sent if since <= t <= until}
    return sent
