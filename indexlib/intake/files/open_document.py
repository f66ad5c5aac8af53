"""What the library that reads workbooks leaves out of an .ods: failed formulas, hidden rows and columns.

Source: OpenDocument 1.3 part 3, 9.1 (tables), 19.749 (table:visibility).
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from typing import Any
from xml.parsers import expat

from indexlib.intake.files.unseen import MOST_COLUMNS, MOST_ROWS, Unseen, texts_beside


def read(data: bytes) -> dict[str, Unseen]:
    """Name of each sheet to what was found."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        names = parts.namelist()
        content, about = (parts.read(name) if name in names else b"" for name in ("content.xml", "meta.xml"))
    walk = _Walk()
    if content:
        walk.parser.Parse(content, True)
    for sheet in walk.sheets.values():
        sheet.texts = texts_beside([], about)
    return walk.sheets


class _Walk:
    """Keeps count of rows and columns while the tags go by."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self.start, self.end
        self.parser.CharacterDataHandler = self.text
        self.sheets: dict[str, Unseen] = {}
        self.sheet = Unseen()
        self.row = self.column = self.head = 0
        self.rows = self.columns = 1
        self.failed: list[str] | None = None

    def start(self, tag: str, has: dict[str, str]) -> None:
        if tag == "table:table":
            self.sheet = self.sheets.setdefault(unicodedata.normalize("NFC", has.get("table:name", "")), Unseen())
            self.row = self.head = 0
        elif tag == "table:table-column":
            many = int(has.get("table:number-columns-repeated", 1))
            if _hidden(has):
                self.sheet.columns.update(range(self.head, min(self.head + many, MOST_COLUMNS)))
            self.head += many
        elif tag == "table:table-row":
            self.rows, self.column = int(has.get("table:number-rows-repeated", 1)), 0
            if _hidden(has):
                self.sheet.rows.update(range(self.row, min(self.row + self.rows, MOST_ROWS)))
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self.columns = int(has.get("table:number-columns-repeated", 1))
            # Written by LibreOffice with a type of its own, by Excel as a formula whose text is the error.
            self.failed = [] if has.get("calcext:value-type") == "error" or "table:formula" in has else None

    def text(self, data: str) -> None:
        if self.failed is not None:
            self.failed.append(data)

    def end(self, tag: str) -> None:
        if tag == "table:table-row":
            self.row += self.rows
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            said = "".join(self.failed or ()).strip()
            if said.startswith(("#", "Err:")):
                self.sheet.errors[self.row, self.column] = said
            self.failed = None
            self.column += self.columns


def _hidden(has: dict[str, Any]) -> bool:
    return has.get("table:visibility") in ("collapse", "filter")
