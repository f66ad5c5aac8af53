"""A worksheet for every lead unit: its components with evidence and the plan's words, and columns to fill in."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from indexlib.base.wording import t
from indexlib.briefing.office.clean import slugs
from indexlib.briefing.office.excel import BLUE, GREY, YELLOW, Book, height
from indexlib.briefing.worksheets import form, paper, tasks
from indexlib.briefing.worksheets.assignment import assignments, collector, heading, notes, unit_name
from indexlib.content.tables.cells import rank_notes
from indexlib.plan.register import register
from indexlib.plan.review import Findings

#: Row of the headings.
HEAD = 3
#: Columns that are printed behind code and name, and their width.
PRINTED = (form.AT["happened"], form.AT["person"])
WIDTH = sum(c.width for c in form.COLUMNS[PRINTED[0]:PRINTED[1] + 1])
#: Columns of evidence, and their width.
EVIDENCE = (form.AT["score"], len(form.COLUMNS) - 1)
EVIDENCE_WIDTH = sum(c.width for c in form.COLUMNS[EVIDENCE[0]:])


def write_worksheets(found: Findings, folder: Path) -> list[Path]:
    """Write ``<unit>.xlsx`` and ``<unit>.docx`` for every unit that answers for a flagged component or a task of the plan.

    A component, and a task, stands on exactly one worksheet. The workbook is filled in and read back by
    :func:`indexlib.briefing.worksheets.progress.read_progress`; the document is for paper and signature.

    Parameters
    ----------
    found : Findings
    folder : Path
        Made if it is not there.

    Returns
    -------
    list of Path
        Files written, by unit in the order in which the plan's tables list them; none without a plan.
    """
    given = assignments(found)
    known = found.plan.units["unit"].tolist()
    answers = {*given["unit"], *register(found.plan)["unit"]}
    units = sorted(answers, key=lambda u: known.index(u) if u in known else len(known))
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for unit, stem in slugs(units).items():
        mine = given[given["unit"] == unit]
        written += [_write(found, unit, mine, given, folder / f"{stem}.xlsx"),
                    paper.write(found, unit, mine, folder / f"{stem}.docx")]
    return written


def _write(found: Findings, unit: str, mine: pd.DataFrame, given: pd.DataFrame, path: Path) -> Path:
    lines = heading(found, unit)
    with Book(path, lines[0]) as book:
        sheet = book.file.add_worksheet(form.sheet_title())
        _head(book, sheet, found, unit_name(found.plan, unit), lines)
        last = _body(book, sheet, mine)
        star = rank_notes(mine)
        for row, note in enumerate(notes(found, mine), last + 2):
            if note in star:
                book.text(sheet, row, PRINTED[0], note, font_size=10, font_color=GREY)
            else:
                book.band(sheet, row, EVIDENCE, note, EVIDENCE_WIDTH, font_size=10, font_color=GREY)
        _rules(sheet, found)
        _page(book, sheet, lines[0], last + 2 * len(star))
        own = tasks.write(book, found.plan, unit)
        if mine.empty:
            own.activate()
        _keys(book, found, unit, given)
    return path


def _head(book: Book, sheet: Any, found: Findings, unit: str, lines: list[str]) -> None:
    """Title, notices, how to fill in, and the headings; the unit's name stands where it is printed on either page."""
    for column, spec in enumerate(form.COLUMNS):
        sheet.set_column(column, column, spec.width)
    to = collector(found)
    how = t("ws.how", lines=form.LINES, year=found.params.year + 1) + (" " + t("ws.return", unit=to) if to else "")
    look = {"bold": True, "font_size": 13, "text_wrap": True, "valign": "vcenter", "align": "center", "border": 1}
    sheet.merge_range(0, 0, HEAD - 1, PRINTED[0] - 1, "", book.look(**look))
    book.text(sheet, 0, 0, unit, **look)
    book.band(sheet, 0, PRINTED, lines[0], WIDTH, bold=True, font_size=14)
    book.band(sheet, 1, PRINTED, " ".join(lines[1:]), WIDTH)
    book.band(sheet, 2, PRINTED, how, WIDTH, italic=True)
    for column, spec in enumerate(form.COLUMNS):
        book.text(sheet, HEAD, column, spec.header, bold=True, text_wrap=True, border=1, align="center", valign="vcenter",
                  bg_color=YELLOW if spec.fill else BLUE)
    sheet.set_row(HEAD, height([(spec.header, spec.width - 1) for spec in form.COLUMNS]))


