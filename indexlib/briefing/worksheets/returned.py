"""One worksheet that came back from a unit: its measures, and everything that keeps a line from being counted."""

from __future__ import annotations

import datetime
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl.cell.cell import MergedCell
from openpyxl.utils import get_column_letter

from indexlib.base.days import day_of
from indexlib.base.problems import Problem
from indexlib.base.wording import LANGUAGES, listing, speaking, t
from indexlib.briefing.office.clean import clean
from indexlib.briefing.worksheets import form, tasks
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places
from indexlib.intake.files.sheets import Unreadable, open_file
from indexlib.plan.plan import load_plan, plan_names
from indexlib.plan.register import register

#: Rows in which the headings are looked for.
LOOKED = 60
#: Rows of the longest sheet that can be a worksheet.
LONGEST = 20_000


@dataclass
class Returned:
    """A worksheet read back.

    Attributes
    ----------
    file : str
    keys : dict
        ``unit``, ``place``, ``year``, ``plan``, ``language``; empty where the file is no worksheet.
    given : dict
        Component to unit, for the whole run that handed out the worksheets.
    rows : list of dict
        Lines that are in order and filled in.
    faulty : set of str
        Components with a line, or a whole sheet, that could not be counted.
    tasks : list of dict
        Tasks of the register of which something is reported.
    problems : list of Problem
    version : int
        Of the form.
    """

    file: str
    keys: dict[str, Any] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    faulty: set[str] = field(default_factory=set)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    version: Any = None

    @property
    def own(self) -> list[str]:
        """Components of this worksheet."""
        return [c for c, unit in self.given.items() if unit == self.keys.get("unit")]

    def report(self, code: str, sheet: str = "", row: int | None = None, column: str = "", /,
               **values: object) -> None:
        """Note a problem; its text stands under ``progress.<code>``."""
        self.problems.append(Problem(self.file, sheet, row, column, code, t(f"progress.{code}", **values)))


def read_worksheet(path: Path) -> Returned:
    """Read a worksheet back; what is not beyond doubt becomes a problem, and its line is not counted."""
    back = Returned(path.name)
    book = _open(path, back)
    if book is None or not _read_keys(book, back):
        return back
    if back.version > 1:
        tasks.read(book, back, load_plan(back.keys["plan"]), Line, READ)
    if not back.own:
        return back
    sheet = _plan_sheet(book, back)
    columns = _columns(sheet, back) if sheet is not None else None
    if columns is None:
        back.faulty |= set(back.own)
        return back
    read_lines(sheet, *columns, back)
    return back


def _open(path: Path, back: Returned) -> Any:
    """The workbook, with its formulas; ``None`` if it is none that can be read."""
    import openpyxl

    try:
        if open_file(path).kind != "xlsx":
            back.report("not_xlsx")
            return None
        book = openpyxl.load_workbook(path, keep_links=False)
        if max((sheet.max_row for sheet in book.worksheets), default=0) <= LONGEST:
            return book
        back.report("too_long", most=LONGEST)
    except Unreadable as error:
        back.problems += error.problems
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OSError) as error:  # openpyxl on damaged parts
        back.report("damaged", why=error)
    return None


def text_of(value: object) -> str:
    """Text of a cell in one Unicode form, without blanks around it."""
    return unicodedata.normalize("NFC", str(value)).strip() if value is not None else ""


def _read_keys(book: Any, back: Returned) -> bool:
    """Read what the worksheet is; whether that could be understood."""
    marked = [s for s in book.worksheets if text_of(s.cell(1, 1).value) == form.MARK]
    if not marked:
        back.report("foreign")
        return False
    sheet = next((s for s in marked if s.title == form.KEYS_SHEET), marked[0])
    if sheet.title != form.KEYS_SHEET:
        back.report("sheet_renamed", sheet.title, expected=form.KEYS_SHEET)
    back.version = sheet.cell(1, 2).value
    if back.version not in form.READ:
        back.report("version", sheet.title, 1, "B", value=text_of(sheet.cell(1, 2).value), expected=form.VERSION)
        return False
    before = len(back.problems)
    keys = _keys(sheet, back)
    given = _given(sheet, back)
    if len(back.problems) > before:
        return False
    back.keys, back.given = keys, given
    known = bool(back.own) or keys["unit"] in set(register(load_plan(keys["plan"]))["unit"])
    if not known:
        back.report("keys", sheet.title, 2, "B", key="unit", value=keys["unit"])
    return known


