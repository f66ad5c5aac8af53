"""What is said of a file while it is read: every problem with its cell, and which of them are only doubts or notes."""

from __future__ import annotations

from indexlib.base.problems import Problem
from indexlib.base.wording import plain_number, t

INDICATORS = ["year", "place", "component", "label", "value"]
#: What a reader says for the record: nothing is wrong with the scores that it hands back.
NOTES = frozenset({"withheld", "stale_sheet", "indicators", "not_component", "total_not_published", "other_year",
                   "column_other_year", "column_other_index", "empty_column", "points", "sheet_unread", "part_unread",
                   "part_outdone", "score_found", "totals_loose", "level_missing", "indicator_pairs", "indicator_label",
                   "indicator_twice", "indicator_cells"})
#: A cell shows more than one text: a change, a struck-out part, or raised digits that may be a mark or a part of it.
UNSURE = frozenset({"changed_text", "raised_text"})
#: The figures stand once in the file, and nothing bears out that they stand in the right place.
UNPROVED = frozenset({"headers_once", "places_once"})
ONCE = UNPROVED | {"once", "further", "blank_once"}
#: The figures are as the file has them, but something beside them does not fit: a person decides.
DOUBTS = ONCE | {"absent_withheld", "total", "sum", "sheets_differ", "partial", "year_conflict", "index_conflict", "profile",
                 "withheld_alone", "sorted_apart", "title_component", "title_other", "title_year", "header_words",
                 "cell_words", "under_group", "text_between", "not_withheld", "hidden_sheet", "hidden_rows", "hidden_columns",
                 "odd_decimals", "rank_gap", "whole_numbers", "outlier", "place_twice", "stored", "stands_out",
                 "total_missing"}


class Collector:
    """Gathers the problems of one file while it is read."""

    def __init__(self, file: str):
        self.file = file
        self.problems: list[Problem] = []

    def add(self, code: str, sheet: str = "", row: int | None = None, column: int | None = None,
            **values: object) -> None:
        """Record a problem; ``row`` and ``column`` count from 0 as in the sheet."""
        message = t(f"read.{code}", **{k: plain_number(v) if isinstance(v, float) else v for k, v in values.items()})
        found = Problem(self.file, sheet, None if row is None else row + 1,
                        "" if column is None else letters(column), code, message, str(values.get("label", "")))
        if found not in self.problems:
            self.problems.append(found)


def letters(column: int) -> str:
    """Name of a column counted from 0.

    Examples
    --------
    >>> letters(0), letters(26)
    ('A', 'AA')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_number(name: str) -> int:
    """Number of a column, from 1.

    Examples
    --------
    >>> column_number("A"), column_number("AB")
    (1, 28)
    """
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    return number
