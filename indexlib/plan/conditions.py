"""The plan's conditions: how each is judged, measured and graded, and which of its texts applies.

Six conditions stand for the five that the plan words. A seventh is an object in ``CONDITIONS``, a field of
:class:`indexlib.plan.settings.Rules` with its threshold, texts under ``rule.``, ``why.``, ``threshold.`` and, if it
is graded, ``grade.``, and the plan's words among the ``clauses`` of ``plan.yml``, all under its name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from indexlib.analysis.changes import half_up
from indexlib.analysis.falling import falling, null_rate
from indexlib.analysis.noise import normal_cdf
from indexlib.analysis.panel import choose
from indexlib.base.problems import IndexlibError
from indexlib.base.wording import listing, t

#: What a condition judges: a score, its change on the year before, its slope a year, places lost, a rank.
Measure = Literal["score", "change", "slope", "places", "rank"]
#: Cases of a text and its fields: the text of ``<key>.<case>``, of ``""`` the plain one; each case after the first
#: takes the text before it up as ``{why}``.
Said = tuple[tuple[str, ...], dict[str, Any]]


class ConditionError(IndexlibError):
    """A condition that does not exist, or that the settings do not know."""


@dataclass(frozen=True)
class Condition:
    """One condition.

    Attributes
    ----------
    name : str
    judge : callable
        ``(facts, threshold)`` to state (``met``, ``not_met``, ``too_short``, ``not_comparable``, ``unknown``), value
        judged, what it is judged against, what that is, and why there is no judgement; each a column or one value.
        The columns of facts are those of :func:`indexlib.analysis.facts.gather`.
    measured_in : {"score", "change", "slope", "places", "rank"}
    why, at : callable
        Text of a condition met, ``why.<name>``, from its flag and facts; text of the threshold,
        ``threshold.<name>``, from the threshold and the plan's base year.
    graded_by : str, optional
        Column with the probability that the level fell, by which a condition met is graded.
    years : int or str
        Over how many years the graded movement is judged, or the column that says so.
    by_chance : callable, optional
        ``(facts, threshold)`` to the probability of being met where no level moved, ties at the published decimals
        neglected; none for a condition on the level itself.
    """

    name: str
    judge: Callable[[pd.DataFrame, Any], tuple]
    measured_in: Measure
    why: Callable[[Any, Any], Said] = lambda flag, row: (("",), {})
    at: Callable[[Any, int], Said] = lambda threshold, base_year: (("",), {"n": threshold})
    graded_by: str | None = None
    years: int | str = 2
    by_chance: Callable[[pd.DataFrame, Any], pd.Series] | None = None


def named(name: str) -> Condition:
    """The condition of a name; a ConditionError names those there are."""
    for condition in CONDITIONS:
        if condition.name == name:
            return condition
    raise ConditionError(t("condition.unknown", name=name, names=listing([c.name for c in CONDITIONS])))


def thresholds(rules: Any, off: bool = False) -> list[tuple[Condition, Any]]:
    """The conditions with their thresholds among the settings, those switched off (``None``) only if asked for.

    A ConditionError names a condition without a field of the settings, or a field without a condition.
    """
    fields = type(rules).model_fields
    for name in fields:
        named(name)
    for condition in CONDITIONS:
        if condition.name not in fields:
            raise ConditionError(t("condition.no_setting", name=condition.name))
    given = [(c, getattr(rules, c.name)) for c in CONDITIONS]
    return [(c, threshold) for c, threshold in given if off or threshold is not None]


def _state(unknown: pd.Series, met: pd.Series, **before: pd.Series) -> pd.Categorical:
    """States in order of precedence: those named, then unknown, met, not met."""
    return choose([*before.values(), unknown, met], [*before, "unknown", "met"], "not_met")


def _score_fell(f: pd.DataFrame, least: float) -> tuple:
    edge = f["reason"] == "edge"
    fall = f["change_published"].fillna(half_up(100 * f["share_change"], 2))  # else in percent of the maximum
    state = _state(fall.isna(), (fall < 0) & (fall < -least), not_comparable=edge)
    return state, f["change"], 0.0 - least, "previous", f["reason"]


def _why_score_fell(flag: Any, row: Any) -> Said:
    """With the country, more than it, or on its own; and beyond the usual movement."""
    return (row.fell_with, *(["beyond"] if row.z < -1 else [])), {}


def _fall_by_chance(f: pd.DataFrame, least: float) -> pd.Series:
    usual = f["usual_movement"].astype(float)  # a place without a year before has none at all
    return pd.Series(normal_cdf(-least / usual), index=f.index) if least else _half(f, least)


def _half(f: pd.DataFrame, _: Any) -> pd.Series:
    """With a level that stays, a score is as likely below another year's as above it."""
    return pd.Series(0.5, index=f.index)


def _trend_down(f: pd.DataFrame, least: int) -> tuple:
    """Falling as :func:`indexlib.analysis.falling.falling` says: slope, most steps, not at the block's highest."""
    short = (f["n_years"] < least) & f["score"].notna()
    state = _state(f["score"].isna(), falling(f, least), too_short=short)
    reason = choose([f["score"].isna(), short], ["rank_only", "too_short"], "")
    return state, f["slope"].where(~short), 0.0, "slope", reason


