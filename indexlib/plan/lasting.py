"""Grades of a fall by the probability that the score is still below the score before it a year later."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib.analysis.panel import choose

#: Least probability of each grade; below the last it is :data:`RECOVERING`.
LEAST = {"A": 0.95, "B": 0.80, "C": 0.50}
RECOVERING, UNKNOWN = "D", "unknown"


def graded(prob_lasting: pd.Series | np.ndarray) -> pd.Categorical:
    """Grade of each fall: ``A``, ``B``, ``C``, ``D`` (will rather recover), or ``unknown`` without a probability.

    Examples
    --------
    >>> list(graded(np.array([0.95, 0.8, 0.5, 0.49, np.nan])))
    ['A', 'B', 'C', 'D', 'unknown']
    """
    p = np.asarray(prob_lasting, dtype=float)
    return choose([np.isnan(p), *(p >= least for least in LEAST.values())], [UNKNOWN, *LEAST], RECOVERING)
