"""What counts as seen, what as done, and that everything else counts as nothing."""

from __future__ import annotations

from datetime import date

import pytest

from deadline_guard.loop.replies.first_line import Means, first_line
from deadline_guard.loop.replies.html_lines import html_lines
from deadline_guard.loop.replies.incoming import incoming
from deadline_guard.loop.replies.quotes import own_lines
from tests.loop.replies.samples import HTML_STYLES, MARKED, STYLES, mail

TODAY = date(2026, 11, 23)
NAMES = ("张三", "zhang", "Zhang San", "张律师")


def means(text: str) -> Means:
    return first_line(own_lines(text.splitlines()), NAMES, TODAY).means


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("line", ["收到", "Noted, thanks."])
def test_the_first_own_line_decides_however_the_program_quotes(style: str, line: str) -> None:
    assert means(STYLES[style].format(line)) is Means.SEEN
    assert means(STYLES[style].format("请问哪份答辩状")) is Means.UNCLEAR


@pytest.mark.parametrize("style", STYLES)
def test_a_reply_with_nothing_of_its_own_says_nothing_though_the_quotation_holds_the_word(style: str) -> None:
    assert means(STYLES[style].format("").replace("还剩 5 个工作日", "收到")) is Means.UNCLEAR


@pytest.mark.parametrize("style", HTML_STYLES)
def test_html_alone_is_read_without_its_quotation(style: str) -> None:
    for line, meant in (("已收到", Means.SEEN), ("再看看", Means.UNCLEAR), ("", Means.UNCLEAR)):
        text = html_lines(HTML_STYLES[style].replace("{}", line))
        assert first_line(own_lines(text), NAMES, TODAY).means is meant, (line, own_lines(text))


SEEN = (
    "收到", "收到。", "收到！", "  收到  ", "已收到", "知悉", "已知悉。", "我已知悉", "知道了", "好的", "好的，收到", "收到，谢谢！",
    "收到，张三", "收到 张律师", "收到。张三", "已阅", "明白了", "received", "Received.", "RECEIVED", "ok", "OK!", "Ok, thanks",
    "ｏｋ", "noted", "Noted with thanks.", "Noted, thank you.", "ack", "Acknowledged", "Acknowledged. Zhang San",
    "got it", "Got it, thanks - Zhang San", "Received, zhang", "收到\u200b", "\ufeff收到", "收到~", "收到…", "收到收到",
    "ok ok", "well noted",
)  # fmt: skip
UNCLEAR = (
    "收到吗?", "收到？", "没收到", "未收到", "还没有收到法院的传票", "收到传票了吗", "收到,但日期不对", "收到 已完成", "收到。请改日期",
    "not received", "received?", "ok?", "OK but the date is wrong", "not ok", "I am not noted", "nok", "okay-ish",
    "backed", "acknowledgement pending", "will do", "thanks", "谢谢", "张三", "yes", "是", "不", "no", "不知悉", "好吗", "不好",
    "收到李四", "received by the court on 3 Dec", "你好", "Hi,", "dear all", "?", "。", "",
)  # fmt: skip


@pytest.mark.parametrize("line", SEEN)
def test_seen(line: str) -> None:
    assert means(line) is Means.SEEN


@pytest.mark.parametrize("line", UNCLEAR)
def test_not_understood(line: str) -> None:
    assert means(line) is Means.UNCLEAR


def test_only_the_first_line_counts() -> None:
    assert means("王组长您好:\n收到") is Means.UNCLEAR
    assert means("收到\n我明天处理,日期好像不对") is Means.SEEN
    assert means(f"{MARKED}\n\n收到") is Means.SEEN


DONE = {
    "已完成 2026-11-20": (date(2026, 11, 20), ""),
    "done 2026-11-20": (date(2026, 11, 20), ""),
    "Done on 2026-11-20.": (date(2026, 11, 20), ""),
    "已完成，2026年11月20日": (date(2026, 11, 20), ""),
    "已完成 今天": (TODAY, ""),
    "done today": (TODAY, ""),
    "已完成 2026/11/20 回执 SD-20261120-7": (date(2026, 11, 20), "SD-20261120-7"),
    "done 2026-11-20 receipt #A12345.": (date(2026, 11, 20), "A12345"),
    "已完成 2026.11.20 （2026）京01收123号": (date(2026, 11, 20), "(2026)京01收123号"),
}
NOT_DONE = (
    "done", "已完成", "Done.", "已完成 11月20日", "done 20 Nov", "done 02/12/2026", "已完成 2026-13-01", "已完成 2026-11-20?",
    "done 2026-11-20 I think", "未完成 2026-11-20", "不是已完成 2026-11-20", "not done 2026-11-20", "done 2026-11-20 or 21",
    "已完成 2026-11-20 待确认", "done 2026-11-20 2026-11-21 A1", "almost done 2026-11-20", "已完成2026-11-20前提交",
    "done 2026-11-200",
)  # fmt: skip


@pytest.mark.parametrize("line", DONE)
def test_done_with_its_day_and_receipt(line: str) -> None:
    found = first_line(own_lines([line]), NAMES, TODAY)
    assert (found.means, found.on, found.receipt) == (Means.DONE, *DONE[line])


@pytest.mark.parametrize("line", NOT_DONE)
def test_what_is_not_said_without_a_doubt_is_not_done(line: str) -> None:
    assert means(line) is Means.UNCLEAR


CHARSETS = [
    ("gb18030", "base64"),
    ("gbk", "quoted-printable"),
    ("utf-8", "8bit"),
    ("big5", "base64"),
    ("utf-8", "base64"),
]


@pytest.mark.parametrize(("charset", "transfer"), CHARSETS)
def test_every_charset_and_encoding_is_read(charset: str, transfer: str) -> None:
    read = incoming(mail("收到\n", charset=charset, transfer=transfer))
    assert first_line(own_lines(read.lines), NAMES, TODAY).means is Means.SEEN


def test_what_is_called_gb2312_and_is_more_is_read_and_html_stands_in_for_an_empty_text() -> None:
    raw = mail("收到 朱镕\n", charset="gb18030", transfer="base64").replace(b"gb18030", b"gb2312")
    assert own_lines(incoming(raw).lines) == ["收到 朱镕"]
    both = (
        b"From: z@firm.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\n \r\n--b\r\nContent-Type: text/html; charset=nonsense\r\n\r\n"
        b"<p>\xe6\x94\xb6\xe5\x88\xb0</p>\r\n--b--\r\n"
    )
    assert own_lines(incoming(both).lines) == ["收到"]


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\x00\xff", b"From: \r\n\r\n", b"Content-Type: multipart/mixed\r\n\r\nx", b"Subject: =?utf-8?b?!!!?=\r\n\r\nx",
        b"From: <<<>>>\r\nTo: @\r\nContent-Type: text/plain; charset=\xff\r\n\r\n\xff\xfe",
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\r\n--b--",
        b"Content-Transfer-Encoding: base64\r\n\r\n%%%", b"From: a@b, c@d\r\n\r\n" + b"x" * 300_000,
    ],
)  # fmt: skip
def test_no_mail_is_too_broken_to_be_read(raw: bytes) -> None:
    assert len(incoming(raw).digest) == 64
