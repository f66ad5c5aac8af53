"""Indices, editions, the component tree, and the years over which a component is comparable."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from indexlib.base.wording import own
from indexlib.data import files

INDICES = ("papi", "pci", "par", "sipas")
TABLES = {
    "indices": ["index", "short_name", "name_vi", "name_en", "publisher_vi", "publisher_en", "unit"],
    "editions": ["index", "first_year", "last_year", "legal_basis", "scale_min", "scale_max", "total_rule",
                 "places_ranked", "ranks_printed", "decimals", "note_vi", "note_en", "source"],
    "components": ["component", "index", "parent", "level", "number", "name_vi", "name_en", "unit",
                   "first_year", "last_year", "name_basis", "note"],
    "comparability": ["component", "first_year", "last_year", "scale_min", "scale_max", "evidence",
                      "edge_vi", "edge_en", "edge_source"],
    "cautions": ["component", "year", "caution_vi", "caution_en"],
    "weights": ["component", "first_year", "last_year", "weight", "basis", "note"],
    "not_published": ["component", "first_year", "last_year", "reason_vi", "reason_en"],
    "labels": ["component", "label", "language", "first_year", "last_year", "source"],
}
#: A total; its parts by how they were collected, which are never flagged on their own.
TOTAL, PART = "total", "part"


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
        return self._short_names[index]

    def label(self, code: str) -> str:
        """Index, number and name: ``PAPI 6.2 Giáo dục tiểu học công lập``; a total is the index's name."""
        c = self.component(code)
        short = self.short_name(c.index)
        return short if c.level == TOTAL else " ".join(x for x in (short, c.number, c.name) if x)

    @cached_property
    def _short_names(self) -> dict[str, str]:
        return self.indices.set_index("index")["short_name"].to_dict()

    @cached_property
    def _decimals(self) -> dict[str, int]:
        return self.editions.groupby("index")["decimals"].max().astype(int).to_dict()

    def decimals(self, index: str) -> int:
        """Decimals in which an index is published; falls are judged at them."""
        return self._decimals[index]

    def total_rule(self, index: str, year: int) -> str:
        """How the total of a year is made, as ``editions.csv`` says; empty where there is no edition."""
        e = self.editions
        row = e[(e["index"] == index) & (e["first_year"] <= year) & (e["last_year"] >= year)]
        return str(row["total_rule"].iloc[0]) if len(row) else ""

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

    @cached_property
    def _valid(self) -> dict[tuple[int, str | None], list[str]]:
        """Components of a year and index, once asked for."""
        return {}

    def with_block(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Add to rows of (component, year) their comparable block.

        Adds ``block`` (its first year; 0 where the catalogue has no block), ``scale_min`` and
        ``scale_max``, keeping the rows' order and index.
        """
        blocks = self.comparability.sort_values("first_year", kind="stable")
        left = frame[["component", "year"]].reset_index(drop=True).astype(blocks.dtypes[["component"]])
        left["order"] = range(len(left))
        joined = pd.merge_asof(
            left.sort_values("year", kind="stable"),
            blocks[["component", "first_year", "last_year", "scale_min", "scale_max"]],
            left_on="year", right_on="first_year", by="component",
        ).sort_values("order")
        inside = (joined["year"] <= joined["last_year"]).to_numpy()
        return frame.assign(
            block=joined["first_year"].where(inside, 0).fillna(0).astype(int).to_numpy(),
            scale_min=joined["scale_min"].where(inside).to_numpy(),
            scale_max=joined["scale_max"].where(inside).to_numpy(),
        )

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
                          "weights": ["weight"]}.items():
        tables[name] = files.numbers(tables[name], folder / "catalogue" / f"{name}.csv", columns)
    return Catalogue(**tables)
