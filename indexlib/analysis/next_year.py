"""What the scores so far say about the next year: one model of a place's score relative to the country.

A score relative to the country is a level plus noise; the level keeps the share ``persistence`` of itself from
one year to the next (an AR(1) process about the country's mean), and of the spread between places the share
``signal`` is level. Both are read from the covariance of scores one, two, ... years apart: persistence pooled
over the components of an index, the signal of each component shrunk toward the index. A year is judged
with what was known in that year; a Kalman filter then runs through the block's own years, gaps included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from indexlib.analysis.changes import half_up
from indexlib.analysis.noise import MIN_PLACES, normal_cdf
from indexlib.analysis.panel import Panel, build

#: Falls of an index whose next year must have become known in the last years before the model speaks: an index that
#: is measured anew every few years (PCI in 2009, 2013, 2017, 2021) is not judged by what its older measures did.
MIN_FALLS, LAST_YEARS = 500, 5
#: Weight of the index's own signal against a component's, in pairs of scores: half a panel.
PRIOR_PAIRS = 30
#: Persistences tried.
PERSISTENCES = np.linspace(0.5, 1.0, 51)
COLUMNS = ["expected_gap", "prob_low", "prob_lasting", "expected_fall"]


@dataclass(frozen=True)
class Relative:
    """Scores relative to the country, in shares of the scale; only whole panels of at least ten places.

    Attributes
    ----------
    score : array (places, components, years)
        Score less the mean of its year; NaN where the panel is not whole.
    mean, median, low_quarter : arrays (groups, components, years)
        Of the scores; the last two less the mean.
    width : array (components, years)
        Width of the scale; 1 where no maximum is printed.
    index : array (components)
        Number of the index of each component.
    """

    score: np.ndarray
    mean: np.ndarray
    median: np.ndarray
    low_quarter: np.ndarray
    width: np.ndarray
    index: np.ndarray


@dataclass(frozen=True)
class Fit:
    """The model as known in every year, as arrays (components, years); NaN where too little was known.

    Attributes
    ----------
    persistence, signal : array
    variance : array
        Of the scores between places, in the block up to the year.
    national : array
        Mean square of a yearly change of the country.
    """

    persistence: np.ndarray
    signal: np.ndarray
    variance: np.ndarray
    national: np.ndarray


@dataclass(frozen=True)
class Forecast:
    """Next year's score as expected in each year, as arrays (places, components, years), in shares of the scale.

    Attributes
    ----------
    mean, sd : array
        Score relative to the mean of the country, and its spread.
    national_sd : array (components, years)
        Spread of the country's own movement.
    relative : Relative
    """

    mean: np.ndarray
    sd: np.ndarray
    national_sd: np.ndarray
    relative: Relative


def next_year(scores: pd.DataFrame) -> pd.DataFrame:
    """What is expected of every score a year later, from what was known in its own year.

    Parameters
    ----------
    scores : DataFrame
        Columns of :func:`indexlib.load_scores`, the whole panel.

    Returns
    -------
    DataFrame
        One row per row of ``scores``, in its order: ``year``, ``place``, ``component``, and

        - ``expected_gap``: how far below the median the score is expected, in shares of the scale; 0 above it;
        - ``prob_low``: probability that it is in the lowest quarter of the places;
        - ``prob_lasting``: of a fall, probability that the score is still below the score before the fall;
        - ``expected_fall``: of a fall, ``prob_lasting`` times its size, in shares of the scale; 0 where the score did
          not fall.

        Missing where the data do not carry it: a panel that is not whole, a score without a scale (the
        shares), an index with fewer than 500 falls whose next year became known in the last five years.

    Notes
    -----
    Robinson (1991), Statistical Science 6, 15-32, for the shrinkage; Harvey (1989), Forecasting, Structural Time
    Series Models and the Kalman Filter, ch. 3.

    Examples
    --------
    >>> from indexlib import load_scores
    >>> f = next_year(load_scores("papi")).query("place == 'thanh_hoa' and component == 'papi.6.2' and year == 2024")
    >>> bool(0.5 < f["prob_lasting"].item() < 1)
    True
    """
    panel = build(scores)
    return panel.rows[["year", "place", "component"]].assign(**of_panel(panel))


def of_panel(panel: Panel) -> dict[str, np.ndarray]:
    """The columns of :func:`next_year` of a panel already arranged, at its rows."""
    f = forecast(panel)
    r = f.relative
    median, low = (x[panel.group] for x in (r.median, r.low_quarter))
    change, fell = _change(panel)
    scaled = np.where(np.isnan(panel.high), np.nan, 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        lasting = np.where(fell, prob_lasting(panel, f), np.nan)
        lost = np.where(fell, -lasting * change / r.width, np.where(np.isnan(change + f.mean), np.nan, 0.0))
        expected = {"expected_gap": scaled * np.maximum(median - f.mean, 0.0),
                    "prob_low": normal_cdf((low - f.mean) / f.sd), "prob_lasting": lasting, "expected_fall": scaled * lost}
    return {name: panel.cell(values) for name, values in expected.items()}


def prob_lasting(panel: Panel, f: Forecast) -> np.ndarray:
    """Probability that next year's score is below the score of the year before, whether or not it fell."""
    before = _years_before(panel, panel.score, 1) / f.relative.width
    expected = f.mean + f.relative.mean[panel.group]
    with np.errstate(invalid="ignore", divide="ignore"):
        return normal_cdf((before - expected) / np.sqrt(f.sd**2 + f.national_sd**2))


