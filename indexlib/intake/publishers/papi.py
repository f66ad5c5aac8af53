"""Workbooks of the Governance and Public Administration Performance Index (PAPI).

To 2017 a sheet a year with one row a province and heads in English and Vietnamese; from 2018 one row
an indicator and one column a province, with rows for interval and standard error below a score.
Withheld provinces are printed as 0, a star or a blank: they are listed, never read as scores. A
dimension is the sum of its sub-dimensions, the total the sum of the dimensions.
"""

from __future__ import annotations

from collections import Counter

from indexlib.data.catalogue import load_catalogue
from indexlib.intake.checks.formulas import check_formulas
from indexlib.intake.files.numbers import number
from indexlib.intake.files.report import Collector
from indexlib.intake.files.sheets import Sheet
from indexlib.intake.table import labels
from indexlib.intake.table.figures import (
    FEW_WITHHELD,
    SCORE,
    Figures,
    check_components,
    check_places,
    check_scale,
    component_of,
    join,
    take,
)
from indexlib.intake.table.grid import Column, Grid, find_grid, report_column, why_no_grid
from indexlib.intake.table.heads import is_of_other_index, is_of_other_year, kind_of, report_unknown
from indexlib.intake.table.titles import heads, titled_years

INDEX = TOTAL = "papi"
HEAD = 400
INTERVALS = {"ci_low": "ci_low", "ci_high": "ci_high"}


def recognises(sheets: list[Sheet]) -> int:
    """How many different labels of the index stand in the heads of the sheets."""
    return len(labels.components_in({text for sheet in sheets for text in _head(sheet)}, INDEX))


def _head(sheet: Sheet) -> list[str]:
    """Texts of the first rows and of the first columns: a table may lie either way."""
    across = [cell for row in sheet.rows[:6] for cell in row]
    down = [cell for row in sheet.rows[:HEAD] for cell in row[:3]]
    return [cell for cell in across + down if isinstance(cell, str)]


def read(sheets: list[Sheet], year: int | None, report: Collector) -> dict[int, Figures]:
    """Figures of a workbook, by year."""
    years = {sheet.name: labels.printed_years([sheet.name]) or titled_years([sheet]) or labels.printed_years(
        [text for text in heads(sheet) if labels.names_index([text], INDEX)]) for sheet in sheets}
    named = set().union(*years.values()) if years else set()
    by_year: dict[int, Figures] = {}
    for sheet in sheets:
        own = years[sheet.name] or (named if len(named) == 1 else set())
        if not sheet.rows:
            continue
        if year is not None and own and year not in own:
            code = "other_year" if len(named) > 1 else "year_conflict"
            report.add(code, sheet.name, year=min(own), asked=year, stated=min(own))
            if code == "other_year":
                continue
        elif year is None and len(own) != 1:
            report.add("no_year", sheet.name)
            continue
        of_year = year or min(own)
        titled = titled_years([sheet]) - labels.printed_years([sheet.name])
        if year is None and len(titled) == 1 and of_year not in titled:
            report.add("title_year", sheet.name, year=of_year, stated=min(titled))
        grid = find_grid(sheet, INDEX, of_year, report)
        if grid is None:
            report.add(why_no_grid(sheet, of_year), sheet.name)
            continue
        figures = _sheet(grid, of_year, report)
        if of_year in by_year:
            join(by_year[of_year], figures, report)
        else:
            by_year[of_year] = figures
    for of_year, figures in by_year.items():
        _check(figures, of_year, report)
    if not by_year and not report.problems:
        report.add("no_table")
    return by_year


