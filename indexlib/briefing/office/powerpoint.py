"""Slides made from a template that an office restyles in PowerPoint: its placeholders are filled by name.

What is filled keeps the template's fonts, sizes and places; a text that would not fit its box is set smaller, down to
12 points, and what does not fit even then is shortened, with the whole of it in the speaker notes.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING

from indexlib.base.problems import IndexlibError
from indexlib.base.wording import language, listing, t
from indexlib.briefing.office import clean as plain
from indexlib.briefing.office import reproducible
from indexlib.briefing.office.fit import (
    CELL_X,
    CELL_Y,
    SMALLEST,
    broken,
    fitted,
    height,
    row_height,
    shortened,
    table_height,
)

if TYPE_CHECKING:
    from pptx.chart.chart import Chart
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

TEMPLATE = Path(__file__).resolve().parents[1] / "templates" / "slides.pptx"
#: Layouts of the template, and its placeholders.
COVER, ONE, TWO = "Bìa", "Một nội dung", "Hai nội dung"
TITLE, SUBTITLE, NOTICE, LEAD, BODY, LEFT, RIGHT, SOURCE, FOOTER, NUMBER = (
    "Tiêu đề", "Phụ đề", "Lưu ý", "Lời", "Nội dung", "Bên trái", "Bên phải", "Ghi chú", "Chân trang", "Số trang")
EMU = 12700
#: PowerPoint's own table style, for a template that names none.
PLAIN = "{5C22544A-7EE6-4342-B048-85BDC9FD1C3A}"


class TemplateError(IndexlibError):
    """The template of the slides cannot be used: not there, not a presentation, or without a layout or placeholder."""


def clean(text: object) -> str:
    """A text on one line, without characters that a slide cannot hold."""
    return re.sub("[\n\t ]+", " ", plain.clean(text)).strip(" ")


class Deck:
    """A presentation under way.

    Parameters
    ----------
    footer : str
        Stands at the foot of every slide.
    template : Path, optional

    Raises
    ------
    TemplateError
    """

    def __init__(self, footer: str, template: Path = TEMPLATE) -> None:
        from pptx import Presentation
        from pptx.exc import PackageNotFoundError
        from pptx.opc.constants import RELATIONSHIP_TYPE as RT

        self.template, self.footer = template, footer
        try:
            self.file = Presentation(str(template))
        except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise TemplateError(t("deck.unreadable", file=template.name, why=type(error).__name__)) from error
        for _ in range(len(self.file.slides._sldIdLst)):  # slides left in by whoever restyled it
            first = self.file.slides._sldIdLst[0]
            self.file.part.drop_rel(first.rId)
            self.file.slides._sldIdLst.remove(first)
        styles = [x.target_part.blob for x in self.file.part.rels.values() if x.reltype == RT.TABLE_STYLES]
        self.table_style = re.search(rb'def="([^"]*)"', styles[0])[1].decode() if styles else PLAIN
        self.layouts = {_same(x.name): x for x in self.file.slide_layouts}

    def page(self, layout: str, title: str) -> Page:
        """A new slide with its message."""
        found = self.layouts.get(_same(layout))
        if found is None:
            raise TemplateError(t("deck.no_layout", file=self.template.name, name=layout,
                                  names=listing([x.name for x in self.file.slide_layouts])))
        return Page(self, found, title)

    def save(self, path: Path, title: str) -> None:
        """Write the presentation; the same slides make the same bytes."""
        properties = self.file.core_properties
        properties.title, properties.language = clean(title)[:255], language()  # no property is longer
        reproducible.save(self.file, path)


class Page:
    """A slide under way; what stays unfilled is taken away by :meth:`done`."""

    def __init__(self, deck: Deck, layout: object, title: str) -> None:
        self.deck, self.layout = deck, layout
        self.slide = deck.file.slides.add_slide(layout)
        self._of = {_same(p.name): p for p in layout.placeholders}
        self._free = {p.placeholder_format.idx: p for p in self.slide.placeholders}
        self._said: list[str] = []
        self.title = clean(title)
        self.text(TITLE, [title])
        for name in (FOOTER, NUMBER):
            self._repeat(name)

    def _named(self, name: str) -> object:
        """Placeholder of the layout."""
        found = self._of.get(_same(name))
        if found is None:
            raise TemplateError(t("deck.no_placeholder", file=self.deck.template.name, layout=self.layout.name, name=name,
                                  names=listing([p.name for p in self.layout.placeholders])))
        return found

    def _take(self, name: str) -> tuple[object, object]:
        """A free placeholder of the slide, and that of the layout."""
        of = self._named(name)
        return self._free.pop(of.placeholder_format.idx), of

    def room(self, name: str) -> tuple[float, float]:
        """Width and height in points of a placeholder, its margins taken off."""
        of = self._named(name)
        body = of._element.txBody.bodyPr
        sides = [body.get(k) for k in ("lIns", "rIns", "tIns", "bIns")]
        if not any(sides) and of._base_placeholder is not None:
            sides = [of._base_placeholder._element.txBody.bodyPr.get(k) for k in ("lIns", "rIns", "tIns", "bIns")]
        left, right, top, bottom = (int(s) if s else d for s, d in zip(sides, (91440, 91440, 45720, 45720), strict=True))
        return (of.width - left - right) / EMU, (of.height - top - bottom) / EMU

    def text(self, name: str, paragraphs: Sequence[str]) -> None:
        """Fill a placeholder with paragraphs."""
        from pptx.util import Pt

        paragraphs = [clean(p) for p in paragraphs if p]
        if not paragraphs:
            return
        shape, of = self._take(name)
        wide, high = self.room(name)
        size, bold, indent, gap = _style(of)
        wide -= indent
        wanted = size
        while size > SMALLEST and height(paragraphs, wide, size, bold, gap) > high:
            size -= 1
        shown = paragraphs
        lines = max(broken(p, wide, size, bold) for p in shown)
        while lines > 1 and height(shown, wide, size, bold, gap) > high:
            lines -= 1
            shown = [shortened(p, wide, size, lines, bold) for p in paragraphs]
        if shown != paragraphs:
            self.say(paragraphs)
        frame = shape.text_frame
        for i, text in enumerate(shown):
            paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
            run = put(paragraph, text)
            if size < wanted:
                run.font.size = Pt(size)

    def table(self, name: str, headers: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> None:
        """Fill a placeholder with a table; ``right`` are the columns set to the right."""
        from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
        from pptx.shapes.placeholder import TablePlaceholder
        from pptx.util import Pt

        shape, _ = self._take(name)
        wide, high = self.room(name)
        whole = [[clean(x) for x in row] for row in (headers, *rows)]
        cells, columns, size = fitted(whole, wide, high)
        if cells != whole:
            self.say([" | ".join(row) for row in whole])
        frame = TablePlaceholder(shape._element, shape._parent).insert_table(len(cells), len(headers))
        table = frame.table
        table._tbl.tblPr.find("{*}tableStyleId").text = self.deck.table_style
        table.horz_banding = False
        stretch = max(1, min(1.5, high / table_height(cells, columns, size)))
        for column, points in zip(table.columns, columns, strict=True):
            column.width = int(points * EMU)
        for r, row in enumerate(cells):
            table.rows[r].height = int(row_height(row, columns, size, r == 0) * stretch * EMU)
            for c, text in enumerate(row):
                cell = table.cell(r, c)
                cell.margin_left = cell.margin_right = int(CELL_X / 2 * EMU)
                cell.margin_top = cell.margin_bottom = int(CELL_Y / 2 * EMU)
                cell.vertical_anchor = MSO_ANCHOR.MIDDLE
                paragraph = cell.text_frame.paragraphs[0]
                put(paragraph, text).font.size = Pt(size)
                if c in right:
                    paragraph.alignment = PP_ALIGN.RIGHT
        frame.height = sum(row.height for row in table.rows)
        _describe(frame, self.title)

    def chart(self, name: str, kind: XL_CHART_TYPE, data: CategoryChartData, about: str) -> Chart:
        """Fill a placeholder with a native chart, for whoever made it to style."""
        from pptx.shapes.placeholder import ChartPlaceholder

        shape, _ = self._take(name)
        frame = ChartPlaceholder(shape._element, shape._parent).insert_chart(kind, data)
        _describe(frame, about)
        return frame.chart

    def picture(self, name: str, path: Path, about: str) -> None:
        """Put a picture in the middle of a placeholder, whole and unstretched."""
        shape, _ = self._take(name)
        x, y, wide, high = shape.left, shape.top, shape.width, shape.height
        shape._element.getparent().remove(shape._element)
        picture = self.slide.shapes.add_picture(str(path), x, y)
        scale = min(wide / picture.width, high / picture.height)
        picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
        picture.left, picture.top = x + (wide - picture.width) // 2, y + (high - picture.height) // 2
        _describe(picture, about)

    def say(self, paragraphs: Sequence[str]) -> None:
        """Add paragraphs to the speaker notes."""
        self._said += [clean(p) for p in paragraphs if p]

    def done(self) -> None:
        """Write the notes and take away what was not filled."""
        for shape in self._free.values():
            shape._element.getparent().remove(shape._element)
        frame = self.slide.notes_slide.notes_text_frame
        for i, text in enumerate(self._said):
            put(frame.paragraphs[0] if i == 0 else frame.add_paragraph(), text)

    def _repeat(self, name: str) -> None:
        """Footer and number of the page, which PowerPoint copies from the layout and python-pptx does not."""
        element = deepcopy(self._named(name)._element)
        ids = [int(x) for x in self.slide._element.xpath(".//p:cNvPr/@id")]
        element.nvSpPr.cNvPr.set("id", str(max(ids) + 1))
        self.slide.shapes._spTree.append(element)
        if name == FOOTER:
            shape = self.slide.shapes[-1]
            wide, _ = self.room(name)
            put(shape.text_frame.paragraphs[0], shortened(clean(self.deck.footer), wide, SMALLEST, 1))


def put(paragraph: object, text: str) -> object:
    """Add a run in the language in force to a paragraph."""
    from pptx.enum.lang import MSO_LANGUAGE_ID

    run = paragraph.add_run()
    run.text = text
    run.font.language_id = MSO_LANGUAGE_ID.VIETNAMESE if language() == "vi" else MSO_LANGUAGE_ID.ENGLISH_UK
    return run


def _describe(shape: object, about: str) -> None:
    """What a screen reader says of a shape."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", clean(about))


def _same(name: str) -> str:
    """A name as it is compared: PowerPoint on a Mac may write letters and marks apart."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _style(of: object) -> tuple[float, bool, float, float]:
    """Size, weight, indent and gap between paragraphs, in points, of a placeholder's first level."""
    kind = "title" if "TITLE" in str(of.placeholder_format.type) and "SUB" not in str(of.placeholder_format.type) else "body"
    master = of.part.slide_master
    levels = [*of._element.xpath("./p:txBody/a:lstStyle/a:lvl1pPr")]
    if of._base_placeholder is not None:
        levels += of._base_placeholder._element.xpath("./p:txBody/a:lstStyle/a:lvl1pPr")
    levels += master._element.xpath(f"./p:txStyles/p:{kind}Style/a:lvl1pPr")

    def first(path: str, attribute: str, otherwise: str) -> str:
        found = (level if not path else level.find(path) for level in levels)
        return next((x.get(attribute) for x in found if x is not None and x.get(attribute)), otherwise)

    return (int(first("{*}defRPr", "sz", "1800")) / 100, first("{*}defRPr", "b", "0") in ("1", "true"),
            max(0, int(first("", "marL", "0"))) / EMU, int(first("{*}spcBef/{*}spcPts", "val", "0")) / 100)
