"""Measuring files that are zip archives (.xlsx, .ods, .docx): counted part by part before a parser opens them.

Every part is unpacked once in small pieces. What an archive states about its sizes is not believed,
nor what its parts are called: a sheet is known by its first tag.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from itertools import chain
from typing import Any
from xml.parsers import expat

from indexlib.intake.files.limits import Refused, Tally
from indexlib.intake.files.report import column_number

#: All parts together, and those that are XML: a parser holds these in memory several times over.
MAX_UNPACKED, MAX_XML, MAX_DOCX = 100_000_000, 40_000_000, 12_000_000
CHUNK = 1 << 20
ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
#: Cells of the tables of a Word file, each counted over the columns that it spans.
MAX_DOCX_CELLS = 40_000
SPANS = frozenset({"w:gridSpan", "w:gridBefore", "w:gridAfter"})
#: Below this many letters, the cells with shared texts need no second look.
MAX_SHARED = 5_000_000
#: Blank cells that say where they stand.
BLANK = re.compile(rb'(?:<c r="[A-Z]{1,3}\d{1,7}"[^<>]*/>)+')
#: A cell with a figure or the number of a text as nearly every program writes it, in which nothing can be amiss: its
#: column, its row, how it is written.
PLAIN = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"(?: s="\d{1,6}")?( t="[a-z]{1,9}")?>'
                   rb"(?:<f>[ -%'-;=?-~]*</f>)?<v>[-+.0-9Ee]{1,30}</v></c>")
#: A cell with a shared text: the number of the text.
SHARED = re.compile(rb"\bt=[\"']s[\"'][^>]*>(?:<(?:\w+:)?f\b[^>]*>[^<]*(?:</(?:\w+:)?f>)?)?<(?:\w+:)?v>\s*(\d{1,9})\s*<")


def measure(parts: zipfile.ZipFile) -> None:
    """Count what an archive holds.

    Raises
    ------
    Refused
        Past a limit of :mod:`indexlib.intake.files.limits` or of this module, protected by a password, or XML that
        defines entities or hides what it is.
    """
    if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED:
        raise Refused("too_large_inside", limit=MAX_UNPACKED // 1_000_000)
    tally, unpacked, xml, shared, sheets = Tally(), 0, 0, Shared(), []
    names = set(parts.namelist())
    most = MAX_DOCX if "word/document.xml" in names else MAX_XML
    for part in parts.infolist():
        if part.flag_bits & 1:
            raise Refused("password")
        pieces = _pieces(parts, part)
        first = next(pieces, b"")
        counter = _counter(first, tally, shared)
        parser = counter and _parser(counter)
        if isinstance(counter, Sheet):
            sheets.append(part)
            tally.next_sheet()
        end = b""
        for piece in chain([first], pieces):
            unpacked += len(piece)
            xml += len(piece) if _is_xml(first) else 0
            for size, limit in ((unpacked, MAX_UNPACKED), (xml, most)):
                if size > limit:
                    raise Refused("too_large_inside", limit=limit // 1_000_000)
            if b"<!DOCTYPE" in end + piece and _is_xml(first):
                raise Refused("entities")
            end = piece[-16:]
            if isinstance(counter, Sheet):
                piece = counter.without_plain(piece)
            if parser:
                parser.Parse(piece)
        if parser:
            parser.Parse(b"", True)
    if shared.used * shared.longest > MAX_SHARED:
        _measure_shared(parts, sheets, shared, tally)


def _is_xml(first: bytes) -> bool:
    return first.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


def _counter(first: bytes, tally: Tally, shared: Shared) -> Any:
    """What counts a part, by its first tag; ``None`` for parts that hold no cells."""
    if not _is_xml(first):
        return None
    root = ROOT.search(first)
    if root is None:
        raise Refused("damaged")
    makers = {b"worksheet": lambda: Sheet(tally, shared), b"sst": lambda: shared, b"document-content": lambda: Tables(tally),
              b"document": Document}
    return makers[root[1]]() if root[1] in makers else None


def _parser(counter: Any) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = counter.start
    parser.EndElementHandler = getattr(counter, "end", None)
    parser.CharacterDataHandler = getattr(counter, "letters", None)
    return parser


def _pieces(parts: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with parts.open(part) as stream:
        while piece := stream.read(CHUNK):
            yield piece


class Shared:
    """The texts that cells of an .xlsx share: their lengths, and how many cells use one."""

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self.used = 0

    @property
    def longest(self) -> int:
        """Letters of the longest text."""
        return max(self.lengths, default=0)

    def start(self, name: str, attributes: dict) -> None:
        """A tag begins."""
        if name.rpartition(":")[2] == "si":
            self.lengths.append(0)

    def letters(self, text: str) -> None:
        """Text between tags."""
        if self.lengths:
            self.lengths[-1] += len(text)


class Sheet:
    """A sheet of an .xlsx."""

    def __init__(self, tally: Tally, shared: Shared) -> None:
        self.tally, self.shared = tally, shared
        self.row = self.column = 0
        self.where, self.used, self.marks = "", False, 0

    def start(self, name: str, attributes: dict) -> None:
        """A tag begins: a row, a cell, or the value that fills it."""
        if name == "c":
            self.marks += 1
            where = attributes.get("r")
            if where is None:
                self.column += 1
                self.where = ""
            else:
                self.where = where
            self.used = attributes.get("t") == "s"
        elif name in ("v", "is"):
            if self.where:
                letters = self.where.rstrip("0123456789")
                self.row = int(self.where[len(letters):] or 0)
                self.column = column_number(letters[:4])
            self.tally.cell(self.row, self.column)
            self.shared.used += self.used
        elif name == "row":
            self.tally.mark(self.marks + 1)
            self.marks = 0
            self.row, self.column = int(attributes.get("r") or self.row + 1), 0
        elif ":" in name:
            self.start(name.rpartition(":")[2], attributes)

    def without_plain(self, piece: bytes) -> bytes:
        """A piece of the part without the cells that need no parser, counted here for speed; a blank in the place of each.

        A blank cell with an address fills nothing.
        """
        filled = BLANK.sub(b" ", piece)
        self.tally.mark(piece.count(b"<c ") - filled.count(b"<c "))
        cells = PLAIN.findall(filled)
        if not cells:
            return filled
        columns, rows, looks = zip(*cells, strict=True)
        self.tally.mark(len(cells))
        self.tally.cell(max(map(int, rows)), max(column_number(column.decode()) for column in {*columns}))
        self.shared.used += sum(b't="s"' in look for look in looks)
        return PLAIN.sub(b" ", filled)


def _measure_shared(parts: zipfile.ZipFile, sheets: list[zipfile.ZipInfo], shared: Shared, tally: Tally) -> None:
    """Count the letters of shared texts cell by cell, where the longest of them would be too long everywhere."""
    for part in sheets:
        for index in SHARED.findall(parts.read(part)):
            tally.letters(shared.lengths[int(index)] if int(index) < len(shared.lengths) else 0)


class Tables:
    """The tables of an .ods: rows and cells that repeat stand there once."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.row = self.column = self.last = self.down = self.across = self.text = self.row_text = 0
        self.filled = self.inside = False

    def start(self, name: str, attributes: dict) -> None:
        """A tag begins."""
        if name in ("table:table-cell", "table:covered-table-cell"):
            self.tally.mark()
            self.across = int(attributes.get("table:number-columns-repeated", 1))
            self.filled, self.inside, self.text = "office:value-type" in attributes, True, 0
        elif name == "table:table-row":
            self.tally.mark()
            self.down = int(attributes.get("table:number-rows-repeated", 1))
            self.column = self.last = self.row_text = 0
        elif name == "table:table":
            self.tally.next_sheet()
            self.row = 0
        elif self.inside and name == "text:s":
            self.text += int(attributes.get("text:c", 1))

    def letters(self, text: str) -> None:
        """Text between tags."""
        if self.inside:
            self.filled = True
            self.text += len(text)

    def end(self, name: str) -> None:
        """A tag ends."""
        if name in ("table:table-cell", "table:covered-table-cell"):
            self.column += self.across
            if self.filled:
                self.last = self.column
                self.row_text += self.text * self.across
            self.inside = False
        elif name == "table:table-row":
            self.row += self.down
            if self.last:
                self.tally.cell(self.row, self.last)
                self.tally.letters(self.row_text * self.down)


class Document:
    """The tables of a .docx."""

    def __init__(self) -> None:
        self.cells = 0

    def start(self, name: str, attributes: dict) -> None:
        """A tag begins: a cell, or the columns that it spans."""
        if name == "w:tc":
            self.cells += 1
        elif name in SPANS:
            self.cells += int(attributes.get("w:val", 1))
        if self.cells > MAX_DOCX_CELLS:
            raise Refused("too_many_table_cells", limit=MAX_DOCX_CELLS // 1000)
