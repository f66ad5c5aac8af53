"""What matters first: flagged components by what will most likely still be missing next year.

The priority of a component is its expected gap below the median plus a share of its expected lasting fall,
both in shares of the scale; what the plan names before others counts half as much again. Where the model of
the next year does not speak, the gap of the year stands for the expected one; without it the place, put at
the gap that such a place usually means; without that, the fall.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
from scipy.special import ndtri

from indexlib.analysis.falling import falling
from indexlib.analysis.panel import choose
from indexlib.data.catalogue import TOTAL, load_catalogue
from indexlib.plan.conditions import named
from indexlib.plan.settings import Rules

#: Weight of an expected lasting fall against an expected gap; see :mod:`indexlib.plan.evaluation`.
FALL_WEIGHT = 0.65
#: What the plan names before others counts this much more.
EMPHASIS = 1.5
#: Most rows of one index among the first, as a share of them, while another index has candidates.
MOST = 0.75
#: Distance between the lowest quarter and the median, in shares of the scale, where no panel of the frame shows one.
QUARTER = 0.04
#: What a priority rests on, the best first.
BASES = ("model", "gap", "place", "fall", "none")


def priorities(components: pd.DataFrame, rules: Rules | None = None, fall_weight: float = FALL_WEIGHT) -> pd.DataFrame:
    """How much each component matters, and what that rests on.

    Parameters
    ----------
    components : DataFrame
        Of one place and year: columns of :func:`indexlib.analysis.facts.gather` and of
        :func:`indexlib.analysis.next_year.next_year`, and ``at_highest`` of :mod:`indexlib.analysis.falling`.
    rules : Rules, optional
    fall_weight : float

    Returns
    -------
    DataFrame
        With the index of ``components``: ``priority`` in shares of the scale, at least 0; ``basis``, one of ``BASES``;
        ``emphasised``; see :func:`emphasised`.
    """
    c, weight = components, np.where(emphasised(components, rules), EMPHASIS, 1.0)
    gap, fall = c["gap"], (-_change_share(c)).clip(lower=0)
    place = _gap_of_place(c)
    known = [c["expected_gap"].notna(), gap.notna(), place.notna(), fall.notna()]
    values = [c["expected_gap"] + fall_weight * c["expected_fall"].fillna(0), -gap, place, fall_weight * fall]
    priority = weight * np.select(known, [v.clip(lower=0) for v in values], 0.0)
    return pd.DataFrame({"priority": priority, "basis": choose(known, list(BASES[:-1]), BASES[-1]),
                         "emphasised": weight > 1}, index=c.index)


def _change_share(c: pd.DataFrame) -> pd.Series:
    """Comparable change in shares of the scale."""
    scale = load_catalogue().with_block(c[["component", "year"]])
    return c["change"] / (scale["scale_max"] - scale["scale_min"])


def _gap_of_place(c: pd.DataFrame) -> pd.Series:
    """The gap below the median that a place would mean on a scale with the usual spread of the frame."""
    quarter = ((c["median"] - c["low_quarter"]) * c["gap"] / (c["score"] - c["median"])).median()
    spread = (QUARTER if np.isnan(quarter) else quarter) / ndtri(0.75)
    return pd.Series(spread * ndtri((c["rank"] - 0.5) / c["base"]), index=c.index)


def emphasised(components: pd.DataFrame, rules: Rules | None = None) -> np.ndarray:
    """What the plan names before others (IV.2): a low score whose rank is low too, or that has been falling."""
    rules = rules or Rules()
    met = {name: np.zeros(len(components), dtype=bool) if getattr(rules, name) is None else
           np.asarray(named(name).judge(components, getattr(rules, name))[0] == "met") for name in ("rank_low", "score_low")}
    return met["score_low"] & (met["rank_low"] | falling(components, rules.trend_down).to_numpy())


def order(components: pd.DataFrame, rules: Rules | None = None, fall_weight: float = FALL_WEIGHT) -> pd.DataFrame:
    """Flagged components below the totals, the highest priority first.

    Parameters
    ----------
    components : DataFrame
        As for :func:`priorities`, with ``met``: number of conditions met.

    Returns
    -------
    DataFrame
        The rows with ``met`` above 0, with ``priority``, ``basis`` and ``emphasised``. Equal priorities: the farther
        below the median, the lower place, the catalogue.
    """
    flagged = components[(components["met"] > 0) & (components["level"] != TOTAL)]
    flagged = flagged.join(priorities(components, rules, fall_weight))
    keys = {"_priority": -flagged["priority"], "_gap": flagged["gap"].fillna(np.inf),
            "_place": -(flagged["rank"] / flagged["base"]).fillna(0),
            "_order": flagged["component"].map(load_catalogue().order)}
    return flagged.assign(**keys).sort_values(list(keys)).drop(columns=list(keys)).reset_index(drop=True)


def focus(components: pd.DataFrame, n: int = 8, rules: Rules | None = None,
          fall_weight: float = FALL_WEIGHT) -> pd.DataFrame:
    """The components to take up first.

    Of the finest level at hand: the first of each index with a candidate, then by priority, no index with more
    than three quarters of the rows while another has candidates. Of those chosen, what the plan emphasises stands
    first, each part by priority.

    Parameters
    ----------
    components, rules, fall_weight
        As for :func:`order`.
    n : int
        Length of the list.
    """
    ranked = order(components, rules, fall_weight)
    ranked = ranked[ranked["component"].isin(finest(components["component"]))]
    chosen = ranked.iloc[_chosen(ranked["index"].tolist(), n)]
    return chosen.sort_values("emphasised", ascending=False, kind="stable").reset_index(drop=True)


def finest(components: pd.Series) -> list[str]:
    """Components of which no part is among the components given."""
    catalogue = load_catalogue()
    parents = {catalogue.component(c).parent for c in components}
    above = {catalogue.component(p).parent for p in parents if p}
    return [c for c in components if c not in parents | above]


def _chosen(index: list[str], n: int) -> list[int]:
    """Positions of the rows chosen from rows in order of priority, given the index of each."""
    chosen = sorted({name: i for i, name in reversed(list(enumerate(index)))}.values())[:n]
    most, count = max(int(MOST * n), 1), Counter(index[i] for i in chosen)
    for capped in (True, False):
        for i, name in enumerate(index):
            if len(chosen) < n and i not in chosen and not (capped and count[name] >= most):
                chosen.append(i)
                count[name] += 1
    return sorted(chosen)


def without_totals(components: pd.DataFrame) -> pd.DataFrame:
    """Rows of components that are no total of an index; all of them where there are totals alone."""
    parts = components[components["level"] != TOTAL]
    return parts if len(parts) else components


def fallen_totals(components: pd.DataFrame) -> pd.DataFrame:
    """Totals of indices that lost score or place against the year before, in the order of the catalogue."""
    totals = components[components["level"] == TOTAL]
    fell = (totals["change_published"] < 0) | (totals["places_lost"] > 0) & (totals["reason"] != "edge")
    return totals[fell].reset_index(drop=True)
