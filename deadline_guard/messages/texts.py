"""Sentences by locale, from the gettext catalogues in ``catalogues/``; no compile step."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone_name
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from deadline_guard.core.rules import Title

CATALOGUES: Final = Path(__file__).parent / "catalogues"


def mark(text: str) -> str:
    """Return ``text`` as it is: marks a word for the catalogues that is looked up later."""
    return text


class Texts:
    """One language: sentences, plural forms, dates with weekday, times with zone."""

    def __init__(self, locale: str, translations: NullTranslations) -> None:
        self.locale = locale
        self.is_chinese = locale.startswith("zh")
        self._babel = Locale.parse(locale)
        self._translations = translations

    def say(self, text: str, /, **names: object) -> str:
        """Return the sentence in this language, ``{names}`` filled in."""
        said = self._translations.gettext(text)
        return said.format(**names) if names else said

    def many(self, one: str, several: str, n: int, /, **names: object) -> str:
        """Return the plural form for ``n``, which also fills ``{n}``."""
        return self._translations.ngettext(one, several, n).format(n=n, **names)

    def title(self, title: Title) -> str:
        """Return a title of the rulebook, in the other language where this one is missing."""
        return title.get("zh" if self.is_chinese else "en") or next(iter(title.values()), "")

    def join(self, parts: list[str]) -> str:
        """Return a list as running text."""
        return ("、" if self.is_chinese else ", ").join(parts)

    def day(self, day: date) -> str:
        """Return a civil date with weekday: ``2026-12-03 星期四``, ``Thu 3 Dec 2026``."""
        pattern = "yyyy-MM-dd EEEE" if self.is_chinese else "EEE d MMM yyyy"
        return str(format_date(day, pattern, locale=self._babel))

    def short_day(self, day: date) -> str:
        """Return a date for narrow places: ``12月3日（四）``, ``Thu 3 Dec``."""
        pattern = "M月d日（EEEEE）" if self.is_chinese else "EEE d MMM"
        return str(format_date(day, pattern, locale=self._babel))

    def moment(self, at: datetime, zone: str) -> str:
        """Return an instant in ``zone``: ``11-27（五）17:00``, ``Fri 27 Nov 17:00``."""
        pattern = "MM-dd（EEEEE）HH:mm" if self.is_chinese else "EEE d MMM HH:mm"
        return str(format_datetime(at, pattern, tzinfo=ZoneInfo(zone), locale=self._babel))

    def stamp(self, at: datetime, zone: str) -> str:
        """Return an instant in ``zone`` with its year: ``2026-11-26 08:30``."""
        return str(format_datetime(at, "yyyy-MM-dd HH:mm", tzinfo=ZoneInfo(zone), locale=self._babel))

    def zone(self, zone: str) -> str:
        """Return the name of a zone as people say it: ``北京时间``, ``Beijing time``."""
        return _zone_name(self, zone)


@cache
def _zone_name(texts: Texts, zone: str) -> str:
    if zone in ("Asia/Shanghai", "Asia/Chongqing", "PRC"):
        return texts.say("Beijing time")
    if zone in ("UTC", "Etc/UTC"):
        return "UTC"
    return str(get_timezone_name(ZoneInfo(zone), width="long", locale=Locale.parse(texts.locale)))


def known(locale: str) -> str:
    """Return the catalogue that serves a locale: ``zh_Hans`` for any Chinese, ``en`` for the rest."""
    return "zh_Hans" if locale.lower().startswith("zh") else "en"


def texts(locale: str) -> Texts:
    """Return the sentences for a person's locale (``zh``, ``zh-CN``, ``zh_Hans``, ``en_GB`` …)."""
    return _load(known(locale))


@cache
def _load(locale: str) -> Texts:
    with (CATALOGUES / f"{locale}.po").open("rb") as file:
        catalogue = read_po(file, locale=locale)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Texts(locale, GNUTranslations(compiled))


def safe(value: Any) -> str:
    """Return a value from outside as one line without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
