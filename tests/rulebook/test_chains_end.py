"""Rules that start from each other's end are refused, also where one of them starts from several."""

from pathlib import Path

from deadline_guard.rulebook import load

RULES = """
events: {won: {title: {zh: 胜, en: Won}}, acted: {title: {zh: 办, en: Acted}}}
"""
PACK = """
pack: {id: z, title: {zh: 甲, en: Z}}
rules:
  - {id: z.first, title: {zh: 甲, en: A}, trigger: won, limit: 9 days, basis: x, done_by: [acted], profile: p}
  - {id: z.a, title: {zh: 甲, en: A}, trigger: [{rule: z.first}, {rule: z.b}], limit: 9 days, basis: x, done_by: [acted], profile: p}
  - {id: z.b, title: {zh: 乙, en: B}, trigger: {rule: z.a}, limit: 9 days, basis: x, done_by: [acted], profile: p}
"""
PROFILES = "profiles: {p: {thresholds: [{level: near, when: 3 days before}], tell: {near: [owner]}, overdue: false}}"


def test_a_circle_through_one_of_several_starts_is_told(tmp_path: Path) -> None:
    for name, text in (("events", RULES), ("pack", PACK), ("profiles", PROFILES)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    _, problems = load.load([tmp_path])
    assert [p.code for p in problems if p.is_error] == ["from_itself", "from_itself"]
    assert "z.a → z.b → z.a" in "\n".join(map(str, problems))
