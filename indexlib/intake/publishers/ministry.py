"""Ranking, field and factor tables of PAR INDEX and SIPAS (Ministry of Home Affairs).

The ministry publishes pictures and PDF tables that offices copy into Excel: rank, unit, appraised
score, survey score, total, index; or rank, province, index; or one column a field, each with its
rank. A table may list a part of the places only: then it is marked as partial.
"""

from __future__ import annotations

from functools import partial

from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places
from indexlib.intake.checks.panel import check_panel
from indexlib.intake.files.report import Collector
from indexlib.intake.files.sheets import Sheet
from indexlib.intake.table import labels
from indexlib.intake.table.figures import (
    RANK,
    SCORE,
    Figures,
    component_of,
    expected_places,
    join,
    take,
)
from indexlib.intake.table.grid import Column, Grid, check_above, find_grid, report_column, why_no_grid
from indexlib.intake.table.heads import (
    check_empty,
    check_heads,
    holds_figures,
    is_of_other_index,
    is_of_other_year,
    kind_of,
    numbers_rows,
    report_unknown,
    ungrouped,
)
from indexlib.intake.table.titles import check_between, check_title, heads


def recognises(sheets: list[Sheet], index: str) -> int:
    """How many different labels of the index stand in the heads of the sheets; "Điểm số" is one of any index."""
    texts = {text for sheet in sheets for text in heads(sheet)}
    return len(labels.components_in({text for text in texts if "total_word" not in labels.roles(text, index)}, index))


def read(sheets: list[Sheet], year: int | None, report: Collector, index: str) -> dict[int, Figures]:
    """Figures of a file, by year (one); empty if the year or the tables are not known."""
    stated = labels.printed_years([text for sheet in sheets for text in heads(sheet)])
    if year is None and len(stated) != 1:
        report.add("two_years" if stated else "no_year", years=", ".join(map(str, sorted(stated))))
        return {}
    if year is not None and stated and year not in stated:
        report.add("year_conflict", asked=year, stated=", ".join(map(str, sorted(stated))))
    year = year or min(stated)
    whole: Figures | None = None
    for sheet in sheets:
        own = labels.printed_years(heads(sheet))
        if own and year not in own and year in stated:
            report.add("other_year", sheet.name, year=min(own))
            continue
        grid = find_grid(sheet, index, year, report) if sheet.rows else None
        if grid is None:
            if sheet.rows:
                report.add(why_no_grid(sheet, year), sheet.name)
            continue
        figures = _sheet(grid, index, year, report)
        check_title(sheet, figures, index, report)
        if whole is None:
            whole = figures
        else:
            join(whole, figures, report)
    if whole is None or not whole.found:
        report.add("no_table")
        return {}
    _check(whole, index, year, report)
    return {year: whole}


def _sheet(grid: Grid, index: str, year: int, report: Collector) -> Figures:
    figures = Figures(grid.sheet.name)
    if grid.paired:
        report.add("unverified_pairs", grid.sheet.name)
        return figures
    owners: dict[int, str] = {}
    ranks, empty = [], []
    for column in map(partial(ungrouped, index=index), grid.columns):
        kind = kind_of(column)
        if is_of_other_year(column, grid, year, report) or is_of_other_index(column, grid, index, report):
            continue
        if not holds_figures(column, grid, kind, report):
            empty.append(column)
            continue
        component = component_of(column, grid, year, report) if kind == SCORE else ""
        if component:
            owners[column.at] = component
            check_heads(column, grid, index, component, report)
            take(figures, grid, column, component, SCORE, report)
        elif kind == RANK:
            ranks.append(column)
        elif "points" in column.roles():
            report_column("points", column, grid, report)
        elif not column.components() and not column.roles() and not numbers_rows(column):
            report_unknown(column, grid, index, report)
    for column in ranks:
        owner = _owner(column, ranks, owners, index)
        if owner:
            check_heads(column, grid, index, owner, report)
            take(figures, grid, column, owner, RANK, report)
        else:
            report_column("rank_owner", column, grid, report)
    check_empty(empty, grid, set(owners.values()), report)
    check_above(grid, report)
    check_between(grid, index, year, report)
    return figures


def _owner(column: Column, ranks: list[Column], owners: dict[int, str], index: str) -> str:
    """The component that a column of ranks belongs to; empty if that is not certain."""
    own = column.components() - {index}
    if own:
        return own.pop() if len(own) == 1 else ""
    if len(ranks) > 1:
        before_all = index in owners.values() and column.at < min(owners)
        return owners.get(column.at - 1, index if before_all else "")
    if index in owners.values() or not owners:
        return index
    return next(iter(owners.values())) if len(owners) == 1 else ""


def _check(figures: Figures, index: str, year: int, report: Collector) -> None:
    catalogue, places = load_catalogue(), load_places()
    listed = {place for values in figures.found.values() for place in values}
    levels = {places.get(place).level for place in listed}
    if len(levels) > 1:
        report.add("two_levels", figures.sheet)
        return
    if other := _year_of(listed, year):
        report.add("places_of", figures.sheet, n=len(listed), other=other, year=year)
    count = expected_places(index, year)[0] if levels == {"province"} else 0
    if levels == {"province"} and not count:
        report.add("no_edition", figures.sheet, year=year, index=catalogue.short_name(index))
    for component in dict.fromkeys(component for component, _ in figures.found):
        if component not in catalogue.valid(year, index) and catalogue.component(component).level != "part" and count:
            report.add("component_not_in_year", figures.sheet, component=catalogue.label(component), year=year)
    check_panel(figures, index, year, report, count)


def _year_of(listed: set[str], year: int) -> int:
    """The nearest year whose provinces are just those listed, if this year's are others; else 0."""
    places = load_places()

    def all_of(when: int) -> set[str]:
        return {place.code for place in places.valid(when)}

    near = sorted(range(year - 20, year + 21), key=lambda when: abs(when - year))
    spelt = {places.get(code).name for code in listed}
    if listed == all_of(year):
        return 0
    return next((when for when in near if len(all_of(when)) == len(listed)
                 and {places.get(code).name for code in all_of(when)} == spelt), 0)
