"""A date certain says who set it: the court, the parties, the office."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from deadline_guard.core.limits import deadlines
from deadline_guard.core.rules import CaseType, Profile, Rule, Rulebook, Trigger
from deadline_guard.core.timeline import Case, Event, Timeline
from deadline_guard.rulebook.calendars import shipped

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("nature", "english", "chinese"),
    [
        ("court_set", "set by the court", "法院指定"),
        ("agreed", "as agreed", "约定"),
        ("internal", "set by the office", "本所设定"),
    ],
)
def test_the_derivation_of_a_date_certain_says_who_set_it(nature: str, english: str, chinese: str) -> None:
    rule = Rule("r", {}, "deadline", Profile("p"), trigger=Trigger("set"), date_field="due", nature=nature)
    book = Rulebook({"r": rule}, {"t": CaseType("t", {}, calendar="cn", jurisdiction="cn-civil")}, {}, {})
    event = Event("set", date(2026, 3, 1), "docket", "1", NOW, data={"due": "2026-03-20"})
    case = Case("A", "A", "t", Timeline.of([event]), zone="Asia/Shanghai")
    (found,) = deadlines(rule, case, book, shipped(), NOW)
    notes = [step.note for step in found.basis]
    assert any(str(note) == english and getattr(note, "zh", "") == chinese for note in notes)
    assert found.due_on == date(2026, 3, 20)
