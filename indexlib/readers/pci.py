"""Workbooks of the Provincial Competitiveness Index (VCCI): summary sheets and one sheet a sub-index.

A summary gives either one row a province, or for each sub-index its own pair of columns (province,
score), *each pair sorted by its own score*: a row of it is not one province. Summary and sub-index
sheets are read apart and compared cell by cell; the total must follow from the sub-indices where
the weights are known.
"""

from __future__ import annotations

from indexlib.catalogue import load_catalogue
from indexlib.places import load_places
from indexlib.readers import labels
from indexlib.readers.figures import (
    RANK,
    SCORE,
    Figures,
    check_components,
    check_places,
    check_ranks,
    check_scale,
    component_of,
    expected_places,
    join,
    not_published,
    printed_numbers,
    take,
    tolerance,
)
from indexlib.readers.formulas import check_formulas, totals_follow
from indexlib.readers.grid import Column, Grid, find_grid, why_no_grid
from indexlib.readers.indicators import read_indicators
from indexlib.readers.labels import nearest
from indexlib.readers.numbers import number
from indexlib.readers.reading import Collector
from indexlib.readers.sheets import Sheet
from indexlib.readers.titles import titled_years

INDEX = TOTAL = "pci"
HEADER_ROWS = 12
#: From this share of its cells on, a summary that differs from the sub-index sheets is another table; from the
#: second on, beside a summary that agrees with them, it is a copy left over from another year.
MOST_DIFFERENT, STALE = 0.05, 0.5


def recognises(sheets: list[Sheet]) -> int:
    """How many different labels of the index stand in the heads of the sheets."""
    return len(labels.components_in({text for sheet in sheets for text in _head(sheet)}, INDEX))


def read(sheets: list[Sheet], year: int | None, report: Collector) -> dict[int, Figures]:
    """Figures of a workbook, by year (one); empty if the year or the tables are not known."""
    stated = {sheet.name: _years(sheet) for sheet in sheets}
    known = set().union(*stated.values()) or titled_years(sheets)
    if year is None and not known:
        report.add("no_year")
        return {}
    first_guess = year or max(known)
    summaries, parts = _tables(sheets, first_guess, report)
    if not any(figures.found for figures in [*summaries, *parts]):
        report.add("no_table")
        return {}
    unread = [part.sheet for part in parts if not part.found]
    parts = [part for part in parts if part.found]
    chosen = _choose(summaries, parts, report)
    own = set().union(*(stated.get(figures.sheet, set()) for figures in chosen)) or (known if not chosen else set())
    own = own or titled_years(sheets)
    year = _settle_year(year, own, first_guess, report)
    figures = _merge(chosen, parts, report)
    figures.indicators = [indicator for part in parts for indicator in part.indicators]
    _check(figures, year, report)
    _check_pairs(chosen, parts, figures, year, report)
    if unread and totals_follow(figures, TOTAL):
        _excuse(unread, report)
    return {year: figures}


def _head(sheet: Sheet) -> list[str]:
    return [sheet.name] + [cell for row in sheet.rows[:HEADER_ROWS] for cell in row if isinstance(cell, str)]


def _years(sheet: Sheet) -> set[int]:
    """Years that stand in the headers of the total."""
    headers = labels.understand_all(_head(sheet)[1:], INDEX)
    return labels.printed_years([header.text for header in headers if header.component == TOTAL])


def _settle_year(asked: int | None, stated: set[int], guess: int, report: Collector) -> int:
    if asked is not None and stated and stated != {asked}:
        report.add("year_conflict", asked=asked, stated=", ".join(map(str, sorted(stated))))
    elif asked is None and len(stated) > 1:
        report.add("two_years", years=", ".join(map(str, sorted(stated))))
    return asked or (min(stated) if len(stated) == 1 else guess)


