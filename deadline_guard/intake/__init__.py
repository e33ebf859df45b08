"""Facts come in: files are read by a mapping, compared with what is stored, shown, then recorded.

A new kind of file is one module and one line here.
"""

from typing import Final

from deadline_guard.intake.delimited import open_delimited
from deadline_guard.intake.table import Source
from deadline_guard.intake.xlsx import open_xlsx

SOURCES: Final[dict[str, Source]] = {
    ".csv": open_delimited,
    ".csv.gz": open_delimited,
    ".tsv": open_delimited,
    ".tsv.gz": open_delimited,
    ".txt": open_delimited,
    ".txt.gz": open_delimited,
    ".xlsx": open_xlsx,
    ".xlsm": open_xlsx,
}
