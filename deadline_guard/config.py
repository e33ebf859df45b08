"""The shape of ``config.yaml``: checked values, secrets from file or environment, never from the text itself."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from deadline_guard.core.text import Text
from deadline_guard.discreet import keep_secret
from deadline_guard.errors import ConfigError

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


def _other_than(value: object, en: str, zh: str) -> Text:
    return Text(f"found {value!r}, expected {en}", f"此处是 {value!r},应为{zh}")


def _duration(value: object) -> object:
    """Read "15 minutes" as a timedelta; anything else is left for pydantic to refuse."""
    if isinstance(value, str):
        words = value.split()
        unit = words[1].rstrip("s") if len(words) == 2 else ""
        if unit in _UNITS and words[0].replace(".", "", 1).isdigit():
            return timedelta(seconds=float(words[0]) * _UNITS[unit])
    raise ValueError(_other_than(value, "a length such as '15 minutes'", "时长,如 '15 minutes'"))


def _zone(value: object) -> object:
    if value in available_timezones():
        return value
    raise ValueError(_other_than(value, "an IANA zone such as Asia/Shanghai", "IANA 时区,如 Asia/Shanghai"))


def _clock(value: object) -> object:
    try:
        return time.fromisoformat(str(value))
    except ValueError:
        raise ValueError(_other_than(value, "a time of day such as '08:30'", "一天中的时间,如 '08:30'")) from None


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Zone = Annotated[str, BeforeValidator(_zone)]
TimeOfDay = Annotated[time, BeforeValidator(_clock)]


class Section(BaseModel):
    """A part of the file; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Messages(Section):
    """How many messages are too many."""

    at_once: int = Field(default=5, ge=0, description="more for one person at one moment become one message; 0: never")
    an_hour: Mapping[str, int] = Field(
        default_factory=dict, description="messages an hour to one person by channel; what goes beyond becomes one"
    )


class Delivery(Section):
    """How messages leave."""

    threads: int = Field(default=8, ge=1, le=64, description="sender threads; each keeps its connections")
    batch: int = Field(default=200, ge=1, le=5000, description="messages leased at once")
    lease: Duration = Field(
        default=timedelta(seconds=60), description="how long a leased message belongs to its sender"
    )
    max_attempts: int = Field(default=12, ge=1, description="attempts before a message is given up, which is a finding")
    retry_first: Duration = Field(default=timedelta(seconds=30), description="first back-off; doubles with jitter")
    retry_longest: Duration = Field(default=timedelta(hours=2), description="longest back-off")
    per_host: int = Field(default=16, ge=1, description="connections to one server at most")


class Daemon(Section):
    """How often the daemon looks even when nothing is due."""

    heartbeat: Duration = Field(default=timedelta(seconds=60), description="longest sleep between two ticks")
    downtime_after: Duration = Field(
        default=timedelta(hours=1),
        description="asleep longer than this past a wake-up: one summary per person",
    )
    stale_budget: Duration = Field(
        default=timedelta(seconds=2), description="time a tick gives to re-deciding after changes"
    )
    batch: int = Field(default=5000, ge=1, description="cases decided in one transaction")


class Jobs(Section):
    """Cron lines (minute hour day month weekday; Sunday is 0 or 7) in the firm's zone."""

    audit: str = Field(default="0 3 * * *", description="recompute every live case and compare")
    sync: str = Field(default="*/15 * * * *", description="read the sources again")
    digest: str = Field(default="30 8 * * *", description="send what waits for the digest, by each person's own clock")
    morning: str = Field(
        default="30 8 * * mon-fri",
        description="each person's list, a lead's exceptions; on Mondays also to whom nothing is due; or off",
    )
    daily_list: str = Field(
        default="off",
        description="what was entered, changed, deleted and done on the days before, to be signed (see daily_list)",
    )
    gauges: str = Field(default="0 6 * * *", description="measure what no event changes")
    seal: str = Field(default="55 23 * * *", description="seal the ledger; the custodian is sent the root")


class Figures(Section):
    """Figures about persons."""

    names_for: tuple[str, ...] | None = Field(
        default=None,
        description="roles that see names beside figures; absent: lead, partner, risk where zone and locale are "
        "Chinese, else nobody",
    )


class DailyList(Section):
    """The list that the job ``jobs.daily_list`` sends, to be checked and signed."""

    to: str = Field(
        default="leads",
        description="who signs: an id of people.yaml or a role of the firm; leads: each team's lead, of the team's cases",
    )


