"""A second copy of an edition, taken from elsewhere: it bears out what the first file says only once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from indexlib.catalogue import load_catalogue
from indexlib.places import load_places
from indexlib.problems import DataError, IndexlibError, Problem
from indexlib.readers import read_published
from indexlib.readers.corroboration import corroborate, report_unproved
from indexlib.readers.figures import RANK, SCORE
from indexlib.readers.reading import Collector, Reading
from indexlib.wording import listing, plain_number, t


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
        Its problems do not matter: only figures that it has are compared.

    Raises
    ------
    IndexlibError
        It is the same file, or the one that a template was poured from.
    DataError
        It has no figure of the edition.
    """
    same = path.exists() and first.exists() and path.read_bytes() == first.read_bytes()
    if same or (reading.origin and path.name == reading.origin):
        raise IndexlibError(t("add.same_copy"))
    second = read_published(path, reading.years[0] if len(reading.years) == 1 else None, reading.index)
    if not set(second.scores["year"]) & set(reading.years):
        label = load_catalogue().short_name(reading.index)
        said = t("add.nothing_against", index=label, years=listing([str(y) for y in reading.years]))
        raise DataError([Problem(path.name, "", None, "", "nothing_against", said), *second.errors])
    return second


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
    report, differing = Collector(file), []
    same = total = 0
    for year, own in reading.figures.items():
        figures, _ = corroborate(own, have[have["year"] == year])
        if second is not None:
            alone, differs = corroborate(replace(own, agreed=set()), second.scores[second.scores["year"] == year])
            figures.agreed.update(alone.agreed)
            same += len(alone.agreed)
            total += sum(len(values) for (_, kind), values in own.found.items() if kind in (SCORE, RANK))
            differing += [_differs(row, year, file) for row in differs.itertuples()]
        if not reading.errors:
            report_unproved(figures, reading.index, year, report)
    beside = None if second is None else Beside(same, len(differing), total - same - len(differing))
    return report.problems, differing, beside


def _differs(row: tuple, year: int, file: str) -> Problem:
    component, kind, place, one, other = row[1:]
    said = t("add.copies_differ", place=load_places().get(place).name, component=load_catalogue().label(component),
             year=year, column=t(f"add.column.{kind}"), one=plain_number(one), other=plain_number(other))
    return Problem(file, "", None, "", "copies_differ", said)
