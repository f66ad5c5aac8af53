"""Trends of a component inside one block of comparable years: slope, exact test, probability of a fall."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
import pandas as pd

from indexlib import noise as _noise
from indexlib.panel import Panel, build


@dataclass(frozen=True)
class Trends:
    """Trend of every series up to every year, as arrays (places, components, years); NaN without a score."""

    first: np.ndarray
    n: np.ndarray
    slope: np.ndarray
    s: np.ndarray
    steps: np.ndarray
    falls: np.ndarray
    p_fall: np.ndarray
    prob_fall: np.ndarray


def trends(scores: pd.DataFrame) -> pd.DataFrame:
    """Theil-Sen slope and exact one-sided Kendall test of every series inside its block.

    The years themselves are the axis: a gap counts as the years it lasts. The null of ``p_fall`` is a
    constant level plus independent noise; a level that drifts makes small values more frequent than stated.

    Parameters
    ----------
    scores : DataFrame
        Columns of :func:`indexlib.load_scores`; ``prob_fall`` needs the whole panel, the rest does not.

    Returns
    -------
    DataFrame
        One row per ``place``, ``component`` and ``block`` with at least two scores: ``first_year``,
        ``last_year``, ``n_years`` (scores), ``slope`` (points a year, median of the slopes between all
        pairs of years), ``slope_low``, ``slope_high`` (90 % interval), ``s`` (Kendall: pairs that rise
        minus pairs that fall), ``falls`` (yearly steps that fall), ``p_fall`` (exact probability of an ``s``
        this low under the null), ``q_fall`` (Benjamini-Hochberg over the places of the component and block),
        ``prob_fall`` (probability that the level of the last year is below that of the first).

    Notes
    -----
    Sen (1968), JASA 63, 1379-1389; Kendall (1970), Rank Correlation Methods, ch. 4. With ties the null
    distribution is that of the inversions of a multiset, a product of Gaussian binomials.

    Examples
    --------
    >>> from indexlib import load_scores
    >>> s = load_scores("papi").query("place == 'thanh_hoa' and component == 'papi.6.2'")
    >>> trends(s).query("block == 2018")[["n_years", "s"]].iloc[0].tolist()
    [7, -7]
    """
    panel = build(scores)
    moved = _noise.differences(panel)
    found = of_panel(panel, moved, _noise.of_panel(panel, moved))
    return _last_of_blocks(panel, found)


def of_panel(panel: Panel, moved: _noise.Changes, noise: pd.DataFrame) -> Trends:
    """Trends up to every year of a panel already arranged."""
    shape = panel.score.shape
    out = Trends(*(np.full(shape, np.nan) for _ in range(8)))
    for c, years in blocks(panel):
        y, at = panel.score[:, c, years], panel.years[years].astype(float)
        variances = _noise_of(noise, moved, c, years)
        for k in range(len(years)):
            now = ~np.isnan(y[:, k])
            part, when = y[now, : k + 1], years[k]
            known = ~np.isnan(part)
            rise, slope = _pairs(part, at[: k + 1])
            s = np.nansum(np.sign(rise), axis=1)
            step = np.diff(part, axis=1)
            out.first[now, c, when] = np.where(known, at[: k + 1], np.inf).min(axis=1)
            out.n[now, c, when] = known.sum(axis=1)
            out.slope[now, c, when] = row_median(slope)
            out.s[now, c, when] = s
            out.steps[now, c, when] = (~np.isnan(step)).sum(axis=1)
            out.falls[now, c, when] = (step < 0).sum(axis=1)
            out.p_fall[now, c, when] = kendall_p(part, s)
            if k:
                national = moved.median[panel.group[now], c][:, years[1 : k + 1]]
                out.prob_fall[now, c, when] = level_fell(part, national, *variances)
    return out


def blocks(panel: Panel) -> list[tuple[int, np.ndarray]]:
    """(component, year positions) of every comparable block."""
    out = []
    for c in range(len(panel.components)):
        for first in np.unique(panel.block[c][panel.block[c] > 0]):
            out.append((c, np.flatnonzero(panel.block[c] == first)))
    return out


def _noise_of(noise: pd.DataFrame, moved: _noise.Changes, c: int, years: np.ndarray) -> tuple:
    """Noise and true-change variances of a component in points: own, then national."""
    width2 = moved.width[c, years[0]] ** 2
    row = noise.iloc[c]
    power, share = row["national_sd"] ** 2, row["national_share"]
    return (width2 * row["noise_sd"] ** 2, width2 * row["level_sd"] ** 2,
            width2 * power * share / 2, width2 * power * (1 - share))


def _pairs(y: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rise and slope between all pairs of years."""
    i, j = np.array(list(combinations(range(y.shape[1]), 2)), dtype=int).reshape(-1, 2).T
    rise = y[:, j] - y[:, i]
    return rise, rise / (at[j] - at[i])


