"""The catalogues: every sentence in both languages, with the same names in braces; no sentence outside them."""

from __future__ import annotations

import ast
import gettext
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import deadline_guard.messages as package
from deadline_guard.messages.texts import CATALOGUES, Texts, known, texts

FOLDER = Path(package.__file__).parent
NAMES = re.compile(r"{(\w+)}")


def sentences() -> list[tuple[str, ...]]:
    """Return every sentence in the sources; plural forms as pairs."""
    keywords = {"say": None, "many": (1, 2), "mark": None}
    spoken = [FOLDER.parent / room for room in ("messages", "views", "cli", "web") if (FOLDER.parent / room).is_dir()]
    found = [m for room in spoken for _, _, m, _, _ in extract_from_dir(room, [("**.py", "python")], keywords=keywords)]
    return [m if isinstance(m, tuple) else (m,) for m in found]


@pytest.mark.parametrize("locale", ["en", "zh_Hans"])
def test_every_sentence_is_in_the_catalogue_with_the_same_names(locale: str) -> None:
    with (CATALOGUES / f"{locale}.po").open("rb") as file:
        catalogue = read_po(file, locale=locale)
    missing, different = [], []
    for forms in sentences():
        entry = catalogue.get(forms[0])
        found = entry.string if entry else ()
        said = [found] if isinstance(found, str) else list(found)
        if not said or not all(said):
            missing.append(forms[0])
        elif any(set(NAMES.findall(s)) != set(NAMES.findall(forms[-1])) for s in said):
            different.append((forms[0], said))
    assert missing == []
    assert different == []
    used = {forms[0] for forms in sentences()}
    assert [m.id for m in catalogue if m.id and (m.id if isinstance(m.id, str) else m.id[0]) not in used] == []


def test_a_chinese_sentence_is_chinese() -> None:
    with (CATALOGUES / "zh_Hans.po").open("rb") as file:
        catalogue = read_po(file, locale="zh_Hans")
    same = {"Slack", "{role} {name}"}
    untouched = [m.id for m in catalogue if m.id and m.id == m.string and m.id not in same]
    assert untouched == []


def test_no_sentence_is_hidden_from_the_catalogues() -> None:
    """What is said is a literal: an f-string or a variable would never be extracted."""
    hidden = []
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("say", "many") and node.args:
                first = node.args[0]
                literal = isinstance(first, ast.Constant)
                marked = isinstance(first, ast.Attribute | ast.Subscript)  # sign.word, ROLES[name]: marked there
                if not literal and not marked:
                    hidden.append((path.name, node.lineno))
    assert hidden == []


def test_templates_hold_no_words_of_their_own() -> None:
    for path in (FOLDER / "templates").iterdir():
        bare = re.sub(r"<style.*?</style>|<[^>]*>|{[{%#].*?[}%#]}", " ", path.read_text(encoding="utf-8"), flags=re.S)
        assert re.findall(r"[A-Za-z\u4e00-\u9fff]{2,}", bare) == [], path.name


@pytest.mark.parametrize(
    ("given", "served"),
    [("zh", "zh_Hans"), ("zh-CN", "zh_Hans"), ("zh_Hans_CN", "zh_Hans"), ("ZH", "zh_Hans"), ("en", "en"),
     ("en_GB", "en"), ("de", "en"), ("", "en")],
)  # fmt: skip
def test_any_locale_is_served(given: str, served: str) -> None:
    assert known(given) == served
    assert texts(given).locale == served


def test_dates_carry_their_weekday_and_instants_the_reader_s_zone() -> None:
    zh, en = texts("zh"), texts("en")
    day, at = date(2026, 12, 3), datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
    assert (zh.day(day), en.day(day)) == ("2026-12-03 星期四", "Thu 3 Dec 2026")
    assert (zh.short_day(day), en.short_day(day)) == ("12月3日（四）", "Thu 3 Dec")
    assert zh.moment(at, "Asia/Shanghai") == "11-27（五）17:00"
    assert en.moment(at, "America/New_York") == "Fri 27 Nov 04:00"
    assert (zh.zone("Asia/Shanghai"), en.zone("Asia/Shanghai")) == ("北京时间", "Beijing time")
    assert en.zone("America/New_York") == "Eastern Time"


def test_plural_forms() -> None:
    en = texts("en")
    one, two = (en.many("{n} working day", "{n} working days", n) for n in (1, 2))
    assert (one, two) == ("1 working day", "2 working days")
    assert texts("zh").many("{n} working day", "{n} working days", 1) == "1 个工作日"


class Pseudo(gettext.NullTranslations):
    """A language that brackets everything it says, so that a sentence outside the catalogues shows."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


def pseudo() -> Texts:
    return Texts("en", Pseudo())
