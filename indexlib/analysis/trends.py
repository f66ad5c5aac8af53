"""Trends of a component inside one block of comparable years: slope, exact test, probability of a fall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from indexlib.analysis.changes import half_up
from indexlib.analysis.kendall import false_discovery, kendall_p, sen_interval
from indexlib.analysis.noise import differences, estimate_noise, normal_cdf
from indexlib.analysis.panel import Panel, build

#: First year with a score; scores; slope; Kendall's S; yearly steps, those that fall; probabilities of the trend.
MEASURES = ("first_year", "n_years", "slope", "s", "steps", "falls", "p_trend", "prob_trend")


@dataclass(frozen=True)
class Window:
    """Series of one length that start at the first year of their block and end with a score.

    Attributes
    ----------
    place, component, start : arrays (rows)
        Positions of the place, the component and the first year.
    block : array (rows)
        Number of the block among those of the panel.
    y : array (rows, years)
        Scores; NaN where there is none.
    """

    place: np.ndarray
    component: np.ndarray
    start: np.ndarray
    block: np.ndarray
    y: np.ndarray

    @property
    def end(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Cell of the last year of each row."""
        return self.place, self.component, self.start + self.y.shape[1] - 1


def trends(scores: pd.DataFrame | Panel) -> pd.DataFrame:
    """Theil-Sen slope and exact one-sided Kendall test of every series inside its block.

    The years themselves are the axis: a gap counts as the years it lasts. The null of ``p_fall`` is a
    constant level plus independent noise; a level that drifts makes small values more frequent than stated.

    Parameters
    ----------
    scores : DataFrame or Panel
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
    [7, 3]
    """
    return build(scores).once(_trends)


def _trends(panel: Panel) -> pd.DataFrame:
    columns = ["place", "component", "block", "first_year", "last_year", "n_years", "slope", "slope_low",
               "slope_high", "s", "falls", "p_fall", "q_fall", "prob_fall"]
    parts = [_rows(panel, w) for w in last_windows(panel) if w.y.shape[1] > 1]
    parts = [p for p in parts if len(p)]
    if not parts:
        return pd.DataFrame(columns=columns)
    frame = pd.concat(parts).sort_values(["_component", "block", "_place"], kind="stable").reset_index(drop=True)
    frame["q_fall"] = false_discovery(frame["p_fall"].to_numpy(), frame.groupby(["_component", "block"]).ngroup())
    return frame[columns]


def yearly(panel: Panel) -> dict[str, np.ndarray]:
    """Trend of every series up to every year, as arrays (places, components, years); NaN without a score."""
    out = {name: np.full(panel.score.shape, np.nan) for name in MEASURES}
    for window in all_windows(panel):
        for name, values in measure(panel, window).items():
            out[name][window.end] = values
    return out


def measure(panel: Panel, window: Window) -> dict[str, np.ndarray]:
    """Figures of the trend, :data:`MEASURES`, for the rows of a window."""
    y, known = window.y, ~np.isnan(window.y)
    rise, slope = _pairs(y)
    s = np.nansum(np.sign(rise), axis=1)
    step = np.diff(half_up(y, panel.decimals[window.component][:, None]), axis=1)  # as printed, like every direction
    national = differences(panel).median[panel.group[window.place][:, None], window.component[:, None],
                            window.start[:, None] + np.arange(1, y.shape[1])]
    return dict(zip(MEASURES, (panel.years[window.start + known.argmax(axis=1)], known.sum(axis=1), row_median(slope), s,
                               (~np.isnan(step)).sum(axis=1), (step < 0).sum(axis=1), kendall_p(y, s),
                               level_fell(y, national, panel.once(_variances), window.block)), strict=True))


def _rows(panel: Panel, window: Window) -> pd.DataFrame:
    """Rows of :func:`trends` for a window."""
    found = measure(panel, window)
    low, high = sen_interval(_pairs(window.y)[1], found["n_years"])
    frame = pd.DataFrame({
        "_place": window.place, "_component": window.component,
        "place": np.array(panel.places, dtype=object)[window.place],
        "component": np.array(panel.components, dtype=object)[window.component],
        "block": panel.block[window.component, window.start], "first_year": found["first_year"],
        "last_year": panel.years[window.end[2]], "n_years": found["n_years"], "slope": found["slope"],
        "slope_low": low, "slope_high": high, "s": found["s"].astype(int), "falls": found["falls"],
        "p_fall": found["p_trend"], "prob_fall": found["prob_trend"]})
    return frame[found["n_years"] >= 2]


def blocks(panel: Panel) -> list[tuple[int, np.ndarray]]:
    """(component, year positions) of every comparable block."""
    out = []
    for c in range(len(panel.components)):
        for first in np.unique(panel.block[c][panel.block[c] > 0]):
            out.append((c, np.flatnonzero(panel.block[c] == first)))
    return out


def _spans(panel: Panel) -> np.ndarray:
    """Component, first and last year position of every block, one row each."""
    return np.array([(c, years[0], years[-1]) for c, years in blocks(panel)], dtype=int).reshape(-1, 3)


def _window(panel: Panel, spans: np.ndarray, place: np.ndarray, block: np.ndarray, length: int) -> Window:
    component, start = spans[block, 0], spans[block, 1]
    y = panel.score[place[:, None], component[:, None], start[:, None] + np.arange(length)]
    return Window(place, component, start, block, y)


