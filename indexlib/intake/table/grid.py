"""A sheet as a table of places: which rows are places, which columns belong to which of them.

Nothing is known by position. Columns of places are found by their content; what lies above the
first place is header. Several columns of places that agree row by row are one (two languages);
several that do not are pairs, and then a score belongs to the nearest place column on its left.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

from indexlib.data import files
from indexlib.data.places import load_places
from indexlib.intake.files.numbers import number
from indexlib.intake.files.report import Collector
from indexlib.intake.files.sheets import Sheet, looks_like_a_table
from indexlib.intake.table.labels import (
    MOST,
    Header,
    components_named,
    key,
    names_index,
    printed_years,
    roles,
    understand_all,
)
from indexlib.intake.table.layouts import unfolded
from indexlib.intake.table.place_names import FEWEST, codes_of, place_code


@dataclass
class Column:
    """A column of figures: its headers, the place column it belongs to, its cells by row."""

    at: int
    headers: list[Header]
    places: int
    cells: dict[int, object]

    def components(self) -> set[str]:
        """Components that its headers name."""
        return {h.component for h in self.headers if h.component}

    def roles(self) -> set[str]:
        """Roles that its headers name."""
        return {h.role for h in self.headers if h.role}

    def text(self) -> str:
        """Its headers as one text, for messages."""
        return " / ".join(" ".join(h.text.split()) for h in self.headers)


@dataclass
class Grid:
    """A sheet understood as a table of places; ``twice``: places that stand twice in a column of places."""

    sheet: Sheet
    year: int
    turned: bool
    first: int
    columns: list[Column]
    rows: dict[int, dict[int, str]]
    paired: bool
    named: dict[int, dict[int, str]]
    repeats: dict[int, set[str]] = field(default_factory=dict)
    twice: dict[int, set[str]] = field(default_factory=dict)

    @cached_property
    def maxima(self) -> list[tuple[int, list]]:
        """Rows above the places that say the most of each column, each with the column from which on they say it."""
        heads = ((next((c for c, x in enumerate(row) if isinstance(x, str) and "scale" in roles(x)), None), row)
                 for row in self.sheet.rows[:self.first])
        return [(at, row) for at, row in heads if at is not None]

    def where(self, row: int, column: int) -> dict[str, int]:
        """Row and column as the reader of the file sees them."""
        if self.sheet.origin:
            row, column = self.sheet.origin(row, column)
        return {"row": column, "column": row} if self.turned else {"row": row, "column": column}


def report_column(code: str, column: Column, grid: Grid, report: Collector, text: str = "", **values: Any) -> None:
    """Report something of a column at its lowest head; the message quotes ``text``, else all its heads."""
    report.add(code, grid.sheet.name, **grid.where(max(grid.first - 1, 0), column.at), text=text or column.text(), **values)


def printed_most(grid: Grid, column: Column) -> float | None:
    """The maximum that stands over a column, in its head ("(9,5 điểm)") or in a row of maxima; none if not one does."""
    found = {number(printed[1] or printed[2]) for h in column.headers if (printed := MOST.search(h.text))}
    found |= {number(row[column.at]) for at, row in grid.maxima if at < column.at < len(row)}
    return found.pop() if len(found) == 1 else None


def find_grid(sheet: Sheet, index: str, year: int, report: Collector) -> Grid | None:
    """Understand a sheet as a table of places; ``None`` if it holds none.

    Everything odd in its rows is reported: a name that is no place, a place twice, figures
    without a place.
    """
    found = _place_columns(sheet.rows, year)
    turned = False
    if not found:
        across = [list(column) for column in zip(*_even(sheet.rows), strict=True)]
        found = _place_columns(across, year)
        if not found:
            return None
        sheet, turned = replace(sheet, rows=across), True
    groups = _groups(found)
    if not turned and len(set(groups.values())) > 1 and (stacked := unfolded(sheet, found)):
        sheet, found = stacked, _place_columns(stacked.rows, year)
        groups = _groups(found)
    first = min(_start(sheet, index, sorted(rows)) for rows in found.values())
    columns = _columns(sheet, index, found, groups, first)
    grid = Grid(sheet, year, turned, first, columns, {c: {} for c in found}, len(set(groups.values())) > 1, found)
    _read_rows(grid, index, report)
    _check_place_columns(grid, report)
    _name_lone_score(grid, index)
    return grid


def _name_lone_score(grid: Grid, index: str) -> None:
    """Where no head names a component, the one column under "Điểm" is the total of the index that the title names."""
    scores = [column for column in grid.columns if column.roles() == {"score"}
              and any(number(cell) is not None for cell in column.cells.values())]
    if len(scores) != 1 or any(column.components() for column in grid.columns) or printed_years(
            h.text for h in scores[0].headers if h.role) - {grid.year}:
        return
    above = [grid.sheet.name, *(cell for row in grid.sheet.rows[:grid.first] for cell in row if isinstance(cell, str))]
    part = any(components_named(text, index) or h.component not in ("", index)
               for text, h in zip(above, understand_all(above, index), strict=True))
    if names_index(above, index) and not part:
        scores[0].headers.append(Header(scores[0].text(), component=index))


def why_no_grid(sheet: Sheet, year: int) -> str:
    """Code of the problem that a sheet without a table of places is."""
    if looks_like_a_table(sheet):
        return "no_places"
    # A place or two with figures may be an erratum to the tables beside it.
    few = any(any(place_code(cell, year) for cell in row) and any(isinstance(cell, float) for cell in row)
              for row in sheet.rows)
    return "few_places" if few else "sheet_unread"


def _even(rows: list[list]) -> list[list]:
    width = max((len(row) for row in rows), default=0)
    return [row + [None] * (width - len(row)) for row in rows]


def _place_columns(rows: list[list], year: int) -> dict[int, dict[int, str]]:
    """Columns that name enough places: column to row to code."""
    found: dict[int, dict[int, str]] = {}
    codes = codes_of(year)
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if type(cell) is str and (code := codes[cell]):
                found.setdefault(c, {})[r] = code
    named = {c: rows for c, rows in found.items() if len(set(rows.values())) >= FEWEST}
    most = max((len(set(rows.values())) for rows in named.values()), default=0)
    # A column that names the same few places again and again groups the places of another column
    # (the units of 2025 beside the older provinces): it is no column of places itself.
    return {c: rows for c, rows in named.items()
            if len(named) == 1 or max(0.8 * most, len(rows) / 1.2) <= len(set(rows.values()))}


def _start(sheet: Sheet, index: str, rows: list[int]) -> int:
    """First row of a table: a place named above the header (a title, a choice) is no row of it."""
    start = rows[0]
    for row, later in pairwise(rows[:FEWEST]):
        between = [cell for line in sheet.rows[row + 1:later] for cell in line if isinstance(cell, str)]
        heads = understand_all(between, index)
        if any(h.component or h.role in ("place", "rank", "order") for h in heads):
            start = later
    return start


def _groups(found: dict[int, dict[int, str]]) -> dict[int, int]:
    """First column of those that name the same place in every row, for each place column."""
    groups: dict[int, int] = {}
    for c in sorted(found):
        same = next((g for g in sorted(set(groups.values())) if _agree(found[g], found[c])), c)
        groups[c] = same
    return groups


def _agree(one: dict[int, str], other: dict[int, str]) -> bool:
    both = one.keys() & other.keys()
    return len(both) >= FEWEST and all(one[r] == other[r] for r in both)


def _columns(sheet: Sheet, index: str, found: dict, groups: dict[int, int], first: int) -> list[Column]:
    """Every column that is no place column, with its headers and the place column it belongs to."""
    below = zip(*_even(sheet.rows)[first:], strict=True)
    paired = len(set(groups.values())) > 1
    columns = []
    for c, column in enumerate(below):
        if c in found:
            continue
        cells = {r: cell for r, cell in enumerate(column, first) if cell is not None}
        left = [p for p in found if p < c] if paired else [min(found)]
        places = max(left) if left else -1
        headers = _headers(sheet, index, c, first)
        if paired and places >= 0 and c == places + 1 and not any(h.component for h in headers):
            # A header merged over a pair stands in the left cell, above the place.
            headers += [h for h in _headers(sheet, index, places, first) if h.component]
        columns.append(Column(c, headers, places, cells))
    return columns


def _headers(sheet: Sheet, index: str, column: int, first: int) -> list[Header]:
    texts = [row[column] for row in sheet.rows[:first] if column < len(row) and isinstance(row[column], str)]
    return [h for h in understand_all(texts, index) if h.role != "variable"]


def _read_rows(grid: Grid, index: str, report: Collector) -> None:
    """Fill ``grid.rows`` (place column to row to code) and report every odd row."""
    seen: dict[int, set[str]] = {c: set() for c in grid.rows}
    block: dict[int, set[str]] = {c: set() for c in grid.rows}
    for r in range(grid.first, len(grid.sheet.rows)):
        row = grid.sheet.rows[r]
        kind = _kind(r, row, grid, index)
        if kind in ("blank", "header"):
            block = {c: set() for c in grid.rows}
            if kind == "header":
                _check_header_again(grid, index, r, report)
            continue
        if kind == "statistic":
            continue
        for c, rows in grid.rows.items():
            code = grid.named[c].get(r, "")
            if code and code not in seen[c]:  # almost all of them
                seen[c].add(code)
                block[c].add(code)
                rows[r] = code
            else:
                _read_odd(grid, r, c, block[c], report)


def _check_header_again(grid: Grid, index: str, r: int, report: Collector) -> None:
    """A header repeated within the table (pages pasted below each other) must say the same of every column."""
    row = grid.sheet.rows[r]
    for column in grid.columns:
        cell = row[column.at] if column.at < len(row) else None
        header = understand_all([cell], index)[0] if isinstance(cell, str) else None
        said = header and (header.component or header.role or key(header.text))
        if header and said not in column.components() | column.roles() | {key(h.text) for h in column.headers}:
            report.add("header_again", grid.sheet.name, **grid.where(r, column.at), text=header.text,
                       before=column.text() or "–")


def _check_place_columns(grid: Grid, report: Collector) -> None:
    """A column whose head announces places and whose texts are none that are known may belong to other rows."""
    for column in grid.columns:
        if "place" not in column.roles():
            continue
        names = [cell for cell in column.cells.values() if isinstance(cell, str)]
        unknown = [name for name in names if not place_code(name, grid.year)]
        if len(unknown) >= FEWEST:
            report_column("place_column", column, grid, report, n=len(unknown), name=unknown[0])


def _kind(r: int, row: list, grid: Grid, index: str) -> str:
    """``blank``, ``header`` (a header repeated), ``statistic`` (a median, a rank row) or ``places``."""
    if all(r in rows for rows in grid.named.values()):
        return "places"
    if any(r in rows for rows in grid.named.values()):
        others = [row[c] for c, rows in grid.named.items() if r not in rows and c < len(row)]
        return "header" if any("place" in roles(x, index) for x in others if isinstance(x, str)) else "places"
    if all(cell is None for cell in row):
        return "blank"
    names = [row[c] if c < len(row) else None for c in grid.rows]
    said = {role for name in names if isinstance(name, str) for role in roles(name, index)}
    if "place" in said:
        return "header"
    if {"statistic", "rank"} & said or any(_sums_up(name) for name in names if isinstance(name, str)):
        return "statistic"
    if all(name is None for name in names):
        texts = [cell for cell in row if isinstance(cell, str)]
        if any("statistic" in roles(text, index) or _sums_up(text) for text in texts):
            return "statistic"
    return "places"


def _sums_up(name: str) -> bool:
    """Whether a row is of more than one place: "Trung bình nhóm A", the mean of a region."""
    words = key(name)
    if words.removeprefix("vùng ") in _regions():
        return True
    return any("statistic" in roles(words[:at]) for at, letter in enumerate(words) if letter == " ")


@files.known
def _regions() -> frozenset[str]:
    return frozenset(key(place.region) for place in load_places().all if place.region)


def check_above(grid: Grid, report: Collector) -> None:
    """Report rows above the first known place that are rows of the table: other units, or names that are not known."""
    for r, row in enumerate(grid.sheet.rows[:grid.first]):
        figures = [column for column in grid.columns if column.components() and column.at < len(row)
                   and (value := number(row[column.at])) is not None and not 1990 <= value <= 2100]
        for c in grid.rows:
            name = row[c] if c < len(row) else None
            if figures and isinstance(name, str) and len(max(key(name).split(), key=len, default="")) > 1 \
                    and not (roles(name) or _sums_up(name) or place_code(name, grid.year)):
                report.add("unknown_place", grid.sheet.name, **grid.where(r, c), name=name, near=_near(name, grid.year))


def _read_odd(grid: Grid, r: int, c: int, block: set, report: Collector) -> None:
    """A row that names no place in a column of places, or one that has stood above."""
    row = grid.sheet.rows[r]
    name = row[c] if c < len(row) else None
    code = grid.named[c].get(r, "")
    at = grid.where(r, c)
    if code and code in block:
        report.add("duplicate_place", grid.sheet.name, **at, name=name)
        grid.twice.setdefault(c, set()).add(code)
        return
    if code:
        # Below the table some workbooks repeat the place chosen in a list: it must say the same.
        grid.repeats.setdefault(r, set()).add(code)
        return
    own = [col for col in grid.columns if col.places == c or (not grid.paired)]
    figures = [col for col in own if number(col.cells.get(r)) is not None
               and (col.components() or "rank" in col.roles())]
    if not figures:
        return
    if isinstance(name, str):
        report.add("unknown_place", grid.sheet.name, **at, name=name, near=_near(name, grid.year))
    elif not (grid.repeats.get(r) or _repeats_elsewhere(grid, r)):
        report.add("no_place", grid.sheet.name, **at)


def _repeats_elsewhere(grid: Grid, r: int) -> bool:
    """Whether another place column of this row only repeats a place listed above."""
    row = grid.sheet.rows[r]
    codes = {(c, place_code(row[c] if c < len(row) else None, grid.year)) for c in grid.rows}
    return any(code and code in grid.rows[c].values() and r not in grid.rows[c] for c, code in codes)


def _near(name: str, year: int) -> str:
    places = load_places()
    became = {new.name for code, *_ in places.codes_of(name) for new in places.successors(code) if new.valid(year)}
    return ", ".join(sorted(became) or places.nearest(name, year)) or "–"
