"""One worksheet that came back from a unit: its measures, and everything that keeps a line from being counted."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from indexlib.briefing import form
from indexlib.catalogue import load_catalogue
from indexlib.places import load_places
from indexlib.plan import load_plan, plan_names
from indexlib.problems import Problem
from indexlib.readers.sheets import Unreadable, open_file
from indexlib.wording import LANGUAGES, listing, t

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
    problems : list of Problem
    """

    file: str
    keys: dict[str, Any] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    faulty: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

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
    sheet = _plan_sheet(book, back)
    columns = _columns(sheet, back) if sheet is not None else None
    if columns is None:
        back.faulty |= set(back.own)
        return back
    from indexlib.briefing.lines import read_lines

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
    if sheet.cell(1, 2).value != form.VERSION:
        back.report("version", sheet.title, 1, "B", value=text_of(sheet.cell(1, 2).value), expected=form.VERSION)
        return False
    before = len(back.problems)
    keys = _keys(sheet, back)
    given = _given(sheet, back)
    if len(back.problems) > before:
        return False
    back.keys, back.given = keys, given
    if not back.own:
        back.report("keys", sheet.title, 2, "B", key="unit", value=keys["unit"])
    return bool(back.own)


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
        if found.count(column.key) == 1:
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