def _sheet(grid: Grid, year: int, report: Collector) -> Figures:
    """Scores of a sheet with their intervals; indicators below the components are left aside."""
    figures = Figures(grid.sheet.name)
    heads = [cell for row in grid.sheet.rows[: grid.first] for cell in row if isinstance(cell, str)]
    scaled = any("scale" in labels.roles(text, INDEX) for text in heads)
    times = Counter(frozenset(column.components()) for column in grid.columns if column.cells)
    current, indicators = "", 0
    for column in grid.columns:
        # A head that was not brought up to date ("Un-weighted2015PAPI") stands alone; last year's stands beside this year's.
        twice = times[frozenset(column.components())] > bool(column.cells)
        if (twice and is_of_other_year(column, grid, year, report)) or is_of_other_index(column, grid, INDEX, report):
            continue
        kind = _interval(column)
        if kind:
            if current and kind in INTERVALS:
                take(figures, grid, column, current, kind, report, may_be_withheld=False)
            elif kind in INTERVALS and not current and not indicators:
                report_column("interval_without_score", column, grid, report)
            continue
        if not any(number(cell) is not None for cell in column.cells.values()):
            continue
        current = component_of(column, grid, year, report) if kind_of(column) == SCORE else ""
        if current:
            take(figures, grid, column, current, SCORE, report, may_be_withheld=True)
        elif not column.components() and not column.roles():
            indicators += _indicator(grid, column, scaled, report)
    if indicators:
        report.add("indicators", grid.sheet.name, n=indicators)
    return figures


def _interval(column: Column) -> str:
    """Role of a row of an interval, a standard error or a weighted score; empty for any other."""
    for header in column.headers:
        words = labels.key(header.text)
        if header.component:
            continue
        weighted = "weighted" in words.split() and "unweighted" not in words.split() and "un weighted" not in words
        if "standard error" in words or "sai số chuẩn" in words or weighted:
            return "aside"
        if "ci low" in words or "ci lower" in words or "cận dưới" in words:
            return "ci_low"
        if "ci high" in words or "ci upper" in words or "cận trên" in words:
            return "ci_high"
    return ""


def _indicator(grid: Grid, column: Column, scaled: bool, report: Collector) -> int:
    """Count a column as an indicator, or report it: a numbered head, or any in a sheet of scores only."""
    if scaled and column.headers and not any(
            (h.number and h.text.strip()[:1].isdigit()) or h.marked for h in column.headers):
        return 1
    report_unknown(column, grid, INDEX, report)
    return 0


def _check(figures: Figures, year: int, report: Collector) -> None:
    catalogue = load_catalogue()
    check_components(figures, INDEX, year, set(), report)
    check_places(figures, INDEX, year, report)
    for component in figures.components():
        held = [place for code, place in figures.withheld if code == component]
        if len(held) > FEW_WITHHELD:
            report.add("too_many_withheld", figures.sheet, component=catalogue.label(component), n=len(held))
        for place in held:
            figures.report("withheld", component, SCORE, place, report)
    check_scale(figures, year, report)
    _check_withheld(figures, year, report)
    check_formulas(figures, INDEX, year, report)
    _check_intervals(figures, report)


def _check_withheld(figures: Figures, year: int, report: Collector) -> None:
    """A blank beside the score of what it is part of may be a slip and not a score held back."""
    catalogue = load_catalogue()
    held, valid = set(figures.withheld), catalogue.valid(year, INDEX)
    for component, place in figures.withheld:
        parts = [c for c in valid if catalogue.component(c).parent == component]
        above = catalogue.component(component).parent
        printed_above = place in figures.found.get((above, SCORE), {})
        if printed_above or (parts and not any((part, place) in held for part in parts)):
            figures.report("withheld_alone", component, SCORE, place, report)


def _check_intervals(figures: Figures, report: Collector) -> None:
    catalogue = load_catalogue()
    for component in figures.components():
        low, high = figures.found.get((component, "ci_low")), figures.found.get((component, "ci_high"))
        if (low is None) != (high is None):
            report.add("interval_half", figures.sheet, component=catalogue.label(component))
        if low is None and high is None:
            continue
        for place, value in figures.found[component, SCORE].items():
            if (low or {}).get(place, value) > value or (high or {}).get(place, value) < value:
                figures.report("interval", component, SCORE, place, report)
