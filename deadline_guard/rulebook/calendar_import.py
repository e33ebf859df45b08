"""A newly announced year over a calendar that stands in the files: checked, then merged by year."""

from __future__ import annotations

from collections.abc import Mapping

from deadline_guard.core.calendar import Calendar
from deadline_guard.core.text import Text
from deadline_guard.rulebook.calendar_shape import CalendarShape
from deadline_guard.rulebook.problems import Mark, Problem


def merged(shape: CalendarShape, given: CalendarShape) -> CalendarShape:
    """Return a calendar with the years of ``given`` in place of its own, its single days added, known for longer."""
    years = {notice.year for notice in given.notices}
    notices = sorted((*(n for n in shape.notices if n.year not in years), *given.notices), key=lambda n: n.year)
    days = {one.day: one for one in (*shape.days, *given.days)}
    return shape.model_copy(
        update={
            "notices": tuple(notices),
            "days": tuple(days[day] for day in sorted(days)),
            "known_through": max(shape.known_through, given.known_through),
            "source": "; ".join(dict.fromkeys((shape.source, given.source))),
        }
    )


def refusals(given: CalendarShape, mark: Mark, known: Mapping[str, Calendar]) -> list[Problem]:
    """Return why a year cannot be imported: an unknown calendar, an unconfirmed draft, a gap before it."""
    base = known.get(given.id)
    if base is None:
        listed = ", ".join(sorted(known))
        said = Text(
            f"calendar {given.id} is unknown; an import adds years to one of: {listed}",
            f"日历 {given.id} 不存在;导入只能为下列日历增加年份:{listed}",
        )
        return [Problem(mark, "import_unknown", said)]
    found: list[Problem] = []
    if given.holidays:
        said = Text(
            "holidays are law, not an announcement; change the calendar file itself, then import notices and days",
            "holidays 属法律规定而非年度公布;请修改日历文件本身,导入仅限 notices 与 days",
        )
        found.append(Problem(mark, "import_holidays", said))
    for year in (n.year for n in given.notices if not n.confirmed):
        said = Text(
            f"{year} is a draft; compare it with the notice, then write confirmed: true and known_through: {year}-12-31",
            f"{year}年为草稿;请与通知核对后写 confirmed: true 及 known_through: {year}-12-31",
        )
        found.append(Problem(mark, "import_draft", said))
    covered = {n.year for n in given.notices}
    for year in range(base.known_through.year + 1, given.known_through.year + 1):
        if base.kind == "announced" and year not in covered:
            said = Text(
                f"known_through {given.known_through} covers {year}, for which no notice stands here",
                f"known_through {given.known_through} 涵盖{year}年,但文件中没有该年的通知",
            )
            found.append(Problem(mark, "import_gap", said))
    if not given.notices and not given.days:
        found.append(Problem(mark, "import_empty", Text("neither notices nor days stand here", "没有 notices 或 days")))
    return found