class Watchdog(Section):
    """The small independent process that speaks when the daemon cannot."""

    limit: Duration = Field(
        default=timedelta(minutes=15), description="no finished sweep for this long: mail the admin"
    )
    admin: str = Field(default="", description="mail address told directly, without the database's help")
    locale: Literal["en", "zh_Hans"] = "en"


class Answers(Section):
    """How people may answer without an account: by the signed link and reply address in their messages."""

    key_file: Path | None = Field(
        default=None,
        description="64 hex digits (`init` makes it); without it messages carry no links and no reply address",
    )


class Web(Section):
    """The pages; `run` serves them while this section is there."""

    host: str = Field(default="127.0.0.1", description="address to listen on; a proxy in front of it speaks TLS")
    port: int = Field(default=8321, ge=1, le=65535, description="port to listen on")
    url: str = Field(pattern=r"^https?://[^/?#\s]+(/[^?#\s]*)?$", description="where readers reach it, as in messages")
    expires: Duration = Field(default=timedelta(days=60), description="how long the link in a message can answer")


class ReplyMail(Section):
    """The mailbox to which people reply; needs ``answers.key_file``. Without it mails carry no reply address."""

    host: str = Field(description="IMAP server")
    port: int = Field(default=993, ge=1, le=65535)
    tls: bool = Field(default=True, description="TLS from the first byte (993)")
    starttls: bool = Field(default=False, description="required, never merely tried; with tls: false")
    ca_file: Path | None = Field(default=None, description="a private authority")
    user: str
    password_file: Path | None = None
    password_env: str | None = None
    mailbox: str = Field(default="INBOX", description="the folder that is read")
    address: str = Field(
        pattern=r"^[A-Za-z0-9._=-]{1,12}@[^@\s]+$",
        description="its address; `ack+TOKEN@…` must arrive there too (plus addressing)",
    )
    every: Duration = Field(default=timedelta(minutes=1), description="between two looks")
    auto_absence: Duration = Field(
        default=timedelta(days=1), description="an automatic reply that names no day of return means away this long"
    )
    expires: Duration = Field(default=timedelta(days=60), description="how long a mail can be replied to")
    return_path: bool = Field(
        default=True,
        description="bounces and automatic replies come here too; false where the server lets a login send as itself only",
    )
    authserv_id: str = Field(
        default="", description="whose Authentication-Results count (the firm's own server); empty: any that says fail"
    )
    timeout: float = Field(default=30.0, gt=0, description="seconds, for every wait on the socket")

    @property
    def name(self) -> str:
        """Return how people call the mailbox: ``ack@firm.example at imap.firm.example:993, INBOX``."""
        return f"{self.user} at {self.host}:{self.port}, {self.mailbox}"

    @property
    def tokened(self) -> str:
        """Return the address with a place for the token: ``ack+{token}@firm.example``."""
        local, _, domain = self.address.rpartition("@")
        return f"{local}+{{token}}@{domain}"


class Source(Section):
    """A file that is read again by the ``sync`` job."""

    name: str
    file: Path
    mapping: Path
    snapshot: bool = False
    expect_every: Duration | None = None


class VirtualClock(Section):
    """A clock that jumps to the next thing to do; for demos, replays and tests."""

    start: datetime
    until: datetime
    pace: float = Field(default=0.0, ge=0, description="real seconds between two jumps")


class Config(Section):
    """Everything ``config.yaml`` may say; paths are relative to the file's folder."""

    database: Path = Field(default=Path("deadline_guard.db"), description="SQLite file")
    rules: tuple[Path, ...] = Field(default=(), description="the firm's own rule folders, read after the shipped ones")
    shipped_rules: bool = Field(default=True, description="read the packs that come with deadline_guard")
    people: Path = Field(default=Path("people.yaml"), description="persons, teams, roles")
    zone: Zone = "Asia/Shanghai"
    locale: Literal["en", "zh_Hans"] = "zh_Hans"
    day_starts_at: TimeOfDay = time(8, 30)
    channels: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict, description="one section a channel")
    messages: Messages = Messages()
    delivery: Delivery = Delivery()
    daemon: Daemon = Daemon()
    jobs: Jobs = Jobs()
    watchdog: Watchdog = Watchdog()
    answers: Answers = Answers()
    reply_mail: ReplyMail | None = Field(default=None, description="absent: nobody can answer by mail")
    web: Web | None = Field(default=None, description="absent: no pages, and messages carry no links")
    figures: Figures = Figures()
    daily_list: DailyList = DailyList()
    sources: tuple[Source, ...] = ()
    custodian: str = Field(default="", description="who keeps the daily seals: an id of people.yaml or a mail address")
    go_live: datetime | None = Field(default=None, description="decided before this instant: recorded, not sent")
    clock: VirtualClock | None = None
    log: Literal["debug", "info", "warning", "error"] = "info"
    folder: Path = Field(default=Path("."), exclude=True)
    file: Path | None = Field(default=None, exclude=True)

    @field_validator("reply_mail")
    @classmethod
    def _needs_key(cls, value: ReplyMail | None, info: ValidationInfo) -> ReplyMail | None:
        answers = info.data.get("answers")
        if value is not None and answers is not None and answers.key_file is None:
            raise ValueError(
                Text(
                    "replies are known by a signed address; set answers.key_file, `openssl rand -hex 32` makes one",
                    "回信凭签名地址识别;请设置 answers.key_file,可用 `openssl rand -hex 32` 生成",
                )
            )
        return value

    @property
    def tz(self) -> ZoneInfo:
        """Return the firm's zone."""
        return ZoneInfo(self.zone)

    def path(self, given: Path) -> Path:
        """Return a configured path as seen from the file's folder."""
        return given if given.is_absolute() else self.folder / given


