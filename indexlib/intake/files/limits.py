"""What a workbook may hold, and counting it before a parser makes room for it.

A few bytes can ask for millions of cells or repeat one long text into gigabytes. Whatever passes these
limits is refused; no published table comes near them.
"""

from __future__ import annotations

#: Cells of the rectangles from the first to the last filled cell, over all sheets.
MAX_CELLS = 1_000_000
#: Characters of all texts, each counted as often as cells hold it.
MAX_TEXT = 20_000_000
#: Tags or records that describe cells, rows and sheets, blank ones too.
MAX_MARKS = 1_000_000
#: Cells in a row: a table has tens.
MAX_COLUMNS = 20_000


class Refused(Exception):
    """A file that is not read on: past a limit, protected, damaged; ``code`` names the message."""

    def __init__(self, code: str, **values: object):
        super().__init__(code)
        self.code, self.values = code, values


class Tally:
    """Counts the cells and texts of a workbook, sheet after sheet."""

    def __init__(self) -> None:
        self.before, self.rows, self.columns = 0, 0, 0
        self.text, self.marks = 0, 0

    def next_sheet(self) -> None:
        """The cells that follow are of another sheet."""
        self.before += self.rows * self.columns
        self.rows = self.columns = 0

    def mark(self, n: int = 1) -> None:
        """Something was described, filled or not."""
        self.marks += n
        if self.marks > MAX_MARKS:
            raise Refused("too_many_cells", limit=MAX_MARKS // 1_000_000)

    def cell(self, row: int, column: int) -> None:
        """A filled cell; rows and columns count from 1."""
        if row > self.rows or column > self.columns:
            self.rows, self.columns = max(self.rows, row), max(self.columns, column)
            if self.before + self.rows * self.columns > MAX_CELLS or self.columns > MAX_COLUMNS:
                raise Refused("too_many_cells", limit=MAX_CELLS // 1_000_000)

    def letters(self, n: int) -> None:
        """Characters of text that a cell holds."""
        self.text += n
        if self.text > MAX_TEXT:
            raise Refused("too_much_text", limit=MAX_TEXT // 1_000_000)

