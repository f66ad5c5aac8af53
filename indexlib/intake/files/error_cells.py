"""Cells of a workbook whose formula failed: ``#N/A``, ``#REF!``, ``#DIV/0!``.

The library that reads workbooks leaves them blank, as if nothing stood there; a failed look-up is no withheld score.
Sources of the layouts: ECMA-376 part 1, 18.3.1.4 (cells), and [MS-XLS] 2.5.10 (Bes).
"""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from indexlib.intake.files import open_document, xls_records
from indexlib.intake.files.formats import WHERE, sheets_of
from indexlib.intake.files.open_document import Errors

#: A cell of an .xlsx whose value is an error, and that value.
ERROR = re.compile(rb"<(?:\w+:)?c\s([^<>]*\bt=[\"']e[\"'][^<>]*)>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<", re.DOTALL)
CODES = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
FORMULA, TRUTH_OR_ERROR = 0x0006, 0x0205


def put_in(sheets: list[Any], kind: str, data: bytes) -> list[Any]:
    """The sheets of a workbook with each error standing as text in its cell."""
    found = _OF[kind](data)
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
    found: dict[str, Errors] = {}
    for sheet, kind, body in xls_records.of_sheets(data, {FORMULA, TRUTH_OR_ERROR}):
        if (code := _error(kind, body)) is not None:
            found.setdefault(sheet, {})[struct.unpack_from("<HH", body)] = CODES.get(code, "#N/A")
    return found


def _error(kind: int, body: bytes) -> int | None:
    """Code of the error that a cell holds; none if it holds something else."""
    if kind == TRUTH_OR_ERROR and len(body) >= 8:
        return body[6] if body[7] == 1 else None
    if kind == FORMULA and len(body) >= 14:
        return body[8] if body[6] == 2 and body[12:14] == b"\xff\xff" else None
    return None


def _of_ods(data: bytes) -> dict[str, Errors]:
    return {sheet: found.errors for sheet, found in open_document.read(data).items()}


_OF: dict[str, Callable[[bytes], dict[str, Errors]]] = {"xlsx": _of_xlsx, "xls": _of_xls, "ods": _of_ods}