def _keys(sheet: Any, back: Returned) -> dict[str, Any]:
    """The keys by name, each checked against the library's own tables."""
    keys = {}
    for row, key in enumerate(form.KEYS, 2):
        name, value = text_of(sheet.cell(row, 1).value), sheet.cell(row, 2).value
        value = value if key == "year" else text_of(value)
        keys[key] = value
        if name != key or not _known(key, value, keys):
            back.report("keys", sheet.title, row, "B", key=key, value=text_of(value))
    return keys


def _known(key: str, value: object, keys: dict[str, Any]) -> bool:
    """Whether a key's value is one that the library can have written."""
    if key == "plan":
        return value in plan_names()
    if key == "unit":
        return value in _units(keys["plan"])
    if key == "place":
        return any(place.code == value for place in load_places().all)
    if key == "year":
        return isinstance(value, int) and not isinstance(value, bool) and 2000 <= value <= 2100
    return value in LANGUAGES


def _units(plan: str) -> set[str]:
    """Units of a plan; the empty one stands for components of an index that the plan gives to nobody."""
    return {*load_plan(plan).units["unit"], ""} if plan in plan_names() else set()


def _given(sheet: Any, back: Returned) -> dict[str, str]:
    """The list of who was given which component."""
    first = len(form.KEYS) + 4
    units = _units(text_of(sheet.cell(2 + form.KEYS.index("plan"), 2).value))
    given: dict[str, str] = {}
    for row in range(first, sheet.max_row + 1):
        code, unit = (text_of(sheet.cell(row, c).value) for c in (1, 2))
        if not code and not unit:
            continue
        if code not in load_catalogue().order or unit not in units or code in given:
            back.report("given", sheet.title, row, "A", value=code)
        given[code] = unit
    return given


def _plan_sheet(book: Any, back: Returned) -> Any:
    """The sheet to fill in, by its name in either language."""
    names = form.spoken("ws.sheet")
    found = [s for s in book.worksheets if form.same(s.title) in names]
    if len(found) == 1:
        return found[0]
    if found:
        back.report("sheet_twice", names=listing([s.title for s in found]))
    else:
        back.report("sheet_missing", expected=form.sheet_title(), names=listing(book.sheetnames))
    return None


def _columns(sheet: Any, back: Returned) -> tuple[int, dict[str, int]] | None:
    """Row of the headings and the column of each; ``None`` where a column that is read is missing or doubtful."""
    keys = form.header_keys()
    rows = [[keys.get(form.same(text_of(cell))) for cell in row]
            for row in sheet.iter_rows(max_row=min(LOOKED, sheet.max_row), values_only=True)]
    head = max(range(len(rows)), key=lambda r: len(set(rows[r]) - {None}), default=0)
    found = [key for key in rows[head] if key] if rows else []
    if len(set(found)) < len(form.COLUMNS) // 2:
        back.report("no_header", sheet.title, expected=listing([c.header for c in form.COLUMNS]))
        return None
    at = {key: i + 1 for i, key in enumerate(rows[head]) if key}
    fit = True
    for column in form.COLUMNS:
        if found.count(column.key) == 1 or column.since > back.version:
            continue
        letter = get_column_letter(form.AT[column.key] + 1)
        back.report("column_twice" if column.key in at else "column_missing", sheet.title, head + 1, letter,
                    name=column.header)
        fit &= not column.fill and column.key != "code"
    for i, key in enumerate(rows[head]):
        value = sheet.cell(head + 1, i + 1).value
        if key is None and value is not None:
            back.report("column_extra", sheet.title, head + 1, get_column_letter(i + 1), name=text_of(value))
    return (head + 1, at) if fit else None


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
    """A day, also one typed as text in a plain form; a bare number is none."""
    value = line.value(key)
    if isinstance(value, str) and value.strip():
        said, value = text_of(value), day_of(text_of(value))
        if value is None:
            line.fault("date_text", key, value=said)
    if value is None or value == "" or isinstance(value, str):
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
