"""How many flags of falling the transitory movement alone would have raised, had no level moved."""

from __future__ import annotations

import pandas as pd

from indexlib.analysis.trends import null_rate
from indexlib.data.catalogue import load_catalogue
from indexlib.plan.conditions import thresholds
from indexlib.plan.review import Review
from indexlib.plan.settings import Grades, Rules


def by_noise_alone(review: Review, noise: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Flags found beside flags expected if no level had moved, by rule.

    Conditions about movement only; low rank and low score speak of the level itself. Where the probability of a
    flag is not known (a rank without an interval, in a partial panel), it is left out of both counts.

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
    rows = []
    for condition, threshold in thresholds(rules):
        if condition.by_chance is None:
            continue
        own = _judged(review, condition.name)
        p = own["component"].map(condition.by_chance(components, threshold))
        counted = p.notna()
        rows.append((condition.name, int(counted.sum()), int((own["state"] == "met")[counted].sum()), float(p.sum())))
    return pd.DataFrame(rows, columns=["rule", "judged", "found", "expected"])


def _judged(review: Review, rule: str) -> pd.DataFrame:
    """Flags of a rule that could be judged."""
    return review.flags[(review.flags["rule"] == rule) & review.flags["state"].isin(["met", "not_met"])]


def grades_by_noise_alone(review: Review, noise: pd.DataFrame, rules: Rules, grades: Grades) -> pd.DataFrame:
    """Graded falls and trends found beside those expected if no level had moved, here or in the country.

    Returns
    -------
    DataFrame
        ``rule``, ``grade`` (``A``, ``B``), ``judged``, ``found``, ``expected``.
    """
    known = noise.set_index("component")
    width = _widths(review)
    rows = []
    for condition in (c for c, _ in thresholds(rules) if c.graded_by):
        own = _judged(review, condition.name)
        of_row = review.components.set_index("component").loc[own["component"]]
        years = of_row[condition.years] if isinstance(condition.years, str) else condition.years
        judged = of_row.assign(_years=years)[of_row["usual_movement"].notna()]
        a, b = (sum(null_rate(int(row["_years"]), least, *_variances(known.loc[c], width[c]))
                    for c, row in judged.iterrows()) for least in (grades.a, grades.b))
        found = own.loc[own["component"].isin(judged.index) & (own["state"] == "met"), "grade"]
        rows += [(condition.name, grade, len(judged), int((found == grade).sum()), expected)
                 for grade, expected in (("A", a), ("B", b - a))]
    return pd.DataFrame(rows, columns=["rule", "grade", "judged", "found", "expected"])


def _widths(review: Review) -> pd.Series:
    blocks = load_catalogue().with_block(review.components[["component", "year"]])
    width = (blocks["scale_max"] - blocks["scale_min"]).fillna(1.0)
    return pd.Series(width.to_numpy(), index=blocks["component"].to_numpy())


def _variances(row: pd.Series, width: float) -> tuple[float, float, float, float]:
    power, share = row["national_sd"] ** 2, row["national_share"]
    return tuple(width**2 * v for v in (row["noise_sd"] ** 2, row["level_sd"] ** 2, power * share / 2, power * (1 - share)))
