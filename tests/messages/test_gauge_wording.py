"""A number beyond its line, and an act that came too early, are said as what happened, never as due today."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from deadline_guard.core.notices import NoticeKind, Reason
from deadline_guard.core.rules import Level
from deadline_guard.messages import Item, render


@pytest.mark.parametrize(
    ("locale", "flag", "label", "gist"),
    [
        ("en", "gauge", "Crossed", "beyond its line since Thu 5 Mar"),
        ("zh_Hans", "gauge", "越线时间", "自 3月5日（四） 起越过界线"),
        ("en", "too_early", "Came on", "too early, on Thu 5 Mar"),
        ("zh_Hans", "too_early", "发生于", "3月5日（四） 过早发生"),
    ],
)
@pytest.mark.parametrize("channel", ["email", "feishu"])
@pytest.mark.parametrize("level", [Level.URGENT, Level.OVERDUE])
def test_what_happened_is_not_due(locale: str, flag: str, label: str, gist: str, channel: str, level: Level) -> None:
    item = Item(
        warning_id="W-1", code="A-1", what={"zh": "信用评分过低", "en": "Low credit score"}, kind=NoticeKind.LEVEL,
        reason=Reason.FIRST, level=level, zone="Asia/Shanghai", due_on=date(2026, 3, 5),
        due_at=datetime(2026, 3, 5, 1, tzinfo=UTC), days_left=0, working_days_left=0, flags=(flag,),
    )  # fmt: skip
    text = render([item], kind=NoticeKind.LEVEL, locale=locale, channel=channel).text
    assert gist in text
    assert (label in text) is (channel == "email")
    for word in ("due ", "Due", "到期", "届满", "还剩", "逾期今天", "No filing is recorded"):
        assert word not in text
