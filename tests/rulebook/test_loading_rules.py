"""Rule folders become one rulebook: values as written, folders merged, revisions by content."""

import shutil
from datetime import date, time
from fractions import Fraction
from pathlib import Path

import pytest

from deadline_guard.core.period import Period, Unit
from deadline_guard.core.rules import Acts, Kind, Level, Repeat, Wait, WhenKind
from deadline_guard.rulebook import load
from deadline_guard.rulebook.current import Current
from deadline_guard.rulebook.sheets import calendar_names

GOOD = Path(__file__).parent / "good"


def loaded(tmp_path: Path, text: str, name: str = "more.yaml"):
    more = tmp_path / name
    more.write_text(text, encoding="utf-8")
    return load.load([GOOD, more])


def book_with(tmp_path: Path, text: str):
    book, problems = loaded(tmp_path, text)
    assert [str(p) for p in problems if p.is_error] == []
    return book


RULE = """
pack: {{id: x, title: {{zh: 甲, en: X}}, revised: 2026-01-02, reviewed: Li Si}}
rules:
  - id: x.rule
    title: {{zh: 甲, en: X}}
    {0}
"""


def rule_with(tmp_path: Path, *lines: str):
    return book_with(tmp_path, RULE.format("\n    ".join(lines))).rules["x.rule"]


def test_a_rule_becomes_the_value_that_the_core_reads():
    book, problems = load.load([GOOD])
    assert problems == []
    rule = book.rules["cn.civ.defence"]
    assert rule.pack == "cn.civ"
    assert rule.title == {"zh": "提交答辩状", "en": "Statement of defence"}
    assert rule.applies_to == {"case_type": ("civil",), "instance": ("first",), "side": ("defendant",)}
    assert (rule.acts, rule.kind, rule.nature, rule.extendable) == (Acts.PARTY, Kind.RIGHT, "statutory", None)
    assert (rule.trigger.event, rule.trigger.pick, rule.trigger_any) == ("complaint_received", "each", ())
    assert (rule.done_by, rule.cancelled_by) == (("defence_filed",), ("case_withdrawn",))
    (version,) = rule.versions
    assert (version.id, version.limit, version.since) == ("1", Period(15, Unit.DAYS), None)
    assert (version.basis, version.policy) == ("民事诉讼法 第128条", {"roll": "forward"})
    (pair,) = rule.excludes
    assert (pair.opens, pair.closes, pair.why["en"]) == ("appraisal_started", "appraisal_ended", "appraisal")
    assert rule.extended_by == ("extension_granted",)
    assert (rule.internal.n, rule.internal.working, rule.internal.at) == (1, True, time(17))
    assert rule.profile is book.profiles["short"]
    assert len(rule.revision) == 64
    assert rule.enabled


def test_profiles_case_types_events_and_packs():
    book, _ = load.load([GOOD])
    short = book.profiles["short"]
    assert [(t.level, t.when.kind) for t in short.thresholds] == [
        (Level.NEAR, WhenKind.WORKING_DAYS),
        (Level.URGENT, WhenKind.WORKING_DAYS),
    ]
    assert short.tell[Level.URGENT] == ("owner", "lead")
    assert [(s.after, s.tell) for s in short.chain] == [
        (Wait(Fraction(4), "hours"), ("lead",)),
        (Wait(Fraction(1), "days"), ("partner",)),
    ]
    civil = book.case_types["civil"]
    assert (civil.jurisdiction, civil.calendar, civil.zone) == ("cn-civil", "cn", "Asia/Shanghai")
    assert [(s.id, s.owner, s.target) for s in civil.stages] == [
        ("pleadings", "owner", Period(15, Unit.DAYS)),
        ("judgment", "owner", None),
    ]
    assert book.events["deadline_set"].data == {"due": "date", "what": "text"}
    assert book.events["appraisal_started"].pairs_with == "appraisal_ended"
    assert book.packs["cn.civ"].reviewed == "none"
    assert book.day_starts_at == time(8, 30)
    assert [r.id for r in book.by_type["civil"]] == ["cn.civ.defence"]


