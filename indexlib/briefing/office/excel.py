"""Workbooks to hand out: one look, texts that stay texts, the same bytes from the same input."""

from __future__ import annotations

import io
import textwrap
from pathlib import Path
from typing import Any

from indexlib.base.problems import IndexlibError
from indexlib.base.wording import t
from indexlib.briefing.office.clean import clean, looks_like_formula
from indexlib.briefing.office.reproducible import MOMENT, rewritten

FONT, SIZE = "Times New Roman", 11
BLUE, YELLOW, GREY, LINK = "#DDEBF7", "#FFF9E5", "#7F7F7F", "#0563C1"
#: Points of height of a line of text.
LINE = 14
#: Letters of a text that fit into the width of a digit: in the mean, and of the widest.
NARROW, WIDE = 1.1, 0.6
#: Longest word that is one.
LONG = 30
#: Points of the tallest row that Excel allows.
TALLEST = 409
A4 = 9


class BookError(IndexlibError):
    """A file that cannot be written, mostly because it is open in Excel."""

    exit_code = 1


class Book:
    """A workbook being written.

    Attributes
    ----------
    path : Path
    file : xlsxwriter.Workbook
        For what this class does not offer.
    """

    def __init__(self, path: Path, title: str):
        import xlsxwriter

        self.path, self._memory = path, io.BytesIO()
        self.file = xlsxwriter.Workbook(self._memory, {"in_memory": True, "strings_to_formulas": False,
                                                       "strings_to_urls": False, "strings_to_numbers": False})
        self.file.set_properties({"title": clean(title)[:255], "author": "indexlib", "created": MOMENT})
        self.file.formats[0].set_font_name(FONT)  # widths of columns are counted in its digits
        self.file.formats[0].set_font_size(SIZE)
        self._formats: dict[tuple, Any] = {}

    def __enter__(self) -> Book:
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        if kind is not None:
            return
        self.file.close()
        try:
            self.path.write_bytes(rewritten(self._memory.getvalue(), _without_fixed_heights))
        except OSError as error:
            raise BookError(t("book.cannot_write", file=self.path, why=error.strerror or error)) from None

    def look(self, **properties: object) -> Any:
        """A cell format; the same properties give the same one."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            given = {"font_name": FONT, "font_size": SIZE, "valign": "top"} | properties
            self._formats[key] = self.file.add_format(given)
        return self._formats[key]

    def text(self, sheet: Any, row: int, column: int, text: object, **properties: object) -> None:
        """Write a text that stays one, even when somebody edits its cell."""
        text = clean(text)
        if looks_like_formula(text):
            properties["quote_prefix"] = True
        sheet.write_string(row, column, text, self.look(**properties))

    def band(self, sheet: Any, row: int, columns: tuple[int, int], text: str, width: float, **properties: object) -> None:
        """A text across columns, as high as its words need.

        Parameters
        ----------
        columns : tuple of int
            The first and the last one.
        width : float
            Their width together, in characters.
        """
        size = properties.get("font_size", SIZE)
        sheet.set_row(row, height([(clean(text), width * SIZE / size)], LINE * size / SIZE))
        sheet.merge_range(row, columns[0], row, columns[1], "", self.look(text_wrap=True, **properties))
        self.text(sheet, row, columns[0], text, text_wrap=True, **properties)

    def pair(self, sheet: Any, row: int, label: str, text: str, width: float, link: bool = False) -> None:
        """A name in the first column, which may lead to the sheet of that name, and what is said of it in the second.

        Parameters
        ----------
        width : float
            Width of the second column, in characters.
        """
        if link:
            to = label.replace("'", "''")
            sheet.write_url(row, 0, f"internal:'{to}'!A1", self.look(font_color=LINK, underline=1), label)
        else:
            self.text(sheet, row, 0, label, font_color=GREY, text_wrap=True)
        self.text(sheet, row, 1, text, text_wrap=True)
        sheet.set_row(row, height([(clean(text), width - 1)]))

    def print_setup(self, sheet: Any, footer: str, title: str = "", pages: int = 0) -> None:
        """A4 landscape, narrow margins, a footer with the page number, a title on top; fits the width, and a number of pages
        (0: as many as it takes)."""
        sheet.set_paper(A4)
        sheet.set_landscape()
        sheet.set_margins(left=0.4, right=0.4, top=0.7 if title else 0.5, bottom=0.6)
        sheet.set_footer(f"&L&9{clean(footer).replace('&', '&&')[:200]}&R&9&P/&N")
        sheet.fit_to_pages(1, pages)
        if title:
            sheet.set_header(f"&L&B&11 {clean(title).replace('&', '&&')[:200]}")


def height(cells: list[tuple[str, float]], line: float = LINE) -> float:
    """Points of height that a row needs for wrapped texts, given with the widths of their columns."""
    most = max((sum(_lines(part, width) for part in text.split("\n")) for text, width in cells), default=1)
    return min(most * line + 2, TALLEST)


def _lines(text: str, width: float) -> int:
    """Lines of a text in a column; a word longer than any of a language may be of wide letters only."""
    if len(text) <= width * WIDE:
        return 1
    endless = max(map(len, text.split()), default=0) > LONG
    return len(textwrap.wrap(text, max(1, int(width * (WIDE if endless else NARROW)))))


def _without_fixed_heights(name: str, content: bytes) -> bytes:
    """Heights as a program would have found them: it shows the row whole, and lets it grow with what is typed in."""
    return content.replace(b' customHeight="1"', b"") if name.startswith("xl/worksheets/") else content
