"""What a check of the stored figures found: the row, what contradicts it, and whether arithmetic proves it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from indexlib.base.problems import Problem
from indexlib.base.wording import plain_number, t
from indexlib.data import files
from indexlib.data.catalogue import index_codes, load_catalogue
from indexlib.data.places import load_places
from indexlib.data.scores import load_scores, score_table


@dataclass(frozen=True)
class Finding:
    """One figure that something contradicts.

    Attributes
    ----------
    problem : Problem
        File, line, column and words.
    year, place, component : int, str, str
    beside : tuple of int
        Lines of the same file with what contradicts it.
    doubt : bool
        Whether a person has to judge; else arithmetic proves it.
    """

    problem: Problem
    year: int
    place: str
    component: str
    beside: tuple[int, ...] = ()
    doubt: bool = False

    @property
    def lines(self) -> tuple[int, ...]:
        """The line of the figure and those of what contradicts it."""
        return self.problem.row or 0, *self.beside

    @property
    def index(self) -> str:
        """Code of the index."""
        return self.component.split(".")[0]


def stored_figures(*indices: str) -> pd.DataFrame:
    """All scores, or those of some indices, with ``index`` and ``line``, their line in the file of their index."""
    parts = []
    for index in indices or index_codes():
        own = load_scores(index)
        parts.append(own.assign(index=index, line=np.arange(2, len(own) + 2)))
    return pd.concat(parts, ignore_index=True)


def found(code: str, row: dict, column: str, beside: tuple[int, ...] = (), doubt: bool = False, **values: object) -> Finding:
    """A finding about one row of :func:`stored_figures`; numbers are written as they stand.

    Rows that are not stored yet have lines below nought.
    """
    file = files.shown_name(files.data_dir() / score_table(row["index"]))
    lines = ", ".join(str(line) if line > 0 else t("check.this_file") for line in beside)
    if row["line"] < 0 < max(beside, default=0):
        lines = f"{file}: {lines}"
    words = {k: plain_number(v) if isinstance(v, float) else v for k, v in values.items()}
    message = t(f"check.{code}", year=row["year"], place=load_places().get(row["place"], row["year"]).name,
                component=load_catalogue().label(row["component"]), lines=lines, **words)
    return Finding(Problem(file, "", int(row["line"]), column, code, message), int(row["year"]), row["place"],
                   row["component"], beside, doubt)


def precision(scores: pd.Series, least: int = 2) -> pd.Series:
    """Half of the last decimal in which each score is printed: ``least`` decimals at least, six at most."""
    values = scores.to_numpy(dtype=float)
    digits = np.full(len(values), 6)
    for d in range(5, least - 1, -1):
        digits[np.abs(values - values.round(d)) < 1e-9] = d
    return pd.Series(0.5 * 10.0**-digits, index=scores.index)
