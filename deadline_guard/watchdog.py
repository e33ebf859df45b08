"""The watchdog: a small process of its own that mails the admin when nobody is watching the dates.

It shares nothing with the daemon but the database, which it only reads, and the settings of the mail server.
A timer starts it every few minutes; it looks, speaks once a day while something is wrong, and ends.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from deadline_guard.app import channel_sections, load_rules, read_config
from deadline_guard.channels import CHANNELS, DeliveryError, Letter
from deadline_guard.clock import SystemClock
from deadline_guard.config import Config
from deadline_guard.core.text import Text
from deadline_guard.discreet import discreet
from deadline_guard.errors import ConfigError, DeadlineGuardError
from deadline_guard.store import Store, board, runs
from deadline_guard.store.board import OpenRow

AHEAD: Final = timedelta(hours=24)
REMEMBERED: Final = timedelta(days=8)  # for the day on which the database cannot be opened
AGAIN: Final = timedelta(days=1)

SUBJECT: Final = Text("Deadlines are NOT being watched", "期限当前无人监控")
NO_SWEEP: Final = Text(
    "deadline_guard has not completed an evaluation since {at} (limit {limit}).",
    "deadline_guard 自 {at} 起没有完成评估(上限 {limit})。",
)
NEVER: Final = Text(
    "deadline_guard has never completed an evaluation: the daemon was not started.",
    "deadline_guard 从未完成评估:守护进程没有启动。",
)
UNSENT: Final = Text(
    "Evaluations run, but a message that should have left at {at} has not been sent (limit {limit}).",
    "评估仍在进行,但应于 {at} 发出的消息尚未发送(上限 {limit})。",
)
NO_DATABASE: Final = Text("The database cannot be opened: {error}", "数据库无法打开:{error}")
DUE: Final = Text("Due from now to {until}: {n}", "此后至 {until} 到期:{n} 项")
DUE_AS_OF: Final = Text("As of {as_of}, due from then to {until}: {n}", "以 {as_of} 所知,至 {until} 到期:{n} 项")
NOTHING: Final = Text("Nothing is due in this time.", "此期间没有到期事项。")
DO: Final = Text(
    "Do: systemctl status deadline-guard; deadline-guard status. This mail comes once a day until it is mended.",
    "请检查:systemctl status deadline-guard;deadline-guard status。修复之前每天发送一次。",
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at the database found: what is wrong (None: nothing), and what is due soon."""

    wrong: Text | None
    due: Sequence[Mapping[str, str]]
    as_of: datetime


def watch(config_path: Path) -> str:
    """Look once; mail the admin if nobody is watching and the last such mail is a day old; return what is wrong.

    Returns "" while all is well. Raises ConfigError where no admin or mail server is named, DeadlineGuardError
    when the mail cannot be sent: then nothing is remembered and the next look tries again.
    """
    config, now = read_config(config_path), SystemClock().now()
    if not config.watchdog.admin or "email" not in config.channels:
        raise ConfigError(
            Text(
                f"{config_path}: the watchdog needs watchdog.admin and channels.email; name both",
                f"{config_path}:看门狗需要 watchdog.admin 与 channels.email;请一并写明",
            )
        )
    state_file = config.path(config.database).with_suffix(".watchdog.json")
    state = _state(state_file)
    seen = _look(config, state, now)
    told_at = datetime.fromisoformat(state["told_at"]) if state.get("told_at") else None
    if seen.wrong is not None and (told_at is None or now - told_at >= AGAIN):
        _mail(config, seen, now)
        told_at = now
    kept = {
        "told_at": told_at.isoformat() if seen.wrong is not None and told_at else None,
        "as_of": seen.as_of.isoformat(),
        "due": list(seen.due),
    }
    _keep(state_file, kept)
    return "" if seen.wrong is None else seen.wrong.said(config.watchdog.locale)


