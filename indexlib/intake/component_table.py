"""A small table in which a person says what the unknown heads of a new edition are: ``read`` writes it, ``add`` takes it."""

from __future__ import annotations

from pathlib import Path

from indexlib.base.problems import DataError
from indexlib.base.untrusted import as_text, shown
from indexlib.base.wording import plain_number, t
from indexlib.data.catalogue import load_catalogue
from indexlib.intake.files.sheets import Unreadable, open_file
from indexlib.intake.new_edition import Proposal, new_code
from indexlib.intake.publishers.template import save
from indexlib.intake.table.labels import nearest

COLUMNS = ("label", "code", "near", "new")
WIDTHS = (60, 24, 70, 40)


def write(proposal: Proposal, out: Path) -> None:
    """Write the heads that no name tells, their codes left open, and beside them what is known.

    Raises
    ------
    IndexlibError
        A file of that name exists, or cannot be written.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet, known = book.active, book.create_sheet(t("component_table.known"))
    sheet.title = t("component_table.open")
    sheet.append([t(f"component_table.{c}") for c in COLUMNS])
    for label in proposal.open:
        sheet.append([shown(label, 300), None, nearest(label, proposal.index), new_code(label, proposal.index)])
    known.append([t(f"component_table.{c}") for c in ("code", "name", "low", "high")])
    for code in proposal.found:
        values = proposal.values(code)
        ends = [plain_number(end) for end in (min(values), max(values))] if values else ["", ""]
        known.append([code, load_catalogue().label(code), *ends])
    for page, widths in ((sheet, WIDTHS), (known, (24, 70, 14, 14))):
        for column, width in zip("ABCD", widths, strict=True):
            page.column_dimensions[column].width = width
            page[f"{column}1"].font = Font(bold=True)
        for row in page.iter_rows():
            for cell in row:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.freeze_panes = "A2"
        as_text(page)
    save(book, out)


def read(path: Path) -> list[str]:
    """Heads and codes of a table that was filled in, as ``"label=code"``; a head without a code is left out.

    Raises
    ------
    DataError
        The file cannot be read.
    """
    try:
        rows = open_file(path).sheets[0].rows[1:]
    except Unreadable as error:
        raise DataError(error.problems) from error
    return [f"{row[0]}={str(row[1]).strip()}" for row in rows if len(row) > 1 and row[0] and row[1]]
