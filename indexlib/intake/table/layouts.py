"""Tables laid out otherwise, brought into the layout that readers know: rows of several years, blocks side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise

from indexlib.intake.files.numbers import number
from indexlib.intake.files.sheets import Sheet
from indexlib.intake.table.labels import key, roles
from indexlib.intake.table.place_names import FEWEST, place_cells

YEAR = re.compile(r"\W*(?:năm|year)?\s*((?:19|20)\d\d)\W*", re.IGNORECASE)
YEAR_HEADS = ("năm", "year")


@dataclass(frozen=True)
class Years:
    """The year of each row of places (0: not said), and the cells that say it: a column, or rows between."""

    by_row: dict[int, int] = field(default_factory=dict)
    column: int | None = None
    lines: frozenset[int] = frozenset()


def years_down(sheet: Sheet) -> Years:
    """The years that a column "Năm", or lines "Năm 2022" below the head, give to the rows of a table; empty if none does."""
    head = next((r for r, row in enumerate(sheet.rows) if any(isinstance(x, str) and "place" in roles(x) for x in row)), None)
    if head is None:
        return Years()
    said = {r: year for r, row in enumerate(sheet.rows) if r > head and (year := _lone_year(row))}
    columns = [c for c, cell in enumerate(sheet.rows[head]) if isinstance(cell, str) and key(cell) in YEAR_HEADS]
    if not said and not columns:
        return Years()
    below = [r for r in dict.fromkeys(r for r, _ in place_cells(sheet.rows)) if r > head]
    # Under "Năm" only years stand beside the places.
    cells = {c: {r: x for r in below if (x := _cell(sheet, r, c)) is not None} for c in columns}
    column = next((c for c, own in cells.items() if own and all(map(_year, own.values()))), None)
    if column is not None:
        said = {r: year for r in range(head + 1, len(sheet.rows)) if (year := _year(_cell(sheet, r, column)))}
    said = {r: year for r, year in said.items() if r <= max(below, default=head)}
    if not said:
        return Years()
    by_row = {r: next((said[at] for at in sorted(said, reverse=True) if at <= r), 0) for r in below}
    return Years(by_row, column, frozenset() if column is not None else frozenset(said))


def _lone_year(row: list) -> int:
    """The year that is all that a row says; 0 if it says anything else."""
    first = next((x for x in row if x is not None), None)
    return _year(first) if _year(first) and all(x is None or x == first for x in row) else 0


def _year(cell: object) -> int:
    """The year that is all that a cell says; 0 if it says anything else."""
    if isinstance(cell, float) and cell.is_integer():
        cell = str(int(cell))
    found = YEAR.fullmatch(cell) if isinstance(cell, str) else None
    return int(found[1]) if found else 0


def rows_of(sheet: Sheet, years: Years, year: int) -> Sheet:
    """The sheet with the rows of one year alone, and without what tells the years apart."""
    rows = [[None] * len(row) if r in years.lines or years.by_row.get(r, year) != year
            else [None if c == years.column else cell for c, cell in enumerate(row)] for r, row in enumerate(sheet.rows)]
    return replace(sheet, rows=rows)


def unfolded(sheet: Sheet, found: dict[int, dict[int, str]]) -> Sheet | None:
    """One table out of blocks side by side: each with the same head and with places of its own; none if it is not so.

    ``found`` has the columns of places: column to row to code.
    """
    columns = sorted(found)
    steps = {b - a for a, b in pairwise(columns)}
    apart = all(set(found[a].values()).isdisjoint(found[b].values()) for a, b in combinations(columns, 2))
    if len(steps) != 1 or not apart or min(map(len, found.values())) < FEWEST:
        return None
    step, first = steps.pop(), min(min(rows) for rows in found.values())
    lead = columns[0] % step
    starts = [column - lead for column in columns]
    head = [row for row in sheet.rows[:first] if sum(x is not None for x in row) >= len(columns)]
    same = all(_block(row, start, step) == _block(row, 0, step) for row in head for start in starts)
    if not head or starts[0] != 0 or not same:
        return None
    rows, moved = [row[:step] for row in sheet.rows[:first]], [(r, 0) for r in range(first)]
    for start in starts:
        for r in range(first, len(sheet.rows)):
            block = sheet.rows[r][start:start + step]
            if any(x is not None for x in block):
                rows.append(block)
                moved.append((r, start))

    def origin(row: int, column: int) -> tuple[int, int]:
        return moved[row][0], column + moved[row][1]

    return replace(sheet, rows=rows, origin=origin)


def _block(row: list, start: int, step: int) -> list[str]:
    block = [*row[start:start + step], *[None] * step][:step]
    return [key(x) if isinstance(x, str) else "" for x in block]


def one_row_a_place(sheet: Sheet) -> Sheet:
    """A sheet in which a row of ranks lies below each row of scores, with the ranks in columns beside the scores."""
    places: dict[int, list[int]] = {}
    for r, c in place_cells(sheet.rows):
        places.setdefault(c, []).append(r)
    width = max(map(len, sheet.rows), default=0)
    for c, named in sorted(places.items()):
        if len(named) < FEWEST or not all(r + 1 < len(sheet.rows) and not _cell(sheet, r + 1, c) for r in named):
            continue
        for kind in range(width):
            if kind != c and all(_ranks(sheet, r + 1, kind) and not _ranks(sheet, r, kind) for r in named):
                return _ranks_beside(sheet, set(named), kind, width)
    return sheet


def _cell(sheet: Sheet, row: int, column: int) -> object:
    return sheet.rows[row][column] if column < len(sheet.rows[row]) else None


def _ranks(sheet: Sheet, row: int, column: int) -> bool:
    return isinstance(cell := _cell(sheet, row, column), str) and "rank" in roles(cell)


def _ranks_beside(sheet: Sheet, pairs: set[int], kind: int, width: int) -> Sheet:
    ranked = {c for c in range(width) for r in pairs if number(_cell(sheet, r + 1, c)) is not None}
    columns = [(c, below) for c in range(width) if c != kind for below in ([0, 1] if c in ranked else [0])]
    first = min(pairs)
    # A title stands once; the head of a column over its scores and its ranks.
    once = [sum(x is not None for x in row) == 1 for row in sheet.rows]
    rows = [[None if below and once[r] else _cell(sheet, r, c) for c, below in columns] for r in range(first)]
    rows.append([_cell(sheet, first + 1, kind) if below else None for _, below in columns])
    lines = [*range(first), first, *(r for r in range(first, len(sheet.rows)) if r - 1 not in pairs)]
    rows += [[_cell(sheet, r + below, c) if r in pairs or not below else None for c, below in columns]
             for r in lines[first + 1:]]

    def origin(row: int, column: int) -> tuple[int, int]:
        c, below = columns[column]
        return sheet.at(lines[row] + (below if row > first else 0), c)

    return replace(sheet, rows=rows, origin=origin)
