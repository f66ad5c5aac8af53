"""Sheets of one PCI sub-index each: which column holds its scores, told by a header or by the summary's figures."""

from __future__ import annotations

from dataclasses import dataclass

from indexlib.data.catalogue import load_catalogue
from indexlib.intake.files.numbers import number
from indexlib.intake.files.report import Collector
from indexlib.intake.table import labels
from indexlib.intake.table.figures import MANY, SCORE, Figures, component_of, printed_numbers, take, tolerance
from indexlib.intake.table.grid import Column, Grid, report_column
from indexlib.intake.table.indicators import read_indicators
from indexlib.intake.table.labels import nearest

INDEX = TOTAL = "pci"
#: Share of the places at which an unnamed column must have the summary's scores to be taken for them.
ALIKE = 0.9


@dataclass(frozen=True)
class Untold:
    """The sheet of a sub-index and the columns that may be its scores."""

    figures: Figures
    grid: Grid
    component: str
    columns: list[Column]


def read_part(grid: Grid, marked: list[Column], named: str, year: int,
          report: Collector) -> tuple[Figures, list[Untold]]:
    """The score column of a sub-index sheet: the one column whose header announces a score."""
    figures = Figures(grid.sheet.name)
    if len(marked) > 1 and named:
        numbers = labels.numbers_of(named, year)
        fitting = [c for c in marked if named in c.components() or {h.number for h in c.headers} & numbers]
        marked = fitting or marked
    marked = _this_year(marked, year)
    if len(marked) != 1:
        report.add("score_column", grid.sheet.name, n=len(marked))
        return figures, [Untold(figures, grid, named, marked or grid.columns)] if named else []
    column = marked[0]
    own = component_of(column, grid, year, report)
    if own and named and own != named:
        report_column("sheet_conflict", column, grid, report)
        return figures, []
    if not own and column.components():
        return figures, []  # why has been reported
    component = own or named
    numbers = frozenset(h.number for h in column.headers if h.number)
    if not component:
        report_column("unknown_label", column, grid, report,
                      near=nearest(column.headers[-1].text + " " + grid.sheet.name, INDEX) or "–")
        numbered = [c for c in load_catalogue().valid(year, INDEX) if labels.numbers_of(c, year) & numbers and c != TOTAL]
        return figures, [Untold(figures, grid, numbered[0], marked)] if len(numbered) == 1 else []
    if not own and not numbers <= labels.numbers_of(component, year):
        report_column("number_conflict", column, grid, report, number=", ".join(sorted(numbers)),
                      component=load_catalogue().label(component), expected=printed_numbers(component, year))
        return figures, []
    if not _take_part(figures, grid, column, component, report):
        report_column("no_pair", column, grid, report)
    return figures, []


def _take_part(figures: Figures, grid: Grid, column: Column, component: str, report: Collector) -> bool:
    """Take the scores and indicators of a sub-index sheet; not where it is not certain whose they are."""
    if column.places < 0 or (grid.paired and column.at != column.places + 1):
        return False
    take(figures, grid, column, component, SCORE, report)
    for place in grid.twice.get(column.places, ()):
        del figures.found[component, SCORE][place]
    figures.indicators = read_indicators(grid, column, component, INDEX, report)
    return True


def told_by_content(untold: list[Untold], summaries: list[Figures], year: int, report: Collector) -> list[Figures]:
    """Sub-index sheets whose one column with the scores of a summary, place by place, is no chance."""
    found = []
    for sheet in untold:
        alike = _this_year([c for c in sheet.columns if any(_alike(sheet, c, summary) for summary in summaries)], year)
        if len(alike) != 1 or not _latest(alike[0], sheet.columns):
            continue
        own, figures = Collector(report.file), Figures(sheet.grid.sheet.name)
        if _take_part(figures, sheet.grid, alike[0], sheet.component, own):
            report.problems = [p for p in report.problems
                               if p.sheet != figures.sheet or p.code not in ("score_column", "unknown_label")]
            report.problems += own.problems
            report_column("score_found", alike[0], sheet.grid, report, text=alike[0].text() or "–")
            found.append(figures)
    return found


def _latest(column: Column, columns: list[Column]) -> bool:
    """Whether no other column announces scores of a later year, or of the edition itself: indicators are of the latest."""
    own = _printed(column)
    others = [_printed(c) for c in columns if c is not column and any(h.marked for h in c.headers)]
    return not own or all(years and max(years) < max(own) for years in others)


def _this_year(columns: list[Column], year: int) -> list[Column]:
    """Of several columns those that do not print another year, if there are any."""
    return [c for c in columns if not (years := _printed(c)) or year in years] or columns


def _printed(column: Column) -> set[int]:
    """Years in the headers of a column."""
    return labels.printed_years(h.text for h in column.headers)


def _alike(sheet: Untold, column: Column, summary: Figures) -> bool:
    """Whether a column has the scores that a summary gives for the sub-index."""
    beside = summary.found.get((sheet.component, SCORE), {})
    values = {place: value for row, place in sheet.grid.rows.get(column.places, {}).items()
              if (value := number(column.cells.get(row))) is not None}
    both = values.keys() & beside.keys()
    if len(both) < MANY:
        return False
    allowed = tolerance(list(values.values()), list(beside.values()))
    return sum(abs(values[p] - beside[p]) <= allowed for p in both) >= ALIKE * len(both)
