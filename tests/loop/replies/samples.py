"""Replies as mail programs write them, by hand: what a person typed stands above, below or between the quotation."""

from __future__ import annotations

from email.message import EmailMessage

QUOTED = "■ 临近:还剩 5 个工作日\n案件   (2026)京01民初123号\n截止   2026-12-03 星期四\n您也可以直接回复「收到」。"
MARKED = "\n".join(f"> {line}" for line in QUOTED.splitlines())

GMAIL_EN = f"""{{}}

On Mon, Nov 23, 2026 at 9:00 AM 期限预警 ■临近 <
deadlines@firm.example> wrote:

{MARKED}
"""
GMAIL_ZH = f"""{{}}

期限预警 ■临近 <deadlines@firm.example> 于2026年11月23日周一 08:30写道:

{MARKED}
"""
GMAIL_ZH_WRAPPED = f"""{{}}

期限预警 ■临近 <deadlines@firm.example>
于2026年11月23日周一 08:30写道:

{QUOTED}
"""
GMAIL_BELOW = f"""On Mon, Nov 23, 2026 at 9:00 AM 期限预警 <deadlines@firm.example> wrote:
{MARKED}

{{}}
"""
OUTLOOK_EN = f"""{{}}

Regards,
Zhang San

From: Deadline guard NEAR <deadlines@firm.example>
Sent: Monday, November 23, 2026 8:30 AM
To: Zhang San <zhang@firm.example>
Subject: [Deadline] (2026)京01民初123号 · Statement of defence · W-12

{QUOTED}
"""
OUTLOOK_ZH = f"""{{}}

________________________________
发件人: 期限预警 ■临近 <deadlines@firm.example>
发送时间: 2026年11月23日 8:30
收件人: 张三 <zhang@firm.example>
主题: [期限] (2026)京01民初123号 · 提交答辩状 · W-12

{QUOTED}
"""
OUTLOOK_OLD_ZH = f"""{{}}

-----邮件原件-----
发件人:期限预警 [mailto:deadlines@firm.example]

{QUOTED}
"""
OUTLOOK_OLD_EN = f"""{{}}

-----Original Message-----
From: Deadline guard [mailto:deadlines@firm.example]

{QUOTED}
"""
QQ = f"""{{}}




------------------ 原始邮件 ------------------
发件人: "期限预警 ■临近" <deadlines@firm.example>;
发送时间: 2026年11月23日(星期一) 上午8:30
收件人: "张三"<zhang@firm.example>;
主题: [期限] (2026)京01民初123号 · 提交答辩状 · W-12

{QUOTED}
"""
QQ_PHONE = f"""{{}}



---原始邮件---
发件人: "期限预警"<deadlines@firm.example>

{QUOTED}
"""
NETEASE = f"""{{}}


在 2026-11-23 08:30:00,"期限预警 ■临近" <deadlines@firm.example> 写道:

{MARKED}
"""
NETEASE_EN = f"""{{}}

At 2026-11-23 08:30:00, "期限预警" <deadlines@firm.example> wrote:

{QUOTED}
"""
NETEASE_PHONE = f"""{{}}

---- 回复的原邮件 ----
| 发件人 | 期限预警<deadlines@firm.example> |
| 发送日期 | 2026年11月23日 08:30 |

{QUOTED}
"""
FOXMAIL = f"""{{}}



张三
zhang@firm.example

发件人: 期限预警
发送时间: 2026-11-23 08:30
收件人: 张三

{QUOTED}
"""
ALIYUN = f"""{{}}

------------------------------------------------------------------
发件人:期限预警 <deadlines@firm.example>
发送时间:2026年11月23日(星期一) 08:30

{QUOTED}
"""
APPLE_ZH = f"""{{}}

发自我的 iPhone

> 在 2026年11月23日,08:30,期限预警 <deadlines@firm.example> 写道:
>
{MARKED}
"""
APPLE_EN = f"""{{}}

Sent from my iPhone

> On 23 Nov 2026, at 08:30, Deadline guard <deadlines@firm.example> wrote:
>
{MARKED}
"""
THUNDERBIRD = f"""On 23/11/2026 08:30, 期限预警 wrote:
{MARKED}
{{}}
--
Zhang San
"""
PLAIN = "{}\n"

STYLES = {
    "Gmail en": GMAIL_EN, "Gmail zh": GMAIL_ZH, "Gmail zh, wrapped": GMAIL_ZH_WRAPPED, "Gmail, below": GMAIL_BELOW,
    "Outlook en": OUTLOOK_EN, "Outlook zh": OUTLOOK_ZH, "Outlook 2010 zh": OUTLOOK_OLD_ZH,
    "Outlook 2010 en": OUTLOOK_OLD_EN, "QQ": QQ, "QQ phone": QQ_PHONE, "163": NETEASE, "163 en": NETEASE_EN,
    "163 phone": NETEASE_PHONE, "Foxmail": FOXMAIL, "Aliyun": ALIYUN, "Apple zh": APPLE_ZH, "Apple en": APPLE_EN,
    "Thunderbird, below": THUNDERBIRD, "nothing quoted": PLAIN,
}  # fmt: skip

OUTLOOK_HTML = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal {margin:0}</style>
<title>x</title></head><body lang="ZH-CN"><div class="WordSection1"><p class="MsoNormal"><span
style='font-family:宋体'>{}</span><o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p></div>
<div id="divRplyFwdMsg" dir="ltr"><b>发件人:</b> 期限预警<br><b>主题:</b> x</div><div>还剩 5 个工作日</div></body></html>"""
GMAIL_HTML = """<div dir="ltr">{}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Mon, Nov 23,
2026 at 9:00 AM guard wrote:<br></div><blockquote class="gmail_quote"><div>已收到</div></blockquote></div>"""
GMAIL_HTML_BELOW = """<div class="gmail_quote"><div>On Mon, X wrote:</div><blockquote>已完成 2026-11-20</blockquote></div>
<div>{}</div>"""
QQ_HTML = """<div>{}</div><div><br></div><div style="font-size: 12px">------------------&nbsp;原始邮件&nbsp;------------------</div>
<div>发件人:&nbsp;"期限预警"</div><div>还剩 5 个工作日</div>"""
NETEASE_HTML = """<div style="line-height:1.7">{}<br/><div style="position:relative"></div></div><br/>
<div id="isReplyContent">在 2026-11-23,"期限预警" 写道:<br/><blockquote>还剩</blockquote></div>"""
HTML_STYLES = {
    "Outlook": OUTLOOK_HTML, "Gmail": GMAIL_HTML, "Gmail, below": GMAIL_HTML_BELOW, "QQ": QQ_HTML, "163": NETEASE_HTML,
}  # fmt: skip


def mail(
    text: str, *, sender: str = "张三 <zhang@firm.example>", to: str = "ack+t0k@firm.example", subject: str = "回复: [期限]",
    html: bool = False, charset: str = "utf-8", transfer: str | None = None, **headers: str,
) -> bytes:  # fmt: skip
    """Return a mail as bytes; further headers by name with _ for -."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, to, subject
    made["Date"], made["Message-ID"] = "Mon, 23 Nov 2026 09:12:00 +0800", headers.pop("message_id", "<r1@firm.example>")
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text, subtype="html" if html else "plain", charset=charset, cte=transfer)
    return made.as_bytes()
