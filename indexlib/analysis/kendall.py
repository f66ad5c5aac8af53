"""Kendall's exact test for a falling series, Sen's interval of its slope, and tests in families."""

from __future__ import annotations

from functools import cache

import numpy as np


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
    return float(counts[max(int(np.ceil(falling - 1e-9)), 0):].sum() / counts.sum())


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


def false_discovery(p: np.ndarray, family: np.ndarray) -> np.ndarray:
    """Benjamini-Hochberg q values within families of tests; a family's size may differ from another's."""
    from scipy.stats import false_discovery_control

    family = np.asarray(family)
    out = np.full(len(p), np.nan)
    size = np.bincount(family)[family]
    for n in np.unique(size):
        rows = np.flatnonzero(size == n)
        families = rows[np.argsort(family[rows], kind="stable")].reshape(-1, n)
        out[families] = false_discovery_control(p[families], axis=1)
    return out
