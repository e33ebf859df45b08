"""The link of a morning's list: every row with its own state, answered one by one, each answer once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from deadline_guard.core.rules import Acts, Rule
from deadline_guard.errors import AnswerError, NotFoundError
from deadline_guard.loop.answers import clocks_of
from deadline_guard.views.items import Sight
from deadline_guard.views.why import why
from deadline_guard.web.answer_pages import FORMS
from tests.must.test_owner_silent import RULE
from tests.scenarios.given import DEFENCE, persons
from tests.scenarios.world import Sent
from tests.web.browse import Page
from tests.web.served import Firm, link_in, served

COURT = replace(RULE, id="cn.civ.hearing", acts=Acts.COURT, done_by=("hearing_held",))
ALL = "是，本人的各项我均已知悉"
THESE = "是，以上各项我均已知悉"
SEEN = "是，我已知悉"


@contextmanager
def office(*rules: Rule, line: str = "30 8 * * mon-fri") -> Iterator[Firm]:
    """Give a firm with a morning list, on Monday 2 March 2026 at 08:00."""
    with served(rules) as firm:
        world = firm.world
        jobs = world.office.config.jobs.model_copy(update={"morning": line})
        world.office.config = world.office.config.model_copy(update={"jobs": jobs})
        yield firm


def three(firm: Firm, owner: str = "zhang") -> None:
    """Given three cases whose defences are due on 17 March, near from the 10th."""
    for code in ("A", "B", "C"):
        firm.world.case(code, owner)
        firm.world.event(code, "complaint_received", "2026-03-02")


def morning(firm: Firm, person: str = "zhang", until: str = "2026-03-10 09:00") -> Sent:
    """Advance time; return the last morning's list to somebody."""
    sent = firm.world.run_until(until)
    return [s for s in sent if s.person == person and "/digest.morning/" in s.letter.metadata["thread"]][-1]


def row(page: Page, place: int) -> Page:
    """Open the page of one row of a list."""
    return Page.at(f"{page.url.partition('?')[0]}?n={place}")


def place_of(firm: Firm, page: Page, code: str) -> int:
    """Return the number of the row of a case."""
    return next(n for n in range(1, 30) if f"案件 {code} " in row(page, n).text)


def everything(firm: Firm) -> list[str]:
    with firm.world.store.read() as conn:
        raw = conn.connection.driver_connection
        assert raw is not None
        return list(raw.iterdump())


@pytest.fixture
def firm() -> Iterator[Firm]:
    with office(RULE) as firm:
        three(firm)
        yield firm


def test_a_list_carries_one_link_and_its_page_shows_every_row_with_its_state(firm: Firm) -> None:
    sent = morning(firm)
    assert sent.letter.text.count("http") == 1
    assert "[查看并答复]" in sent.letter.text
    number = sent.letter.delivery_id
    page = firm.page(sent)
    assert page.status == 200
    assert "您有 3 项期限" in page.text
    for n, code in enumerate(("A", "B", "C"), 1):
        assert f"■ 临近 · {code} · 2026-03-17 星期二 · {number}.{n} 未确认" in page.text
        assert f"{code} · 提交答辩状 · 2026-03-17 星期二 · 未确认 · {number}.{n}" in sent.letter.text
    assert "华山公司" not in page.html
    assert set(page.form.buttons) == {THESE, "不是我"}


def test_one_row_is_answered_and_the_others_are_not(firm: Firm) -> None:
    page = firm.page(morning(firm))
    seen = row(page, 2).press(SEEN)
    assert "您已于 03-10（二）09:00 确认知悉" in seen.text
    back = seen.follow("返回清单")
    assert back.text.count("未确认") == 2
    assert [len(firm.answers(code)) for code in "ABC"] == [0, 1, 0]
    done = row(page, 3).follow("已完成并登记").press("登记完成", on="2026-03-09")
    assert "已登记完成" in done.text
    assert [kind for code in "ABC" for kind, _ in firm.answers(code)] == ["acknowledged", "defence_filed"]
    assert "C · 2026-03-17 星期二" in done.follow("返回清单").text
    assert "已登记完成" in done.follow("返回清单").text
    assert [(one["action"], one["place"]) for one in firm.ledger("link")] == [("seen", 2), ("done", 3)]


def test_the_same_answer_of_the_same_row_is_taken_once(firm: Firm) -> None:
    page = firm.page(morning(firm))
    one = row(page, 2)
    one.press(SEEN)
    again = one.press(SEEN)
    assert again.status == 409
    assert "您已于 03-10（二）09:00 确认知悉" in again.text
    assert len(firm.answers("B")) == 1
    assert [(r["why"], r["action"]) for r in firm.ledger("refused")] == [("used", "seen")]
    assert row(page, 1).press(SEEN).status == 200  # the link still answers the other rows