def all_windows(panel: Panel) -> Iterator[Window]:
    """Every series from the start of a block to every later year with a score, by length."""
    spans = _spans(panel)
    longest = (spans[:, 2] - spans[:, 1]).max() + 1 if len(spans) else 0
    for length in range(1, longest + 1):
        block = np.flatnonzero(spans[:, 2] - spans[:, 1] + 1 >= length)
        place, which = np.nonzero(~np.isnan(panel.score[:, spans[block, 0], spans[block, 1] + length - 1]))
        yield _window(panel, spans, place, block[which], length)


def last_windows(panel: Panel) -> Iterator[Window]:
    """Every series from the start of a block to its last score, by length."""
    spans = _spans(panel)
    if not len(spans):
        return
    c, first, last = spans.T
    year = np.arange(len(panel.years))
    inside = (first[:, None] <= year) & (year <= last[:, None])
    known = ~np.isnan(panel.score[:, c, :]) & inside
    end = np.where(known.any(axis=2), len(year) - 1 - known[:, :, ::-1].argmax(axis=2), -1)
    length = np.where(end >= 0, end - first + 1, 0)
    for m in np.unique(length[length > 0]):
        place, block = np.nonzero(length == m)
        yield _window(panel, spans, place, block, int(m))


def _variances(panel: Panel) -> np.ndarray:
    """Variances of each block in points (blocks, 4): noise and true change, own, then national."""
    noise = estimate_noise(panel)
    component, first, _ = _spans(panel).T
    power, share = noise["national_sd"] ** 2, noise["national_share"]
    each = np.stack([noise["noise_sd"] ** 2, noise["level_sd"] ** 2, power * share / 2, power * (1 - share)], axis=1)
    return each[component].astype(float) * differences(panel).width[component, first][:, None] ** 2


def _pairs(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rise and slope between all pairs of years."""
    i, j = np.array(list(combinations(range(y.shape[1]), 2)), dtype=int).reshape(-1, 2).T
    rise = y[:, j] - y[:, i]
    return rise, rise / (j - i)


def theil_sen(y: np.ndarray) -> np.ndarray:
    """Median of the slopes between all pairs of years, of each row."""
    return row_median(_pairs(y)[1])


def row_median(values: np.ndarray) -> np.ndarray:
    """Median of each row without its NaN, by one sort; NaN for an empty row."""
    if values.shape[1] == 0:
        return np.full(len(values), np.nan)
    ordered = np.sort(values, axis=1)
    n = (~np.isnan(values)).sum(axis=1)
    rows = np.arange(len(values))
    return (ordered[rows, np.maximum((n - 1) // 2, 0)] + ordered[rows, np.minimum(n // 2, values.shape[1] - 1)]) / 2


def level_fell(y: np.ndarray, national: np.ndarray, variances: np.ndarray, block: np.ndarray) -> np.ndarray:
    """Probability that the level of the last year is below that of the first score of each row.

    The level is a random walk with yearly variance ``t2`` about the national path, itself a random walk
    seen with noise; with two years this is the ``prob_fall`` of a change.

    Parameters
    ----------
    y : array (rows, years)
        Scores of one block, the last year known; NaN where there is none.
    national : array (rows, years - 1)
        National median changes.
    variances : array (blocks, 4)
        Noise variance of a score and variance of a true yearly change, own, then national, in points.
    block : array (rows)
        Row of ``variances`` that holds for each row of ``y``.
    """
    out = np.full(len(y), np.nan)
    path = np.concatenate([np.zeros((len(y), 1)), np.cumsum(national, axis=1)], axis=1)
    able = np.isfinite(variances).all(axis=1)[block] & np.isfinite(path[:, -1])
    known = ~np.isnan(y)
    codes = known @ (1 << np.arange(y.shape[1]))
    for code in np.flatnonzero(np.bincount(codes[able])):
        rows = np.flatnonzero(able & (codes == code))
        at = np.flatnonzero(known[rows[0]])
        if len(at) > 1:
            own = np.diff((y[rows] - path[rows])[:, at], axis=1)
            out[rows] = _below_zero(own, np.diff(path[rows][:, at], axis=1), at, variances, block[rows])
    return out


def _below_zero(own: np.ndarray, national: np.ndarray, at: np.ndarray, variances: np.ndarray,
                block: np.ndarray) -> np.ndarray:
    """Probability that own and national rise together are below zero, from steps between the same known years."""
    used = np.flatnonzero(np.bincount(block, minlength=len(variances)))
    row = np.searchsorted(used, block)
    own_weight, own_var = _weights(at, variances[used, 0], variances[used, 1])
    weight, var = _weights(at, variances[used, 2], variances[used, 3])
    mean = np.einsum("ij,ij->i", own, own_weight[row]) + np.einsum("ij,ij->i", national, weight[row])
    with np.errstate(all="ignore"):
        return normal_cdf(-mean / np.sqrt(own_var + var)[row])


def _weights(at: np.ndarray, s2: np.ndarray, t2: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights of the steps in the posterior mean of the whole rise (kinds, steps), and its variance (kinds)."""
    truth = np.multiply.outer(t2, np.diff(at).astype(float))
    m = truth.shape[1]
    total = np.multiply.outer(s2, _steps_covariance(m)) + truth[:, :, None] * np.eye(m)
    still = (s2 <= 0) & (t2 <= 0)  # nothing ever moves: any weights do
    total[still] = np.eye(m)
    weight = np.linalg.solve(total, truth[:, :, None])[:, :, 0]
    return weight, np.maximum(truth.sum(axis=1) - (truth * weight).sum(axis=1), 0.0)


def _steps_covariance(m: int) -> np.ndarray:
    """Covariance of successive steps that unit noise in the scores gives."""
    return 2 * np.eye(m) - np.eye(m, k=1) - np.eye(m, k=-1)
