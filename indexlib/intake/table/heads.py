"""Heads of several rows: which of their words say what a column holds, and which make it something else.

"PAR INDEX" over "Xếp hạng" is a column of ranks; a factor over "Tỷ lệ hài lòng" holds the factor; "Năm trước"
over "Chỉ số" holds no result of the year. Every word above a column that is taken must be accounted for.
"""

from __future__ import annotations

import re
from dataclasses import replace

from indexlib.data.catalogue import index_codes, load_catalogue
from indexlib.intake.files.numbers import number
from indexlib.intake.files.report import Collector
from indexlib.intake.table import labels
from indexlib.intake.table.figures import PERCENT, RANK, SCORE, in_points
from indexlib.intake.table.grid import Column, Grid, report_column
from indexlib.intake.table.titles import titles

#: A figure with words after it: "87,35 (+0,35)".
FIGURE = re.compile(r"\s*\d+[.,]\d+\b")
#: Numbers of columns below a head ("(3)", "A", "4=2+3"), and the unit of figures.
COLUMN_NUMBER = re.compile(r"[\W_]*(?:\d[\d\s=+()/*.:-]*|[A-ZĐ]|[IVX]+)[\W_]*")
UNIT = re.compile(r"[\W_]*(?:đơn vị(?: tính)?|đvt|unit)?[\W_]*(?:%|điểm|phần trăm)[\W_]*", re.IGNORECASE)


def ungrouped(column: Column, index: str) -> Column:
    """A column without the words for the total that stand over, or under, the name of one of its parts."""
    if column.components() - {index}:
        return replace(column, headers=[h for h in column.headers if h.component != index])
    return column


def kind_of(column: Column) -> str:
    """``score``, ``rank``, or empty for a column aside: its lowest head says so."""
    last = next((h for h in reversed(column.headers) if h.component or h.role), None)
    if last is None or last.component:
        return SCORE
    return RANK if last.role == "rank" else SCORE if last.role == "score" else ""


def holds_figures(column: Column, grid: Grid, kind: str, report: Collector) -> bool:
    """Whether there are figures in a column; a known one that is filled and has none is reported."""
    if any(number(cell) is not None for cell in column.cells.values()):
        return True
    filled = [cell for row, cell in column.cells.items() if row in grid.rows.get(column.places, {})]
    figures = [cell for cell in filled if isinstance(cell, str) and FIGURE.match(cell)]
    unknown = kind == SCORE and not column.roles() and 2 * len(figures) > len(filled)
    if filled and (kind == RANK or (kind == SCORE and column.components()) or unknown):
        report_column("no_figures", column, grid, report, value=filled[0])
    for cell in {cell: None for cell in filled if isinstance(cell, str) and "title" in labels.roles(cell)}:
        report_column("cell_words", column, grid, report, text=cell)
    return False


def check_empty(columns: list[Column], grid: Grid, taken: set[str], report: Collector) -> None:
    """Empty columns of components: formulas that were never computed; a second column of one that was taken."""
    for column in columns:
        again = column.components() & taken
        if again:
            report_column("component_twice", column, grid, report, component=load_catalogue().label(again.pop()))
        elif column.components() and kind_of(column) == SCORE and not column.cells:
            report_column("empty_column", column, grid, report)


def is_of_other_index(column: Column, grid: Grid, index: str, report: Collector) -> bool:
    """Whether the head of a column names another index alone; noted with how to read it."""
    def others(texts: list[str]) -> list[str]:
        return [other for other in index_codes() if other != index and labels.names_index(texts, other)]

    texts = [h.text for h in column.headers]
    if column.components() or not others(texts):
        return False
    lone = titles(grid.sheet)
    texts = [text for text in texts if text not in lone]
    if not (named := others(texts)) or labels.names_index(texts, index):
        return False
    report_column("column_other_index", column, grid, report, key=named[0], other=load_catalogue().short_name(named[0]))
    return True


def is_of_other_year(column: Column, grid: Grid, year: int, report: Collector) -> bool:
    """Whether the head of a column names other years only."""
    if not labels.printed_years(h.text for h in column.headers):
        return False
    lone = set(titles(grid.sheet))
    # A row of two years below "PAR INDEX" is as short as a title.
    named = _named(column)
    years = labels.printed_years(h.text for n, h in enumerate(column.headers) if n > named or h.text not in lone)
    if not years or year in years or not (column.components() or column.roles()):
        return False
    report_column("column_other_year", column, grid, report, year=year)
    return True


def _named(column: Column) -> int:
    """Which of its headers is the first that says what a column is."""
    return next((n for n, h in enumerate(column.headers) if h.component or h.role), len(column.headers))


def check_heads(column: Column, grid: Grid, index: str, component: str, report: Collector) -> None:
    """Report words above a column that are taken for nothing, and a head that may be merged over several columns."""
    lone, label = set(titles(grid.sheet)), load_catalogue().label(component)
    for n, header in enumerate(column.headers):
        aside = header.role not in ("", "rank", "score", "variable", "name")
        title = n <= _named(column) and header.text in lone  # "ƯTH" below the head of the column is as short as a title
        known = header.component or header.role or title or _says_nothing(header.text, index) or (
            labels.announces(header.text) and not (PERCENT.search(header.text) and in_points(component, grid.year)))
        if aside or not known:
            report_column("header_words", column, grid, report, words=header.text, component=label)
    group = _group(column, grid, index) if component == index else ""
    if group:
        report_column("under_group", column, grid, report, group=group, component=label)


def _says_nothing(text: str, index: str) -> bool:
    """Whether a text is the number of a column, a unit, a year, or no more than the name of the index and a year."""
    rest = labels.DATED.sub(" ", text)
    return bool(not rest.strip(" ()") or COLUMN_NUMBER.fullmatch(rest) or UNIT.fullmatch(rest)
                or labels.names_index([text], index) or "remark" in labels.roles(text, index))


def _group(column: Column, grid: Grid, index: str) -> str:
    """A part's name in a row above the lowest head, over the columns to the left up to this one."""
    head = grid.sheet.rows[:grid.first]
    filled = [r for r, row in enumerate(head) if column.at < len(row) and isinstance(row[column.at], str)]
    for row in head[:max(filled, default=0)]:
        left = [cell for cell in row[:column.at] if cell is not None]
        own = row[column.at] if column.at < len(row) else None
        if own is None and left and isinstance(left[-1], str):
            named = labels.understand(left[-1], index).component
            if named and named != index:
                return left[-1]
    return ""


def numbers_rows(column: Column) -> bool:
    """Whether a column without a head only counts its rows."""
    values = [v for v in map(number, column.cells.values()) if v is not None]
    return not column.headers and values == [float(i) for i in range(1, len(values) + 1)]


def report_unknown(column: Column, grid: Grid, index: str, report: Collector) -> None:
    """Report a column of figures that no table knows."""
    if column.headers:
        label = column.headers[-1].text
        report_column("unknown_label", column, grid, report, label=label, near=labels.nearest(label, index) or "–")
    else:
        report_column("no_header", column, grid, report)