def test_all_of_them_are_acknowledged_by_one_press_but_what_was_answered_is_left(firm: Firm) -> None:
    page = firm.page(morning(firm))
    row(page, 1).press(SEEN)
    row(page, 3).follow("已完成并登记").press("登记完成", on="2026-03-09")
    all_seen = page.press(THESE)
    assert "未确认" not in all_seen.text
    assert set(all_seen.form.buttons) == {"不是我"}
    assert [kind for code in "ABC" for kind, _ in firm.answers(code)] == [
        "acknowledged", "acknowledged", "defence_filed",
    ]  # fmt: skip
    assert page.press(THESE).status == 409
    assert row(page, 2).form.buttons.keys() == {"不是我"}
    assert Page.at(row(page, 2).url, {"act": "seen"}).status == 409
    assert len(firm.answers("B")) == 1


def test_looking_at_a_list_and_at_each_row_and_form_changes_nothing(firm: Firm) -> None:
    page = firm.page(morning(firm))
    before = everything(firm)
    for n in (0, 1, 2, 3):
        for part in ("", *(f"/{slug}" for slug, _ in FORMS.values())):
            for method in ("GET", "HEAD"):
                assert Page.at(f"{page.url}{part}?n={n}", method=method).status == 200
    for wrong in ("4", "0x1", "-1", "99999"):
        assert Page.at(f"{page.url}?n={wrong}").status == 404
    assert everything(firm) == before


def test_a_row_that_is_not_there_or_needs_a_form_is_refused(firm: Firm) -> None:
    page = firm.page(morning(firm))
    assert Page.at(f"{page.url}?n=4", {"act": "seen"}).status == 404
    assert Page.at(f"{page.url}/done", {"on": "2026-03-09"}).status == 404  # of all rows at once: never asked
    assert [one["why"] for one in firm.ledger("refused")] == ["forged", "forged"]
    assert [firm.answers(code) for code in "ABC"] == [[], [], []]


def test_what_became_of_a_row_since_stands_at_the_row(firm: Firm) -> None:
    page = firm.page(morning(firm))
    firm.world.event("A", "complaint_received", "2026-03-01")
    firm.world.event("B", "complaint_received", "2026-03-02", retracted=True)
    shown = Page.at(page.url).text
    assert "A · 2026-03-16 星期一" in shown
    assert "此消息发出后，日期已变更" in shown
    assert "其依据的流程节点或规则已撤销" in shown
    assert Page.at(f"{page.url}?n=1", {"act": "seen"}).status == 409
    page.press(THESE)
    assert [len(firm.answers(code)) for code in "ABC"] == [0, 0, 1]


def test_a_row_in_which_the_reader_has_no_part_any_more_is_refused(firm: Firm) -> None:
    page = firm.page(morning(firm, "wang"))  # the lead, whom nobody has warned of these yet
    known = firm.world.office.people
    firm.world.office.people = replace(known, teams={"lit": replace(known.teams["lit"], lead="li")})
    one = row(page, 2)
    assert "此项已不由您答复" in one.text
    assert set(one.form.buttons) == {"不是我"}
    assert Page.at(one.url, {"act": "seen"}).status == 403
    assert Page.at(one.url.replace("?", "/done?"), {"on": "2026-03-09"}).status == 403
    assert [one["why"] for one in firm.ledger("refused")] == ["outsider", "outsider"]
    assert [firm.answers(code) for code in "ABC"] == [[], [], []]


def test_a_lead_answers_the_rows_of_the_team_one_by_one() -> None:
    with office(RULE) as firm:
        three(firm)
        firm.world.case("W", "wang")
        firm.world.event("W", "complaint_received", "2026-03-02")
        firm.world.case("Z", case_type="labour")
        page = firm.page(morning(firm, "wang"))
        assert "您有 1 项期限" in page.text
        assert "以下无人确认" in page.text
        assert "以下案件没有规则监控 Z" in page.text
        assert set(page.form.buttons) == {ALL, "不是我"}
        page.press(ALL)
        assert [len(firm.answers(code)) for code in "ABCW"] == [0, 0, 0, 1]  # silence of the team goes on climbing
        number = place_of(firm, page, "B")
        assert "确认知悉" in row(page, number).press(SEEN).text
        assert [(kind, data["by"]) for kind, data in firm.answers("B")] == [("acknowledged", "wang")]
        assert [len(firm.answers(code)) for code in "ABCW"] == [0, 1, 0, 1]


