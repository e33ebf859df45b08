"""Short ways to ask the counting engine in tests."""

from datetime import date, datetime
from typing import Any

from deadline_guard.core.counting import Counted, count
from deadline_guard.core.jurisdictions import FIELDS, jurisdiction, overridden, policy_for
from deadline_guard.core.period import parse_period
from deadline_guard.core.policy import Act, Direction
from deadline_guard.rulebook.calendars import shipped


def moment(text: str) -> date | datetime:
    """Return the date or the instant that a test writes."""
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def ask(law: str, trigger: str, length: str, **fields: Any) -> Counted:
    """Count ``length`` from ``trigger`` by ``law``; fields as in specs/compute.md, less JSON."""
    start = moment(trigger)
    day = start.date() if isinstance(start, datetime) else start
    as_of = date.fromisoformat(fields.pop("as_of", day.isoformat()))
    given = {name: fields.pop(name) for name in list(fields) if name in FIELDS}
    calendar = shipped()[fields.pop("calendar", jurisdiction(law).calendar)]
    office = jurisdiction(law).office_calendar
    if "inaccessible" in fields:
        fields["inaccessible"] = [date.fromisoformat(d) for d in fields["inaccessible"]]
    return count(
        start,
        parse_period(length),
        overridden(policy_for(law, as_of), given),
        calendar,
        direction=Direction(fields.pop("direction", "forward")),
        act=Act(fields.pop("act")) if "act" in fields else None,
        office_calendar=shipped()[office] if office else None,
        **fields,
    )


def due(law: str, trigger: str, length: str, **fields: Any) -> str:
    """Return the due date (or instant) alone, as ISO text."""
    return ask(law, trigger, length, **fields).due.isoformat()
