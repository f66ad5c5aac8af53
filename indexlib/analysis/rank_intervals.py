"""Places in a ranking with their uncertainty.

A rank is the place of a level that is seen with noise. Adding noise to scores that already hold noise would
push every interval to the middle, so levels are drawn about scores shrunk toward the year's mean.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib.analysis.noise import yearly_variance
from indexlib.analysis.panel import Panel, build
from indexlib.data.asked import as_written
from indexlib.data.catalogue import load_catalogue

DRAWS = 2000
#: Whole years that a block needs for its noise to show: two changes that may undo each other.
YEARS = 3
COLUMNS = ["year", "place", "component", "rank_best", "rank_worst"]


@as_written
def rank_intervals(scores: pd.DataFrame | Panel, place: str, years: list[int] | None = None,
                   components: list[str] | None = None) -> pd.DataFrame:
    """5-95 % interval of the rank of a place, for every component and year whose panel is whole.

    Parameters
    ----------
    scores : DataFrame or Panel
        Columns of :func:`indexlib.load_scores`, the whole panel.
    place : str
        Code of a place.
    years : list of int, optional
    components : list of str, optional
        Default all.

    Returns
    -------
    DataFrame
        ``year``, ``place``, ``component``, ``rank_best``, ``rank_worst``; no row where the noise cannot be estimated in the
        block of the year itself: fewer than three whole years in it, or a noise, pooled over older blocks, as large as
        the spread of the year.

    Notes
    -----
    Levels have the normal posterior of a score seen with the component's noise about the mean of the year
    (Efron and Morris 1975, JASA 70, 311-319); the intervals are quantiles of 2000 seeded draws. Mogstad, Romano,
    Shaikh and Wilhelm build intervals from pairwise differences instead.

    Examples
    --------
    >>> from indexlib import load_scores
    >>> r = rank_intervals(load_scores("papi"), "thanh_hoa", [2024])
    >>> row = r[r["component"] == "papi"].iloc[0]
    >>> bool(row["rank_best"] < 13 < row["rank_worst"])
    True
    """
    return build(scores).once(_intervals, place, *(None if asked is None else tuple(asked) for asked in (years, components)))


def _intervals(panel: Panel, place: str, years: tuple[int, ...] | None, components: tuple[str, ...] | None) -> pd.DataFrame:
    if place not in panel.places:
        return pd.DataFrame(columns=COLUMNS)
    me = panel.places.index(place)
    rows, variance = [], yearly_variance(panel)
    for g, c, y, members in panel.columns_of():
        year = int(panel.years[y])
        asked = (years is None or year in years) and (components is None or panel.components[c] in components)
        if not asked or g != panel.group[me] or me not in members:
            continue
        noise, own = variance[members, c, y], panel.whole[g, c, panel.block[c] == panel.block[c, y]]
        if np.isnan(noise).any() or own.sum() < YEARS:
            continue
        interval = _interval(panel.score[members, c, y], noise, int(np.flatnonzero(members == me)[0]),
                             (year, load_catalogue().order[panel.components[c]]))
        if interval and interval != (1, len(members)):
            rows.append((year, place, panel.components[c], *interval))
    return pd.DataFrame(rows, columns=COLUMNS)


def _interval(x: np.ndarray, noise: np.ndarray, me: int, seed: tuple[int, int]) -> tuple[int, int] | None:
    """5 and 95 % quantiles of the rank of one place among drawn levels; none where noise explains the whole spread."""
    between = np.var(x, ddof=1) - noise.mean()
    if between <= 0:
        return None
    keep = between / (between + noise)
    centre, sd = x.mean() + keep * (x - x.mean()), np.sqrt(keep * noise)
    drawn = centre + sd * np.random.default_rng(seed).standard_normal((DRAWS, len(x)))
    rank = 1 + (drawn > drawn[:, [me]]).sum(axis=1)
    low, high = np.quantile(rank, [0.05, 0.95], method="inverted_cdf")
    return int(low), int(high)
