"""The page of a link in a real browser: fits a phone, works by keyboard, asks nobody else for anything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.chromium import Tab, chromium
from tests.must.test_owner_silent import RULE
from tests.scenarios.given import DUTY, persons
from tests.web.browse import Page
from tests.web.served import Firm, link_in, served

pytestmark = pytest.mark.browser
CODE = "(2026)京01民初123号"


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with chromium() as tab:
        yield tab


@pytest.fixture(params=["zh_Hans", "en"])
def firm(request: pytest.FixtureRequest) -> Iterator[Firm]:
    with served([RULE]) as firm:
        persons(firm.world, zhang={"locale": request.param})
        firm.world.case(CODE)
        firm.world.event(CODE, "complaint_received", "2026-03-02")
        yield firm


def pages(firm: Firm) -> dict[str, str]:
    """Return the address of every page there is, by a name for its picture."""
    link = link_in(firm.world.run_until("2026-03-10 09:00")[0])
    return {
        "ask": link,
        **{s: f"{link}/{s}" for s in ("done", "hand-over", "wrong-date", "not-pursued", "snooze", "mute")},
        "none": link + "x",
    }


def kept(name: str, firm: Firm, tmp_path: Path) -> Path:
    """Return where a picture goes: DG_PICTURES names a folder to look at them."""
    folder = Path(os.environ.get("DG_PICTURES") or tmp_path)
    return folder / f"{firm.world.office.people.persons['zhang'].locale}-{name}.png"


@pytest.mark.parametrize("width", [360, 1200])
def test_nothing_is_wider_than_the_window(tab: Tab, firm: Firm, width: int, tmp_path: Path) -> None:
    found = pages(firm)
    for name, url in found.items():
        tab.open(url, width)
        assert tab.ask("document.documentElement.scrollWidth") <= width, name
        tab.picture(kept(f"{name}-{width}", firm, tmp_path))
        hosts = {urlsplit(u).netloc for u in tab.requests if not u.startswith("data:")}
        assert hosts <= {urlsplit(firm.url).netloc}
    Page.at(found["ask"], {"act": "seen"})
    tab.open(found["ask"], width)
    assert tab.ask("document.documentElement.scrollWidth") <= width
    tab.picture(kept(f"seen-{width}", firm, tmp_path))


def test_the_style_applies_and_no_script_is_there(tab: Tab, firm: Firm) -> None:
    tab.open(pages(firm)["ask"], 360)
    assert tab.ask("getComputedStyle(document.querySelector('button')).backgroundColor") == "rgb(11, 87, 164)"
    assert tab.ask("document.scripts.length") == 0
    assert tab.ask("Math.min(...[...document.querySelectorAll('button')].map(b => b.offsetHeight))") >= 44


def test_the_whole_answer_works_by_keyboard(tab: Tab, firm: Firm) -> None:
    tab.open(pages(firm)["ask"], 360)
    tab.press("Tab")
    assert tab.ask("document.activeElement.value") == "seen"
    assert tab.ask("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tab.press("Enter")
    while not firm.answers(CODE):
        tab.ask("1")
    assert [kind for kind, _ in firm.answers(CODE)] == ["acknowledged"]


def test_a_list_of_several_fits_too(tab: Tab, tmp_path: Path) -> None:
    with served([RULE, DUTY], at_once=1) as firm:
        firm.world.case(CODE)
        firm.world.event(CODE, "complaint_received", "2026-03-02")
        firm.world.event(CODE, "fee_notice_received", "2026-03-02")
        (sent,) = firm.world.run_until("2026-03-10 09:00")
        tab.open(link_in(sent), 360)
        assert tab.ask("document.documentElement.scrollWidth") <= 360
        tab.picture(kept("list-360", firm, tmp_path))


@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
def test_a_morning_list_fits_and_its_row_is_answered_by_keyboard(tab: Tab, locale: str, tmp_path: Path) -> None:
    with served([RULE]) as firm:
        world = firm.world
        jobs = world.office.config.jobs.model_copy(update={"morning": "30 8 * * mon-fri"})
        world.office.config = world.office.config.model_copy(update={"jobs": jobs})
        persons(world, zhang={"locale": locale}, wang={"locale": locale})
        for n, owner in ((123, "zhang"), (124, "zhang"), (125, "wang"), (126, "zhang")):
            world.case(f"(2026)京01民初{n}号", owner)
            world.event(f"(2026)京01民初{n}号", "complaint_received", "2026-03-02")
        sent = world.run_until("2026-03-10 09:00")
        lists = {s.person: link_in(s) for s in sent if s.letter.metadata["thread"].endswith("/2026-03-10")}
        for person, link in lists.items():
            for width in (360, 1200):
                tab.open(link, width)
                assert tab.ask("document.documentElement.scrollWidth") <= width
                tab.picture(kept(f"morning-{person}-{width}", firm, tmp_path))
        tab.open(f"{lists['zhang']}?n=2", 360)
        tab.picture(kept("morning-row-360", firm, tmp_path))
        tab.press("Tab")
        assert tab.ask("document.activeElement.value") == "seen"
        tab.press("Enter")
        while not firm.answers("(2026)京01民初124号"):
            tab.ask("1")
        tab.open(lists["zhang"], 360)
        tab.picture(kept("morning-answered-360", firm, tmp_path))
        Page.at(f"{lists['zhang']}/done?n=3", {"on": "2026-03-09"})
        tab.open(f"{lists['zhang']}?n=3", 360)
        assert tab.ask("document.documentElement.scrollWidth") <= 360
        tab.picture(kept("morning-done-360", firm, tmp_path))
        tab.open(f"{lists['zhang']}/retract?n=3", 360)
        assert tab.ask("document.documentElement.scrollWidth") <= 360
        tab.picture(kept("morning-retract-360", firm, tmp_path))
