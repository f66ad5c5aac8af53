"""Cells of an .xlsx that show a percentage: the cell holds 0,766 and people see 76,6 %."""

from __future__ import annotations

import io
import posixpath
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from xml.sax.saxutils import unescape

from indexlib.intake.files.rich_text import QUOTES

#: Number formats that every workbook has: 0% and 0.00%.
BUILT_IN = frozenset({9, 10})
#: In a format, text and single letters that are shown as they are.
AS_IT_IS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
#: A cell that is not blank.
CELL = re.compile(rb"<(?:\w+:)?c\s([^<>]*[^<>/])>")
WHERE, STYLE = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']"), re.compile(rb"\bs=[\"'](\d{1,6})[\"']")
STYLES = re.compile(rb"<(?:\w+:)?cellXfs\b")
ATTRIBUTE = re.compile(rb"([\w:]+)=(\"[^\"]*\"|'[^']*')")


#: Row and column (from 0) of cells, found out when first asked for.
Cells = Callable[[], frozenset[tuple[int, int]]]


def percent_cells(data: bytes) -> dict[str, Cells]:
    """Name of each sheet to its cells with a number format in percent; a sheet without any may be missing."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        names = set(parts.namelist())
        styles = _percent_styles(parts.read("xl/styles.xml")) if "xl/styles.xml" in names else frozenset()
        if not styles:
            return {}
        return {unicodedata.normalize("NFC", sheet): cache(partial(_cells, data, part, styles))
                for sheet, part in sheets_of(parts) if part in names}


def _percent_styles(part: bytes) -> frozenset[int]:
    """Numbers of the cell styles whose format shows a percentage."""
    formats = {int(tag.get("numFmtId", -1)) for tag in _tags(part, b"numFmt")
               if "%" in AS_IT_IS.sub("", tag.get("formatCode", ""))}
    start = STYLES.search(part)
    cells = part[start.end():part.find(b"cellXfs>", start.end())] if start else b""
    return frozenset(n for n, tag in enumerate(_tags(cells, b"xf"))
                     if int(tag.get("numFmtId", 0)) in formats | BUILT_IN)


def _tags(part: bytes, name: bytes) -> Iterator[dict[str, str]]:
    """Attributes of every tag of a name, without building a tree of a part that may be large."""
    for tag in re.finditer(rb"<(?:\w+:)?" + name + rb"((?:\s+[\w:]+=(?:\"[^\"]*\"|'[^']*'))*)\s*/?>", part):
        yield {key.decode(): unescape(value.decode("utf-8", "replace")[1:-1], QUOTES)
               for key, value in ATTRIBUTE.findall(tag[1])}


def sheets_of(parts: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Name and part of each sheet."""
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= set(parts.namelist()):
        return []
    relations = {tag.get("Id"): posixpath.normpath(posixpath.join("/xl", tag.get("Target", ""))).lstrip("/")
                 for tag in _tags(parts.read("xl/_rels/workbook.xml.rels"), b"Relationship")}
    return [(tag.get("name", ""), relations.get(tag.get("r:id"), ""))
            for tag in _tags(parts.read("xl/workbook.xml"), b"sheet")]


def _cells(data: bytes, part: str, styles: frozenset[int]) -> frozenset[tuple[int, int]]:
    found = set()
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        content = parts.read(part)
    for attributes in CELL.findall(content):
        style, where = STYLE.search(attributes), WHERE.search(attributes)
        if style and where and int(style[1]) in styles:
            column = 0
            for letter in where[1]:
                column = column * 26 + letter - 64
            found.add((int(where[2]) - 1, column - 1))
    return frozenset(found)
