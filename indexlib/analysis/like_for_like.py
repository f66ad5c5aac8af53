"""The part of a total or dimension that is measured alike in all years asked, summed by ourselves.

It is never the index: it leaves out what is measured otherwise in one of the years, says what, and is not
offered where what is left is less than half of the scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from indexlib.analysis.outlook import effects
from indexlib.analysis.panel import Panel, build
from indexlib.base.problems import NoDataError
from indexlib.data import files
from indexlib.data.asked import as_written
from indexlib.data.catalogue import PART, load_catalogue

#: Least share of the scale that the parts measured alike must cover.
LEAST_SHARE = 0.5


@dataclass(frozen=True)
class LikeForLike:
    """A sum of the parts measured alike.

    Attributes
    ----------
    component : str
    first, last : int
        Years asked.
    weights : tuple of int or None
        First and last year of the one set of weights that all years are summed by; ``None`` for a plain sum.
    share : float
        Share of the whole scale that the parts cover, in the year where they cover least.
    parts : DataFrame
        Every part of the finest level that some year asked has: ``component``, ``alike``, ``effect`` (points of the sum
        for one point of the part), ``since`` (of a part left out: the first year asked in which it is measured
        otherwise, is new or has gone).
    figures : DataFrame
        ``year``, ``place``, ``score``, ``rank``, ``base``, ``median``: one row for every place and year with all the
        parts; the last three only where the panel of every part is whole. Empty where not offered.
    """

    component: str
    first: int
    last: int
    weights: tuple[int, int] | None
    share: float
    parts: pd.DataFrame
    figures: pd.DataFrame

    @property
    def offered(self) -> bool:
        """Whether the parts measured alike are at least half of the scale."""
        return self.share >= LEAST_SHARE


@as_written
def like_for_like(scores: pd.DataFrame | Panel, component: str, first: int, last: int,
                  weights_of: int | None = None) -> LikeForLike:
    """Sum the parts of a total or dimension that are measured alike in all years asked, for every place.

    Parameters
    ----------
    scores : DataFrame or Panel
        Columns of :func:`indexlib.load_scores`, the whole panel.
    component : str
        Code of a total or dimension of PAPI, or of the total of PCI.
    first, last : int
    weights_of : int, optional
        Year whose weights hold for all years; default the last.

    Returns
    -------
    LikeForLike

    Raises
    ------
    NoDataError
        The index does not say how its total is made.

    Examples
    --------
    >>> from indexlib import load_scores
    >>> found = like_for_like(load_scores("papi"), "papi", 2018, 2024)
    >>> int(found.parts["alike"].sum()), len(found.parts), round(found.share, 2)
    (18, 29, 0.6)
    """
    weights_of, scores = weights_of or last, scores.rows if isinstance(scores, Panel) else scores
    index = load_catalogue().component(component).index
    worth = effects(index, weights_of)
    parts, share = _parts(component, first, last, worth.set_index("component")["effect"])
    alike = parts[parts["alike"]]
    figures = _figures(scores if share >= LEAST_SHARE else scores.iloc[:0], alike, first, last)
    return LikeForLike(component, first, last, None if (worth["basis"] == "sum").all() else _set(alike, weights_of), share,
                       parts, figures)


def reaches_back(component: str, year: int) -> int | None:
    """The earliest year from which a sum to ``year`` is offered; none where that is not before the component's own block.

    Examples
    --------
    >>> reaches_back("papi", 2024), reaches_back("pci", 2024), reaches_back("papi.6.2", 2024)
    (2018, 2021, None)
    """
    return _reaches_back(files.data_dir(), component, year)


@files.remembered
def _reaches_back(folder: Path, component: str, year: int) -> int | None:
    catalogue = load_catalogue()
    own = catalogue.with_block(pd.DataFrame({"component": [component], "year": [year]}))["block"].iloc[0]
    blocks = catalogue.comparability.loc[catalogue.comparability["component"] == component, "first_year"]
    if not own or not _leaves(component):
        return None
    try:
        worth = effects(catalogue.component(component).index, year).set_index("component")["effect"]
    except NoDataError:
        return None
    return next((y for y in range(int(blocks.min()), int(own)) if _parts(component, y, year, worth)[1] >= LEAST_SHARE), None)


def _parts(component: str, first: int, last: int, effect: pd.Series) -> tuple[pd.DataFrame, float]:
    """Parts of the finest level in the years asked, and the least share that those measured alike cover."""
    catalogue, years = load_catalogue(), np.arange(first, last + 1)
    leaves = _leaves(component)
    grid = pd.DataFrame({"component": np.repeat(leaves, len(years)), "year": np.tile(years, len(leaves))})
    grid = catalogue.with_block(grid)
    shape = len(leaves), len(years)
    block = grid["block"].to_numpy().reshape(shape)
    width = (grid["scale_max"] - grid["scale_min"]).to_numpy(dtype=float).reshape(shape)
    worth = np.array([_effect(leaf, component, effect) for leaf in leaves])
    alike = (block == block[:, -1:]).all(axis=1) & (block > 0).all(axis=1)
    there = block > 0
    points = np.where(there, width * worth[:, None], 0.0)
    share = float((points[alike].sum(axis=0) / points.sum(axis=0)).min()) if alike.any() and len(years) else 0.0
    otherwise = [years[1:][row[1:] != row[:-1]] for row in block]
    frame = pd.DataFrame({"component": leaves, "alike": alike, "effect": worth, "since": pd.array(
        [pd.NA if same or not len(edge) else int(edge[0]) for same, edge in zip(alike, otherwise, strict=True)], "Int64")})
    return frame[there.any(axis=1)].reset_index(drop=True), 0.0 if np.isnan(share) else share


def _leaves(component: str) -> list[str]:
    """Components without parts under a component, in the order of the catalogue."""
    c = load_catalogue().components
    c = c[c["level"] != PART]
    parts = c.loc[c["parent"] == component, "component"].tolist()
    return [leaf for part in parts for leaf in (_leaves(part) or [part])]


def _effect(leaf: str, component: str, effect: pd.Series) -> float:
    """Points of a component for one point of a leaf: dimensions are sums, a total weighs the parts right below it."""
    catalogue, code = load_catalogue(), leaf
    while catalogue.component(code).parent != component:
        code = catalogue.component(code).parent
    return float(effect.get(code, np.nan)) if catalogue.component(component).parent == "" else 1.0


def _set(alike: pd.DataFrame, year: int) -> tuple[int, int]:
    """Years of the set of weights that holds in a year."""
    w = load_catalogue().weights
    w = w[w["component"].isin(alike["component"]) & (w["first_year"] <= year) & (w["last_year"] >= year)]
    return int(w["first_year"].max()), int(w["last_year"].min())


def _figures(scores: pd.DataFrame, alike: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """The sum of every place and year with all the parts, and where it stands."""
    own = scores[scores["year"].between(first, last) & scores["component"].isin(alike["component"])]
    panel = build(own)
    at = [panel.components.index(c) for c in alike["component"]] if len(own) else []
    # Sums of the same figures are the same to the ninth decimal, and so in their places; their last binary digits are not.
    total = np.round(np.einsum("pcy,c->py", panel.score[:, at], alike["effect"].to_numpy()[:len(at)]), 9)
    shape = total.shape
    rows = pd.DataFrame({"year": np.broadcast_to(panel.years, shape).ravel(),
                         "place": np.repeat(np.array(panel.places, dtype=object), shape[1]), "score": total.ravel(),
                         "group": np.repeat(panel.group, shape[1]),
                         "whole": np.all(panel.whole[:, at], axis=1)[panel.group].ravel()})
    rows = rows[rows["score"].notna() & bool(at)]
    of_panel = rows[rows["whole"]].groupby(["year", "group"])["score"]
    placed = pd.DataFrame({"rank": of_panel.rank(method="min", ascending=False), "base": of_panel.transform("size"),
                           "median": of_panel.transform("median")}, dtype=float)
    return rows[["year", "place", "score"]].join(placed).sort_values(["year", "place"]).reset_index(drop=True)
