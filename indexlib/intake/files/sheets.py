"""Opening any file safely: plain sheets of cells, or a clear message.

What a file is comes from its first bytes and its parts, never from its name. Everything that could
exhaust time or memory is measured before a parser sees it.
"""

from __future__ import annotations

import io
import os
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

from indexlib.base.problems import DataError, Problem
from indexlib.base.wording import t
from indexlib.intake.files import open_document, rich_text, xls_records, xlsx, zip_limits
from indexlib.intake.files.delimited import read_delimited, unsplit
from indexlib.intake.files.limits import Refused
from indexlib.intake.files.runs import UNSEEN
from indexlib.intake.files.unseen import Beside, Cells, Unseen

MAX_BYTES = 60_000_000
#: Fewer names or figures than this are a title or a note, no table.
MANY = 10
OLE, ZIP, PDF = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04", b"%PDF"
MARKUP = re.compile(rb"^\s*(?:<!doctype html|<html|<head|<body|<table|<meta|<!--|mime-version:)", re.IGNORECASE)
#: Word files that are no documents, by what their parts say that they are.
OTHER_WORD = {b"document.macroEnabled.main": ".docm", b"wordprocessingml.template.main": ".dotx",
              b"template.macroEnabledTemplate.main": ".dotm"}
DIMENSION = re.compile(rb"<(?:\w+:)?dimension\b[^>]*/>")


@dataclass(frozen=True)
class Sheet:
    """A sheet as rows of cells: ``None``, text in one Unicode form, or a number.

    ``unsure`` holds row, column and code of the problem for each cell whose text is not certain, ``percent`` gives row
    and column of those that show a percentage, ``unseen`` what the sheet does not show. ``origin`` gives, where cells
    were moved, row and column of a cell in the file.
    """

    name: str
    rows: list[list]
    visible: bool = True
    unsure: list[tuple[int, int, str]] = field(default_factory=list)
    percent: Cells = frozenset
    unseen: Callable[[], Unseen] = Unseen
    origin: Callable[[int, int], tuple[int, int]] | None = None

    def at(self, row: int, column: int) -> tuple[int, int]:
        """Row and column in the file of a cell."""
        return self.origin(row, column) if self.origin else (row, column)


@dataclass(frozen=True)
class Table:
    """A table of a document: rows of text, the lines above it since the table before, cells that are not certain."""

    name: str
    rows: list[list]
    above: list[str] = field(default_factory=list)
    unsure: list[tuple[int, int, str]] = field(default_factory=list)

    def append(self, other: Table) -> None:
        """Put the rest of the table below its rows."""
        self.unsure.extend((row + len(self.rows), column, code) for row, column, code in other.unsure)
        self.rows.extend(other.rows)


def looks_like_a_table(sheet: Sheet) -> bool:
    """Whether a sheet holds figures beside names; the figures behind a chart have none."""
    cells = [cell for row in sheet.rows for cell in row if cell is not None]
    texts = sum(isinstance(cell, str) for cell in cells)
    return texts >= MANY and len(cells) - texts >= MANY


@dataclass(frozen=True)
class Opened:
    """A file opened: its kind and, for workbooks and text tables, its sheets."""

    path: Path
    kind: str
    sheets: list[Sheet] = field(default_factory=list)


class Unreadable(DataError):
    """A file that cannot be read at all; the text says why and what to do."""


def refuse(path: Path, code: str, sheet: str = "", **values: object) -> Unreadable:
    """The error for a file that cannot be read."""
    return Unreadable([Problem(path.name, sheet, None, "", code, t(f"read.{code}", **values))])


