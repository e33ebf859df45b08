"""A reply is recorded once, for the right person, or refused and kept in the ledger."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deadline_guard.core.rules import Level
from deadline_guard.store import people
from tests.loop.replies.desk import Post
from tests.loop.replies.samples import GMAIL_ZH, QQ, mail
from tests.loop.replies.test_who_speaks import report
from tests.scenarios.given import persons, ruled
from tests.scenarios.world import Sent, World, told


@pytest.fixture
def post() -> Iterator[Post]:
    """Given case A of zhang, near from 03-10 08:30; four hours of silence and the lead hears; replies are read."""
    world = World([ruled(tell={Level.NEAR: ("owner",)})])
    world.case()
    world.event("A", "complaint_received", "2026-03-02")
    yield Post(world)
    world.close()


@pytest.fixture
def warned(post: Post) -> Sent:
    """Given zhang was warned by mail a moment ago."""
    (sent,) = post.world.run_until("2026-03-10 08:40")
    assert sent.person == "zhang"
    return sent


def later(post: Post, until: str = "2026-03-10 13:00") -> list[tuple[str, str, str]]:
    """Return who was told of the deadline until then."""
    post.mark()
    return [t for t in told(post.world.run_until(until)) if "发现" not in t[2]]


def test_the_mail_invites_to_reply_in_both_its_parts(warned: Sent) -> None:
    assert "您也可以直接回复「收到」。" in warned.letter.text
    assert "您也可以直接回复「收到」。" in (warned.letter.html or "")


def test_without_a_reply_mailbox_the_mail_neither_invites_nor_has_a_token(post: Post) -> None:
    post.world.office.config = post.world.office.config.model_copy(update={"reply_mail": None})
    (sent,) = post.world.run_until("2026-03-10 08:40")
    assert sent.letter.reply_token is None
    assert "直接回复" not in sent.letter.text


@pytest.mark.parametrize("style", [GMAIL_ZH, QQ])
def test_received_settles_the_step(post: Post, warned: Sent, style: str) -> None:
    assert post.reply(warned, style.format("收到")) == "acknowledged"
    assert later(post) == []


def test_silence_lets_the_lead_hear(post: Post, warned: Sent) -> None:
    assert later(post) == [("03-10 12:30", "wang", "■临近")]


def test_the_leads_received_settles_it_for_the_owner_too(post: Post, warned: Sent) -> None:
    (lead,) = post.world.run_until("2026-03-10 12:40")
    assert post.reply(lead, "received") == "acknowledged"
    assert later(post, "2026-03-13 12:00") == []


def test_a_mail_is_handled_once_however_often_it_is_read(post: Post, warned: Sent) -> None:
    assert [post.reply(warned, "收到"), post.again(), post.again()] == [
        "acknowledged",
        "handled before",
        "handled before",
    ]
    assert post.kinds() == ["acknowledged"]


def test_a_crash_while_recording_leaves_nothing_half_done(
    post: Post, warned: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crash(BaseException):
        pass

    def crash(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr("deadline_guard.store.replies.record", crash)
        with pytest.raises(Crash):
            post.reply(warned, "收到")
    assert post.kinds() == []
    assert post.again() == "acknowledged"
    assert post.kinds() == ["acknowledged"]


def test_done_with_its_day_ends_the_deadline(post: Post, warned: Sent) -> None:
    assert post.reply(warned, "已完成 2026-03-09 回执 SD-7") == "done"
    assert post.kinds() == ["defence_filed"]
    assert {person for _, person, _ in later(post, "2026-03-20 12:00")} <= {"zhang"}, "only that it is closed"


@pytest.mark.parametrize("day", ["2026-03-11", "2026-03-01"])
def test_done_on_an_impossible_day_is_not_recorded_and_the_writer_learns_why(
    post: Post, warned: Sent, day: str
) -> None:
    assert post.reply(warned, f"done {day}") == "not recorded"
    assert post.kinds() == []
    (back,) = [s for s in post.world.run_until("2026-03-10 08:50") if s.person == "zhang"]
    assert day in back.letter.text
    assert "已完成 2026-11-20" in back.letter.text


def test_what_is_not_understood_is_answered_once_and_kept_for_the_admin(post: Post, warned: Sent) -> None:
    assert post.reply(warned, "请问是哪份答辩状?") == "unclear"
    told_of = post.world.run_until("2026-03-10 08:45")
    assert post.reply(warned, "喂?") == "unclear"
    told_of += post.world.run_until("2026-03-10 08:50")
    assert post.kinds() == []
    assert sorted(s.person for s in told_of) == ["qian", "qian", "zhang"]
    assert any("请问是哪份答辩状" in s.letter.text for s in told_of if s.person == "qian")
    (back,) = [s for s in told_of if s.person == "zhang"]
    assert "首行写「收到」" in back.letter.text
    assert post.reply(back, "收到") == "acknowledged", "the answer to the answer is for the warning"
    assert later(post) == []


STRANGERS = {
    "foreign address": {"sender": "zhang@elsewhere.example"},
    "a colleague": {"sender": "li@firm.example"},
    "two senders": {"sender": "zhang@firm.example, li@firm.example"},
    "no sender": {"sender": "undisclosed:;"},
    "a name that looks like the address": {"sender": '"zhang@firm.example" <x@elsewhere.example>'},
    "failed dmarc": {"Authentication_Results": "mx.firm.example; dmarc=fail"},
}


@pytest.mark.parametrize("case", STRANGERS)
def test_the_right_token_from_somebody_else_is_refused_and_reported(post: Post, warned: Sent, case: str) -> None:
    assert post.reply(warned, "收到", **STRANGERS[case]) == "refused"
    assert post.kinds() == []
    assert post.findings() == [("reply_refused", "qian")]
    (entry,) = post.refused()
    assert '"message":1' in entry.replace(" ", "")
    sent = post.world.run_until("2026-03-10 08:50")
    assert {s.person for s in sent} == {"qian"}, "nobody writes back to a stranger"


@pytest.mark.parametrize("sender", ["ZHANG@Firm.Example", "zhang+phone@firm.example", "张三 <zhang@firm.example>"])
def test_the_persons_own_address_by_another_spelling_is_taken(post: Post, warned: Sent, sender: str) -> None:
    assert post.reply(warned, "收到", sender=sender) == "acknowledged"


def test_the_token_in_capitals_is_the_same_token(post: Post, warned: Sent) -> None:
    assert post.reply(warned, "收到", to=post.address(warned).upper()) == "acknowledged"


def test_no_token_or_a_made_up_one_is_refused_without_a_word_to_anybody(post: Post, warned: Sent) -> None:
    token = warned.letter.reply_token or ""
    other = token[:-1] + ("a" if token[-1] != "a" else "b")
    for to in ("ack@firm.example", f"ack+{other}@firm.example", "ack+x@firm.example", f"guard+{token}@firm.example"):
        assert post.reply(warned, "收到", to=to) == "refused"
    assert post.kinds() == []
    assert post.findings() == []
    assert len(post.refused()) == 4
    assert post.world.run_until("2026-03-10 08:50") == []


def test_an_expired_token_is_refused_and_its_owner_alone_is_told(post: Post, warned: Sent) -> None:
    post.world.run_until("2026-05-20 09:00")
    assert post.reply(warned, "收到", sender="x@elsewhere.example") == "refused"
    assert [f for f in post.findings() if f[0].startswith("reply")] == []
    assert post.reply(warned, "收到") == "refused"
    assert [f for f in post.findings() if f[0].startswith("reply")] == [("reply_help", "zhang")]
    assert post.kinds() == []
    assert len(post.refused()) == 2


def test_a_token_for_a_message_that_is_somebody_elses_is_refused(post: Post, warned: Sent) -> None:
    with post.world.store.write() as conn:
        conn.exec_driver_sql("UPDATE message SET person = 'li', address = 'li@firm.example'")
    for sender in ("zhang@firm.example", "li@firm.example"):
        assert post.reply(warned, "收到", sender=sender) == "refused"
    assert post.kinds() == []


def test_somebody_who_left_answers_nothing(post: Post, warned: Sent) -> None:
    persons(post.world, zhang={"active": False})
    assert post.reply(warned, "收到") == "refused"
    assert post.kinds() == []


OOO = {"subject": "自动回复: [期限]", "Auto_Submitted": "auto-replied"}


def test_an_automatic_reply_brings_in_the_deputy_and_never_acknowledges(post: Post, warned: Sent) -> None:
    assert post.reply(warned, "收到\n我在休假,至3月12日。", **OOO) == "absent"
    assert post.kinds() == []
    assert later(post) == [("03-10 08:40", "li", "■临近"), ("03-10 12:30", "wang", "■临近")]
    assert "张三 的自动回复：3月13日（五）返回" in post.world.sent[-1].letter.text


def test_an_automatic_reply_without_a_day_means_a_day(post: Post, warned: Sent) -> None:
    assert post.reply(warned, "我不在办公室", **OOO) == "absent"
    with post.world.store.read() as conn:
        (absence,) = people.absences(conn)["zhang"]
    assert absence.until - absence.since == post.world.office.config.reply_mail.auto_absence  # type: ignore[union-attr]


def test_an_absence_is_recorded_once_and_extended_only_by_a_later_day(post: Post, warned: Sent) -> None:
    said = ["休假至3月12日", "休假至3月12日。", "我在休假", "休假至3月16日", "休假至3月12日!"]
    assert [post.reply(warned, text, **OOO) for text in said] == [
        "absent", "absence known", "absence known", "absent", "absence known",
    ]  # fmt: skip


def test_a_cancelled_absence_stays_cancelled_whatever_the_machine_repeats(post: Post, warned: Sent) -> None:
    assert post.reply(warned, "休假至3月12日", **OOO) == "absent"
    with post.world.store.write() as conn:
        people.cancel_absence(conn, 1, post.world.now, "wang")
    assert post.reply(warned, "休假至3月12日。", **OOO) == "absence cancelled before"
    assert post.reply(warned, "我在休假", **OOO) == "absence cancelled before"
    assert post.reply(warned, "休假至3月20日", **OOO) == "absent"


def test_an_automatic_reply_from_elsewhere_is_nobodys_absence(post: Post, warned: Sent) -> None:
    assert post.reply(warned, "休假至3月12日", sender="secretary@elsewhere.example", **OOO) == "refused"
    assert later(post) == [("03-10 12:30", "wang", "■临近")]


def test_a_list_a_receipt_and_a_delay_mean_nothing(post: Post, warned: Sent) -> None:
    assert post.reply(warned, "收到", List_Id="<all.firm.example>") == "ignored"
    delay = report("delayed").replace(b"ack+outer@firm.example", post.address(warned).encode())
    assert post.arrive(delay) == "ignored"
    assert post.kinds() == []
    assert later(post) == [("03-10 12:30", "wang", "■临近")]


def test_a_mail_that_came_back_goes_by_the_next_channel_at_once(post: Post) -> None:
    persons(post.world, zhang={"channels": {"email": "zhang@firm.example", "dingtalk": "zhang"}})
    (sent,) = [s for s in post.world.run_until("2026-03-10 08:40") if s.channel == "email"]
    with post.world.store.write() as conn:
        conn.exec_driver_sql("UPDATE message SET state = 'withdrawn' WHERE channel = 'dingtalk'")
        conn.exec_driver_sql("""UPDATE message SET fallback = '["dingtalk"]'""")
    before = len(post.world.sent)
    bounce = report("failed").replace(b"ack+inner@firm.example", post.address(sent).encode())
    assert post.arrive(bounce) == "bounced"
    post.world.run_until("2026-03-10 08:41")
    went = [(s.person, s.channel) for s in post.world.sent[before:]]
    assert ("zhang", "dingtalk") in went
    assert ("dead_channel", "qian") in post.findings()
    assert post.arrive(bounce.replace(b"MIME-Version", b"Date: Tue, 10 Mar 2026 09:00:00 +0800\r\nMIME-Version")) == (
        "bounced before"
    )


def test_a_mail_that_came_back_to_somebody_with_no_other_channel_is_a_finding(post: Post, warned: Sent) -> None:
    bounce = report("failed").replace(b"ack+outer@firm.example", post.address(warned).encode())
    assert post.arrive(bounce) == "bounced"
    assert set(post.findings()) == {("dead_channel", "qian"), ("gave_up", "qian")}


def test_a_forged_bounce_changes_nothing(post: Post, warned: Sent) -> None:
    assert post.arrive(report("failed")) == "refused"
    assert post.findings() == []


def test_one_reply_acknowledges_everything_in_a_summary_and_done_must_name_one() -> None:
    world = World([ruled(tell={Level.NEAR: ("owner",)})], at_once=1)
    for case in ("A", "B"):
        world.case(case)
        world.event(case, "complaint_received", "2026-03-02")
    post = Post(world)
    (sent,) = world.run_until("2026-03-10 08:40")
    assert "对以上各项一并有效" in sent.letter.text
    assert post.reply(sent, "done 2026-03-09") == "not recorded"
    assert post.reply(sent, "收到") == "acknowledged"
    assert post.kinds() == ["acknowledged", "acknowledged"]
    world.close()


def test_a_reply_to_what_has_ended_is_not_recorded_and_says_so(post: Post, warned: Sent) -> None:
    post.world.event("A", "defence_filed", "2026-03-09")
    assert post.reply(warned, "收到") == "not recorded"
    assert post.findings() == [("reply_help", "zhang")]


def test_a_reply_to_a_mail_with_another_date_acknowledges_nothing_but_its_own_date(post: Post, warned: Sent) -> None:
    post.world.event("A", "complaint_received", "2026-02-27")  # corrected: due three days sooner
    moved = [s for s in post.world.run_until("2026-03-10 08:50") if s.person == "zhang"]
    assert post.reply(warned, "收到") == "not recorded"
    assert post.kinds() == []
    assert ("reply_help", "zhang") in post.findings()
    assert post.reply(moved[-1], "收到") == "acknowledged"


def test_a_mail_nobody_can_read_is_refused_and_does_no_harm(post: Post) -> None:
    assert post.arrive(b"") == "refused"
    assert post.arrive(mail("收到", to="ack+\x7f@firm.example".replace("\x7f", "%"))) == "refused"
