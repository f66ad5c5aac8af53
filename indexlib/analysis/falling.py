"""When a series may be called falling: a slope below zero, most steps down, and not at the block's highest."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib.analysis.changes import half_up
from indexlib.analysis.panel import Panel
from indexlib.analysis.trends import theil_sen


def at_highest(panel: Panel) -> np.ndarray:
    """Whether each score is, at the published decimals, the highest of its block so far; at the rows of the table."""
    score = half_up(panel.score, panel.decimals[None, :, None])
    highest = np.full(score.shape[:2], -np.inf)
    out = np.zeros(score.shape, dtype=bool)
    for y in range(score.shape[2]):
        if y:
            highest[:, panel.block[:, y] != panel.block[:, y - 1]] = -np.inf
        highest = np.fmax(highest, score[:, :, y])
        out[:, :, y] = score[:, :, y] >= highest
    return panel.cell(out)


def falling(facts: pd.DataFrame, least: int | None = 4) -> pd.Series:
    """Whether each series falls: enough years, slope below zero, more than half of its steps down, not at its highest.

    Parameters
    ----------
    facts : DataFrame
        ``n_years``, ``slope``, ``steps``, ``falls`` of :func:`indexlib.analysis.facts.gather`; ``at_highest`` of
        :func:`at_highest`.
    least : int or None
        Least number of comparable years; ``None``: nothing is called falling.
    """
    if least is None:
        return pd.Series(False, index=facts.index)
    return ((facts["n_years"] >= least) & (facts["slope"] < 0) & (2 * facts["falls"] > facts["steps"])
            & ~facts["at_highest"].astype(bool))


def of_draws(y: np.ndarray) -> np.ndarray:
    """Whether each drawn series (draws, years), without gaps, is called falling."""
    steps = np.diff(y, axis=1)
    return (theil_sen(y) < 0) & (2 * (steps < 0).sum(axis=1) > steps.shape[1]) & (y[:, -1] < y.max(axis=1))