def open_file(path: Path) -> Opened:
    """Open a file of any kind.

    Raises
    ------
    Unreadable
        Missing, empty, truncated, protected by a password, a web page, a picture, too large, or of
        a kind that holds no tables.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise refuse(path, "not_a_file")
        if size > MAX_BYTES:
            raise refuse(path, "too_large", limit=MAX_BYTES // 1_000_000)
        data = path.read_bytes()
    except FileNotFoundError:
        raise refuse(path, "missing_file") from None
    except OSError as error:
        raise refuse(path, "no_access", why=error.strerror or error) from None
    try:
        kind = kind_of(path, data)
        if kind in ("pdf", "docx"):
            return Opened(path, kind)
        if kind == "csv":
            return Opened(path, kind, [Sheet("", _clean(read_delimited(path, data, refuse)))])
        return Opened(path, kind, _workbook(path, kind, data))
    except Refused as error:
        raise refuse(path, error.code, "", **error.values) from None


def kind_of(path: Path, data: bytes) -> str:
    """``xlsx``, ``xls``, ``ods``, ``pdf``, ``docx`` or ``csv``, from the content."""
    if not data.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        raise refuse(path, "empty")
    if data.startswith(PDF):
        return "pdf"
    if data.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise refuse(path, "password")
        return "xls"
    if data.startswith(ZIP):
        return _kind_of_zip(path, data)
    if MARKUP.match(data[:2000].lstrip(b"\xef\xbb\xbf")):
        raise refuse(path, "web_page")
    if data[:4] in (b"\x89PNG", b"GIF8") or data.startswith(b"\xff\xd8\xff"):
        raise refuse(path, "picture")
    if b"\x00" in data[:4000] and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise refuse(path, "unknown_kind")
    return "csv"


def _kind_of_zip(path: Path, data: bytes) -> str:
    try:
        parts = zipfile.ZipFile(io.BytesIO(data))
        names = set(parts.namelist())
        zip_limits.measure(parts)
        if "META-INF/manifest.xml" in names and b"encryption-data" in parts.read("META-INF/manifest.xml"):
            raise refuse(path, "password")
        mimetype = parts.read("mimetype") if "mimetype" in names else b""
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, zlib.error, ExpatError):
        raise refuse(path, "damaged") from None
    if "xl/workbook.bin" in names:
        raise refuse(path, "xlsb")
    if any(name.startswith("xl/workbook") for name in names):
        return "xlsx"
    if "word/document.xml" in names:
        if named := next((name for kind, name in OTHER_WORD.items() if kind in parts.read("[Content_Types].xml")), ""):
            raise refuse(path, "word_kind", kind=named)
        return "docx"
    if b"opendocument.spreadsheet" in mimetype:
        return "ods"
    raise refuse(path, "unknown_kind")


def _workbook(path: Path, kind: str, data: bytes) -> list[Sheet]:
    import python_calamine as calamine

    if kind == "xls":
        data, found = xls_records.measured(data)
    try:
        if kind == "xlsx":
            parts = xlsx.Parts(data)
            data = rich_text.settled(parts, data)
        with _quiet():
            sheets = _parsed(kind, data, calamine)
        beside = xlsx.beside(parts) if kind == "xlsx" else Beside.of(found if kind == "xls" else open_document.read(data))
        sheets = [_with(sheet, beside.get(sheet.name, Beside())) for sheet in sheets]
    except calamine.PasswordError:
        raise refuse(path, "password") from None
    except (calamine.CalamineError, OSError, ValueError, ExpatError) as error:
        raise refuse(path, "damaged_why", why=error) from None
    except BaseException as error:
        # The parser, written in Rust, reports some damaged files by a panic that is no Exception.
        if type(error).__name__ == "PanicException":
            raise refuse(path, "damaged") from None
        raise
    if not any(cell is not None for sheet in sheets for row in sheet.rows for cell in row):
        raise refuse(path, "empty")
    if sign := next((sign for sheet in sheets if (sign := unsplit(sheet.rows))), ""):
        raise refuse(path, "unsplit", sign=sign)
    return sheets


def _parsed(kind: str, data: bytes, calamine: Any) -> list[Sheet]:
    book = calamine.load_workbook(io.BytesIO(data))
    try:
        return _sheets(book, calamine)
    except calamine.CalamineError:
        if kind != "xlsx":
            raise
        # Some sheets of the official workbooks state their dimension as "1:69", without columns.
        # It is only a hint that a workbook may leave out: so read them without it.
        return _sheets(calamine.load_workbook(io.BytesIO(_without_dimensions(data))), calamine)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep off the screen what the parser says of a damaged file: it speaks past Python, to programmers."""
    try:
        kept = os.dup(2)
    except OSError:  # a program without a screen
        yield
        return
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _sheets(book: Any, calamine: Any) -> list[Sheet]:
    sheets = []
    for meta in book.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        rows = book.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
        visible = meta.visible == calamine.SheetVisibleEnum.Visible
        sheets.append(Sheet(unicodedata.normalize("NFC", meta.name), _clean(rows), visible))
    return sheets


def _with(sheet: Sheet, beside: Beside) -> Sheet:
    """A sheet with what the parser does not give, each error standing as text in its cell."""
    rows = sheet.rows
    for (r, c), text in beside.errors.items():
        rows += [[] for _ in range(r + 1 - len(rows))]
        rows[r] += [None] * (c + 1 - len(rows[r]))
        rows[r][c] = text
    return replace(sheet, unseen=beside.unseen, percent=beside.percent)


def _without_dimensions(data: bytes) -> bytes:
    """The workbook without the stated dimensions of its sheets."""
    copy = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename.startswith("xl/worksheets/"):
                content = DIMENSION.sub(b"", content, count=1)
            new.writestr(part.filename, content)
    return copy.getvalue()


def _clean(rows: list[list]) -> list[list]:
    """Cells with blank text as ``None`` and text in one Unicode form, without blank rows at the end."""
    clean = [[_text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    while clean and all(cell is None for cell in clean[-1]):
        clean.pop()
    return clean


@lru_cache(4096)
def _text(cell: str) -> str | None:
    text = unicodedata.normalize("NFC", cell).translate(UNSEEN)
    return text if text and not text.isspace() else None
