"""Records of the sheets of an .xls. Source: [MS-XLS] 2.1.4 (records), 2.4.28 (BoundSheet8), 2.4.21 (BOF)."""

from __future__ import annotations

import io
import struct
import unicodedata
from collections.abc import Iterator, Set

import olefile

BOUND_SHEET, BOF = 0x0085, 0x0809


def of_sheets(data: bytes, kinds: Set[int]) -> Iterator[tuple[str, int, bytes]]:
    """Name of the sheet, kind and body of every record of some kinds."""
    with olefile.OleFileIO(io.BytesIO(data)) as container:
        stream = container.openstream("Workbook" if container.exists("Workbook") else "Book").read()
    names: dict[int, str] = {}
    sheet, at = "", 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4:at + 4 + length]
        if kind == BOUND_SHEET and len(body) > 8:
            text = body[8:].decode("utf-16-le" if body[7] & 1 else "latin-1", "replace")
            names[struct.unpack_from("<I", body)[0]] = unicodedata.normalize("NFC", text)
        elif kind == BOF:
            sheet = names.get(at, "")
        elif sheet and kind in kinds:
            yield sheet, kind, body
        at += 4 + length
