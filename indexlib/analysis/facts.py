"""Everything the rules look at, for every score of a panel: standing, change, trend, base, published mean."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from indexlib.analysis import next_year, trends
from indexlib.analysis.changes import changes, half_up
from indexlib.analysis.falling import at_highest
from indexlib.analysis.panel import Panel, build, choose
from indexlib.analysis.standing import rank_among, standing
from indexlib.data.catalogue import PART, load_catalogue
from indexlib.data.places import load_places
from indexlib.data.scores import load_reference

KINDS = ("none", "published", "computed")
#: Usual movements that a fall relative to the country must exceed to be called beyond them.
BEYOND = 2.0


def gather(scores: pd.DataFrame | Panel, base_year: int) -> pd.DataFrame:
    """Evidence for every row of a score table, the parts of a total left out.

    Parameters
    ----------
    scores : DataFrame or Panel
        Columns of :func:`indexlib.load_scores`, the whole panel.
    base_year : int
        Year that "not improved" is judged against, where the block holds it.

    Returns
    -------
    DataFrame
        ``year``, ``place``, ``component``, ``index``, ``level``; the columns of
        :func:`indexlib.standing` and :func:`indexlib.changes`; ``rank_before``, ``base_before``,
        ``rank_kind_before``: last year's, where the same places were ranked; ``rank_apart``, ``base_apart``: last
        year's rank and base where they were others (63 provinces, then 34), so that no places were won or lost, with
        the kind in the same column;
        ``first_year``, ``n_years``, ``slope``, ``s``, ``steps``, ``falls``, ``p_trend``,
        ``prob_trend``: trend of the block up to the year; ``ci_low``, ``ci_high``: published interval; ``base_year``,
        ``base_score``; ``published_mean``; ``decimals`` in which the index is published; ``fell_with``: a fall with the
        ``country`` (the national median fell by at least half as much), by ``more`` than the country (the median fell by
        less) or on its ``own``, else empty, as where that part of it is not more than half the usual movement; ``beyond``:
        1 where a fall relative to the country is more than twice the usual movement, else 0, missing where that is not
        known; ``lost_in_common``: places lost among the places scored in both years, where these differ; ``places_lost``:
        those, else the difference of the two ranks; ``at_highest``, see
        :func:`indexlib.analysis.falling.at_highest`; the columns of :func:`indexlib.analysis.next_year.next_year`.
    """
    panel = build(scores)
    frame, changed = standing(panel).copy(deep=False), changes(panel)
    for name in changed.columns.difference(frame.columns, sort=False):
        frame[name] = changed[name]
    for name, values in trends.yearly(panel).items():
        frame[name] = panel.cell(values)
    frame["n_years"] = frame["n_years"].fillna(0).astype(int)
    frame["ci_low"], frame["ci_high"] = panel.rows["ci_low"], panel.rows["ci_high"]
    same = panel.of_group(_same_places(panel))
    for name in ("rank", "base"):
        before = _before(panel, frame[name])
        frame[f"{name}_before"], frame[f"{name}_apart"] = np.where(same, before, np.nan), np.where(same, np.nan, before)
    kind = _before(panel, frame["rank_kind"].cat.codes)
    frame["rank_kind_before"] = choose([kind == frame["rank_kind"].cat.categories.get_loc(k) for k in KINDS[1:]],
                                       list(KINDS[1:]), KINDS[0])
    frame["base_year"], frame["base_score"] = (panel.cell(v) for v in _base(panel, base_year))
    frame["published_mean"] = panel.of_group(_published_mean(panel))
    known = [load_catalogue().component(c) for c in panel.components]
    frame.insert(3, "index", panel.by_component([c.index for c in known]))
    frame.insert(4, "level", panel.by_component([c.level for c in known]))
    frame["decimals"] = panel.decimals[panel.at[1]]
    frame["fell_with"] = _fell_with(frame)
    beyond = (frame["change_published"] < 0) & (frame["z_relative"] < -BEYOND)
    frame["beyond"] = beyond.astype(float).where(frame["z_relative"].notna())
    lost = frame["rank"] - frame["rank_before"]
    frame["lost_in_common"] = pd.Series(panel.cell(_lost_in_common(panel)), frame.index).where(lost.notna())
    frame["places_lost"] = frame["lost_in_common"].fillna(lost)
    for name, values in {"at_highest": at_highest(panel), **next_year.of_panel(panel)}.items():
        frame[name] = values
    parts = frame["level"] == PART
    return frame[~parts].reset_index(drop=True) if parts.any() else frame


def _fell_with(frame: pd.DataFrame) -> pd.Categorical:
    """Whether a fall is the country's, more than it or the place's own, by parts of more than half the usual movement."""
    fell, usual, country = frame["change_published"] < 0, frame["usual_movement"] / 2, frame["median_change"]
    own = frame["change"] - country
    country_fell = (half_up(country, frame["decimals"]) < 0) & (-country > usual)
    most_of_it = country <= frame["change"] / 2
    return choose([~fell, country_fell & most_of_it, country_fell & (-own > usual), ~country_fell & (-own > usual)],
                  ["", "country", "more", "own"], "")


def _before(panel: Panel, column: pd.Series) -> np.ndarray:
    """A column's value of the year before, at the rows of the table."""
    values = panel.spread(column)
    values[:, :, 1:] = values[:, :, :-1].copy()
    values[:, :, :1] = np.nan
    return panel.cell(values)