def test_every_field_of_a_rule_arrives(tmp_path):
    rule = rule_with(
        tmp_path,
        "applies_to: {case_type: [civil]}",
        "acts: other",
        "nature: agreed",
        "extendable: true",
        "trigger: {event: deadline_set, of: parent, where: {what: [brief, reply], due: {gte: 5}}, pick: last}",
        "done_by: [defence_filed]",
        "direction: backward",
        "jurisdiction: us-federal",
        "calendar: us",
        "select_version_by: act",
        "versions:",
        "  - {limit: 10 days, until: 2023-12-31, basis: old}",
        "  - {limit: 2 weeks, since: 2024-01-01, basis: new, longstop: 1 year, add_days_after_roll: 3}",
        "suspends: [{from: appraisal_started, to: appraisal_ended, at_most: 2 months}]",
        "restarted_by: hearing",
        "owner: lead",
        "stage: pleadings",
        "activity: [hearing]",
        "params: {n: 3}",
        "remedy: {zh: 申请顺延, en: Ask for relief}",
        "note: {en: careful}",
        "confidence: M",
        "source: CPL23 128",
        "profile:",
        "  from: short",
        "  tell: {near: owner, overdue: [partner]}",
        "  chain: [{after: 30 minutes, tell: lead, action: call}]",
        "  chain_from: urgent",
        "  repeat: {overdue: {every: 1 day, at_most: 30}}",
        "  ack_expires: 3 days",
        "  channels: {near: [email, slack]}",
        "  fallback_channels: slack",
        "  overdue: true",
        "  tell_moved: false",
        "  tell_closed: false",
    )
    assert (rule.acts, rule.nature, rule.extendable, rule.direction) == (Acts.OTHER, "agreed", True, "backward")
    assert (rule.jurisdiction, rule.calendar, rule.select_version_by) == ("us-federal", "us", "act")
    assert (rule.trigger.of, rule.trigger.pick) == ("parent", "last")
    assert rule.trigger.where == {"what": ("brief", "reply"), "due": {"gte": 5}}
    old, new = rule.versions
    assert (old.id, old.until, new.id, new.since) == ("1", date(2023, 12, 31), "2024-01-01", date(2024, 1, 1))
    assert (new.longstop, new.policy) == (Period(1, Unit.YEARS), {"add_days_after_roll": 3})
    assert rule.suspends[0].until_days == 60
    assert (rule.restarted_by, rule.owner, rule.stage, rule.activity) == (
        ("hearing",),
        "lead",
        "pleadings",
        ("hearing",),
    )
    assert (rule.params, rule.remedy["en"], rule.note) == ({"n": 3}, "Ask for relief", {"en": "careful"})
    assert (rule.confidence, rule.source) == ("M", "CPL23 128")
    profile = rule.profile
    assert profile.id == "x.rule"
    assert len(profile.thresholds) == 2
    assert profile.tell == {Level.NEAR: ("owner",), Level.OVERDUE: ("partner",)}
    assert (profile.chain[0].action, profile.chain_from) == ("call", Level.URGENT)
    assert profile.repeat == {Level.OVERDUE: Repeat(Wait(Fraction(1), "days"), 30)}
    assert profile.ack_expires == Wait(Fraction(3), "days")
    assert (profile.channels, profile.fallback_channels) == ({Level.NEAR: ("email", "slack")}, ("slack",))
    assert (profile.overdue, profile.tell_moved, profile.tell_closed) == (True, False, False)


def test_several_triggers_mean_whichever_comes_first(tmp_path):
    rule = rule_with(
        tmp_path,
        "trigger: [judgment_served, {event: hearing, pick: first}]",
        "done_by: appeal_filed",
        "limit: 15 days",
        "basis: CPL 171",
        "profile: short",
    )
    assert rule.trigger.event == ""
    assert [(t.event, t.pick) for t in rule.trigger_any] == [("judgment_served", "each"), ("hearing", "first")]


def test_a_date_certain_and_a_chained_rule(tmp_path):
    book = book_with(
        tmp_path,
        """
pack: {id: x, title: {zh: 甲, en: X}}
rules:
  - id: x.set
    title: {zh: 指定, en: Set}
    nature: court_set
    trigger: deadline_set
    date_from: due
    profile: short
  - id: x.next
    title: {zh: 后续, en: Next}
    nature: internal
    trigger: {rule: x.set}
    done_by: case_closed
    limit: 30 days
    roll: none
    profile: short
""",
    )
    assert book.rules["x.set"].date_field == "due"
    assert book.rules["x.set"].versions == ()
    assert book.rules["x.next"].trigger.rule == "x.set"
    assert book.rules["x.next"].versions[0].policy == {"roll": "none"}


