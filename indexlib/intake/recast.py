"""A past year that a publisher reissues on the places of a later one: a series of its own, beside the scores."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexlib.base.problems import IndexlibError
from indexlib.base.wording import t
from indexlib.data import files
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places
from indexlib.data.scores import COLUMNS, OPTIONAL, RECAST
from indexlib.intake.trial import trial


@contextmanager
def recast(year: int | None) -> Iterator[None]:
    """Have for the block a copy of the data in force in which the places formed later are there from a year on.

    What the block adds for that year is then written beside the scores, all of it or nothing.

    Raises
    ------
    IndexlibError
        No year, no places that were formed later, or other figures of such a series are there already.
    """
    formed = {place.first_year for place in load_places().all if place.level == "province"}
    later = min((first for first in formed if first > (year or 9999)), default=0)
    if year is None or not later:
        raise IndexlibError(t("recast.no_year"))
    with tempfile.TemporaryDirectory() as there:
        copy = Path(shutil.copytree(files.data_dir(), Path(there) / "data", ignore=shutil.ignore_patterns(".*")))
        _shift(copy, year, later)
        with files.in_force(copy):
            yield
            files.look()
            paths = [copy / "scores" / index.file for index in load_catalogue().by_index.values()]
            tables = [files.read_table(path, COLUMNS, OPTIONAL) for path in paths]
            rows = [row for table in tables for row in table[table["year"] == str(year)].to_numpy().tolist()]
            sources = (copy / "sources.csv").read_text(encoding="utf-8")
    files.look()
    if rows:
        with trial():
            _put(rows, sources)


def _shift(folder: Path, year: int, later: int) -> None:
    """Let the places of a later year be there from a year on, and no scores from then on."""
    counts = len(load_places().valid(later))
    ends = {"first_year": (str(later), str(year)), "last_year": (str(later - 1), str(year - 1))}

    def place(row: dict[str, str]) -> dict[str, str] | None:
        return row | {k: new for k, (old, new) in ends.items() if row[k] == old}

    def edition(row: dict[str, str]) -> dict[str, str] | None:
        mine = int(row["first_year"] or 0) <= year <= int(row["last_year"] or 9999)
        return row | {"places_ranked": str(counts), "ranks_printed": ""} if mine else row

    def before(row: dict[str, str]) -> dict[str, str] | None:
        return row if int(row["year"]) < year else None

    changes = {"places/places.csv": place, "places/aliases.csv": place, "catalogue/editions.csv": edition}
    changes |= {f"scores/{path.name}": before for path in folder.glob("scores/*.csv")}
    for name, change in changes.items():
        reader = csv.DictReader(io.StringIO((folder / name).read_text(encoding="utf-8"), newline=""))
        rows = [new for row in reader if (new := change(row))]
        with (folder / name).open("w", encoding="utf-8", newline="") as out:
            table = csv.DictWriter(out, list(reader.fieldnames or ()), lineterminator="\n")
            table.writeheader()
            table.writerows(rows)


def _put(rows: list[list[str]], sources: str) -> None:
    """Write rows into the table of such series of the data folder in force."""
    path = files.data_dir() / "scores" / RECAST
    have = files.read_table(path, COLUMNS).to_numpy().tolist() if path.is_file() else []
    series = {(row[0], row[2].split(".")[0], row[2]) for row in rows}
    again = sorted(row for row in have if (row[0], row[2].split(".")[0], row[2]) in series)
    if again and again != sorted(rows):
        raise IndexlibError(t("recast.exists", file=files.shown_name(path)))
    with path.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(sorted([*(row for row in have if row not in again), *rows]))
    (files.data_dir() / "sources.csv").write_text(sources, encoding="utf-8")
    files.forget()
    files.look()