def fall_by_noise(panel: Panel, year: int, draws: int = 2000) -> dict[str, np.ndarray]:
    """What :func:`prob_lasting` says of falls of a year where no level moved, here or in the country.

    Parameters
    ----------
    panel : Panel
    year : int
    draws : int

    Returns
    -------
    dict of array (draws)
        By component with a year before in its block: the probability, missing where the drawn score did not fall.
    """
    f, y = panel.once(fit), int(year - panel.years[0])
    own = np.flatnonzero(np.isfinite(f.signal[:, y]) & (panel.block[:, y] > 0) & (panel.block[:, y] < year))
    if not len(own):
        return {}
    first = int(np.searchsorted(panel.years, panel.block[own, y].min()))
    rng, years = np.random.default_rng(year), y - first + 1
    signal, variance = f.signal[own, y], f.variance[own, y]
    seen = np.sqrt(signal * variance)[:, None] * rng.standard_normal((draws, len(own), 1)) + \
        np.sqrt((1 - signal) * variance)[:, None] * rng.standard_normal((draws, len(own), years))
    starts = panel.years[first:y + 1] == panel.block[own, y][:, None]
    mean, sd = _filter(seen, starts, f.persistence[own, y], signal, variance)
    before, now = seen[:, :, -2], seen[:, :, -1]
    p = normal_cdf((before - mean) / np.sqrt(sd**2 + f.national[own, y]))
    return dict(zip(np.array(panel.components, dtype=object)[own], np.where(now < before, p, np.nan).T, strict=True))