def test_stage_and_idle_clocks_need_no_trigger(tmp_path):
    for lines in (("indicator: stage_time", "stage: pleadings"), ("indicator: idle_time", "limit: 15 days")):
        rule = rule_with(tmp_path, *lines, "nature: internal", "profile: short")
        assert rule.trigger.event == ""


@pytest.mark.parametrize(
    ("lines", "enabled"),
    [("confidence: L", False), ("confidence: H", True), ("enabled: false", False), ("confidence: M", True)],
)
def test_what_nobody_has_read_is_switched_off(tmp_path, lines, enabled):
    rule = rule_with(tmp_path, "trigger: hearing", "limit: 30 days", "profile: short", lines)
    assert rule.enabled is enabled


def test_a_key_left_empty_takes_what_the_profile_comes_from(tmp_path):
    empty = "{from: short, thresholds: , tell: ~, chain: , repeat: ~}"
    rule = rule_with(tmp_path, "trigger: hearing", "limit: 30 days", f"profile: {empty}")
    assert rule.profile.chain == load.load([GOOD])[0].profiles["short"].chain


def test_a_firm_may_override_what_it_names(tmp_path):
    book = book_with(
        tmp_path,
        """
profiles:
  watch: {override: true, from: short, thresholds: [{level: near, when: 2/3 of limit}]}
  short:
    override: true
    thresholds: [{level: near, when: 9 days before}]
    tell: {near: [lead], overdue: [partner]}
day_starts_at: "09:15"
""",
    )
    assert book.rules["cn.civ.defence"].profile.tell[Level.NEAR] == ("lead",)
    assert book.profiles["watch"].tell[Level.NEAR] == ("lead",)
    assert book.day_starts_at == time(9, 15)


