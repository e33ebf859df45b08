"""What else a link can do: put off, mute, take over, take back; each once, within what the command line allows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from deadline_guard.loop.answers import acknowledge
from deadline_guard.loop.tokens import sign
from tests.must.test_owner_silent import RULE
from tests.scenarios.given import DEFENCE, DUTY, answer, persons
from tests.scenarios.world import Sent
from tests.web.browse import Page
from tests.web.served import KEY, Firm, link_in, served

SNOOZE, MUTE, TAKE_OVER, TAKE_BACK = "稍后再提醒", "静默此项", "由我接手", "撤回答复"
SLUGS = {
    "snooze": {"until": "2026-03-10T11:00"},
    "mute": {"until": "2026-03-12"},
    "take-over": {},
    "retract": {"answer": "answer:1"},
}


@pytest.fixture
def firm() -> Iterator[Firm]:
    with served([RULE]) as firm:
        firm.world.case()
        firm.world.event("A", "complaint_received", "2026-03-02")
        yield firm


def last(firm: Firm, local: str) -> dict[str, Sent]:
    """Advance time; return the last letter with a link to each person since."""
    return {s.person: s for s in firm.world.run_until(local) if "/a/" in s.letter.text}


def owner(firm: Firm) -> Page:
    """Return the page of the owner, who was warned at 08:30 of a defence due on 17 March; the lead hears at 12:30."""
    return firm.page(last(firm, "2026-03-10 09:00")["zhang"])


def kinds(firm: Firm) -> list[tuple[str, str]]:
    return [(kind, str(data["by"])) for kind, data in firm.answers("A")]


def test_a_snooze_is_offered_until_what_it_would_miss_and_not_beyond(firm: Firm) -> None:
    form = owner(firm).follow(SNOOZE)
    assert "最晚至 2026-03-10 12:30（北京时间），届时为下一级通知" in form.text
    assert form.form.fields["until"] == "2026-03-10T12:30"
    late = form.press("届时再提醒", until="2026-03-10T12:31")
    assert late.status == 422
    assert "届时将错过下一级通知(2026-03-10 12:30)" in late.text
    assert late.form.fields["until"] == "2026-03-10T12:31"
    assert form.press("届时再提醒", until="2026-03-10T08:00").status == 422  # over already
    for wrong in ("", "tomorrow", "2026-03-10", "2026-03-10T11:00+08:00"):
        assert form.press("届时再提醒", until=wrong).errors == ["until"]
    assert firm.answers("A") == []
    put_off = form.press("届时再提醒", until="2026-03-10T11:00")
    assert "您已于 03-10（二）09:00 延后提醒" in put_off.text
    assert "2026-03-10 11:00 之前不再重复提醒" in put_off.text
    ((kind, data),) = firm.answers("A")
    assert (kind, data["by"], data["via"], data["until"]) == ("snoozed", "zhang", "web", "2026-03-10T11:00:00+08:00")
    assert [s.person for s in firm.world.run_until("2026-03-10 12:31")] == ["wang"]  # the chain is told all the same


def test_what_is_overdue_is_not_put_off(firm: Firm) -> None:
    sent = last(firm, "2026-03-18 09:00")["zhang"]
    page = firm.page(sent)
    assert SNOOZE not in page.links
    assert Page.at(f"{page.url}/snooze", {"until": "2026-03-18T10:00"}).status == 409
    assert firm.answers("A") == []


def test_the_owner_may_mute_a_rule_until_a_day_and_critical_pierces(firm: Firm) -> None:
    form = owner(firm).follow(MUTE)
    for wrong in ("", "x", "2026-03-10", "2027-03-13"):
        assert form.press("静默至该日", until=wrong).errors == ["until"]
    assert firm.answers("A") == []
    muted = form.press("静默至该日", until="2026-03-13")
    assert "您已于 03-10（二）09:00 静默此项" in muted.text
    assert "静默至 2026-03-13 00:00" in muted.text
    ((kind, data),) = firm.answers("A")
    assert (kind, data["rule"], data["by"], data["via"]) == ("muted", DEFENCE, "zhang", "web")
    assert firm.world.run_until("2026-03-12 20:00") == []


def test_the_lead_takes_over_and_the_warnings_come_to_the_lead(firm: Firm) -> None:
    told = last(firm, "2026-03-10 12:31")["wang"]
    assert told.letter.html is not None
    assert f'<a href="{link_in(told)}/take-over"' in told.letter.html
    page = firm.page(told)
    taken = page.follow(TAKE_OVER).press(TAKE_OVER)
    assert "您已于 03-10（二）12:31 接手此项" in taken.text
    assert sorted(kinds(firm)) == [("hand_over_accepted", "wang"), ("handed_over", "wang")]
    assert TAKE_OVER not in taken.links
    risen = last(firm, "2026-03-14 09:00")
    assert "王五（您）" in risen["wang"].letter.text


def test_the_owner_has_nothing_to_take_over_and_whoever_was_only_told_may_not(firm: Firm) -> None:
    page = owner(firm)
    assert TAKE_OVER not in page.links
    assert Page.at(f"{page.url}/take-over", {}).status == 409
    firm.world.assign("A", "owner", "li")
    firm.world.tick()
    assert TAKE_OVER not in Page.at(page.url).links  # zhang was told once, and is neither superior nor in the chain
    assert MUTE not in Page.at(page.url).links
    for slug in ("take-over", "mute"):
        assert Page.at(f"{page.url}/{slug}", SLUGS[slug]).status == 409
    assert firm.answers("A") == []


def test_an_acknowledgement_by_mistake_is_taken_back_and_the_chain_climbs_again(firm: Firm) -> None:
    page = owner(firm)
    assert TAKE_BACK not in page.links
    seen = page.press("是，我已知悉")
    form = seen.follow(TAKE_BACK)
    assert "我已知悉 · 03-10（二）09:00 · 张三" in form.text
    firm.world.now += timedelta(minutes=5)
    taken = form.press("撤回")
    assert "您已于 03-10（二）09:05 撤回一项答复" in taken.text
    assert {"是，我已知悉", SNOOZE} & {*taken.form.buttons, *taken.links} == {SNOOZE}  # each answer once, as ever
    assert [s.person for s in firm.world.run_until("2026-03-10 12:31")] == ["wang"]


def test_done_by_mistake_is_taken_back_and_the_deadline_runs_on(firm: Firm) -> None:
    page = owner(firm)
    done = page.follow("已完成并登记").press("登记完成", on="2026-03-09", receipt="EMS 1")
    assert "已登记完成" in done.text
    firm.world.run_until("2026-03-10 09:05")
    taken = done.follow(TAKE_BACK).press("撤回")
    assert "撤回一项答复" in taken.text
    assert "已登记完成" not in taken.text
    told = firm.world.run_until("2026-03-10 10:00")
    assert "zhang" in {s.person for s in told}  # the level now, once, with a link of its own
    again = firm.page([s for s in told if s.person == "zhang" and "/a/" in s.letter.text][-1])
    assert "已登记完成" in again.follow("已完成并登记").press("登记完成", on="2026-03-09").text


def test_nobody_takes_back_what_somebody_else_answered_but_the_lead(firm: Firm) -> None:
    told = last(firm, "2026-03-10 12:31")
    firm.page(told["wang"]).press("是，我已知悉")
    page = firm.page(told["zhang"])
    (given,) = answer_ids(firm)
    assert TAKE_BACK not in page.links
    assert Page.at(f"{page.url}/retract", {"answer": given}).status == 409
    assert [one["action"] for one in firm.ledger("refused")] == ["retract"]
    firm.world.now += timedelta(minutes=1)
    answer(firm.world, lambda o, c, clock, said: acknowledge(o, c, [clock], said), "zhang")
    form = firm.page(told["wang"]).follow(TAKE_BACK)
    assert "张三" in form.text
    assert "王五" in form.text


def answer_ids(firm: Firm) -> list[str]:
    with firm.world.store.read() as conn:
        rows = conn.exec_driver_sql("SELECT source || ':' || source_id FROM event WHERE source = 'answer'").fetchall()
    return [str(row[0]) for row in rows]


def test_only_an_answer_of_this_deadline_is_taken_back() -> None:
    with served([RULE, DUTY]) as firm:
        firm.world.case()
        firm.world.event("A", "complaint_received", "2026-03-02")
        firm.world.event("A", "fee_notice_received", "2026-03-02")
        told = [s for s in firm.world.run_until("2026-03-10 09:00") if "/a/" in s.letter.text]
        defence, fee = (firm.page(s) for s in sorted(told, key=lambda s: s.letter.subject))
        fee.press("是，我已知悉")
        (given,) = answer_ids(firm)
        assert TAKE_BACK in Page.at(fee.url).links
        assert TAKE_BACK not in Page.at(defence.url).links
        assert Page.at(f"{defence.url}/retract", {"answer": given}).status == 409
        defence.press("是，我已知悉")  # now there is something to take back here too, but not that
        assert Page.at(f"{defence.url}/retract", {"answer": given}).status == 409
        assert Page.at(f"{defence.url}/retract", {"answer": ""}).errors == ["answer"]
        assert len(answer_ids(firm)) == 2
        assert TAKE_BACK in Page.at(fee.url).links
        assert [one["action"] for one in firm.ledger("refused")] == ["retract", "retract"]


@pytest.mark.parametrize("slug", sorted(SLUGS))
def test_forged_expired_and_foreign_links_do_none_of_it(firm: Firm, slug: str) -> None:
    link = link_in(last(firm, "2026-03-10 09:00")["zhang"])
    token, now = link.rpartition("/")[2], firm.world.now
    other = "b" if token[5] == "a" else "a"
    bad = {
        token[:5] + other + token[6:]: 404,
        sign(KEY, "mail", 1, "zhang", now + timedelta(days=1)): 404,
        sign(KEY, "page", 1, "li", now + timedelta(days=1)): 404,
        sign(KEY, "page", 1, "zhang", now - timedelta(hours=2)): 410,
    }
    for forged, status in bad.items():
        assert Page.at(f"{firm.url}/a/{forged}/{slug}").status == status
        assert Page.at(f"{firm.url}/a/{forged}/{slug}", SLUGS[slug]).status == status
    assert firm.answers("A") == []
    assert [one["why"] for one in firm.ledger("refused")] == [*["forged"] * 3, "expired"]


@pytest.mark.parametrize(
    ("slug", "person", "label", "typed"),
    [
        ("snooze", "zhang", "届时再提醒", {"until": "2026-03-10T14:00"}),
        ("mute", "zhang", "静默至该日", {"until": "2026-03-12"}),
        ("take-over", "wang", TAKE_OVER, {}),
        ("retract", "wang", "撤回", {}),
    ],
)
def test_each_is_taken_once_and_a_replay_is_refused_and_written_down(
    firm: Firm, slug: str, person: str, label: str, typed: dict[str, str]
) -> None:
    sent = {s.person: s for s in firm.world.run_until("2026-03-10 12:31") if "/a/" in s.letter.text}
    page = firm.page(sent[person])
    if slug == "retract":
        page.press("是，我已知悉")
    form = Page.at(f"{page.url}/{slug}")
    before = firm.count("ledger")
    assert Page.at(form.url).status == 200
    assert firm.count("ledger") == before
    assert form.press(label, **typed).status == 200
    given = firm.count("event")
    for sent_again in (form.form.fields | typed, {"until": "x", "answer": ""}):
        assert Page.at(form.url, sent_again).status == 409
    assert firm.count("event") == given
    assert [(one["why"], one["action"]) for one in firm.ledger("refused")] == [("used", slug.replace("-", "_"))] * 2
    assert [one["action"] for one in firm.ledger("link")][-1] == slug.replace("-", "_")


def test_not_me_ends_these_too(firm: Firm) -> None:
    page = owner(firm)
    page.press("不是我")
    for slug, typed in SLUGS.items():
        assert Page.at(f"{page.url}/{slug}", typed).status == 410
    assert firm.answers("A") == []


def test_a_row_of_many_has_them_too(firm: Firm) -> None:
    firm.world.office.config = firm.world.office.config.model_copy(
        update={"messages": firm.world.office.config.messages.model_copy(update={"at_once": 1})}
    )
    firm.world.case("B")
    firm.world.event("B", "complaint_received", "2026-03-02")
    page = owner(firm)
    assert "2 项期限" in page.text
    one = Page.at(f"{page.url}?n=2")
    assert {SNOOZE, MUTE} <= set(one.links)
    one.follow(SNOOZE).press("届时再提醒", until="2026-03-10T11:00")
    assert [len(firm.answers(code)) for code in ("A", "B")] == [0, 1]
    assert Page.at(f"{page.url}/snooze", {"until": "2026-03-10T11:00"}).status == 404  # never of all at once


def test_english_readers_read_english(firm: Firm) -> None:
    persons(firm.world, zhang={"locale": "en"})
    form = owner(firm).follow("Remind me later")
    assert "At the latest 2026-03-10 12:30 (Beijing time): the next step of the chain comes then." in form.text
    late = form.press("Remind me then", until="2026-03-11T12:31")
    assert "the next step of the chain at 2026-03-10 12:30 would be missed" in late.text
    assert "You put this off" in form.press("Remind me then", until="2026-03-10T11:00").text