def _change(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    """Change of every score inside its block, in points, and whether it is a fall at the published decimals."""
    published = half_up(panel.score, panel.decimals[None, :, None])
    return (panel.score - _years_before(panel, panel.score, 1),
            published - _years_before(panel, published, 1) < -1e-9)


def _years_before(panel: Panel, values: np.ndarray, years: int) -> np.ndarray:
    """Values some years before, inside the block."""
    out = np.full(values.shape, np.nan)
    same = panel.block[:, years:] == panel.block[:, :-years]
    out[:, :, years:] = np.where(same & (panel.block[:, years:] > 0), values[:, :, :-years], np.nan)
    return out


def forecast(panel: Panel, prior_pairs: float = PRIOR_PAIRS) -> Forecast:
    """Next year's relative score of every place, component and year."""
    r, f = panel.once(relative), panel.once(fit, prior_pairs)
    mean, sd = np.full(r.score.shape, np.nan), np.full(r.score.shape, np.nan)
    for y in np.flatnonzero(np.isfinite(f.signal).any(axis=0)):
        own = np.flatnonzero(np.isfinite(f.signal[:, y]) & (panel.block[:, y] > 0))
        if not len(own):  # the new year of another index is at hand first
            continue
        from_year = int(np.searchsorted(panel.years, panel.block[own, y].min()))
        starts = panel.years[from_year:y + 1] == panel.block[own, y][:, None]
        mean[:, own, y], sd[:, own, y] = _filter(r.score[:, own, from_year:y + 1], starts, f.persistence[own, y],
                                                 f.signal[own, y], f.variance[own, y])
    unseen = np.isnan(r.score)
    mean[unseen], sd[unseen] = np.nan, np.nan
    return Forecast(mean, sd, np.sqrt(f.national), r)


def _filter(seen: np.ndarray, starts: np.ndarray, persistence: np.ndarray, signal: np.ndarray,
            variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and spread of the next score, after a Kalman filter over the years of each component's block.

    Parameters
    ----------
    seen : array (places, components, years)
    starts : boolean array (components, years)
        The first year of the block, where the level is taken anew from the country's spread.
    persistence, signal, variance : arrays (components)
    """
    level, noise = signal * variance, (1 - signal) * variance
    mean, left = np.zeros(seen.shape[:2]), np.broadcast_to(level, seen.shape[:2])
    for t in range(seen.shape[2]):
        mean, left = np.where(starts[:, t], 0.0, mean), np.where(starts[:, t], level, left)
        known = ~np.isnan(seen[:, :, t])
        gain = np.where(known, left / (left + noise), 0.0)
        mean = mean + gain * (np.where(known, seen[:, :, t], 0.0) - mean)
        mean, left = persistence * mean, persistence**2 * (1 - gain) * left + (1 - persistence**2) * level
    return mean, np.sqrt(left + noise)


def relative(panel: Panel) -> Relative:
    """Scores of whole panels relative to their country, in shares of the scale."""
    width = panel.high - panel.low
    width = np.where(np.isnan(width), 1.0, width)
    large = np.array([len(m) >= MIN_PLACES for m in panel.members])
    whole = panel.whole & large[:, None, None]
    score = np.where(whole[panel.group], panel.score / width, np.nan)
    mean, median, low = (np.full(whole.shape, np.nan) for _ in range(3))
    for g, members in enumerate(panel.members):
        at = whole[g]
        if at.any():
            ordered = np.sort(score[members][:, at], axis=0)
            mean[g, at] = np.nanmean(ordered, axis=0)
            low[g, at], median[g, at] = (_quantile(ordered, q) - mean[g, at] for q in (0.25, 0.5))
    index = pd.factorize(np.array([c.split(".")[0] for c in panel.components], dtype=object))[0]
    return Relative(score - mean[panel.group], mean, median, low, width, index)


def _quantile(ordered: np.ndarray, q: float) -> np.ndarray:
    """Quantile of each column by linear interpolation; values sorted down the columns, NaN last."""
    at = q * ((~np.isnan(ordered)).sum(axis=0) - 1)
    lower = np.floor(at).astype(int)
    below, above = (np.take_along_axis(ordered, i[None], axis=0)[0] for i in (lower, np.ceil(at).astype(int)))
    return below + (at - lower) * (above - below)


def fit(panel: Panel, prior_pairs: float = PRIOR_PAIRS) -> Fit:
    """The parameters of the model as known in every year."""
    r = panel.once(relative)
    products, pairs = _covariances(panel, r)
    variance, shape = _variance(panel, r), panel.block.shape
    persistence, signal, national = (np.full(shape, np.nan) for _ in range(3))
    known_falls = checked(panel, r)
    change = np.diff(r.mean, axis=2)
    change[:, panel.block[:, 1:] != panel.block[:, :-1]] = np.nan
    for i in range(r.index.max() + 1 if len(r.index) else 0):
        own = np.flatnonzero(r.index == i)
        for y in range(1, shape[1]):
            known = pairs[own, y].sum(axis=0)
            if known_falls[own, y].sum() < MIN_FALLS or (known > 0).sum() < 2:
                continue
            power, pooled = PERSISTENCES[:, None] ** np.arange(1, known.size + 1), products[own, y].sum(axis=0)
            shared, weight = power @ pooled, power**2 @ known
            best = int(np.argmax(shared**2 / weight))  # least squares of covariances about signal * power
            prior = prior_pairs * shared[best] / weight[best]
            alone = products[own, y] @ power[best], pairs[own, y] @ power[best] ** 2
            persistence[own, y] = PERSISTENCES[best]
            signal[own, y] = np.clip((alone[0] + prior) / (alone[1] + prior_pairs), 0.01, 0.99)
            national[own, y] = np.nanmean(change[:, own, :y] ** 2)
    return Fit(persistence, signal, variance, national)


def checked(panel: Panel, r: Relative) -> np.ndarray:
    """Falls in whole panels of which it became known in the last years whether they lasted (components, years)."""
    fell, same = _change(panel)[1] & ~np.isnan(r.score), ~np.isnan(r.score - _years_before(panel, r.score, 1))
    out = np.zeros(panel.block.shape, dtype=int)
    out[:, 1:] = (fell[:, :, :-1] & same[:, :, 1:]).sum(axis=0).cumsum(axis=1)
    out[:, LAST_YEARS:] -= out[:, :-LAST_YEARS].copy()
    return out


def _covariances(panel: Panel, r: Relative) -> tuple[np.ndarray, np.ndarray]:
    """Products of standardised scores 1, 2, ... years apart in one block, summed over places and years up to each
    year, and their number; arrays (components, years, years apart)."""
    components, years = panel.block.shape
    with np.errstate(invalid="ignore", divide="ignore"):
        z = r.score / np.sqrt(_mean_square(r.score))
    longest = int((panel.years - panel.block)[panel.block > 0].max(initial=0))
    products, pairs = np.zeros((components, years, longest)), np.zeros((components, years, longest))
    for k in range(1, longest + 1):
        product = z * _years_before(panel, z, k)
        products[:, :, k - 1], pairs[:, :, k - 1] = np.nansum(product, axis=0), (~np.isnan(product)).sum(axis=0)
    return products.cumsum(axis=1), pairs.cumsum(axis=1)


def _mean_square(score: np.ndarray) -> np.ndarray:
    """Mean square over places; NaN where there is none or no spread."""
    n = (~np.isnan(score)).sum(axis=0)
    square = np.nansum(score**2, axis=0) / np.maximum(n, 1)
    return np.where(square > 1e-18, square, np.nan)


def _variance(panel: Panel, r: Relative) -> np.ndarray:
    """Mean of the yearly variances between places, in the block up to each year."""
    square, out = _mean_square(r.score), np.full(panel.block.shape, np.nan)
    total, n = np.zeros(len(panel.components)), np.zeros(len(panel.components))
    for y in range(len(panel.years)):
        fresh = panel.block[:, y] != (panel.block[:, y - 1] if y else 0)
        total, n = np.where(fresh, 0.0, total), np.where(fresh, 0, n)
        known = ~np.isnan(square[:, y])
        total, n = total + np.where(known, square[:, y], 0.0), n + known
        out[:, y] = np.where(known, total / np.maximum(n, 1), np.nan)
    return out
