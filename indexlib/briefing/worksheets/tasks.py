"""The register of tasks on the worksheets: each unit reports on its items and duties; written, and read back."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd

from indexlib.base.wording import listing, t
from indexlib.briefing.office.excel import BLUE, YELLOW, Book, height
from indexlib.briefing.worksheets import form
from indexlib.briefing.worksheets.form import Column
from indexlib.plan.plan import Plan
from indexlib.plan.register import register

COLUMNS = (Column("task", 9), Column("text", 50), Column("asked", 26), Column("beside", 28), Column("product", 20, "text"),
           Column("deadline", 12, "date"), Column("person", 18, "text"), Column("cost", 18, "text"),
           Column("status", 13, "status"), Column("done_on", 12, "date"), Column("difficulty", 24, "text"),
           Column("result", 22, "text"))
#: Last column of the printed page.
PRINTED = [c.key for c in COLUMNS].index("cost")
FILLED = [c.key for c in COLUMNS if c.fill]
#: Row of the headings.
HEAD = 2
#: What has become of a task on a day; the last three: its line has faults, no date was given, the worksheet is not there.
STATES = ("done", "done_late", "late", "due", "faulty", "unplanned", "not_returned")


def write(book: Book, plan: Plan, unit: str) -> Any:
    """The sheet of a unit's tasks."""
    mine = register(plan)
    mine = mine[mine["unit"] == unit].to_dict("records")
    sheet = book.file.add_worksheet(t("ws.tasks"))
    width = sum(c.width for c in COLUMNS[:PRINTED + 1])
    for i, spec in enumerate(COLUMNS):
        sheet.set_column(i, i, spec.width)
        book.text(sheet, HEAD, i, spec.header, bold=True, text_wrap=True, border=1, align="center", valign="vcenter",
                  bg_color=YELLOW if spec.fill else BLUE)
    book.band(sheet, 0, (0, PRINTED), t("ws.tasks.title", unit=plan.unit_name(unit)), width, bold=True, font_size=14)
    book.band(sheet, 1, (0, PRINTED), t("ws.tasks.how" if mine else "ws.tasks.none") + plan_words(plan), width,
              italic=True)
    sheet.set_row(HEAD, height([(c.header, c.width - 1) for c in COLUMNS]))
    for row, record in enumerate(mine, HEAD + 1):
        sheet.set_row(row, height([(record[c.key], c.width - 1) for c in COLUMNS if not c.fill]))
        for i, spec in enumerate(COLUMNS):
            if spec.fill:
                kind = "dd/mm/yyyy" if spec.fill == "date" else "@"
                sheet.write_blank(row, i, None, book.look(border=1, locked=False, text_wrap=True, num_format=kind,
                                                          bg_color=YELLOW))
            else:
                book.text(sheet, row, i, record[spec.key], text_wrap=True, border=1, valign="top")
    at = [c.key for c in COLUMNS].index("status")
    sheet.data_validation(HEAD + 1, at, HEAD + max(len(mine), 1), at, {
        "validate": "list", "source": [t(f"ws.status.{status}") for status in form.STATUSES],
        "error_title": t("ws.rule.title"), "error_message": t("ws.rule.status")})
    sheet.freeze_panes(HEAD + 1, 1)
    sheet.print_area(0, 0, HEAD + len(mine), PRINTED)
    book.print_setup(sheet, t("ws.tasks.title", unit=plan.unit_name(unit)), pages=1)
    sheet.protect("", {"format_rows": True, "format_columns": True})
    return sheet


def plan_words(plan: Plan) -> str:
    """To whom difficulties are reported, in the plan's words."""
    said = plan.clause("difficulties")
    return " " + t("ws.tasks.difficulties", words=said) if said else ""


def read(book: Any, back: Any, plan: Plan, line_of: Any, readers: dict[str, Any]) -> None:
    """Read a unit's tasks into ``back.tasks``; a cell that is not plain is a problem, and its line is not counted.

    ``back``, ``line_of`` and ``readers`` are those of :mod:`indexlib.briefing.worksheets.returned`.
    """
    asked = register(plan)
    known = set(asked.loc[asked["unit"] == back.keys["unit"], "task"])
    sheets = [s for s in book.worksheets if form.same(s.title) in form.spoken("ws.tasks")]
    if not known or back.version == 1:  # the first form had no tasks
        return
    if len(sheets) != 1:
        back.report("sheet_missing", expected=t("ws.tasks"), names=listing(book.sheetnames))
        return
    sheet = sheets[0]
    names = {text: c.key for c in COLUMNS for text in form.spoken(f"ws.col.{c.key}")}
    heads = [names.get(form.same(cell.value or "")) for cell in sheet[HEAD + 1]]
    at = {key: i + 1 for i, key in enumerate(heads) if key}
    lacking = [c.header for c in COLUMNS if c.key not in at and (c.fill or c.key == "task")]
    if lacking:
        back.report("column_missing", sheet.title, HEAD + 1, "", name=listing(lacking))
        return
    for row in range(HEAD + 2, sheet.max_row + 1):
        line = line_of(sheet, row, at, back)
        code = str(line.cell("task").value or "").strip()
        if not any(line.filled(key) for key in FILLED):
            continue
        if code not in known or any(r["task"] == code for r in back.tasks):
            line.fault("unknown_task", "task", code=code)
            continue
        record = {c.key: readers[c.fill](line, c.key) for c in COLUMNS if c.fill}
        if record["status"] == "done" and not line.filled("done_on"):
            line.fault("done_without_date", "done_on")
        if not line.sound:
            back.faulty.add(code)
        else:
            back.tasks.append(record | {"task": code, "unit": back.keys["unit"], "file": back.file, "row": row})


def reported(plan: Plan, backs: list[Any]) -> pd.DataFrame:
    """The register with what the units reported; ``returned``: the unit's worksheet is there."""
    told = pd.DataFrame([r for b in backs for r in b.tasks], columns=["task", *FILLED, "file", "row"]).astype(object)
    frame = register(plan).merge(told, on="task", how="left").astype({key: object for key in FILLED})
    frame[FILLED] = frame[FILLED].where(frame[FILLED].notna(), None)
    faulty = {code for b in backs for code in b.faulty}
    return frame.assign(returned=frame["unit"].isin([b.keys["unit"] for b in backs]), faulty=frame["task"].isin(faulty))


def judged(tasks: pd.DataFrame, on: datetime.date) -> pd.DataFrame:
    """The register with the ``state`` of each task at the end of a day."""
    def before(days: pd.Series, limit: Any) -> np.ndarray:
        limits = limit if isinstance(limit, pd.Series) else [limit] * len(days)
        return np.array([bool(a and b and a <= b) for a, b in zip(days, limits, strict=True)], dtype=bool)

    done = before(tasks["done_on"], on)
    planned = np.array([d is not None for d in tasks["deadline"]], dtype=bool)
    in_time = before(tasks["done_on"], tasks["deadline"]) | ~planned
    late = before(tasks["deadline"], on - datetime.timedelta(days=1))
    states = [done & in_time, done, late, planned, *(tasks[c].to_numpy(dtype=bool) for c in ("faulty", "returned"))]
    return tasks.assign(state=np.select(states, list(STATES[:-1]), STATES[-1]))
