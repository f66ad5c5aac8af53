"""The template for a page about one place: a row per component, with the page that its figures were read on."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from indexlib.base.problems import IndexlibError
from indexlib.base.untrusted import shown
from indexlib.base.wording import in_each, listing, t
from indexlib.data.catalogue import index_codes, load_catalogue
from indexlib.data.places import Place, load_places
from indexlib.intake.checks.formulas import check_formulas
from indexlib.intake.checks.printed_ranks import check_ranks
from indexlib.intake.files.numbers import is_percent, number, why_no_number
from indexlib.intake.files.report import Collector
from indexlib.intake.files.sheets import Sheet
from indexlib.intake.publishers.template import ABOUT, BLUE, FIRST, about, components_of, save_with_about
from indexlib.intake.table.figures import OF_MAXIMUM, RANK, SCORE, Figures, check_scale

SHEET = "one place"
#: Columns of the sheet after the code and the name of the component.
CELLS = (SCORE, OF_MAXIMUM, RANK, "rank_base", "source")


def recognises(sheets: list[Sheet]) -> bool:
    """Whether a workbook is the template for one place."""
    return about(sheets).get("place") is not None


def read(sheets: list[Sheet], year: int | None, report: Collector) -> tuple[str, dict[int, Figures], str]:
    """Index, figures by year, and no origin."""
    told = about(sheets)
    index, of_year, place = told.get("index"), number(told.get("year")), str(told.get("place"))
    sheet = next((s for s in sheets if s.name == SHEET and len(s.rows) > FIRST), None)
    if index not in index_codes() or of_year is None or sheet is None:
        report.add("template_broken")
        return "", {}, ""
    if place not in {p.code for p in load_places().all if p.valid(int(of_year))}:
        report.add("template_code", ABOUT, value=place)
        return "", {}, ""
    if year is not None and year != of_year:
        report.add("year_conflict", asked=year, stated=int(of_year))
    figures, seen = Figures(SHEET, place=place), set()
    for r, row in enumerate(sheet.rows[FIRST:], FIRST):
        code, name, *cells = [*row, *[None] * (2 + len(CELLS))][: 2 + len(CELLS)]
        if all(cell is None for cell in (code, name, *cells)):
            continue
        if code not in load_catalogue().order or load_catalogue().component(str(code)).index != index:
            report.add("template_code", SHEET, r, 0, value=shown(code or ""))
        elif name not in in_each(partial(load_catalogue().label, str(code))).values():
            report.add("template_name", SHEET, r, 1, given=code, name=name, expected=load_catalogue().label(str(code)))
        elif code in seen:
            report.add("component_twice", SHEET, r, 0, component=name)
        else:
            seen.add(code)
            _take(figures, str(code), dict(zip(CELLS, cells, strict=True)), r, sheet, report)
    if not figures.found:
        report.add("template_empty", SHEET)
        return str(index), {}, ""
    for component in dict.fromkeys(component for component, _ in figures.found):
        check_ranks(figures, component, report, figures.bases.get(component, 0))
    check_scale(figures, int(of_year), report)
    check_formulas(figures, str(index), int(of_year), report)
    return str(index), {int(of_year): figures}, ""


def _take(figures: Figures, component: str, cells: dict, r: int, sheet: Sheet, report: Collector) -> None:
    """Figures of one component, each as its column has it, with their source."""
    own = load_catalogue().component(component)
    index, name = load_catalogue().by_index[own.index], load_places().get(figures.place).name
    base, source = number(cells["rank_base"]), str(cells["source"] or "").strip()
    for c, kind in enumerate(CELLS[:3], 2):
        cell, where = cells[kind], {"row": r, "column": c}
        text, value = str(cell or "").strip(), number(cell)
        percent = is_percent(cell) or (r, c) in sheet.percent()
        if cell is None:
            continue
        if text.endswith("?"):
            report.add("doubtful", SHEET, r, c, value=cell)
        elif value is None:
            report.add(why_no_number(cell), SHEET, r, c, value=cell, place=name)
        elif (kind == OF_MAXIMUM and own.unit == index.unit) or (percent and (kind == RANK or (
                kind == SCORE and own.unit != "percent"))):
            report.add("percent", SHEET, r, c, value=cell, place=name)
        elif kind == OF_MAXIMUM and not 0 <= value <= 100:
            report.add("of_maximum", SHEET, r, c, value=value)
        elif kind == RANK and base is None:
            report.add("no_base", SHEET, r, c, value=value)
        else:
            figures.found[component, kind] = {figures.place: value}
            figures.cells[component, kind, figures.place] = where
    if base is not None:
        figures.bases[component] = int(base)
    if any((component, kind) in figures.found for kind in CELLS):
        figures.sources[component] = source
        if not source:
            report.add("no_source", SHEET, r, 1 + len(CELLS), component=load_catalogue().label(component))


def write_one_place(index: str, year: int, place: Place, out: Path) -> Path:
    """Write the template for a page about one place.

    Parameters
    ----------
    index : str
        Code of an index.
    year : int
        Year of the index: decides the components.
    place : Place
    out : Path
        ``.xlsx`` file to write.

    Raises
    ------
    IndexlibError
        Unknown index, or a file of that name: it may have been filled in.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill

    if index not in index_codes():
        raise IndexlibError(t("read.unknown_index", value=index, names=listing(index_codes())))
    components, edition = components_of(index, year)
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet.append(["component", None, *CELLS])
    sheet.append([None, place.name, *(t(f"template.cell.{kind}") for kind in CELLS)])
    for component in components:
        sheet.append([component, load_catalogue().label(component)])
    for c, width in enumerate((16, 46, 10, 12, 8, 12, 60)):
        cell, letter = sheet.cell(2, c + 1), "ABCDEFG"[c]
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor=BLUE)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "C3"
    how = [t(f"template.place_{i}") for i in range(1, 5)]
    return save_with_about(book, out, index, year, edition, {"place": place.code}, how)
