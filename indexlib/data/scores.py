"""The tidy score table: loading it, checking it, and the tables of withheld and reference figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from indexlib.base.problems import DataError, Problem
from indexlib.data import files
from indexlib.data.catalogue import index_codes, load_catalogue
from indexlib.data.places import load_places

COLUMNS = ["year", "place", "component", "score", "rank", "rank_base", "ci_low", "ci_high", "source", "note"]
NUMBERS = ["year", "score", "rank", "rank_base", "ci_low", "ci_high"]
SOURCE_NAMES = ["begins", "name_vi", "name_en"]
WITHHELD = ["year", "place", "component", "reason_vi", "reason_en", "source"]
REFERENCE = ["index", "year", "component", "area", "statistic", "value", "source", "note"]
#: A published score may miss the printed scale by its last decimal.
SCALE_TOLERANCE = 1e-4


def load_scores(index: str | None = None) -> pd.DataFrame:
    """The published scores, checked.

    Parameters
    ----------
    index : str, optional
        Code of one index: ``papi``; default all.

    Returns
    -------
    DataFrame
        One row a figure, sorted by index, year, place and component: ``year``, ``place`` (code),
        ``component`` (code), ``score`` (published scale; missing where only a rank is published),
        ``rank`` and ``rank_base`` (only if published), ``ci_low``, ``ci_high`` (95 % interval where
        published), ``source``, ``note``.

    Raises
    ------
    DataError
        Every problem of the files, with file and line.

    Examples
    --------
    >>> row = load_scores("papi").query("year == 2024 and place == 'thanh_hoa' and component == 'papi'")
    >>> row["score"].item()
    44.87075
    """
    if index is not None and index not in index_codes():
        raise ValueError(f"index {index!r}: {', '.join(index_codes())}")
    everything = _load(files.data_dir())
    if index is None:
        return everything.copy()
    return everything[everything["component"].str.split(".").str[0] == index].reset_index(drop=True)


@files.remembered
def _load(folder: Path) -> pd.DataFrame:
    parts, problems = [], []
    for code, index in load_catalogue().by_index.items():
        path = folder / "scores" / index.file
        try:
            text = files.read_table(path, COLUMNS)
        except DataError as error:
            problems += error.problems
            continue
        frame, found = check_scores(text, code, path)
        problems += found
        parts.append(frame)
    if problems:
        raise DataError(problems)
    return pd.concat(parts, ignore_index=True)


def latest_year() -> int:
    """The latest year with scores."""
    return int(_load(files.data_dir())["year"].max())


def check_scores(text: pd.DataFrame, index: str, table: Path | str) -> tuple[pd.DataFrame, list[Problem]]:
    """Turn a score table read as text into numbers and find everything wrong in it.

    Parameters
    ----------
    text : DataFrame
        The columns of a score table as text, indexed by line of the file.
    index : str
        The index whose components the file holds.
    table : Path or str
        Its file, as the data folder has it: ``scores/papi.csv``.

    Returns
    -------
    frame : DataFrame
        The table with numbers; rows with problems are kept as they are.
    problems : list of Problem
        In order of line.
    """
    frame = text.copy()
    problems: list[Problem] = []

    def report(mask: Any, column: str, key: str, **values: object) -> None:
        problems.extend(files.problems_where(table, text, mask, column, key, **values))

    for column in NUMBERS:
        number = files.exact(text[column].where(text[column] != "")).astype(float)
        number = number.where(np.isfinite(number))
        report(number.isna() & (text[column] != ""), column, "scores.not_a_number")
        frame[column] = number
    report(text["year"] == "", "year", "scores.empty")
    whole = frame["year"].notna() & (frame["year"] % 1 == 0)
    report(frame["year"].notna() & ~whole, "year", "scores.not_a_number")
    frame["year"] = frame["year"].where(whole).fillna(0).astype(int)

    catalogue, places = load_catalogue(), load_places()
    own = catalogue.components.loc[catalogue.components["index"] == index, "component"]
    known = frame["component"].isin(own)
    report(~known, "component", "scores.unknown_component", index=index)
    spans = places.places.groupby("code").agg(first=("first_year", "min"), last=("last_year", "max"))
    span = spans.reindex(frame["place"])
    report(~frame["place"].isin(spans.index), "place", "scores.unknown_place")
    there = (span["first"].to_numpy() <= frame["year"]) & (frame["year"] <= span["last"].to_numpy())
    report(frame["place"].isin(spans.index) & whole & ~there, "place", "scores.place_year")

    frame = catalogue.with_block(frame)
    report(known & whole & (frame["block"] == 0), "component", "scores.no_block")
    low = frame["score"] < frame["scale_min"] - SCALE_TOLERANCE
    high = frame["score"] > frame["scale_max"] + SCALE_TOLERANCE
    report(low | high, "score", "scores.out_of_scale")
    frame = frame.drop(columns=["block", "scale_min", "scale_max"])

    report(frame["score"].isna() & frame["rank"].isna() & (text["score"] == "") & (text["rank"] == ""),
           "score", "scores.no_figure")
    report(frame["rank"].notna() & frame["rank_base"].isna(), "rank_base", "scores.no_base")
    report(frame["rank"].notna() & ((frame["rank"] < 1) | (frame["rank"] > frame["rank_base"]) | (frame["rank"] % 1 != 0)),
           "rank", "scores.rank_range")
    report((frame["ci_low"] > frame["score"]) | (frame["ci_high"] < frame["score"]), "ci_low", "scores.interval")
    report(text["source"] == "", "source", "scores.empty")
    report((text["source"] != "") & ~text["source"].isin(load_sources()["source"]), "source", "scores.unknown_source")
    again = frame.duplicated(["year", "place", "component"], keep="first")
    report(again, "component", "scores.duplicate")
    withheld = load_withheld()
    keys = pd.MultiIndex.from_frame(frame[["year", "place", "component"]])
    hidden = keys.isin(pd.MultiIndex.from_frame(withheld[["year", "place", "component"]]))
    report(hidden, "score", "scores.withheld")
    return frame[COLUMNS], sorted(problems, key=lambda p: (p.row, p.column))


@files.remembered
def _withheld(folder: Path) -> pd.DataFrame:
    path = folder / "scores" / "withheld.csv"
    frame = files.numbers(files.read_table(path, WITHHELD), path, ["year"], needed=["year"])
    return frame.assign(year=frame["year"].astype(int))


def load_withheld() -> pd.DataFrame:
    """Scores that a publisher held back: ``year``, ``place``, ``component``, the reason, ``source``."""
    return _withheld(files.data_dir())


@files.remembered
def _reference(folder: Path) -> pd.DataFrame:
    path = folder / "scores" / "reference.csv"
    frame = files.numbers(files.read_table(path, REFERENCE), path, ["year", "value"], needed=["year", "value"])
    return frame.assign(year=frame["year"].astype(int))


def load_reference() -> pd.DataFrame:
    """Published averages and extremes.

    ``index``, ``year``, ``component``, ``area`` (empty: the whole country; else a region),
    ``statistic`` (``mean``, ``median``, ``min``, ``max``), ``value``, ``source``, ``note``.
    """
    return _reference(files.data_dir())


@files.remembered
def _sources(folder: Path) -> pd.DataFrame:
    return files.read_table(folder / "sources.csv", ["source", "where"])


def load_sources() -> pd.DataFrame:
    """Where each figure was read: ``source`` (key), ``where``."""
    return _sources(files.data_dir())


@files.remembered
def _source_names(folder: Path) -> pd.DataFrame:
    return files.read_table(folder / "source_names.csv", SOURCE_NAMES)


def load_source_names() -> pd.DataFrame:
    """How papers call sources of a kind: ``begins`` (what their ``where`` begins with), ``name_vi``, ``name_en``."""
    return _source_names(files.data_dir())
