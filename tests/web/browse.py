"""A very small browser: gets pages, finds links and forms, presses buttons; no script, no cookie."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection
from typing import Self
from urllib.parse import urlencode, urljoin, urlsplit

FORM = "application/x-www-form-urlencoded"


@dataclass
class Form:
    """A form as it stands on the page: what it would send by itself, and its buttons by their label."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.links: dict[str, str] = {}
        self.forms: list[Form] = []
        self.text: list[str] = []
        self._label: list[str] = []
        self._inside: dict[str, str] | None = None
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append((tag, found))
        if tag == "form":
            self.forms.append(Form(found["action"]))
        elif tag in ("a", "button"):
            self._inside, self._label = found, []
        elif tag == "input":
            self.forms[-1].fields[found["name"]] = found.get("value", "")
        elif tag in ("textarea", "select"):
            self.forms[-1].fields[found["name"]] = ""
            self._select = found["name"]
        elif tag == "option" and "selected" in found:
            self.forms[-1].fields[self._select] = found["value"]

    def handle_endtag(self, tag: str) -> None:
        label = "".join(self._label).strip()
        if tag == "a" and self._inside is not None:
            self.links[label] = self._inside["href"]
        elif tag == "button" and self._inside is not None:
            self.forms[-1].buttons[label] = (self._inside["name"], self._inside["value"])
        self._inside = None

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        self._label.append(data)
        if self.tags and self.tags[-1][0] == "textarea" and data:
            self.forms[-1].fields[self._select] = data


@dataclass(frozen=True)
class Page:
    """What came back, read once."""

    url: str
    status: int
    headers: Mapping[str, str]
    html: str

    @property
    def read(self) -> _Reader:
        return _Reader(self.html)

    @property
    def text(self) -> str:
        """Return what a person reads, blanks folded."""
        return " ".join(" ".join(self.read.text).split())

    @property
    def form(self) -> Form:
        return self.read.forms[0]

    @property
    def links(self) -> dict[str, str]:
        return self.read.links

    @property
    def errors(self) -> list[str]:
        """Return the names of the fields that are marked as wrong."""
        return [found["name"] for _, found in self.read.tags if found.get("aria-invalid") == "true"]

    def follow(self, label: str) -> Self:
        """Follow the link with this label."""
        return type(self).at(urljoin(self.url, self.links[label]))

    def press(self, label: str, **typed: str) -> Self:
        """Press a button of the form with what was typed, and follow where it leads."""
        form = self.form
        name, value = form.buttons[label]
        return type(self).at(urljoin(self.url, form.action), form.fields | typed | {name: value})

    @classmethod
    def at(cls, url: str, posted: Mapping[str, str] | None = None, method: str = "", **headers: str) -> Self:
        """Get a page, or post a form to it; a 303 is followed as a browser does."""
        parts = urlsplit(url)
        connection = HTTPConnection(str(parts.hostname), parts.port or 80, timeout=30)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            if posted is None:
                connection.request(method or "GET", path, headers=sent)
            else:
                connection.request(method or "POST", path, urlencode(posted), {"Content-Type": FORM} | sent)
            answer = connection.getresponse()
            body = answer.read().decode("utf-8", "replace")
            found = {name.lower(): value for name, value in answer.getheaders()}
        finally:
            connection.close()
        if answer.status == 303:
            return cls.at(urljoin(url, found["location"]))
        return cls(url, answer.status, found, body)


def free_port() -> int:
    """Return a port of loopback that is free now."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])
