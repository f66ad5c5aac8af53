"""The lines of a worksheet that came back: one measure each, counted only where every cell is beyond doubt."""

from __future__ import annotations

import datetime
from typing import Any

from openpyxl.cell.cell import MergedCell
from openpyxl.utils import get_column_letter

from indexlib.briefing import form
from indexlib.briefing.plain import clean
from indexlib.briefing.returned import Returned, text_of
from indexlib.catalogue import load_catalogue
from indexlib.plan import load_plan
from indexlib.wording import LANGUAGES, speaking, t


class Line:
    """One row below the headings, and the problems of its cells."""

    def __init__(self, sheet: Any, row: int, at: dict[str, int], back: Returned):
        self.sheet, self.row, self.at, self.back = sheet, row, at, back
        self.sound = True

    def cell(self, key: str) -> Any:
        """Cell of a column."""
        return self.sheet.cell(self.row, self.at[key])

    def filled(self, key: str) -> bool:
        """Whether something stands in a cell."""
        return key in self.at and text_of(self.cell(key).value) != ""

    def fault(self, code: str, key: str, /, **values: object) -> None:
        """Note a problem of a cell; the line is then not counted."""
        self.sound = False
        self.back.report(code, self.sheet.title, self.row, get_column_letter(self.at[key]), **values)

    def value(self, key: str) -> Any:
        """What stands in a cell, if it is plain: formulas and error values are problems."""
        cell = self.cell(key)
        if cell.data_type == "f":
            self.fault("formula", key)
            return None
        if cell.data_type == "e":
            self.fault("error_value", key, value=cell.value)
            return None
        return cell.value


def read_lines(sheet: Any, head: int, at: dict[str, int], back: Returned) -> None:
    """Read every line below the headings into ``back``."""
    lines = [Line(sheet, row, at, back) for row in range(head + 1, sheet.max_row + 1)]
    lines = [line for line in lines if any(line.filled(k) for k in ("code", "number", "component", *form.FILLED))]
    seen: dict[tuple[str, int], Line] = {}
    read = []
    for line in lines:
        code, number = _code(line), _number(line)
        record = _measure(line, code) if any(line.filled(k) for k in form.FILLED) else None
        read.append((line, code, record | {"number": number} if record else None))
        if code and number is not None:
            first = seen.setdefault((code, number), line)
            if first is not line:
                line.fault("line_twice", "number", code=code, number=number, row=first.row)
                first.sound = False
    for line, code, record in read:
        if line.sound and record:
            back.rows.append(record)
        elif not line.sound and code:
            back.faulty.add(code)
    present = {code for _, code, _ in read}
    for code in back.own:
        if code not in present:
            back.report("component_missing", sheet.title, None, "", name=load_catalogue().label(code), code=code)
            back.faulty.add(code)


def _code(line: Line) -> str:
    """Component of a line; empty where it is missing, unknown, another unit's or another name stands beside it."""
    value, back, catalogue = line.value("code"), line.back, load_catalogue()
    code = text_of(value)
    if not code:
        if line.cell("code").data_type != "f":
            line.fault("no_code", "code")
        return ""
    if code not in back.own:
        if code in back.given:
            plan = load_plan(back.keys["plan"])
            line.fault("other_unit", "code", code=code, unit=plan.unit_name(back.given[code]))
        else:
            known = code in catalogue.order
            line.fault("not_given" if known else "unknown_code", "code", code=code)
        return ""
    name = form.same(line.value("component") or "") if "component" in line.at else ""
    if name and name not in _names(code):
        line.fault("other_name", "component", code=code, name=text_of(line.cell("component").value),
                   expected=catalogue.label(code))
    return code


def _names(code: str) -> set[str]:
    """Names under which the form prints a component."""
    found = set()
    for language in LANGUAGES:
        with speaking(language):
            found |= {form.same(clean(load_catalogue().label(code))), form.same(form.short_label(code))}
    return found


def _number(line: Line) -> int | None:
    """Number of a measure."""
    value = line.value("number")
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value) and 1 <= value <= form.MOST:
        return int(value)
    if line.cell("number").data_type != "f":
        line.fault("number", "number", value=text_of(value), most=form.MOST)
    return None


def _measure(line: Line, code: str) -> dict[str, Any]:
    """The cells of a line that is filled in."""
    record: dict[str, Any] = {"file": line.back.file, "row": line.row, "unit": line.back.keys["unit"], "component": code}
    for column in form.COLUMNS:
        if column.key in form.FILLED:
            record[column.key] = READ[column.fill](line, column.key)
    for key in form.NEEDED:
        if not line.filled(key):
            line.fault("merged" if isinstance(line.cell(key), MergedCell) else "needed", key,
                       name=form.COLUMNS[form.AT[key]].header)
    if record["status"] == "done" and not line.filled("done_on"):
        line.fault("done_without_date", "done_on")
    if line.filled("done_on") and record["status"] != "done" and (record["status"] or not line.filled("status")):
        line.fault("date_without_done", "status")
    return record


def _text(line: Line, key: str) -> str:
    value = line.value(key)
    if value is None or isinstance(value, str):
        return clean(text_of(value))
    line.fault("not_text", key, value=text_of(value))
    return ""


def _date(line: Line, key: str) -> datetime.date | None:
    """A day; a date that was typed as text or stands as a bare number is none, however plain it looks."""
    value = line.value(key)
    if isinstance(value, str):
        if value.strip():
            line.fault("date_text", key, value=value.strip())
        return None
    if value is None:
        return None
    if not isinstance(value, datetime.date):
        line.fault("date_number", key, value=text_of(value))
        return None
    day = value.date() if isinstance(value, datetime.datetime) else value
    first = line.back.keys["year"]
    if not first <= day.year <= first + form.YEARS_AHEAD:
        line.fault("date_range", key, value=day.strftime("%d/%m/%Y"), first=first, last=first + form.YEARS_AHEAD)
        return None
    return day


def _status(line: Line, key: str) -> str:
    text = text_of(line.value(key))
    if not text:
        return ""
    status = form.status_keys().get(form.same(text))
    if status is None:
        line.fault("status", key, value=text, choices="; ".join(t(f"ws.status.{s}") for s in form.STATUSES))
    return status or ""


READ = {"text": _text, "date": _date, "status": _status}
