"""What a reader hands back: tidy scores, and everything that is wrong or doubtful with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from indexlib.problems import Problem
from indexlib.scores import COLUMNS, WITHHELD
from indexlib.wording import plain_number, t

if TYPE_CHECKING:
    from indexlib.readers.figures import Figures

INDICATORS = ["year", "place", "component", "label", "value"]
#: What a reader says for the record: nothing is wrong with the scores that it hands back.
NOTES = frozenset({"withheld", "stale_sheet", "indicators", "not_component", "total_not_published", "other_year",
                   "column_other_year", "empty_column", "points", "sheet_unread", "part_unread", "part_outdone",
                   "score_found", "indicator_pairs", "indicator_label", "indicator_twice", "indicator_cells"})
#: A cell shows more than one text: a change, a struck-out part, or raised digits that may be a mark or a part of it.
UNSURE = frozenset({"changed_text", "raised_text"})
#: The figures stand once in the file, and nothing bears out that they stand in the right place.
ONCE = frozenset({"headers_once", "places_once", "blank_once"})
#: The figures are as the file has them, but something beside them does not fit: a person decides.
DOUBTS = ONCE | {"total", "sum", "sheets_differ", "partial", "year_conflict", "index_conflict", "profile",
                 "withheld_alone", "sorted_apart", "title_component", "title_other", "title_year", "header_words",
                 "cell_words", "under_group", "text_between", "not_withheld", "hidden_sheet", "odd_decimals", "rank_gap",
                 "whole_numbers", "outlier"}


@dataclass(frozen=True)
class Reading:
    """A published file as read.

    Attributes
    ----------
    scores : DataFrame
        The columns of the score tables, one row a figure, sorted by year, place and component.
        Rows are given even where problems were found: look at ``errors`` before using them.
    problems : list of Problem
        Everything found, each with its sheet, row and column: see ``errors``, ``doubts``, ``notes``.
    index : str
        Index code; empty if the file was not recognised.
    years : tuple of int
    kind : str
        Kind of file: ``xlsx``, ``xls``, ``ods``, ``csv``, ``pdf``, ``docx``.
    withheld : DataFrame
        Scores that the publisher held back: the columns of ``withheld.csv``.
    doubtful : dict
        (place, component, ``score`` or ``rank``) to the text of each cell that a problem names.
    figures : dict
        Year to the figures with their cells and what bears them out.
    origin : str
        Of a template: name of the file that was poured into it.
    """

    scores: pd.DataFrame
    problems: list[Problem]
    index: str = ""
    years: tuple[int, ...] = ()
    kind: str = ""
    withheld: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=WITHHELD))
    doubtful: dict[tuple[str, str, str], str] = field(default_factory=dict)
    figures: dict[int, Figures] = field(default_factory=dict)
    origin: str = ""

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """Indicators as they stand in the file, no part of the scores.

        ``year``, ``place``, ``component``, ``label`` (as printed), ``value`` (in the unit of the cell).
        """
        from indexlib.readers.indicators import as_frame

        return as_frame({year: figures.indicators for year, figures in self.figures.items()})

    @property
    def errors(self) -> list[Problem]:
        """Problems that make the scores unusable."""
        return [p for p in self.problems if p.code not in NOTES | DOUBTS]

    @property
    def doubts(self) -> list[Problem]:
        """Figures as the file has them, beside which something does not fit."""
        return [p for p in self.problems if p.code in DOUBTS]

    @property
    def notes(self) -> list[Problem]:
        """What was seen and left aside."""
        return [p for p in self.problems if p.code in NOTES]


class Collector:
    """Gathers the problems of one file while it is read."""

    def __init__(self, file: str):
        self.file = file
        self.problems: list[Problem] = []

    def add(self, code: str, sheet: str = "", row: int | None = None, column: int | None = None,
            **values: object) -> None:
        """Record a problem; ``row`` and ``column`` count from 0 as in the sheet."""
        message = t(f"read.{code}", **{k: plain_number(v) if isinstance(v, float) else v for k, v in values.items()})
        found = Problem(self.file, sheet, None if row is None else row + 1,
                        "" if column is None else letters(column), code, message)
        if found not in self.problems:
            self.problems.append(found)


def letters(column: int) -> str:
    """Name of a column counted from 0.

    Examples
    --------
    >>> letters(0), letters(26)
    ('A', 'AA')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def tidy(rows: list[tuple]) -> pd.DataFrame:
    """Rows of figures as a score table, sorted by year, place and catalogue order."""
    from indexlib.catalogue import load_catalogue

    order = load_catalogue().order
    rows = sorted(rows, key=lambda row: (row[0], row[1], order.get(row[2], len(order))))
    columns = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    numbers = {"year": int, **dict.fromkeys(["score", "rank", "rank_base", "ci_low", "ci_high"], float)}
    frame = pd.DataFrame({name: np.array(column, numbers[name]) if name in numbers else list(column)
                          for name, column in zip(COLUMNS, columns, strict=True)})
    return frame if rows else frame.astype({name: str for name in COLUMNS if name not in numbers})
