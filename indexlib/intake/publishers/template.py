"""The project's own workbook for figures typed in or poured from a PDF: codes filled in beforehand.

A sheet of scores (codes in the first row and column, names beside them, so that a shifted row shows)
and a sheet that says index, year and level. A cell that is not sure ends with "?" and is yellow;
while it does, the file cannot be added.
"""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from indexlib.base import atomic
from indexlib.base.problems import IndexlibError
from indexlib.base.untrusted import as_text, shown
from indexlib.base.wording import in_each, listing, t
from indexlib.data.catalogue import index_codes, load_catalogue
from indexlib.data.places import Place, load_places
from indexlib.intake.checks.panel import check_panel
from indexlib.intake.files.numbers import WITHHELD_MARKS, is_percent, number, why_no_number
from indexlib.intake.files.report import Collector
from indexlib.intake.files.sheets import Sheet
from indexlib.intake.reading import Reading
from indexlib.intake.table.figures import RANK, SCORE, Figures, expected_places
from indexlib.intake.table.place_names import place_code

MARK, VERSION = "indexlib-template", 1
SCORES, ABOUT = "scores", "about"
#: Rows of the sheet of scores, counted from 0: codes, names, first place.
CODES, NAMES, FIRST = 0, 1, 2
YELLOW, GREY, BLUE = "FFF2CC", "808080", "DDEBF7"


def recognises(sheets: list[Sheet]) -> bool:
    """Whether a workbook is the template."""
    return about(sheets).get(MARK) is not None


def about(sheets: list[Sheet]) -> dict[str, object]:
    """What the template says of itself."""
    sheet = next((s for s in sheets if s.name == ABOUT), None)
    rows = sheet.rows if sheet else []
    return {row[0]: row[1] for row in rows if len(row) > 1 and isinstance(row[0], str)}


def read(sheets: list[Sheet], year: int | None, report: Collector) -> tuple[str, dict[int, Figures], str]:
    """Index, figures by year, and the file that was poured into a filled template."""
    told = about(sheets)
    index, own_year = told.get("index"), number(told.get("year"))
    sheet = next((s for s in sheets if s.name == SCORES and s.rows), None)
    if index not in index_codes() or own_year is None or sheet is None or len(sheet.rows) <= FIRST:
        report.add("template_broken")
        return "", {}, ""
    if year is not None and year != own_year:
        report.add("year_conflict", asked=year, stated=int(own_year))
    of_year, figures = int(own_year), Figures(SCORES)
    columns = _columns(sheet, index, report)
    bases = {key: number(value) for key, value in told.items() if isinstance(key, str) and key.startswith("rank_base")}
    rows = _places(sheet, of_year, report)
    for column, (component, kind) in columns.items():
        _take(figures, sheet, column, component, kind, rows, report)
    figures.found = {key: values for key, values in figures.found.items() if values}
    if not figures.found:
        report.add("template_empty", SCORES)
        return index, {}, ""
    base = bases.get("rank_base")
    _check(figures, index, of_year, int(base) if base else 0, report)
    return index, {of_year: figures}, str(told.get("origin") or "")


def _columns(sheet: Sheet, index: str, report: Collector) -> dict[int, tuple[str, str]]:
    """Component and kind of each column, where code and name above it agree."""
    catalogue = load_catalogue()
    columns: dict[int, tuple[str, str]] = {}
    for c, code in enumerate(sheet.rows[CODES]):
        if c < 2 or code is None:
            continue
        component, kind = (str(code)[:-5], RANK) if str(code).endswith(".rank") else (str(code), SCORE)
        names = [*in_each(partial(_column_name, component, kind)).values()] if component in catalogue.order else []
        written = sheet.rows[NAMES][c] if c < len(sheet.rows[NAMES]) else None
        if not names or catalogue.component(component).index != index:
            report.add("template_code", SCORES, CODES, c, value=code)
        elif written not in names:
            report.add("template_name", SCORES, NAMES, c, given=code, name=written, expected=names[0])
        elif (component, kind) in columns.values():
            report.add("component_twice", SCORES, CODES, c, component=catalogue.label(component))
        else:
            columns[c] = component, kind
    return columns


def _column_name(component: str, kind: str) -> str:
    label = load_catalogue().label(component)
    return f"{label} - {t('template.rank')}" if kind == RANK else label


