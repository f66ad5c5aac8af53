"""Grades of a fall by the probability that the score is still below the score before it a year later."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib.analysis.panel import choose
from indexlib.plan.settings import Grades

#: Grades from the surest; ``D``: the fall will rather recover; ``unknown``: the data do not carry a probability.
GRADES = ("A", "B", "C", "D", "unknown")


def graded(prob_lasting: pd.Series | np.ndarray, grades: Grades | None = None) -> pd.Categorical:
    """Grade of each fall by its probability of lasting.

    Examples
    --------
    >>> list(graded(np.array([0.95, 0.8, 0.5, 0.49, np.nan])))
    ['A', 'B', 'C', 'D', 'unknown']
    """
    p, least = np.round(np.asarray(prob_lasting, dtype=float), 3), grades or Grades()  # as workbooks print it
    return choose([np.isnan(p), p >= least.a, p >= least.b, p >= least.c], ["unknown", "A", "B", "C"], "D")
