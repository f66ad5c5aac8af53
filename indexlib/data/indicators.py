"""Indicators below the sub-indices: raw figures each in its own unit, to look at beside a score.

They are never ranked, flagged or graded by the library: which direction is good is not printed, and
that a label of two years stands for one measure is not established. No analysis reads these tables,
so they are loaded only when they are shown.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from indexlib.base.problems import DataError, NoDataError, Problem
from indexlib.base.wording import t
from indexlib.data import files
from indexlib.data.asked import as_written
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places
from indexlib.data.scores import load_sources

FOLDER = "indicators"
CATALOGUE = ["indicator", "component", "label_vi", "label_en", "unit", "cells", "first_year", "last_year", "note"]
COLUMNS = ["year", "place", "indicator", "value", "source"]
#: Units as labels print them, the first that matches; a unit named elsewhere in a label may be of something else.
UNITS = {"percent": r"(?<!\d)%", "1-5": r"\b1\s*[:=].*\b5\s*[:=]", "day": r"(?:\(|[-–]\s*)(?:số )?ngày",
         "hour": r"(?:\(|[-–]\s*)(?:số )?giờ", "month": r"(?:\(|[-–]\s*)(?:số )?tháng"}
#: How cells hold a percentage: ``fraction`` of one, ``percent``, or ``unclear``.
CELLS = ("", "fraction", "percent", "unclear")
#: Percentages of which none is above this may be small ones as well as fractions.
UNCLEAR = 0.2
CODE = re.compile(r"^(.+)\.i(\d{2,})$")


@as_written
def load_indicators(component: str | None = None, year: int | None = None) -> pd.DataFrame:
    """The published indicators, as the workbooks have them.

    Parameters
    ----------
    component : str, optional
        Sub-index whose indicators are asked; default all.
    year : int, optional
        Default all.

    Returns
    -------
    DataFrame
        One row a figure, sorted by year, place and indicator: ``year``, ``place``, ``indicator``, ``component``
        (codes), ``label_vi``, ``label_en`` (as printed), ``unit`` (as the label prints it), ``cells`` (see ``CELLS``),
        ``value`` (as in the workbook's cell), ``source``. Two years of one code bear the same label and no more.

    Raises
    ------
    NoDataError
        No indicators of that component or year.
    DataError
        Every problem of the tables, with file and line.

    Examples
    --------
    >>> rows = load_indicators("pci.4", 2016).query("place == 'thanh_hoa'")
    >>> print(rows["label_vi"].iloc[2], rows["value"].iloc[2])
    Số giờ trung vị làm việc với thanh tra, kiểm tra thuế 16.0
    """
    parts = [table(files.data_dir(), path) for path, of in tables().items() if year in (None, of)]
    frame, columns = pd.concat(parts or [pd.DataFrame(columns=COLUMNS)]), CATALOGUE[:6]
    frame = frame.merge(indicator_catalogue()[columns], on="indicator", how="left", validate="many_to_one")
    if component is not None:
        frame = frame[frame["component"] == component]
    if frame.empty:
        raise NoDataError(t("indicators.none", component=component or "–", year=year or "–"))
    return frame[["year", "place", *columns, "value", "source"]].reset_index(drop=True)


def tables() -> dict[Path, int]:
    """Tables of indicators with the year of each."""
    paths = sorted((files.data_dir() / FOLDER).glob("*_[0-9][0-9][0-9][0-9].csv"))
    return {path: int(path.stem[-4:]) for path in paths}


@files.remembered
def table(folder: Path, path: Path) -> pd.DataFrame:
    """One table with numbers; ``row`` of its index is the line in the file."""
    frame = files.numbers(files.read_table(path, COLUMNS), path, ["year", "value"], needed=["year", "value"])
    return frame.assign(year=frame["year"].astype(int), value=frame["value"].astype(float))


def indicator_catalogue() -> pd.DataFrame:
    """Every indicator: code, sub-index, label as printed, unit, first and last year, note."""
    return _catalogue(files.data_dir())


@files.remembered
def _catalogue(folder: Path) -> pd.DataFrame:
    path = folder / FOLDER / "indicators.csv"
    if not path.exists():
        return pd.DataFrame(columns=CATALOGUE)
    years = ["first_year", "last_year"]
    frame = files.numbers(files.read_table(path, CATALOGUE), path, years, needed=years)
    return frame.astype(dict.fromkeys(years, int))


def unit_of(label: str) -> str:
    """The unit that a label prints; empty if it prints none.

    Examples
    --------
    >>> unit_of("% DN trả hoa hồng"), unit_of("Thời gian đăng ký lại (ngày)"), unit_of("Điểm số Website")
    ('percent', 'day', '')
    """
    return next((unit for unit, printed in UNITS.items() if re.search(printed, label, re.IGNORECASE)), "")


def cells_of(unit: str, values: pd.Series) -> str:
    """How the cells of a percentage hold it, as far as the figures tell.

    Examples
    --------
    >>> cells_of("percent", pd.Series([0.41, 1.0])), cells_of("percent", pd.Series([41, 0.5]))
    ('fraction', 'percent')
    """
    if unit != "percent" or values.empty:
        return ""
    largest = values.abs().max()
    return "percent" if largest > 1 else "unclear" if largest < UNCLEAR else "fraction"


def order(codes: pd.Series) -> pd.Series:
    """Position of each code for sorting: by component in the catalogue's order, then by number."""
    known = load_catalogue().order
    return codes.map({code: known.get(match[1], len(known)) * 10_000 + int(match[2]) if (match := CODE.match(code))
                      else np.inf for code in codes.unique()})


def check_indicators() -> list[Problem]:
    """Every fault of the catalogue and the tables of indicators, with file and line."""
    problems, frames = [], {}
    for path in tables():
        try:
            frames[path] = table(files.data_dir(), path)
        except DataError as error:
            problems += error.problems
    return problems + check_tables(indicator_catalogue(), frames, set(load_sources()["source"]))


def check_tables(catalogue: pd.DataFrame, frames: dict[Path, pd.DataFrame], sources: set[str]) -> list[Problem]:
    """Every fault of a catalogue of indicators and of its tables by path, all with numbers and lines of their files."""
    c, problems = catalogue, []
    below = c["indicator"].map(lambda code: found[1] if (found := CODE.match(code)) else "")
    seen = pd.concat([frame[["year", "indicator"]] for frame in frames.values()] or [pd.DataFrame(columns=COLUMNS)])
    years = seen.groupby("indicator")["year"].agg(["min", "max"]).reindex(c["indicator"]).to_numpy()
    faults = {("indicator", "duplicate"): c.duplicated("indicator"),
              ("indicator", "indicator_code"): below != c["component"],
              ("component", "unknown_component"): ~c["component"].isin(load_catalogue().order),
              ("label_vi", "indicator_label"): (c["label_vi"] == "") & (c["label_en"] == ""),
              ("unit", "indicator_unit"): ~c["unit"].isin(["", *UNITS]),
              ("cells", "indicator_cells"): ~c["cells"].isin(CELLS) | ((c["unit"] == "percent") == (c["cells"] == ""))}
    faults["first_year", "indicator_years"] = (years != c[["first_year", "last_year"]].to_numpy()).any(axis=1)
    for path, frame in frames.items():
        problems += _problems(path.name, frame, _table_faults(frame, int(path.stem[-4:]), set(c["indicator"]), sources))
    return _problems("indicators.csv", c, faults) + problems


def _table_faults(f: pd.DataFrame, year: int, known: set[str], sources: set[str]) -> dict[tuple[str, str], pd.Series]:
    return {("year", "indicator_year"): f["year"] != year,
            ("place", "unknown_place"): ~f["place"].isin([place.code for place in load_places().valid(year)]),
            ("indicator", "indicator_unknown"): ~f["indicator"].isin(known),
            ("value", "indicator_value"): ~np.isfinite(f["value"]),
            ("source", "unknown_source"): ~f["source"].isin(sources),
            ("indicator", "duplicate"): f.duplicated(["year", "place", "indicator"])}


def _problems(name: str, frame: pd.DataFrame, faults: dict[tuple[str, str], pd.Series]) -> list[Problem]:
    """The rows with faults, by column and code."""
    return [problem for (column, code), wrong in faults.items()
            for problem in files.problems_where(f"{FOLDER}/{name}", frame, wrong, column, f"check.{code}")]
