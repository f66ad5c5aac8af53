"""Other forecasts of the next year, to hold the model of :mod:`indexlib.analysis.next_year` against."""

from __future__ import annotations

import numpy as np

from indexlib.analysis import next_year as model
from indexlib.analysis.panel import Panel

#: Years of a block from which the mean of its earlier years has a coefficient more.
LONG = 3


def regression(panel: Panel) -> model.Forecast:
    """Next year's relative score by least squares with three coefficients, fitted on the years before.

    On this year's relative score, the mean of the block's earlier years, and the same once more where the block has
    three years; all in units of the component's spread, pooled over the components of an index.
    """
    r = panel.once(model.relative)
    f = panel.once(model.fit)
    sd = np.sqrt(f.variance)
    x = _features(panel, r.score) / sd
    y = np.full(r.score.shape, np.nan)
    same = (panel.block[:, 1:] == panel.block[:, :-1]) & (panel.block[:, 1:] > 0)
    y[:, :, :-1] = np.where(same, r.score[:, :, 1:] / sd[:, :-1], np.nan)
    used = ~np.isnan(y) & ~np.isnan(x).any(axis=0)
    x0, y0 = np.where(used, x, 0.0), np.where(used, y, 0.0)
    xx, xy = np.einsum("apcy,bpcy->cyab", x0, x0), np.einsum("apcy,pcy->cya", x0, y0)
    yy, n = (y0**2).sum(axis=0), used.sum(axis=0)
    mean, spread = np.full(r.score.shape, np.nan), np.full(r.score.shape, np.nan)
    for i in range(r.index.max() + 1):
        own = np.flatnonzero(r.index == i)
        for t in np.flatnonzero(np.isfinite(f.signal[own]).any(axis=0)):
            past = np.ix_(own, np.arange(t))  # pairs whose second year is t or before
            b = np.linalg.lstsq(xx[past].sum(axis=(0, 1)), xy[past].sum(axis=(0, 1)), rcond=None)[0]
            left = (yy[past].sum() - b @ xy[past].sum(axis=(0, 1))) / n[past].sum()
            mean[:, own, t] = np.einsum("a,apc->pc", b, x[:, :, own, t]) * sd[own, t]
            spread[:, own, t] = np.sqrt(left) * sd[own, t]
    return model.Forecast(mean, np.where(np.isnan(mean), np.nan, spread), np.sqrt(f.national), r)


def _features(panel: Panel, score: np.ndarray) -> np.ndarray:
    """This year's score, the mean of the block's earlier years, and that mean in long blocks (3, ...)."""
    total, n = np.zeros(score.shape[:2]), np.zeros(score.shape[:2])
    earlier, long = np.zeros(score.shape), np.zeros(score.shape)
    for y in range(score.shape[2]):
        fresh = panel.block[:, y] != (panel.block[:, y - 1] if y else 0)
        total, n = np.where(fresh, 0.0, total), np.where(fresh, 0, n)
        earlier[:, :, y] = total / np.maximum(n, 1)
        known = ~np.isnan(score[:, :, y])
        total, n = total + np.where(known, score[:, :, y], 0.0), n + known
        long[:, :, y] = np.where(n >= LONG, earlier[:, :, y], 0.0)
    return np.stack([score, earlier, long])