def _look(config: Config, state: Mapping[str, Any], now: datetime) -> Seen:
    """Return what the database says; where it cannot be read, what it said at the last good look."""
    try:
        store = Store.open(config.path(config.database), read_only=True, busy_seconds=5.0)
        try:
            with store.read() as conn:
                last = runs.last_run(conn)
                virtual = runs.virtual_clock(conn) if config.clock is not None else None
                unsent = board.longest_unsent(conn, virtual or now)
                rows = board.open_rows(conn, now + REMEMBERED)
        finally:
            store.close()
    except Exception as error:  # whatever it is, nobody else would speak of it
        as_of = datetime.fromisoformat(state["as_of"]) if state.get("as_of") else now
        words = str(error) if isinstance(error, DeadlineGuardError) else f"{type(error).__name__}: {error}"
        return Seen(_filled(NO_DATABASE, error=words), state.get("due", []), as_of)
    limit = config.watchdog.limit
    since = last.finished_at if last else None
    due = _named(config, [r for r in rows if r.due_at is not None and r.due_at > (since or now) - AHEAD])
    if since is None:
        return Seen(NEVER, due, now)
    if now - since > limit:
        return Seen(_filled(NO_SWEEP, at=_local(config, since), limit=_minutes(limit)), due, now)
    if unsent is not None and (virtual or now) - unsent > limit:
        return Seen(_filled(UNSENT, at=_local(config, unsent), limit=_minutes(limit)), due, now)
    return Seen(None, due, now)


def _named(config: Config, rows: Sequence[OpenRow]) -> list[dict[str, str]]:
    """Return what is said of each deadline; a rulebook that does not load costs only its titles."""
    try:
        found = load_rules(config)
        titles = {rule.id: rule.title for rule in found.rulebook.rules.values()}
        names = {person.id: person.name for person in found.people.persons.values()}
    except (DeadlineGuardError, OSError):
        titles, names = {}, {}
    language = "zh" if config.watchdog.locale.startswith("zh") else "en"
    return [
        {
            "code": row.code,
            "what": row.what or titles.get(row.rule, {}).get(language) or row.rule,
            "due_at": row.due_at.isoformat() if row.due_at else "",
            "due": row.due_on.isoformat() if row.due_on else "",
            "owner": names.get(row.owner, row.owner),
        }
        for row in rows
    ]


def _mail(config: Config, seen: Seen, now: datetime) -> None:
    """Hand one mail straight to the mail server, past the outbox that may be what is broken."""
    channel = CHANNELS["email"].from_settings(channel_sections(config)["email"])
    try:
        channel.send(
            Letter(
                delivery_id=f"watchdog-{now:%Y%m%dT%H%M%S}",
                address=config.watchdog.admin,
                subject=SUBJECT.said(config.watchdog.locale),
                text=_text(config, seen, now),
                sender_name="deadline_guard watchdog",
                sent_at=now,
            )
        )
    except DeliveryError as error:
        raise DeadlineGuardError(
            discreet(f"the watchdog's own mail to {config.watchdog.admin} failed: {error}")
        ) from error
    finally:
        channel.close()


def _text(config: Config, seen: Seen, now: datetime) -> str:
    locale, until = config.watchdog.locale, now + AHEAD
    soon = [row for row in seen.due if row["due_at"] and datetime.fromisoformat(row["due_at"]) <= until]
    head = DUE if seen.as_of == now else DUE_AS_OF
    counted = head.said(locale).format(n=len(soon), until=_local(config, until), as_of=_local(config, seen.as_of))
    lines = [f"  {row['due']}  {row['code']}  {row['what']}  {row['owner']}" for row in soon]
    assert seen.wrong is not None
    return "\n".join(
        [f"⚠ {seen.wrong.said(locale)}", "", counted, *(lines or [NOTHING.said(locale)]), "", DO.said(locale), ""]
    )


def _filled(text: Text, **names: str) -> Text:
    return Text(str(text).format(**names), text.zh.format(**names))


def _local(config: Config, at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(config.zone)):%Y-%m-%d %H:%M}"


def _minutes(length: timedelta) -> str:
    return f"{length.total_seconds() / 60:g} min"


def _state(path: Path) -> dict[str, Any]:
    """Return what the last look kept; a file that cannot be read counts as none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _keep(path: Path, state: Mapping[str, Any]) -> None:
    """Write the state file whole or not at all."""
    made = path.with_name(path.name + ".new")
    try:
        made.write_text(json.dumps(state, ensure_ascii=False), encoding="utf-8")
        made.replace(path)
    except OSError as error:
        raise DeadlineGuardError(
            Text(
                f"{path}: cannot be written ({error.strerror}); let the watchdog write beside the database",
                f"{path}:无法写入({error.strerror});请允许看门狗在数据库旁写入",
            )
        ) from None
