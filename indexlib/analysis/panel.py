"""The panel of scores as arrays: places x components x years, with blocks, scales and wholeness.

Everything that compares places or years works on these arrays; frames are made at the edges.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from indexlib.base.problems import ChoiceError
from indexlib.base.wording import t
from indexlib.data import files
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places
from indexlib.data.scores import load_scores, load_withheld

Found = TypeVar("Found")


@dataclass(frozen=True)
class Panel:
    """Scores as an array, and where each row of the table they came from stands in it.

    Attributes
    ----------
    rows : DataFrame
        The score table as given, with a fresh index.
    at : tuple of arrays
        Place, component and year position of each row.
    places, components : list of str
    years : array of int
        Every year from the first to the last.
    score : array (places, components, years)
        NaN where there is no score.
    held : boolean array of the same shape
        Withheld by the publisher.
    block : array (components, years)
        First year of the comparable block; 0 where the catalogue has none.
    low, high : arrays (components, years)
        Scale; ``high`` is NaN where no maximum is printed.
    group : array (places)
        Number of the group of places compared with each other: one level under one parent.
    expected : array (groups, components, years)
        Places that the edition covers.
    """

    rows: pd.DataFrame
    at: tuple[np.ndarray, np.ndarray, np.ndarray]
    places: list[str]
    components: list[str]
    years: np.ndarray
    score: np.ndarray
    held: np.ndarray
    block: np.ndarray
    low: np.ndarray
    high: np.ndarray
    group: np.ndarray
    expected: np.ndarray
    _made: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, make: Callable[..., Found], *asked: Hashable) -> Found:
        """What a function makes of this panel and of what is asked: made at the first call, the same object after it."""
        key = (make, *asked)
        if key not in self._made:
            self._made[key] = make(self, *asked)
        return self._made[key]

    @cached_property
    def members(self) -> list[np.ndarray]:
        """Positions of the places of each group."""
        return [np.flatnonzero(self.group == g) for g in range(self.expected.shape[0])]

    @cached_property
    def scored(self) -> np.ndarray:
        """Places with a score, by group, component and year."""
        return np.stack([(~np.isnan(self.score[m])).sum(axis=0) for m in self.members])

    @cached_property
    def whole(self) -> np.ndarray:
        """Whether every place that the edition covers has a score or is withheld."""
        held = np.stack([(self.held[m] & np.isnan(self.score[m])).sum(axis=0) for m in self.members])
        return (self.scored > 0) & (self.scored + held >= self.expected)

    @cached_property
    def decimals(self) -> np.ndarray:
        """Published decimals of each component."""
        catalogue = load_catalogue()
        return np.array([catalogue.decimals(c.split(".")[0]) for c in self.components])

    @cached_property
    def share(self) -> np.ndarray:
        """Scores in shares of the scale; of a score printed in percent of its maximum, that percent."""
        share = (self.score - self.low) / (self.high - self.low)
        if "percent" not in self.rows:
            return share
        printed = self.spread(self.rows["percent"]) / 100
        return np.where(np.isnan(printed), share, printed)

    def cell(self, values: np.ndarray) -> np.ndarray:
        """Values (places, components, years) at the rows of the table."""
        return values[self.at]

    def of_component(self, values: np.ndarray) -> np.ndarray:
        """Values (components, years) at the rows of the table."""
        return values[self.at[1], self.at[2]]

    def of_group(self, values: np.ndarray) -> np.ndarray:
        """Values (groups, components, years) at the rows of the table."""
        return values[self.group[self.at[0]], self.at[1], self.at[2]]

    def by_component(self, values: list[str]) -> pd.Categorical:
        """A name per component at the rows of the table."""
        names = list(dict.fromkeys(values))
        number = {name: i for i, name in enumerate(names)}
        return pd.Categorical.from_codes(np.array([number[v] for v in values], dtype=np.int16)[self.at[1]], names)

    def spread(self, column: pd.Series) -> np.ndarray:
        """A column of the table as an array (places, components, years)."""
        out = np.full(self.score.shape, np.nan)
        out[self.at] = column.to_numpy(dtype=float)
        return out

    def columns_of(self) -> list[tuple[int, int, int, np.ndarray]]:
        """(group, component, year, positions of the scored places) of the whole panels."""
        out = []
        for g, c, y in zip(*np.nonzero(self.whole), strict=True):
            members = self.members[g]
            out.append((g, c, y, members[~np.isnan(self.score[members, c, y])]))
        return out


def choose(conditions: list[np.ndarray], names: list[str], default: str) -> pd.Categorical:
    """The name of the first condition that holds at each row; compact, unlike an array of texts."""
    categories = list(dict.fromkeys([*names, default]))
    codes = np.full(len(conditions[0]), categories.index(default), dtype=np.int8)
    for condition, name in zip(reversed(conditions), reversed(names), strict=True):
        codes[np.asarray(condition, dtype=bool)] = categories.index(name)
    return pd.Categorical.from_codes(codes, categories)


def build(scores: pd.DataFrame | Panel) -> Panel:
    """Arrange a score table as a panel; a panel is returned as it is.

    Parameters
    ----------
    scores : DataFrame or Panel
        Columns of :func:`indexlib.load_scores`; one row per year, place and component.
    """
    if isinstance(scores, Panel):
        return scores
    rows = scores.reset_index(drop=True)
    # A place withheld throughout has no row, and counts as withheld all the same.
    p, places = pd.factorize(pd.concat([rows["place"], load_withheld()["place"]], ignore_index=True))
    p = p[: len(rows)]
    c, components = pd.factorize(rows["component"])
    first, last = (int(rows["year"].min()), int(rows["year"].max())) if len(rows) else (0, -1)
    years = np.arange(first, last + 1)
    y = rows["year"].to_numpy(dtype=int) - first
    shape = (len(places), len(components), len(years))
    score = np.full(shape, np.nan)
    score[p, c, y] = rows["score"].to_numpy(dtype=float)
    block, low, high = _blocks(list(components), years)
    group, expected = _groups(list(places), list(components), years)
    return Panel(rows, (p, c, y), list(places), list(components), years, score,
                 _held(places, components, years), block, low, high, group, expected)


def whole(scores: pd.DataFrame | Panel) -> pd.DataFrame | Panel:
    """A score table as given, refused where it is a part of the published one: of a component and year some places only.

    Raises
    ------
    ChoiceError
        Ranks, medians and groups of some of the places would be wrong; the text says what to give.
    """
    if isinstance(scores, Panel) or scores.empty:
        return scores
    keys, known = ["component", "year"], load_scores()
    given, published = scores.groupby(keys, observed=True).size(), known.groupby(keys, observed=True).size()
    fewer = given[given < published.reindex(given.index).fillna(0)].index
    if len(fewer):
        near = scores[pd.MultiIndex.from_frame(scores[keys]).isin(fewer)]
        both = near.merge(known[[*keys, "place", "score"]], "left", [*keys, "place"], suffixes=("", "_published"))
        same = both["score"].eq(both["score_published"]) | both["score"].isna()
        cut = same.groupby([both[k] for k in keys]).all()
        if cut.any():
            component, year = cut[cut].index[-1]
            raise ChoiceError(t("choice.cut_down", component=load_catalogue().label(component), year=year,
                                given=given[component, year], all=published[component, year]))
    return scores


def load_panel(level: str = "province", parent: str = "") -> Panel:
    """The panel of all scores of the places that are compared, with what was found in it, until the data change.

    Parameters
    ----------
    level, parent : str
        Level of the places, and the place above them; what the panel holds is not to be changed.
    """
    return _load(files.data_dir(), level, parent)


@files.remembered
def _load(folder: Path, level: str, parent: str) -> Panel:
    table, scores = load_places().places, load_scores()
    of = table.loc[(table["level"] == level) & (table["parent"] == parent), "code"]
    return build(scores[scores["place"].isin(of)])


def _blocks(components: list[str], years: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    grid = pd.DataFrame({"component": np.repeat(components, len(years)), "year": np.tile(years, len(components))})
    grid = load_catalogue().with_block(grid)
    shape = (len(components), len(years))
    return tuple(grid[k].to_numpy().reshape(shape) for k in ("block", "scale_min", "scale_max"))


def _held(places: pd.Index, components: pd.Index, years: np.ndarray) -> np.ndarray:
    held = load_withheld()
    p, c = pd.Index(places).get_indexer(held["place"]), pd.Index(components).get_indexer(held["component"])
    y = held["year"].to_numpy() - (years[0] if len(years) else 0)
    inside = (p >= 0) & (c >= 0) & (y >= 0) & (y < len(years))
    out = np.zeros((len(places), len(components), len(years)), dtype=bool)
    out[p[inside], c[inside], y[inside]] = True
    return out


def _groups(places: list[str], components: list[str], years: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number the groups of places, and count the places each should have by component and year."""
    table = load_places().places
    known = table.drop_duplicates("code").set_index("code").reindex(places)
    keys = list(zip(known["level"], known["parent"], strict=True))
    names = list(dict.fromkeys(keys))
    number = {key: i for i, key in enumerate(names)}
    expected = np.zeros((max(len(names), 1), len(components), len(years)), dtype=int)
    for (level, parent), g in number.items():
        own = table[(table["level"] == level) & (table["parent"] == parent)]
        first, last = own["first_year"].to_numpy(), own["last_year"].to_numpy()
        expected[g] = [((first <= y) & (y <= last)).sum() for y in years]
        if level == "province":
            _cover(expected[g], components, years)
    return np.array([number[k] for k in keys], dtype=int), expected


def _cover(expected: np.ndarray, components: list[str], years: np.ndarray) -> None:
    """Where an edition covers a number of provinces of its own, take that."""
    index = np.array([c.split(".")[0] for c in components])
    e = load_catalogue().editions
    for name, first, last, n in zip(e["index"], e["first_year"], e["last_year"], e["places_ranked"], strict=True):
        if not np.isnan(n):
            expected[np.ix_(index == name, (first <= years) & (years <= last))] = int(n)
