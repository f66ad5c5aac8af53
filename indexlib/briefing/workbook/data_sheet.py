"""Sheets of data: one header row with units, numbers as numbers, an empty number cell explained in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

import pandas as pd

from indexlib.base.wording import NONE, change_digits, settled, t
from indexlib.briefing.office.clean import sheet_name
from indexlib.briefing.office.excel import BLUE, GREY, Book, height

#: Texts wider than this are wrapped.
WRAPPED = 28
#: Characters across that can still be read in print, what stands further right is for the screen; characters across a
#: page in full size; points down it for each; most pages that a sheet is printed on, of a longer one only the first is.
PAGE, ACROSS, HIGH, MOST = 260, 136, 3.4, 3
#: Part of a page that is set smaller rather than begun.
SPILL = 0.25
WHOLE = "#,##0"
FORMATS = {"whole": WHOLE, "year": "0", "tenth": "0.0", "share": "0.0%", "probability": "0.000"}


@dataclass(frozen=True)
class Column:
    """A column of data: its key, its kind and its width in characters.

    ``kind`` is ``text``, ``whole``, ``year``, ``tenth`` (one decimal), ``score`` (in the published decimals of the
    row), ``change`` (signed, with digits enough never to show a change as zero), ``share`` (of one, shown in
    percent), ``probability`` or ``given`` (the row names its format under ``<key>_format``).
    """

    key: str
    kind: str = "text"
    width: int = 12

    @property
    def header(self) -> str:
        """Heading with its unit, in the language in force."""
        return t(f"wb.col.{self.key}")

    def number_format(self, value: float, row: dict[str, Any]) -> str:
        """Number format of a cell; Excel shows it with the decimal sign of the reader's own settings."""
        if self.kind == "given":
            return row[f"{self.key}_format"]
        if self.kind == "score":
            return decimal_format(row["decimals"])
        if self.kind == "change":
            return change_format(value, row["decimals"])
        return FORMATS[self.kind]


def decimal_format(digits: int) -> str:
    """Number format with a number of decimals.

    Examples
    --------
    >>> decimal_format(4)
    '#,##0.0000'
    """
    return WHOLE + ("." + "0" * int(digits) if digits else "")


def change_format(value: float, digits: int) -> str:
    """Signed number format that shows a change as other than zero.

    Examples
    --------
    >>> change_format(-0.0012, 2)
    '+#,##0.000;-#,##0.000;#,##0.000'
    """
    plain = decimal_format(change_digits(float(value), int(digits)))
    return f"+{plain};-{plain};{plain}"


@dataclass(frozen=True)
class DataSheet:
    """A sheet of data.

    Attributes
    ----------
    key : str
        Names the sheet (``wb.sheet.<key>``) and what it holds (``wb.about.<key>``).
    columns : list of Column
    frame : DataFrame
        A column per key; texts without gaps, numbers that may be missing.
    why : callable, optional
        Of a row and the key of an empty number: the reason in words. Adds the column of reasons.
    empty : str
        Said where there is no row.
    """

    key: str
    columns: list[Column]
    frame: pd.DataFrame
    why: Callable[[dict[str, Any], str], str] | None = None
    empty: str = field(default="")

    @property
    def name(self) -> str:
        """Name of the sheet."""
        return sheet_name(t(f"wb.sheet.{self.key}"))

    @property
    def about(self) -> str:
        """What the sheet holds."""
        return t(f"wb.about.{self.key}")


def write_sheet(book: Book, data: DataSheet, footer: str) -> None:
    """Write one sheet: frozen header, filter, widths, print setup."""
    sheet = book.file.add_worksheet(data.name)
    columns = [*data.columns, Column("reason", "text", 70)] if data.why else data.columns
    for c, column in enumerate(columns):
        sheet.set_column(c, c, column.width)
        book.text(sheet, 0, c, column.header, bold=True, text_wrap=True, border=1, bg_color=BLUE, valign="vcenter")
    sheet.set_row(0, height([(c.header, c.width - 2) for c in columns]))
    high = list(accumulate(_write_row(book, sheet, row, columns, record, data)
                           for row, record in enumerate(data.frame.to_dict("records"), 1)))
    if data.frame.empty:
        book.text(sheet, 1, 0, data.empty or t("wb.empty"), font_color=GREY, italic=True)
    else:
        sheet.autofilter(0, 0, len(data.frame), len(columns) - 1)
    fixed = 1 + max((i for i, c in enumerate(columns) if c.key in ("code", "label")), default=0)
    sheet.freeze_panes(1, fixed)
    sheet.repeat_rows(0)
    reach = list(accumulate(c.width for c in columns))
    printed = max(sum(width <= PAGE for width in reach), fixed)
    page = HIGH * max(reach[printed - 1], ACROSS)
    pages = max(high, default=0) / page
    rows = sum(end <= page for end in high) if pages > MOST else len(data.frame)
    sheet.print_area(0, 0, max(rows, 1), printed - 1)
    more = "first" if pages > MOST else "more" if printed < len(columns) - bool(data.why) else ""
    book.print_setup(sheet, footer, title=t(f"wb.print.{more}", name=data.name) if more else data.name,
                     pages=1 if pages > MOST else max(1, math.ceil(pages - SPILL)))


def _write_row(book: Book, sheet: Any, row: int, columns: list[Column], record: dict[str, Any],
               data: DataSheet) -> float:
    """Write a row; how high it is."""
    tall = [(str(record[c.key]), c.width - 2) for c in columns if c.kind == "text" and c.width > WRAPPED
            and c.key in record]
    reasons: dict[str, list[str]] = {}
    for c, column in enumerate(columns):
        if column.key == "reason" and data.why:
            text = _said(reasons, sum(other.kind != "text" for other in columns))
            tall.append((text, column.width - 2))
            book.text(sheet, row, c, text, text_wrap=True, align="left", indent=1, font_color=GREY)
        elif column.kind == "text":
            wrap = {"text_wrap": True} if column.width > WRAPPED else {}
            book.text(sheet, row, c, record[column.key], align="left", indent=1, **wrap)
        elif pd.isna(record[column.key]):
            sheet.write_blank(row, c, None, book.look())
            if data.why:
                reasons.setdefault(data.why(record, column.key), []).append(column.header.split(" (")[0])
        else:
            value = float(settled(record[column.key]))
            sheet.write_number(row, c, value, book.look(num_format=column.number_format(value, record)))
    if tall:
        sheet.set_row(row, height(tall))
    return height(tall)


def _said(reasons: dict[str, list[str]], numbers: int) -> str:
    """Why numbers of a row are missing: said once where all of them are for one reason."""
    if len(reasons) == 1 and sum(map(len, reasons.values())) == numbers:
        return t("wb.all_empty", why=next(iter(reasons)))
    return "; ".join(f"{', '.join(names)}: {why}" for why, names in reasons.items()) or NONE
