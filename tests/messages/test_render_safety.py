"""What a message can never do: break a limit, break out of its frame, miss the catalogue."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from deadline_guard.core.derivation import Skipped, Step
from deadline_guard.core.notices import NoticeKind
from deadline_guard.messages import Item, Past, render
from deadline_guard.messages import render as rendering
from tests.messages.test_render import DEFENCE, EVERY, SERVED, at, said
from tests.messages.test_texts import pseudo


def test_slack_blocks_keep_slack_s_limits_and_lead_with_a_header() -> None:
    step = Step("roll", SERVED, SERVED, 1, (Skipped(SERVED, "w" * 900),), "", "n" * 900)
    long = replace(
        DEFENCE,
        what={"zh": "事" * 400, "en": "x" * 400},
        history=tuple(Past(at(11, 26), "failed", "张三", "email", "e" * 900) for _ in range(30)),
        basis=(step,) * 20,
    )
    blocks = said(long, channel="slack").blocks
    assert blocks[0]["type"] == "header"
    assert len(blocks) <= 50
    for block in blocks:
        text = block.get("text", {}).get("text", "")
        assert len(text) <= (150 if block["type"] == "header" else 3000)
        assert all(len(f["text"]) <= 2000 for f in block.get("fields", ()))


def test_a_summary_of_a_thousand_deadlines_still_fits_into_slack() -> None:
    many = [replace(DEFENCE, warning_id=f"W-{n}", title=None) for n in range(1000)]
    made = render(many, kind=NoticeKind.SUMMARY, locale="zh", channel="slack", zone="Asia/Shanghai")
    assert len(made.blocks) <= 50
    assert len(made.text) <= 200
    assert "您有 1000 项期限" in made.text


def test_what_comes_from_outside_cannot_break_out_of_html_slack_or_a_line() -> None:
    nasty = replace(
        DEFENCE,
        code="<b>&{x}\r\nBcc: a@b",
        title="<script>alert(1)</script>",
        owner="{owner}<!channel>",
        what={"zh": "%s{n}"},
    )
    made = said(nasty)
    assert "<script>" not in made.html
    assert "\r" not in made.subject
    assert "\n" not in made.subject
    chat = said(replace(nasty, code="<!channel>"), channel="slack")
    assert "<!channel>" not in str(chat.blocks[1:]), "the header is plain text, all else is markup"
    assert chat.blocks[0]["text"]["type"] == "plain_text"
    assert "<!channel>" not in chat.text
    assert "%s{n}" in made.text


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.found += [value or "" for name, value in attrs if name in ("src", "href", "background")]


@pytest.mark.parametrize("item", EVERY, ids=lambda item: item.kind.value)
def test_the_html_asks_for_nothing_from_outside_and_says_its_language(item: Item) -> None:
    made = said(item).html
    page = _Links()
    page.feed(made)
    assert page.found == []
    assert not {"script", "img", "link", "iframe", "style"} & set(page.tags)
    assert "url(" not in made
    assert '<html lang="zh-Hans">' in made
    assert page.tags.count("h1") == 1


COMMAND = r"deadline-guard [a-z-]+ \S+"
DATA = r"W-\d+|cn\.civ\.defence@v7|Statement of defence"
DAY = r"[A-Z][a-z]{2} \d+ [A-Z][a-z]{2}( \d{4})?"


def test_every_word_of_a_message_goes_through_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a language that brackets what it says, nothing but data stands outside the brackets."""
    module = __import__("sys").modules["deadline_guard.messages.render"]
    monkeypatch.setattr(module, "texts", lambda locale: pseudo())
    plain = [replace(i, basis=(), citation="", title=None, history=(), deputy="", data={}) for i in EVERY]
    for item in plain:
        text = said(item, "en").text
        for _ in range(6):
            text = re.sub(r"⟦[^⟦⟧]*⟧", "", text)
        text = re.sub(f"{COMMAND}|{DATA}|{DAY}", "", text)
        assert re.findall(r"[A-Za-z]{3,}", text) == [], item.kind


def test_a_message_without_items_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no items"):
        rendering([], kind=NoticeKind.LEVEL, locale="en")
