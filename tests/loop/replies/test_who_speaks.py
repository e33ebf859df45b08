"""Who speaks in a mail: the person, the person's absence, a mail server, another machine; and when one is back."""

from __future__ import annotations

from datetime import date

import pytest

from deadline_guard.loop.replies.addresses import failed_check, same_mailbox, tokens
from deadline_guard.loop.replies.coming_back import coming_back
from deadline_guard.loop.replies.incoming import incoming
from deadline_guard.loop.replies.nature import Nature, nature
from deadline_guard.loop.replies.quotes import own_lines
from tests.loop.replies.samples import mail

TODAY = date(2026, 11, 23)


def report(action: str, *, kind: str = "delivery-status", headers_only: bool = False) -> bytes:
    """Return a delivery report as Postfix writes it, about a mail that went out under a token."""
    head = "Message-ID: <W-12@firm.example>\r\nReply-To: ack+inner@firm.example\r\nX-Deadline-Guard-Delivery: W-12\r\n"
    shape = "text/rfc822-headers" if headers_only else "message/rfc822"
    return (
        "From: MAILER-DAEMON@mail.firm.example (Mail Delivery System)\r\nTo: ack+outer@firm.example\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nI'm sorry to have to inform you\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.firm.example\r\n\r\n"
        f"Final-Recipient: rfc822; gone@firm.example\r\nAction: {action}\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 <gone@firm.example> User doesn't exist\r\n\r\n"
        f"--b\r\nContent-Type: {shape}\r\n\r\n{head}\r\nSubject: x\r\n\r\n收到\r\n--b--\r\n"
    ).encode()


OOF = "Automatic reply: [Deadline] x"
MAILS = {
    "a person": (mail("收到"), Nature.PERSON),
    "Outlook in a thread of its own": (mail("收到", Thread_Index="x", X_MS_Exchange_Organization_SCL="-1"), Nature.PERSON),
    "says that it is no machine": (mail("收到", Auto_Submitted="no"), Nature.PERSON),
    "replies to an automatic reply": (mail("收到", subject="回复: [期限] 自动回复规则"), Nature.PERSON),
    "RFC 3834": (mail("away", Auto_Submitted="auto-replied"), Nature.AWAY),
    "RFC 3834, with a parameter": (mail("away", Auto_Submitted='auto-replied; owner-email="z@x"'), Nature.AWAY),
    "Exchange": (mail("x", subject=OOF, Auto_Submitted="auto-generated", X_Auto_Response_Suppress="All"), Nature.AWAY),
    "Exchange zh": (mail("x", subject="自动回复: [期限] x", Auto_Submitted="auto-generated"), Nature.AWAY),
    "QQ": (mail("x", subject="自动回复：[期限] x"), Nature.AWAY),
    "163": (mail("x", subject="自动回复:[期限] x", X_AutoReply="YES"), Nature.AWAY),
    "Foxmail": (mail("x", subject="Re:[期限] x", X_Autoreply="yes"), Nature.AWAY),
    "Gmail": (mail("x", subject="Out of office Re: x", Precedence="bulk", X_Autoreply="yes"), Nature.AWAY),
    "old vacation": (mail("x", subject="Out of Office", Precedence="junk"), Nature.AWAY),
    "Precedence: auto_reply": (mail("x", Precedence="auto_reply"), Nature.AWAY),
    "traditional": (mail("x", subject="自動回覆: x"), Nature.AWAY),
    "a mailing list's answerer": (mail("x", subject="Auto-reply: x", List_Id="<a.b>", Auto_Submitted="auto-replied"), Nature.MACHINE),
    "a mailing list": (mail("收到", List_Id="<a.b>"), Nature.MACHINE),
    "Precedence: list": (mail("收到", Precedence="list"), Nature.MACHINE),
    "bulk": (mail("收到", Precedence="bulk"), Nature.MACHINE),
    "a ticket system": (mail("收到", Auto_Submitted="auto-generated"), Nature.MACHINE),
    "a report of failure": (report("failed"), Nature.BOUNCE),
    "a report of delay": (report("delayed"), Nature.MACHINE),
    "a report of success": (report("delivered"), Nature.MACHINE),
    "a read receipt": (report("failed", kind="disposition-notification"), Nature.MACHINE),
    "QQ's letter of failure": (mail("x", sender="PostMaster@qq.com", subject="系统退信"), Nature.BOUNCE),
    "qmail": (mail("x", sender="MAILER-DAEMON@x.example", subject="failure notice"), Nature.BOUNCE),
    "no sender": (mail("x", subject="Returned mail: see transcript", Return_Path="<>"), Nature.BOUNCE),
    "Gmail's failure": (mail("x", X_Failed_Recipients="gone@x.example"), Nature.BOUNCE),
    "a letter of delay": (mail("x", sender="mailer-daemon@x.example", subject="Delayed Mail (still being retried)"), Nature.MACHINE),
    "sieve, no sender": (mail("x", subject="Auto: x", Return_Path="<>", Auto_Submitted="auto-replied (vacation)"), Nature.AWAY),
}  # fmt: skip


@pytest.mark.parametrize("name", MAILS)
def test_who_speaks(name: str) -> None:
    raw, expected = MAILS[name]
    assert nature(incoming(raw)) is expected