def _tables(sheets: list[Sheet], year: int, report: Collector) -> tuple[list[Figures], list[Figures]]:
    """Summary sheets and sub-index sheets, each read by itself."""
    summaries, parts = [], []
    for sheet in sheets:
        if not sheet.rows or "other" in labels.roles(sheet.name, INDEX):
            if sheet.rows:
                report.add("not_component", sheet.name)
            continue
        # A summary that turns out to be stale must not leave its problems behind.
        own = Collector(report.file)
        grid = find_grid(sheet, INDEX, year, own)
        if grid is None:
            report.add(why_no_grid(sheet, year), sheet.name)
            continue
        marked = [c for c in grid.columns if any(h.marked for h in c.headers) and _figures(c)]
        named = labels.understand(sheet.name, INDEX).component
        several = len({code for c in grid.columns for code in c.components() if _figures(c)}) > 1 and not (
            named and named != TOTAL and len(marked) == 1)
        has_total = any(TOTAL in c.components() for c in grid.columns)
        if several or has_total:
            summaries.append(_summary(grid, year, own))
        else:
            parts.append(_part(grid, marked, named if named != TOTAL else "", year, own))
        report.problems += [p for p in own.problems if p not in report.problems]
    return summaries, parts


def _figures(column: Column) -> bool:
    return any(number(cell) is not None for cell in column.cells.values())


def _summary(grid: Grid, year: int, report: Collector) -> Figures:
    figures = Figures(grid.sheet.name, paired=grid.paired)
    for column in grid.columns:
        where = grid.where(max(grid.first - 1, 0), column.at)
        component = component_of(column, grid, year, report)
        if (component and column.places < 0) or (component and grid.paired and column.at != column.places + 1):
            report.add("no_pair", grid.sheet.name, **where, text=column.text())
        elif component:
            take(figures, grid, column, component, SCORE, report)
        elif "rank" in column.roles() and _figures(column) and column.places >= 0:
            take(figures, grid, column, TOTAL, RANK, report)
        elif not column.components() and _figures(column) and not column.roles():
            _report_unknown(grid, column, where, report)
    return figures


def _report_unknown(grid: Grid, column: Column, where: dict, report: Collector) -> None:
    """A column of figures that no table knows, unless it only counts the rows."""
    values = [number(cell) for cell in column.cells.values()]
    counts = [v for v in values if v is not None]
    if not column.headers and counts == [float(i) for i in range(1, len(counts) + 1)]:
        return
    if column.headers:
        report.add("unknown_label", grid.sheet.name, **where, text=column.text(),
                   near=nearest(column.headers[-1].text, INDEX) or "–")
    else:
        report.add("no_header", grid.sheet.name, **where)


def _part(grid: Grid, marked: list[Column], named: str, year: int, report: Collector) -> Figures:
    """The score column of a sub-index sheet: the one column whose header announces a score."""
    figures = Figures(grid.sheet.name)
    if len(marked) > 1 and named:
        numbers = labels.numbers_of(named, year)
        fitting = [c for c in marked if named in c.components() or {h.number for h in c.headers} & numbers]
        marked = fitting or marked
    if len(marked) != 1:
        report.add("score_column", grid.sheet.name, n=len(marked))
        return figures
    column = marked[0]
    where = grid.where(max(grid.first - 1, 0), column.at)
    own = component_of(column, grid, year, report)
    if own and named and own != named:
        report.add("sheet_conflict", grid.sheet.name, **where, text=column.text())
        return figures
    if not own and column.components():
        return figures  # why has been reported
    component = own or named
    if not component:
        report.add("unknown_label", grid.sheet.name, **where, text=column.text(),
                   near=nearest(column.headers[-1].text + " " + grid.sheet.name, INDEX) or "–")
        return figures
    numbers = frozenset(h.number for h in column.headers if h.number)
    if not own and not numbers <= labels.numbers_of(component, year):
        report.add("number_conflict", grid.sheet.name, **where, text=column.text(), number=", ".join(sorted(numbers)),
                   component=load_catalogue().label(component), expected=printed_numbers(component, year))
        return figures
    if column.places < 0 or (grid.paired and column.at != column.places + 1):
        report.add("no_pair", grid.sheet.name, **where, text=column.text())
        return figures
    take(figures, grid, column, component, SCORE, report)
    figures.indicators = read_indicators(grid, column, component, INDEX, report)
    return figures


