"""Tables inside PDF and Word files, as sheets: poured into the template, never added directly."""

from __future__ import annotations

import io
import logging
import re
import unicodedata
import zlib
from pathlib import Path
from typing import Any

from indexlib.readers.sheets import Opened, Sheet, refuse

MAX_PAGES = 60
MAX_STREAM = 60_000_000
#: Bytes that draw one page, unpacked; the parser needs a thousand times as much.
MAX_PAGE = 400_000
#: Pages looked at to tell a scan from a text.
SAMPLE = 5


def document_sheets(opened: Opened) -> list[Sheet]:
    """The tables of a PDF or Word file; tables of one width that follow each other are one.

    Raises
    ------
    Unreadable
        Protected, damaged, pictures only, or too many pages.
    """
    tables = _pdf(opened.path) if opened.kind == "pdf" else _docx(opened.path)
    joined: list[tuple[str, list[list]]] = []
    for name, rows in tables:
        if joined and len(joined[-1][1][0]) == len(rows[0]):
            joined[-1][1].extend(rows)
        else:
            joined.append((name, rows))
    return [Sheet(name, [[_cell(cell) for cell in row] for row in rows]) for name, rows in joined]


def _cell(cell: object) -> object:
    text = " ".join(unicodedata.normalize("NFC", cell).split()) if isinstance(cell, str) else ""
    return text or None


def _pdf(path: Path) -> list[tuple[str, list[list]]]:
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfminer.pdfparser import PDFSyntaxError
    from pdfplumber.utils.exceptions import PdfminerException

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    data = path.read_bytes()
    _measure(path, data)
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            pages = pdf.pages
            if not pages:
                raise refuse(path, "damaged")
            _measure_pages(path, pages)
            if not any(page.chars for page in pages[:SAMPLE]):
                raise refuse(path, "picture_pdf")
            if len(pages) > MAX_PAGES:
                raise refuse(path, "too_many_pages", n=len(pages), limit=MAX_PAGES)
            heading = (pages[0].extract_text() or "").splitlines()[:6]
            tables = []
            for number, page in enumerate(pages, 1):
                tables += [(f"{number}", table) for table in page.extract_tables() if table and table[0]]
                page.close()
    except PdfminerException as error:
        locked = any(isinstance(e, PDFPasswordIncorrect) for e in (error, *error.args))
        raise refuse(path, "password" if locked else "damaged") from None
    except PDFPasswordIncorrect:
        raise refuse(path, "password") from None
    except (PDFSyntaxError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, zlib.error):
        # The parser meets damaged files with whatever error their damage leads to.
        raise refuse(path, "damaged") from None
    if not tables:
        raise refuse(path, "no_tables")
    # The title of the document names index and year: it stands above the first table.
    width = len(tables[0][1][0])
    title = [[line, *[None] * (width - 1)] for line in heading]
    return [(tables[0][0], title + tables[0][1]), *tables[1:]]


def _measure_pages(path: Path, pages: list) -> None:
    """Refuse pages whose text and lines would take minutes and gigabytes: tables are short."""
    for number, page in enumerate(pages, 1):
        size = sum(len(stream.get_data()) for stream in page.page_obj.contents)
        if size > MAX_PAGE:
            raise refuse(path, "page_too_large", n=number, limit=MAX_PAGE // 1000)


def _measure(path: Path, data: bytes) -> None:
    """Refuse a packed stream that unfolds beyond all use."""
    for start in re.finditer(rb"stream\r?\n", data):
        unpack, size, at = zlib.decompressobj(), 0, start.end()
        try:
            piece = unpack.decompress(data[at:at + 1_000_000], 1_000_000)
            while piece:
                size += len(piece)
                if size > MAX_STREAM:
                    raise refuse(path, "too_large_inside", limit=MAX_STREAM // 1_000_000)
                piece = unpack.decompress(unpack.unconsumed_tail, 1_000_000)
        except zlib.error:
            continue  # not packed this way: a picture, a font


def _docx(path: Path) -> list[tuple[str, list[list]]]:
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        document = docx.Document(str(path))
        tables = [(str(n), _rows(table)) for n, table in enumerate(document.tables, 1) if table.rows]
    except (PackageNotFoundError, KeyError, ValueError, SyntaxError):
        raise refuse(path, "damaged") from None
    tables = [(name, rows) for name, rows in tables if rows[0]]
    if not tables:
        raise refuse(path, "no_tables")
    width = len(tables[0][1][0])
    lines = [paragraph.text for paragraph in document.paragraphs[:12] if paragraph.text.strip()]
    title = [[line, *[None] * (width - 1)] for line in lines]
    return [(tables[0][0], title + tables[0][1]), *tables[1:]]


def _rows(table: Any) -> list[list[str]]:
    """Rows of a Word table; a merged cell stands in each place that it covers.

    The library's own cells of a row climb through all rows that a merged cell covers, for each of them.
    """
    rows: list[list[str]] = []
    for row in table.rows:
        above, cells = rows[-1] if rows else [], [""] * row.grid_cols_before
        for tc in row._tr.tc_lst:
            covered = tc.vMerge == "continue" and len(cells) < len(above)
            text = above[len(cells)] if covered else "\n".join(p.text for p in tc.p_lst)
            cells += [text] * tc.grid_span
        rows.append(cells)
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]