@pytest.mark.parametrize("headers_only", [False, True])
def test_a_report_says_why_and_carries_the_token_of_what_came_back(headers_only: bool) -> None:
    read = incoming(report("failed", headers_only=headers_only))
    assert read.report is not None
    assert "550 5.1.1" in read.report.detail
    assert tokens(read.recipients, "ack@firm.example") == ["outer"]
    assert tokens(read.report.reply_to, "ack@firm.example") == ["inner"]
    assert "收到" not in read.lines, "what came back is not what is said"


BACK = {
    "I am out of office until 2 Dec.": "2026-12-03",
    "I will be back on Wednesday, December 2, 2026.": "2026-12-02",
    "Out from 20 November until 30 November 2026 with no access to mail": "2026-12-01",
    "I am away and will return to the office on 2nd December": "2026-12-02",
    "out until Monday, Nov 30 and back on Dec 1": "2026-12-01",
    "on leave through Jan 5": "2027-01-06",
    "back in the office 2 December": "2026-12-02",
    "本人休假,至12月2日。": "2026-12-03",
    "本人于11月20日至12月2日休假，12月3日（周四）恢复上班。": "2026-12-03",
    "您好,我正在出差,将于2026年12月2日返回,急事请联系李四": "2026-12-02",
    "我在休假，时间为2026-11-20至2026-12-02": "2026-12-03",
    "休假至2026/12/2,如有急事请联系李四 138 0000 0000": "2026-12-03",
    "外出培训,12月2号返岗": "2026-12-02",
    "12月2日后回复您的邮件": "2026-12-02",
    "我将于下周回来": None,
    "Back 02/12/2026": None,
    "until further notice": None,
    "I was away until 20 November 2026": None,
    "back on 2 Dec 2031": None,
    "休假至2月30日": None,
    "The hearing is on 2 December.": None,
    "答辩状截止12月3日": "2026-12-04",  # the words of an absence are all there is to go by
}


@pytest.mark.parametrize("text", BACK)
def test_when_somebody_is_back(text: str) -> None:
    found = coming_back(own_lines(text.splitlines()), TODAY)
    assert (found.day.isoformat() if found else None) == BACK[text]


def test_a_day_in_the_quotation_is_not_the_day_of_return() -> None:
    lines = own_lines(
        ["I am away.", "", "On 23 Nov 2026, guard@firm.example wrote:", "> back on 9 Dec", "> until 8 Dec"]
    )
    assert coming_back(lines, TODAY) is None


def test_tokens_stand_in_addresses_whatever_their_case() -> None:
    asked = [
        "ACK+T0K@Firm.Example",
        "ack@firm.example",
        "ack+@firm.example",
        "ack+a+b@firm.example",
        "ack+x@evil.example",
    ]
    assert tokens([*asked, "back+y@firm.example", "ack+t0k@firm.example"], "ack@firm.example") == ["t0k", "a+b"]
    read = incoming(mail("x", to="guard@firm.example", Delivered_To="ack+d@firm.example", Cc="ack+c@firm.example"))
    assert tokens(read.recipients, "ack@firm.example") == ["d", "c"]


def test_one_mailbox_by_several_names() -> None:
    for same in ("ZHANG@firm.example", "zhang+phone@firm.example", " zhang@FIRM.example "):
        assert same_mailbox(same, "zhang@firm.example")
    for other in ("zhang@firm.example.evil", "zhan@firm.example", "", "zhang", "li@firm.example", "zhang@"):
        assert not same_mailbox(other, "zhang@firm.example")
    assert same_mailbox("z@律所.example", "z@" + "律所.example".encode("idna").decode())


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        ("zhang@firm.example", ("zhang@firm.example",)),
        ('"zhang@firm.example" <evil@x.example>', ("evil@x.example",)),
        ("=?utf-8?q?zhang=40firm=2Eexample=2C?= <evil@x.example>", ("evil@x.example",)),
        ("zhang@firm.example, evil@x.example", ("zhang@firm.example", "evil@x.example")),
        ("evil@x.example (zhang@firm.example)", ("evil@x.example",)),
    ],
)
def test_the_sender_is_the_address_and_not_the_name_beside_it(header: str, shown: tuple[str, ...]) -> None:
    raw = mail("收到").replace(b"From: =?utf-8?b?5byg5LiJ?= <zhang@firm.example>", b"From: " + header.encode())
    assert incoming(raw).sender == shown


CHECKS = {
    "mx.firm.example; dmarc=fail header.from=firm.example": "dmarc",
    "mx.firm.example; spf=fail smtp.mailfrom=x; dkim=none": "spf",
    "mx.firm.example; dkim=fail (bad signature; dmarc=pass) header.d=x": "dkim",
    "mx.firm.example; dmarc=pass; spf=fail": "",
    "mx.firm.example; spf=fail; dkim=pass": "",
    "mx.firm.example; spf=softfail": "",
    "mx.firm.example; none": "",
    "relay.elsewhere.example; dmarc=fail": "",
}


@pytest.mark.parametrize("value", CHECKS)
def test_what_the_firms_own_server_found_wrong_with_a_sender(value: str) -> None:
    read = incoming(mail("收到", Authentication_Results=value))
    assert failed_check(read, "mx.firm.example") == CHECKS[value]


def test_without_a_server_named_anybodys_failed_check_counts() -> None:
    read = incoming(mail("收到", Authentication_Results="relay.elsewhere.example; dmarc=fail"))
    assert failed_check(read, "") == "dmarc"
