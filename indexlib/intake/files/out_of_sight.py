"""What a workbook holds and its sheets do not show: hidden rows and columns; headers and footers, title of the file."""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from html import unescape
from itertools import chain

from indexlib.intake.files import open_document, xls_records
from indexlib.intake.files.formats import sheets_of
from indexlib.intake.files.open_document import MOST_COLUMNS

HIDDEN = re.compile(rb"<(?:\w+:)?row\s(?=[^<>]*\bhidden=[\"'](?:1|true)[\"'])[^<>]*\br=[\"'](\d{1,7})[\"']")
HIDDEN_COLUMNS = re.compile(rb"<(?:\w+:)?col\s(?=[^<>]*\bhidden=[\"'](?:1|true)[\"'])[^<>]*>")
FIRST, LAST = re.compile(rb"\bmin=[\"'](\d{1,5})[\"']"), re.compile(rb"\bmax=[\"'](\d{1,5})[\"']")
PAGE = re.compile(rb"<(?:\w+:)?(?:odd|even|first)(?:Header|Footer)>([^<]*)<")
#: Codes within a header or footer: "&C", "&\"Arial\"", "&12".
CODE = re.compile(r'&(?:"[^"]*"|\d+|[A-Z])')
PROPERTY = re.compile(rb"<(?:dc:title|dc:subject|dc:description|cp:keywords|meta:keyword)(?:\s[^<>]*)?>([^<]*)<")


#: Records of an .xls: a row, some columns, header and footer of the page ([MS-XLS] 2.4.220, 2.4.53, 2.4.136, 2.4.124).
ROW, COLUMNS, HEADER, FOOTER = 0x0208, 0x007D, 0x0014, 0x0015
HIDDEN_ROW, HIDDEN_COLUMN = 0x20, 0x01


@dataclass(frozen=True)
class Unseen:
    """Rows and columns (from 0) that are hidden, and texts that stand beside the cells."""

    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()
    texts: tuple[str, ...] = ()


def unseen(kind: str, data: bytes) -> dict[str, Callable[[], Unseen]]:
    """Name of each sheet to what it does not show, found out when first asked for where that takes time."""
    if kind == "xls":
        return _of_xls(data)
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        names = set(parts.namelist())
        if kind == "ods":
            texts = _texts([], parts.read("meta.xml") if "meta.xml" in names else b"")
            return {sheet: partial(Unseen, frozenset(found.rows), frozenset(found.columns), texts)
                    for sheet, found in open_document.read(data).items()}
        return {unicodedata.normalize("NFC", sheet): cache(partial(_unseen, data, part))
                for sheet, part in sheets_of(parts) if part in names}


def _unseen(data: bytes, part: str) -> Unseen:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        content = parts.read(part)
        about = parts.read("docProps/core.xml") if "docProps/core.xml" in parts.namelist() else b""
    columns = (range(int(first) - 1, min(int(last), MOST_COLUMNS)) for first, last in (
        (FIRST.search(tag)[1], LAST.search(tag)[1]) for tag in HIDDEN_COLUMNS.findall(content)  # type: ignore[index]
        if FIRST.search(tag) and LAST.search(tag)))
    return Unseen(frozenset(int(row) - 1 for row in HIDDEN.findall(content)), frozenset(chain.from_iterable(columns)),
                  _texts(PAGE.findall(content), about))


def _of_xls(data: bytes) -> dict[str, Callable[[], Unseen]]:
    found: dict[str, tuple[set[int], set[int], list[str]]] = {}
    for sheet, kind, body in xls_records.of_sheets(data, {ROW, COLUMNS, HEADER, FOOTER}):
        rows, columns, texts = found.setdefault(sheet, (set(), set(), []))
        if kind == ROW and len(body) > 12 and body[12] & HIDDEN_ROW:
            rows.add(struct.unpack_from("<H", body)[0])
        elif kind == COLUMNS and len(body) > 8 and body[8] & HIDDEN_COLUMN:
            first, last = struct.unpack_from("<HH", body)
            columns.update(range(first, last + 1))
        elif kind in (HEADER, FOOTER) and len(body) > 3:
            texts.append(CODE.sub(" ", body[3:].decode("utf-16-le" if body[2] & 1 else "latin-1", "replace")))
    return {sheet: partial(Unseen, frozenset(rows), frozenset(columns), tuple(texts))
            for sheet, (rows, columns, texts) in found.items()}


def _texts(page: list[bytes], about: bytes) -> tuple[str, ...]:
    """Headers and footers without their codes, and what the file says of itself."""
    texts = [*(CODE.sub(" ", _text(found)) for found in page), *map(_text, PROPERTY.findall(about))]
    return tuple(text for text in texts if text.strip())


def _text(found: bytes) -> str:
    return unicodedata.normalize("NFC", unescape(found.decode("utf-8", "replace")))