def _places(sheet: Sheet, year: int, report: Collector) -> dict[int, str]:
    """Place of each row, where code and name agree."""
    places = load_places()
    rows: dict[int, str] = {}
    known = {place.code for place in places.all}
    for r, row in enumerate(sheet.rows[FIRST:], FIRST):
        code, name = [*row, None, None][:2]
        if code is None and name is None and not any(number(cell) is not None for cell in row):
            continue
        if code is None or (code not in known and place_code(name, year) == ""):
            report.add("template_row", SCORES, r, 0, text=next((shown(c) for c in row if isinstance(c, str)), "–"))
        elif code not in known:
            report.add("template_code", SCORES, r, 0, value=code)
        elif place_code(name, year) != code and name not in _names(places.get(code, year)):
            report.add("template_name", SCORES, r, 1, given=code, name=name, expected=places.get(code, year).name)
        elif code in rows.values():
            report.add("duplicate_place", SCORES, r, 0, name=name)
        else:
            rows[r] = code
    return rows


def _names(place: Place) -> tuple[str, str]:
    return place.name_vi, place.name_en


def _take(figures: Figures, sheet: Sheet, column: int, component: str, kind: str, rows: dict[int, str],
          report: Collector) -> None:
    values = figures.found.setdefault((component, kind), {})
    catalogue, own = load_catalogue(), load_catalogue().component(component)
    percent_is_wrong = kind == RANK or own.unit != "percent"
    may_be_withheld = kind == SCORE and catalogue.by_index[own.index].withholds
    figures.names[component, kind] = (SCORES, 0)
    for r, place in rows.items():
        cell = sheet.rows[r][column] if column < len(sheet.rows[r]) else None
        figures.cells[component, kind, place] = {"row": r, "column": column}
        text = cell.strip() if isinstance(cell, str) else ""
        share = is_percent(cell) or (r, column) in sheet.percent()
        value = None if percent_is_wrong and share else number(cell)
        if text.endswith("?"):
            report.add("doubtful", SCORES, r, column, value=cell)
        elif text.casefold() in WITHHELD_MARKS and may_be_withheld:
            figures.withheld.append((component, place))
        elif text.casefold() in WITHHELD_MARKS and kind == SCORE:
            figures.report("not_withheld", component, kind, place, report, value=text)
        elif value is not None:
            values[place] = value
        elif cell is not None:
            code = "percent" if number(cell) is not None else why_no_number(cell)
            figures.report(code, component, kind, place, report, value=cell)


def _check(figures: Figures, index: str, year: int, base: int, report: Collector) -> None:
    catalogue, places = load_catalogue(), load_places()
    count = expected_places(index, year)[0]
    provinces = all(places.get(place).level == "province" for values in figures.found.values() for place in values)
    if provinces and not count:
        report.add("no_edition", SCORES, year=year, index=catalogue.short_name(index))
    check_panel(figures, index, year, report, count if provinces else 0, base)


def write_template(index: str, year: int, out: Path, level: str = "province",
                   figures: pd.DataFrame | None = None, doubtful: dict | None = None, origin: str = "") -> Path:
    """Write the template with codes and names filled in.

    Parameters
    ----------
    index : str
        Code of an index.
    year : int
        Year of the index: decides the places and components.
    out : Path
        ``.xlsx`` file to write.
    level : str
        ``province`` or ``commune``: whose rows are filled in.
    figures : DataFrame, optional
        Columns of the score tables: figures to fill in.
    doubtful : dict, optional
        (place, component, kind) to the text found, for cells that a person must check.
    origin : str
        File that the figures come from.

    Returns
    -------
    Path

    Raises
    ------
    IndexlibError
        Unknown index, a year without places of the level, or a file of that name: it may have been filled in.
    """
    from openpyxl import Workbook

    if index not in index_codes():
        raise IndexlibError(t("read.unknown_index", value=index, names=listing(index_codes())))
    places = sorted(load_places().valid(year, level), key=lambda place: place.code)
    if not places:
        raise IndexlibError(t("template.no_places", year=year, level=level))
    components, edition = components_of(index, year)
    book = Workbook()
    sheet = book.active
    sheet.title = SCORES
    columns = [pair for c in components for pair in ((c, SCORE), (c, RANK)) if pair[1] == SCORE or c == index
               or _has_rank(figures, c)]
    _fill(sheet, places, columns, figures, doubtful or {})
    bases = [] if figures is None else figures["rank_base"].dropna().unique().tolist()
    base = int(bases[0]) if len(bases) == 1 else None
    told: dict[str, object] = {"level": level, "rank_base": base, "origin": origin or None}
    return save_with_about(book, out, index, year, edition, told, [t(f"template.how_{i}") for i in range(1, 5)])


