"""The plan's conditions applied to the components of a place in a year, each with its evidence.

Six rules stand for the five conditions of the plan; the thresholds are settings. A rule has one of
five states: ``met``, ``not_met``, ``too_short``, ``not_comparable``, ``unknown``. Beside a fall or a
trend stands the grade of the evidence that the level fell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from indexlib.analysis import facts
from indexlib.analysis.changes import half_up
from indexlib.analysis.panel import Panel, choose
from indexlib.base.problems import NoDataError
from indexlib.base.wording import own, t
from indexlib.data.catalogue import TOTAL, load_catalogue
from indexlib.data.lookup import find_place
from indexlib.data.scores import load_scores, load_withheld
from indexlib.plan.plan import Plan, load_plan
from indexlib.plan.settings import Grades, Rules

RULES = ("score_fell", "trend_down", "rank_fell", "rank_low", "score_low", "not_improved")
GRADES = ("A", "B", "C", "unknown")
DEFAULT_PLAN = "ha_bac_2023_2025"
COLUMNS = ["year", "place", "component", "index", "level", "rule", "state", "grade", "value", "threshold", "against",
           "reason"]


@dataclass(frozen=True)
class Review:
    """Everything that was found for one place and year.

    Attributes
    ----------
    components : DataFrame
        One row per component with a figure: the columns of :func:`indexlib.analysis.facts.gather`, and ``met``
        (number of conditions met), ``judged`` (number judged), ``grade`` (best grade of a fall or trend met);
        in the findings of a run also ``rank_best`` and ``rank_worst``, see :mod:`indexlib.analysis.rank_intervals`.
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
        """Components that meet at least one condition, ordered: most conditions first, then the better
        grade, then the farthest below the median in shares of the scale."""
        c = self.components
        return order(c[c["met"] > 0])

    def focus(self, n: int = 8) -> pd.DataFrame:
        """The first ``n`` flagged components of the finest level at hand of each index."""
        flagged = self.flagged()
        return flagged[flagged["component"].isin(finest(self.components["component"]))].head(n)


def order(components: pd.DataFrame) -> pd.DataFrame:
    """Order flagged components: conditions met, grade, distance below the median in shares of the scale."""
    grade = pd.Categorical(components["grade"], [*GRADES, ""]).codes
    keyed = components.assign(_met=-components["met"], _grade=grade, _gap=components["gap"].fillna(np.inf),
                              _order=components["component"].map(load_catalogue().order))
    keys = ["_met", "_grade", "_gap", "_order"]
    return keyed.sort_values(keys).drop(columns=keys).reset_index(drop=True)


def finest(components: pd.Series) -> list[str]:
    """Components of which no part is among the components given."""
    catalogue = load_catalogue()
    parents = {catalogue.component(c).parent for c in components}
    above = {catalogue.component(p).parent for p in parents if p}
    return [c for c in components if c not in parents | above]


def assess(scores: pd.DataFrame | Panel, rules: Rules, grades: Grades, base_year: int) -> pd.DataFrame:
    """Apply the rules to every score of a panel.

    Parameters
    ----------
    scores : DataFrame
        Columns of :func:`indexlib.load_scores`, the whole panel.
    rules, grades : Rules, Grades
    base_year : int
        Base year of "not improved" where the rules leave it to the plan.

    Returns
    -------
    DataFrame
        As ``components`` of :class:`Review`, for every place and year.
    """
    base_year = rules.not_improved if isinstance(rules.not_improved, int) else base_year
    frame = facts.gather(scores, base_year)
    met, judged = np.zeros(len(frame), dtype=np.int8), np.zeros(len(frame), dtype=np.int8)
    best = np.full(len(frame), len(GRADES), dtype=np.int8)
    for name in _asked(rules):
        state = JUDGES[name](frame, getattr(rules, name))[0]
        yes = np.asarray(state == "met")
        met += yes
        judged += yes | np.asarray(state == "not_met")
        if name in GRADED:
            grade = graded(frame[GRADED[name]], grades)
            best[yes] = np.minimum(best[yes], pd.Categorical(grade, GRADES).codes[yes])
    frame["met"], frame["judged"] = met, judged
    frame["grade"] = pd.Categorical.from_codes(best, [*GRADES, ""])
    return frame


