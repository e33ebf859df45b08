"""Receipt numbers, as people copy them from a slip, a stamp or a court's confirmation."""

from __future__ import annotations

from typing import Final

from deadline_guard.core.text import Text
from deadline_guard.errors import AnswerError

LONGEST: Final = 80


def receipt_number(text: str) -> str:
    """Return a receipt number without the blanks around it, '' for none; raises AnswerError for what cannot be one.

    Every court, post office and register has its own form, so it is only asked to be one short line with a digit.
    """
    number = text.strip()
    if not number:
        return ""
    if len(number) > LONGEST:
        raise AnswerError(
            Text(
                f"a receipt number has at most {LONGEST} characters; this has {len(number)}",
                f"回执号最多 {LONGEST} 个字符;此处有 {len(number)} 个",
            )
        )
    if not number.isprintable() or not any(c.isdigit() for c in number):
        raise AnswerError(
            Text(
                "this is no receipt number: it has no digit, or characters that cannot be printed",
                "这不是回执号:没有数字,或含有无法显示的字符",
            )
        )
    return number
