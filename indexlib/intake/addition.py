"""Adding what a file holds to the score tables: compare first, then write all or nothing.

A summary says what is new, what would change, and what the year before had that is missing.
Figures that change an older one leave a line in ``data/scores/corrections.csv``.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pandas as pd

from indexlib.base import transaction
from indexlib.base.problems import DataError, IndexlibError, Problem
from indexlib.base.untrusted import csv_cell, shown
from indexlib.base.wording import plain_number, t
from indexlib.data import files
from indexlib.data.catalogue import load_catalogue
from indexlib.data.indicators import FOLDER
from indexlib.data.places import load_places
from indexlib.data.scores import (
    COLUMNS,
    DECIMALS,
    KEYS,
    VALUES,
    corrections_text,
    load_scores,
    load_sources,
    load_withheld,
    remarks_text,
    score_table,
    scores_text,
    withheld_text,
)
from indexlib.intake.checks.other_years import out_of_place, same_as_other_year
from indexlib.intake.checks.stored import against_stored
from indexlib.intake.files.report import ONCE
from indexlib.intake.indicator_addition import IndicatorAddition, compare_indicators, indicator_texts
from indexlib.intake.questions import ask
from indexlib.intake.reading import Reading
from indexlib.intake.second_copy import Beside, borne_out

SOURCE = re.compile(r"[A-Za-z0-9][\w.-]{0,80}", re.ASCII)


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
        ``old_source``, ``source`` (as the row of the file cites it).
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
    reading = replace(reading, problems=[*reading.problems, *_stored(reading, file)])
    have = load_scores(reading.index) if reading.index else load_scores().head(0)
    rows = _rounded(reading.scores)
    both = rows.merge(have, on=KEYS, how="left", suffixes=("", "_old"), indicator=True)
    new = both[both["_merge"] == "left_only"][COLUMNS].reset_index(drop=True)
    known = both[both["_merge"] == "both"]
    changed = _changed(known)
    held = load_withheld()
    withheld = _rounded_held(reading.withheld, held)
    once, differing, beside = borne_out(reading, have, second, file)
    problems = _against_withheld(rows, held, file) + same_as_other_year(rows, have, file) + differing
    hidden = _no_longer(have, reading, file)
    once = ask(reading, have, once, file) if second is None else once
    doubts = [p for p in reading.doubts if p.code not in ONCE] + out_of_place(rows, have, reading.figures, file) + once
    missing = _missing(rows, have, reading)[: 0 if reading.one_place else None]
    return Addition(reading, state, new, changed, len(known) - changed[KEYS].drop_duplicates().shape[0], missing, withheld,
                    compare_indicators(reading), problems + hidden, doubts, beside)


def beside_stored(reading: Reading, file: str) -> Reading:
    """A reading with what the stored figures say against it, and what is left to ask of it."""
    once = [p for p in reading.doubts if p.code in ONCE]
    asked = ask(reading, load_scores(reading.index), once, file) if once and not reading.errors else once
    return replace(reading, problems=[*(p for p in reading.problems if p not in once), *_stored(reading, file), *asked])


def _stored(reading: Reading, file: str) -> list[Problem]:
    """What the stored figures say against a reading: an error where a total is a plain sum, else a doubt."""
    if reading.errors or reading.scores.empty or not load_catalogue().edition(reading.index, max(reading.years)):
        return []
    return against_stored(reading.scores, reading.index, file)


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
                                                     old_source=known.loc[differs, "source_old"],
                                                     source=known.loc[differs, "source"]))
    return pd.concat(parts, ignore_index=True).sort_values([*KEYS, "column"]).reset_index(drop=True)


def _missing(rows: pd.DataFrame, have: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """What the year before had and the file has not, for components and places that are valid in its year."""
    parts = []
    for year in reading.years:
        before = have[(have["year"] == year - 1) & have["score"].notna()][["place", "component"]]
        valid = set(load_catalogue().valid(year, reading.index))
        listed = {(place.level, place.parent) for place in map(load_places().get, rows["place"].unique())}
        there = {place.code for place in load_places().all if place.valid(year) and (place.level, place.parent) in listed}
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


def add(addition: Addition, file: str, source: str, where: str = "", accept_changes: bool = False,
        accept_doubts: bool = False, checked: bool = False, today: date | None = None, keep_old: bool = False,
        confirmed: frozenset[str] = frozenset()) -> list[str]:
    """Write an addition into the score tables, all or nothing; the keys of the sources written beside its figures.

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
    confirmed : frozenset of str
        Cells that a person typed from the publication, see :func:`indexlib.intake.questions.confirmed`.
    today : date, optional
        Date of the correction; default today.
    keep_old : bool
        Write what is new, and keep what the file says otherwise than the tables as a remark.

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
    if not addition.empty and (said := _open_doubts(addition.doubts, accept_doubts, checked, confirmed)):
        raise IndexlibError("\n".join(said))
    if accept_changes and keep_old:
        raise IndexlibError(t("add.one_of"))
    if (changes := len(addition.replaced) * (not keep_old) + len(addition.indicators.changed)) and not accept_changes:
        raise IndexlibError(t("add.changes", n=changes))
    if addition.empty:
        return []
    folder = files.data_dir()
    try:
        with transaction.locked(folder):
            if _state(folder) != addition.state:
                raise IndexlibError(t("fault.data_changed"))
            files.forget()  # under the lock, what is read is what stands there
            texts, cited = _texts(addition, file, source, where, today or date.today(), keep_old)
            transaction.write_together(folder, texts)
            return cited
    except OSError as error:
        raise IndexlibError(t("add.cannot_write", why=error.strerror or error)) from error
    finally:
        files.look()