def test_clocks_of_the_court_are_shown_and_can_only_be_disputed() -> None:
    with office(RULE, COURT) as firm:
        three(firm)
        page = firm.page(morning(firm))
        assert "仅供留意：由法院或对方行动" in page.text
        number = next(n for n in range(1, 9) if "仅供留意" in row(page, n).text)
        one = row(page, number)
        assert set(one.form.buttons) == {"不是我"}
        assert set(one.links) == {"日期不对", "返回清单"}
        assert Page.at(f"{page.url}?n={number}", {"act": "seen"}).status == 409
        page.press(THESE if THESE in page.form.buttons else ALL)
        assert [[data.get("rule") for _, data in firm.answers(code)] for code in "ABC"] == [[DEFENCE]] * 3


def test_a_list_without_anything_to_answer_has_no_link() -> None:
    with office(RULE) as firm:
        three(firm)
        empty = morning(firm, until="2026-03-02 09:00")
        assert "http" not in empty.letter.text
    with office(COURT) as firm:
        three(firm)
        assert "http" not in morning(firm).letter.text


@pytest.mark.parametrize("channel", ["dingtalk", "slack"])
def test_chat_leads_to_the_page_of_a_list_though_warnings_have_buttons_there(firm: Firm, channel: str) -> None:
    persons(firm.world, zhang={"channels": {channel: "zhang"}})
    config = firm.world.office.config
    pressed = {"slack": {"signing_secret_env": "SLACK_SIGNING_SECRET"}}
    firm.world.office.config = config.model_copy(update={"channels": pressed})
    sent = morning(firm)
    assert link_in(sent)
    assert "您有 3 项期限" in firm.page(sent).text
    if channel == "slack":
        shown = [e for block in sent.letter.blocks or () if block["type"] == "actions" for e in block["elements"]]
        assert [button.get("url") for button in shown] == [link_in(sent)]


def test_not_me_ends_the_link_for_every_row(firm: Firm) -> None:
    page = firm.page(morning(firm))
    row(page, 1).press(SEEN)
    assert page.press("不是我").status == 410
    assert row(page, 2).status == 410
    assert Page.at(f"{page.url}?n=2", {"act": "seen"}).status == 410
    assert [len(firm.answers(code)) for code in "ABC"] == [1, 0, 0]


def test_english_readers_read_english(firm: Firm) -> None:
    persons(firm.world, zhang={"locale": "en"})
    page = firm.page(morning(firm))
    assert "3 deadlines of yours" in page.text
    assert "Most urgent first" in page.text
    assert "not acknowledged" in page.text
    assert "You acknowledged this already" in row(page, 1).press("Yes, I have seen it").follow("Back to the list").text


def test_the_number_of_a_row_answers_on_the_command_line_too(firm: Firm) -> None:
    sent = morning(firm)
    with firm.world.store.read() as conn:
        (clock,) = clocks_of(firm.world.office, conn, f"{sent.letter.delivery_id}.2", firm.world.now)
        with pytest.raises(AnswerError) as refused:
            clocks_of(firm.world.office, conn, sent.letter.delivery_id, firm.world.now)
    assert clock.case.code == "B"
    assert f"{sent.letter.delivery_id}.1 … {sent.letter.delivery_id}.3" in str(refused.value)


def test_a_forwarded_list_shows_no_row_of_a_message_it_is_not(firm: Firm) -> None:
    link = link_in(morning(firm))
    other = link[:-1] + ("b" if link[-1] == "a" else "a")
    assert Page.at(other).status == 404
    assert Page.at(f"{other}?n=1", {"act": "seen"}).status == 404


def test_the_number_of_a_row_leads_back_to_why_it_was_listed(firm: Firm) -> None:
    sent = morning(firm)
    row(firm.page(sent), 2).press(SEEN)
    office = firm.world.office
    with firm.world.store.read() as conn:
        sight = Sight(office.rulebook, office.calendars, office.directory(conn))
        (one,) = why(conn, f"{sent.letter.delivery_id}.2", sight)
        with pytest.raises(NotFoundError):
            why(conn, f"{sent.letter.delivery_id}.4", sight)
    assert one.then is not None and one.then.case.code == "B"
    assert [event.kind for event in one.answers] == ["acknowledged"]
    assert one.message.person == "zhang"
    assert one.entry is not None


def test_the_summary_after_downtime_is_answered_row_by_row_too() -> None:
    with served([RULE]) as firm:
        three(firm)
        firm.world.tick()
        (sent,) = [s for s in firm.world.sleep_until("2026-03-10 12:00") if s.person == "zhang"]
        page = firm.page(sent)
        assert "您有 3 项期限" in page.text
        assert page.text.count("未确认") == 3
        row(page, 2).press(SEEN)
        assert [len(firm.answers(code)) for code in "ABC"] == [0, 1, 0]
        assert row(page, 2).press("不是我").status == 410
