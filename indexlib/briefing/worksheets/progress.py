"""What the units planned and did, read back from their worksheets, for the quarterly report."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from indexlib.base.days import day_text
from indexlib.base.problems import DataError, Problem
from indexlib.base.wording import NONE, listing, t
from indexlib.briefing.worksheets import form, tasks
from indexlib.briefing.worksheets.returned import Returned, read_worksheet
from indexlib.data.catalogue import load_catalogue
from indexlib.data.lookup import find_place
from indexlib.plan.plan import NO_PLAN, load_plan
from indexlib.plan.settings import Params

ROWS = ["unit", "component", "number", "measure", "product", "deadline", "person", "status", "done_on", "result",
        "file", "row"]
#: Files that hold worksheets, and files that a unit may send back instead.
BOOKS, DOCUMENTS = (".xlsx", ".xlsm", ".xls", ".ods"), (".docx", ".doc", ".odt", ".pdf", ".csv")
#: Cells named where two worksheets of a unit differ.
SHOWN = 5
#: What has become of a measure on a day.
STATES = ("done", "done_late", "late", "due")
#: What has become of a component: measures are there, none is, its lines have faults, its worksheet is not there.
PLANNED = ("planned", "missing", "faulty", "not_returned")


@dataclass(frozen=True)
class Progress:
    """Worksheets read back.

    Attributes
    ----------
    place, plan : str
        Codes; empty where no worksheet could be read.
    year : int
        Index year of the results that the worksheets answer to; 0 where none could be read.
    rows : DataFrame
        One row per measure that is in order: ``unit``, ``component``, ``number``, ``measure``, ``product``,
        ``deadline`` (date), ``person``, ``status`` (``not_started``, ``running``, ``done``, empty: not said),
        ``done_on`` (date or ``None``), ``result``, ``file``, ``row``.
    components : DataFrame
        One row per component that was handed out, by unit as the plan lists them: ``component``, ``unit``,
        ``state``: ``planned``, ``missing`` (no measure on the worksheet), ``faulty`` (its lines could not be
        counted) or ``not_returned``.
    tasks : DataFrame
        The plan's register of tasks with what the units reported; see :func:`indexlib.briefing.worksheets.tasks.reported`.
    problems : list of Problem
        Everything that kept a line or file from being counted, with its sheet, row and column.
    """

    place: str
    year: int
    plan: str
    rows: pd.DataFrame
    components: pd.DataFrame
    tasks: pd.DataFrame
    problems: list[Problem]

    @property
    def days(self) -> dict[str, list[datetime.date]]:
        """The deadlines that units gave, by component and by item of the plan."""
        told = [*self.rows[["component", "deadline"]].itertuples(index=False, name=None),
                *self.tasks[["task", "deadline"]].itertuples(index=False, name=None)]
        days: dict[str, list[datetime.date]] = {}
        for key, day in told:
            if day is not None:
                days.setdefault(key, []).append(day)
        return days

    def judged(self, on: datetime.date) -> pd.DataFrame:
        """The measures with their ``state`` at the end of a day.

        ``done``: by its deadline; ``done_late``; ``late``: not done, the deadline has passed; ``due``: not done,
        the deadline has not passed. What was done after the day counts as not done on it.
        """
        done = np.array([d is not None and d <= on for d in self.rows["done_on"]], dtype=bool)
        deadline = self.rows["deadline"]
        after = np.array([d is not None and d > limit for d, limit in zip(self.rows["done_on"], deadline, strict=True)],
                         dtype=bool)
        passed = np.array([limit < on for limit in deadline], dtype=bool)
        state = np.select([done & ~after, done, passed], list(STATES[:3]), STATES[3])
        return self.rows.assign(state=state)

    def summary(self, on: datetime.date) -> pd.DataFrame:
        """Counts by unit on a day.

        Returns
        -------
        DataFrame
            ``unit``; ``components`` = ``planned`` + ``missing`` + ``faulty`` + ``not_returned``;
            ``measures`` = ``done`` + ``done_late`` + ``late`` + ``due``.
        """
        units = list(dict.fromkeys(self.components["unit"]))
        components = pd.crosstab(self.components["unit"], self.components["state"])
        judged = self.judged(on)
        measures = pd.crosstab(judged["unit"], judged["state"])
        frame = pd.DataFrame({"unit": units}, dtype=object)
        for name, names, counts in (("components", PLANNED, components), ("measures", STATES, measures)):
            counts = counts.reindex(index=units, columns=list(names), fill_value=0).reset_index(drop=True).astype(int)
            frame = frame.join(counts.sum(axis=1).rename(name)).join(counts)
        return frame


def read_progress(folder: Path | str, expected: Params | None = None) -> Progress:
    """Read the filled worksheets of a folder.

    Nothing is guessed: a line with a fault, a file of another run, two files of one unit that differ are left out of the
    counts and stand among the problems with their cells.

    Parameters
    ----------
    folder : Path
        Holds the workbooks that the units sent back. A document without a workbook of its name is a problem: what
        was filled in on paper cannot be read back. Folders inside it are not looked into.
    expected : Params, optional
        Place, year and plan that the worksheets must be of; default what most of them say.

    Raises
    ------
    DataError
        No such folder, or no workbook in it.
    """
    folder = Path(folder)
    files = _files(folder)
    if not files:
        code = "no_files" if folder.is_dir() else "no_folder"
        raise DataError([Problem(folder.as_posix(), "", None, "", code, t(f"progress.{code}"))])
    backs = [read_worksheet(path) for path in files]
    known = [b for b in backs if b.keys]
    run = _run(known, expected)
    kept = _once([b for b in known if _signature(b) == run])
    return _together(kept, run, [p for b in backs for p in b.problems])


def _files(folder: Path) -> list[Path]:
    """What may be a worksheet: workbooks, and documents that have no workbook of their name beside them."""
    if not folder.is_dir():
        return []
    there = sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith(("~$", ".")))
    books = [p for p in there if p.suffix.lower() in BOOKS]
    stems = {p.stem for p in books}
    return [p for p in there if p in books or (p.suffix.lower() in DOCUMENTS and p.stem not in stems)]


def _signature(back: Returned) -> tuple:
    """What a worksheet shares with all others of its run."""
    return (back.keys["place"], back.keys["year"], back.keys["plan"], tuple(sorted(back.given.items())))


def _run(known: list[Returned], expected: Params | None) -> tuple | None:
    """The run that is counted: the one expected, else the one of most worksheets; others become problems."""
    count = Counter(_signature(b) for b in known)
    if expected is not None:
        asked = (find_place(expected.place, expected.year).code, expected.year, expected.plan)
        count = Counter({s: n for s, n in count.items() if s[:3] == asked})
    most = [s for s, n in count.items() if n == max(count.values())]
    run = most[0] if len(most) == 1 else None
    for back in known:
        if _signature(back) == run:
            continue
        said = back.keys
        if expected is not None and _signature(back)[:3] != asked:
            back.report("not_expected", place=said["place"], year=said["year"], plan=said["plan"],
                        expected=", ".join(map(str, asked)))
        else:
            back.report("mixed", place=said["place"], year=said["year"], plan=said["plan"])
    return run


def _once(backs: list[Returned]) -> list[Returned]:
    """Worksheets of units that sent back one only; of copies that say the same, the first."""
    kept: list[Returned] = []
    for back in backs:
        same = [b for b in kept if b.keys["unit"] == back.keys["unit"] and _said(b) == _said(back)]
        if not same:
            kept.append(back)
        else:
            back.problems.clear()
    count, differ = Counter(b.keys["unit"] for b in kept), {}
    for back in kept:
        twins = [b for b in kept if b.keys["unit"] == back.keys["unit"]]
        if count[back.keys["unit"]] > 1:
            back.report("unit_twice", unit=back.keys["unit"], files=", ".join(b.file for b in twins),
                        differ=differ.setdefault(back.keys["unit"], _differences(twins)))
            back.rows.clear()
            back.tasks.clear()
            back.faulty |= set(back.own)
    return kept


def _differences(twins: list[Returned]) -> str:
    """Where worksheets of one unit differ, cell by cell, what each says side by side; the first few."""
    lines = [{(r.get("component", r.get("task")), r.get("number", 0)): r for r in [*b.rows, *b.tasks]} for b in twins]
    found, left = [], {"file", "row", "unit", "component", "number", "task"}
    for key in dict.fromkeys(key for mine in lines for key in mine):
        told = [mine.get(key, {}) for mine in lines]
        for name in dict.fromkeys(name for line in told for name in line if name not in left):
            values = [_cell(name, line.get(name)) for line in told]
            if len(set(values)) > 1:
                where = form.short_label(key[0]) if key[0] in load_catalogue().order else key[0]
                found.append(f"{where}{f' ({key[1]})' if key[1] else ''}, {t(f'ws.col.{name}')}: {' | '.join(values)}")
    return listing([*found[:SHOWN], *([t("report.more", n=len(found) - SHOWN)] if len(found) > SHOWN else [])]) or NONE


def _cell(name: str, value: Any) -> str:
    """What stands in a cell, as people read it."""
    if isinstance(value, datetime.date):
        return day_text(value)
    return (t(f"ws.status.{value}") if name == "status" else str(value)) if value else NONE


def _said(back: Returned) -> tuple:
    """What a worksheet says, whatever its file is called."""
    lines = [{key: value for key, value in row.items() if key != "file"} for row in [*back.rows, *back.tasks]]
    return lines, back.faulty, [(p.code, p.sheet, p.row, p.column) for p in back.problems]


def _together(backs: list[Returned], run: tuple | None, problems: list[Problem]) -> Progress:
    """The worksheets of one run as frames."""
    place, year, plan, given = run or ("", 0, "", ())
    records: list[dict[str, Any]] = [row for back in backs for row in back.rows]
    rows = pd.DataFrame(records, columns=ROWS).astype({"deadline": object, "done_on": object})
    rows["done_on"] = [d if isinstance(d, datetime.date) else None for d in rows["done_on"]]
    known = [*load_plan(plan).units["unit"], ""] if plan else []
    listed = sorted(backs[0].given.items() if backs else given, key=lambda pair: known.index(pair[1]))
    components = pd.DataFrame(listed, columns=["component", "unit"])
    planned, faulty = set(rows["component"]), {c for b in backs for c in b.faulty}
    returned = {b.keys["unit"] for b in backs}
    components["state"] = np.select(
        [components["component"].isin(planned), components["component"].isin(faulty),
         components["unit"].isin(returned)], [PLANNED[0], PLANNED[2], PLANNED[1]], PLANNED[3])
    told = tasks.reported(load_plan(plan or NO_PLAN), backs)
    return Progress(place, year, plan, rows, components, told, problems)