def parse(data: Mapping[str, Any], file: Path) -> tuple[Config | None, list[tuple[tuple[str | int, ...], Any]]]:
    """Return the configuration, or every problem as (place in the file, pydantic's error)."""
    try:
        return Config.model_validate({**data, "folder": file.resolve().parent, "file": file}), []
    except ValidationError as refused:
        return None, [(tuple(e["loc"]), e) for e in refused.errors(include_url=False)]


def keys_at(path: Sequence[str | int]) -> list[str]:
    """Return the keys that may stand at a place of the file; none where any may."""
    here: Any = Config
    for part in path:
        field = here.model_fields.get(str(part)) if here is not None else None
        named = (field.annotation, *get_args(field.annotation)) if field is not None else ()
        here = next((one for one in named if isinstance(one, type) and issubclass(one, BaseModel)), here)
        if field is None and not isinstance(part, int):
            return []
    return [name for name, field in here.model_fields.items() if not field.exclude]


def answer_key(config: Config) -> bytes | None:
    """Return the key that signs answer tokens, None where none is configured; raises ConfigError for a bad file."""
    if config.answers.key_file is None:
        return None
    path = config.path(config.answers.key_file)
    try:
        key = bytes.fromhex(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = (
            Text(str(error.strerror))
            if isinstance(error, OSError)
            else Text("not hexadecimal digits", "不是十六进制数字")
        )
        raise ConfigError(
            Text(
                f"answers.key_file: {path} cannot be read ({why}); make it with `deadline-guard init` or "
                "`openssl rand -hex 32`",
                f"answers.key_file:{path} 无法读取({why.zh});可用 `deadline-guard init` 或 `openssl rand -hex 32` 生成",
            )
        ) from None
    if len(key) < 32:
        raise ConfigError(
            Text(
                f"answers.key_file: {path} has {len(key)} bytes, expected 32; `openssl rand -hex 32` makes one",
                f"answers.key_file:{path} 有 {len(key)} 字节,应为 32;可用 `openssl rand -hex 32` 生成",
            )
        )
    keep_secret(key.hex())
    return key


def secret(section: Mapping[str, Any], key: str, folder: Path) -> dict[str, Any]:
    """Return ``section`` with ``<key>_file`` or ``<key>_env`` replaced by the secret itself under ``key``.

    Raises ConfigError when the file cannot be read or the variable is unset; the secret never appears in it.
    """
    plain = dict(section)
    from_file, from_env = plain.pop(f"{key}_file", None), plain.pop(f"{key}_env", None)
    if from_file is not None:
        path = Path(str(from_file))
        path = path if path.is_absolute() else folder / path
        try:
            plain[key] = path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigError(
                Text(
                    f"{key}_file: {path} cannot be read ({error.strerror}); put the secret there",
                    f"{key}_file:{path} 无法读取({error.strerror});请将密钥存于该文件",
                )
            ) from None
    elif from_env is not None:
        if from_env not in os.environ:
            raise ConfigError(
                Text(
                    f"{key}_env: the environment variable {from_env} is not set; export it",
                    f"{key}_env:未设置环境变量 {from_env};请先导出",
                )
            )
        plain[key] = os.environ[str(from_env)]
    elif plain.get(key):
        raise ConfigError(
            Text(
                f"{key}: a secret may not stand in config.yaml; write {key}_file: PATH or {key}_env: NAME instead",
                f"{key}:密钥不得写在 config.yaml 中;请改写 {key}_file: 路径 或 {key}_env: 变量名",
            )
        )
    keep_secret(str(plain.get(key) or ""))
    return plain
