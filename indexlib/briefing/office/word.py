"""Parts of Word documents: pages, paragraphs, tables whose widths hold whatever stands in them."""

from __future__ import annotations

from typing import Any

from indexlib.briefing.office.clean import clean

FONT = "Times New Roman"


def landscape(title: str, margin: float = 18) -> Any:
    """A new document, A4 landscape, page number in the foot, with a title; ``margin`` above and below in millimetres."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    document = Document()
    document.core_properties.title = clean(title)[:255]
    section = document.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    section.top_margin = section.bottom_margin = Mm(margin)
    section.footer_distance = Mm(min(margin, 12) / 2)
    section.left_margin, section.right_margin = Mm(20), Mm(15)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(12)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after = Pt(3)
    _page_number(section.footer.paragraphs[0])
    return document


def _page_number(paragraph: Any) -> None:
    """The field of the page number, set to the middle."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    field.append(OxmlElement("w:r"))
    paragraph._p.append(field)


def write(paragraph: Any, text: object, bold: bool = False, italic: bool = False, size: float | None = None,
          middle: bool = False) -> Any:
    """Add a text to a paragraph; its line breaks become line breaks."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    run = paragraph.add_run(clean(text))
    run.bold, run.italic = bold or None, italic or None
    if size:
        run.font.size = Pt(size)
    if middle:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return paragraph


def table(document: Any, headers: list[str], rows: list[list[str]], widths: list[float], size: float = 11,
          middle: tuple[int, ...] = (), least: float = 0) -> Any:
    """A ruled table of fixed widths whose head comes back on every page and whose rows stay whole.

    Parameters
    ----------
    headers : list of str
    rows : list of list of str
    widths : list of float
        Widths of the columns in millimetres.
    size : float
        Points of the letters.
    middle : tuple of int
        Columns set to the middle.
    least : float
        Least height of a row in millimetres, for what is written by hand.
    """
    from docx.shared import Mm

    made = document.add_table(rows=0, cols=len(headers))
    made.style, made.autofit = "Table Grid", False
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Mm(width)
    for number, texts in enumerate([headers, *rows]):
        row = made.add_row()
        _keep(row, head=number == 0)
        row.height = Mm(least) if least and number else None
        for at, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = Mm(widths[at])
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = 0
            write(paragraph, text, bold=number == 0, size=size, middle=number == 0 or at in middle)
    return made


def _keep(row: Any, head: bool) -> None:
    """Keep a row on one page; a head row comes back on every page."""
    from docx.oxml import OxmlElement

    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if head:
        properties.append(OxmlElement("w:tblHeader"))
