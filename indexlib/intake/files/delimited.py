"""Text tables: CSV files in the usual encodings, with comma, semicolon or tab between cells."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from indexlib.intake.files.limits import MAX_CELLS
from indexlib.intake.files.numbers import number

#: Tried in turn; the last is the code page of Vietnamese Windows and takes any bytes.
ENCODINGS = ("utf-8-sig", "cp1258")
SEPARATORS = (";", "\t", ",")
#: Share of the lines that the best separator splits alike, from which on another one may be the right one.
NEARLY = 0.7
#: Fewer lines are no table.
FEWEST = 10
#: A text table of every figure that a publisher has ever released is smaller.
MAX_BYTES, MAX_ROWS = 10_000_000, 100_000


def read_delimited(path: Path, data: bytes, refuse: Callable) -> list[list]:
    """Rows of text cells of a text table.

    Cells stay text: whether "8,35" is a number is decided where it is read. Where the comma
    separates, a row of figures wider than the header is refused: a decimal comma taken for a
    separator shifts every figure behind it.
    """
    if len(data) > MAX_BYTES:
        raise refuse(path, "too_large", limit=MAX_BYTES // 1_000_000)
    text = _decode(path, data, refuse)
    try:
        separator = _separator(text)
        rows = list(islice(csv.reader(io.StringIO(text), delimiter=separator, strict=False), MAX_ROWS + 1))
    except csv.Error:
        raise refuse(path, "long_cell", limit=csv.field_size_limit() // 1000) from None
    if len(rows) > MAX_ROWS:
        raise refuse(path, "too_many_rows", limit=MAX_ROWS // 1000)
    rows = [_trim(row) for row in rows]
    width = max(map(len, rows), default=0)
    if width < 2:
        if sign := unsplit(rows):
            raise refuse(path, "unsplit", sign=sign)
        raise refuse(path, "no_columns")
    if width * len(rows) > MAX_CELLS:
        raise refuse(path, "too_many_cells", limit=MAX_CELLS // 1_000_000)
    if separator == ",":
        _check_widths(path, rows, refuse)
        rows = _whole_titles(rows)
    return rows


def _check_widths(path: Path, rows: list[list[str]], refuse: Callable) -> None:
    """Refuse rows of figures wider than every row above the first of them."""
    first = next((i for i, row in enumerate(rows) if sum(number(cell) is not None for cell in row) > 1), None)
    if first is None:
        return
    # Where no figure has a decimal sign it may have been split, as is "Tỉnh, thành phố", with a blank behind its comma.
    split = not any(number(cell) is not None and {",", "."} & set(cell) for row in rows[first:] for cell in row)
    header = max((len(row) - split * _blanks(row) for row in rows[:first]), default=0)
    if not header:
        return
    for line, row in enumerate(rows[first:], first + 1):
        if len(row) > header:
            raise refuse(path, "ragged", line=line, n=len(row), usual=header)


def _whole_titles(rows: list[list[str]]) -> list[list[str]]:
    """Put titles with commas together again: above the head, every comma in them is followed by a blank."""
    first = next((i for i, row in enumerate(rows)
                  if any(number(cell) is not None and cell[:1] != " " for cell in row)), 0)
    return [[",".join(row)] if i < first - 1 and 0 < _blanks(row) == len(row) - 1 else row
            for i, row in enumerate(rows)]


def _blanks(row: list[str]) -> int:
    """Cells that start with a blank, beside the first."""
    return sum(cell[:1] == " " for cell in row[1:])


def _decode(path: Path, data: bytes, refuse: Callable) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ENCODINGS
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refuse(path, "encoding")


def _separator(text: str) -> str:
    """The separator under which most lines have the same number of cells.

    A decimal comma in every row splits as many lines alike as the separator does, and one in the title more: so of
    those that split nearly as many lines, the one that gives more cells.
    """
    lines = [line for line in text.splitlines()[:200] if line.strip()]

    def split(separator: str) -> tuple[int, int]:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=separator) if len(row) > 1)
        except csv.Error:  # no separator, if a cell would be that long with it
            return 0, 0
        width, rows = max(widths.items(), key=lambda item: item[::-1], default=(0, 0))
        return rows, width

    found = {separator: split(separator) for separator in SEPARATORS}
    most = max(rows for rows, _ in found.values())
    return max((s for s in SEPARATORS if found[s][0] >= NEARLY * most), key=lambda s: (found[s][1], found[s][0]))


def unsplit(rows: list[list]) -> str:
    """The sign between figures where every row stands in one cell; nothing where rows do not."""
    lines: list[str] = []
    for row in rows:
        filled = [cell for cell in row if cell is not None and cell != ""]
        if len(filled) > 1 or not all(isinstance(cell, str) for cell in filled):
            return ""
        lines += filled
    return next((s for s in (";", "\t", "|", ",") if len(lines) >= FEWEST and NEARLY * len(lines) < sum(
        any(number(part) is not None for part in line.split(s)[1:]) for line in lines)), "")


def _trim(row: list[str]) -> list[str]:
    filled = next((i for i in range(len(row), 0, -1) if row[i - 1].strip()), 0)
    return row[:filled]
