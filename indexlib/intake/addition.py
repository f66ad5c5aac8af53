"""Adding what a file holds to the score tables: compare first, then write all or nothing.

A summary says what is new, what would change, and what the year before had that is missing.
Figures that change an older one leave a line in ``data/scores/corrections.csv``.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from indexlib.base import transaction
from indexlib.base.problems import DataError, IndexlibError, Problem
from indexlib.base.untrusted import csv_cell, shown
from indexlib.base.wording import plain_number, t
from indexlib.data import files
from indexlib.data.catalogue import load_catalogue
from indexlib.data.indicators import FOLDER
from indexlib.data.places import load_places
from indexlib.data.scores import COLUMNS, FILES, WITHHELD, check_scores, load_scores, load_sources, load_withheld
from indexlib.intake.checks.exchanged_columns import exchanged_columns
from indexlib.intake.files.report import ONCE
from indexlib.intake.indicator_addition import IndicatorAddition, compare_indicators, indicator_texts
from indexlib.intake.reading import Reading
from indexlib.intake.second_copy import Beside, borne_out

KEYS = ["year", "place", "component"]
VALUES = ["score", "rank", "rank_base", "ci_low", "ci_high"]
CORRECTIONS = ["index", "year", "place", "component", "column", "old", "new", "old_source", "new_source", "date",
               "file"]
#: Scores are stored with six decimals: publishers print two to six, spreadsheets add digits of noise.
DECIMALS = 6
SOURCE = re.compile(r"[A-Za-z0-9][\w.-]{0,80}", re.ASCII)
#: From this share of equal figures on, a file is taken for a copy of another year.
SAME = 0.9


@dataclass(frozen=True)
class Addition:
    """What adding a reading would do.

    Attributes
    ----------
    reading : Reading
    state : str
        Checksum of the tables compared with: what is written must be what was shown.
    new : DataFrame
        Rows that the tables do not have, columns of the score tables.
    changed : DataFrame
        One row a figure that differs: ``year``, ``place``, ``component``, ``column``, ``old``, ``new``,
        ``old_source``.
    same : int
        Number of rows that the tables have already.
    missing : DataFrame
        ``place``, ``component`` with a score the year before and none in the file.
    withheld : DataFrame
        Rows for ``withheld.csv`` that it does not have.
    indicators : IndicatorAddition
        The same for the indicators of the file.
    problems : list of Problem
        What stands against adding, beyond the problems of the reading.
    doubts : list of Problem
        What a person should look at: the doubts of the reading, less what the tables or a second copy bear
        out, and what does not fit the years before and after.
    beside : Beside, optional
        How the second copy compares, if there is one.
    """

    reading: Reading
    state: str
    new: pd.DataFrame
    changed: pd.DataFrame
    same: int
    missing: pd.DataFrame
    withheld: pd.DataFrame
    indicators: IndicatorAddition
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    beside: Beside | None = None

    @property
    def replaced(self) -> pd.DataFrame:
        """The rows of ``changed`` that replace an older figure; the others fill a gap."""
        return self.changed[self.changed["old"].notna()]

    @property
    def empty(self) -> bool:
        """Whether nothing would be written."""
        return self.no_scores and self.indicators.empty

    @property
    def no_scores(self) -> bool:
        """Whether nothing would be written into the tables of scores."""
        return self.new.empty and self.changed.empty and self.withheld.empty


def compare(reading: Reading, file: str = "", second: Reading | None = None) -> Addition:
    """Compare a reading with the score tables, and with a second copy of the same figures.

    Parameters
    ----------
    reading : Reading
    file : str
        Name of the file read, for messages.
    second : Reading, optional
        The same edition from elsewhere; a part of it will do, and what is wrong with the rest of it does
        not matter. A figure that differs is a problem.

    Returns
    -------
    Addition
    """
    files.look()
    state = _state(files.data_dir())
    have = load_scores(reading.index) if reading.index else load_scores().head(0)
    rows = _rounded(reading.scores)
    both = rows.merge(have, on=KEYS, how="left", suffixes=("", "_old"), indicator=True)
    new = both[both["_merge"] == "left_only"][COLUMNS].reset_index(drop=True)
    known = both[both["_merge"] == "both"]
    changed = _changed(known)
    held = load_withheld()
    withheld = _rounded_held(reading.withheld, held)
    once, differing, beside = borne_out(reading, have, second, file)
    problems = _against_withheld(rows, held, file) + _same_as_other_year(rows, have, file) + differing
    hidden = _no_longer(have, reading, file)
    doubts = [p for p in reading.doubts if p.code not in ONCE] + _exchanged(rows, have, file) + once
    return Addition(reading, state, new, changed, len(known) - changed[KEYS].drop_duplicates().shape[0],
                    _missing(rows, have, reading), withheld, compare_indicators(reading), problems + hidden, doubts,
                    beside)


def _rounded(scores: pd.DataFrame) -> pd.DataFrame:
    return scores.assign(**{c: scores[c].round(DECIMALS) for c in ("score", "ci_low", "ci_high")})


def _rounded_held(new: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    known = pd.MultiIndex.from_frame(held[KEYS])
    return new[~pd.MultiIndex.from_frame(new[KEYS]).isin(known)].reset_index(drop=True) if len(new) else new


def _changed(known: pd.DataFrame) -> pd.DataFrame:
    """Figures of rows in both that differ; a figure that the file lacks changes nothing."""
    parts = []
    for column in VALUES:
        old, new = known[f"{column}_old"], known[column]
        differs = new.notna() & (old.isna() | ((new - old).abs() > 1.5 * 10.0**-DECIMALS))
        parts.append(known.loc[differs, KEYS].assign(column=column, old=old[differs], new=new[differs],
                                                     old_source=known.loc[differs, "source_old"]))
    return pd.concat(parts, ignore_index=True).sort_values([*KEYS, "column"]).reset_index(drop=True)


def _missing(rows: pd.DataFrame, have: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """What the year before had and the file has not, for components and places that are valid in its year."""
    parts = []
    for year in reading.years:
        before = have[(have["year"] == year - 1) & have["score"].notna()][["place", "component"]]
        valid = set(load_catalogue().valid(year, reading.index))
        there = {place.code for place in load_places().all if place.valid(year)}
        before = before[before["component"].isin(valid) & before["place"].isin(there)]
        now = pd.concat([f[f["year"] == year][["place", "component"]] for f in (rows, reading.withheld)])
        now = now.drop_duplicates()
        gone = before.merge(now, how="left", indicator=True)
        parts.append(gone[gone["_merge"] == "left_only"][["place", "component"]].assign(year=year))
    columns = ["year", "place", "component"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _against_withheld(rows: pd.DataFrame, held: pd.DataFrame, file: str) -> list[Problem]:
    """Scores for cells that are recorded as withheld."""
    known = pd.MultiIndex.from_frame(held[KEYS])
    hit = rows[pd.MultiIndex.from_frame(rows[KEYS]).isin(known)] if len(rows) else rows
    return [Problem(file, "", None, "", "was_withheld", t("add.was_withheld", year=r.year, place=_place(r.place),
                                                         component=load_catalogue().label(r.component)))
            for r in hit.itertuples()]


def _place(code: str) -> str:
    return load_places().get(code).name


def _no_longer(have: pd.DataFrame, reading: Reading, file: str) -> list[Problem]:
    """Withheld cells of the file for which the tables have a score."""
    if reading.withheld.empty:
        return []
    clash = reading.withheld[KEYS].merge(have[[*KEYS, "score"]].dropna(), on=KEYS)
    return [Problem(file, "", None, "", "has_score",
                    t("add.has_score", year=r.year, place=_place(r.place), score=plain_number(r.score),
                      component=load_catalogue().label(r.component)))
            for r in clash.itertuples()]


def _same_as_other_year(rows: pd.DataFrame, have: pd.DataFrame, file: str) -> list[Problem]:
    """A file that repeats another year's figures is a stale copy or read under a wrong year."""
    found = []
    for year, own in rows.groupby("year"):
        for other, old in have[have["year"] != year].groupby("year"):
            both = own.merge(old, on=["place", "component"], suffixes=("", "_old"))
            both = both.dropna(subset=["score", "score_old"])
            if len(both) >= 10 and np.isclose(both["score"], both["score_old"], atol=1e-4).mean() > SAME:
                found.append(Problem(file, "", None, "", "copy_of_year", t("add.copy_of_year", year=year, other=other)))
    return found