def save_with_about(book: Any, out: Path, index: str, year: int, edition: int, told: dict[str, object],
                    how: list[str]) -> Path:
    """Write a template with the sheet that says what it is of and, in the lines of ``how``, how it is filled in."""
    sheet, last = book.active, book.create_sheet(ABOUT)
    rows = [[MARK, VERSION], ["index", index], ["year", year], *map(list, told.items()), [None, None],
            [t("template.how"), None], *([None, line] for line in how)]
    if edition != year:
        rows.append([None, t("template.edition", year=year, edition=edition)])
    for row in rows:
        last.append(row)
    last.column_dimensions["A"].width, last.column_dimensions["B"].width = 22, 90
    as_text(sheet)
    as_text(last)
    return save(book, out)


def save(book: Any, out: Path) -> Path:
    """Write a template where no file stands yet; an IndexlibError says why it cannot be written."""
    from lxml.etree import LxmlError

    data = io.BytesIO()  # a zip file that cannot grow on the disk complains once more when it is thrown away
    try:
        book.save(data)
        atomic.write(out, data.getvalue(), new=True)
    except FileExistsError:  # somebody may have filled it in
        raise IndexlibError(t("fault.template_exists", file=out)) from None
    except (OSError, LxmlError) as error:  # openpyxl lays sheets into files of the system's temporary folder
        why = getattr(error, "strerror", None) or error
        raise IndexlibError(t("template.cannot_write", file=out, why=why)) from error
    return Path(out)


def components_of(index: str, year: int) -> tuple[list[str], int]:
    """Components of a year, or of the latest edition that the catalogue has, and that edition's year."""
    catalogue = load_catalogue()
    parts = [c for c in catalogue.components["component"] if catalogue.component(c).index == index
             and catalogue.component(c).level == "part"]
    blocks = catalogue.comparability
    last = int(blocks.loc[blocks["component"] == index, "last_year"].max())
    edition = min(year, last)
    return catalogue.valid(edition, index) + parts, edition


def _has_rank(figures: pd.DataFrame | None, component: str) -> bool:
    return figures is not None and bool(figures.loc[figures["component"] == component, "rank"].notna().any())


def _fill(sheet: Any, places: list[Place], columns: list[tuple[str, str]], figures: pd.DataFrame | None,
          doubtful: dict) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    given = {}
    if figures is not None:
        for r in figures.itertuples():
            given[r.place, r.component, SCORE], given[r.place, r.component, RANK] = r.score, r.rank
    sheet.append(["place", None] + [c if kind == SCORE else f"{c}.rank" for c, kind in columns])
    sheet.append([None, t("template.place")] + [_column_name(c, kind) for c, kind in columns])
    for r, place in enumerate(places, FIRST + 1):
        sheet.append([place.code, place.name])
        for c, (component, kind) in enumerate(columns, 3):
            value, text = given.get((place.code, component, kind)), doubtful.get((place.code, component, kind))
            cell = sheet.cell(r, c)
            if text is not None:
                cell.value = f"{'' if text == '' else text} ?".strip()
                cell.fill = PatternFill("solid", fgColor=YELLOW)
                cell.comment = Comment(t("template.doubt"), MARK)
            elif value is not None and pd.notna(value):
                cell.value = int(value) if kind == RANK else float(value)
    for c in range(1, len(columns) + 3):
        sheet.cell(1, c).font = Font(color=GREY, size=8)
        sheet.cell(2, c).font = Font(bold=True)
        sheet.cell(2, c).fill = PatternFill("solid", fgColor=BLUE)
        sheet.cell(2, c).alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(c)].width = 22 if c == 2 else 14
    sheet.freeze_panes = "C3"


def pour(reading: Reading, out: Path, origin: str) -> Path:
    """Pour a reading into the template, doubtful cells marked, for a person to check.

    Parameters
    ----------
    reading : Reading
        Of one year.
    out : Path
    origin : str
        Name of the file read.
    """
    if len(reading.years) != 1:
        raise IndexlibError(t("template.one_year"))
    level = load_places().get(reading.scores["place"].iloc[0]).level
    return write_template(reading.index, reading.years[0], out, level, reading.scores, dict(reading.doubtful), origin)