def _same_places(panel: Panel) -> np.ndarray:
    """Whether the places covered are those of the year before (groups, components, years)."""
    same = np.zeros(panel.expected.shape, dtype=bool)
    same[:, :, 1:] = panel.expected[:, :, 1:] == panel.expected[:, :, :-1]
    places = load_places()
    for g, members in enumerate(panel.members):
        if len(members):
            one = places.get(panel.places[members[0]])
            there = [places.same_places(one, year, before) for before, year in pairwise(panel.years)]
            same[g, :, 1:] &= np.array(there, dtype=bool)
    return same


def _lost_in_common(panel: Panel) -> np.ndarray:
    """Places lost against the year before among those scored in both, where the places scored differ; whole panels only."""
    out = np.full(panel.score.shape, np.nan)
    for g, c, y in np.argwhere(panel.whole[:, :, 1:] & panel.whole[:, :, :-1]):
        of = panel.members[g]
        before, now = panel.score[of, c, y], panel.score[of, c, y + 1]
        both = ~np.isnan(before) & ~np.isnan(now)
        if both.sum() < max((~np.isnan(before)).sum(), (~np.isnan(now)).sum()):
            out[of[both], c, y + 1] = rank_among(now[both], now[both]) - rank_among(before[both], before[both])
    return out


def _base(panel: Panel, base_year: int) -> tuple[np.ndarray, np.ndarray]:
    """Base year and score: the base year's inside its block, else the block's first score before the year."""
    years, scores = np.full(panel.score.shape, np.nan), np.full(panel.score.shape, np.nan)
    for c, of_block in trends.blocks(panel):
        at = panel.years[of_block]
        y = panel.score[:, c, of_block]
        known = ~np.isnan(y)
        first = known.argmax(axis=1)
        first_score = y[np.arange(len(y)), first]
        for k, when in enumerate(of_block):
            if panel.block[c, when] <= base_year < at[k] and base_year in at:
                years[:, c, when] = base_year
                scores[:, c, when] = y[:, np.flatnonzero(at == base_year)[0]]
            else:
                there = known.any(axis=1) & (first < k)
                years[there, c, when], scores[there, c, when] = at[first[there]], first_score[there]
    return years, scores


def _published_mean(panel: Panel) -> np.ndarray:
    """Published national mean of each component and year, for provinces (groups, components, years)."""
    r = load_reference()
    r = r[(r["area"] == "") & (r["statistic"] == "mean") & r["component"].isin(panel.components)
          & r["year"].isin(panel.years)]
    out = np.full(panel.expected.shape, np.nan)
    levels = [load_places().get(panel.places[of[0]]).level if len(of) else "" for of in panel.members]
    for g in np.flatnonzero(np.array(levels) == "province"):
        out[g, pd.Index(panel.components).get_indexer(r["component"]), r["year"] - panel.years[0]] = r["value"]
    return out
