"""Which encoding a text file is in: a byte-order mark, else UTF-8, else GB18030, each strictly, else ask."""

from __future__ import annotations

import codecs
import gzip
from pathlib import Path
from typing import IO, Final, cast

from deadline_guard.core.text import Text, joined
from deadline_guard.errors import IntakeError

MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CANDIDATES: Final = ("utf-8", "gb18030")
CHUNK: Final = 1 << 20


class EncodingUnknown(IntakeError):
    """No encoding that may be tried fits the whole file; the user must name one."""


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file for reading; ``.gz`` is unpacked on the way."""
    return cast("IO[bytes]", gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def encoding_of(path: Path, wanted: str | None = None) -> str:
    """Return the encoding in which the whole file decodes, ``wanted`` alone when given.

    Raises EncodingUnknown naming the file and the first byte that does not fit.
    """
    with open_bytes(path) as stream:
        head = stream.read(4)
    marked = next((name for mark, name in MARKS if head.startswith(mark)), None)
    tried: list[Text] = []
    for name in (wanted,) if wanted else (marked,) if marked else CANDIDATES:
        failure = _failure(path, name)
        if failure is None:
            return name
        tried.append(joined((name, failure), ": "))
    why = joined(tried, "; ")
    raise EncodingUnknown(
        Text(
            f"{path}: the text does not decode ({why}). "
            "Say which encoding it is in: `format: {encoding: …}` in the mapping, or --encoding",
            f"{path}:文本无法解码({why.zh})。请指明编码:映射文件中写 `format: {{encoding: …}}`,或用 --encoding",
        )
    )


def _failure(path: Path, name: str) -> Text | None:
    """Return why the file is not in this encoding, or None; memory stays constant."""
    try:
        decoder = codecs.getincrementaldecoder(name)("strict")
    except LookupError:
        return Text("this is not the name of an encoding", "没有这种编码")
    position = 0
    with open_bytes(path) as stream:
        try:
            while chunk := stream.read(CHUNK):
                decoder.decode(chunk)
                position += len(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            byte = error.object[error.start : error.start + 1].hex()
            return Text(f"byte {position + error.start} is {byte}", f"第 {position + error.start} 字节为 {byte}")
    return None
