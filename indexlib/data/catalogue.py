"""Indices, editions, the component tree, and the years over which a component is comparable."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from indexlib.base.problems import ChoiceError
from indexlib.base.wording import listing, own, t
from indexlib.data import files

TABLES = {
    "indices": ["index", "short_name", "name_vi", "name_en", "publisher_vi", "publisher_en", "unit",
                "file", "slack", "withholds", "parts", "reader"],
    "editions": ["index", "first_year", "last_year", "legal_basis", "scale_min", "scale_max", "total_rule",
                 "places_ranked", "ranks_printed", "decimals", "note_vi", "note_en", "source"],
    "components": ["component", "index", "parent", "level", "number", "name_vi", "name_en", "unit",
                   "first_year", "last_year", "name_basis", "note"],
    "comparability": ["component", "first_year", "last_year", "scale_min", "scale_max", "evidence",
                      "edge_vi", "edge_en", "edge_source"],
    "cautions": ["component", "year", "caution_vi", "caution_en"],
    "weights": ["component", "first_year", "last_year", "weight", "fits_to", "basis", "note"],
    "not_published": ["component", "first_year", "last_year", "reason_vi", "reason_en"],
    "groups": ["component", "year", "group", "places", "source"],
    "labels": ["component", "label", "language", "first_year", "last_year", "source"],
}
#: A total; its parts by how they were collected, which are never flagged on their own.
TOTAL, PART = "total", "part"
#: Sums of a publisher whose figures are not known to miss hold but for the arithmetic of computers.
EXACT = 1e-9


@dataclass(frozen=True)
class Index:
    """One index: who publishes it, how its figures are read and where they are kept.

    Attributes
    ----------
    code, short_name, name_vi, name_en, publisher_vi, publisher_en, unit : str
        ``par``, ``PAR INDEX``, ...
    file : str
        Its table under ``data/scores``.
    slack : float
        How far a sum may miss where its figures are not rounded, in points.
    withholds : bool
        Whether the publisher holds scores back: a mark in place of a figure means that nowhere else.
    parts : tuple of str
        Scores that add up to the total beside its components.
    reader : str
        Who reads the publisher's files; empty: figures come by the template alone.
    """

    code: str
    short_name: str
    name_vi: str
    name_en: str
    publisher_vi: str
    publisher_en: str
    unit: str
    file: str
    slack: float
    withholds: bool
    parts: tuple[str, ...]
    reader: str


@dataclass(frozen=True)
class Component:
    """One component of an index.

    Attributes
    ----------
    code : str
        ``papi.6.2``; codes are by concept and never reused.
    index, parent, level : str
        Index code; code of the component above (empty for a total); ``total``, ``dimension``,
        ``subdimension``, ``subindex``, ``field``, ``aspect``, ``factor``, ``content``,
        ``policy_group`` or ``part``.
    number : str
        Number as printed beside the name (``6.2``); empty for totals.
    name_vi, name_en : str
    unit : str
        ``point`` or ``percent``.
    """

    code: str
    index: str
    parent: str
    level: str
    number: str
    name_vi: str
    name_en: str
    unit: str

    @property
    def name(self) -> str:
        """Name in the language in force."""
        return own(self, "name")


@dataclass(frozen=True)
class Catalogue:
    """The catalogue tables as frames; see ``data/README.md`` for their columns."""

    indices: pd.DataFrame
    editions: pd.DataFrame
    components: pd.DataFrame
    comparability: pd.DataFrame
    cautions: pd.DataFrame
    weights: pd.DataFrame
    labels: pd.DataFrame
    not_published: pd.DataFrame
    groups: pd.DataFrame

    @cached_property
    def order(self) -> dict[str, int]:
        """Position of each component in the catalogue, for sorting."""
        return {code: i for i, code in enumerate(self.components["component"])}

    @cached_property
    def _by_code(self) -> dict[str, Component]:
        c = self.components
        fields = zip(c["component"], c["index"], c["parent"], c["level"], c["number"], c["name_vi"],
                     c["name_en"], c["unit"], strict=True)
        return {row[0]: Component(*row) for row in fields}

    def component(self, code: str) -> Component:
        """Component of a code; ``KeyError`` if there is none."""
        return self._by_code[code]

    def short_name(self, index: str) -> str:
        """Name of an index as people write it: ``PAR INDEX``."""
        return self.by_index[index].short_name

    def label(self, code: str) -> str:
        """Index, number and name: ``PAPI 6.2 Giáo dục tiểu học công lập``; a total is the index's name."""
        c = self.component(code)
        short = self.short_name(c.index)
        return short if c.level == TOTAL else " ".join(x for x in (short, c.number, c.name) if x)

    @cached_property
    def by_index(self) -> dict[str, Index]:
        """The indices by code, in the order in which they are shown."""
        rows = self.indices.assign(slack=self.indices["slack"].fillna(EXACT), withholds=self.indices["withholds"] == "1",
                                   parts=[tuple(x.split("; ")) if x else () for x in self.indices["parts"]])
        return {row[0]: Index(*row) for row in rows.itertuples(index=False, name=None)}

    @cached_property
    def _decimals(self) -> dict[str, int]:
        return self.editions.groupby("index")["decimals"].max().astype(int).to_dict()

    def decimals(self, index: str) -> int:
        """Decimals in which an index is published; falls are judged at them."""
        return self._decimals[index]

    def edition(self, index: str, year: int) -> dict[str, Any]:
        """How an index was made in a year, a row of ``editions.csv``; empty where that is not known."""
        mine = (e for e in self._edition_rows if e["index"] == index and e["first_year"] <= year <= e["last_year"])
        return dict(next(mine, {}))

    @cached_property
    def _edition_rows(self) -> list[dict[str, Any]]:
        return self.editions.to_dict("records")

    def effects(self, index: str, year: int) -> pd.DataFrame:
        """Points of the total that one point of each component below it is worth in a year.

        Returns
        -------
        DataFrame
            ``component``, ``effect``, ``basis``: ``sum``, or that of the weight; no rows where no edition says how
            the total is made, weights do not make up 100 %, or a scale is not known.
        """
        rule = self.edition(index, year).get("total_rule")
        parts = [c for c in self.valid(year, index) if self.component(c).parent == index]
        scales = self.with_block(pd.DataFrame({"component": [index, *parts], "year": year}))
        top, frame = scales["scale_max"].iloc[0], scales[1:].reset_index(drop=True)
        known, frame["effect"], frame["basis"] = scales["scale_max"].notna().all(), 1.0, rule
        if rule != "sum":
            w = self.weights
            frame = frame.drop(columns="basis").merge(w[(w["first_year"] <= year) & (w["last_year"] >= year)], on="component")
            # A sub-index that runs to 10 of a total that runs to 100: a weight of 5 % is worth half a point.
            frame["effect"] = frame["weight"] * top / (100 * frame["scale_max"])
            known &= rule == "weights" and abs(frame["weight"].sum() - 100) < 1e-9
        return frame.loc[[bool(known)] * len(frame), ["component", "effect", "basis"]]

    def valid(self, year: int, index: str | None = None) -> list[str]:
        """Components that the catalogue has in a year, in its order, without the parts of a total."""
        if (year, index) not in self._valid:
            blocks, c = self.comparability, self.components
            codes = set(blocks.loc[(blocks["first_year"] <= year) & (blocks["last_year"] >= year), "component"])
            keep = c["component"].isin(codes) & (c["level"] != PART)
            if index is not None:
                keep &= c["index"] == index
            self._valid[year, index] = c.loc[keep, "component"].tolist()
        return list(self._valid[year, index])

    def scales(self, year: int) -> dict[str, tuple[float, float]]:
        """Lowest and highest score of each component that has a block in a year."""
        if year not in self._scales:
            b = self.comparability
            own = b[(b["first_year"] <= year) & (b["last_year"] >= year)]
            scales = zip(own["scale_min"], own["scale_max"], strict=True)
            self._scales[year] = dict(zip(own["component"], scales, strict=True))
        return self._scales[year]

    @cached_property
    def _scales(self) -> dict[int, dict[str, tuple[float, float]]]:
        """Scales of a year, once asked for."""
        return {}

    @cached_property
    def _valid(self) -> dict[tuple[int, str | None], list[str]]:
        """Components of a year and index, once asked for."""
        return {}

    def with_block(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Add to rows of (component, year) their comparable block.

        Adds ``block`` (its first year; 0 where the catalogue has no block), ``scale_min`` and
        ``scale_max``, keeping the rows' order and index.
        """
        names, number, first, last, low, high = self._blocks
        year, of = frame["year"].to_numpy(), names.get_indexer(frame["component"])
        # Blocks stand in the order of component and first year, so the last that starts by the year is the one.
        at = np.searchsorted(number * 10_000 + first, of * 10_000 + year, "right") - 1
        inside = (of >= 0) & (at >= 0) & (number[at] == of) & (year <= last[at])
        return frame.assign(block=np.where(inside, first[at], 0), scale_min=np.where(inside, low[at], np.nan),
                            scale_max=np.where(inside, high[at], np.nan))

    @cached_property
    def _blocks(self) -> tuple[pd.Index, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Names of the components, and of each block the number of its component, its years and its scale."""
        b, names = self.comparability, pd.Index(self.comparability["component"].unique())
        b = b.assign(number=names.get_indexer(b["component"])).sort_values(["number", "first_year"])
        return names, *(b[k].to_numpy() for k in ("number", "first_year", "last_year", "scale_min", "scale_max"))

    def edge(self, component: str, year: int) -> str:
        """Why a component cannot be compared with the years before the block that holds ``year``."""
        b = self.comparability
        row = b[(b["component"] == component) & (b["first_year"] <= year) & (b["last_year"] >= year)]
        return own(row.iloc[0].to_dict(), "edge") if len(row) else ""

    def not_printed(self, component: str, year: int) -> str:
        """Why the publisher does not print a component for every place in a year; empty where it does."""
        n = self.not_published
        row = n[(n["component"] == component) & (n["first_year"] <= year) & (n["last_year"] >= year)]
        return own(row.iloc[0].to_dict(), "reason") if len(row) else ""

    def cautions_after(self, component: str, first: int, last: int) -> list[str]:
        """Warnings for comparisons across the years after ``first`` up to ``last``, in order."""
        c = self.cautions
        known = c[(c["component"] == component) & (c["year"] > first) & (c["year"] <= last)].sort_values("year")
        return [own(row, "caution") for row in known.to_dict("records")]

    def caution(self, component: str, year: int) -> str:
        """Warning for a change into ``year`` inside a block; empty if there is none."""
        c = self.cautions
        row = c[(c["component"] == component) & (c["year"] == year)]
        return own(row.iloc[0].to_dict(), "caution") if len(row) else ""


def index_codes() -> list[str]:
    """Codes of the indices of the data folder in force, in the order in which they are shown.

    Examples
    --------
    >>> index_codes()
    ['papi', 'pci', 'par', 'sipas']
    """
    return list(load_catalogue().by_index)


def find_index(text: object) -> str:
    """Code of the index that a code or short name stands for, in any case.

    Examples
    --------
    >>> find_index("PAPI"), find_index("par index")
    ('papi', 'par')
    """
    key = " ".join(str(text).casefold().replace("_", " ").split())
    for code, index in load_catalogue().by_index.items():
        if key in (code, index.short_name.casefold()):
            return code
    raise ChoiceError(t("choice.index", value=text, known=listing(index_codes())))


def load_catalogue() -> Catalogue:
    """The catalogue of the data folder in force, read once."""
    return _load(files.data_dir())


@files.remembered
def _load(folder: Path) -> Catalogue:
    tables = {name: files.read_table(folder / "catalogue" / f"{name}.csv", columns)
              for name, columns in TABLES.items()}
    for name in ("editions", "components", "comparability", "weights", "labels", "not_published"):
        tables[name] = files.years(tables[name], folder / "catalogue" / f"{name}.csv")
    for name, columns in {"editions": ["scale_min", "scale_max", "places_ranked", "ranks_printed", "decimals"],
                          "comparability": ["scale_min", "scale_max"], "cautions": ["year"],
                          "groups": ["year", "places"],
                          "weights": ["weight", "fits_to"], "indices": ["slack"]}.items():
        tables[name] = files.numbers(tables[name], folder / "catalogue" / f"{name}.csv", columns)
    return Catalogue(**tables)
