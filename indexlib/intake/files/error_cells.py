"""Cells of a workbook whose formula failed: ``#N/A``, ``#REF!``, ``#DIV/0!``.

The library that reads workbooks leaves them blank, as if nothing stood there; a failed look-up is no withheld score.
Sources of the layouts: ECMA-376 part 1, 18.3.1.4 (cells), and [MS-XLS] 2.5.10 (Bes), 2.4.28 (BoundSheet8).
"""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from indexlib.intake.files.formats import WHERE, sheets_of

#: A cell of an .xlsx whose value is an error, and that value.
ERROR = re.compile(rb"<(?:\w+:)?c\s([^<>]*\bt=[\"']e[\"'][^<>]*)>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<", re.DOTALL)
CODES = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
BOUND_SHEET, BOF, FORMULA, TRUTH_OR_ERROR = 0x0085, 0x0809, 0x0006, 0x0205

Errors = dict[tuple[int, int], str]


def put_in(sheets: list[Any], kind: str, data: bytes) -> list[Any]:
    """The sheets of an .xlsx or .xls with each error standing as text in its cell."""
    found = _of_xlsx(data) if kind == "xlsx" else _of_xls(data) if kind == "xls" else {}
    return [_with(sheet, errors) if (errors := found.get(sheet.name)) else sheet for sheet in sheets]


def _with(sheet: Any, errors: Errors) -> Any:
    rows = [list(row) for row in sheet.rows]
    for (r, c), text in errors.items():
        rows += [[] for _ in range(r + 1 - len(rows))]
        rows[r] += [None] * (c + 1 - len(rows[r]))
        rows[r][c] = text
    return replace(sheet, rows=rows)


def _of_xlsx(data: bytes) -> dict[str, Errors]:
    found: dict[str, Errors] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        names = set(parts.namelist())
        for sheet, part in sheets_of(parts):
            content = parts.read(part) if part in names else b""
            if b'"e"' in content or b"'e'" in content:
                cells = ((WHERE.search(attributes), value.decode("utf-8", "replace"))
                         for attributes, value in ERROR.findall(content))
                found[unicodedata.normalize("NFC", sheet)] = {
                    (int(where[2]) - 1, _column(where[1])): value for where, value in cells if where}
    return found


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _of_xls(data: bytes) -> dict[str, Errors]:
    import olefile

    with olefile.OleFileIO(io.BytesIO(data)) as container:
        stream = container.openstream("Workbook" if container.exists("Workbook") else "Book").read()
    names: dict[int, str] = {}
    found: dict[str, Errors] = {}
    sheet = ""
    for at, kind, body in _records(stream):
        if kind == BOUND_SHEET and len(body) > 8:
            text = body[8:]
            names[struct.unpack_from("<I", body)[0]] = text.decode("utf-16-le" if body[7] & 1 else "latin-1", "replace")
        elif kind == BOF:
            sheet = unicodedata.normalize("NFC", names.get(at, ""))
        elif sheet and (code := _error(kind, body)) is not None:
            found.setdefault(sheet, {})[struct.unpack_from("<HH", body)] = CODES.get(code, "#N/A")
    return found


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind in (BOUND_SHEET, BOF, FORMULA, TRUTH_OR_ERROR):
            yield at, kind, stream[at + 4:at + 4 + length]
        at += 4 + length


def _error(kind: int, body: bytes) -> int | None:
    """Code of the error that a cell holds; none if it holds something else."""
    if kind == TRUTH_OR_ERROR and len(body) >= 8:
        return body[6] if body[7] == 1 else None
    if kind == FORMULA and len(body) >= 14:
        return body[8] if body[6] == 2 and body[12:14] == b"\xff\xff" else None
    return None
