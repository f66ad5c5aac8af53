"""The tidy score table: loading, checking and writing it, and the tables of withheld and reference figures."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from indexlib.base.problems import DataError, Problem
from indexlib.base.untrusted import csv_cell, shown
from indexlib.base.wording import own
from indexlib.data import files
from indexlib.data.catalogue import find_index, load_catalogue
from indexlib.data.places import load_places

KEYS = ["year", "place", "component"]
VALUES = ["score", "rank", "rank_base", "ci_low", "ci_high", "percent"]
#: Only the tables of indices whose components are printed in percent of their maximum have the last column.
COLUMNS = [*KEYS, *VALUES[:-1], "source", "note", "percent"]
OPTIONAL = ("percent",)
NUMBERS = ["year", *VALUES]
#: Scores are stored with six decimals: publishers print two to six, spreadsheets add digits of noise.
DECIMALS = 6
SOURCE_NAMES = ["begins", "name_vi", "name_en"]
#: Past years reissued on the places of a later one.
RECAST = "recast.csv"
WITHHELD = ["year", "place", "component", "reason_vi", "reason_en", "source"]
CORRECTIONS = ["index", *KEYS, "column", "old", "new", "old_source", "new_source", "date", "file"]
REMARKS = [*KEYS, "column", "value", "source", "note"]
REFERENCE = ["index", "year", "component", "area", "statistic", "value", "source", "note"]
#: A published score may miss the printed scale by its last decimal.
SCALE_TOLERANCE = 1e-4


def load_scores(index: str | None = None) -> pd.DataFrame:
    """The published scores, checked.

    Parameters
    ----------
    index : str, optional
        Code or short name of one index: ``papi``, ``PAR INDEX``; default all.

    Returns
    -------
    DataFrame
        One row a figure, sorted by index, year, place and component: ``year``, ``place`` (code),
        ``component`` (code), ``score`` (published scale; missing where only a rank is published),
        ``rank`` and ``rank_base`` (only if published), ``ci_low``, ``ci_high`` (95 % interval where
        published), ``source`` (keys of ``sources.csv``), ``note``, ``percent`` (the score in percent of the
        component's maximum, where it is printed so).

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
    return (_load(files.data_dir()) if index is None else _of_index(find_index(index))).copy()


@files.known
def _of_index(code: str) -> pd.DataFrame:
    everything = _load(files.data_dir())
    of = everything["component"]
    return everything[(of == code) | of.str.startswith(f"{code}.")].reset_index(drop=True)


@files.remembered
def _load(folder: Path) -> pd.DataFrame:
    parts, problems = [], []
    for code, index in load_catalogue().by_index.items():
        path = folder / "scores" / index.file
        try:
            text = files.read_table(path, COLUMNS, OPTIONAL)
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
    report((frame["percent"] < 0) | (frame["percent"] > 100), "percent", "scores.out_of_scale")
    frame = frame.drop(columns=["block", "scale_min", "scale_max"])

    report((text[["score", "rank", "percent"]] == "").all(axis=1), "score", "scores.no_figure")
    report(frame["rank"].notna() & frame["rank_base"].isna(), "rank_base", "scores.no_base")
    report(frame["rank"].notna() & ((frame["rank"] < 1) | (frame["rank"] > frame["rank_base"]) | (frame["rank"] % 1 != 0)),
           "rank", "scores.rank_range")
    report((frame["ci_low"] > frame["score"]) | (frame["ci_high"] < frame["score"]), "ci_low", "scores.interval")
    report(text["source"] == "", "source", "scores.empty")
    sources = {*load_sources()["source"], ""}
    unknown = [keys for keys in text["source"].unique() if not set(keys.split("; ")) <= sources]
    report(text["source"].isin(unknown), "source", "scores.unknown_source")
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
def _recast(folder: Path) -> pd.DataFrame:
    path = folder / "scores" / RECAST
    if not path.is_file():
        return pd.DataFrame(columns=COLUMNS).astype(dict.fromkeys(VALUES, float))
    frame = files.numbers(files.read_table(path, COLUMNS, OPTIONAL), path, NUMBERS, needed=["year"])
    return frame.assign(year=frame["year"].astype(int))


def load_recast() -> pd.DataFrame:
    """Past years that a publisher reissued on the places of a later one, to be read beside the scores, never with them.

    Returns
    -------
    DataFrame
        The columns of :func:`load_scores`; ``place`` is a place of the later year.
    """
    return _recast(files.data_dir())


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
def _remarks(folder: Path) -> pd.DataFrame:
    path = folder / "scores" / "remarks.csv"
    if not path.exists():
        return pd.DataFrame(columns=REMARKS)
    frame = files.numbers(files.read_table(path, REMARKS), path, ["year", "value"], needed=["year", "value"])
    return frame.assign(year=frame["year"].astype(int))


def load_remarks() -> pd.DataFrame:
    """What a page says otherwise than the figure believed: ``year``, ``place``, ``component``, ``column`` (``score``,
    ``rank``, ...), ``value`` there, ``source``, ``note``."""
    return _remarks(files.data_dir())


def remarks_text(kept: pd.DataFrame) -> str:
    """Text of ``remarks.csv`` with a line for each figure that is not believed: ``KEYS``, ``column``, ``new``, ``source``."""
    new = kept.rename(columns={"new": "value"}).assign(note="")[REMARKS]
    return _sorted(pd.concat([load_remarks(), new]).drop_duplicates(REMARKS[:-1])).to_csv(index=False, lineterminator="\n")


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


def source_name(where: str) -> str:
    """What papers call a source of this ``where``, in the language in force; empty where its kind has no name."""
    names = load_source_names()
    return next((own(r, "name") for r in names.itertuples(index=False) if where.startswith(r.begins)), "")


def score_table(index: str) -> str:
    """The table of an index, as the data folder has it: ``scores/papi.csv``."""
    return f"scores/{load_catalogue().by_index[index].file}"


def scores_text(index: str, rows: pd.DataFrame) -> str:
    """Text of the table of an index with figures put in.

    Parameters
    ----------
    index : str
    rows : DataFrame
        ``KEYS``, ``VALUES``, ``note``, ``source`` (may be new): new rows, and rows that the table has with other
        figures. A figure or note that such a row lacks (a rank beside a corrected score) stays as it was.

    Raises
    ------
    DataError
        What the schema refuses, with the lines of the new text.
    """
    path = score_table(index)
    old, new = files.read_table(files.data_dir() / path, COLUMNS, OPTIONAL), _as_text(rows)
    before = old.assign(year=pd.to_numeric(old["year"]).astype(int))
    new = new.merge(before, on=KEYS, how="left", suffixes=("", "_old")).fillna("")
    new["source"] = [_cited(row) for row in new.to_dict("records")]
    for column in (*VALUES, "note"):
        new[column] = new[column].where(new[column] != "", new[f"{column}_old"])
    stays = ~pd.MultiIndex.from_frame(before[KEYS]).isin(pd.MultiIndex.from_frame(new[KEYS]))
    whole = _sorted(pd.concat([old[stays], new[COLUMNS].astype({"year": str})]))
    lines = by_line(whole)
    cited = {key for keys in rows["source"] for key in keys.split("; ")}
    problems = [p for p in check_scores(lines, index, path)[1]
                if p.code != "unknown_source" or not cited & {*lines["source"][p.row].split("; ")}]
    if problems:
        raise DataError(problems)
    unused = [c for c in OPTIONAL if not whole[c].any()]
    return whole.drop(columns=unused).to_csv(index=False, lineterminator="\n")


def by_line(table: pd.DataFrame) -> pd.DataFrame:
    """A whole table indexed by the lines of its file."""
    return table.set_index(pd.RangeIndex(2, len(table) + 2, name="row"))


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    """Rows by year, place, and component in the catalogue's order."""
    order = table.assign(year=pd.to_numeric(table["year"]), component=table["component"].map(load_catalogue().order))
    return table.iloc[np.lexsort([order[k] for k in ("component", "place", "year")])]


def _cited(row: dict[str, str]) -> str:
    """Sources of a row: that of the score first, then that of a rank or percent that stands on another page."""
    stays = {c for c in ("score", "rank", "percent") if row[c] == "" != row[f"{c}_old"]}
    keys = [row["source_old"], row["source"]] if "score" in stays else [row["source"], *[row["source_old"]] * bool(stays)]
    return "; ".join(dict.fromkeys(key for keys_ in keys for key in keys_.split("; ")))


def _as_text(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(**{c: ["" if pd.isna(v) else _figure(round(v, DECIMALS), c) for v in rows[c]] for c in VALUES},
                       note=rows["note"].map(lambda v: csv_cell(shown(v, 500))))[COLUMNS]


def _figure(value: float, column: str) -> str:
    return str(int(value)) if column in ("rank", "rank_base") else repr(float(value))


def withheld_text(rows: pd.DataFrame, source: str) -> str:
    """Text of ``withheld.csv`` with the rows of a source put in."""
    whole = pd.concat([load_withheld(), rows.assign(source=source)[WITHHELD]])
    return _sorted(whole).to_csv(index=False, lineterminator="\n")


def corrections_text(index: str, changed: pd.DataFrame, file: str, today: date) -> str:
    """Text of ``corrections.csv`` with a line for each figure that is replaced.

    ``changed`` has ``KEYS``, ``column``, ``old``, ``new``, ``old_source``, ``source``.
    """
    path = files.data_dir() / "scores" / "corrections.csv"
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if path.exists():
        out.write(path.read_text(encoding="utf-8"))
    else:
        writer.writerow(CORRECTIONS)
    for row in changed.itertuples():
        writer.writerow([index, row.year, row.place, row.component, row.column, _figure(row.old, row.column),
                         _figure(row.new, row.column), row.old_source, row.source, today.isoformat(),
                         csv_cell(shown(file, 200))])
    return out.getvalue()
