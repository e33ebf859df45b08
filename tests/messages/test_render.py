"""What a person reads: content, wording and limits of every kind of message in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from deadline_guard.core.deadlines import Alternative
from deadline_guard.core.derivation import Step
from deadline_guard.core.notices import NoticeKind, Reason
from deadline_guard.core.rules import Level
from deadline_guard.core.text import Text
from deadline_guard.messages import Action, Item, Next, Past, Rendered, render
from deadline_guard.messages.words import KINDS, LEVELS

BEIJING = ZoneInfo("Asia/Shanghai")
SERVED = date(2026, 11, 18)
LATER = Alternative(date(2026, 12, 4), "the service rule")
NOT_ANNOUNCED = Text("2027 is not announced", "2027年放假安排未公布")
SERVICE = {"zh": "收到起诉状副本", "en": "Complaint received"}
PARTIES = "华山公司诉泰山公司买卖合同纠纷"


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BEIJING)


DEFENCE = Item(
    warning_id="W-10482",
    thread_id="W-10482",
    code="(2026)京01民初123号",
    title=PARTIES,
    what={"zh": "提交答辩状", "en": "Statement of defence"},
    kind=NoticeKind.LEVEL,
    reason=Reason.FIRST,
    level=Level.NEAR,
    zone="Asia/Shanghai",
    due_on=date(2026, 12, 3),
    due_at=at(12, 4),
    internal_at=at(12, 3, 17),
    working_days_left=5,
    days_left=7,
    owner="张三",
    reader_is_owner=True,
    deputy="李四",
    via=("owner",),
    next=Next(at(11, 27, 17), "王五", "lead"),
    may_decline=True,
    rule="cn.civ.defence",
    version="v7",
    citation="民事诉讼法 第128条",
    evaluated_at=at(11, 26, 8, 30),
    data_as_of=at(11, 26, 8, 25),
    basis=(
        Step("trigger", SERVED, SERVED, 0, (), "", Text("complaint received", "收到起诉状副本")),
        Step("count", SERVED, date(2026, 12, 3), 15, (), "民事诉讼法 第85条", Text("15 days", "15日")),
    ),
)
STEP = replace(
    DEFENCE,
    warning_id="W-10501",
    kind=NoticeKind.STEP,
    reason=Reason.UNANSWERED,
    level=Level.URGENT,
    reader_is_owner=False,
    via=("lead", "absent wang", "deputy li"),
    names={"wang": "王五", "li": "李四"},
    step=2,
    steps=4,
    silent_since=at(11, 26, 8, 30),
    history=(
        Past(at(11, 26, 8, 30), "accepted", "张三", "email", "250 OK 华山公司"),
        Past(at(11, 26, 8, 30), "accepted", "李四", "email", "250 OK"),
        Past(at(11, 26, 8, 30), "failed", "张三", "slack", "users_not_found"),
        Past(at(11, 26, 8, 41), "absent", "张三"),
    ),
    next=Next(at(12, 2, 9), "赵六", "partner"),
)
OVERDUE = replace(
    STEP,
    level=Level.OVERDUE,
    kind=NoticeKind.LEVEL,
    days_left=-1,
    working_days_left=-1,
    next=None,
    remedy={"zh": "障碍消除后十日内申请顺延期限", "en": "apply for restoration within 10 days of the obstacle's end"},
)
MOVED = replace(
    DEFENCE,
    kind=NoticeKind.MOVED,
    reason=Reason.MOVED_EARLIER,
    old_due_on=date(2026, 12, 7),
    moved_because="导入《2027 年放假安排》",
)
CLOSED = replace(DEFENCE, kind=NoticeKind.CLOSED, level=Level.OK, data={"state": "done", "by_name": "张三"})
WITHDRAWN = replace(DEFENCE, kind=NoticeKind.WITHDRAWN, level=Level.OK, due_on=None, due_at=None)
CONFLICT = replace(DEFENCE, kind=NoticeKind.CONFLICT, data={"other": ["2026-12-07"]})
CONFIRM = replace(DEFENCE, kind=NoticeKind.CONFIRM, unconfirmed=True)
FINDING = replace(
    DEFENCE, kind=NoticeKind.FINDING, finding="no_owner", what={}, due_on=None, due_at=None, via=("admin",), basis=()
)
REPEAT = replace(DEFENCE, kind=NoticeKind.REPEAT)
EVERY = [DEFENCE, STEP, OVERDUE, MOVED, CLOSED, WITHDRAWN, CONFLICT, CONFIRM, FINDING, REPEAT]
CHANNELS = ["email", "console", "slack", "slack_webhook", "dingtalk", "feishu", "wecom"]


def said(item: Item, locale: str = "zh_Hans", channel: str = "email", **more: object) -> Rendered:
    settings = {"person_name": "张三", "zone": "Asia/Shanghai", **more}
    return render([item], kind=item.kind, locale=locale, channel=channel, **settings)  # type: ignore[arg-type]


def test_the_first_warning_reads_like_this() -> None:
    assert said(DEFENCE).sender_name == "期限预警 ■临近"
    assert said(DEFENCE).subject == "[期限] (2026)京01民初123号 · 提交答辩状 · W-10482"
    assert (
        said(DEFENCE).text
        == """\