def _exchanged(rows: pd.DataFrame, have: pd.DataFrame, file: str) -> list[Problem]:
    """Pairs of columns that follow each other's past better than their own."""
    label = load_catalogue().label
    return [Problem(file, "", None, "", "profile",
                    t("add.profile", one=label(one), two=label(two), year=year, near=near))
            for year, own in rows.groupby("year")
            for one, two, near in exchanged_columns(own, have[have["year"] != year])]


def add(addition: Addition, file: str, source: str, where: str = "", accept_changes: bool = False,
        accept_doubts: bool = False, checked: bool = False, today: date | None = None) -> None:
    """Write an addition into the score tables, all or nothing.

    Parameters
    ----------
    addition : Addition
    file : str
        Name of the file, for ``corrections.csv``.
    source : str
        Key in ``sources.csv``; with ``where`` a new one is added.
    where : str
        What the source is, for a key that ``sources.csv`` does not have.
    accept_changes, accept_doubts : bool
        Write although older figures change; although something beside the figures does not fit.
    checked : bool
        Write although the file does not prove itself: a person has compared what is named in ``doubts``.
    today : date, optional
        Date of the correction; default today.

    Raises
    ------
    DataError
        Errors of the reading, or rows that the schema refuses. Nothing is written.
    IndexlibError
        Changes or doubts that were not accepted. Nothing is written.
    """
    reading = addition.reading
    if reading.kind in ("pdf", "docx"):
        raise IndexlibError(t("add.not_directly", kind=reading.kind.upper()))
    if reading.errors or addition.problems:
        raise DataError(reading.errors + addition.problems)
    if not addition.empty and (said := _open_doubts(addition.doubts, accept_doubts, checked)):
        raise IndexlibError("\n".join(said))
    if (changes := len(addition.replaced) + len(addition.indicators.changed)) and not accept_changes:
        raise IndexlibError(t("add.changes", n=changes))
    if addition.empty:
        return
    folder = files.data_dir()
    try:
        with transaction.locked(folder):
            if _state(folder) != addition.state:
                raise IndexlibError(t("fault.data_changed"))
            files.forget()  # under the lock, what is read is what stands there
            transaction.write_together(folder, _texts(addition, file, source, where, today or date.today()))
    except OSError as error:
        raise IndexlibError(t("add.cannot_write", why=error.strerror or error)) from error
    finally:
        files.look()


