"""Differences and trends, only inside one block of comparable years."""

from __future__ import annotations

from functools import cache
from itertools import combinations

import numpy as np
import pandas as pd

from indexlib.catalogue import load_catalogue
from indexlib.scores import load_withheld
from indexlib.standing import PANEL, panels, with_level

#: Why a change is missing; see :func:`changes`.
REASONS = ("", "edge", "withheld", "rank_only", "no_score_before")


def changes(scores: pd.DataFrame) -> pd.DataFrame:
    """Change of every score against the year before, inside its comparable block.

    "The year before" is ``year - 1`` and no other: a withheld or missing year is not bridged.

    Parameters
    ----------
    scores : DataFrame
        Columns of :func:`indexlib.load_scores`; national figures need the whole panel.

    Returns
    -------
    DataFrame
        One row per row of ``scores``, in its order: ``year``, ``place``, ``component``, ``score``, and

        - ``previous_year``: ``year - 1``; ``previous``: the score then;
        - ``change``: score - previous, before rounding, in points of the published scale;
        - ``change_published``: the same between the scores rounded to the published decimals;
        - ``median_change``: median change of all places, where both panels are whole;
        - ``comparable``: whether there is a change;
        - ``reason``: why not: ``edge`` (the index measures otherwise since this year), ``withheld``
          (a score of the year before was held back), ``rank_only`` (a score is not published in one
          of the years), ``no_score_before``; empty if comparable.
    """
    catalogue = load_catalogue()
    frame = catalogue.with_block(with_level(scores.reset_index(drop=True)))
    before = frame[["year", "place", "component", "score", "block"]].assign(year=lambda f: f["year"] + 1)
    frame = frame.merge(before.rename(columns={"score": "previous", "block": "block_before"}),
                        on=["year", "place", "component"], how="left")
    frame["previous_year"] = frame["year"] - 1
    here = frame["block_before"].notna()
    same = here & (frame["block_before"] == frame["block"])
    both = frame["score"].notna() & frame["previous"].notna()
    frame["comparable"] = same & both
    frame["change"] = (frame["score"] - frame["previous"]).where(frame["comparable"])
    decimals = frame["component"].str.split(".").str[0].map(catalogue.decimals)
    frame["change_published"] = (half_up(frame["score"], decimals) - half_up(frame["previous"], decimals)
                                 ).where(frame["comparable"])

    starts = frame["block"] == frame["year"]
    edge = (here & ~same) | (~here & starts & _is_edge(frame))
    held = load_withheld()
    was_held = pd.MultiIndex.from_frame(frame[["previous_year", "place", "component"]]).isin(
        pd.MultiIndex.from_frame(held[["year", "place", "component"]]))
    frame["reason"] = np.select([frame["comparable"], edge, was_held, here],
                                ["", "edge", "withheld", "rank_only"], "no_score_before")

    whole = panels(scores)
    whole = whole.loc[whole["complete"], PANEL]
    last = whole.assign(year=whole["year"] + 1)
    whole = whole.merge(last, on=PANEL)
    median = frame.groupby(PANEL, sort=False)["change"].median().rename("median_change").reset_index()
    frame = frame.merge(whole.merge(median, on=PANEL), on=PANEL, how="left")
    return frame[["year", "place", "component", "score", "previous_year", "previous", "change",
                  "change_published", "median_change", "comparable", "reason", "block"]]


def _is_edge(frame: pd.DataFrame) -> pd.Series:
    """Whether a block that starts this year follows an earlier block of the component."""
    first = load_catalogue().comparability.groupby("component")["first_year"].min()
    return frame["block"] > frame["component"].map(first)


def half_up(values: pd.Series, decimals: pd.Series | int) -> pd.Series:
    """Round half up at the published decimals, guarding against binary halves."""
    scale = 10.0 ** decimals
    return np.floor(values * scale + 0.5 + 1e-9) / scale


def trends(scores: pd.DataFrame) -> pd.DataFrame:
    """Theil-Sen slope and exact one-sided Kendall test of every series inside its block.

    The years themselves are the axis: a gap counts as the years it lasts. The null is a constant
    level plus independent noise; a level that drifts makes small ``p_fall`` more frequent than stated.

    Parameters
    ----------
    scores : DataFrame
        Columns of :func:`indexlib.load_scores`; any part of the panel.

    Returns
    -------
    DataFrame
        One row per ``place``, ``component`` and ``block`` with at least two scores: ``first_year``,
        ``last_year``, ``n_years`` (scores), ``slope`` (points a year, median of the slopes between all
        pairs of years), ``s`` (Kendall: pairs that rise minus pairs that fall), ``falls`` (consecutive
        years that fall), ``p_fall`` (exact probability of an ``s`` this low under the null).

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
    frame = load_catalogue().with_block(scores)
    frame = frame[frame["score"].notna() & (frame["block"] > 0)]
    keys = ["place", "component", "block"]
    wide = frame.pivot(index=keys, columns="year", values="score")
    wide = wide.reindex(columns=range(frame["year"].min(), frame["year"].max() + 1)) if len(frame) else wide
    years, y = wide.columns.to_numpy(), wide.to_numpy(dtype=float)
    known = ~np.isnan(y)
    pairs = list(combinations(range(len(years)), 2))
    rise = np.stack([y[:, j] - y[:, i] for i, j in pairs], axis=1) if pairs else np.empty((len(y), 0))
    span = np.array([years[j] - years[i] for i, j in pairs], dtype=float)
    with np.errstate(all="ignore"):
        slope = _nanmedian(rise / span)
    s = np.nansum(np.sign(rise), axis=1).astype(int)
    step = rise[:, [k for k, (i, j) in enumerate(pairs) if j == i + 1]]
    at = np.where(known, years, np.nan)
    out = wide.index.to_frame(index=False).assign(
        first_year=_or_zero(np.fmin.reduce(at, axis=1)), last_year=_or_zero(np.fmax.reduce(at, axis=1)),
        n_years=known.sum(axis=1), slope=slope, s=s, falls=(step < 0).sum(axis=1), p_fall=_p_values(y, s))
    return out[out["n_years"] >= 2].reset_index(drop=True)


def _or_zero(values: np.ndarray) -> np.ndarray:
    return np.nan_to_num(values).astype(int)


def _nanmedian(values: np.ndarray) -> np.ndarray:
    """Row medians that ignore NaN, by one sort."""
    ordered = np.sort(values, axis=1)
    n = (~np.isnan(values)).sum(axis=1)
    rows = np.arange(len(values))
    low, high = np.maximum((n - 1) // 2, 0), np.maximum(n // 2, 0)
    if values.shape[1] == 0:
        return np.full(len(values), np.nan)
    middle = (ordered[rows, low] + ordered[rows, np.minimum(high, values.shape[1] - 1)]) / 2
    return np.where(n > 0, middle, np.nan)


def _p_values(y: np.ndarray, s: np.ndarray) -> np.ndarray:
    """Exact P(S <= s) of each row, by its number of values and its ties."""
    ordered = np.sort(y, axis=1)
    n = (~np.isnan(y)).sum(axis=1)
    tied = (np.diff(ordered, axis=1) == 0)
    any_tie = tied.any(axis=1)
    patterns = [tuple(_tie_sizes(row[:k])) if has else (1,) * k
                for row, k, has in zip(ordered, n, any_tie, strict=True)]
    return np.array([kendall_fall(p, int(v)) for p, v in zip(patterns, s, strict=True)])


def _tie_sizes(ordered: np.ndarray) -> list[int]:
    return sorted(np.unique(ordered, return_counts=True)[1].tolist())


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
