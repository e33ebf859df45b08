"""What a lead hears of a desk: from which share on, of what, only of what the lead may see."""

from __future__ import annotations

from fractions import Fraction

from deadline_guard.core.capacity import Capacity, Share
from deadline_guard.core.period import parse_period
from deadline_guard.core.rules import CaseType, Level, Profile, Rule, RuleVersion, Threshold, Trigger, When, WhenKind
from deadline_guard.loop.gauges import gauges, measure
from tests.scenarios.world import World

CIVIL = {"civil": CaseType("civil", {}, calendar="cn", jurisdiction="cn-civil", closed_by=("judgment",))}
TWO_LINES = (Share(Level.NEAR, Fraction(9, 10)), Share(Level.URGENT, Fraction(1), above=True))
PROFILE = Profile("p", (Threshold(Level.NEAR, When(WhenKind.DAYS, Fraction(7))),), {Level.NEAR: ("owner",)})
APPEAL = Rule(
    "appeal", {"zh": "上诉", "en": "Appeal"}, "deadline", PROFILE, trigger=Trigger("served"), done_by=("appealed",),
    versions=(RuleVersion("1", parse_period("15 days")),), effort=Fraction(6),
)  # fmt: skip


def heard(world: World, until: str) -> list[tuple[str, str, str]]:
    """Return when whom was told at which level that a desk is too full."""
    told = [s for s in world.run_until(until) if "上限为" in s.letter.subject]
    return [(s.when, s.person, s.letter.sender_name.split(" ")[-1]) for s in told]


def test_the_lead_hears_at_nine_tenths_and_again_beyond_the_capacity() -> None:
    world = World([], CIVIL, capacity={"zhang": Capacity(Fraction(10), warn=TWO_LINES)})
    for i in range(9):
        world.case(f"A{i}", "zhang")
    assert [(at, person) for at, person, _ in heard(world, "2026-03-03 12:00")] == [("03-03 06:00", "wang")]
    world.case("B", "zhang")
    assert heard(world, "2026-03-04 12:00") == []  # ten of ten: still the same line
    world.case("C", "zhang")
    assert [(at, person) for at, person, _ in heard(world, "2026-03-06 12:00")] == [("03-05 06:00", "wang")]
    world.event("C", "judgment", "2026-03-06")
    assert heard(world, "2026-03-08 12:00") == []  # inside a stretch the level only rises
    world.close()


def test_cases_near_their_dates_and_the_effort_of_open_deadlines_have_lines_of_their_own() -> None:
    world = World([APPEAL], CIVIL, capacity={"zhang": Capacity(near=Fraction(1), effort=Fraction(10))})
    for code in ("A", "B"):
        world.case(code, "zhang")
        world.event(code, "served", "2026-03-03")  # due on the 18th, near from the 11th
    assert [at for at, _, _ in heard(world, "2026-03-04 12:00")] == ["03-03 06:00"]
    letter = next(s.letter for s in world.sent if "上限为" in s.letter.subject)
    assert "张三手中的工作量为 12 小时，承办上限为 10 小时" in letter.subject
    assert [at for at, _, _ in heard(world, "2026-03-13 12:00")] == ["03-12 06:00"]
    letter = [s.letter for s in world.sent if "上限为" in s.letter.subject][-1]
    assert "张三手中临近期限或更紧急的案件有 2 件，上限为 1 件" in letter.subject
    world.close()


def test_a_person_on_leave_is_said_to_be_away() -> None:
    world = World([], CIVIL, capacity={"zhang": 0})
    world.case("A", "zhang")
    world.absent("zhang", "2026-03-02 09:00", "2026-03-20 09:00")
    assert [person for _, person, _ in heard(world, "2026-03-03 12:00")] == ["wang"]
    letter = next(s.letter for s in world.sent if "上限为" in s.letter.subject)
    assert "张三外出至 2026-03-20 09:00。" in letter.text
    world.close()


def test_only_what_the_recipient_may_see_is_counted() -> None:
    world = World([], CIVIL, capacity={"zhang": 1, "li": 3})
    for code in ("A", "B"):
        world.case(code, "zhang")
    world.case("C", "li")

    def sees(person: str, case: str) -> bool:
        return person != "wang" or case not in ("B", "C")

    assert gauges(world.office, world.now, sees) == []  # to the lead the desk holds one case
    with world.store.read() as conn:
        directory = world.office.directory(conn)
        values = [
            {m.subject: int(m.value) for m in measure(world.office, conn, directory, world.now, viewer, sees)}
            for viewer in ("wang", "zhao")
        ]
        rooms = [m.data["room"] for m in measure(world.office, conn, directory, world.now, "wang", sees)]
    assert values == [{"person:li": 0, "person:zhang": 1}, {"person:li": 1, "person:zhang": 2}]
    assert rooms[1] == (("li", 3),)
    assert gauges(world.office, world.now) == ["zhang/open"]
    world.close()