■ 临近：还剩 5 个工作日（7 个自然日）

案件      (2026)京01民初123号  华山公司诉泰山公司买卖合同纠纷
事项      提交答辩状
截止      2026-12-03 星期四 24:00（北京时间）；本所内控 12-03（四）17:00
负责      张三（您）　后备：李四
为何是您  您是本案的责任人

接下来：若 11-27（五）17:00 前无人确认，将通知组长 王五。

为什么是 12月3日（四）
  1  起算事由：2026-11-18 星期三；收到起诉状副本
  2  自 2026-11-18 星期三 计算至 2026-12-03 星期四；15日（民事诉讼法 第85条）
  3  规则 cn.civ.defence@v7 · 民事诉讼法 第128条
  4  本规则尚未经本所律师核对。

在命令行答复：
  deadline-guard ack W-10482
  deadline-guard done W-10482
  deadline-guard not-pursued W-10482

--
评估 2026-11-26 08:30 · 数据截至 08:25 · 预警 W-10482 · cn.civ.defence@v7
"""
    )


def test_the_escalation_reads_like_this_in_english() -> None:
    assert said(STEP, "en").sender_name == "Deadline guard ▲URGENT"
    assert (
        said(STEP, "en").text
        == """\
▲ URGENT: 5 working days (7 calendar days) left

Case      (2026)京01民初123号  华山公司诉泰山公司买卖合同纠纷
What      Statement of defence
Due       Thu 3 Dec 2026 24:00 (Beijing time); internal limit Thu 3 Dec 17:00
Owner     张三; deputy 李四
Why you   responsible here: team lead → 王五 is away → deputy is 李四; step 2 of 4

Nobody has acknowledged since Thu 26 Nov 08:30.

Next: if nobody answers by Wed 2 Dec 09:00, partner 赵六 is told.

So far
  1  Thu 26 Nov 08:30  e-mail to 张三, 李四: accepted by the server
  2  Thu 26 Nov 08:30  Slack to 张三: not delivered: users_not_found
  3  Thu 26 Nov 08:41  张三 is away

Why Thu 3 Dec
  1  Trigger: Wed 18 Nov 2026; complaint received
  2  Counted from Wed 18 Nov 2026 to Thu 3 Dec 2026; 15 days (民事诉讼法 第85条)
  3  Rule cn.civ.defence@v7 · 民事诉讼法 第128条
  4  These rules have not yet been checked by a lawyer of this firm.

Answer on the command line:
  deadline-guard ack W-10501
  deadline-guard done W-10501
  deadline-guard not-pursued W-10501

