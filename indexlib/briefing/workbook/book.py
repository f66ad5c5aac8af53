"""``tables.xlsx``: everything found as numbers, a sheet per table, with a first sheet that says how to read them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from indexlib.base.wording import NONE, listing_and, own, t
from indexlib.briefing.office.clean import sheet_name
from indexlib.briefing.office.excel import Book
from indexlib.briefing.workbook import figure_sheets, plan_sheets
from indexlib.briefing.workbook.data_sheet import DataSheet, write_sheet
from indexlib.briefing.worksheets.assignment import assignments
from indexlib.content import tables
from indexlib.data.catalogue import load_catalogue
from indexlib.plan.review import Findings

#: Widths of the two columns of the first sheet.
LEFT, RIGHT = 26, 110


def write_workbook(found: Findings, path: Path) -> None:
    """Write the workbook of a run.

    Numbers are numbers, in the published decimals; Excel shows them with the decimal sign of the reader's own
    settings. A missing figure is an empty cell whose reason stands in the last column. A rank has its base and
    whether it is published or computed beside it.

    Parameters
    ----------
    found : Findings
    path : Path
        Written over if it is there.

    Raises
    ------
    BookError
        The file cannot be written, mostly because it is open in Excel.
    """
    head = t("head", place=found.place.name, year=found.params.year)
    sheets = data_sheets(found)
    with Book(path, head) as book:
        _notes(book, found, head, sheets)
        for data in sheets:
            write_sheet(book, data, head)


def data_sheets(found: Findings) -> list[DataSheet]:
    """The sheets of data in their order."""
    frame, given = figure_sheets.components(found), assignments(found)
    flagged = found.now.flagged()["component"].tolist()
    focus = found.now.focus(found.params.focus)["component"].tolist()
    nothing = tables.nothing(found)
    of_plan = [] if tables.without_plan(found) else [
        plan_sheets.by_unit(found, given), plan_sheets.by_item(found), plan_sheets.gaps(found, given)]
    sheets = [
        figure_sheets.totals(found, frame), figure_sheets.profile(found, frame),
        figure_sheets.flagged(frame, focus, "focus", nothing),
        figure_sheets.flagged(frame, flagged, "flagged", nothing), figure_sheets.everything(frame),
        figure_sheets.conditions(found), plan_sheets.rules(found), plan_sheets.last_year(found), *of_plan,
        figure_sheets.trends(found, frame), figure_sheets.earlier(found), plan_sheets.sources(found),
    ]
    return sheets if of_plan else [
        replace(s, columns=[c for c in s.columns if c.key not in ("items", "answer", "clause")]) for s in sheets]


def _in(unit: str) -> str:
    """Names of the indices that are published in a unit."""
    return listing_and([index.short_name for index in load_catalogue().by_index.values() if index.unit == unit]) or NONE


def _notes(book: Book, found: Findings, head: str, sheets: list[DataSheet]) -> None:
    """Whose figures these are, what the sheets hold, how to read them."""
    sheet = book.file.add_worksheet(sheet_name(t("wb.sheet.notes")))
    sheet.set_column(0, 0, LEFT)
    sheet.set_column(1, 1, RIGHT)
    about = found.plan.about
    parts: list[tuple[str, list[tuple[str, str]]]] = [
        ("wb.part.whose", [("", line) for line in found.notices()]
         + [(t("wb.label.plan"), t("plan.how") if tables.without_plan(found) else
             t("wb.plan", name=own(about, "name"), issuer=own(about, "issuer"), first=about["first_year"],
               last=about["last_year"]))]),
        ("wb.part.sheets", [(data.name, data.about) for data in sheets]),
        ("wb.part.read", [(t("wb.label.units"), t("wb.note.units", point=_in("point"), percent=_in("percent")))]
         + [(t(f"wb.label.{key}"), t(f"wb.note.{key}")) for key in ("blank", "signs", "computed")]
         + [(t("col.change"), t("note.rounding")), (t("col.median"), t("note.computed")),
            (t("col.grade"), tables.grades_note(found)),
            (t("wb.label.usual"), t("note.usual")), (t("wb.label.order"), t(f"note.order.{found.params.order}"))]),
        ("wb.part.lacking", [("", line) for line in tables.coverage(found) or [t("nb.coverage_all")]]),
        ("wb.part.chance", [("", line) for line in tables.chance_notes(found)]),
    ]
    book.band(sheet, 0, (0, 1), head, LEFT + RIGHT, bold=True, font_size=14)
    row = 2
    for key, lines in parts:
        book.text(sheet, row, 0, t(key), bold=True, font_size=12)
        for label, line in lines:
            row += 1
            book.pair(sheet, row, label, line, RIGHT, link=key == "wb.part.sheets")
        row += 2
    sheet.hide_gridlines(2)
    book.print_setup(sheet, head)
