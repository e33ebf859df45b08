"""Draw pages with Chromium: pictures for people, and how wide a page really is.

``python -m tests.browser.draw`` draws the letters of ``docs/letters/`` anew.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from deadline_guard.core.notices import NoticeKind
from deadline_guard.messages import render
from deadline_guard.messages.links import page_links
from deadline_guard.messages.texts import texts
from tests.messages.kinds import ONE_OF_EACH

LETTERS = Path(__file__).resolve().parents[2] / "docs" / "letters"
SHOWN = {"first": "zh_Hans", "step": "en", "overdue": "zh_Hans", "moved": "zh_Hans", "morning": "en", "hand_over": "en"}
HEIGHTS = {"first": 600, "step": 760, "overdue": 760, "moved": 640, "morning": 680, "hand_over": 620}
_MEASURE = "<script>document.title = 'wide ' + document.documentElement.scrollWidth</script>"


def letter(name: str, locale: str) -> str:
    """Return the HTML of a sample letter."""
    item = ONE_OF_EACH[name]
    links = page_links(texts(locale), [item], "https://deadlines.firm.example/a/x", chat=False)
    return render([item], kind=item.kind, locale=locale, actions=links, person_name="张三", zone="Asia/Shanghai").html


def summary(count: int, locale: str) -> str:
    """Return the HTML of a message about many deadlines."""
    items = [ONE_OF_EACH["first"]] * count
    return render(items, kind=NoticeKind.SUMMARY, locale=locale, person_name="张三", zone="Asia/Shanghai").html


def picture(html: str, to: Path, width: int = 720, height: int = 900) -> None:
    """Write a screenshot of a page."""
    with TemporaryDirectory(prefix="dg-draw-") as folder:
        page = Path(folder) / "page.html"
        page.write_text(html, encoding="utf-8")
        _chromium(folder, f"--window-size={width},{height}", f"--screenshot={to}", page.as_uri())


def width_of(html: str, window: int) -> int:
    """Return how wide a page is laid out in a window of so many pixels; more than the window means scrolling."""
    with TemporaryDirectory(prefix="dg-draw-") as folder:
        inner, outer = Path(folder) / "inner.html", Path(folder) / "outer.html"
        inner.write_text(
            html.replace("</body>", f"{_MEASURE.replace('document.title', 'parent.document.title')}</body>"),
            encoding="utf-8",
        )
        # headless Chromium has no window narrower than 500 pixels, a frame may be
        outer.write_text(
            f'<body style="margin:0"><iframe src="inner.html" style="width:{window}px;height:800px;border:0"></iframe>',
            encoding="utf-8",
        )
        seen = _chromium(
            folder,
            "--allow-file-access-from-files",
            "--disable-web-security",
            "--virtual-time-budget=3000",
            "--dump-dom",
            outer.as_uri(),
        )
    found = re.search(r"<title>wide (\d+)</title>", seen)
    assert found, seen[:500]
    return int(found[1])


def _chromium(home: str, *words: str) -> str:
    done = subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={home}/profile", *words],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return done.stdout


if __name__ == "__main__":
    LETTERS.mkdir(exist_ok=True)
    for name, locale in SHOWN.items():
        picture(letter(name, locale), LETTERS / f"{name}.png", height=HEIGHTS[name])