def _why_trend_down(flag: Any, row: Any) -> Said:
    gap = row.steps < row.n_years - 1  # a year without a score: steps do not tell of the whole series
    return ("gap" if gap else "",), {"falls": int(row.falls), "steps": int(row.steps), "n": int(row.n_years),
                                     "first": int(row.first_year), "last": row.year}


def _trend_by_chance(f: pd.DataFrame, _: int) -> pd.Series:
    """By the number of years; missing for a series with years left out, whose steps do not tell of all of it."""
    whole = f["steps"] == f["n_years"] - 1
    return f["n_years"].where(whole).map(lambda n: null_rate(int(n)), na_action="ignore").astype(float)


def _rank_fell(f: pd.DataFrame, least: int) -> tuple:
    lost = f["rank"] - f["rank_before"]
    edge = (f["reason"] == "edge") & f["rank"].notna()
    apart = f["rank_apart"].notna() & f["rank"].notna()
    state = _state(lost.isna(), lost >= least, not_comparable=edge | apart)
    reason = choose([edge, apart, f["rank"].isna(), lost.isna()],
                    ["edge", "other_places", "partial_panel", "no_rank_before"], "")
    return state, lost.where(~edge), least, "previous", reason


def _why_rank_fell(flag: Any, row: Any) -> Said:
    """Places lost, what is left of them among the places scored in both years, and whether that is usual."""
    common, cases = row.lost_in_common, [""]
    if row.base != row.base_before:
        cases.append("base" if pd.isna(common) else "common" if common > 0 else "not")
    if row.rank_best <= row.rank_before <= row.rank_worst:
        cases.append("usual")
    return tuple(cases), {"n": int(flag.value), "base": int(row.base), "before": int(row.base_before),
                          "common": None if pd.isna(common) else int(common)}


def _rank_fall_by_chance(f: pd.DataFrame, least: int) -> pd.Series:
    """``1 - Phi((k - 1/2) / (s sqrt 2))`` for ``k`` places lost; ``s``: standard deviation of a rank, of its interval."""
    from scipy.special import ndtri

    spread = (f["rank_worst"] - f["rank_best"]).astype(float) / (2 * ndtri(0.95))
    return pd.Series(normal_cdf((0.5 - least) / (np.sqrt(2) * spread)), index=f.index).where(spread.notna())


def _rank_low(f: pd.DataFrame, share: float) -> tuple:
    """The lowest quarter is below the 25th percentile of a whole panel; otherwise the rank itself decides."""
    by_rank = f["rank"] > f["base"] * (1 - share)
    quarter = f["low_quarter"] if share == 0.25 else pd.Series(np.nan, index=f.index)
    low = (f["score"] < quarter).where(quarter.notna() & f["score"].notna(), by_rank).astype(bool)
    reason = choose([f["rank"].isna()], ["partial_panel"], "")
    return _state(f["rank"].isna(), low), f["rank"], f["base"] * (1 - share), "quarter", reason


def _score_low(f: pd.DataFrame, _: str) -> tuple:
    against = choose([f["median"].notna(), f["published_mean"].notna()], ["median", "published_mean"], "")
    limit = f["median"].fillna(f["published_mean"])
    state = _state(f["score"].isna() | limit.isna(), f["score"] < limit)
    reason = choose([f["score"].isna(), limit.isna()], ["rank_only", "partial_panel"], "")
    return state, f["score"], limit, against, reason


def _not_improved(f: pd.DataFrame, _: object) -> tuple:
    first = f["base_year"].isna() & (f["year"] == f["block"])
    met = half_up(f["score"], f["decimals"]) <= half_up(f["base_score"], f["decimals"])
    unknown = f["score"].isna() | f["base_score"].isna()
    state = _state(unknown, met, not_comparable=first & f["score"].notna())
    reason = choose([f["score"].isna(), first, unknown], ["rank_only", "edge", "no_base_score"], "")
    years = sorted(f["base_year"].dropna().unique().astype(int))
    against = choose([f["base_year"] == y for y in years], [f"base_{y}" for y in years], "") if years else ""
    return state, f["score"], f["base_score"], against, reason


CONDITIONS = (
    Condition("score_fell", _score_fell, "change", _why_score_fell,
              lambda least, _: (("least" if least > 0 else "",), {"n": least}), "prob_fall", 2, _fall_by_chance),
    Condition("trend_down", _trend_down, "slope", _why_trend_down,
              graded_by="prob_trend", years="n_years", by_chance=_trend_by_chance),
    Condition("rank_fell", _rank_fell, "places", _why_rank_fell, by_chance=_rank_fall_by_chance),
    Condition("rank_low", _rank_low, "rank", at=lambda share, _: (("",), {"n": 100 * share})),
    Condition("score_low", _score_low, "score", lambda flag, _: ((flag.against,), {})),
    Condition("not_improved", _not_improved, "score", lambda _, row: (("",), {"year": int(row.base_year)}),
              lambda year, base: (("",), {"year": base if year == "plan" else year}), by_chance=_half))
