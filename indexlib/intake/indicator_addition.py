"""Taking the indicators of a file into their tables: codes by printed label, new and changed figures."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from indexlib.base.problems import DataError
from indexlib.data import files
from indexlib.data.indicators import (
    CATALOGUE,
    COLUMNS,
    FOLDER,
    cells_of,
    check_tables,
    indicator_catalogue,
    order,
    table,
    tables,
    unit_of,
)
from indexlib.data.scores import by_line, load_sources
from indexlib.intake.reading import Reading
from indexlib.intake.table.indicators import label_key

KEYS = ["year", "place", "indicator"]


@dataclass(frozen=True)
class IndicatorAddition:
    """What adding the indicators of a reading would do.

    ``rows`` are all of the file, ``new`` those that the tables do not have (``year``, ``place``, ``indicator``,
    ``value``), ``changed`` the others that differ (``old``, ``new``, ``old_source``); ``gone`` are codes that the
    tables have for a year of the file and the file has not, ``fresh`` those that the catalogue did not have, and
    ``catalogue`` has them.
    """

    rows: pd.DataFrame
    new: pd.DataFrame
    changed: pd.DataFrame
    gone: list[str]
    fresh: list[str]
    catalogue: pd.DataFrame

    @property
    def same(self) -> int:
        """Number of figures that the tables have already."""
        return len(self.rows) - len(self.new) - len(self.changed)

    @property
    def empty(self) -> bool:
        """Whether nothing would be written."""
        return self.new.empty and self.changed.empty


def compare_indicators(reading: Reading) -> IndicatorAddition:
    """Compare the indicators of a reading with their tables.

    An indicator of the file is one of the catalogue if sub-index, label and unit are the same; else it
    gets the next free number below its sub-index. Figures are kept digit by digit, so any other digit
    is a change.
    """
    catalogue, rows = _coded(reading.indicators)
    fresh = sorted(set(catalogue["indicator"]) - set(indicator_catalogue()["indicator"]))
    parts = [table(files.data_dir(), path) for path, year in tables().items()
             if year in set(rows["year"]) and path.name.startswith(f"{reading.index}_")]
    have = pd.concat(parts or [pd.DataFrame(columns=COLUMNS).astype({"value": float})])
    both = rows.merge(have, on=KEYS, how="left", suffixes=("", "_old"))
    known = both["value_old"].notna()
    changed = both[known & (both["value_old"] != both["value"])]
    changed = changed.rename(columns={"value": "new", "value_old": "old", "source": "old_source"})
    gone = sorted(set(have["indicator"]) - set(rows["indicator"]))
    return IndicatorAddition(rows, both.loc[~known, [*KEYS, "value"]].reset_index(drop=True),
                             changed[[*KEYS, "old", "new", "old_source"]].reset_index(drop=True), gone, fresh, catalogue)


def _coded(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The catalogue with what is new, and the rows with the codes of their indicators."""
    known = indicator_catalogue().to_dict("records")
    # A single Vietnamese label may do without diacritics ("Thanh tra"), a whole workbook does not.
    named, other = ("label_en", "label_vi") if all(map(str.isascii, rows["label"])) else ("label_vi", "label_en")
    codes = pd.Series("", index=rows.index, dtype=object)
    for (component, label, year), own in rows.groupby(["component", "label", "year"], sort=False):
        unit = unit_of(label)
        row = _known(known, component, label, cells := cells_of(unit, own["value"]))
        if row is None:
            taken = [int(r["indicator"].rpartition(".i")[2]) for r in known if r["component"] == component]
            row = {"indicator": f"{component}.i{max(taken, default=0) + 1:02d}", "component": component, named: label,
                   other: "", "unit": unit, "cells": cells, "first_year": year, "last_year": year, "note": ""}
            known.append(row)
        row["first_year"], row["last_year"] = min(row["first_year"], year), max(row["last_year"], year)
        codes[own.index] = row["indicator"]
    frame = pd.DataFrame(known, columns=CATALOGUE)
    return (frame.iloc[order(frame["indicator"]).argsort(kind="stable")].reset_index(drop=True),
            rows.assign(indicator=codes)[[*KEYS, "value"]])


def _known(known: list[dict], component: str, label: str, cells: str) -> dict | None:
    """The indicator of the catalogue with this label, told apart by how its cells hold a percentage."""
    key = label_key(label)
    same = [row for row in known if row["component"] == component
            and key in (label_key(row["label_vi"]), label_key(row["label_en"]))]
    exact = [row for row in same if row["cells"] == cells]
    fitting = exact or [row for row in same if "unclear" in (cells, row["cells"])]
    return fitting[0] if len(fitting) == 1 else None


def indicator_texts(addition: IndicatorAddition, index: str, source: str) -> dict[str, str]:
    """The tables with the addition, by path below the data folder; figures that stay keep their text and source.

    Raises
    ------
    DataError
        What ``indexlib check`` would say of the tables: nothing that it refuses is ever written.
    """
    folder = files.data_dir() / FOLDER
    texts = {f"{FOLDER}/indicators.csv": addition.catalogue.to_csv(index=False, lineterminator="\n")}
    frames = {path: table(files.data_dir(), path) for path in tables()}
    fresh = pd.concat([addition.new, addition.changed.rename(columns={"new": "value"})])[[*KEYS, "value"]]
    fresh = fresh.assign(value=fresh["value"].map(shown), source=source, year=fresh["year"].astype(str))
    for year, own in fresh.groupby("year"):
        path = folder / f"{index}_{year}.csv"
        old = files.read_table(path, COLUMNS) if path.exists() else pd.DataFrame(columns=COLUMNS)
        stays = ~pd.MultiIndex.from_frame(old[KEYS]).isin(pd.MultiIndex.from_frame(own[KEYS]))
        whole = pd.concat([old[stays], own[COLUMNS]], ignore_index=True)
        whole = whole.assign(_order=order(whole["indicator"])).sort_values(["place", "_order"], kind="stable")[COLUMNS]
        texts[f"{FOLDER}/{path.name}"] = whole.to_csv(index=False, lineterminator="\n")
        frames[path] = by_line(whole).astype({"year": int, "value": float})
    if problems := check_tables(by_line(addition.catalogue), frames, {*load_sources()["source"], source}):
        raise DataError(problems)
    return texts


def shown(value: float) -> str:
    """A figure with every digit that it has.

    Examples
    --------
    >>> shown(7.0), shown(0.09090909361839294)
    ('7', '0.09090909361839294')
    """
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))