def row_median(values: np.ndarray) -> np.ndarray:
    """Median of each row without its NaN, by one sort; NaN for an empty row."""
    if values.shape[1] == 0:
        return np.full(len(values), np.nan)
    ordered = np.sort(values, axis=1)
    n = (~np.isnan(values)).sum(axis=1)
    rows = np.arange(len(values))
    return (ordered[rows, np.maximum((n - 1) // 2, 0)] + ordered[rows, np.minimum(n // 2, values.shape[1] - 1)]) / 2


def level_fell(y: np.ndarray, national: np.ndarray, s2: float, t2: float, s2_national: float,
               t2_national: float) -> np.ndarray:
    """Probability that the level of the last year is below that of the first score of each row.

    The level is a random walk with yearly variance ``t2`` about the national path, itself a random walk
    seen with noise; with two years this is the ``prob_fall`` of a change.

    Parameters
    ----------
    y : array (rows, years)
        Scores of one block, the last year known; NaN where there is none.
    national : array (rows, years - 1)
        National median changes.
    s2, t2, s2_national, t2_national : float
        Noise variance of a score and variance of a true yearly change, own and national.
    """
    out = np.full(len(y), np.nan)
    if not np.isfinite([s2, t2, s2_national, t2_national]).all():
        return out
    known = ~np.isnan(y)
    for pattern in np.unique(known, axis=0):
        rows = (known == pattern).all(axis=1)
        at = np.flatnonzero(pattern)
        if len(at) < 2:
            continue
        path = np.concatenate([np.zeros((rows.sum(), 1)), np.cumsum(national[rows], axis=1)], axis=1)[:, at]
        own_mean, own_var = _rise(y[rows][:, at] - path, at, s2, t2)
        mean, var = _rise(path, at, s2_national, t2_national)
        with np.errstate(all="ignore"):
            out[rows] = _noise.normal_cdf(-(own_mean + mean) / np.sqrt(own_var + var))
    return out


def _rise(y: np.ndarray, at: np.ndarray, s2: float, t2: float) -> tuple[np.ndarray, float]:
    """Posterior mean and variance of the last level minus the first, of a random walk seen with noise."""
    weight, variance = _weights(at, s2, t2)
    return np.diff(y, axis=1) @ weight, variance


def _weights(at: np.ndarray, s2: float, t2: float) -> tuple[np.ndarray, float]:
    """Weights of the steps in the posterior mean of the whole rise, and its posterior variance."""
    truth = t2 * np.diff(at).astype(float)
    m = len(truth)
    total = np.diag(truth) + s2 * (2 * np.eye(m) - np.eye(m, k=1) - np.eye(m, k=-1))
    if not total.any():
        return np.ones(m), 0.0
    weight = np.linalg.lstsq(total, truth, rcond=None)[0]
    return weight, max(float(truth.sum() - truth @ weight), 0.0)


def null_rate(years: int, probability: float, s2: float, t2: float, s2_national: float, t2_national: float) -> float:
    """How often :func:`level_fell` reaches a probability if no level moved, for a series without gaps.

    Parameters
    ----------
    years : int
        Number of scores.
    probability : float
        Threshold, above one half.
    s2, t2, s2_national, t2_national : float
        As in :func:`level_fell`; only the own noise moves the scores here.
    """
    from scipy.special import ndtri

    at = np.arange(years)
    weight, own_var = _weights(at, s2, t2)
    variance = own_var + _weights(at, s2_national, t2_national)[1]
    wave = s2 * weight @ (2 * np.eye(years - 1) - np.eye(years - 1, k=1) - np.eye(years - 1, k=-1)) @ weight
    return float(_noise.normal_cdf(-ndtri(probability) * np.sqrt(variance / wave))) if wave > 0 else 0.0


def kendall_p(y: np.ndarray, s: np.ndarray) -> np.ndarray:
    """Exact P(S <= s) of each row, by its number of values and its ties."""
    ordered = np.sort(y, axis=1)
    n = (~np.isnan(y)).sum(axis=1)
    tied = (np.diff(ordered, axis=1) == 0).any(axis=1)
    out = np.empty(len(y))
    for count in np.unique(n[~tied]):
        own = ~tied & (n == count)
        values, inverse = np.unique(s[own].astype(int), return_inverse=True)
        out[own] = np.array([kendall_fall((1,) * int(count), int(v)) for v in values])[inverse]
    for row in np.flatnonzero(tied):
        sizes = np.unique(ordered[row, : n[row]], return_counts=True)[1]
        out[row] = kendall_fall(tuple(sorted(sizes.tolist())), int(s[row]))
    return out


@cache
def kendall_fall(ties: tuple[int, ...], s: int) -> float:
    """Exact probability that Kendall's S is at most ``s`` for distinct years.

    Parameters
    ----------
    ties : tuple of int
        Sizes of the groups of equal values; ``(1, 1, 1, 1)`` for four distinct ones.
    s : int
        Rising pairs minus falling pairs.

    Examples
    --------
    >>> kendall_fall((1, 1, 1, 1), -6) == 1 / 24
    True
    """
    counts, pairs = _inversions(ties)
    falling = (pairs - s) / 2
    return float(counts[int(np.ceil(falling - 1e-9)):].sum() / counts.sum())


@cache
def _inversions(ties: tuple[int, ...]) -> tuple[np.ndarray, int]:
    """Number of orders of a multiset by their inversions, and its untied pairs."""
    counts, n = np.ones(1), 0
    for size in ties:
        n += size
        for k in range(1, size + 1):  # Gaussian binomial (n choose size): multiply, then divide
            counts = np.convolve(counts, np.ones(n - size + k))
            counts = _divide(counts, k)
    pairs = n * (n - 1) // 2 - sum(k * (k - 1) // 2 for k in ties)
    return counts, pairs


def _divide(counts: np.ndarray, k: int) -> np.ndarray:
    """Divide a polynomial exactly by 1 + q + ... + q^(k-1)."""
    return np.round(np.polydiv(counts[::-1], np.ones(k))[0][::-1]) if k > 1 else counts


def sen_interval(slopes: np.ndarray, n: np.ndarray, level: float = 0.90) -> tuple[np.ndarray, np.ndarray]:
    """Interval of the Theil-Sen slope of each row (Sen 1968): order statistics of the pairwise slopes.

    Parameters
    ----------
    slopes : array (rows, pairs)
        Slopes of the pairs of years; NaN where a year is missing.
    n : array (rows)
        Number of scores.
    level : float
    """
    from scipy.special import ndtri

    ordered = np.sort(slopes, axis=1)
    pairs = n * (n - 1) / 2
    spread = -ndtri((1 - level) / 2) * np.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    low = np.clip(np.round((pairs - spread) / 2).astype(int), 0, None)
    high = np.minimum(np.round((pairs + spread) / 2).astype(int), (pairs - 1).astype(int))
    high, rows = np.maximum(high, 0), np.arange(len(slopes))
    low = np.minimum(low, high)
    return ordered[rows, low], ordered[rows, high]


def _last_of_blocks(panel: Panel, found: Trends) -> pd.DataFrame:
    """One row per place, component and block: the trend up to its last score."""
    parts = []
    for c, years in blocks(panel):
        y = panel.score[:, c, years]
        known = ~np.isnan(y)
        p = np.flatnonzero(known.sum(axis=1) >= 2)
        if not len(p):
            continue
        last = len(years) - 1 - known[p, ::-1].argmax(axis=1)
        at = (p, c, years[last])
        n = found.n[at].astype(int)
        low, high = sen_interval(_pairs(y[p], panel.years[years].astype(float))[1], n)
        parts.append(pd.DataFrame({
            "place": np.array(panel.places, dtype=object)[p], "component": panel.components[c],
            "block": panel.block[c, years[0]], "first_year": found.first[at].astype(int),
            "last_year": panel.years[years[last]], "n_years": n, "slope": found.slope[at], "slope_low": low,
            "slope_high": high, "s": found.s[at].astype(int), "falls": found.falls[at].astype(int),
            "p_fall": found.p_fall[at], "q_fall": false_discovery(found.p_fall[at]), "prob_fall": found.prob_fall[at]}))
    columns = ["place", "component", "block", "first_year", "last_year", "n_years", "slope", "slope_low",
               "slope_high", "s", "falls", "p_fall", "q_fall", "prob_fall"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def false_discovery(p: np.ndarray) -> np.ndarray:
    """Benjamini-Hochberg q values; NaN stays NaN."""
    from scipy.stats import false_discovery_control

    out = np.full(len(p), np.nan)
    known = ~np.isnan(p)
    if known.any():
        out[known] = false_discovery_control(p[known])
    return out
