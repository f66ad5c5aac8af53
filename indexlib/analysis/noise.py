"""How much of a yearly change is a level that moved, and how much is a movement that undoes itself.

A score is a level plus a transitory part (sampling error, one-year events). The transitory part makes
successive changes cancel, so its variance is minus the covariance of successive changes, taken
relative to the national median change. One component's estimate is fragile; it is pooled over the
component's blocks in shares of the scale, shrunk toward the index by its standard error, and bounded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from indexlib.analysis.panel import Panel, build

#: Fewest places for an estimate, and fewest pairs of national changes for the national share.
MIN_PLACES, MIN_NATIONAL_PAIRS, MIN_OWN_PAIRS = 10, 20, 3
#: Standard errors in half of a published interval: PAPI calls it 95 %, but beside its printed standard errors
#: (2023: Hà Nội 0.1577, Hà Giang 0.8869, Cao Bằng 0.1930) it is 1.645 of them on either side.
HALF_WIDTH = 1.645
COLUMNS = ["component", "places", "changes", "pairs", "spread", "share_raw", "share_se", "share", "override",
           "noise_sd", "noise_se", "level_sd", "national_sd", "national_share"]


@dataclass(frozen=True)
class Changes:
    """Yearly changes as arrays (places, components, years); the first year has none.

    Attributes
    ----------
    change, relative : array
        Change inside a block, in points; the same relative to the national median change.
    median : array (groups, components, years)
        National median change, where both panels are whole.
    width : array (components, years)
        Width of the scale; 1 where no maximum is printed.
    """

    change: np.ndarray
    relative: np.ndarray
    median: np.ndarray
    width: np.ndarray


def differences(panel: Panel) -> Changes:
    """Changes inside blocks, and their national medians."""
    return panel.once(_differences)


def _differences(panel: Panel) -> Changes:
    same = np.zeros(panel.block.shape, dtype=bool)
    same[:, 1:] = (panel.block[:, 1:] == panel.block[:, :-1]) & (panel.block[:, 1:] > 0)
    change = np.full(panel.score.shape, np.nan)
    change[:, :, 1:] = panel.score[:, :, 1:] - panel.score[:, :, :-1]
    change[:, ~same] = np.nan
    both = np.zeros(panel.whole.shape, dtype=bool)
    both[:, :, 1:] = panel.whole[:, :, 1:] & panel.whole[:, :, :-1] & same[None, :, 1:]
    median = np.full(both.shape, np.nan)
    for g, c, y in zip(*np.nonzero(both), strict=True):
        of_panel = change[panel.members[g], c, y]
        of_panel = of_panel[~np.isnan(of_panel)]
        if len(of_panel):
            median[g, c, y] = np.median(of_panel)
    width = panel.high - panel.low
    return Changes(change, change - median[panel.group], median, np.where(np.isnan(width), 1.0, width))


def estimate_noise(scores: pd.DataFrame | Panel) -> pd.DataFrame:
    """Noise of each component, from a whole panel.

    Parameters
    ----------
    scores : DataFrame or Panel
        Columns of :func:`indexlib.load_scores`. Only changes between whole panels of at least ten places count.

    Returns
    -------
    DataFrame
        One row per component, in shares of the scale: ``places``, ``changes``, ``pairs`` (of successive
        changes) used; ``spread``: standard deviation of changes about the national median; ``share_raw``
        and ``share_se``: share of the variance of changes that is noise, minus twice the lag-1
        autocorrelation, and its standard error over places; ``share``: after shrinkage and bounds;
        ``override``: ``index`` (no pair of its own), ``low``, ``high`` (a bound) or empty; ``noise_sd`` and
        ``noise_se``: of one year's score; ``level_sd``: of a true yearly change; ``national_sd`` and
        ``national_share``: spread and noise share of national median changes, of the index. Missing where the
        component never changes or no panel is whole.

    Notes
    -----
    The index-wide share is the random-effects mean of DerSimonian and Laird (1986), Controlled Clinical
    Trials 7, 177-188, whose between-component variance also sets the shrinkage.
    """
    return build(scores).once(_estimated)


def _estimated(panel: Panel) -> pd.DataFrame:
    changes = differences(panel)
    enough = np.isin(panel.group, [g for g, m in enumerate(panel.members) if len(m) >= MIN_PLACES])
    d = np.where(enough[:, None, None], changes.relative / changes.width, np.nan)
    rows = [_component(d[:, c]) for c in range(d.shape[1])]
    frame = pd.DataFrame(rows, columns=["places", "changes", "pairs", "spread", "share_raw", "share_se"])
    frame.insert(0, "component", pd.Series(panel.components, dtype=str))
    index = frame["component"].str.split(".").str[0]
    frame["share"], frame["override"], frame["post_se"] = np.nan, "", np.nan
    means = {}
    for name in index.unique():
        own = index == name
        frame.loc[own, ["share", "post_se"]], frame.loc[own, "override"], means[name] = _shrink(frame[own])
    spread2 = frame["spread"] ** 2
    frame["noise_sd"] = np.sqrt(spread2 * frame["share"] / 2)
    frame["noise_se"] = spread2 * frame["post_se"] / 4 / frame["noise_sd"].where(frame["noise_sd"] > 0)
    frame["level_sd"] = np.sqrt(spread2 * (1 - frame["share"]))
    national = _national(changes, index, means)
    return frame.join(national)[COLUMNS]


def _component(d: np.ndarray) -> tuple:
    """Counts, spread and noise share of one component, with the share's standard error over places.

    Spread and share come from changes that stand in a pair, so that both speak of the same blocks; a component
    without pairs has a spread only.
    """
    product, square = d[:, 1:] * d[:, :-1], (d[:, 1:] ** 2 + d[:, :-1] ** 2) / 2
    known, n = ~np.isnan(d), int((~np.isnan(product)).sum())
    places, changes = int(known.any(axis=1).sum()), int(known.sum())
    power = np.nansum(square) / n if n else np.nansum(d**2) / changes if changes else 0.0
    if power <= 1e-18:
        return places, changes, n, np.nan, np.nan, np.nan
    if not n:
        return places, changes, n, np.sqrt(power), np.nan, np.nan
    products, squares = np.nansum(product, axis=1), np.nansum(square, axis=1)
    share = -2 * products.sum() / squares.sum()
    of_place = (-2 * products - share * squares)[squares > 0] / squares.sum()
    k = len(of_place)
    se = np.sqrt((of_place**2).sum() * k / (k - 1)) if k > 1 else np.nan
    return places, changes, n, np.sqrt(power), share, se


def _shrink(own: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, float]:
    """Shrink the shares of one index toward their mean, which is returned too, and keep them between half of it and one."""
    raw, se = own["share_raw"].to_numpy(dtype=float), own["share_se"].to_numpy(dtype=float)
    spread = own["spread"].to_numpy(dtype=float)
    known = ~np.isnan(raw) & (se > 0)
    if known.any():
        # One component's standard error is itself noisy, and small by chance where the share is off by chance.
        pairs = own["pairs"].to_numpy(dtype=float)
        se = np.median((se * np.sqrt(pairs))[known]) / np.sqrt(np.maximum(pairs, 1))
    out, override = np.full((len(own), 2), np.nan), np.full(len(own), "", dtype=object)
    if not known.any():
        return out, override, np.nan
    mean, between = _random_effects(raw[known], se[known] ** 2)
    mean = min(max(mean, 0.0), 1.0)
    precision = 1 / np.where(known, se, np.inf) ** 2
    prior = 1 / between if between > 0 else np.inf
    weight = precision / (precision + prior) if np.isfinite(prior) else np.zeros(len(own))
    share = np.where(known, weight * np.nan_to_num(raw) + (1 - weight) * mean, mean)
    post = np.sqrt(np.where(np.isfinite(prior), 1 / (precision + prior), 0) + np.where(known, 0, between))
    override[~known], override[share < mean / 2], override[share > 1] = "index", "low", "high"
    there = ~np.isnan(spread)
    out[there, 0], out[there, 1] = np.clip(share, mean / 2, 1)[there], post[there]
    override[~there] = ""
    return out, override, mean


def _random_effects(values: np.ndarray, variances: np.ndarray) -> tuple[float, float]:
    """Random-effects mean and between variance (DerSimonian and Laird)."""
    w = 1 / variances
    fixed = (w * values).sum() / w.sum()
    excess = (w * (values - fixed) ** 2).sum() - (len(values) - 1)
    scale = w.sum() - (w**2).sum() / w.sum()
    between = max(excess / scale, 0.0) if scale > 0 else 0.0
    w = 1 / (variances + between)
    return float((w * values).sum() / w.sum()), float(between)


def _national(changes: Changes, index: pd.Series, means: dict[str, float]) -> pd.DataFrame:
    """Spread and noise share of national median changes, one row per component.

    Both are pooled over the components of each index; a component whose national median swings more, or undoes
    itself more, keeps its own: the pooled figures would take its swing for a sure move of the level. The share is
    bounded like a component's, between half of the index's share and one; few national pairs say nothing.
    """
    m = changes.median / changes.width
    product, square = m[:, :, 1:] * m[:, :, :-1], (m[:, :, 1:] ** 2 + m[:, :, :-1] ** 2) / 2
    known, pairs = ((~np.isnan(x)).sum(axis=(0, 2)) for x in (m, product))
    square = np.where(np.isnan(product), np.nan, square)
    power, products, squares = (np.nansum(x, axis=(0, 2)) for x in (m**2, product, square))
    sd, share = np.full(len(index), np.nan), np.full(len(index), np.nan)
    for name in index.unique():
        own = (index == name).to_numpy()
        n = known[own].sum()
        pooled = _share(products[own].sum(), squares[own].sum(), pairs[own].sum(), means[name], MIN_NATIONAL_PAIRS)
        for c in np.flatnonzero(own):
            alone = _share(products[c], squares[c], pairs[c], pooled, MIN_OWN_PAIRS)
            mean_square = max(power[own].sum() / n, power[c] / known[c] if known[c] else 0.0) if n else np.nan
            sd[c], share[c] = np.sqrt(mean_square), np.clip(max(alone, pooled), means[name] / 2, 1.0)
    return pd.DataFrame({"national_sd": sd, "national_share": share})


def _share(products: float, squares: float, pairs: int, otherwise: float, least: int) -> float:
    """Noise share that the products of successive changes show; another's where they are too few."""
    return -2 * products / squares if pairs >= least and squares > 0 else otherwise


