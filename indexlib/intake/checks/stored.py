"""The stored figures against each other: what arithmetic refutes, and what a person should look at."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib.base.problems import Problem
from indexlib.base.wording import language, t
from indexlib.data import files
from indexlib.data.scores import KEYS, VALUES
from indexlib.intake.checks.arithmetic import of_maximum, sums
from indexlib.intake.checks.finding import Finding, stored_figures
from indexlib.intake.checks.outliers import outliers
from indexlib.intake.checks.ranks import ranks

REVIEWED = ["code", "year", "place", "component", "reason_vi", "reason_en"]


def findings(figures: pd.DataFrame) -> list[Finding]:
    """Everything that the figures say against each other.

    Parameters
    ----------
    figures : DataFrame
        As :func:`stored_figures` gives them.

    Returns
    -------
    list of Finding
        Those that arithmetic proves and those that are only doubts, by file and line.
    """
    every = [*sums(figures), *of_maximum(figures), *ranks(figures), *outliers(figures)]
    return sorted(every, key=lambda f: (f.problem.file, f.problem.row))


def against_stored(scores: pd.DataFrame, index: str, file: str) -> list[Problem]:
    """What arithmetic has against figures to be added, beside those that are stored.

    What a file has against itself its reader says.
    """
    stored = stored_figures(index)
    stored = stored[stored["year"].isin(scores["year"].unique())]
    new = scores.assign(index=index, line=-1 - np.arange(len(scores)))
    whole = stored.merge(new, on=KEYS, how="outer", suffixes=("", "_new"))
    for column in [*VALUES, "line"]:
        whole[column] = whole[f"{column}_new"].fillna(whole[column])
    whole = whole.assign(index=index, line=whole["line"].astype(int))[[*KEYS, *VALUES, "index", "line"]]
    both = [f for f in findings(whole) if not f.doubt and min(f.lines) < 0 and (max(f.lines) > 0 or not f.beside)]
    return [Problem(file, "", None, "", f.problem.code if f.problem.code == "plain_sum" else "stored", f.problem.message)
            for f in both]


def check_figures() -> tuple[list[Problem], list[Problem]]:
    """Errors of the stored figures, and the doubts that nobody has reviewed yet (``reviewed_doubts.csv``)."""
    return _check_figures(language())


@files.known
def _check_figures(_: str) -> tuple[list[Problem], list[Problem]]:
    every = findings(stored_figures())
    known = _reviewed()
    keys = {(f.problem.code, str(f.year), f.place, f.component) for f in every if f.doubt}
    reviewed = set(known[REVIEWED[:4]].itertuples(index=False, name=None))
    file = files.shown_name(files.data_dir() / "reviewed_doubts.csv")
    idle = [Problem(file, "", int(row), "code", "idle_review", t("check.idle_review"))
            for row, *key in known[REVIEWED[:4]].itertuples(name=None) if tuple(key) not in keys]
    doubts = [f.problem for f in every if f.doubt
              and (f.problem.code, str(f.year), f.place, f.component) not in reviewed]
    return [f.problem for f in every if not f.doubt], doubts + idle


def _reviewed() -> pd.DataFrame:
    return files.read_table(files.data_dir() / "reviewed_doubts.csv", REVIEWED)
