"""Errors and problem records.

Every error of the library derives from :class:`IndexlibError`. Bad input is collected
as :class:`Problem` records and raised once, all together, as :class:`DataError`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexlib.base.wording import t

#: Control characters, and those that show text in another order than it is written.
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in an input, with its place.

    Parameters
    ----------
    file : str
        File name as the user knows it.
    sheet : str
        Sheet of a workbook; empty for text files.
    row : int or None
        Line of the file, counted from 1 with the header; ``None`` if the whole file is meant.
    column : str
        Column name or letter; empty if the whole row is meant.
    code : str
        Short stable name of the kind of problem, for programs.
    message : str
        What is wrong and what to do, in the language in force.
    label : str
        Of a head that is not known: its text.
    """

    file: str
    sheet: str
    row: int | None
    column: str
    code: str
    message: str
    label: str = ""

    def __str__(self) -> str:
        where = [self.sheet] if self.sheet else []
        if self.row is not None:
            where.append(t("problem.row", row=self.row))
        if self.column:
            where.append(self.column)
        text = f"  {', '.join(where)}: {self.message}" if where else f"  {self.message}"
        return UNSEEN.sub("\ufffd", text)  # a cell of a foreign file must not steer the terminal

    def line(self) -> str:
        """The problem with its file, in one line."""
        return f"{self.file}: {str(self).strip()}"


class IndexlibError(Exception):
    """Base of all errors of the library; its text can be shown to an analyst as it is.

    Attributes
    ----------
    exit_code : int
        What the command line ends with: 2 for bad input, 1 for work that failed.
    """

    exit_code = 2


class PlaceError(IndexlibError):
    """A name that is not exactly one place in the year asked."""


class ChoiceError(IndexlibError, ValueError):
    """An argument that names nothing, or more than one thing; the text says what there is."""


class DataError(IndexlibError):
    """Bad input: carries every problem found, not only the first.

    Attributes
    ----------
    problems : list of Problem
    """

    shown = 50

    def __init__(self, problems: list[Problem]):
        self.problems = list(problems)
        lines = []
        for file in dict.fromkeys(p.file for p in self.problems):
            of_file = [p for p in self.problems if p.file == file]
            lines.append(t("problem.count", file=file, n=len(of_file)))
            lines += [str(p) for p in of_file[: self.shown]]
            if len(of_file) > self.shown:
                lines.append("  " + t("problem.more", n=len(of_file) - self.shown))
        super().__init__("\n".join(lines))


class BrowserError(IndexlibError):
    """No Chrome or Chromium to draw files with, or one that failed; one line that says what to do."""


class NoDataError(IndexlibError):
    """A year, place or index for which no figure is at hand."""