def yearly_variance(panel: Panel) -> np.ndarray:
    """Noise variance of every score in points; the larger of the estimate and the published interval's."""
    return panel.once(_yearly_variance)


def _yearly_variance(panel: Panel) -> np.ndarray:
    sd = estimate_noise(panel)["noise_sd"].to_numpy(dtype=float)[None, :, None] * differences(panel).width[None]
    variance = np.broadcast_to(sd**2, panel.score.shape).copy()
    low, high = panel.rows["ci_low"], panel.rows["ci_high"]
    if (low.notna() & high.notna()).any():
        published = (panel.spread(high - low) / 2 / HALF_WIDTH) ** 2
        variance = np.where(np.isnan(variance), np.nan, np.fmax(variance, published))
    return variance


def normal_cdf(z: np.ndarray) -> np.ndarray:
    """Standard normal distribution function."""
    from scipy.special import ndtr

    return ndtr(z)


def posterior(panel: Panel) -> dict[str, np.ndarray]:
    """What each yearly change says about the level.

    With noise variance ``v`` of the change and variance ``t2`` of a true change, the part of a change
    relative to the national median is shrunk by ``t2 / (t2 + v)``; the national part by its own noise share.

    Returns
    -------
    dict of arrays (places, components, years)
        ``usual_movement``, ``z``, ``z_relative`` (of the change relative to the national median change), ``p_fall``,
        ``prob_fall``; NaN where the panel is not whole.
    """
    changes, noise, variance = differences(panel), estimate_noise(panel), yearly_variance(panel)
    v = np.full(variance.shape, np.nan)
    v[:, :, 1:] = variance[:, :, 1:] + variance[:, :, :-1]
    v = np.where(np.isnan(changes.relative), np.nan, v)
    t2 = (noise["level_sd"].to_numpy(dtype=float)[None, :, None] * changes.width[None]) ** 2
    national = changes.median[panel.group]
    r = noise["national_share"].to_numpy(dtype=float)[None, :, None]
    power = (noise["national_sd"].to_numpy(dtype=float)[None, :, None] * changes.width[None]) ** 2
    with np.errstate(all="ignore"):
        mean = (1 - r) * national + changes.relative * t2 / (t2 + v)
        sd = np.sqrt(t2 * v / (t2 + v) + power * r * (1 - r))
        usual = np.sqrt(v)
        z = changes.change / usual
        return {"usual_movement": usual, "z": z, "z_relative": changes.relative / usual, "p_fall": normal_cdf(z),
                "prob_fall": normal_cdf(-mean / sd)}
