"""What a sheet says of itself above its table: a year, another index, a part of the index, targets."""

from __future__ import annotations

from dataclasses import replace

from indexlib.data.catalogue import index_codes, load_catalogue
from indexlib.intake.files.report import Collector
from indexlib.intake.files.sheets import Sheet
from indexlib.intake.table import labels
from indexlib.intake.table.figures import Figures
from indexlib.intake.table.grid import Grid
from indexlib.intake.table.place_names import place_cells

#: Rows at the top in which titles stand, at least and, where a table begins late, at most; cells of a row up to
#: which it is a title and not the head of a table.
ROWS, MOST_ROWS, FEW = 12, 60, 2
#: Numbers above a table that are years of an index.
YEARS = frozenset(map(float, range(2000, 2100)))


def top(sheet: Sheet) -> int:
    """Rows at the top of a sheet in which titles and heads stand: those above the first place, and a dozen at least."""
    return max(ROWS, _first_place(sheet))


def _first_place(sheet: Sheet) -> int:
    """The first row that names a place; 0 if none of the first rows does."""
    return next(place_cells(sheet.rows[:MOST_ROWS]), (0, 0))[0]


def with_years(sheet: Sheet) -> Sheet:
    """The sheet with the years above its first place as text: a spreadsheet makes numbers of them."""
    first = _first_place(sheet)
    above = [[str(int(cell)) if isinstance(cell, float) and cell in YEARS else cell for cell in row]
             for row in sheet.rows[:first]]
    return replace(sheet, rows=above + sheet.rows[first:])


def titles(sheet: Sheet) -> list[str]:
    """The name of a sheet and the texts that stand by themselves at its top."""
    rows = [{cell: None for cell in row if cell is not None} for row in sheet.rows[:top(sheet)]]  # merged cells may repeat
    return [sheet.name, *(cell for row in rows if len(row) <= FEW for cell in row if isinstance(cell, str))]


def heads(sheet: Sheet) -> list[str]:
    """The name of a sheet and every text above its figures."""
    return [sheet.name, *(cell for row in sheet.rows[:top(sheet)] for cell in row if isinstance(cell, str))]


def _above(sheet: Sheet) -> list[str]:
    """Texts in the rows above the head of the table, where one names places, ranks or their order."""
    found: list[str] = []
    for row in sheet.rows[:top(sheet)]:
        texts = [cell for cell in row if isinstance(cell, str)]
        if any(role in ("place", "order", "rank") for text in texts for role in labels.roles(text)):
            return found
        found += texts
    return []


def _beside(sheet: Sheet) -> list[str]:
    """Texts that stand by themselves below the last place, at the edge of the printed page and in the file's title."""
    last = max((r for r, _ in place_cells(sheet.rows)), default=-1)
    rows = [{cell: None for cell in row if cell is not None} for row in sheet.rows[last + 1:]]
    return [*(cell for row in rows if len(row) <= FEW for cell in row if isinstance(cell, str)), *sheet.unseen().texts]


def titled_years(sheets: list[Sheet]) -> set[int]:
    """Years that the titles of sheets print."""
    return labels.printed_years(text for sheet in sheets for text in titles(sheet))


def check_index(sheets: list[Sheet], index: str, report: Collector) -> None:
    """Titles that name another index than the one asked for, and not that one."""
    texts = [text for sheet in sheets for text in titles(sheet)]
    others = [other for other in index_codes() if other != index and labels.names_index(texts, other)]
    if others and not labels.names_index(texts, index):
        name = load_catalogue().short_name
        report.add("index_conflict", asked=name(index), stated=name(others[0]))


def check_between(grid: Grid, index: str, year: int, report: Collector) -> None:
    """Text within the table that names another year or index: a second table may have been pasted below the first."""
    placed = {r for rows in grid.named.values() for r in rows}
    for r in range(grid.first, max(placed, default=0)):
        for text in {cell: None for cell in grid.sheet.rows[r] if r not in placed and isinstance(cell, str)}:
            others = [other for other in index_codes() if other != index and labels.names_index([text], other)]
            if others or (labels.printed_years([text]) and year not in labels.printed_years([text])):
                report.add("text_between", grid.sheet.name, **grid.where(r, 0), text=text)


def check_title(sheet: Sheet, figures: Figures, index: str, report: Collector) -> None:
    """A title that makes the column of the total something else: one field, a target, a self-assessment."""
    own, label = {component for component, _ in figures.found}, load_catalogue().label
    for text in dict.fromkeys([*titles(sheet), *_above(sheet), *_beside(sheet)]):
        named = labels.components_named(text, index)
        other = labels.titled(text, index, "title")
        if not other and index in own and len(named) == 1 and not named & own:
            report.add("title_component", sheet.name, text=text, component=label(named.pop()))
        elif other or (own == {index} and labels.titled(text, index, "title_part")):
            report.add("title_other", sheet.name, text=text)
