"""The body of a document: numbered lines and tables in their order, each with its place."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexlib.base.problems import DataError, Problem
from indexlib.base.wording import t
from indexlib.intake.files.sheets import open_file
from indexlib.intake.files.word import W, _line, _styles, _table


@dataclass(frozen=True)
class Part:
    """A line of text, or a table: rows of cells."""

    place: str
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


def read_body(path: Path) -> list[Part]:
    """Lines and tables of a Word file or workbook.

    Raises
    ------
    DataError
        A file that is neither, or that cannot be read safely.
    """
    opened = open_file(path)
    if opened.kind == "docx":
        return _of_word(path)
    if opened.kind in ("xlsx", "xls", "ods"):
        return [Part(sheet.name, rows=tuple(tuple(_cell(c) for c in row) for row in sheet.rows)) for sheet in opened.sheets]
    raise DataError([Problem(path.name, "", None, "", "not_a_document", t("plan.not_a_document"))])


def _of_word(path: Path) -> list[Part]:
    import docx

    document, parts, tables = docx.Document(str(path)), [], 0
    styles, counter = _styles(document), _Numbers(document)
    for n, child in enumerate(document.element.body, 1):
        if child.tag == f"{W}p":
            text = tidy(counter.label(child) + _line(child, styles))
            if text:
                parts.append(Part(t("plan.place.line", n=n), text))
        elif child.tag == f"{W}tbl":
            tables += 1
            rows = _table(str(tables), child, document, styles).rows
            parts.append(Part(t("plan.place.table", n=tables), rows=tuple(tuple(_cell(c) for c in r) for r in rows)))
    return parts


class _Numbers:
    """The numbers that Word itself puts before paragraphs: ``1.``, ``1.2.``."""

    def __init__(self, document: Any):
        self.count: dict[str, list[int]] = defaultdict(list)
        part = next((r.target_part for r in document.part.rels.values() if r.reltype.endswith("/numbering")), None)
        self.decimal: set[tuple[str, str]] = set()
        self.styles = {style.style_id: number for style in document.styles
                       if (number := next(style.element.iter(f"{W}numPr"), None)) is not None}
        if part is None:
            return
        kinds = {(a.get(f"{W}abstractNumId"), lvl.get(f"{W}ilvl")) for a in part.element.iter(f"{W}abstractNum")
                 for lvl in a.iter(f"{W}lvl") if any(f.get(f"{W}val") == "decimal" for f in lvl.iter(f"{W}numFmt"))}
        for num in part.element.iter(f"{W}num"):
            of = next(num.iter(f"{W}abstractNumId")).get(f"{W}val")
            self.decimal |= {(num.get(f"{W}numId"), level) for abstract, level in kinds if abstract == of}

    def label(self, paragraph: Any) -> str:
        """Number of a paragraph, with a full stop and a blank; empty for one without."""
        found = next(paragraph.iter(f"{W}numPr"), None)
        if found is None:
            style = next((e.get(f"{W}val") for e in paragraph.iter(f"{W}pStyle")), None)
            found = self.styles.get(style)
        if found is None:
            return ""
        of = {child.tag: child.get(f"{W}val") for child in found}
        number, level = of.get(f"{W}numId", ""), of.get(f"{W}ilvl", "0")
        if (number, level) not in self.decimal:
            return ""
        count, depth = self.count[number], int(level) + 1
        count[:] = (count + [0] * depth)[:depth]
        count[-1] += 1
        return ".".join(map(str, count)) + ". "


def _cell(value: object) -> str:
    if isinstance(value, float) and value == int(value):
        value = int(value)
    return "" if value is None else tidy(str(value))


def tidy(text: str) -> str:
    """A text in one line, no blank twice."""
    return re.sub(r"\s+", " ", text).strip()
