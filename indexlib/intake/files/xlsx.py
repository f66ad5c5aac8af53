"""What an .xlsx says of its cells beside their values: which show a percentage, which failed, what is hidden.

A cell that shows 76,6 % holds 0,766. Source of the layouts: ECMA-376 part 1, 18.3.1 (sheets), 18.8 (styles).
"""

from __future__ import annotations

import io
import posixpath
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from functools import cache, partial
from itertools import chain
from xml.sax.saxutils import unescape

from indexlib.intake.files.report import column_number
from indexlib.intake.files.unseen import MOST_COLUMNS, Beside, Errors, Unseen, texts_beside

#: Entities beside those that every XML has.
QUOTES = {"&quot;": '"', "&apos;": "'"}
#: Number formats that every workbook has: 0% and 0.00%.
BUILT_IN = frozenset({9, 10})
#: In a format, text and single letters that are shown as they are.
AS_IT_IS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
#: A cell that is not blank.
CELL = re.compile(rb"<(?:\w+:)?c\s([^<>]*[^<>/])>")
WHERE, STYLE = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']"), re.compile(rb"\bs=[\"'](\d{1,6})[\"']")
#: A cell whose value is an error, and that value.
ERROR = re.compile(rb"<(?:\w+:)?c\s([^<>]*\bt=[\"']e[\"'][^<>]*)>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<", re.DOTALL)
STYLES = re.compile(rb"<(?:\w+:)?cellXfs\b")
ATTRIBUTE = re.compile(rb"([\w:]+)=(\"[^\"]*\"|'[^']*')")
HIDDEN = re.compile(rb"<(?:\w+:)?row\s(?=[^<>]*\bhidden=[\"'](?:1|true)[\"'])[^<>]*\br=[\"'](\d{1,7})[\"']")
HIDDEN_COLUMNS = re.compile(rb"<(?:\w+:)?col\s(?=[^<>]*\bhidden=[\"'](?:1|true)[\"'])[^<>]*>")
FIRST, LAST = re.compile(rb"\bmin=[\"'](\d{1,5})[\"']"), re.compile(rb"\bmax=[\"'](\d{1,5})[\"']")
PAGE = re.compile(rb"<(?:\w+:)?(?:odd|even|first)(?:Header|Footer)>([^<]*)<")


class Parts(dict[str, bytes]):
    """Parts of a workbook by name, each unpacked once; empty where there is none."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.archive = zipfile.ZipFile(io.BytesIO(data))

    def __missing__(self, name: str) -> bytes:
        self[name] = self.archive.read(name) if name in self.archive.NameToInfo else b""
        return self[name]


def beside(parts: Parts) -> dict[str, Beside]:
    """Name of each sheet to what its cells and its page say beside the values."""
    styles = _percent_styles(parts["xl/styles.xml"])
    return {unicodedata.normalize("NFC", sheet): Beside(
        _errors(parts[part]), cache(partial(_unseen, parts, part)),
        cache(partial(_percent_cells, parts, part, styles)) if styles else frozenset) for sheet, part in _sheets(parts)}


def _sheets(parts: Parts) -> list[tuple[str, str]]:
    """Name and part of each sheet."""
    relations = {tag.get("Id"): posixpath.normpath(posixpath.join("/xl", tag.get("Target", ""))).lstrip("/")
                 for tag in _tags(parts["xl/_rels/workbook.xml.rels"], b"Relationship")}
    return [(tag.get("name", ""), relations.get(tag.get("r:id"), "")) for tag in _tags(parts["xl/workbook.xml"], b"sheet")]


def _tags(part: bytes, name: bytes) -> Iterator[dict[str, str]]:
    """Attributes of every tag of a name, without building a tree of a part that may be large."""
    for tag in re.finditer(rb"<(?:\w+:)?" + name + rb"((?:\s+[\w:]+=(?:\"[^\"]*\"|'[^']*'))*)\s*/?>", part):
        yield {key.decode(): unescape(value.decode("utf-8", "replace")[1:-1], QUOTES)
               for key, value in ATTRIBUTE.findall(tag[1])}


def _percent_styles(part: bytes) -> frozenset[int]:
    """Numbers of the cell styles whose format shows a percentage."""
    formats = {int(tag.get("numFmtId", -1)) for tag in _tags(part, b"numFmt")
               if "%" in AS_IT_IS.sub("", tag.get("formatCode", ""))}
    start = STYLES.search(part)
    cells = part[start.end():part.find(b"cellXfs>", start.end())] if start else b""
    return frozenset(n for n, tag in enumerate(_tags(cells, b"xf"))
                     if int(tag.get("numFmtId", 0)) in formats | BUILT_IN)


def _percent_cells(parts: Parts, part: str, styles: frozenset[int]) -> frozenset[tuple[int, int]]:
    return frozenset(where for attributes in CELL.findall(parts[part]) if (style := STYLE.search(attributes))
                     and int(style[1]) in styles and (where := _where(attributes)))


def _errors(content: bytes) -> Errors:
    if b'"e"' not in content and b"'e'" not in content:
        return {}
    return {where: value.decode("utf-8", "replace") for attributes, value in ERROR.findall(content)
            if (where := _where(attributes))}


def _where(attributes: bytes) -> tuple[int, int] | None:
    """Row and column (from 0) of a cell."""
    found = WHERE.search(attributes)
    return (int(found[2]) - 1, column_number(found[1].decode()) - 1) if found else None


def _unseen(parts: Parts, part: str) -> Unseen:
    content = parts[part]
    hides = content if b"hidden=" in content else b""
    columns = (range(int(first[1]) - 1, min(int(last[1]), MOST_COLUMNS)) for tag in HIDDEN_COLUMNS.findall(hides)
               if (first := FIRST.search(tag)) and (last := LAST.search(tag)))
    page = PAGE.findall(content) if b"Header>" in content or b"Footer>" in content else []
    return Unseen(rows={int(row) - 1 for row in HIDDEN.findall(hides)}, columns={*chain.from_iterable(columns)},
                  texts=texts_beside(page, parts["docProps/core.xml"]))