def _choose(summaries: list[Figures], parts: list[Figures], report: Collector) -> list[Figures]:
    """The summaries that agree with the sub-index sheets; where none does, all, with every difference.

    Some workbooks carry a stale copy of another year's summary beside the true one.
    """
    differences = {summary.sheet: _differences(summary, parts) for summary in summaries}
    agreeing = [summary for summary in summaries if not differences[summary.sheet]]
    for summary in summaries:
        own = differences[summary.sheet]
        covered = {component for other in agreeing for component in other.components()}
        share = len(own) / max(1, sum(len(v) for (_, kind), v in summary.found.items() if kind == SCORE))
        if share > STALE and {component for component, *_ in own} <= covered:
            report.problems = [p for p in report.problems if p.sheet != summary.sheet]
            report.add("stale_sheet", summary.sheet, n=len(own))
        elif share > MOST_DIFFERENT:
            report.add("sheets_conflict", summary.sheet, n=len(own))
        else:
            for component, place, one, other in own:
                report.add("sheets_differ", summary.sheet, **summary.where(component, SCORE, place),
                           place=load_places().get(place).name, component=load_catalogue().label(component),
                           one=one, other=other)
    return agreeing or summaries


def _differences(summary: Figures, parts: list[Figures]) -> list[tuple[str, str, float, float]]:
    found = []
    for part in parts:
        for component in part.components():
            own, other = summary.found.get((component, SCORE)), part.found[component, SCORE]
            if own is None:
                continue
            allowed = tolerance(list(own.values()), list(other.values()))
            found += [(component, place, own[place], other[place]) for place in own.keys() & other.keys()
                      if abs(own[place] - other[place]) > allowed]
    return sorted(found)


def _merge(chosen: list[Figures], parts: list[Figures], report: Collector) -> Figures:
    """One set of figures of all sheets; differences between summaries and parts have been reported."""
    merged = Figures(chosen[0].sheet if chosen else parts[0].sheet)
    for figures in [*chosen, *parts]:
        join(merged, figures, report if figures in chosen else None)
    return merged


def _check(figures: Figures, year: int, report: Collector) -> None:
    optional = {TOTAL} if TOTAL not in figures.components() and not_published(TOTAL, year) else set()
    if optional:
        report.add("total_not_published", figures.sheet, year=year)
    check_components(figures, INDEX, year, optional, report)
    for component in figures.components():
        check_places(figures, INDEX, component, year, report)
    check_scale(figures, year, report)
    ranked = max(expected_places(INDEX, year)[0], len(figures.found.get((TOTAL, RANK), {})))
    figures.bases[TOTAL] = ranked
    check_ranks(figures, TOTAL, report, ranked)
    check_formulas(figures, INDEX, year, report)


def _check_pairs(chosen: list[Figures], parts: list[Figures], figures: Figures, year: int, report: Collector) -> None:
    """Pairs of columns are believed only where sub-index sheets or the weighted total confirm them."""
    if not any(summary.paired for summary in chosen):
        return
    confirmed = {component for part in parts for component in part.components()}
    if totals_follow(figures, TOTAL):
        confirmed |= set(figures.components())
    for summary in chosen:
        if summary.paired and not set(summary.components()) <= confirmed | {TOTAL}:
            report.add("unverified_pairs", summary.sheet)


def _excuse(unread: list[str], report: Collector) -> None:
    """Sub-index sheets in another layout do not matter where the weighted total confirms the summary."""
    for sheet in unread:
        codes = {p.code for p in report.problems if p.sheet == sheet}
        if codes <= {"score_column", "unknown_label"}:
            report.problems = [p for p in report.problems if p.sheet != sheet]
            report.add("part_unread", sheet)
