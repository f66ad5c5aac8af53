"""The plan's conditions: how each is judged, measured and graded, and which of its texts applies.

Six conditions stand for the five that the plan words. A seventh is an object in ``CONDITIONS``, a field of
:class:`indexlib.plan.settings.Rules` with its threshold, texts under ``rule.``, ``why.`` and
``threshold.``, and the plan's words among the ``clauses`` of ``plan.yml``, all under its name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from indexlib.analysis.changes import half_up
from indexlib.analysis.falling import falling, of_draws
from indexlib.analysis.noise import normal_cdf
from indexlib.analysis.panel import choose
from indexlib.base.problems import IndexlibError
from indexlib.base.wording import listing, t

#: What a condition judges: a score, its change on the year before, its slope a year, places lost, a rank.
Measure = Literal["score", "change", "slope", "places", "rank"]
#: Cases of a text and its fields: the text of ``<key>.<case>``, of ``""`` the plain one; each case after the first
#: takes the text before it up as ``{why}``.
Said = tuple[tuple[str, ...], dict[str, Any]]


#: A fall of places less probable than this without a fall of the level is said to be more than chance.
RARE = 0.05
#: Standard deviations from the middle to the 95 % quantile of a normal distribution.
Z95 = 1.6449


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
        Column with the probability that what is met lasts, by which it is graded.
    by_chance : callable, optional
        ``(draws, facts, threshold)`` to whether it is met in each of many draws of a series whose level never moved, see
        :class:`indexlib.plan.by_chance.Draws`; ``None`` where that is not known. None for a condition on the level.
    """

    name: str
    judge: Callable[[pd.DataFrame, Any], tuple]
    measured_in: Measure
    why: Callable[[Any, Any], Said] = lambda flag, row: (("",), {})
    at: Callable[[Any, int], Said] = lambda threshold, base_year: (("",), {"n": threshold})
    graded_by: str | None = None
    by_chance: Callable[[Any, Any, Any], np.ndarray | None] | None = None


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
    return (row.fell_with, *(["beyond"] if row.beyond == 1 else [])), {}


def _fall_by_chance(draws: Any, row: Any, least: float) -> np.ndarray | None:
    return draws.now - draws.before < -least if draws.in_points or not least else None


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


def _trend_by_chance(draws: Any, row: Any, _: int) -> np.ndarray | None:
    """Missing for a series with years left out, whose steps do not tell of all of it."""
    return of_draws(draws.since(row.first_year)) if row.steps == row.n_years - 1 else None


def _rank_fell(f: pd.DataFrame, least: int) -> tuple:
    lost = f["places_lost"]
    edge = (f["reason"] == "edge") & f["rank"].notna()
    apart = f["rank_apart"].notna() & f["rank"].notna()
    state = _state(lost.isna(), lost >= least, not_comparable=edge | apart)
    reason = choose([edge, apart, f["rank"].isna(), lost.isna()],
                    ["edge", "other_places", "partial_panel", "no_rank_before"], "")
    return state, lost.where(~edge), least, "previous", reason


def _why_rank_fell(flag: Any, row: Any) -> Said:
    """Places lost, as published or computed; among the places scored in both years where these differ; and what chance makes
    of it."""
    common, lost = row.lost_in_common, int(row.rank - row.rank_before)
    cases = ["in_common" if lost <= 0 else
             "published" if {row.rank_kind, row.rank_kind_before} == {"published"} else ""]
    if pd.isna(common):
        cases += ["base"] if row.base != row.base_before else []
    elif lost > 0 and common != lost:
        cases.append("common")
    cases.append(places_lost(flag.value, row))
    return tuple(cases), {"n": lost, "base": int(row.base), "before": int(row.base_before),
                          "common": None if pd.isna(common) else int(common)}


def rank_spread(row: Any) -> float:
    """Standard deviation of a place, from its 5-95 % interval; missing without one."""
    return (row.rank_worst - row.rank_best) / (2 * Z95)


def places_lost(places: float, row: Any) -> str:
    """Whether losing so many places is ``sure`` to be more than chance, may be ``chance``, or that is ``unknown``.

    Where no level moved, ``k`` places or more are lost with probability ``1 - Phi((k - 1/2) / (s sqrt 2))``.
    """
    spread = rank_spread(row)
    if pd.isna(spread):
        return "unknown"
    return "sure" if normal_cdf((0.5 - places) / (np.sqrt(2) * max(spread, 1e-9))) < RARE else "chance"


def _rank_fall_by_chance(draws: Any, row: Any, least: int) -> np.ndarray | None:
    spread = rank_spread(row)
    return None if pd.isna(spread) else (draws.before - draws.now) / draws.sd * spread >= least - 0.5


def _rank_low(f: pd.DataFrame, share: float) -> tuple:
    """The lowest quarter: the group as printed, else below the 25th percentile of a whole panel, else by the rank itself."""
    by_rank = f["rank"] > f["base"] * (1 - share)
    quarter = f["low_quarter"] if share == 0.25 else pd.Series(np.nan, index=f.index)
    low = (f["score"] < quarter).where(quarter.notna() & f["score"].notna(), by_rank).astype(bool)
    if share == 0.25:
        low = low.where(f["group_kind"] != "published", f["group"] == "low")
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


def _no_gain_by_chance(draws: Any, row: Any, _: Any) -> np.ndarray | None:
    return draws.now <= draws.at(row.base_year)


CONDITIONS = (
    Condition("score_fell", _score_fell, "change", _why_score_fell,
              lambda least, _: (("least" if least > 0 else "",), {"n": least}), "prob_lasting", _fall_by_chance),
    Condition("trend_down", _trend_down, "slope", _why_trend_down, by_chance=_trend_by_chance),
    Condition("rank_fell", _rank_fell, "places", _why_rank_fell, by_chance=_rank_fall_by_chance),
    Condition("rank_low", _rank_low, "rank", at=lambda share, _: (("",), {"n": 100 * share})),
    Condition("score_low", _score_low, "score", lambda flag, _: ((flag.against,), {})),
    Condition("not_improved", _not_improved, "score", lambda _, row: (("",), {"year": int(row.base_year)}),
              lambda year, base: (("" if (year := base if year == "plan" else year) else "first",), {"year": year}),
              by_chance=_no_gain_by_chance))