def _asked(rules: Rules) -> list[str]:
    return [r for r in RULES if getattr(rules, r) is not None]


def review(place: str, year: int, rules: Rules | None = None, scores: pd.DataFrame | None = None,
           plan: Plan | None = None, grades: Grades | None = None) -> Review:
    """Apply the plan's conditions to every component of a place that has a figure in a year.

    Parameters
    ----------
    place : str
        Code or any known spelling.
    year : int
        Index year.
    rules, grades : Rules, Grades, optional
        Thresholds; default those of :mod:`indexlib.plan.settings`.
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
    plan, rules, grades = plan or load_plan(DEFAULT_PLAN), rules or Rules(), grades or Grades()
    scores = load_scores() if scores is None else scores
    return cut(assess(scores, rules, grades, plan.about["base_year"]), place, year, rules, grades)


def cut(assessed: pd.DataFrame, place: str, year: int, rules: Rules, grades: Grades) -> Review:
    """The review of one place and year out of an assessed panel."""
    code = find_place(place, year).code
    known = assessed["year"]
    if not (known == year).any():
        raise NoDataError(t("year.no_data", year=year, first=known.min(), last=known.max()) if len(known)
                          else t("year.none"))
    here = assessed[(known == year) & (assessed["place"] == code)]
    here = here.iloc[np.argsort(here["component"].map(load_catalogue().order).to_numpy())].reset_index(drop=True)
    return Review(code, year, here, _long(here, rules, grades), _missing(code, year, here))


def _long(frame: pd.DataFrame, rules: Rules, grades: Grades) -> pd.DataFrame:
    """One row per component and rule, in that order."""
    parts = [_rule(name, frame, getattr(rules, name), grades) for name in _asked(rules)]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    return pd.concat(parts).sort_index(kind="stable")[COLUMNS].reset_index(drop=True)


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
        ``unknown`` (a figure is not at hand); ``grade`` of a fall or trend: ``A``, ``B``, ``C``, or why there is
        none (``too_short``, ``not_comparable``, ``unknown``), empty for other rules and where nothing fell;
        ``value``: the figure judged (points, points a year, places, rank, score); ``threshold``: what it is
        judged against; ``against``: what that is (``previous``, ``median``, ``published_mean``, ``quarter``,
        ``base_<year>``, ``slope``); ``reason``: why there is no judgement.

    Examples
    --------
    >>> f = flags("Thanh Hóa", 2024)
    >>> f[(f["rule"] == "score_fell") & (f["state"] == "met") & (f["level"] == "dimension")]["component"].tolist()
    ['papi.1', 'papi.2', 'papi.6']
    """
    return review(place, year, rules, scores).flags


def _rule(name: str, frame: pd.DataFrame, setting: object, grades: Grades) -> pd.DataFrame:
    state, value, threshold, against, reason = JUDGES[name](frame, setting)
    state = np.asarray(state, dtype=object)
    grade = np.full(len(frame), "", dtype=object)
    if name in GRADED:
        grade = np.where(state == "met", graded(frame[GRADED[name]], grades), np.where(state == "not_met", "", state))
    return frame[["year", "place", "component", "index", "level"]].assign(
        rule=name, state=state, grade=grade, value=np.asarray(value, dtype=float),
        threshold=np.asarray(threshold, dtype=float), against=np.asarray(against, dtype=object),
        reason=np.asarray(reason, dtype=object))


#: Rules whose evidence is graded, with the column of the probability that the level fell.
GRADED = {"score_fell": "prob_fall", "trend_down": "prob_trend"}


def graded(probability: pd.Series, grades: Grades) -> pd.Categorical:
    """Grade of a probability that the level fell: ``A``, ``B``, ``C``, or ``unknown``."""
    return choose([probability.isna(), probability >= grades.a, probability >= grades.b], ["unknown", "A", "B"], "C")


def _state(unknown: pd.Series, met: pd.Series, **before: pd.Series) -> pd.Categorical:
    """States in order of precedence: those named, then unknown, met, not met."""
    return choose([*before.values(), unknown, met], [*before, "unknown", "met"], "not_met")


