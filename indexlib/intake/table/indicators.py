"""Columns of indicators on the sheet of a component: what the score is made of, each in its own unit.

An indicator is the column of figures under a label in the row that heads the component's score. Its
figures are taken as they stand; what is not certain (no label, a label twice, a cell that is no number)
is left out and said.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from math import isfinite

import pandas as pd

from indexlib.intake.files.numbers import is_percent, number
from indexlib.intake.files.report import INDICATORS, Collector
from indexlib.intake.table import labels
from indexlib.intake.table.grid import Column, Grid

#: A text like "1.500" may be a thousand and a half or one and a half.
THOUSANDS = re.compile(r"[.,]\d{3}$")
#: Columns that stand beside indicators and are none.
BESIDE = frozenset({"order", "place", "region", "rank", "tier"})


@dataclass(frozen=True)
class Indicator:
    """One column of a component's sheet: its printed label, and place to figure."""

    component: str
    label: str
    values: dict[str, float]


@cache
def label_key(label: str) -> str:
    """Key under which two printed labels are the same: case, spaces and punctuation set aside, nothing else.

    Examples
    --------
    >>> label_key("% DN  trả hoa hồng.") == label_key("% DN trả hoa hồng")
    True
    >>> label_key("Điểm (2012)") == label_key("Điểm (2013)")
    False
    """
    return " ".join(("%" if "%" in label else "", *labels.words(label))).strip()


def read_indicators(grid: Grid, score: Column, component: str, index: str, report: Collector) -> list[Indicator]:
    """Indicators of a component's sheet.

    Parameters
    ----------
    grid : Grid
        The sheet understood as a table of places.
    score : Column
        The column of the component's score; its header tells which row holds the labels.
    component, index : str
        Code of the component and of its index.
    report : Collector
        Takes a note for each column that is left out.
    """
    row = _label_row(grid, score, index)
    columns = [c for c in grid.columns if c is not score and _has_figures(c) and not _beside(grid, c, row, index)]
    for column in [c for c in columns if _score_of_a_year(c)]:
        report.add("column_other_year", grid.sheet.name, **grid.where(row, column.at), text=column.text(), year=grid.year)
        columns.remove(column)
    if grid.paired and any(c.places < 0 for c in columns):
        report.add("indicator_pairs", grid.sheet.name)
        return []
    named = {c.at: _label(grid, row, c) for c in columns}
    times = Counter(label_key(label) for label in named.values())
    found = []
    for column in columns:
        label, where = named[column.at], grid.where(row, column.at)
        if not label or set(labels.roles(label, index)) & BESIDE:
            report.add("indicator_label", grid.sheet.name, **where)
        elif times[label_key(label)] > 1:
            report.add("indicator_twice", grid.sheet.name, **where, text=label)
        else:
            found.append(Indicator(component, label, _values(grid, column, label, report)))
    return [indicator for indicator in found if indicator.values]


def as_frame(by_year: dict[int, list[Indicator]]) -> pd.DataFrame:
    """Indicators as rows of ``year``, ``place``, ``component``, ``label``, ``value``, in the order of the file."""
    rows = [(year, place, indicator.component, indicator.label, value) for year, indicators in by_year.items()
            for indicator in indicators for place, value in indicator.values.items()]
    frame = pd.DataFrame(rows, columns=INDICATORS)
    return frame.astype({"year": int, "value": float})


def _label_row(grid: Grid, score: Column, index: str) -> int:
    """First row that heads the score (else has a text above it); labels of the indicators stand in the same row."""
    heads = {r: labels.understand(cell, index) for r, row in enumerate(grid.sheet.rows[:grid.first])
             if isinstance(cell := row[score.at] if score.at < len(row) else None, str)}
    own = [r for r, header in heads.items() if header.marked or header.component]
    own = own or [r for r, header in heads.items() if header.role != "variable"]
    return own[0] if own else max(grid.first - 1, 0)


def _label(grid: Grid, row: int, column: Column) -> str:
    cell = next(iter(grid.sheet.rows[row][column.at:]), None)
    return " ".join(cell.split()) if isinstance(cell, str) and not labels.VARIABLE.match(cell.strip()) else ""


def _has_figures(column: Column) -> bool:
    return any(number(cell) is not None for cell in column.cells.values())


def _beside(grid: Grid, column: Column, row: int, index: str) -> bool:
    """Whether a column only orders, ranks or groups the places: by its header, or a count without any."""
    label = _label(grid, row, column)
    if own := set(labels.roles(label, index)) & BESIDE:
        return own != {"order"} or _counts(grid, column)
    if label or column.headers:
        return not label and any(set(labels.roles(h.text, index)) & BESIDE for h in column.headers)
    return _counts(grid, column)


def _counts(grid: Grid, column: Column) -> bool:
    cells = [number(cell) for r, cell in column.cells.items() if r in grid.rows.get(column.places, {})]
    counted = [v for v in cells if v is not None]
    return len(set(counted)) == len(counted) and all(v == int(v) for v in counted)


def _score_of_a_year(column: Column) -> bool:
    """Whether a header only announces the score of a year ("Điểm 2014"): that of another year beside this one's."""
    return any((h.role == "score" or h.component or (h.marked and h.number)) and labels.printed_years([h.text])
               for h in column.headers)


def _values(grid: Grid, column: Column, label: str, report: Collector) -> dict[str, float]:
    rows, values, odd = grid.rows.get(column.places, {}), {}, []
    if twice := grid.twice.get(column.places):  # which of the two rows is whose, nothing tells
        rows = {row: place for row, place in rows.items() if place not in twice}
    for row, place in rows.items():
        cell = column.cells.get(row)
        if type(cell) is float and isfinite(cell):  # most of them
            values[place] = cell
            continue
        unsure = is_percent(cell) or (isinstance(cell, str) and THOUSANDS.search(cell.strip()))
        if not unsure and (value := number(cell)) is not None:
            values[place] = value
        elif cell is not None:
            odd.append(row)
    if odd:
        report.add("indicator_cells", grid.sheet.name, **grid.where(odd[0], column.at), text=label, n=len(odd),
                   value=column.cells[odd[0]])
    return values