--
Evaluated 2026-11-26 08:30 · data as of 08:25 · warning W-10501 · cn.civ.defence@v7
"""
    )


def test_the_subject_is_the_same_for_the_whole_thread_whatever_happens() -> None:
    thread = [DEFENCE, STEP, OVERDUE, MOVED, CLOSED, WITHDRAWN, CONFLICT, REPEAT]
    assert {said(item).subject for item in thread} == {said(DEFENCE).subject}


def test_overdue_accuses_nobody_and_names_what_may_still_help() -> None:
    zh, en = said(OVERDUE).text, said(OVERDUE, "en").text
    assert zh.startswith("✖ 逾期：已逾期 1 个自然日")
    assert "系统中没有办结记录，可能已办理但尚未登记。" in zh
    assert "障碍消除后十日内申请顺延期限" in zh
    assert en.startswith("✖ OVERDUE: 1 calendar day past due")
    assert "No filing is recorded. It may be done but not registered." in en
    assert "Was due" in en
    for text in (said(i, "en").text for i in EVERY):
        assert "missed" not in text.lower()
        assert "due soon" not in text.lower()


@pytest.mark.parametrize(
    ("item", "zh", "en"),
    [
        (MOVED, "原 2026-12-07 星期一 → 新 2026-12-03 星期四", "Old Mon 7 Dec 2026 → new Thu 3 Dec 2026"),
        (CLOSED, "✓ 已了结：已登记办结", "✓ CLOSED: recorded as done"),
        (replace(CLOSED, data={"state": "not_pursued"}), "已决定不行使该项权利", "it was decided not to pursue this"),
        (WITHDRAWN, "此前的预警不再有效", "the warning no longer holds"),
        (CONFLICT, "另一日期：2026-12-07", "The other date: 2026-12-07."),
        (CONFIRM, "须由第二人确认", "A second person confirms it"),
        (FINDING, "⊘ 发现问题：本案没有责任人", "⊘ FINDING: this case has no owner"),
        (REPEAT, "因无人确认，再次提醒。", "Said again, because nobody has acknowledged."),
        (replace(DEFENCE, flags=("weekend",)), "不顺延", "does not roll"),
        (replace(DEFENCE, provisional=(NOT_ANNOUNCED,)), "暂定：2027年放假安排", "Provisional: 2027 is not"),
        (replace(DEFENCE, readings=(LATER,)), "另一种算法：2026-12-04", "Another reading: Fri 4 Dec 2026"),
        (replace(DEFENCE, days_left=0, working_days_left=0), "今天截止", "due today"),
        (replace(DEFENCE, via=("owner", "fallback")), "您是指定的最后接收人", "you are the named last resort"),
        (replace(STEP, data={"action": "call"}), "请您致电责任人", "You are asked to call the person responsible"),
        (replace(STEP, step=4, next=None), "您是本次上报的最后一级", "nobody is told after you"),
        (replace(DEFENCE, trigger=SERVICE, trigger_on=SERVED, trigger_by="李四"),
         "1  2026-11-18 星期三  收到起诉状副本（李四 录入）", "Wed 18 Nov 2026  Complaint received (recorded by 李四)"),
        (replace(DEFENCE, reviewed="王律师 2026-11-20"), "规则 cn.civ.defence@v7", "Rule cn.civ.defence@v7"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_each_kind_says(item: Item, zh: str, en: str) -> None:
    assert zh in said(item).text
    assert en in said(item, "en").text


def test_an_adopted_pack_is_not_called_unchecked() -> None:
    assert "尚未经本所律师核对" not in said(replace(DEFENCE, reviewed="王律师")).text


@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("item", EVERY, ids=lambda item: item.kind.value)
def test_every_message_has_sign_word_and_number_and_chat_never_names_the_parties(
    item: Item, channel: str, locale: str
) -> None:
    made = said(item, locale, channel)
    sign = KINDS.get(item.kind) or LEVELS[item.level]
    whole = made.text + str(made.blocks) + made.subject + made.sender_name
    assert made.text.startswith(sign.shape + " ")
    assert item.warning_id in made.text
    assert sign.shape in made.sender_name
    assert (sign.colour in made.html) == (channel == "email")
    assert bool(made.blocks) == channel.startswith("slack")
    if channel in ("email", "console"):
        assert PARTIES in made.text or item.kind is NoticeKind.FINDING
    else:
        assert "华山" not in whole
        assert "泰山" not in whole
        assert len(made.text) <= 200


def test_a_short_text_is_cut_where_it_hurts_least() -> None:
    long = replace(DEFENCE, what={"zh": "很" * 300, "en": "very " * 100}, code="(2026)京01民初123号")
    link = Action("查看", "https://dg.example/w/" + "x" * 40)
    text = said(long, channel="dingtalk", actions=[link]).text
    assert len(text) <= 200
    assert "(2026)京01民初123号" in text
    assert "12月3日（四）截止" in text
    assert text.endswith(link.url)


def test_links_take_the_place_of_commands_and_stand_in_the_plain_text_too() -> None:
    made = said(DEFENCE, actions=[Action("我已知悉", "https://dg.example/a?t=1&u=2")])
    assert "[我已知悉] https://dg.example/a?t=1&u=2" in made.text
    assert 'href="https://dg.example/a?t=1&amp;u=2"' in made.html
    assert "deadline-guard ack" not in made.text
    chat = said(DEFENCE, channel="slack", actions=[Action("我已知悉", "https://dg.example/a?t=1&u=2")])
    buttons = [b for b in chat.blocks if b["type"] == "actions"]
    assert buttons[0]["elements"][0]["url"] == "https://dg.example/a?t=1&u=2"


def test_a_possible_twin_says_so_everywhere() -> None:
    assert "本条可能重复" in said(DEFENCE, may_repeat=True).text
    assert "可能重复" in said(DEFENCE, channel="wecom", may_repeat=True).text
    assert "may be a repeat" in said(DEFENCE, "en", may_repeat=True).html
    assert "重复" not in said(DEFENCE).text


def test_the_summary_after_downtime_lists_the_state_now_most_urgent_first() -> None:
    items = [DEFENCE, replace(OVERDUE, code="(2026)沪02民终88号"), STEP]
    made = render(
        items, kind=NoticeKind.SUMMARY, locale="zh", zone="Asia/Shanghai", down_since=at(11, 23, 8), person_name="张三"
    )
    assert made.subject == "[期限] 汇总 ✖1 ▲1 ■1"
    assert made.sender_name == "期限预警 ✖逾期"
    assert "系统自 2026-11-23 08:00 起停止运行。以下是目前状态。" in made.text
    rows = [line for line in made.text.splitlines() if " · W-" in line and line.startswith("  ")]
    assert [re.search("[✖▲■]", row)[0] for row in rows] == ["✖", "▲", "■"]  # type: ignore[index]


THEN = "2026-11-20T00:00:00+00:00"


@pytest.mark.parametrize(
    ("finding", "data", "zh"),
    [
        ("no_rule", {}, "没有任何规则适用于本案"),
        ("stale_source", {"source": "docket", "since": THEN, "every": "1 day"}, "自 2026-11-20 08:00 起"),
        ("dead_channel", {"channel": "email", "error": "535"}, "“邮件”"),
        ("missed_tick", {"since": THEN, "until": THEN.replace("00:", "06:", 1)}, "2026-11-20 14:00"),
        ("gave_up", {"message": "W-7", "person": "张三", "error": "550 gone"}, "W-7"),
        ("cannot_decide", {"error": "ValueError"}, "ValueError"),
        ("rules_refused", {"error": "a.yaml:3:1"}, "a.yaml:3:1"),
        ("audit", {"count": 3}, "3 个案件"),
        ("fell_back", {"role": "lead"}, "组长"),
        ("one_of_next_year", {"much": "data {here}"}, "data {here}"),
        ("stale_source", {}, "?"),
    ],
)  # fmt: skip
def test_every_finding_says_what_was_found(finding: str, data: dict[str, object], zh: str) -> None:
    item = replace(FINDING, finding=finding, data=data)
    assert zh in said(item).text
    assert said(item, "en").text != said(item).text
