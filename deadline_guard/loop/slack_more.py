"""The form behind "More…" in Slack: put off, take over, take back, as far as each is open to whoever pressed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection

from deadline_guard.core.text import Text
from deadline_guard.core.timeline import author
from deadline_guard.errors import AnswerError
from deadline_guard.loop import answers
from deadline_guard.loop.answers import Clock, Said
from deadline_guard.loop.further import further
from deadline_guard.loop.office import Office
from deadline_guard.loop.slack_press import Press
from deadline_guard.messages import modals
from deadline_guard.messages.given import answer_said
from deadline_guard.messages.modals import About
from deadline_guard.messages.texts import Texts, safe

_SNOOZE: Final = "snooze"
_TAKE_OVER: Final = "take_over"
_TAKE_BACK: Final = "retract:"


def form(
    office: Office, conn: Connection, about: About, headline: str, clock: Clock, person: str, t: Texts, now: datetime
) -> Mapping[str, Any]:
    """Return the form with what else a person may do about a clock; raises AnswerError where there is nothing."""
    found, zone = further(office, conn, clock, person, now), clock.case.zone
    choices = [modals.later(t, _SNOOZE)] if found.latest is not None else []
    if found.take_over:
        choices.append(modals.mine_now(t, _TAKE_OVER))
    for event in found.given:
        by = author(event)
        name = office.people.persons[by].name if by in office.people.persons else by
        said = f"{answer_said(t, event.kind)} · {t.moment(event.recorded_at, zone)} · {safe(name)}"
        choices.append(modals.back(t, _TAKE_BACK + event.id, said))
    if not choices:
        raise AnswerError(Text("there is nothing else that you can answer here", "此处没有其他可作的答复"))
    missed = found.missed.said(t.locale) if found.missed else ""
    return modals.more(t, about, headline, choices, found.latest, zone, missed)


def send(office: Office, conn: Connection, clock: Clock, press: Press, said: Said) -> None:
    """Record what the form says; raises AnswerError for what does not fit (any more)."""
    chosen, until = press.values.get(modals.WHAT, ""), press.values.get(modals.UNTIL, "")
    if chosen == _SNOOZE:
        if not until.isdigit() or len(until) > 11:
            raise AnswerError(Text("say until when", "请填写截至时间"))
        answers.snooze(office, conn, [clock], said, datetime.fromtimestamp(int(until), UTC))
    elif chosen == _TAKE_OVER:
        answers.take_over(office, conn, clock, said)
    elif chosen.startswith(_TAKE_BACK) and chosen.removeprefix(_TAKE_BACK) in {
        e.id for e in further(office, conn, clock, said.by, said.now).given
    }:
        answers.retract(office, conn, clock.case.id, chosen.removeprefix(_TAKE_BACK), said)
    else:
        raise AnswerError(
            Text("choose one; what was taken back already is not on the list", "请选择一项;已撤回的不再列出")
        )
