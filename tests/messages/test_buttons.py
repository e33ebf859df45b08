"""Buttons: in the reader's language, with the message's id and nothing else, only where somebody hears them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from deadline_guard.core.notices import NoticeKind, Reason
from deadline_guard.messages import Past, Rendered, render
from deadline_guard.messages.press import buttons
from deadline_guard.messages.texts import texts
from tests.messages.test_render import DEFENCE, PARTIES, at


def made(locale: str, kind: NoticeKind = NoticeKind.LEVEL, heard: bool = True, count: int = 1) -> Rendered:
    items = [replace(DEFENCE, kind=kind)] * count
    shown = buttons(texts(locale), items, "W-10482") if heard else ()
    return render(items, kind=kind, locale=locale, channel="slack", actions=shown)


def pressed(rendered: Rendered) -> list[dict[str, Any]]:
    return [b for block in rendered.blocks if block["type"] == "actions" for b in block["elements"]]


@pytest.mark.parametrize(
    ("locale", "labels"),
    [
        ("zh_Hans", ["我已知悉", "已完成并登记…", "移交他人…", "日期不对…", "不行使权利…", "更多…", "计算依据"]),
        ("en", ["Acknowledge", "Done…", "Hand over…", "Wrong date…", "Not pursued…", "More…", "Why?"]),
    ],
)
def test_a_warning_has_its_buttons_in_the_readers_language(locale: str, labels: list[str]) -> None:
    found = pressed(made(locale))
    assert [b["text"]["text"] for b in found] == labels
    assert {b["value"] for b in found} == {"W-10482"}
    assert len({b["action_id"] for b in found}) == len(labels)


def test_a_duty_cannot_be_given_up_and_an_acknowledged_one_is_not_acknowledged_again() -> None:
    duty = replace(DEFENCE, may_decline=False)
    assert [a.label for a in buttons(texts("en"), [duty], "W-1", acknowledged=True)] == [
        "Done…", "Hand over…", "Wrong date…", "More…", "Why?",
    ]  # fmt: skip


def test_without_anybody_to_hear_there_are_no_buttons_and_the_derivation_stands_in_the_message() -> None:
    quiet, heard = str(made("en", heard=False).blocks), str(made("en").blocks)
    assert "Why Thu 3 Dec" in quiet and "deadline-guard ack" in quiet and "dg_" not in quiet
    assert "Why Thu 3 Dec" not in heard and "deadline-guard ack" not in heard


@pytest.mark.parametrize("kind", [NoticeKind.CLOSED, NoticeKind.WITHDRAWN, NoticeKind.FINDING, NoticeKind.CONFLICT])
def test_what_asks_nothing_has_no_buttons(kind: NoticeKind) -> None:
    assert buttons(texts("en"), [replace(DEFENCE, kind=kind)], "W-1") == ()


def test_a_date_to_confirm_is_confirmed_or_disputed() -> None:
    shown = buttons(texts("en"), [replace(DEFENCE, kind=NoticeKind.CONFIRM)], "W-1")
    assert [a.label for a in shown] == ["Confirm", "Wrong date…", "Why?"]


@pytest.mark.parametrize(
    ("kind", "reason", "mine", "labels"),
    [
        (NoticeKind.HAND_OVER, Reason.OFFERED, False, ["Accept", "Refuse…", "Why?"]),
        (NoticeKind.HAND_OVER, Reason.OFFERED, True, []),
        (NoticeKind.HAND_OVER, Reason.ACCEPTED, False, []),
        (NoticeKind.DISPUTE, Reason.DISPUTED, False, ["Settle the dispute…", "Why?"]),
        (NoticeKind.ACTION, Reason.NO_RESULT, False, ["Record the result…", "Why?"]),
        (NoticeKind.CONFIRM, Reason.SECOND_PERSON, False, ["Confirm", "Wrong date…", "Why?"]),
    ],
)
def test_what_one_person_asks_of_another(kind: NoticeKind, reason: Reason, mine: bool, labels: list[str]) -> None:
    item = replace(DEFENCE, kind=kind, reason=reason, reader_is_owner=mine)
    assert [a.label for a in buttons(texts("en"), [item], "W-1")] == labels


@pytest.mark.parametrize("kind", [NoticeKind.DISPUTE, NoticeKind.LEVEL])
def test_in_chat_nobodys_own_words_are_repeated(kind: NoticeKind) -> None:
    said = Past(DEFENCE.evaluated_at or at(11, 26), "disputed", "李四", detail=PARTIES)
    item = replace(DEFENCE, kind=kind, reason=Reason.DISPUTED, disputed=said, data={"why": PARTIES, "by": "李四"})
    made = render([item], kind=kind, locale="en", channel="slack")
    assert PARTIES not in str(made) and ("Disputed by 李四." in str(made)) == (kind is NoticeKind.LEVEL)
    assert PARTIES in str(render([item], kind=kind, locale="en", channel="email"))


def test_a_press_carries_no_party() -> None:
    assert PARTIES not in str(made("en", count=3).blocks)
