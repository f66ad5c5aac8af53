"""The data folder and its text tables: where they are, and reading them with line numbers."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd

from indexlib.base.problems import UNSEEN, DataError, Problem
from indexlib.base.transaction import finish
from indexlib.base.wording import t

#: Folder of the project: notebooks, parameters and data stand in it, beside the package.
PROJECT = Path(__file__).resolve().parents[2]
BESIDE_PACKAGE = PROJECT / "data"


_remembered: list = []
_stamps: dict[Path, int] = {}
_looked = float("-inf")
_instead: Path | None = None
_settled: Path | None = None
#: Seconds between two looks at whether the data files have changed.
LOOK_EVERY = 1.0
MAX_BYTES = 200_000_000
P = ParamSpec("P")
R = TypeVar("R")


def remembered(function: Callable[..., Any], at_most: int | None = None) -> Any:
    """Keep what a function of the data folder returns, the latest ``at_most``, until a file under the folder changes."""
    kept = lru_cache(at_most)(function)
    _remembered.append(kept)
    return kept


def known(function: Callable[P, R]) -> Callable[P, R]:
    """Keep what a function finds out from the data folder in force, until a file under the folder changes."""
    kept = remembered(lambda folder, *args, **named: function(*args, **named))

    @wraps(function)
    def asked(*args: P.args, **named: P.kwargs) -> R:
        return kept(data_dir(), *args, **named)

    return asked


def forget() -> None:
    """Drop everything that was read from the data folder; the next call reads the files again."""
    for kept in _remembered:
        kept.cache_clear()


def look() -> None:
    """Look at the data files at the next use, however short ago the last look was."""
    global _looked
    _looked = float("-inf")


def _watch(folder: Path) -> None:
    """Forget what was read if a data file has changed since; looks at most once a second, and whenever a folder is new."""
    global _looked
    if folder in _stamps and time.monotonic() - _looked < LOOK_EVERY:
        return
    finish(folder)
    stamp = _stamp(folder)
    if _stamps.setdefault(folder, stamp) != stamp:
        _stamps[folder] = stamp
        forget()
    _looked = time.monotonic()


def _stamp(folder: Path) -> int:
    """A number that changes with the name, size or time of any data file."""
    found = []
    for path in folder.rglob("*.*"):
        with suppress(FileNotFoundError):  # moved into its place by another process just now
            about = path.stat()
            found.append((str(path), about.st_mtime_ns, about.st_size))
    return hash(tuple(sorted(found)))


def data_dir() -> Path:
    """Folder of the reviewed data files.

    ``INDEXLIB_DATA`` in the environment names another folder; else it is ``data/``
    beside the package.
    """
    if _settled:
        return _settled
    named = os.environ.get("INDEXLIB_DATA")
    folder = _instead or (Path(named) if named else BESIDE_PACKAGE)
    _watch(folder)
    return folder


@contextmanager
def in_force(folder: Path) -> Iterator[None]:
    """Read and write another folder for the block, say a copy in which a change is tried."""
    global _instead, _settled
    before, _instead, _settled = (_instead, _settled), folder, None
    look()
    try:
        yield
    finally:
        _instead, _settled = before
        look()


@contextmanager
def settled() -> Iterator[None]:
    """Take the data folder for the block as it now is: what is asked for thousands of times is looked for once."""
    global _settled
    before, _settled = _settled, data_dir()
    try:
        yield
    finally:
        _settled = before


def shown_name(path: Path) -> str:
    """File name for messages: relative to the folder above ``data``, if it lies there."""
    try:
        return path.resolve().relative_to(data_dir().resolve().parent).as_posix()
    except ValueError:
        return path.name


def read_table(path: Path, columns: list[str], optional: tuple[str, ...] = ()) -> pd.DataFrame:
    """Read a CSV table as text.

    Parameters
    ----------
    path : Path
    columns : list of str
        The columns the table must have, in any order; others are an error.
    optional : tuple of str
        Those of them that it may lack: then all their cells are empty.

    Returns
    -------
    DataFrame
        All columns as text, empty cells as ``""``; the index ``row`` is the line in the file.

    Raises
    ------
    DataError
        Missing file, other columns, a line with another number of cells, bytes that are not UTF-8, control characters.
    """
    name = shown_name(path)
    try:
        _refuse_unseen(path, name)
        frame = _parse(path)
    except (FileNotFoundError, IsADirectoryError):
        raise DataError([Problem(name, "", None, "", "missing_file", t("data.missing_file"))]) from None
    except (UnicodeDecodeError, csv.Error, pd.errors.ParserError, pd.errors.EmptyDataError):
        raise DataError(_ragged(path, name)) from None
    frame = frame.assign(**{c: "" for c in optional if c not in frame.columns})
    wrong = [c for c in columns if c not in frame.columns] + [c for c in frame.columns if c not in columns]
    if wrong:
        message = t("data.columns", wrong=", ".join(map(str, wrong)), expected=", ".join(columns))
        raise DataError([Problem(name, "", 1, "", "columns", message)])
    return frame


def _refuse_unseen(path: Path, name: str) -> None:
    """Refuse a file that is too large, and characters that nobody sees but other programs act on."""
    if path.stat().st_size > MAX_BYTES:
        raise DataError([Problem(name, "", None, "", "too_large", t("data.too_large", n=MAX_BYTES // 1_000_000))])
    text = path.read_text(encoding="utf-8")
    if UNSEEN.search(text):
        raise DataError([Problem(name, "", row, "", "unseen", t("data.unseen", code=f"U+{ord(found[0]):04X}"))
                         for row, line in enumerate(text.split("\n"), 1) if (found := UNSEEN.search(line))])


def _parse(path: Path) -> pd.DataFrame:
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8", index_col=False,
                        skip_blank_lines=False, on_bad_lines="error")
    frame.index = pd.RangeIndex(2, len(frame) + 2, name="row")
    if _has_short_line(path, frame.shape[1]):
        raise csv.Error
    return frame


def _has_short_line(path: Path, cells: int) -> bool:
    """Whether a line has fewer cells than the header: the parser would fill it in silence."""
    with open(path, "rb") as file:
        if all(line.count(b",") >= cells - 1 for line in file):
            return False
    with open(path, encoding="utf-8", newline="") as file:  # fewer commas: a short line, or a cell of several lines
        return any(len(row) < cells for row in csv.reader(file))


def _ragged(path: Path, name: str) -> list[Problem]:
    """Name the lines that do not have as many cells as the header."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except UnicodeDecodeError as error:
        return [Problem(name, "", None, "", "encoding", t("data.encoding", byte=error.start))]
    except csv.Error:
        return [Problem(name, "", None, "", "malformed", t("data.malformed"))]
    if not rows:
        return [Problem(name, "", None, "", "empty", t("data.empty"))]
    wrong = [Problem(name, "", i, "", "cells", t("data.cells", n=len(row), expected=len(rows[0])))
             for i, row in enumerate(rows[1:], 2) if len(row) != len(rows[0])]
    return wrong or [Problem(name, "", None, "", "malformed", t("data.malformed"))]


