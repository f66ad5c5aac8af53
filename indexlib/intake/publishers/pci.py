"""Workbooks of the Provincial Competitiveness Index (VCCI): summary sheets and one sheet a sub-index.

A summary gives either one row a province, or for each sub-index its own pair of columns (province,
score), *each pair sorted by its own score*: a row of it is not one province. Summary and sub-index
sheets are read apart and compared cell by cell; the total must follow from the sub-indices where
the weights are known.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from indexlib.base.wording import listing
from indexlib.data.catalogue import load_catalogue
from indexlib.intake.checks.agreement import agreeing, merge_indicators, of_year, settle, without_stale
from indexlib.intake.checks.formulas import check_formulas, totals_follow
from indexlib.intake.checks.printed_ranks import check_ranks
from indexlib.intake.files.numbers import number
from indexlib.intake.files.report import Collector
from indexlib.intake.files.sheets import Sheet
from indexlib.intake.publishers.pci_parts import INDEX, TOTAL, Untold, read_part, told_by_content
from indexlib.intake.table import labels
from indexlib.intake.table.figures import (
    RANK,
    SCORE,
    Figures,
    check_components,
    check_places,
    check_scale,
    component_of,
    expected_places,
    join,
    take,
)
from indexlib.intake.table.grid import Column, Grid, find_grid, report_column, why_no_grid
from indexlib.intake.table.heads import is_of_other_index, kind_of, numbers_rows, report_unknown
from indexlib.intake.table.titles import titled_years

HEADER_ROWS = 12


@dataclass
class _Tables:
    """Summary sheets and sub-index sheets of a workbook; and those whose column of scores no header tells."""

    summaries: list[Figures] = field(default_factory=list)
    parts: list[Figures] = field(default_factory=list)
    untold: list[Untold] = field(default_factory=list)


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
    guess = year or max(known)
    own = Collector(report.file)
    settled, figures = _read_as(sheets, year, guess, stated, own)
    if settled and settled != guess:
        # Places and numbers of sub-indices are those of the year: what was read as another's is read again.
        own = Collector(report.file)
        settled, figures = _read_as(sheets, year, settled, stated, own)
    report.problems += [p for p in own.problems if p not in report.problems]
    return {settled: figures} if settled and figures else {}


def _read_as(sheets: list[Sheet], asked: int | None, guess: int, stated: dict[str, set[int]],
             report: Collector) -> tuple[int, Figures | None]:
    """The year that a workbook turns out to be of, and its figures read as those of ``guess``."""
    tables = _tables(sheets, guess, report)
    parts = [part for part in tables.parts if part.found]
    told = told_by_content(tables.untold, tables.summaries, guess, report)
    unread = [part.sheet for part in tables.parts if not part.found and part.sheet not in {p.sheet for p in told}]
    if told:
        # Where the summary tells the scores of other sheets, one whose scores it does not tell is no mere other layout.
        unread = [name for name in unread if name not in {sheet.figures.sheet for sheet in tables.untold}]
    parts += told
    if not any(figures.found for figures in [*tables.summaries, *parts]):
        report.add("no_table")
        return 0, None
    chosen, parts = without_stale(tables.summaries, parts, report)
    dropped = {s.sheet for s in tables.summaries} - {s.sheet for s in chosen}
    source = agreeing(chosen, parts) or chosen
    years = _own_years(source, stated, [s for s in sheets if s.name not in dropped])
    year = _settle_year(asked, years, {y for name in dropped for y in stated[name] or {0}}, guess, report)
    if not year:
        return 0, None
    chosen = of_year(chosen, stated, year, report)
    settle([*[s for s in chosen if s in source], *[s for s in chosen if s not in source], *parts], INDEX, year, report)
    figures = _merge(chosen, parts, report)
    figures.indicators = merge_indicators(parts, report)
    _check(figures, year, report)
    _check_pairs(chosen, parts, figures, year, report)
    if unread and totals_follow(figures, TOTAL):
        _excuse(unread, report)
    if totals_follow(figures, TOTAL):
        _excuse_twice([p.sheet for p in parts], report)
    return year, figures


def _head(sheet: Sheet) -> list[str]:
    return [sheet.name] + [cell for row in sheet.rows[:HEADER_ROWS] for cell in row if isinstance(cell, str)]


def _years(sheet: Sheet) -> set[int]:
    """Years that stand in the headers of the total."""
    headers = labels.understand_all(_head(sheet)[1:], INDEX)
    return labels.printed_years([header.text for header in headers if header.component == TOTAL])


def _own_years(source: list[Figures], stated: dict[str, set[int]], sheets: list[Sheet]) -> set[int]:
    """Years that the sheets to be used state: their headers, else their titles, else the titles of all.

    Sheets that were set aside have no say.
    """
    names = {figures.sheet for figures in source}
    own = [sheet for sheet in sheets if sheet.name in names]
    headers = set().union(*(stated[sheet.name] for sheet in own or sheets)) if sheets else set()
    titles = titled_years(own)
    return titles if len(headers) > 1 and len(titles & headers) == 1 == len(titles) else \
        headers or titles or titled_years(sheets)


def _settle_year(asked: int | None, stated: set[int], stale: set[int], guess: int, report: Collector) -> int:
    """The year of the figures: the one asked for, else the one stated; 0 if it is not known.

    A copy left over is of an earlier year. Where it does not state one (0: states none), but the sheets that are
    used do, either those are the old ones or a header was not brought up to date.
    """
    later = {y for y in stale if stated and y > max(stated)}
    listed = ", ".join(map(str, sorted(stated | later)))
    if asked is not None:
        if stated and asked not in stated:
            report.add("two_years_stale" if stale & {asked, 0} else "year_conflict", asked=asked, stated=listed)
        return asked
    if not stated:
        report.add("no_year")
        return 0
    if len(stated | later) > 1:
        report.add("two_years", years=listed)
        return guess
    return min(stated)


def _tables(sheets: list[Sheet], year: int, report: Collector) -> _Tables:
    """Summary sheets and sub-index sheets, each read by itself."""
    tables = _Tables()
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
            tables.summaries.append(_summary(grid, year, own))
        else:
            figures, untold = read_part(grid, marked, named if named != TOTAL else "", year, own)
            tables.parts.append(figures)
            tables.untold += untold
        report.problems += [p for p in own.problems if p not in report.problems]
    return tables


def _figures(column: Column) -> bool:
    return any(number(cell) is not None for cell in column.cells.values())


def _summary(grid: Grid, year: int, report: Collector) -> Figures:
    figures = Figures(grid.sheet.name, paired=grid.paired)
    columns = _of_the_year(grid, [c for c in grid.columns if not _unweighted(c) and not _counts(c)], year, report)
    scores: dict[int, str] = {c.at: "" for c in grid.columns if _unweighted(c)}
    for column in columns:
        if kind_of(column) == RANK or is_of_other_index(column, grid, INDEX, report):
            continue
        component = component_of(column, grid, year, report)
        if (component and column.places < 0) or (component and grid.paired and column.at != column.places + 1):
            report_column("no_pair", column, grid, report)
        elif component:
            take(figures, grid, column, component, SCORE, report)
            scores[column.at] = component
        elif not column.components() and _figures(column) and column.roles() <= {"score"} and not numbers_rows(column):
            report_unknown(column, grid, INDEX, report)
    ranks = [c for c in columns if kind_of(c) == RANK and _figures(c) and c.places >= 0]
    for column in ranks:
        component = _ranked(column, grid, scores) if len(ranks) > 1 else TOTAL
        if component:
            take(figures, grid, column, component, RANK, report)
    return figures


def _unweighted(column: Column) -> bool:
    """Whether a column is the total without weights, which is never the total."""
    return "unweighted" in column.roles() and column.components() <= {TOTAL}


def _counts(column: Column) -> bool:
    """Whether a column only counts the rows: "PCI 2025" over "STT" is the title of the table."""
    last = next((h for h in reversed(column.headers) if h.component or h.role), None)
    return last is not None and last.role == "order"


def _of_the_year(grid: Grid, columns: list[Column], year: int, report: Collector) -> list[Column]:
    """The columns without scores and ranks of other years that stand beside those of the year, each noted."""
    def years(column: Column) -> set[int]:
        return labels.printed_years(h.text for h in column.headers if h.component or h.role in ("rank", "score"))

    def beside(column: Column) -> bool:
        own = column.components() or {TOTAL}
        return any(year in years(c) or (own != {TOTAL} and not years(c)) for c in columns if c.components() == own)

    other = [c for c in columns if years(c) and year not in years(c) and beside(c)]
    for column in other:
        if _figures(column):
            report_column("column_other_year", column, grid, report, year=year)
    return [c for c in columns if c not in other]


def _ranked(column: Column, grid: Grid, scores: dict[int, str]) -> str:
    """What one of several columns of ranks ranks: the score on its left; the total, if it says so.

    Empty for a total that is not read (without weights). A column with places of its own stands for itself.
    """
    if len(own := column.components() - {TOTAL}) == 1:
        return own.pop()
    if any(INDEX in labels.words(h.text) for h in column.headers if h.role == "rank") or column.at == column.places + 1:
        return TOTAL
    left = [at for at in scores if at < column.at and (not grid.paired or at > column.places)]
    return scores[max(left)] if left else TOTAL


def _merge(chosen: list[Figures], parts: list[Figures], report: Collector) -> Figures:
    """One set of figures of all sheets; scores that differ have been settled, ranks that differ are reported."""
    merged = Figures(chosen[0].sheet if chosen else parts[0].sheet)
    for figures in [*chosen, *parts]:
        join(merged, figures, report)
    return merged


def _check(figures: Figures, year: int, report: Collector) -> None:
    optional = {TOTAL} if TOTAL not in figures.components() and load_catalogue().not_printed(TOTAL, year) else set()
    if optional:
        report.add("total_not_published", figures.sheet, year=year)
    check_components(figures, INDEX, year, optional, report)
    check_places(figures, INDEX, year, report)
    check_scale(figures, year, report)
    for component in [component for component, kind in figures.found if kind == RANK]:
        ranked = max(expected_places(INDEX, year)[0], len(figures.found[component, RANK]))
        figures.bases[component] = ranked
        check_ranks(figures, component, report, ranked)
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


def _excuse_twice(sheets: list[str], report: Collector) -> None:
    """A place that stands twice on a sub-index sheet has its score from the summary, if the total follows from it."""
    for sheet in sheets:
        twice = [p for p in report.problems if p.sheet == sheet and p.code == "duplicate_place"]
        if twice:
            report.problems = [p for p in report.problems if p not in twice]
            report.add("place_twice", sheet, names=listing(list(dict.fromkeys(p.message for p in twice))))


def _excuse(unread: list[str], report: Collector) -> None:
    """Sub-index sheets in another layout do not matter where the weighted total confirms the summary."""
    for sheet in unread:
        codes = {p.code for p in report.problems if p.sheet == sheet}
        if codes <= {"score_column", "unknown_label"}:
            report.problems = [p for p in report.problems if p.sheet != sheet]
            report.add("part_unread", sheet)
