"""The plan's conditions applied to the components of a place in a year, each with its evidence.

Six rules stand for the five conditions of the plan; the thresholds are settings.
A rule has one of five states: ``met``, ``not_met``, ``too_short``, ``not_comparable``, ``unknown``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from indexlib.catalogue import PART, TOTAL, load_catalogue
from indexlib.change import changes, half_up, trends
from indexlib.params import Rules
from indexlib.places import find_place
from indexlib.plan import Plan, load_plan
from indexlib.problems import NoDataError
from indexlib.scores import load_reference, load_scores, load_withheld
from indexlib.standing import standing
from indexlib.wording import t

RULES = ("score_fell", "trend_down", "rank_fell", "rank_low", "score_low", "not_improved")
DEFAULT_PLAN = "ha_bac_2023_2025"
#: Columns of the frame of components that the rules are applied to.
COLUMNS = ["year", "place", "component", "index", "level", "rule", "state", "value", "threshold", "against",
           "reason"]


@dataclass(frozen=True)
class Review:
    """Everything that was found for one place and year.

    Attributes
    ----------
    components : DataFrame
        One row per component with a figure: standing, change against the year before, last year's
        rank, trend inside the block, ``met`` (number of conditions met) and ``fell_with``.
    flags : DataFrame
        One row per component and rule; see :func:`flags`.
    missing : DataFrame
        Components without any figure: ``index``, ``component``, ``reason`` (``not_at_hand`` or
        ``withheld``), ``why`` (the publisher's reason, in the language in force).
    """

    place: str
    year: int
    components: pd.DataFrame
    flags: pd.DataFrame
    missing: pd.DataFrame

    def flagged(self) -> pd.DataFrame:
        """Components that meet at least one condition, ordered: most conditions first, then the
        farthest below the median in shares of the scale."""
        c = self.components
        return order(c[c["met"] > 0])

    def focus(self, n: int = 8) -> pd.DataFrame:
        """The first ``n`` flagged components of the finest level at hand of each index."""
        flagged = self.flagged()
        return flagged[flagged["component"].isin(finest(self.components["component"]))].head(n)


def order(components: pd.DataFrame) -> pd.DataFrame:
    """Order flagged components: conditions met, then distance below the median in shares of the scale."""
    position = load_catalogue().order
    keyed = components.assign(_met=-components["met"], _gap=components["gap"].fillna(np.inf),
                              _order=components["component"].map(position))
    return keyed.sort_values(["_met", "_gap", "_order"]).drop(columns=["_met", "_gap", "_order"]).reset_index(drop=True)


def finest(components: pd.Series) -> list[str]:
    """Components of which no part is among the components given."""
    catalogue = load_catalogue()
    parents = {catalogue.component(c).parent for c in components}
    grand = {catalogue.component(p).parent for p in parents if p}
    return [c for c in components if c not in parents | grand]


def review(place: str, year: int, rules: Rules | None = None, scores: pd.DataFrame | None = None,
           plan: Plan | None = None) -> Review:
    """Apply the plan's conditions to every component of a place that has a figure in a year.

    Parameters
    ----------
    place : str
        Code or any known spelling.
    year : int
        Index year.
    rules : Rules, optional
        Thresholds; default those of :class:`indexlib.params.Rules`.
    scores : DataFrame, optional
        The whole panel; default the bundled scores.
    plan : Plan, optional
        Gives the base year; default the plan of Hà Bắc.

    Returns
    -------
    Review

    Raises
    ------
    PlaceError, NoDataError
    """
    rules, plan = rules or Rules(), plan or load_plan(DEFAULT_PLAN)
    scores = load_scores() if scores is None else scores
    code = find_place(place, year).code
    years = sorted(set(scores["year"]))
    if year not in years:
        raise NoDataError(t("year.no_data", year=year, first=years[0], last=years[-1]) if years else t("year.none"))
    base_year = plan.about["base_year"] if rules.not_improved == "plan" else rules.not_improved
    components = _evidence(code, year, scores, base_year)
    parts = [_rule(name, components, getattr(rules, name)) for name in RULES if getattr(rules, name) is not None]
    long = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)
    catalogue = load_catalogue()
    long = long.assign(_c=long["component"].map(catalogue.order), _r=long["rule"].map(RULES.index))
    long = long.sort_values(["_c", "_r"])[COLUMNS].reset_index(drop=True)
    met = long[long["state"] == "met"].groupby("component").size()
    components["met"] = components["component"].map(met).fillna(0).astype(int)
    return Review(code, year, components, long, _missing(code, year, components))


def flags(place: str, year: int, rules: Rules | None = None, scores: pd.DataFrame | None = None) -> pd.DataFrame:
    """One row per component and rule for a place and year.

    Parameters
    ----------
    place, year, rules, scores
        As in :func:`review`.

    Returns
    -------
    DataFrame
        ``year``, ``place``, ``component``, ``index``, ``level``, ``rule``; ``state``: ``met``, ``not_met``,
        ``too_short`` (fewer comparable years than the rule asks), ``not_comparable`` (a block's edge) or
        ``unknown`` (a figure is not at hand); ``value``: the figure judged (points, points a year, places, rank,
        score); ``threshold``: what it is judged against; ``against``: what that is (``previous``, ``median``,
        ``published_mean``, ``quarter``, ``base_<year>``, ``slope``); ``reason``: why there is no judgement.

    Examples
    --------
    >>> f = flags("Thanh Hóa", 2024)
    >>> f[(f["rule"] == "score_fell") & (f["state"] == "met") & (f["level"] == "dimension")]["component"].tolist()
    ['papi.1', 'papi.2', 'papi.6']
    """
    return review(place, year, rules, scores).flags


def _evidence(place: str, year: int, scores: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """One row per component of a place and year with everything that the rules look at."""
    catalogue = load_catalogue()
    near = scores[scores["year"].isin([year - 1, year])]
    ranks = standing(near)
    ranks = ranks[ranks["place"] == place].drop(columns="place")
    now = ranks[ranks["year"] == year].drop(columns="year")
    last = ranks.loc[ranks["year"] == year - 1, ["component", "rank", "base", "rank_kind"]]
    moved = changes(near).query("place == @place and year == @year")
    moved = moved[["component", "previous", "change", "change_published", "median_change", "comparable", "reason",
                   "block"]]
    frame = now.merge(last.add_suffix("_before").rename(columns={"component_before": "component"}),
                      on="component", how="left").merge(moved, on="component", how="left")
    c = catalogue.components.set_index("component")
    frame["index"], frame["level"] = frame["component"].map(c["index"]), frame["component"].map(c["level"])
    frame = frame[frame["level"] != PART].reset_index(drop=True)
    frame.insert(0, "year", year)
    frame.insert(1, "place", place)

    own = scores[(scores["place"] == place) & (scores["year"] <= year)]
    trend = trends(own)[["component", "block", "first_year", "last_year", "n_years", "slope", "s", "falls", "p_fall"]]
    frame = frame.merge(trend[trend["last_year"] == year].drop(columns="last_year"), on=["component", "block"], how="left")
    frame["n_years"] = frame["n_years"].fillna(frame["score"].notna().astype(int)).astype(int)
    frame = frame.merge(_base(own, frame, year, base_year), on="component", how="left")

    means = load_reference().query("year == @year and area == '' and statistic == 'mean'")
    frame["published_mean"] = frame["component"].map(means.set_index("component")["value"])
    decimals = frame["index"].map(catalogue.decimals)
    fell = frame["change_published"] < 0
    with_country = half_up(frame["median_change"], decimals) < 0
    frame["fell_with"] = np.select([~fell | frame["median_change"].isna(), with_country], ["", "country"], "own")
    return frame


def _base(own: pd.DataFrame, frame: pd.DataFrame, year: int, base_year: int) -> pd.DataFrame:
    """Score that "not improved" is judged against: the base year's, or the block's first before the year."""
    blocks = load_catalogue().with_block(own[own["year"] < year])
    blocks = blocks.merge(frame[["component", "block"]], on=["component", "block"])
    in_block = frame["block"] <= base_year
    use_base = frame["component"].where(in_block & (base_year < year)).dropna()
    first = blocks[~blocks["component"].isin(use_base) & blocks["score"].notna()]
    first = first.sort_values("year").drop_duplicates("component")
    base = blocks[blocks["component"].isin(use_base) & (blocks["year"] == base_year)]
    out = pd.concat([base, first])[["component", "year", "score"]]
    out.columns = ["component", "base_year", "base_score"]
    named = pd.DataFrame({"component": use_base, "base_year": float(base_year)})
    return out.merge(named[~named["component"].isin(out["component"])], how="outer",
                     on=["component", "base_year"]).drop_duplicates("component")


def _rule(name: str, frame: pd.DataFrame, setting: object) -> pd.DataFrame:
    state, value, threshold, against, reason = JUDGES[name](frame, setting)
    return frame[["year", "place", "component", "index", "level"]].assign(
        rule=name, state=state, value=np.asarray(value, dtype=float), threshold=np.asarray(threshold, dtype=float),
        against=against, reason=reason)


def _state(unknown: pd.Series, met: pd.Series, **before: pd.Series) -> np.ndarray:
    """States in order of precedence: those named, then unknown, met, not met."""
    return np.select([*before.values(), unknown, met], [*before, "unknown", "met"], "not_met")


def _score_fell(f: pd.DataFrame, least: float) -> tuple:
    edge = f["reason"] == "edge"
    met = (f["change_published"] < 0) & (f["change_published"] < -least)
    state = _state(f["change"].isna(), met, not_comparable=edge)
    return state, f["change"], -least, "previous", f["reason"].where(f["change"].isna(), "")


def _trend_down(f: pd.DataFrame, least: int) -> tuple:
    short = (f["n_years"] < least) & f["score"].notna()
    state = _state(f["score"].isna(), f["slope"] < 0, too_short=short)
    reason = np.select([f["score"].isna(), short], ["rank_only", "too_short"], "")
    return state, f["slope"].where(~short), 0.0, "slope", reason


def _rank_fell(f: pd.DataFrame, least: int) -> tuple:
    lost = f["rank"] - f["rank_before"]
    edge = (f["reason"] == "edge") & f["rank"].notna()
    state = _state(lost.isna(), lost >= least, not_comparable=edge)
    reason = np.select([edge, f["rank"].isna(), lost.isna()], ["edge", "partial_panel", "no_rank_before"], "")
    return state, lost.where(~edge), least, "previous", reason


def _rank_low(f: pd.DataFrame, share: float) -> tuple:
    """With the whole panel: score below that percentile of the year; else by the published rank."""
    quarter = f["low_quarter"] if share == 0.25 else None
    by_rank = f["rank"] > f["base"] * (1 - share)
    low = by_rank if quarter is None else (f["score"] < quarter).where(quarter.notna(), by_rank)
    state = _state(f["rank"].isna(), low.astype(bool))
    return state, f["rank"], f["base"] * (1 - share), "quarter", np.where(f["rank"].isna(), "partial_panel", "")


def _score_low(f: pd.DataFrame, _: str) -> tuple:
    against = np.select([f["median"].notna(), f["published_mean"].notna()], ["median", "published_mean"], "")
    limit = f["median"].fillna(f["published_mean"])
    state = _state(f["score"].isna() | limit.isna(), f["score"] < limit)
    reason = np.select([f["score"].isna(), limit.isna()], ["rank_only", "partial_panel"], "")
    return state, f["score"], limit, against, reason


def _not_improved(f: pd.DataFrame, _: object) -> tuple:
    decimals = f["index"].map(load_catalogue().decimals)
    none_before = f["base_year"].isna()
    met = half_up(f["score"], decimals) <= half_up(f["base_score"], decimals)
    state = _state(f["score"].isna() | f["base_score"].isna(), met, not_comparable=none_before & f["score"].notna())
    reason = np.select([f["score"].isna(), none_before, f["base_score"].isna()], ["rank_only", "edge", "no_base_score"], "")
    against = "base_" + f["base_year"].fillna(0).astype(int).astype(str)
    return state, f["score"], f["base_score"], against.where(~none_before, ""), reason


JUDGES = {"score_fell": _score_fell, "trend_down": _trend_down, "rank_fell": _rank_fell, "rank_low": _rank_low,
          "score_low": _score_low, "not_improved": _not_improved}


def _missing(place: str, year: int, components: pd.DataFrame) -> pd.DataFrame:
    """Components of the catalogue in a year for which a place has no figure, with the reason."""
    from indexlib.wording import own

    catalogue = load_catalogue()
    held = load_withheld().query("place == @place and year == @year").set_index("component")
    rows = []
    for code in catalogue.valid(year):
        if code in set(components["component"]):
            continue
        withheld = code in held.index
        why = own(held.loc[code].to_dict(), "reason") if withheld else ""
        rows.append((catalogue.component(code).index, code, "withheld" if withheld else "not_at_hand", why))
    return pd.DataFrame(rows, columns=["index", "component", "reason", "why"])


def follow_up(now: Review, before: Review) -> pd.DataFrame:
    """What became of last year's flagged components.

    Returns
    -------
    DataFrame
        ``component``, ``state`` (``new``, ``still``, ``cleared``, ``not_judged``: no figure this year),
        ``before``, ``now``: rules met, joined by commas; in the order of the catalogue.
    """
    rules = {}
    for when, found in (("before", before), ("now", now)):
        met = found.flags[found.flags["state"] == "met"]
        rules[when] = met.groupby("component")["rule"].agg(",".join)
    frame = pd.DataFrame(rules).fillna("")
    judged = frame.index.isin(now.components["component"])
    frame["state"] = np.select([~judged, frame["before"] == "", frame["now"] == ""],
                               ["not_judged", "new", "cleared"], "still")
    frame = frame.rename_axis("component").reset_index()
    position = frame["component"].map(load_catalogue().order)
    return frame.iloc[np.argsort(position.to_numpy())][["component", "state", "before", "now"]].reset_index(drop=True)


def totals(found: Review) -> pd.DataFrame:
    """The rows of the indices' overall scores among the components of a review."""
    return found.components[found.components["level"] == TOTAL]
