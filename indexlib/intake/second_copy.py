"""A second copy of an edition, taken from elsewhere: it bears out what the first file says only once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from indexlib.base.problems import DataError, IndexlibError, Problem
from indexlib.base.wording import listing, plain_number, t
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places
from indexlib.data.scores import load_withheld
from indexlib.intake.checks.corroboration import corroborate, report_unproved
from indexlib.intake.files.report import Collector
from indexlib.intake.files.sheets import Unreadable, open_file
from indexlib.intake.reading import Reading
from indexlib.intake.recognise import read_published
from indexlib.intake.table.figures import RANK, SCORE

#: With one of these a copy is no witness: it contradicts itself, or is not of the year that it is taken for.
CONTRARY = frozenset({"year_conflict", "two_years", "duplicate_place", "component_twice", "contradiction",
                      "two_components", "number_conflict", "sheet_conflict", "sheets_conflict", "sheets_differ",
                      "two_levels", "header_again", "title_component", "title_other", "title_year", "header_words",
                      "cell_words", "under_group", "text_between", "column_year", "places_of", "changed_text",
                      "raised_text", "hidden_sheet"})


@dataclass(frozen=True)
class Beside:
    """Number of figures of a file that its second copy has too, has otherwise, and lacks."""

    same: int
    differ: int
    lacking: int


def read_second(path: Path, first: Path, reading: Reading) -> Reading:
    """Read a second copy of what a file holds.

    Parameters
    ----------
    path : Path
        Any file that can be read, PDF and Word included; a part of the edition will do.
    first : Path
        The file that it is compared with.
    reading : Reading
        What that file holds.

    Returns
    -------
    Reading
        What it lacks does not matter: only figures that it has are compared.

    Raises
    ------
    IndexlibError
        It is the same file, or the one that a template was poured from.
    DataError
        It has no figure of the edition, or contradicts itself or its own title.
    """
    if _same(path, first) or (reading.origin and path.name == reading.origin):
        raise IndexlibError(t("add.same_copy"))
    label, years = load_catalogue().short_name(reading.index), listing([str(y) for y in reading.years])
    second = read_published(path)  # first without being told what it should be
    if second.index and second.index != reading.index:
        raise IndexlibError(t("add.other_index", file=path.name, index=load_catalogue().short_name(second.index),
                              wanted=label))
    if not second.years:
        second = read_published(path, reading.years[0] if len(reading.years) == 1 else None, reading.index)
    contrary = [p for p in second.problems if p.code in CONTRARY]
    if contrary or not set(second.scores["year"]) & set(reading.years):
        said = t("add.nothing_against", index=label, years=years)
        raise DataError([Problem(path.name, "", None, "", "nothing_against", said), *(contrary or second.errors)])
    return second


def _same(path: Path, first: Path) -> bool:
    """Whether two files hold the same cells, however they were saved."""
    try:
        return path.read_bytes() == first.read_bytes() or _cells(path) == _cells(first) != []
    except OSError:
        return False  # reading it says what is wrong


def _cells(path: Path) -> list[list[list[object]]]:
    try:
        sheets = open_file(path).sheets
    except Unreadable:
        return []
    return [[[cell for cell in row if cell is not None] for row in sheet.rows if any(c is not None for c in row)]
            for sheet in sheets]


def borne_out(reading: Reading, have: pd.DataFrame, second: Reading | None,
              file: str) -> tuple[list[Problem], list[Problem], Beside | None]:
    """What is not proved by a file, nor the tables, nor a second copy; and where that copy differs.

    Parameters
    ----------
    reading : Reading
    have : DataFrame
        Score table of the index.
    second : Reading, optional
    file : str
        Name of the file, for messages.

    Returns
    -------
    list of Problem, list of Problem, Beside or None
    """
    held = load_withheld()
    known = set(zip(held["year"], held["component"], held["place"], strict=True))
    report, differing = Collector(file), []
    same = total = 0
    for year, own in reading.figures.items():
        figures, _ = corroborate(own, have[have["year"] == year])
        figures.blank = [cell for cell in own.blank if (year, *cell) not in known]
        if second is not None:
            alone, differs = corroborate(replace(own, agreed={}), second.scores[second.scores["year"] == year])
            for key, (value, allowed) in alone.agreed.items():
                figures.agree(*key, value, allowed)
            same += len(alone.agreed)
            total += sum(len(values) for (_, kind), values in own.found.items() if kind in (SCORE, RANK))
            differing += [_differs(row, year, file) for row in differs.itertuples()]
        if not reading.errors and not own.place:
            report_unproved(figures, reading.index, year, report)
    beside = None if second is None else Beside(same, len(differing), total - same - len(differing))
    return report.problems, differing, beside


def _differs(row: tuple, year: int, file: str) -> Problem:
    component, kind, place, one, other = row[1:]
    said = t("add.copies_differ", place=load_places().get(place).name, component=load_catalogue().label(component),
             year=year, column=t(f"add.column.{kind}"), one=plain_number(one), other=plain_number(other))
    return Problem(file, "", None, "", "copies_differ", said)
