"""Where a place stands among the places of a year: rank, group, percentile, median, share of the scale.

Nothing is computed from a panel that is not whole: a cut-down or partial panel gives
``panel == "partial"``, only published ranks, and no median, group or percentile.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from indexlib.analysis.panel import Panel, build, choose, whole
from indexlib.data.catalogue import load_catalogue

#: Scores that differ by less are the same.
SAME = 1e-9
GROUPS = ("high", "upper_middle", "lower_middle", "low")


def standing(scores: pd.DataFrame | Panel) -> pd.DataFrame:
    """Standing of every score among the places of its year.

    Parameters
    ----------
    scores : DataFrame or Panel
        Columns of :func:`indexlib.load_scores`, the whole panel: what is computed needs every place.

    Returns
    -------
    DataFrame
        ``year``, ``place``, ``component``, ``score`` as given, and

        - ``rank``, ``base``, ``rank_kind``: the published rank where there is one, else the computed
          one (ties share the better place), else ``"none"``; a rank that a source gives beyond those that
          the publisher prints counts as computed;
        - ``group``, ``group_kind``: ``high``, ``upper_middle``, ``lower_middle`` or ``low``: ``published`` where the
          publisher printed how many places stand in it, else the quarter by score, ``computed``;
        - ``percentile``: share of the other places that score lower, 0 to 100;
        - ``median``, ``low_quarter``: median and 25th percentile of the year's scores;
        - ``share``: (score - scale minimum) / (scale maximum - scale minimum), or the score printed in percent of
          its maximum; missing where neither that nor the maximum is printed;
        - ``percent``: the score in percent of its maximum, where it is printed so;
        - ``gap``: (score - median) in shares of the scale;
        - ``panel``: ``complete`` or ``partial``; ``scored``, ``expected``: places with a score, places covered.

    Raises
    ------
    ChoiceError
        The table is a part of the published one: compute on the whole, then filter.

    Examples
    --------
    >>> from indexlib import load_scores
    >>> s = standing(load_scores("papi"))
    >>> row = s.query("year == 2024 and place == 'thanh_hoa' and component == 'papi'").iloc[0]
    >>> int(row["rank"]), int(row["base"]), row["rank_kind"]
    (13, 61, 'computed')
    """
    return build(whole(scores)).once(_standing)


def rank_among(scores: np.ndarray, value: Any) -> Any:
    """Place of a score, or of each of several: one more than the scores that are higher; ties share the better place.

    Scores nearer than :data:`SAME` are one: publishers print four decimals at most, so no two published scores
    come so near, while a score that was added up lies off a published one in the last binary digit.

    Examples
    --------
    >>> rank_among(np.array([0.3, 0.5, 0.3]), [0.5, 0.1 + 0.2]).tolist()
    [1, 2]
    """
    scores = np.asarray(scores)
    return len(scores) + 1 - np.searchsorted(np.sort(scores), np.asarray(value) + SAME, "right")


def _standing(panel: Panel) -> pd.DataFrame:
    rows = panel.rows
    rank, lower, quartiles = _places(panel)
    complete = panel.of_group(panel.whole)
    scored = panel.of_group(panel.scored)
    score = rows["score"].to_numpy(dtype=float)
    ranked = complete & ~np.isnan(score)
    low, median, high = (np.where(complete, panel.of_group(q), np.nan) for q in quartiles)
    bottom, top = panel.of_component(panel.low), panel.of_component(panel.high)
    printed = rows["rank"].notna().to_numpy()
    beyond = printed & (rows["rank"] > _ranks_printed(rows)).to_numpy()
    kind = choose([beyond, printed, ranked], ["computed", "published", "computed"], "none")
    group = choose([~ranked, score >= high, score >= median, score >= low], ["", *GROUPS[:3]], GROUPS[3])
    groups = _groups_printed(panel, panel.cell(rank), scored, score >= median, group)
    return rows[["year", "place", "component", "score"]].assign(
        rank=np.where(printed, rows["rank"], np.where(ranked, panel.cell(rank), np.nan)),
        base=np.where(printed, rows["rank_base"], np.where(ranked, scored, np.nan)),
        rank_kind=kind, **groups,
        percentile=np.where(ranked & (scored > 1), 100 * panel.cell(lower) / np.maximum(scored - 1, 1), np.nan),
        median=median, low_quarter=low, share=panel.cell(panel.share),
        percent=rows["percent"].to_numpy(dtype=float) if "percent" in rows else np.nan,
        gap=(score - median) / (top - bottom), panel=choose([complete], ["complete"], "partial"), scored=scored,
        expected=panel.of_group(panel.expected))


def _groups_printed(panel: Panel, rank: np.ndarray, scored: np.ndarray, upper: np.ndarray,
                    quarter: pd.Categorical) -> dict[str, pd.Categorical]:
    """Group of each score by the printed sizes, counted from the top and from the bottom, else its quarter; and which.

    Between groups of known sizes a place stands above or below the median.
    """
    names, codes = quarter.categories.tolist(), quarter.codes.copy()
    code, printed = {name: names.index(name) for name in GROUPS}, np.zeros(len(codes), dtype=bool)
    for (component, year), own in load_catalogue().groups.groupby(["component", "year"]):
        if component not in panel.components:
            continue
        at = np.flatnonzero((panel.at[1] == panel.components.index(component)) & (panel.years[panel.at[2]] == year)
                            & (codes != names.index("")))
        sizes, ours = own.set_index("group")["places"], codes[at]
        codes[at] = np.where(upper[at], code["upper_middle"], code["lower_middle"])
        for groups, place in ((GROUPS, rank[at]), (GROUPS[::-1], scored[at] - rank[at] + 1)):
            if groups[0] not in sizes:  # that end is not printed: the quarter is ours
                codes[at[ours == code[groups[0]]]] = code[groups[0]]
            last = 0.0
            for name in groups:
                if name not in sizes:
                    break
                inside = at[(place > last) & (place <= last + sizes[name])]
                codes[inside], printed[inside], last = code[name], True, last + sizes[name]
    return {"group": pd.Categorical.from_codes(codes, names),
            "group_kind": choose([printed, codes != names.index("")], ["published", "computed"], "")}


def _ranks_printed(rows: pd.DataFrame) -> pd.Series:
    """How many ranks the publisher prints of each row's index and year; infinite where it prints all."""
    limit = pd.Series(np.inf, index=rows.index)
    editions = load_catalogue().editions.dropna(subset="ranks_printed")
    for e in editions.itertuples(index=False):
        limit[(rows["component"] == e.index) & rows["year"].between(e.first_year, e.last_year)] = e.ranks_printed
    return limit


def _places(panel: Panel) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Rank of each place, number of places below it, and quartiles of each whole panel."""
    rank, lower = np.full(panel.score.shape, np.nan), np.full(panel.score.shape, np.nan)
    quartiles = [np.full(panel.whole.shape, np.nan) for _ in range(3)]
    for g, c, y, members in panel.columns_of():
        x = panel.score[members, c, y]
        ordered = np.sort(x)
        rank[members, c, y] = rank_among(ordered, x)
        lower[members, c, y] = np.searchsorted(ordered, x, "left")
        for out, q in zip(quartiles, (0.25, 0.5, 0.75), strict=True):
            out[g, c, y] = _quantile(ordered, q)
    return rank, lower, quartiles


def _quantile(ordered: np.ndarray, q: float) -> float:
    """Quantile of sorted values by linear interpolation."""
    at = q * (len(ordered) - 1)
    i = int(at)
    return ordered[i] if at == i else ordered[i] + (at - i) * (ordered[i + 1] - ordered[i])
