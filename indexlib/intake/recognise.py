"""Readers of published files: one module a publisher, and one for the project's own template.

:func:`read_published` opens any file, recognises whose it is by its content, and hands back tidy
scores with every problem found. It never guesses: what is not certain is a problem.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import ModuleType

import pandas as pd

from indexlib.base.untrusted import shown
from indexlib.base.wording import in_each, listing, t
from indexlib.data import files
from indexlib.data.catalogue import index_codes, load_catalogue
from indexlib.data.scores import WITHHELD
from indexlib.intake.checks.corroboration import check_corroboration
from indexlib.intake.files.report import DOUBTS, NOTES, UNSURE, Collector, letters
from indexlib.intake.files.sheets import Sheet, Unreadable, open_file
from indexlib.intake.publishers import ministry, one_place, papi, pci, template
from indexlib.intake.reading import Reading, tidy
from indexlib.intake.table.figures import OF_MAXIMUM, RANK, SCORE, Figures
from indexlib.intake.table.labels import names_index
from indexlib.intake.table.layouts import one_row_a_place, rows_of, years_down
from indexlib.intake.table.letters import spoilt
from indexlib.intake.table.titles import check_index, heads, titles, with_years

#: Who reads a publisher's files, as ``indices.csv`` names them.
FEW_ROWS = 6
BESIDE_SCORE = (RANK, "ci_low", "ci_high", OF_MAXIMUM)
READERS: dict[str, ModuleType] = {"pci": pci, "papi": papi, "ministry": ministry}


@files.settled()
def read_published(path: str | Path, year: int | None = None, index: str | None = None,
                   source: str | None = None) -> Reading:
    """Read a published file to tidy scores and a list of problems.

    Parameters
    ----------
    path : str or Path
        A workbook (``.xls``, ``.xlsx``, ``.ods``), a text table (``.csv``), or a ``.pdf`` or
        ``.docx`` with tables; what it is comes from its content.
    year : int, optional
        Year of the index, where the file does not say it.
    index : str, optional
        Code of the index whose table it is, where that cannot be told from the file.
    source : str, optional
        Key in ``sources.csv`` to write beside each figure.

    Returns
    -------
    Reading
        ``scores`` (columns of the score tables, published scale), ``problems``. A file that cannot
        be read at all gives no scores and one problem that says why.

    Examples
    --------
    >>> reading = read_published("no_such_file.xlsx")
    >>> len(reading.scores), [p.code for p in reading.problems]
    (0, ['missing_file'])
    """
    report = Collector(Path(path).name)
    if index is not None and index not in index_codes():
        report.add("unknown_index", value=index, names=listing(index_codes()))
        return Reading(tidy([]), report.problems)
    try:
        opened = open_file(Path(path))
        if opened.kind in ("pdf", "docx"):
            from indexlib.intake.files.documents import document_sheets

            sheets = document_sheets(opened)
        else:
            sheets = opened.sheets
    except Unreadable as error:
        return Reading(tidy([]), error.problems)
    return _read(sheets, opened.kind, year, index, source or "", report)


def _read(sheets: list[Sheet], kind: str, year: int | None, index: str | None, source: str,
          report: Collector) -> Reading:
    if why := spoilt(sheets):
        cause, name, mended = why
        report.add(cause, name=shown(name), mended=mended)
        return Reading(tidy([]), report.problems, kind=kind)
    for sheet in sheets:
        for row, column, code in sheet.unsure:
            report.add(code, sheet.name, row, column, value=shown(sheet.rows[row][column] or ""))
    if template.recognises(sheets):
        own = one_place if one_place.recognises(sheets) else template
        index, by_year, origin = own.read(sheets, year, report)
        return _reading(index, by_year, source, kind, report, origin)
    sheets = [with_years(sheet) for sheet in sheets]
    down = [years_down(sheet) for sheet in sheets]
    if said := {own for years in down for own in years.by_row.values()} - {0}:
        if year not in said and (year or len(said) > 1):
            listed = ", ".join(map(str, sorted(said)))
            report.add("no_such_year" if year else "two_years", asked=year, years=listed)
            return Reading(tidy([]), report.problems, kind=kind)
        year = year or max(said)
        sheets = [rows_of(sheet, years, year) for sheet, years in zip(sheets, down, strict=True)]
    sheets = [one_row_a_place(sheet) for sheet in sheets]
    asked, index = index, index or _index(sheets, report)
    if not index:
        return Reading(tidy([]), report.problems, kind=kind)
    for part in [[sheet] for sheet in sheets] if asked else [sheets]:  # one sheet of another index spoils the others
        check_index(part, index, report)
    # What people see comes first: a hidden sheet may bear it out, or add to it.
    sheets = sorted(sheets, key=lambda sheet: not sheet.visible)
    reader = _readers().get(index)
    if reader is None:
        report.add("no_reader", index=load_catalogue().short_name(index), value=index)
        return Reading(tidy([]), report.problems, kind=kind)
    by_year = reader.read(sheets, year, report, *_told(reader, index))
    _check_hidden(sheets, by_year, report)
    return _reading(index, by_year, source, kind, report)


def _readers() -> dict[str, ModuleType]:
    """The reader of each index that has one."""
    indices = load_catalogue().by_index.values()
    return {index.code: READERS[index.reader] for index in indices if index.reader in READERS}


def _told(reader: ModuleType, index: str) -> tuple[str, ...]:
    """The index, for a reader of several."""
    return () if hasattr(reader, "INDEX") else (index,)


def _index(sheets: list[Sheet], report: Collector) -> str:
    """The index whose labels the file bears, a title that names it counting double; reported if none or several do."""
    texts = [text for sheet in sheets for text in titles(sheet)]
    found = {index: reader.recognises(sheets, *_told(reader, index)) + 2 * names_index(texts, index)
             for index, reader in _readers().items()}
    if not any(found.values()):  # beside the title may stand who wrote it, and the number of the annex
        found = {index: names_index([text for sheet in sheets for text in heads(sheet)], index) for index in found}
    best = max(found.values(), default=0)
    names = [index for index, count in found.items() if count == best]
    if best == 0:
        report.add("not_recognised", names=listing([load_catalogue().short_name(n) for n in found]))
    elif len(names) > 1:
        report.add("several_indices", names=listing([load_catalogue().short_name(n) for n in names]))
    return names[0] if best and len(names) == 1 else ""


def _check_hidden(sheets: list[Sheet], by_year: dict[int, Figures], report: Collector) -> None:
    """Report figures that only a hidden sheet has: a person who looks at the file does not see them."""
    used = {name for figures in by_year.values() for name in figures.sheets}
    for sheet in sheets:
        if not sheet.visible and sheet.name in used and any(other.visible for other in sheets):
            report.add("hidden_sheet", sheet.name)
        if sheet.visible and sheet.name in used and ((unseen := sheet.unseen()).rows or unseen.columns):
            cells = [where for figures in by_year.values() for where in figures.cells.values()]
            rows = sorted({where["row"] for where in cells} & unseen.rows)
            columns = sorted({where["column"] for where in cells} & unseen.columns)
            if rows:
                report.add("hidden_rows", sheet.name, rows[0], n=len(rows), rows=_few([str(row + 1) for row in rows]))
            if columns:
                report.add("hidden_columns", sheet.name, None, columns[0], n=len(columns),
                           columns=_few([letters(column) for column in columns]))


def _few(names: list[str]) -> str:
    return listing([*names[:FEW_ROWS], *(["…"] if len(names) > FEW_ROWS else [])])


def _reading(index: str, by_year: dict[int, Figures], source: str, kind: str, report: Collector,
             origin: str = "") -> Reading:
    rows: list[tuple] = []
    held: list[dict] = []
    for year, figures in sorted(by_year.items()):
        rows += _rows(figures, year, source)
        held += [_held_row(year, place, component, source) for component, place in figures.withheld]
    if not any(p.code not in NOTES | DOUBTS for p in report.problems):
        if not rows and not held:
            report.add("nothing")
        for year, figures in sorted(by_year.items()):
            if not figures.place and any(figures.found.values()):
                check_corroboration(figures, index, year, report)
    doubtful = {cell: text for figures in by_year.values() for cell, text in _doubtful(figures, report).items()}
    return Reading(tidy(rows), report.problems, index, tuple(sorted(by_year)), kind,
                   pd.DataFrame(held, columns=WITHHELD), doubtful, by_year, origin)


def _doubtful(figures: Figures, report: Collector) -> dict[tuple[str, str, str], str]:
    """Cells that a problem names, with the figure read there (empty if none was).

    Where a name or a header is not certain, those are all figures beside or below it.
    """
    named = {(p.row, p.column) for p in report.problems if p.row is not None and p.code not in NOTES}
    found: dict[tuple[str, str, str], str] = {}
    if not named:
        return found
    own = {(where["row"] + 1, letters(where["column"])) for where in figures.cells.values()}
    beside = {(p.row, p.column) for p in report.problems if p.code in UNSURE} - own
    rows, columns = {row for row, _ in beside}, {column for _, column in beside}
    for (component, kind, place), where in figures.cells.items():
        row, column = where["row"] + 1, letters(where["column"])
        if (row, column) in named or row in rows or column in columns:
            value = figures.found.get((component, kind), {}).get(place)
            found[place, component, kind] = "" if value is None else f"{round(value, 6):.12g}"
    return found


def _rows(figures: Figures, year: int, source: str) -> list[tuple]:
    """Rows in the order of the columns of the score tables."""
    rows: list[tuple] = []
    for component in {component: None for component, _ in figures.found}:
        kinds = {kind: figures.found.get((component, kind), {}) for kind in (SCORE, *BESIDE_SCORE)}
        if not any(kinds[kind] for kind in BESIDE_SCORE) and not figures.place:  # most of them
            rows += [(year, place, component, value, None, None, None, None, source, "", None)
                     for place, value in kinds[SCORE].items()]
            continue
        base = figures.bases.get(component) or len(kinds[RANK])
        for place in {place: None for kind in (SCORE, RANK, OF_MAXIMUM) for place in kinds[kind]}:
            rank = kinds[RANK].get(place)
            rows.append((year, place, component, kinds[SCORE].get(place), rank, base if rank is not None else None,
                         kinds["ci_low"].get(place), kinds["ci_high"].get(place), figures.sources.get(component, source),
                         "", kinds[OF_MAXIMUM].get(place)))
    return rows


def _held_row(year: int, place: str, component: str, source: str) -> dict:
    reasons = in_each(partial(t, "read.reason_unknown"), "reason_")
    return {"year": year, "place": place, "component": component, **reasons, "source": source}