def _open_doubts(doubts: list[Problem], accept_doubts: bool, checked: bool, confirmed: frozenset[str]) -> list[str]:
    """What to do about doubts that nobody has answered for."""
    once = sum(p.code in ONCE for p in doubts)
    far = [p for p in doubts if p.code == "stands_out"]
    open_ = (("add.doubts", len(doubts) - once - len(far), accept_doubts), ("add.unchecked", once, checked),
             ("add.unconfirmed", sum(p.label not in confirmed for p in far), False))
    return [t(key, n=n) for key, n, answered in open_ if n and not answered]


def _state(folder: Path) -> str:
    """Checksum of the tables that an addition is compared with and written to."""
    digest = hashlib.sha256()
    for path in [folder / "sources.csv", *sorted(p for part in ("scores", FOLDER) for p in (folder / part).glob("*.csv"))]:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _texts(addition: Addition, file: str, source: str, where: str, today: date,
           keep_old: bool) -> tuple[dict[str, str], list[str]]:
    """The new text of each file that an addition changes, and the keys of its sources."""
    index = addition.reading.index
    rows, replaced = _written(addition, keep_old), _replaced(addition)
    key_of, new = _keys({*rows["source"], *replaced["source"]}, addition.reading, source, where)
    rows, replaced = (frame.assign(source=frame["source"].map(key_of)) for frame in (rows, replaced))
    texts = {"sources.csv": _with_sources(new)} if new else {}
    if not addition.no_scores:
        texts[score_table(index)] = scores_text(index, rows)
    if not addition.indicators.empty:
        texts |= indicator_texts(addition.indicators, index, source)
    if keep_old and len(replaced):
        texts["scores/remarks.csv"] = remarks_text(replaced)
    elif len(replaced):
        texts["scores/corrections.csv"] = corrections_text(index, replaced, file, today)
    if not addition.withheld.empty:
        texts["scores/withheld.csv"] = withheld_text(addition.withheld, source)
    cited = dict.fromkeys(key for keys in [*rows["source"], *replaced["source"]] for key in keys.split("; "))
    return texts, list(cited) or [source]


def _written(addition: Addition, keep_old: bool) -> pd.DataFrame:
    """The rows of the file that are new or change a figure; without what would replace one that is to be kept."""
    changed = addition.changed[addition.changed["old"].isna()] if keep_old else addition.changed
    rows, of = _rounded(addition.reading.scores), pd.concat([addition.new[KEYS], changed[KEYS]])
    if keep_old:
        for column, kept in addition.replaced.groupby("column"):
            same = pd.MultiIndex.from_frame(rows[KEYS]).isin(pd.MultiIndex.from_frame(kept[KEYS]))
            rows[column] = rows[column].mask(same)
    return rows[pd.MultiIndex.from_frame(rows[KEYS]).isin(pd.MultiIndex.from_frame(of))]


def _replaced(addition: Addition) -> pd.DataFrame:
    """Every figure that replaces an older one, of scores and of indicators."""
    indicators = addition.indicators.changed.rename(columns={"indicator": "component"}).assign(column="value")
    return pd.concat([addition.replaced, indicators], ignore_index=True).fillna({"source": ""})


def _keys(cited: set[str], reading: Reading, source: str, where: str) -> tuple[dict[str, str], dict[str, str]]:
    """Keys for what rows cite, and the new ones: key to what it is.

    Each row of a page of one place cites its own, by key or by address; an address that is not known gets a key.
    """
    known = load_sources().set_index("source")["where"].to_dict()
    if not reading.one_place:
        return dict.fromkeys(cited, source), {} if source in known else {source: where}
    keys, new = {at: key for key, at in known.items()} | {key: key for key in known}, dict[str, str]()
    numbers = [int(key.rpartition("-")[2]) for key in known if re.fullmatch(rf"{reading.index}-\d+", key)]
    for name in sorted({part for text in cited for part in text.split("; ")} - {*keys}):
        key = name if SOURCE.fullmatch(name) else f"{reading.index}-{max(numbers, default=0) + len(new) + 1}"
        keys[name] = key
        new[key] = name if key != name else where if name == source else ""  # a key that nothing explains is misspelt
    return {text: "; ".join(keys[part] for part in text.split("; ")) for text in cited}, new


def _with_sources(new: dict[str, str]) -> str:
    for source, where in new.items():
        if not where:
            raise IndexlibError(t("add.no_source", source=source))
        if not SOURCE.fullmatch(source):
            raise IndexlibError(t("add.source_key", value=shown(source)))
    rows = pd.DataFrame([{"source": key, "where": csv_cell(shown(where, 500))} for key, where in new.items()])
    whole = pd.concat([load_sources(), rows], ignore_index=True).sort_values("source", kind="stable")
    return whole.to_csv(index=False, lineterminator="\n")