def _open_doubts(doubts: list[Problem], accept_doubts: bool, checked: bool) -> list[str]:
    """What to do about doubts that nobody has answered for."""
    once = sum(p.code in ONCE for p in doubts)
    rest = len(doubts) - once
    return [t(key, n=n) for key, n, answered in (("add.doubts", rest, accept_doubts), ("add.unchecked", once, checked))
            if n and not answered]


def _state(folder: Path) -> str:
    """Checksum of the tables that an addition is compared with and written to."""
    digest = hashlib.sha256()
    for path in [folder / "sources.csv", *sorted(p for part in ("scores", FOLDER) for p in (folder / part).glob("*.csv"))]:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _texts(addition: Addition, file: str, source: str, where: str, today: date) -> dict[str, str]:
    """The new text of each file that an addition changes."""
    index = addition.reading.index
    texts: dict[str, str] = {}
    if source not in set(load_sources()["source"]):
        texts["sources.csv"] = _with_source(source, where)
    if not addition.no_scores:
        table = _table(addition, source)
        _check_table(table, index, source, bool(texts))
        texts[f"scores/{FILES[index]}"] = _csv(table)
    if not addition.indicators.empty:
        texts |= indicator_texts(addition.indicators, index, source)
    if not addition.replaced.empty or not addition.indicators.changed.empty:
        texts["scores/corrections.csv"] = _corrections(addition, source, file, today)
    if not addition.withheld.empty:
        texts["scores/withheld.csv"] = _csv(_with_withheld(addition, source))
    return texts