def test_attributes_of_several_files_are_joined(tmp_path):
    lines = (
        "applies_to: {side: trustee, branch: north, 审级: 7}",
        "trigger: hearing",
        "limit: 30 days",
        "profile: short",
    )
    text = RULE.format("\n    ".join(lines))
    vocabulary = """
attributes:
  side: {title: {zh: 地位, en: Side}, values: [trustee]}
  branch: {title: {zh: 分所, en: Branch}}
  审级: {title: {zh: 审级, en: Instance}}
roles: {clerk: {zh: 书记员, en: Clerk}}
"""
    (tmp_path / "a.yaml").write_text(vocabulary, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(text, encoding="utf-8")
    book, problems = load.load([GOOD, tmp_path])
    assert [p for p in problems if p.is_error] == []
    assert book.rules["x.rule"].applies_to["审级"] == (7,)


def test_the_revision_is_of_names_and_contents_not_of_the_place(tmp_path):
    shutil.copytree(GOOD, tmp_path / "copy")
    first, _ = load.load([GOOD])
    assert load.load([tmp_path / "copy"])[0].revision == first.revision
    civil = tmp_path / "copy" / "civil.yaml"
    civil.write_text(civil.read_text(encoding="utf-8") + "# seen\n", encoding="utf-8")
    changed, _ = load.load([tmp_path / "copy"])
    assert changed.revision != first.revision
    assert changed.rules["cn.civ.defence"].revision != first.rules["cn.civ.defence"].revision
    civil.rename(tmp_path / "copy" / "other.yaml")
    assert load.load([tmp_path / "copy"])[0].revision != changed.revision


def test_calendars_people_tests_and_hidden_files_are_not_rules(tmp_path):
    shutil.copytree(GOOD, tmp_path / "copy")
    for name in ("x.test.yaml", "coverage.yaml", "people.example.yaml", "config.yaml", ".hidden/x.yaml", "notes.txt"):
        path = tmp_path / "copy" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("not: [a rule file", encoding="utf-8")
    mine = tmp_path / "copy" / "calendars" / "mine.yaml"
    mine.parent.mkdir()
    mine.write_text("calendars: [{id: mine}, 5]\n", encoding="utf-8")
    (mine.parent / "broken.yaml").write_text("calendars: [", encoding="utf-8")
    assert load.load([tmp_path / "copy"])[1] == []
    assert {"mine", "cn", "us"} <= calendar_names([tmp_path / "copy"])


def test_a_missing_and_an_empty_folder_are_errors(tmp_path):
    book, problems = load.load([tmp_path, tmp_path / "none"])
    assert book is None
    assert [(p.code, p.file) for p in problems] == [
        ("no_rule_files", str(tmp_path)),
        ("no_folder", str(tmp_path / "none")),
    ]


def test_one_unreadable_file_does_not_make_all_its_names_unknown(tmp_path):
    shutil.copytree(GOOD, tmp_path / "copy")
    (tmp_path / "copy" / "events.yaml").write_text("events: [", encoding="utf-8")
    book, problems = load.load([tmp_path / "copy"])
    assert book is None
    assert [p.code for p in problems] == ["no_yaml"]


def test_the_names_of_an_entry_that_does_not_fit_are_known_nevertheless(tmp_path):
    shutil.copytree(GOOD, tmp_path / "copy")
    for file, old, new in (
        ("events.yaml", "hearing: {title", "hearing: {titel"),
        ("profiles.yaml", "  short:\n", "  short:\n    kettle: 1\n"),
        ("case_types.yaml", "    closed_by: [case_closed]\n", "    closed_by: 5\n"),
    ):
        path = tmp_path / "copy" / file
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    _, problems = load.load([tmp_path / "copy"])
    assert sorted(p.code for p in problems) == ["missing_key", "unknown_key", "unknown_key", "wrong_type"]


def test_calendars_may_be_given_by_name(tmp_path):
    text = RULE.format("trigger: hearing\n    limit: 30 days\n    calendar: mars\n    profile: short")
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    assert load.load([GOOD, tmp_path], calendars={"mars"})[0] is not None
    assert [p.code for p in load.load([GOOD, tmp_path], calendars={"cn"})[1] if p.is_error] == ["unknown_calendar"]


def test_a_new_rulebook_is_not_in_force_before_it_is_recorded(tmp_path):
    shutil.copytree(GOOD, tmp_path / "copy")
    current, _ = Current.open([tmp_path / "copy"])
    before = current.rulebook
    civil = tmp_path / "copy" / "civil.yaml"
    civil.write_text(civil.read_text(encoding="utf-8").replace("15 days", "10 days"), encoding="utf-8")

    def full(_):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        current.reload([tmp_path / "copy"], before=full)
    assert current.rulebook is before
    seen = []
    assert current.reload([tmp_path / "copy"], before=seen.append) == []
    assert seen == [current.rulebook]
    assert current.rulebook.rules["cn.civ.defence"].versions[0].limit == Period(10, Unit.DAYS)


def test_a_reload_with_errors_keeps_the_rulebook_and_the_next_good_one_comes_into_force(tmp_path):
    shutil.copytree(GOOD, tmp_path / "copy")
    current, _ = Current.open([tmp_path / "copy"])
    before = current.rulebook
    (tmp_path / "copy" / "x.yaml").write_text("rulez: 1", encoding="utf-8")
    assert [p.code for p in current.reload([tmp_path / "copy"])] == ["unknown_file"]
    assert current.rulebook is before
    (tmp_path / "copy" / "x.yaml").unlink()
    assert current.reload([tmp_path / "copy"]) == []
    assert current.rulebook is not before


def test_a_first_trigger_without_limit_leads_and_others_are_further_clocks(tmp_path):
    rest = ("done_by: appeal_filed", "nature: internal", "profile: short")
    led = rule_with(tmp_path, "limit: 180 days", "trigger: [judgment_served, {event: hearing, limit: 14 days}]", *rest)
    assert led.trigger.event == "judgment_served"
    assert [(t.event, t.limit) for t in led.trigger_any] == [("hearing", Period(14, Unit.DAYS))]
    both = "trigger: [{event: judgment_served, limit: 1 month}, {event: hearing, limit: 6 months}]"
    equal = rule_with(tmp_path, both, *rest)
    assert (equal.trigger.event, len(equal.trigger_any), equal.versions) == ("", 2, ())
    later = rule_with(
        tmp_path, "limit: 10 days", "trigger: [judgment_served, hearing]", "params: {choose: latest}", *rest
    )
    assert (later.trigger.event, [t.event for t in later.trigger_any]) == ("judgment_served", ["hearing"])


def test_gauges_compare_numbers_in_the_order_of_their_direction(tmp_path):
    score = rule_with(
        tmp_path,
        "indicator: value",
        "trigger: hearing",
        "nature: internal",
        "params: {field: score}",
        "profile:",
        "  thresholds: [{level: near, when: below 700}, {level: urgent, when: below 600}]",
        "  tell: {near: [owner]}",
        "  overdue: false",
    )
    assert [(t.when.op, t.when.n) for t in score.profile.thresholds] == [("below", 700), ("below", 600)]


def test_no_first_rulebook_without_a_good_one(tmp_path):
    current, problems = Current.open([tmp_path])
    assert current is None
    assert problems
