"""How well probabilities tell what happened from what did not, and whether they say what they mean."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from indexlib.plan.lasting import graded


def auc(said: np.ndarray, happened: np.ndarray) -> float:
    """Probability that what happened was given the higher figure than what did not; ties count half."""
    yes = int(happened.sum())
    return float((rankdata(said)[happened == 1].sum() - yes * (yes + 1) / 2) / (yes * (len(said) - yes)))


def by_grade(probability: np.ndarray, lasted: np.ndarray, cluster: pd.Series | np.ndarray) -> pd.DataFrame:
    """How often falls of each grade lasted, beside what was said.

    Returns
    -------
    DataFrame
        ``grade``, ``falls``, ``stated`` (mean probability), ``lasted`` (share), ``over`` (stated less lasted), ``se`` of
        ``lasted``, clustered: falls of one component and year share what happened to the country.
    """
    frame = pd.DataFrame({"grade": graded(probability), "p": probability, "y": lasted, "cluster": np.asarray(cluster)})
    rows = []
    for grade in "ABCD":
        own = frame[frame["grade"] == grade]
        se = clustered(own["y"], own["cluster"])
        rows.append((grade, len(own), own["p"].mean(), own["y"].mean(), own["p"].mean() - own["y"].mean(), se))
    return pd.DataFrame(rows, columns=["grade", "falls", "stated", "lasted", "over", "se"])


def clustered(values: pd.Series, cluster: pd.Series) -> float:
    """Standard error of a mean whose values are alike within clusters."""
    sums = (values - values.mean()).groupby(cluster).sum()
    k = len(sums)
    return float(np.sqrt((sums**2).sum() * k / (k - 1)) / len(values)) if k > 1 else np.nan
