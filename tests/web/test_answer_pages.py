"""What the page of a link shows and does: one answer once, in the reader's language, never the parties."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from deadline_guard.core.rules import Kind, Rule
from deadline_guard.loop.tokens import sign
from tests.must.test_owner_silent import RULE
from tests.scenarios.given import DUTY, persons, ruled
from tests.scenarios.world import Sent
from tests.web.browse import Page
from tests.web.served import KEY, Firm, link_in, served


@pytest.fixture
def firm() -> Iterator[Firm]:
    with served([RULE]) as firm:
        yield firm


def near(firm: Firm, case: str = "A") -> Sent:
    """Given a case whose owner has just been told that its defence is due on 17 March."""
    firm.world.case(case)
    firm.world.event(case, "complaint_received", "2026-03-02")
    return firm.world.run_until("2026-03-10 09:00")[-1]


def test_a_mail_carries_its_buttons_as_links_and_the_plain_text_one(firm: Firm) -> None:
    letter = near(firm).letter
    link = letter.text.split("[日期不对]\n")[1].split()[0]
    assert letter.text.count("http") == 1
    assert letter.html is not None
    for label, part in (
        ("我已知悉", ""),
        ("已完成并登记", "/done"),
        ("移交他人", "/hand-over"),
        ("日期不对", "/wrong-date"),
    ):
        assert f'<a href="{link}{part}"' in letter.html
        assert f">{label}</a>" in letter.html


def test_chat_carries_one_link(firm: Firm) -> None:
    persons(firm.world, zhang={"channels": {"dingtalk": "zhang"}})
    letter = near(firm).letter
    assert letter.text.count("http") == 1
    assert len(letter.text) <= 200


def test_without_pages_or_key_there_are_no_links(firm: Firm) -> None:
    firm.world.office.answer_key = None
    assert "http" not in near(firm).letter.text


def test_the_page_names_code_what_and_date_and_asks_who_reads(firm: Firm) -> None:
    page = firm.page(near(firm))
    assert page.status == 200
    assert "提交答辩状 案件 A 截止" in page.text
    assert "2026-03-17 星期二" in page.text
    assert "您是 张三 吗？" in page.text
    assert "华山公司" not in page.html
    assert set(page.form.buttons) == {"是，我已知悉", "不是我"}


def test_yes_acknowledges_once_and_the_chain_stops(firm: Firm) -> None:
    page = firm.page(near(firm))
    seen = page.press("是，我已知悉")
    assert "您已于 03-10（二）09:00 确认知悉" in seen.text
    assert "知悉不等于完成" in seen.text
    firm.world.now += timedelta(minutes=5)
    again = page.press("是，我已知悉")
    assert again.status == 409
    assert "您已于 03-10（二）09:00 确认知悉" in again.text
    assert [(kind, data["by"], data["via"]) for kind, data in firm.answers("A")] == [("acknowledged", "zhang", "web")]
    assert firm.world.run_until("2026-03-14 08:00") == []  # the lead would have heard on 03-10 12:30
    assert [one["why"] for one in firm.ledger("refused")] == ["used"]
    assert [(one["action"], one["person"], one["address"]) for one in firm.ledger("link")] == [
        ("seen", "zhang", "127.0.0.1")
    ]


def test_done_asks_day_and_receipt_keeps_what_was_typed_and_ends_it(firm: Firm) -> None:
    form = firm.page(near(firm)).follow("已完成并登记")
    wrong = form.press("登记完成", on="2026-03-11", receipt="abc")
    assert wrong.status == 422
    assert wrong.errors == ["on", "receipt"]
    assert wrong.form.fields == {"on": "2026-03-11", "receipt": "abc"}
    before = form.press("登记完成", on="2026-02-01", receipt="EMS 1")
    assert "不能了结" in before.text
    assert before.form.fields == {"on": "2026-02-01", "receipt": "EMS 1"}
    assert firm.answers("A") == []
    right = form.press("登记完成", on="2026-03-09", receipt=" EMS 1024 ")
    assert "已登记完成" in right.text
    assert right.read.forms == []
    ((kind, data),) = firm.answers("A")
    assert (kind, data["receipt"], data["by"]) == ("defence_filed", "EMS 1024", "zhang")
    assert firm.world.advance(days=30) == []


def test_where_several_acts_end_it_one_is_chosen() -> None:
    rule = replace(RULE, done_by=("defence_filed", "settled"))
    with served([rule]) as firm:
        form = firm.page(near(firm)).follow("已完成并登记")
        assert form.press("登记完成", on="2026-03-09").errors == ["event"]
        assert "已登记完成" in form.press("登记完成", on="2026-03-09", event="settled").text
        assert [kind for kind, _ in firm.answers("A")] == ["settled"]


def test_a_right_can_be_given_up_for_a_reason_and_a_duty_not(firm: Firm) -> None:
    form = firm.page(near(firm)).follow("不行使权利")
    assert form.press("登记", reason="  ").errors == ["reason"]
    assert "已决定不行使该项权利" in form.press("登记", reason="委托人决定").text
    with served([DUTY]) as other:
        other.world.case()
        other.world.event("A", "fee_notice_received", "2026-03-02")
        link = link_in(other.world.run_until("2026-03-10 09:00")[0])
        assert "不行使权利" not in Page.at(link).links
        page = Page.at(f"{link}/not-pursued", {"act": "not_pursued", "reason": "x"})
        assert page.status == 409
        assert other.answers("A") == []


def test_shortly_before_the_date_a_second_person_confirms(firm: Firm) -> None:
    near(firm)
    last = {s.person: s for s in firm.world.run_until("2026-03-14 09:00")}
    given = firm.page(last["zhang"]).follow("不行使权利").press("登记", reason="委托人决定")
    assert "等待第二人确认" in given.text
    assert "确认" not in given.links
    form = firm.page(last["wang"]).follow("确认")
    assert "张三" in form.text
    assert "已决定不行使该项权利" in form.press("确认").text
    assert sorted(kind for kind, _ in firm.answers("A")) == ["confirmed", "not_pursued"]


def test_not_me_ends_the_link_for_every_answer_and_is_reported(firm: Firm) -> None:
    page = firm.page(near(firm))
    gone = page.press("不是我")
    assert gone.status == 410
    assert "提交答辩状" not in gone.text
    assert page.press("是，我已知悉").status == 410
    assert Page.at(f"{page.url}/done").status == 410
    assert firm.answers("A") == []
    told = [s for s in firm.world.run_until("2026-03-10 12:29") if s.person == "qian"]
    assert ["张三" in s.letter.text and "W-1" in s.letter.text for s in told] == [True]
    assert [s.person for s in firm.world.run_until("2026-03-10 12:31")] == ["wang"]  # silence goes on climbing
    assert [(one["why"], one["action"]) for one in firm.ledger("refused")] == [
        ("given_up", "not_me"), ("given_up", "seen"),
    ]  # fmt: skip


def test_a_date_that_moved_is_shown_and_not_acknowledged(firm: Firm) -> None:
    page = firm.page(near(firm))
    firm.world.event("A", "complaint_received", "2026-03-01")
    moved = Page.at(page.url)
    assert "2026-03-16 星期一" in moved.text
    assert "2026-03-17 星期二" in moved.text
    assert set(moved.form.buttons) == {"不是我"}
    assert page.press("是，我已知悉").status == 409
    assert firm.answers("A") == []
    assert "已登记完成" in moved.follow("已完成并登记").press("登记完成", on="2026-03-10").text


def test_what_has_ended_says_how_and_takes_no_answer(firm: Firm) -> None:
    page = firm.page(near(firm))
    firm.world.event("A", "defence_filed", "2026-03-10", by="li")
    assert "已登记完成" in Page.at(page.url).text
    late = page.press("是，我已知悉")
    assert late.status == 409
    assert "已登记完成" in late.text
    assert [one["why"] for one in firm.ledger("refused")] == ["ended"]


def test_an_expired_link_says_so_in_the_readers_language_and_nothing_of_the_case(firm: Firm) -> None:
    near(firm)
    token = sign(KEY, "page", 1, "zhang", firm.world.now - timedelta(hours=2))
    for page in (Page.at(f"{firm.url}/a/{token}"), Page.at(f"{firm.url}/a/{token}", {"act": "seen"})):
        assert page.status == 410
        assert "已过期" in page.text
        assert "答辩状" not in page.text
    assert [one["why"] for one in firm.ledger("refused")] == ["expired"]


def test_who_has_left_answers_no_more(firm: Firm) -> None:
    page = firm.page(near(firm))
    persons(firm.world, zhang={"active": False})
    assert Page.at(page.url).status == 403
    assert page.press("是，我已知悉").status == 403
    assert firm.answers("A") == []
    assert [one["why"] for one in firm.ledger("refused")] == ["outsider"]


def test_a_token_of_another_message_person_or_purpose_leads_nowhere(firm: Firm) -> None:
    near(firm)
    until = firm.world.now + timedelta(days=1)
    tokens = [
        sign(KEY, "page", 1, "li", until),
        sign(KEY, "page", 2, "zhang", until),
        sign(KEY, "mail", 1, "zhang", until),
        sign(KEY[::-1], "page", 1, "zhang", until),
        "a" * 50,
        "..%2f..%2fetc",
    ]
    bodies = set()
    for token in tokens:
        for page in (Page.at(f"{firm.url}/a/{token}"), Page.at(f"{firm.url}/a/{token}", {"act": "seen"})):
            assert page.status == 404
            bodies.add(page.html)
    bodies.add(Page.at(f"{firm.url}/nothing/of/the/kind").html)
    assert len(bodies) == 1  # they all look alike, and say what to do
    assert "Open the link in the message itself" in bodies.pop() and "请直接从消息中重新打开完整的链接" in page.text
    assert {one["why"] for one in firm.ledger("refused")} == {"forged"}
    assert firm.answers("A") == []


def test_a_message_about_several_is_one_page_with_one_button_and_a_page_each() -> None:
    with served([RULE, DUTY], at_once=1) as firm:
        firm.world.case()
        firm.world.event("A", "complaint_received", "2026-03-02")
        firm.world.event("A", "fee_notice_received", "2026-03-02")
        (sent,) = firm.world.run_until("2026-03-10 09:00")
        page = firm.page(sent)
        assert "2 项期限" in page.text
        assert set(page.form.buttons) == {"是，以上各项我均已知悉", "不是我"}
        one = Page.at(f"{page.url}?n=2")
        done = one.follow("已完成并登记").press("登记完成", on="2026-03-09")
        assert "已登记完成" in done.text
        assert len(firm.answers("A")) == 1
        assert "确认知悉" in page.press("是，以上各项我均已知悉").text
        kinds = sorted(kind for kind, _ in firm.answers("A"))
        assert kinds == ["acknowledged", "fee_paid"]  # only what still runs is acknowledged
        assert page.press("是，以上各项我均已知悉").status == 409
        for wrong in ("?n=3", "?n=x", "?n=-1"):
            assert Page.at(page.url + wrong).status == 404


def test_english_readers_read_english() -> None:
    with served([RULE]) as firm:
        persons(firm.world, zhang={"locale": "en"})
        page = firm.page(near(firm))
        assert "Statement of defence" in page.text
        assert "Tue 17 Mar 2026" in page.text
        assert "You acknowledged this already" in page.press("Yes, I have seen it").text


def test_under_a_path_of_a_proxy_every_address_is_below_it() -> None:
    with served([RULE], path="/deadlines") as firm:
        link = link_in(near(firm))
        assert link.startswith(f"{firm.url}/a/")
        inside = Page.at(link.replace("/deadlines", ""))  # the proxy takes its own part off
        assert inside.status == 200
        found = [v for _, attrs in inside.read.tags for k, v in attrs.items() if k in ("href", "action")]
        assert all(v.startswith("/deadlines/") or v == "data:," for v in found), found


@pytest.mark.parametrize("rule", [RULE, ruled(RULE)])
def test_methods_other_than_get_head_and_post_are_refused(rule: Rule) -> None:
    with served([rule]) as firm:
        page = firm.page(near(firm))
        for method in ("PUT", "DELETE", "PATCH"):
            refused = Page.at(page.url, method=method)
            assert refused.status == 405
            assert "POST" in refused.headers["allow"]
        head = Page.at(page.url, method="HEAD")
        assert (head.status, head.html) == (200, "")
        assert head.headers["content-length"] == page.headers["content-length"]


def test_a_press_from_another_site_or_in_another_form_is_refused(firm: Firm) -> None:
    page = firm.page(near(firm))
    assert Page.at(page.url, {"act": "seen"}, Sec_Fetch_Site="cross-site").status == 403
    assert Page.at(page.url, {"act": "seen"}, Content_Type="application/json").status == 415
    assert Page.at(page.url, {"act": "seen", "more": "x" * 20_000}).status == 413
    assert Page.at(page.url, {"act": "done"}).status == 404
    assert Page.at(page.url, {}).status == 404
    assert firm.answers("A") == []


def _every_page(firm: Firm) -> list[Page]:
    page = firm.page(near(firm))
    forms = [page.follow(label) for label in page.links]
    return [
        page,
        *forms,
        forms[0].press("登记完成", on="x"),
        page.press("是，我已知悉"),
        Page.at(f"{firm.url}/nowhere"),
    ]


def test_every_page_can_be_read_by_anybody(firm: Firm) -> None:
    """Language, title, one heading, a label for every field, no script, no style in the page, nothing from outside."""
    for page in _every_page(firm):
        tags = page.read.tags
        names = [tag for tag, _ in tags]
        attributes = [(tag, dict(found)) for tag, found in tags]
        assert attributes[0][0] == "html" and attributes[0][1]["lang"] in ("zh-Hans", "en")
        assert names.count("title") == names.count("h1") == names.count("main") == 1
        headings = [int(n[1]) for n in names if n in ("h1", "h2", "h3")]
        assert headings[0] == 1 and all(b <= a + 1 for a, b in pairwise(headings))
        labelled = {found["for"] for tag, found in attributes if tag == "label"}
        fields = [
            f for tag, f in attributes if tag in ("select", "textarea") or (tag == "input" and f["type"] != "hidden")
        ]
        assert {f["id"] for f in fields} == labelled
        ids = [found["id"] for _, found in attributes if "id" in found]
        assert len(ids) == len(set(ids))
        described = [name for f in fields for name in f.get("aria-describedby", "").split()]
        assert set(described) <= set(ids)
        assert "script" not in names and "style" not in names
        assert not [f for _, f in attributes if "style" in f or any(a.startswith("on") for a in f)]
        sources = [f.get("src") or f.get("href") or "" for _, f in attributes]
        assert not [s for s in sources if s.startswith(("http", "//"))]


def test_every_answer_is_private_and_sets_nothing(firm: Firm) -> None:
    for page in [*_every_page(firm), Page.at(f"{firm.url}/static/style.css"), Page.at(f"{firm.url}/healthz")]:
        assert "script-src" not in page.headers["content-security-policy"]
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["cache-control"] == ("public, max-age=3600" if page.url.endswith("css") else "no-store")
        assert "set-cookie" not in page.headers
        assert "server" not in page.headers


def test_what_people_type_is_shown_as_text(firm: Firm) -> None:
    form = firm.page(near(firm)).follow("已完成并登记")
    back = form.press("登记完成", on="2026-03-09", receipt='"><script>alert(1)</script>' * 4)
    assert "<script" not in back.html
    assert back.form.fields["receipt"].startswith('"><script>')


def test_a_flood_of_bad_links_fills_neither_ledger_nor_log(firm: Firm) -> None:
    link = link_in(near(firm))
    for n in range(60):
        assert Page.at(f"{firm.url}/a/{'a' * 40}{n:02}", {"act": "seen"}).status == 404
    assert len(firm.ledger("refused")) == 20
    assert "确认知悉" in Page.at(link).press("是，我已知悉").text  # a genuine link is never held back


def test_kind_of_rule_decides_what_is_offered() -> None:
    with served([replace(RULE, kind=Kind.DUTY)]) as firm:
        assert "不行使权利" not in firm.page(near(firm)).links
