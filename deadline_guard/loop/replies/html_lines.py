"""The lines that somebody wrote in an HTML mail, without the mail that it answers."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

_BREAKS: Final = frozenset(
    ("address", "br", "div", "dd", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "table",
     "td", "th", "tr", "ul")
)  # fmt: skip
_SILENT: Final = frozenset(("blockquote", "head", "script", "style", "title"))
_QUOTES: Final = ("gmail_quote", "moz-cite-prefix", "yahoo_quoted", "protonmail_quote", "gmail_attr")
# From here on everything is the earlier mail: Outlook, Outlook on phones, NetEase.
_ENDS: Final = frozenset(("divrplyfwdmsg", "isreplycontent", "mail-editor-reference-message-container", "origbody"))


def html_lines(html: str) -> list[str]:
    """Return the text by lines; what mail programs mark as a quotation is left out."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.found).splitlines()


class _Reader(HTMLParser):
    """Collects text; ``_within`` is the element being left out, with how deep elements of its name are nested."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._within = ""
        self._depth = 0
        self._ended = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._within:
            self._depth += tag == self._within
            return
        given = {name: value or "" for name, value in attrs}
        if given.get("id", "").lower() in _ENDS:
            self._ended = True
        classes = given.get("class", "").split()
        if tag in _SILENT or any(name in _QUOTES for name in classes):
            self._within, self._depth = tag, 1
        if tag in _BREAKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._within:
            self._depth -= tag == self._within
            if not self._depth:
                self._within = ""
        if tag in _BREAKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._within and not self._ended:
            self.found.append(data.replace("\r", "").replace("\n", " "))