def _table(addition: Addition, source: str) -> pd.DataFrame:
    """The whole score table of the index with the addition, as text."""
    index = addition.reading.index
    path = files.data_dir() / "scores" / FILES[index]
    old = files.read_table(path, COLUMNS)
    rows = _rounded(addition.reading.scores)
    touched = pd.MultiIndex.from_frame(addition.changed[KEYS].drop_duplicates())
    mine = pd.MultiIndex.from_frame(rows[KEYS])
    fresh = pd.MultiIndex.from_frame(addition.new[KEYS])
    keys = pd.MultiIndex.from_frame(old[KEYS].assign(year=pd.to_numeric(old["year"]).astype(int)))
    before = old[keys.isin(touched)].assign(year=lambda f: pd.to_numeric(f["year"]).astype(int))
    changed = _as_text(rows[mine.isin(touched)].assign(source=source))
    # A figure that the file lacks (a rank beside a corrected score) stays as it was.
    changed = changed.merge(before[[*KEYS, *VALUES, "note", "source"]], on=KEYS, how="left", suffixes=("", "_old"))
    changed["note_old"] = [_kept(row) for row in changed.to_dict("records")]
    for column in (*VALUES, "note"):
        changed[column] = changed[column].where(changed[column] != "", changed[f"{column}_old"])
    added = _as_text(rows[mine.isin(fresh)].assign(source=source))
    whole = pd.concat([old[~keys.isin(touched)], changed[COLUMNS].astype({"year": str}), added.astype({"year": str})],
                      ignore_index=True)
    order = whole["component"].map(load_catalogue().order)
    sort = whole.assign(_year=pd.to_numeric(whole["year"]), _order=order)
    return sort.sort_values(["_year", "place", "_order"], kind="stable")[COLUMNS].reset_index(drop=True)


def _kept(row: dict[str, str]) -> str:
    """The note of a row, with the source of a figure that stays though the row gets another source."""
    told = [f"{what} in tại {row['source_old']}" for column, what in (("score", "điểm"), ("rank", "hạng"))
            if row[column] == "" != row[f"{column}_old"] and f"{what} in tại" not in row["note_old"]]
    return "; ".join(x for x in [row["note_old"], *told] if x) if row["source"] != row["source_old"] else row["note_old"]


def _as_text(rows: pd.DataFrame) -> pd.DataFrame:
    def text(value: float, whole: bool) -> str:
        if pd.isna(value):
            return ""
        return str(int(value)) if whole else repr(round(float(value), DECIMALS))

    return rows.assign(**{c: [text(v, c in ("rank", "rank_base")) for v in rows[c]] for c in VALUES},
                       note=rows["note"].map(lambda v: csv_cell(shown(v, 500))))[COLUMNS]


def _check_table(table: pd.DataFrame, index: str, source: str, new_source: bool) -> None:
    lines = table.set_index(pd.RangeIndex(2, len(table) + 2, name="row"))
    _, problems = check_scores(lines, index, f"data/scores/{FILES[index]}")
    # A source that is written together with the table is not in sources.csv yet.
    problems = [p for p in problems if not (new_source and p.code == "unknown_source"
                                            and lines["source"][p.row] == source)]
    if problems:
        raise DataError(problems)


def _csv(table: pd.DataFrame) -> str:
    return table.to_csv(index=False, lineterminator="\n")


def _with_source(source: str, where: str) -> str:
    if not where:
        raise IndexlibError(t("add.no_source", source=source))
    if not SOURCE.fullmatch(source):
        raise IndexlibError(t("add.source_key", value=shown(source)))
    table = load_sources()
    new = pd.DataFrame([{"source": source, "where": csv_cell(shown(where, 500))}])
    return _csv(pd.concat([table, new], ignore_index=True).sort_values("source", kind="stable"))


def _with_withheld(addition: Addition, source: str) -> pd.DataFrame:
    new = addition.withheld.assign(source=source)[WITHHELD]
    whole = pd.concat([load_withheld(), new], ignore_index=True)
    order = whole["component"].map(load_catalogue().order)
    return whole.assign(_order=order).sort_values(["year", "place", "_order"], kind="stable")[WITHHELD]


def _corrections(addition: Addition, source: str, file: str, today: date) -> str:
    """``corrections.csv`` with a line for each figure that is replaced."""
    path = files.data_dir() / "scores" / "corrections.csv"
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if path.exists():
        out.write(path.read_text(encoding="utf-8"))
    else:
        writer.writerow(CORRECTIONS)
    indicators = addition.indicators.changed.rename(columns={"indicator": "component"}).assign(column="value")
    for row in pd.concat([addition.replaced, indicators], ignore_index=True).itertuples():
        whole = row.column in ("rank", "rank_base")
        old, new = ("" if pd.isna(v) else str(int(v)) if whole else repr(float(v)) for v in (row.old, row.new))
        writer.writerow([addition.reading.index, row.year, row.place, row.component, row.column, old, new,
                         row.old_source, source, today.isoformat(), csv_cell(shown(file, 200))])
    return out.getvalue()
