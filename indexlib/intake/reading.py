"""What a reader hands back: tidy scores, and everything that is wrong or doubtful with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from indexlib.base.problems import Problem
from indexlib.data.catalogue import load_catalogue
from indexlib.data.scores import COLUMNS, WITHHELD
from indexlib.intake.files.report import DOUBTS, NOTES
from indexlib.intake.table.figures import Figures
from indexlib.intake.table.indicators import as_frame


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
        return as_frame({year: figures.indicators for year, figures in self.figures.items()})

    @property
    def one_place(self) -> bool:
        """Whether it is a page about one place: nothing is asked about the others, and each row has its source."""
        return any(figures.place for figures in self.figures.values())

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


def tidy(rows: list[tuple]) -> pd.DataFrame:
    """Rows of figures as a score table, sorted by year, place and catalogue order."""
    order = load_catalogue().order
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(COLUMNS)
    place = {code: i for i, code in enumerate(sorted({*columns[1]}))}
    component = [order.get(code, len(order)) for code in columns[2]]
    down = np.lexsort([component, [place[code] for code in columns[1]], columns[0]])
    numbers = {"year": int, **dict.fromkeys(["score", "rank", "rank_base", "ci_low", "ci_high", "percent"], float)}
    frame = pd.DataFrame({name: np.array(column, numbers[name]) if name in numbers else list(column)
                          for name, column in zip(COLUMNS, columns, strict=True)})
    if not rows:
        return frame.astype({name: str for name in COLUMNS if name not in numbers})
    return frame.iloc[down].reset_index(drop=True)
