"""Sentences by locale, from the gettext catalogues in ``catalogues/``; no compile step."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, get_timezone_name
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from deadline_guard.core.rules import Title

CATALOGUES: Final = Path(__file__).parent / "catalogues"
_MANY: Final = 65_536  # numbers said in words that are kept


def mark(text: str) -> str:
    """Return ``text`` as it is: marks a word for the catalogues that is looked up later."""
    return text


class Texts:
    """One language: sentences, plural forms, dates with weekday, times with zone."""

    def __init__(self, locale: str, translations: NullTranslations) -> None:
        self.locale = locale
        self.is_chinese = locale.startswith("zh")
        self._translations = translations
        self._counted: dict[tuple[str, int], str] = {}
        self._said: dict[str, str] = {}  # only what the program itself says comes here, so it stays small

    def say(self, text: str, /, **names: object) -> str:
        """Return the sentence in this language, ``{names}`` filled in."""
        said = self._said.get(text)
        if said is None:
            said = self._said[text] = self._translations.gettext(text)
        return said.format(**names) if names else said

    def many(self, one: str, several: str, n: int, /) -> str:
        """Return the plural form for ``n``, which also fills ``{n}``."""
        said = self._counted.get((one, n))
        if said is None:
            said = self._translations.ngettext(one, several, n).format(n=n)
            if len(self._counted) < _MANY:
                self._counted[one, n] = said
        return said

    def title(self, title: Title) -> str:
        """Return a title of the rulebook, in the other language where this one is missing."""
        return title.get("zh" if self.is_chinese else "en") or next(iter(title.values()), "")

    def join(self, parts: list[str]) -> str:
        """Return a list as running text."""
        return ("、" if self.is_chinese else ", ").join(parts)

    def day(self, day: date) -> str:
        """Return a civil date with weekday: ``2026-12-03 星期四``, ``Thu 3 Dec 2026``."""
        return _day(self.locale, "yyyy-MM-dd EEEE" if self.is_chinese else "EEE d MMM yyyy", day)

    def short_day(self, day: date) -> str:
        """Return a date for narrow places: ``12月3日（四）``, ``Thu 3 Dec``."""
        return _day(self.locale, "M月d日（EEEEE）" if self.is_chinese else "EEE d MMM", day)

    def moment(self, at: datetime, zone: str) -> str:
        """Return an instant in ``zone``: ``11-27（五）17:00``, ``Fri 27 Nov 17:00``."""
        local = at.astimezone(ZoneInfo(zone))
        if self.is_chinese:
            return f"{_day(self.locale, 'MM-dd（EEEEE）', local.date())}{local:%H:%M}"
        return f"{_day(self.locale, 'EEE d MMM', local.date())} {local:%H:%M}"

    def stamp(self, at: datetime, zone: str) -> str:
        """Return an instant in ``zone`` with its year: ``2026-11-26 08:30``."""
        return _stamp(at.astimezone(UTC), zone)

    def zone(self, zone: str) -> str:
        """Return the name of a zone as people say it: ``北京时间``, ``Beijing time``."""
        if zone in ("Asia/Shanghai", "Asia/Chongqing", "PRC"):
            return self.say("Beijing time")
        return "UTC" if zone in ("UTC", "Etc/UTC") else _zone(self.locale, zone)


@lru_cache(maxsize=4096)
def _stamp(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"  # of one tick all notices have the same


@lru_cache(maxsize=65536)
def _day(locale: str, pattern: str, day: date) -> str:
    return str(format_date(day, pattern, locale=Locale.parse(locale)))


@cache
def _zone(locale: str, zone: str) -> str:
    return str(get_timezone_name(ZoneInfo(zone), width="long", locale=Locale.parse(locale)))


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
    return _safe(str(value))


@lru_cache(maxsize=4096)
def _safe(text: str) -> str:
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())
