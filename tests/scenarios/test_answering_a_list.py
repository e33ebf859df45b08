"""From the mailed list of a morning to one row answered: it is told no further, while the others climb on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from tests.must.test_owner_silent import RULE
from tests.scenarios.world import Sent
from tests.web.browse import Page
from tests.web.served import Firm, served


@pytest.fixture
def firm() -> Iterator[Firm]:
    """Given a morning list at 08:30, and three defences of zhang's due on 17 March, near from the 10th."""
    with served([RULE]) as firm:
        world = firm.world
        jobs = world.office.config.jobs.model_copy(update={"morning": "30 8 * * mon-fri"})
        world.office.config = world.office.config.model_copy(update={"jobs": jobs})
        for code in ("A", "B", "C"):
            world.case(code)
            world.event(code, "complaint_received", "2026-03-02")
        yield firm


def the_list(sent: Sequence[Sent]) -> Sent:
    """Return the last list mailed to zhang."""
    return [s for s in sent if s.person == "zhang" and "/digest.morning/" in s.letter.metadata["thread"]][-1]


def warned(sent: Sequence[Sent]) -> list[tuple[str, str, str]]:
    """Return (local minute, person, case) of every warning; lists left out."""
    found = [s for s in sent if "/digest.morning/" not in s.letter.metadata["thread"]]
    return sorted((s.when, s.person, s.letter.metadata["thread"].partition("/")[0]) for s in found)


def test_one_row_answered_from_the_list_climbs_no_further_and_the_others_do(firm: Firm) -> None:
    page = firm.page(the_list(firm.world.run_until("2026-03-10 09:00")))
    Page.at(f"{page.url}?n=2").press("是，我已知悉")
    assert warned(firm.world.run_until("2026-03-10 13:00")) == [
        ("03-10 12:30", "wang", "A"),
        ("03-10 12:30", "wang", "C"),
    ]
    page.follow("答复")  # whoever looks at another row answers nothing
    later = {case for _, _, case in warned(firm.world.run_until("2026-03-13 20:00"))}
    assert "B" not in later
    assert later == {"A", "C"}
    assert {("zhang", "B")} <= {(who, case) for _, who, case in warned(firm.world.run_until("2026-03-14 12:00"))}


def test_all_rows_answered_at_once_are_all_quiet_until_the_next_level(firm: Firm) -> None:
    firm.page(the_list(firm.world.run_until("2026-03-10 09:00"))).press("是，以上各项我均已知悉")
    assert warned(firm.world.run_until("2026-03-13 20:00")) == []


def test_a_row_recorded_as_done_is_on_no_list_and_in_no_warning_again(firm: Firm) -> None:
    page = firm.page(the_list(firm.world.run_until("2026-03-10 09:00")))
    form = Page.at(f"{page.url}?n=3").follow("已完成并登记")
    assert "已登记完成" in form.press("登记完成", on="2026-03-09", receipt="EMS 1024").text
    sent = firm.world.run_until("2026-03-18 12:00")
    assert "C" not in {case for _, _, case in warned(sent)}
    assert " C · " not in the_list(sent).letter.text


def test_the_next_morning_brings_a_link_of_its_own_for_what_is_still_open(firm: Firm) -> None:
    page = firm.page(the_list(firm.world.run_until("2026-03-10 09:00")))
    Page.at(f"{page.url}?n=1").press("是，我已知悉")
    following = firm.page(the_list(firm.world.run_until("2026-03-11 09:00")))
    assert following.url != page.url
    assert following.text.count("未确认") == 2
    assert "张三已于 03-10（二）09:00 确认知悉" in following.text
