"""Letters in a browser: no line is wider than a phone, in both languages."""

from __future__ import annotations

import pytest

from tests.browser.draw import letter, summary, width_of
from tests.messages.kinds import ONE_OF_EACH

pytestmark = pytest.mark.browser
PHONE = 360


@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
def test_no_letter_scrolls_sideways_on_a_phone(locale: str) -> None:
    too_wide = {name: wide for name in ONE_OF_EACH if (wide := width_of(letter(name, locale), PHONE)) > PHONE}
    assert too_wide == {}
    assert width_of(summary(30, locale), PHONE) <= PHONE


def test_the_measure_sees_what_is_too_wide() -> None:
    assert width_of("<html><body><div style='width:900px'>x</div></body></html>", PHONE) >= 900
