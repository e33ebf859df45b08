"""A sentence in both languages that is an ordinary (English) string wherever one is wanted."""

from __future__ import annotations

from collections.abc import Iterable


class Text(str):
    """A sentence in English with its Chinese twin; ``str(text)`` and JSON give the English one."""

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, en: str, zh: str = "") -> Text:
        """Return the sentence; without ``zh`` the English stands for both."""
        made = super().__new__(cls, en)
        made.zh = zh or en
        return made

    def __reduce__(self) -> tuple[type[Text], tuple[str, str]]:
        """Keep both languages through pickle and copy."""
        return (Text, (str(self), self.zh))

    def said(self, locale: str) -> str:
        """Return the sentence in ``locale``: Chinese for ``zh…``, English otherwise."""
        return self.zh if locale.startswith("zh") else str(self)


def joined(parts: Iterable[str], between: str = "\n") -> Text:
    """Return several sentences as one, each in both languages as far as it has them."""
    known = list(parts)
    return Text(between.join(known), between.join(p.zh if isinstance(p, Text) else p for p in known))


def words_of(error: Exception) -> Text:
    """Return what an error says, in both languages as far as it has them."""
    first = error.args[0] if error.args else ""
    return first if isinstance(first, Text) else Text(str(error))


def both(value: str, most: int | None = None) -> dict[str, str]:
    """Return ``{"en": …, "zh": …}`` of a text or a plain string, each cut to ``most`` characters."""
    return {"en": str(value)[:most], "zh": (value.zh if isinstance(value, Text) else str(value))[:most]}
