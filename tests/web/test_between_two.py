"""What one person asks of another by link: to take over, to confirm, to settle a dispute, to say what came of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.must.test_owner_silent import RULE
from tests.scenarios.given import DUTY, hours, ruled
from tests.scenarios.world import Sent
from tests.web.served import Firm, link_in, served


@pytest.fixture
def firm() -> Iterator[Firm]:
    with served([RULE]) as firm:
        firm.world.case()
        firm.world.event("A", "complaint_received", "2026-03-02")
        yield firm


def last(firm: Firm, local: str) -> dict[str, Sent]:
    """Advance time; return the last letter with a link to each person since."""
    return {s.person: s for s in firm.world.run_until(local) if "/a/" in s.letter.text}


def kinds(firm: Firm) -> list[tuple[str, str]]:
    return [(kind, str(data["by"])) for kind, data in firm.answers("A")]


def test_handed_over_it_stays_with_the_owner_until_the_other_accepts_by_link(firm: Firm) -> None:
    form = firm.page(last(firm, "2026-03-10 09:00")["zhang"]).follow("移交他人")
    assert "李四" in form.html
    assert form.press("提出移交", to="").errors == ["to"]
    assert form.press("提出移交", to="zhang").errors == ["to"]
    offered = form.press("提出移交", to="li", reason="出差")
    assert "已于 03-10（二）09:00 提出移交" in offered.text
    told = last(firm, "2026-03-10 09:10")["li"]
    page = firm.page(told)
    assert "张三提请将此项移交给您" in page.text
    assert "出差" in page.text
    firm.world.now = firm.world.at("2026-03-10 10:00")
    page.follow("接收").press("接收")
    assert kinds(firm) == [("handed_over", "zhang"), ("hand_over_accepted", "li")]
    risen = last(firm, "2026-03-14 09:00")
    assert "李四（您）" in risen["li"].letter.text


def test_a_hand_over_can_be_refused_for_a_reason(firm: Firm) -> None:
    firm.page(last(firm, "2026-03-10 09:00")["zhang"]).follow("移交他人").press("提出移交", to="li")
    form = firm.page(last(firm, "2026-03-10 09:10")["li"]).follow("拒绝接收")
    assert form.press("拒绝接收", reason="").errors == ["reason"]
    firm.world.now = firm.world.at("2026-03-10 10:00")
    form.press("拒绝接收", reason="利益冲突")
    assert kinds(firm)[-1] == ("hand_over_refused", "li")


def test_a_wrong_date_keeps_warning_until_somebody_else_settles_it(firm: Firm) -> None:
    form = firm.page(last(firm, "2026-03-10 09:00")["zhang"]).follow("日期不对")
    assert form.press("反映日期有误", reason=" ").errors == ["reason"]
    said = form.press("反映日期有误", reason="3月3日才送达")
    assert "反映日期有误" in said.text
    told = last(firm, "2026-03-10 09:10")
    page = firm.page(told["wang"])
    assert "张三认为日期有误" in page.text
    assert "3月3日才送达" in page.text
    assert "处理异议" not in said.links
    firm.world.now = firm.world.at("2026-03-10 10:00")
    page.follow("处理异议").press("登记", reason="送达回证为3月2日")
    assert kinds(firm) == [("disputed", "zhang"), ("resolved", "wang")]


def test_a_duty_that_does_not_apply_waits_for_a_second_person() -> None:
    with served([DUTY]) as firm:
        firm.world.case()
        firm.world.event("A", "fee_notice_received", "2026-03-02")
        told = last(firm, "2026-03-10 12:31")  # the lead has heard too, nobody having answered
        said = firm.page(told["zhang"]).follow("此处不适用").press("登记", reason="已免交")
        assert "等待第二人确认" in said.text
        firm.world.now = firm.world.at("2026-03-10 13:00")
        done = firm.page(told["wang"]).follow("确认").press("确认")
        assert "此项在本案中不适用" in done.text
        assert kinds(firm) == [("not_applicable", "zhang"), ("confirmed", "wang")]


def test_who_was_asked_to_call_says_what_came_of_it() -> None:
    with served([ruled(chain=(hours(4, "lead", action="call"),))]) as firm:
        firm.world.case()
        firm.world.event("A", "complaint_received", "2026-03-02")
        asked = last(firm, "2026-03-10 12:31")["wang"]
        assert link_in(asked)
        firm.page(asked).follow("登记处理结果").press("登记", reason="已电话告知张三")
        assert kinds(firm) == [("action_done", "wang")]
