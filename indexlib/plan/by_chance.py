"""How many flags of falling the transitory movement alone would have raised, had no level moved."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from indexlib.analysis.noise import normal_cdf
from indexlib.analysis.trends import null_rate
from indexlib.data.catalogue import load_catalogue
from indexlib.plan.conditions import Review
from indexlib.plan.settings import Grades, Rules

#: Rules about movement; low rank and low score speak of the level itself.
MOVING = ("score_fell", "trend_down", "rank_fell", "not_improved")


def by_noise_alone(review: Review, noise: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Flags found beside flags expected if no level had moved, by rule.

    With a level that stays, a score is as likely to be lower than another year's as higher, and so is the
    slope of any series: one half. A rank that wavers with standard deviation ``s`` (from its 5-95 % interval)
    loses ``k`` places or more with probability ``1 - Phi((k - 1/2) / (s sqrt 2))``. Ties at the published
    decimals are neglected. Ranks without an interval (partial panels) are left out of both counts.

    Parameters
    ----------
    review : Review
        With the columns ``rank_best`` and ``rank_worst`` among its components.
    noise : DataFrame
        :func:`indexlib.estimate_noise`.
    rules : Rules

    Returns
    -------
    DataFrame
        ``rule``, ``judged``, ``found``, ``expected``.
    """
    components = review.components.set_index("component")
    chance = {"trend_down": pd.Series(0.5, index=components.index), "not_improved": pd.Series(0.5, index=components.index)}
    # Of a place without a year before there is no movement, and of one without noise no interval: all is missing then.
    usual = components["usual_movement"].astype(float)
    least = rules.score_fell or 0.0
    chance["score_fell"] = pd.Series(normal_cdf(-least / usual), index=usual.index) if least else \
        pd.Series(0.5, index=usual.index)
    spread = (components["rank_worst"] - components["rank_best"]).astype(float) / (2 * ndtri(0.95))
    lost = (rules.rank_fell or 1) - 0.5
    chance["rank_fell"] = pd.Series(normal_cdf(-lost / (np.sqrt(2) * spread)), index=usual.index).where(spread.notna())
    rows = []
    for rule in MOVING:
        own = review.flags[(review.flags["rule"] == rule) & review.flags["state"].isin(["met", "not_met"])]
        p = own["component"].map(chance[rule])
        counted = p.notna()
        rows.append((rule, int(counted.sum()), int((own["state"] == "met")[counted].sum()), float(p.sum())))
    return pd.DataFrame(rows, columns=["rule", "judged", "found", "expected"])


def grades_by_noise_alone(review: Review, noise: pd.DataFrame, rules: Rules, grades: Grades) -> pd.DataFrame:
    """Graded falls and trends found beside those expected if no level had moved, here or in the country.

    Returns
    -------
    DataFrame
        ``rule`` (``score_fell``, ``trend_down``), ``grade`` (``A``, ``B``), ``judged``, ``found``, ``expected``.
    """
    known = noise.set_index("component")
    width = _widths(review)
    rows = []
    for rule, steps in (("score_fell", lambda r: 2), ("trend_down", lambda r: int(r["n_years"]))):
        own = review.flags[(review.flags["rule"] == rule) & review.flags["state"].isin(["met", "not_met"])]
        of_row = review.components.set_index("component").loc[own["component"]]
        judged = of_row[of_row["usual_movement"].notna()]
        rate = {}
        for name, at in (("A", grades.a), ("B", grades.b)):
            rate[name] = sum(null_rate(steps(row), at, *_variances(known.loc[c], width[c]))
                             for c, row in judged.iterrows())
        found = own.loc[own["component"].isin(judged.index) & (own["state"] == "met"), "grade"]
        rows += [(rule, "A", len(judged), int((found == "A").sum()), rate["A"]),
                 (rule, "B", len(judged), int((found == "B").sum()), rate["B"] - rate["A"])]
    return pd.DataFrame(rows, columns=["rule", "grade", "judged", "found", "expected"])


def _widths(review: Review) -> pd.Series:
    blocks = load_catalogue().with_block(review.components[["component", "year"]])
    width = (blocks["scale_max"] - blocks["scale_min"]).fillna(1.0)
    return pd.Series(width.to_numpy(), index=blocks["component"].to_numpy())


def _variances(row: pd.Series, width: float) -> tuple[float, float, float, float]:
    power, share = row["national_sd"] ** 2, row["national_share"]
    return tuple(width**2 * v for v in (row["noise_sd"] ** 2, row["level_sd"] ** 2, power * share / 2, power * (1 - share)))
