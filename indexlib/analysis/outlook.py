"""What moved the total, and what reaching a target would take."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib.analysis.changes import changes
from indexlib.analysis.noise import differences
from indexlib.analysis.panel import Panel, build
from indexlib.analysis.standing import rank_among, standing
from indexlib.base.problems import NoDataError
from indexlib.base.wording import t
from indexlib.data.asked import as_written
from indexlib.data.catalogue import load_catalogue

#: Gains of a component that count as its largest.
LARGEST = 10


@as_written
def effects(index: str, year: int) -> pd.DataFrame:
    """Points of the total that one point of each component is worth.

    Parameters
    ----------
    index : str
        One whose total is a sum or weighted: ``papi``, ``pci``.
    year : int

    Returns
    -------
    DataFrame
        ``component``, ``effect``, ``basis``: ``sum``, or of a weight ``recovered`` (from published figures) or ``published``.

    Raises
    ------
    NoDataError
        The index does not say how its total is made in that year.

    Examples
    --------
    >>> effects("pci", 2024).query("component == 'pci.5'")[["effect", "basis"]].values.tolist()
    [[1.5, 'recovered']]
    """
    frame = load_catalogue().effects(index, year)
    if frame.empty:
        raise NoDataError(t("outlook.no_rule", index=load_catalogue().short_name(index), year=year))
    return frame


@as_written
def contributions(scores: pd.DataFrame | Panel, place: str, year: int, index: str) -> pd.DataFrame:
    """What each component added to the change of the total since the year before.

    Parameters
    ----------
    scores : DataFrame or Panel
        Columns of :func:`indexlib.load_scores`.
    place : str
        Code of a place.
    year : int
    index : str

    Returns
    -------
    DataFrame
        Largest fall first: ``component``, ``change`` (points of the component), ``effect``, ``contribution``
        (points of the total), ``basis``, ``total_change``, ``rest`` (change of the total that the contributions
        do not explain: the rounding of what is published).

    Raises
    ------
    NoDataError
        The total or a component cannot be compared with the year before, or is not at hand.

    Examples
    --------
    >>> from indexlib import load_scores
    >>> c = contributions(load_scores("papi"), "thanh_hoa", 2024, "papi")
    >>> c["component"].iloc[0], bool(abs(c["rest"].iloc[0]) < 1e-4)
    ('papi.6', True)
    """
    catalogue, weights = load_catalogue(), effects(index, year)
    moved = changes(scores)
    moved = moved[(moved["place"] == place) & (moved["year"] == year)].set_index("component")
    wanted = [index, *weights["component"]]
    bad = [c for c in wanted if c not in moved.index or not moved.at[c, "comparable"]]
    if bad:
        bad = [index] if index in bad else bad
        raise NoDataError(t("outlook.not_comparable", year=year, before=year - 1,
                            names=", ".join(catalogue.label(c) for c in bad)))
    total = float(moved.at[index, "change"])
    frame = weights.assign(change=weights["component"].map(moved["change"]))
    frame["contribution"] = frame["change"] * frame["effect"]
    frame["total_change"], frame["rest"] = total, total - frame["contribution"].sum()
    columns = ["component", "change", "effect", "contribution", "basis", "total_change", "rest"]
    return frame.sort_values("contribution", kind="stable")[columns].reset_index(drop=True)


def best_gains(scores: pd.DataFrame | Panel) -> pd.DataFrame:
    """Gains that places made in one year in each component, inside its blocks.

    Returns
    -------
    DataFrame
        One row per comparable gain above zero: ``component``, ``year``, ``place``, ``gain`` (share of the scale).
    """
    panel = build(scores)
    moved = differences(panel)
    share = moved.change / moved.width
    p, c, y = np.nonzero(share > 0)
    return pd.DataFrame({"component": np.array(panel.components, dtype=object)[c], "year": panel.years[y],
                         "place": np.array(panel.places, dtype=object)[p], "gain": share[p, c, y]})


@as_written
def targets(scores: pd.DataFrame | Panel, place: str, year: int, index: str, total: float | None = None,
            rank: int | None = None) -> pd.DataFrame:
    """The smallest gain of each component that alone reaches a wanted total or place, the others held.

    Parameters
    ----------
    scores : DataFrame or Panel
        Columns of :func:`indexlib.load_scores`, the whole panel.
    place : str
        Code of a place.
    year : int
    index : str
        ``papi`` or ``pci``.
    total : float, optional
        Wanted total.
    rank : int, optional
        Wanted place: the score that holds it this year is the wanted total. Give one of the two.

    Returns
    -------
    DataFrame
        ``component``, ``score``, ``gain`` needed (points of the component), ``room`` (points left to the top of
        the scale), ``within_scale``, ``best_gain`` (largest gain any place made in a year, points), ``best_place``,
        ``best_year``, ``kept`` (mean share of the ten largest gains that was left a year later), ``as_large`` (share of
        all yearly gains and falls at least as large), ``basis``, ``wanted_total``; the easiest first: the smallest gain
        beside the best one made.

    Raises
    ------
    NoDataError
        The total or a component is not at hand, or the wanted place is not known.
    """
    if (total is None) == (rank is None):
        raise ValueError("give either total or rank")
    catalogue, weights, panel = load_catalogue(), effects(index, year), build(scores)
    if (panel.rows["year"] > year).any():  # records of later years were not known then
        panel = build(panel.rows[panel.rows["year"] <= year])
    now = panel.rows[panel.rows["year"] == year]
    own = now[now["place"] == place].set_index("component")["score"]
    missing = [c for c in [index, *weights["component"]] if np.isnan(own.get(c, np.nan))]
    if missing:
        missing = [index] if index in missing else missing
        raise NoDataError(t("outlook.missing", year=year, names=", ".join(catalogue.label(c) for c in missing)))
    wanted = total if rank is None else _score_of_rank(now[now["component"] == index], index, year, rank)
    frame = weights.assign(year=year, score=weights["component"].map(own))
    frame = catalogue.with_block(frame)
    width = frame["scale_max"] - frame["scale_min"]
    frame["gain"] = np.maximum(wanted - own[index], 0) / frame["effect"]
    frame["room"] = frame["scale_max"] - frame["score"]
    frame["within_scale"] = frame["gain"] <= frame["room"] + 1e-9
    frame = frame.join(_record(panel, frame["component"].tolist()), on="component")
    frame["best_gain"] *= width
    asked = zip(frame["component"], frame["gain"] / width, strict=True)
    frame["as_large"] = [_as_large(panel, c, share) for c, share in asked]
    frame["kept"], frame["wanted_total"] = [_kept(panel, c) for c in frame["component"]], wanted
    frame["_effort"] = frame["gain"] / frame["best_gain"]
    columns = ["component", "score", "gain", "room", "within_scale", "best_gain", "best_place", "best_year", "kept",
               "as_large", "basis", "wanted_total"]
    return frame.sort_values("_effort", kind="stable")[columns].reset_index(drop=True)


def _score_of_rank(totals: pd.DataFrame, index: str, year: int, rank: int) -> float:
    """Total of the place that holds a rank; with ties, of the last place that is not worse."""
    s = standing(totals)
    holders = s.loc[(s["rank"] <= rank) & s["score"].notna()]
    if holders.empty or (s["panel"].iloc[0] == "partial" and not (s["rank"] == rank).any()):
        raise NoDataError(t("outlook.no_rank", index=load_catalogue().short_name(index), year=year, rank=rank))
    return float(holders["score"].min())


def _record(panel: Panel, components: list[str]) -> pd.DataFrame:
    """Largest yearly gain of each component with the place and year that made it."""
    gains = best_gains(panel)
    top = gains[gains["component"].isin(components)].sort_values("gain").drop_duplicates("component", keep="last")
    return top.set_index("component").rename(columns={"gain": "best_gain", "place": "best_place", "year": "best_year"})


def _kept(panel: Panel, component: str) -> float:
    """Mean share of the largest gains of a component that was left a year later, of those whose next year is comparable."""
    c, block = panel.components.index(component), panel.block
    same = (block[c, 2:] == block[c, :-2]) & (block[c, 2:] > 0)
    before, now, after = (np.where(same, panel.score[:, c, k:k + same.size], np.nan) for k in range(3))
    known = ~np.isnan(before + now + after) & (now > before)
    gain, left = (now - before)[known], (after - before)[known]
    top = np.argsort(-gain)[:LARGEST]
    return float((left[top] / gain[top]).mean()) if len(top) == LARGEST else np.nan


def score_of_rank_moves(scores: pd.DataFrame | Panel, year: int, index: str, rank: int) -> tuple[float, int]:
    """By how much the total that holds a place usually moves in a year, up to and with ``year``, inside comparable blocks.

    Returns
    -------
    float, int
        Median size of its yearly changes in points, and how many there are; whole panels only.
    """
    panel = build(scores)
    c, g = panel.components.index(index), 0
    held = {int(panel.years[y]): np.sort(panel.score[of, c, y])[-rank] for group, i, y, of in panel.columns_of()
            if (group, i) == (g, c) and len(of) >= rank and panel.years[y] <= year}
    block = dict(zip(panel.years.tolist(), panel.block[c].tolist(), strict=True))
    moves = [abs(held[y] - held[y - 1]) for y in held if y - 1 in held and block[y] == block[y - 1]]
    return (float(np.median(moves)), len(moves)) if moves else (np.nan, 0)


def _as_large(panel: Panel, component: str, share: float) -> float:
    """Share of all comparable yearly changes of a component that gain at least a share of the scale."""
    moved, c = differences(panel), panel.components.index(component)
    moves = moved.change[:, c] / moved.width[c]
    moves = moves[~np.isnan(moves)]
    return float((moves >= share - 1e-12).mean()) if len(moves) else np.nan


@as_written
def closing_gaps(scores: pd.DataFrame | Panel, place: str, year: int, index: str) -> pd.DataFrame:
    """What closing each component's gap to the median or to the best quarter would add to the total.

    Returns
    -------
    DataFrame
        ``component``, ``score``, ``to_median``, ``to_quarter`` (points of the component; 0 where already there),
        ``total_median``, ``total_quarter`` (points of the total), ``rank_median``, ``rank_quarter`` (place that the total
        would then hold, others held; missing where the panel of the total is not whole), ``basis``;
        the largest effect of reaching the median first. Components without a whole panel are left out.

    Raises
    ------
    NoDataError
        No component of the index has a whole panel in that year.
    """
    weights = effects(index, year)
    s = standing(scores)
    s = s[s["year"] == year]
    own = s[(s["place"] == place) & s["component"].isin(weights["component"]) & s["median"].notna() & s["score"].notna()]
    if own.empty:
        raise NoDataError(t("outlook.partial", index=load_catalogue().short_name(index), year=year))
    whole = s[s["score"].notna() & s["median"].notna()]
    upper = whole.groupby("component")["score"].quantile(0.75)
    frame = own[["component", "score", "median"]].merge(weights, on="component")
    frame["to_median"] = (frame["median"] - frame["score"]).clip(lower=0)
    frame["to_quarter"] = (frame["component"].map(upper) - frame["score"]).clip(lower=0)
    totals = whole[whole["component"] == index]
    here = totals.loc[totals["place"] == place, "score"]
    for name in ("median", "quarter"):
        gain = frame[f"to_{name}"] * frame["effect"]
        frame[f"total_{name}"] = gain
        frame[f"rank_{name}"] = rank_among(totals["score"], here.iloc[0] + gain) if len(here) else np.nan
    columns = ["component", "score", "to_median", "to_quarter", "total_median", "total_quarter", "rank_median",
               "rank_quarter", "basis"]
    return frame.sort_values("total_median", ascending=False, kind="stable")[columns].reset_index(drop=True)