def problems_where(table: Path | str, frame: pd.DataFrame, mask: Any, column: str, key: str,
                   **values: object) -> list[Problem]:
    """A problem for each row of a table for which something holds.

    Parameters
    ----------
    table : Path or str
        Its file, a path as the data folder has it: ``scores/papi.csv``.
    frame : DataFrame
        As :func:`read_table` gave it: the index is the line in the file.
    mask : Series or array of bool
        One entry a row: whether it is at fault.
    column : str
        The column at fault; its cell is the ``value`` of the message.
    key : str
        Text of the message; its last part is the code of the problem.
    """
    rows = frame.index[np.asarray(mask, dtype=bool)]
    if rows.empty:
        return []
    file, code = shown_name(data_dir() / table), key.rpartition(".")[2]
    return [Problem(file, "", int(row), column, code, t(key, value=frame.at[row, column], **values)) for row in rows]


def exact(text: pd.Series) -> pd.Series:
    """Text as numbers, every digit kept; missing where it is none.

    ``pandas.to_numeric`` before pandas 3 is off in the last binary digit now and then.
    """
    found = pd.to_numeric(text, errors="coerce")
    if pd.api.types.is_float_dtype(found):
        known = found.notna()
        found[known] = text[known].astype(str).astype(float)
    return found


def numbers(frame: pd.DataFrame, path: Path, columns: list[str], needed: list[str] | None = None) -> pd.DataFrame:
    """Turn columns of a table from text to numbers; empty cells become missing.

    Raises
    ------
    DataError
        Every cell that is no number, and every empty one of the columns ``needed``.
    """
    found, problems = {}, []
    for column in columns:
        empty = frame[column] == ""
        found[column] = exact(frame[column].where(~empty))
        problems += problems_where(path, frame, found[column].isna() & ~empty, column, "scores.not_a_number")
        problems += problems_where(path, frame, empty & (column in (needed or [])), column, "scores.empty")
    if problems:
        raise DataError(problems)
    return frame.assign(**found)


def years(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Turn ``first_year`` and ``last_year`` from text to numbers; empty means open."""
    frame = numbers(frame, path, ["first_year", "last_year"])
    return frame.assign(first_year=frame["first_year"].fillna(0).astype(int),
                        last_year=frame["last_year"].fillna(9999).astype(int))
