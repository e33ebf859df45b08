"""A sample of every kind of message, for tests that must hold for all of them and for the pictures in the docs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from deadline_guard.core.notices import NoticeKind, Reason
from deadline_guard.core.rules import Level
from deadline_guard.messages import Item
from tests.messages.test_render import (
    CLOSED,
    CONFIRM,
    CONFLICT,
    DEFENCE,
    FINDING,
    MOVED,
    OVERDUE,
    REPEAT,
    STEP,
    WITHDRAWN,
)  # fmt: skip

_ROW = {
    "code": "(2026)京01民初123号", "what": {"zh": "提交答辩状", "en": "Statement of defence"}, "level": "urgent",
    "due_on": "2026-12-03", "days": 3, "working": 3, "owner": "张三", "acts": "party", "answered": False,
    "provisional": False, "case": "1", "rule": "cn.civ.defence", "cycle": "docket:1",
}  # fmt: skip
MORNING = replace(
    FINDING, kind=NoticeKind.DIGEST, reason=Reason.DIGEST, finding="", code="", level=Level.EARLY, rule="digest.morning",
    data={
        "day": "2026-11-30", "until": "2026-12-07", "more": 2,
        "mine": [_ROW, _ROW | {"code": "(2026)沪02民终88号", "case": "2", "level": "near", "due_on": "2026-12-07", "days": 7,
                               "working": 5, "answered": True, "provisional": True}],
        "observe": [_ROW | {"code": "(2026)京03民初9号", "case": "3", "level": "near", "acts": "court", "days": 5, "working": 4}],
        "team": {"unowned": [_ROW | {"code": "(2026)京77民初77号", "case": "4", "owner": ""}], "unwatched": [{"code": "LA-2026-4"}]},
        "team_more": {},
    },
)  # fmt: skip
NOTHING = replace(
    MORNING,
    data={"day": "2026-11-30", "until": "2026-12-07", "mine": [], "more": 0, "observe": [], "team": {}, "team_more": {},
          "next": {"code": "A-1", "what": {"zh": "上诉", "en": "Appeal"}, "due_on": "2027-01-11"}},
)  # fmt: skip
DAILY = replace(
    MORNING, rule="digest.daily_list",
    data={
        "day": "2026-11-27", "until": "2026-11-29", "zone": "Asia/Shanghai", "more": 3, "team": {},
        "lines": [
            {"at": "2026-11-27T02:05:00+00:00", "code": "(2026)京01民初123号", "kind": kind, "old": "2026-12-01",
             "what": {"zh": "提交答辩状", "en": "Statement of defence"}, "new": "2026-12-03", "by": "张三"}
            for kind in ("entered", "moved", "done", "ended", "reopened")
        ],
    },
)  # fmt: skip
_ASKED = {"by": "zhang", "by_name": "张三", "to": "li", "to_name": "李四", "why": "开庭冲突 hearing the same day"}

ONE_OF_EACH: Mapping[str, Item] = {
    "first": DEFENCE,
    "step": STEP,
    "overdue": OVERDUE,
    "moved": MOVED,
    "closed": CLOSED,
    "withdrawn": WITHDRAWN,
    "conflict": CONFLICT,
    "confirm": CONFIRM,
    "finding": FINDING,
    "repeat": REPEAT,
    "observe": replace(DEFENCE, kind=NoticeKind.OBSERVE, reason=Reason.TO_OBSERVE),
    "hand_over": replace(DEFENCE, kind=NoticeKind.HAND_OVER, reason=Reason.OFFERED, reader_is_owner=False, data=_ASKED),
    "dispute": replace(DEFENCE, kind=NoticeKind.DISPUTE, reason=Reason.DISPUTED, data=_ASKED),
    "action": replace(STEP, kind=NoticeKind.ACTION, reason=Reason.NO_RESULT, data={"action": "call"}),
    "morning": MORNING,
    "nothing": NOTHING,
    "daily_list": DAILY,
}
