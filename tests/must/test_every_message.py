"""Every message in Chinese and English; the plain text stands alone; no party names in chat (issue 6, must show 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from deadline_guard.core.notices import NoticeKind
from deadline_guard.messages import Item, Rendered, render
from tests.messages.kinds import ONE_OF_EACH
from tests.messages.test_render import PARTIES

CHAT = ("slack", "slack_webhook", "dingtalk", "feishu", "wecom")
HAN = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"\b[A-Za-z]{2,}(?: [a-z]{2,}){2,}\b")  # three words in a row are a sentence
GIVEN = (  # what comes from facts is shown as it was given, in whatever language
    "hearing the same day", "Statement of defence", "250 OK", "users_not_found",
)  # fmt: skip


def made(items: Sequence[Item], locale: str, channel: str = "email", kind: NoticeKind | None = None) -> Rendered:
    return render(
        items, kind=kind or items[0].kind, locale=locale, channel=channel, person_name="张三", zone="Asia/Shanghai"
    )


def block_texts(blocks: object) -> list[str]:
    """Return every text that Slack's blocks show."""
    if isinstance(blocks, Mapping):
        own = [blocks["text"]] if isinstance(blocks.get("text"), str) else []
        return own + [text for part in blocks.values() for text in block_texts(part)]
    if isinstance(blocks, Sequence) and not isinstance(blocks, str):
        return [text for part in blocks for text in block_texts(part)]
    return []


def test_there_is_a_sample_of_every_kind() -> None:
    assert {item.kind for item in ONE_OF_EACH.values()} | {NoticeKind.SUMMARY} == set(NoticeKind)


@pytest.mark.parametrize("channel", ["email", *CHAT])
@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_in_chinese_no_english_sentence_is_left(name: str, channel: str) -> None:
    rendered = made([ONE_OF_EACH[name]], "zh_Hans", channel)
    for text in (rendered.subject, rendered.text, rendered.sender_name, *block_texts(rendered.blocks)):
        for given in GIVEN:
            text = text.replace(given, "")
        words = re.sub(r"deadline-guard [\w -]+", "", text)  # a command is typed as it stands
        assert not ENGLISH.search(words), ENGLISH.findall(words)


@pytest.mark.parametrize("channel", ["email", *CHAT])
@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_in_english_only_what_was_given_is_chinese(name: str, channel: str) -> None:
    item = replace(
        ONE_OF_EACH[name], code="A-1", title="Hua v. Tai", owner="Zhang", deputy="Li", names={}, citation="CPL 128",
        moved_because="2027 notice", trigger_by="", history=(), via=("owner",), next=None, detail="",
    )  # fmt: skip
    text = made([item], "en", channel)
    whole = re.sub(
        r"张三|李四|开庭冲突|\(2026\)\S+号|民事诉讼法 第\d+条",
        "",
        f"{text.subject} {text.text} {text.sender_name} {text.html}",
    )
    assert not HAN.search(whole), HAN.findall(whole)


@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_the_plain_text_says_everything_that_the_html_says(name: str, locale: str) -> None:
    rendered = made([ONE_OF_EACH[name]], locale)
    shown = re.sub(r"(?s)<(style|title|head)\b.*?</\1>", " ", rendered.html)
    shown = re.sub(r"<[^>]+>", "\n", shown)
    plain = re.sub(r"\s+", "", rendered.text)
    for line in filter(None, (re.sub(r"\s+", "", one) for one in shown.splitlines())):
        assert line.replace("&#39;", "'").replace("&amp;", "&").replace("&gt;", ">") in plain, line


@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
@pytest.mark.parametrize("channel", CHAT)
@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_chat_never_names_the_parties(name: str, channel: str, locale: str) -> None:
    item = replace(ONE_OF_EACH[name], title=PARTIES, detail=f"致{PARTIES}的函")
    for items, kind in (([item], item.kind), ([item, item], NoticeKind.SUMMARY)):
        rendered = made(items, locale, channel, kind)
        whole = f"{rendered.subject}{rendered.text}{rendered.blocks}{rendered.sender_name}"
        if channel in ("slack", "slack_webhook"):
            assert rendered.blocks
        assert "华山" not in whole
        assert "泰山" not in whole
