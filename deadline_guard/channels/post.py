"""JSON to an HTTP address over a kept connection; and robots, which are such addresses with a name."""

from __future__ import annotations

import http.client
import json
import select
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from deadline_guard.channels.base import DeliveryError, Outcome
from deadline_guard.core.text import Text
from deadline_guard.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said; ``retry_after`` in seconds where it named them."""

    status: int
    body: bytes
    retry_after: float | None = None

    def json(self) -> Mapping[str, Any]:
        """Return the body as a mapping; empty when it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def words(self) -> str:
        """Return the beginning of the body for a log line."""
        return " ".join(self.body.decode("utf-8", "replace").split())[:200]


@dataclass(frozen=True, slots=True)
class Robot:
    """An address that posts into one chat group; ``secret`` signs the request."""

    url: str
    secret: str | None = None


def robots(url: str, secret: str | None, where: str) -> Mapping[str, Robot]:
    """Read the ``url`` secret: one address, or a line ``name address [signing secret]`` for each robot."""
    found: dict[str, Robot] = {}
    for line in url.splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if "://" in words[0]:
            words = ["", *words]
        if len(words) not in (2, 3) or urlsplit(words[1]).scheme not in ("http", "https"):
            raise ConfigError(
                Text(
                    f"channels.{where}.url: expected one address, or lines of 'name https://… [secret]'",
                    f"channels.{where}.url:应为一个地址,或每行一个“名称 https://… [密钥]”",
                )
            )
        found[words[0]] = Robot(words[1], words[2] if len(words) == 3 else secret)
    if not found:
        raise ConfigError(
            Text(
                f"channels.{where}.url: it is empty; put the address of the robot there",
                f"channels.{where}.url:为空;请填写机器人的地址",
            )
        )
    return found


def chosen(known: Mapping[str, Robot], name: str, where: str) -> Robot:
    """Return the robot of this name; '' is the one without a name, or the only one."""
    robot = known.get(name) or (next(iter(known.values())) if not name and len(known) == 1 else None)
    if robot is None:
        names = ", ".join(n or "(without name)" for n in known)
        raise DeliveryError(
            f"{where} has no robot {name!r}, only {names}; mend people.yaml or the url file",
            Outcome.PERMANENT,
        )
    return robot


class Poster:
    """Keeps one connection a host; tells apart what never left from what left without an answer."""

    def __init__(self, timeout: float, ca_file: str | None = None) -> None:
        self._timeout = timeout
        self._ca_file = ca_file
        self._kept: dict[tuple[str, str], http.client.HTTPConnection] = {}

    def post(self, url: str, payload: Mapping[str, Any]) -> Answer:
        """POST ``payload`` once; raises a retry error before and an ambiguous one after it left."""
        parts = urlsplit(url)
        place = (parts.scheme, parts.netloc)
        connection = self._connected(place)
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        content = json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")
        try:
            connection.request("POST", target, content, {"Content-Type": "application/json; charset=utf-8"})
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._drop(place)
            raise DeliveryError(
                f"{parts.hostname} gave no answer ({error or type(error).__name__}); it may have taken the message",
                Outcome.AMBIGUOUS,
            ) from error
        if response.will_close:
            self._drop(place)
        return Answer(response.status, body, _seconds(response.getheader("Retry-After")))

    def close(self) -> None:
        """Close every connection."""
        for place in list(self._kept):
            self._drop(place)

    def _connected(self, place: tuple[str, str]) -> http.client.HTTPConnection:
        kept = self._kept.get(place)
        if kept is not None and kept.sock is not None and not select.select([kept.sock], [], [], 0)[0]:
            return kept
        self._drop(place)
        scheme, netloc = place
        connection: http.client.HTTPConnection
        if scheme == "https":
            tls = ssl.create_default_context(cafile=self._ca_file)
            connection = http.client.HTTPSConnection(netloc, timeout=self._timeout, context=tls)
        else:
            connection = http.client.HTTPConnection(netloc, timeout=self._timeout)
        try:
            connection.connect()
        except ssl.SSLCertVerificationError as error:
            raise DeliveryError(
                f"configuration: {netloc} shows a certificate that does not verify ({error.verify_message})",
                Outcome.PERMANENT,
            ) from error
        except OSError as error:
            raise DeliveryError(
                f"{netloc} cannot be reached ({error or type(error).__name__})", Outcome.RETRY
            ) from error
        self._kept[place] = connection
        return connection

    def _drop(self, place: tuple[str, str]) -> None:
        kept = self._kept.pop(place, None)
        if kept is not None:
            kept.close()


def refused(host: str, answer: Answer) -> DeliveryError:
    """Turn an HTTP status that is not 200 into an error: 429 and 5xx are tried again, the rest is final."""
    again = answer.status in (408, 429) or answer.status >= 500
    return DeliveryError(
        f"{host} answered {answer.status} {answer.words()}".rstrip(),
        Outcome.RETRY if again else Outcome.PERMANENT,
        answer.retry_after,
    )


def _seconds(header: str | None) -> float | None:
    """Return Retry-After in seconds; its other form, a date, would need a clock and is left out."""
    try:
        return max(0.0, float(header)) if header is not None else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class RobotSettings:
    """A chat robot: ``url`` is one address, or a line ``name address [signing secret]`` for each.

    ``secret`` signs for robots without their own. ``keyword``: the word that the robot demands in every text.
    ``timeout`` in seconds. In people.yaml an address is ``name``, ``name/mention`` or ``mention`` alone.
    """

    url: str
    secret: str | None = None
    keyword: str = ""
    timeout: float = 15.0
    ca_file: str | None = None


def addressed(address: str, known: Mapping[str, Robot]) -> tuple[str, str]:
    """Split an address into the robot's name and whom to mention ('' for nobody)."""
    name, slash, mention = address.strip().partition("/")
    if slash:
        return name, mention
    return (name, "") if name in known else ("", name)


def with_keyword(text: str, keyword: str) -> str:
    """Return ``text`` with the word that the robot demands, where it is not there yet."""
    return text if not keyword or keyword in text else f"{text}\n{keyword}"


def verdict(
    where: str, answer: Answer, key: str, *, later: Mapping[int, float], misconfigured: Mapping[int, str]
) -> DeliveryError | None:
    """Read the code in the body of a 200: None for 0, the only success; ``later`` are codes with seconds."""
    if answer.status != 200:
        return refused(where, answer)
    body = answer.json()
    code = body.get(key)
    if code == 0:
        return None
    if not isinstance(code, int) or isinstance(code, bool):
        words = f"{where} answered 200 without {key} ({answer.words()}); it may have taken the message"
        return DeliveryError(words, Outcome.AMBIGUOUS)
    said = f"{where}: {key} {code} {body.get('errmsg') or body.get('msg') or ''}".rstrip()[:300]
    if code in misconfigured:
        return DeliveryError(f"configuration: {said} ({misconfigured[code]})", Outcome.PERMANENT)
    if code in later:
        return DeliveryError(said, Outcome.RETRY, later[code])
    return DeliveryError(said, Outcome.PERMANENT)
