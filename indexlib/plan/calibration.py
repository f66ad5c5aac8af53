"""Panels with a known truth, and what became of falls a year later: what forecasts are held against."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib.analysis import noise as _noise
from indexlib.analysis.changes import changes
from indexlib.analysis.kendall import kendall_p
from indexlib.analysis.noise import normal_cdf
from indexlib.analysis.panel import Panel

#: How a level moves: lag-1 correlation of true yearly changes.
MOVES = {"independent": 0.0, "persistent": 0.5, "reverting": -0.3}


def simulate(places: int, years: int, components: int = 28, noise_sd: float = 0.035, level_sd: float = 0.023,
             national_sd: float = 0.0, move: str = "independent", seed: int = 1) -> tuple[Panel, np.ndarray]:
    """A whole panel in one block, its scores a level plus independent noise.

    Parameters
    ----------
    places, years, components : int
    noise_sd, level_sd, national_sd : float
        Standard deviations in shares of the scale: of one year's noise, of a true yearly change about the
        national one, of the national change. The defaults are about those of PAPI.
    move : {"independent", "persistent", "reverting"}
        Lag-1 correlation of true changes 0, 0.5 or -0.3.
    seed : int

    Returns
    -------
    panel : Panel
    level : array (places, components, years)
        The true levels, on the scale 0 to 1.
    """
    rng = np.random.default_rng(seed)
    steps = _steps(rng, (places, components, years - 1), level_sd, MOVES[move])
    national = national_sd * rng.standard_normal((1, components, years - 1))
    start = 0.5 + 0.08 * rng.standard_normal((places, components, 1))
    level = np.concatenate([start, start + np.cumsum(steps + national, axis=2)], axis=2)
    return arrange(level + noise_sd * rng.standard_normal(level.shape)), level


def _steps(rng: np.random.Generator, shape: tuple, sd: float, lag: float) -> np.ndarray:
    """Stationary true changes with a lag-1 correlation."""
    out = np.empty(shape)
    fresh = rng.standard_normal(shape)
    out[:, :, 0] = fresh[:, :, 0]
    for k in range(1, shape[2]):
        out[:, :, k] = lag * out[:, :, k - 1] + np.sqrt(1 - lag**2) * fresh[:, :, k]
    return sd * out


def arrange(score: np.ndarray) -> Panel:
    """A panel of scores on the scale 0 to 1, all places of one group, all years of one block."""
    shape = places, components, years = score.shape
    p, c, y = (a.ravel() for a in np.indices(shape))
    rows = pd.DataFrame({"year": 2001 + y, "score": score.ravel(), "ci_low": np.nan, "ci_high": np.nan})
    ones = np.ones((components, years))
    return Panel(rows, (p, c, y), [f"p{i}" for i in range(places)], [f"papi.s{i}" for i in range(components)],
                 2001 + np.arange(years), score, np.zeros(shape, dtype=bool), np.full((components, years), 2001),
                 0 * ones, ones, np.zeros(places, dtype=int), np.full((1, components, years), places))


def kendall_under_drift(years: list[int], drifts: list[float], series: int = 20000, seed: int = 1) -> pd.DataFrame:
    """How often the exact Kendall test says "falling" (p at most 0.05) when there is no trend.

    Parameters
    ----------
    years : list of int
        Lengths of the series.
    drifts : list of float
        Standard deviation of a true yearly change, in units of the noise of one score; 0 is the test's null.

    Returns
    -------
    DataFrame
        ``years``, ``drift``, ``rate``.
    """
    rng, rows = np.random.default_rng(seed), []
    for n in years:
        i, j = np.triu_indices(n, k=1)
        for drift in drifts:
            y = np.cumsum(drift * rng.standard_normal((series, n)), axis=1) + rng.standard_normal((series, n))
            s = np.sign(y[:, j] - y[:, i]).sum(axis=1)
            rows.append((n, drift, float((kendall_p(y, s) <= 0.05).mean())))
    return pd.DataFrame(rows, columns=["years", "drift", "rate"])


def judged_falls(scores: pd.DataFrame) -> pd.DataFrame:
    """Every fall whose next year is known, with the ``prob_fall`` of what was known in its own year.

    The noise is estimated only from years up to the fall. A fall has lasted if the score a year later is
    still below the score before it. Noise alone lets big falls last too: if the level never moved, a fall of
    ``c`` lasts with probability ``Phi(-c / (usual movement * sqrt(3)))``.

    Parameters
    ----------
    scores : DataFrame
        Columns of :func:`indexlib.load_scores`, the whole panel.

    Returns
    -------
    DataFrame
        One row per fall: ``year``, ``place``, ``component``, ``change``, ``median_change``,
        ``usual_movement``, ``prob_fall``, ``lasted`` (1 or 0), ``by_noise`` (probability that noise alone makes it last).
    """
    parts = []
    everything = changes(scores)
    after = everything.loc[everything["comparable"], ["year", "place", "component", "score", "block"]]
    after = after.assign(year=after["year"] - 1).rename(columns={"score": "next_score", "block": "next_block"})
    for year in sorted(set(scores["year"]))[1:-1]:
        known = changes(scores[scores["year"] <= year])
        falls = known[(known["year"] == year) & (known["change_published"] < 0) & known["prob_fall"].notna()]
        parts.append(falls.merge(after, on=["year", "place", "component"]))
    frame = pd.concat(parts, ignore_index=True)
    frame = frame[frame["next_block"] == frame["block"]].reset_index(drop=True)
    frame["lasted"] = (frame["next_score"] < frame["previous"]).astype(int)
    frame["by_noise"] = normal_cdf(-frame["change"] / (frame["usual_movement"] * np.sqrt(3)))
    return frame[["year", "place", "component", "change", "median_change", "usual_movement", "prob_fall", "lasted",
                  "by_noise"]]


def noise_shares(scores: pd.DataFrame) -> pd.DataFrame:
    """Share of each component's yearly movement that is noise; see :func:`indexlib.estimate_noise`."""
    frame = _noise.estimate_noise(scores)
    return frame[frame["share"].notna()].sort_values("share").reset_index(drop=True)