def _body(book: Book, sheet: Any, mine: pd.DataFrame) -> int:
    """The lines of every component; returns the last row."""
    row = HEAD + 1
    for record in mine.to_dict("records"):
        record |= {"code": record["component"], "component": record["label"]}
        sheet.set_row(row, height([(record[s.key], s.width - 1) for s in form.COLUMNS if not s.fill]))
        for line in range(form.LINES):
            edges = {"left": 1, "right": 1, "top": 1 if line == 0 else 0, "bottom": 1 if line == form.LINES - 1 else 0}
            for column, spec in enumerate(form.COLUMNS):
                _cell(book, sheet, row, column, spec, record, line, edges)
            row += 1
    return row - 1


def _cell(book: Book, sheet: Any, row: int, column: int, spec: form.Column, record: dict, line: int,
          edges: dict[str, int]) -> None:
    if spec.fill == "number":
        sheet.write_number(row, column, line + 1, book.look(border=1, align="center", locked=line == 0))
    elif spec.fill:
        kind = "dd/mm/yyyy" if spec.fill == "date" else "@"
        sheet.write_blank(row, column, None, book.look(border=1, locked=False, text_wrap=True, num_format=kind,
                                                       bg_color=YELLOW))
    elif line == 0:
        place = "center" if spec.key in ("score", "change", "rank", "grade") else "left"
        book.text(sheet, row, column, record[spec.key], text_wrap=True, align=place, bold=spec.key == "component", **edges)
    elif spec.key in ("code", "component"):  # open, so that a line inserted below can be filled in
        text = record["code"] if spec.key == "code" else form.short_label(record["code"])
        book.text(sheet, row, column, text, locked=False, font_color=GREY, **edges)
    else:
        sheet.write_blank(row, column, None, book.look(**edges))


def _rules(sheet: Any, found: Findings) -> None:
    """What the cells to fill in accept, also in lines inserted later."""
    first, last, year = HEAD + 1, HEAD + 2000, found.params.year
    for key in ("deadline", "done_on"):
        column = form.AT[key]
        sheet.data_validation(first, column, last, column, {
            "validate": "date", "criteria": "between", "minimum": datetime.date(year, 1, 1),
            "maximum": datetime.date(year + form.YEARS_AHEAD, 12, 31), "input_title": form.COLUMNS[column].header[:32],
            "input_message": t("ws.rule.date", year=year + 1), "error_title": t("ws.rule.title"),
            "error_message": t("ws.rule.date_wrong", first=year, last=year + form.YEARS_AHEAD)})
    column = form.AT["status"]
    sheet.data_validation(first, column, last, column, {
        "validate": "list", "source": [t(f"ws.status.{status}") for status in form.STATUSES],
        "error_title": t("ws.rule.title"), "error_message": t("ws.rule.status")})
    column = form.AT["number"]
    sheet.data_validation(first, column, last, column, {
        "validate": "integer", "criteria": "between", "minimum": 1, "maximum": form.MOST,
        "error_title": t("ws.rule.title"), "error_message": t("ws.rule.number", most=form.MOST)})


def _page(book: Book, sheet: Any, title: str, last: int) -> None:
    """One printed page: as much as the document of the same name has; the evidence is read on the screen."""
    sheet.freeze_panes(HEAD + 1, PRINTED[0])
    sheet.print_area(0, 0, last, PRINTED[1])
    book.print_setup(sheet, title, pages=1)
    sheet.protect("", {"insert_rows": True, "format_rows": True, "format_columns": True, "format_cells": True})
    sheet.set_selection(HEAD + 1, form.AT["measure"], HEAD + 1, form.AT["measure"])


def _keys(book: Book, found: Findings, unit: str, given: pd.DataFrame) -> None:
    """The sheet of keys: what this worksheet is, and who was given which component in the whole run."""
    sheet, params = book.file.add_worksheet(form.KEYS_SHEET), found.params
    values = {"unit": unit, "place": found.place.code, "year": params.year, "plan": found.plan.code,
              "language": params.language}
    book.text(sheet, 0, 0, form.MARK)
    sheet.write_number(0, 1, form.VERSION, book.look(align="left"))
    book.text(sheet, 0, 2, t("ws.keys"), italic=True, font_color=GREY)
    for row, key in enumerate(form.KEYS, 1):
        book.text(sheet, row, 0, key)
        if key == "year":
            sheet.write_number(row, 1, values[key], book.look(align="left"))
        else:
            book.text(sheet, row, 1, values[key])
    row = len(form.KEYS) + 2
    for column, name in enumerate(("component", "unit")):
        book.text(sheet, row, column, name, bold=True)
    book.text(sheet, row, 2, t("ws.col.component"), bold=True)
    for r, texts in enumerate(given[["component", "unit", "label"]].itertuples(index=False), row + 1):
        for column, text in enumerate(texts):
            book.text(sheet, r, column, text)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 46)
    sheet.set_column(2, 2, 60)
    sheet.hide()
    sheet.protect()
