"""Whatever stands in a rule file, loading it ends in a rulebook or in problems, never in an exception."""

import json
import shutil
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from deadline_guard.rulebook import load

GOOD = Path(__file__).parent / "good"
SPOKEN = """
pack rules id x title zh trigger hearing limit profile short from events profiles case_types stages enter_on versions
applies_to case_type civil owner thresholds level near when due chain after tell override roles attributes values
closed_by data phases stage_time indicator stage pleadings date_from excludes to params week at value between
"""
WORDS = st.sampled_from(SPOKEN.split())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 40) | st.floats(allow_nan=False) | WORDS | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
TOPS = st.dictionaries(
    st.sampled_from(["pack", "rules", "events", "profiles", "case_types", "attributes", "roles", "day_starts_at"]),
    VALUES,
    max_size=3,
)


@settings(deadline=None)
@given(TOPS | VALUES)
def test_no_content_whatever_raises(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "x.yaml").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    book, problems = load.load([GOOD, folder])
    assert book is not None or any(p.is_error for p in problems)
    for problem in problems:
        assert problem.line >= 1
        assert problem.said("zh_Hans")


@settings(deadline=None)
@given(st.data())
def test_one_changed_value_anywhere_never_raises(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("mutant")
    shutil.copytree(GOOD, folder / "rules")
    name = data.draw(st.sampled_from(["civil.yaml", "events.yaml", "profiles.yaml", "case_types.yaml"]))
    path = folder / "rules" / name
    text = path.read_text(encoding="utf-8")
    at = data.draw(st.integers(0, len(text) - 1))
    cut = data.draw(st.integers(0, 6))
    put = data.draw(st.text(alphabet="ab:-[]{}, \n\t'0：", max_size=4))
    path.write_text(text[:at] + put + text[at + cut :], encoding="utf-8")
    book, problems = load.load([folder / "rules"])
    assert book is not None or any(p.is_error for p in problems)
