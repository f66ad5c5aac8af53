"""Small files that ask a reader for gigabytes or hours, made for tests."""

from __future__ import annotations

import io
import struct
import zipfile

import docx
import xlsxwriter

SECTOR, FREE, LAST = 512, 0xFFFFFFFF, 0xFFFFFFFE


def workbook(rows=(("Tỉnh", "PCI 2012"), ("Hà Nội", 53.4))) -> bytes:
    """A small .xlsx."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for r, row in enumerate(rows):
        sheet.write_row(r, 0, row)
    book.close()
    return out.getvalue()


def archive(parts: dict[str, bytes], blanks: int = 0, into: str = "") -> bytes:
    """A zip of parts; ``into`` one of them go so many megabytes of blanks."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            with file.open(name, "w") as stream:
                stream.write(data)
                for _ in range(blanks if name == into else 0):
                    stream.write(b" " * 1_000_000)
    return out.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    """Parts of a zip by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def sheet_xml(rows: str, parts: dict[str, bytes] | None = None) -> bytes:
    """An .xlsx whose sheet holds these rows of XML."""
    whole = parts_of(workbook())
    sheet = whole["xl/worksheets/sheet1.xml"].decode()
    whole["xl/worksheets/sheet1.xml"] = sheet.replace("</sheetData>", rows + "</sheetData>").encode()
    return archive(whole | (parts or {}))


def ods(content: str, before: str = "") -> bytes:
    """An .ods of one table with this content."""
    head = (f'<?xml version="1.0"?>{before}<office:document-content '
            'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
            'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
            'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body>'
            '<office:spreadsheet><table:table table:name="A">')
    tail = "</table:table></office:spreadsheet></office:body></office:document-content>"
    return archive({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
                    "content.xml": (head + content + tail).encode(), "META-INF/manifest.xml": b"<manifest/>"})


def word(body: str) -> bytes:
    """A .docx with this body."""
    out = io.BytesIO()
    docx.Document().save(out)
    whole = parts_of(out.getvalue())
    whole["word/document.xml"] = whole["word/document.xml"].replace(b"<w:body>", f"<w:body>{body}".encode(), 1)
    return archive(whole)


def word_table(row: str, times: int = 1) -> bytes:
    """A .docx with a table of equal rows."""
    return word(f"<w:tbl><w:tblPr/><w:tblGrid/>{f'<w:tr>{row}</w:tr>' * times}</w:tbl>")


def word_cell(properties: str = "", text: str = "PCI 2012") -> str:
    """A cell of a Word table."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def laughs() -> str:
    """Declarations of ten entities, each ten times the one before."""
    more = "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    return f'<!DOCTYPE x [<!ENTITY a "lol">{more}]>'


def record(kind: int, data: bytes = b"") -> bytes:
    """A record of an .xls."""
    return struct.pack("<HH", kind, len(data)) + data


def number(row: int, column: int, value: float = 1.0) -> bytes:
    """A cell of an .xls with a number."""
    return record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def label(row: int, column: int, text: int) -> bytes:
    """A cell of an .xls with a shared text."""
    return record(0x00FD, struct.pack("<HHHI", row, column, 0, text))


def texts(shared: list[str]) -> bytes:
    """Shared texts of an .xls, running on into further records."""
    records, now = [], struct.pack("<II", len(shared), len(shared))
    for text in shared:
        rest = text.encode("latin1")
        now += struct.pack("<HB", len(rest), 0)
        while rest:
            room = 8200 - len(now)
            now, rest = now + rest[:room], rest[room:]
            if rest:
                records.append(now)
                now = b"\0"
    records.append(now)
    return record(0x00FC, records[0]) + b"".join(record(0x003C, part) for part in records[1:])


def xls(sheets: list[bytes], shared: bytes = b"", dimensions: tuple[int, int, int, int] | None = None,
        before: bytes = b"") -> bytes:
    """An .xls of sheets of records."""
    start = record(0x0809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + before
    own = [record(0x0809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
           + (record(0x0200, struct.pack("<IIHHH", *dimensions, 0)) if dimensions else b"")
           + cells + record(0x000A) for cells in sheets]
    named = [f"S{i}".encode() for i in range(len(sheets))]
    at = len(start) + sum(4 + 8 + len(name) for name in named) + len(shared) + 4
    for name, sheet in zip(named, own, strict=True):
        start += record(0x0085, struct.pack("<IBBBB", at, 0, 0, len(name), 0) + name)
        at += len(sheet)
    return compound(start + shared + record(0x000A) + b"".join(own))


def compound(stream: bytes) -> bytes:
    """A compound file that holds a workbook."""
    stream = stream.ljust(max(-(-len(stream) // SECTOR), 8) * SECTOR, b"\0")
    n, tables, more = len(stream) // SECTOR, 1, 0
    while (need := -(-(tables + more + 1 + n) // 128)) > tables or -(-max(tables - 109, 0) // 127) > more:
        tables, more = max(tables, need), -(-max(max(tables, need) - 109, 0) // 127)
    directory = tables + more
    fat = [0xFFFFFFFD] * tables + [0xFFFFFFFC] * more + [LAST] + [*range(directory + 2, directory + 1 + n), LAST]
    fat += [FREE] * (tables * 128 - len(fat))
    ids = [*range(tables), *[FREE] * (109 + 127 * more - tables)]
    head = OLE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<9I", 0, tables, directory, 0, 4096, LAST, 0, tables if more else LAST, more)
    head += struct.pack("<109I", *ids[:109])
    extra = b"".join(struct.pack("<128I", *ids[109 + 127 * i:236 + 127 * i], tables + i + 1 if i + 1 < more else LAST)
                     for i in range(more))
    entries = _entry("Root Entry", 5, LAST, 0, 1) + _entry("Workbook", 2, directory + 1, len(stream)) + bytes(256)
    return head + struct.pack(f"<{len(fat)}I", *fat) + extra + entries + stream


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _entry(name: str, kind: int, start: int, size: int, child: int = FREE) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return (text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, FREE, FREE, child) + bytes(36)
            + struct.pack("<IQ", start, size))
