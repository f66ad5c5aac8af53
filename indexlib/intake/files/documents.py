"""Tables inside PDF and Word files, as sheets: poured into the template, never added directly.

A table that runs over pages is one sheet. What stands between two tables may make the second one of
another year or index, so it stays with it: only what goes on without a word is joined.
"""

from __future__ import annotations

import re
import unicodedata

from indexlib.intake.files.numbers import number
from indexlib.intake.files.runs import UNSEEN
from indexlib.intake.files.sheets import Opened, Sheet, Table, refuse

#: Lines at the start of the document and lines directly above a table that are its title: a reader looks at the first
#: rows of a sheet only.
FIRST, LAST = 6, 4
#: At the end of the line above a table that goes on.
GOES_ON = re.compile(r"\W*(?:tiếp theo|tiếp|continued|cont)\W*$", re.IGNORECASE)


def document_sheets(opened: Opened) -> list[Sheet]:
    """The tables of a PDF or Word file, each below its title.

    A table is joined to the one before it if it has the same columns, no caption of its own and no other header.

    Raises
    ------
    Unreadable
        Protected, damaged, pictures only, too many pages, or without a table.
    """
    if opened.kind == "pdf":
        from indexlib.intake.files.pdf import pdf_tables as tables_of
    else:
        from indexlib.intake.files.word import word_tables as tables_of
    tables = [_clean(table) for table in tables_of(opened.path)]
    if not tables:
        raise refuse(opened.path, "no_tables")
    first = tables[0]
    # The title of the document names index and year: it stands above the first table.
    first.above[:] = first.above if len(first.above) <= FIRST + LAST else [*first.above[:FIRST], *first.above[-LAST:]]
    joined: list[Table] = []
    for table in tables:
        if joined and _goes_on(table, joined[-1]):
            joined[-1].append(table)
        else:
            joined.append(table)
    return [_sheet(table) for table in joined]


def _clean(table: Table) -> Table:
    rows = [[_text(cell) for cell in row] for row in table.rows]
    return Table(table.name, rows, [text for line in table.above if (text := _text(line))], table.unsure)


def _text(cell: object) -> str | None:
    text = unicodedata.normalize("NFC", cell).translate(UNSEEN) if isinstance(cell, str) else ""
    return " ".join(text.split()) or None


def _sheet(table: Table) -> Sheet:
    width, above = len(table.rows[0]), table.above
    if len(above) > FIRST + LAST:
        above = above[-LAST:]
    title: list[list] = [[line, *[None] * (width - 1)] for line in above]
    unsure = [(row + len(title), column, code) for row, column, code in table.unsure]
    return Sheet(table.name, title + table.rows, unsure=unsure)


def _goes_on(table: Table, before: Table) -> bool:
    """Whether a table is the rest of the one before it, on the next page."""
    if len(table.rows[0]) != len(before.rows[0]):
        return False
    said = " ".join(before.above).casefold()
    if not all(GOES_ON.search(line) and GOES_ON.sub("", line).casefold() in said for line in table.above):
        return False
    head = _head(table.rows)
    return head == _head(before.rows)[:len(head)] if head else True


def _head(rows: list[list]) -> list[tuple]:
    """The rows above the first figure, without those that are one text over all columns and no title.

    A row of one text parts groups of places; above a head, or where it names a year, it is a title.
    """
    head: list[tuple] = []
    for row in rows:
        if any(number(cell) is not None for cell in row):
            break
        head.append(tuple((cell or "").casefold() for cell in row))
    last = max((n for n, row in enumerate(head) if len({*row} - {""}) > 1), default=-1)
    return [row for n, row in enumerate(head) if n <= last or re.search(r"\b20\d\d\b", " ".join(row))]