def _score_fell(f: pd.DataFrame, least: float) -> tuple:
    edge = f["reason"] == "edge"
    met = (f["change_published"] < 0) & (f["change_published"] < -least)
    state = _state(f["change"].isna(), met, not_comparable=edge)
    return state, f["change"], 0.0 - least, "previous", f["reason"]


def _trend_down(f: pd.DataFrame, least: int) -> tuple:
    short = (f["n_years"] < least) & f["score"].notna()
    state = _state(f["score"].isna(), f["slope"] < 0, too_short=short)
    reason = choose([f["score"].isna(), short], ["rank_only", "too_short"], "")
    return state, f["slope"].where(~short), 0.0, "slope", reason


def _rank_fell(f: pd.DataFrame, least: int) -> tuple:
    lost = f["rank"] - f["rank_before"]
    edge = (f["reason"] == "edge") & f["rank"].notna()
    state = _state(lost.isna(), lost >= least, not_comparable=edge)
    reason = choose([edge, f["rank"].isna(), lost.isna()], ["edge", "partial_panel", "no_rank_before"], "")
    return state, lost.where(~edge), least, "previous", reason


def _rank_low(f: pd.DataFrame, share: float) -> tuple:
    """The lowest quarter is below the 25th percentile of a whole panel; otherwise the rank itself decides."""
    by_rank = f["rank"] > f["base"] * (1 - share)
    quarter = f["low_quarter"] if share == 0.25 else pd.Series(np.nan, index=f.index)
    low = (f["score"] < quarter).where(quarter.notna() & f["score"].notna(), by_rank).astype(bool)
    state = _state(f["rank"].isna(), low)
    return state, f["rank"], f["base"] * (1 - share), "quarter", choose([f["rank"].isna()], ["partial_panel"], "")


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


JUDGES: dict[str, Callable[..., tuple]] = {
    "score_fell": _score_fell, "trend_down": _trend_down, "rank_fell": _rank_fell, "rank_low": _rank_low,
    "score_low": _score_low, "not_improved": _not_improved}


def _missing(place: str, year: int, components: pd.DataFrame) -> pd.DataFrame:
    """Components of the catalogue in a year for which a place has no figure, with the reason."""
    catalogue, held = load_catalogue(), load_withheld()
    held = held[(held["place"] == place) & (held["year"] == year)].set_index("component")
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
        ``component``, ``state`` (``still``; ``new``: a condition met this year was judged last year and not met;
        ``first``: none of those met this year could be judged last year; ``cleared``: every condition met last
        year was judged this year and is met no more; ``not_judged``: one of them could not be judged this
        year), ``before``, ``now``: rules met, joined by commas; in the order of the catalogue.
    """
    met, rules = {}, {}
    for when, found in (("before", before), ("now", now)):
        met[when] = found.flags.loc[found.flags["state"] == "met", ["component", "rule"]]
        rules[when] = met[when].groupby("component")["rule"].agg(",".join)
    frame = pd.DataFrame(rules).fillna("")
    before_then = _states(met["now"], before)
    after = _states(met["before"], now)
    was_clear = frame.index.isin(before_then.loc[before_then["state"] == "not_met", "component"])
    open_now = frame.index.isin(after.loc[~after["state"].isin(["met", "not_met"]), "component"])
    none_before, none_now = frame["before"] == "", frame["now"] == ""
    frame["state"] = np.select([none_before & was_clear, none_before, none_now & open_now, none_now],
                               ["new", "first", "not_judged", "cleared"], "still")
    frame = frame.rename_axis("component").reset_index()
    position = frame["component"].map(load_catalogue().order)
    return frame.iloc[np.argsort(position.to_numpy())][["component", "state", "before", "now"]].reset_index(drop=True)


def _states(asked: pd.DataFrame, found: Review) -> pd.DataFrame:
    """State of conditions (component, rule) in another review; missing where it has no figure."""
    return asked.merge(found.flags[["component", "rule", "state"]], how="left", on=["component", "rule"])


def totals(found: Review) -> pd.DataFrame:
    """The rows of the indices' overall scores among the components of a review."""
    return found.components[found.components["level"] == TOTAL]
