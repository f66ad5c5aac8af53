"""The stored figures against each other: what arithmetic refutes, and what a person should look at."""

from __future__ import annotations

import pandas as pd

from indexlib.base.problems import Problem
from indexlib.base.wording import t
from indexlib.data import files
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


def check_figures() -> tuple[list[Problem], list[Problem]]:
    """Errors of the stored figures, and the doubts that nobody has reviewed yet (``reviewed_doubts.csv``)."""
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
