"""Word templates of plain fields, which an office moves and restyles in Word.

A field is ``{{ title }}``. A paragraph whose field holds several texts is repeated for each, a row of a table with
fields of a list (``{{ tasks.unit }}``) for each of its rows; how they look is the style of that paragraph or table.
What has nothing to say is left out: a paragraph, a row or a table all of whose fields are empty, and the column of a
table whose heading is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexlib.base.untrusted import shown
from indexlib.base.wording import listing, t
from indexlib.briefing.office.clean import clean

FIELD = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
#: What is left of a field that is none, or of the code that templates of version 1.1.0 held.
LEFT = re.compile(r"\{\{.*|\{%.*|\}\}|%\}", re.DOTALL)
#: Twips up to which a column is as wide as what it holds.
SMALL = 600
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True)
class Rows:
    """Rows of a table: the names that each holds, and the texts, or paths of pictures, by name."""

    names: tuple[str, ...]
    rows: list[dict[str, Any]]


Values = Mapping[str, str | list[str] | Rows]


def faults(document: Any, values: Values) -> list[str]:
    """What of a template cannot be filled, in words: unknown fields with the nearest known one, code, mixed lists."""
    known = [name for key, value in values.items()
             for name in ([f"{key}.{n}" for n in value.names] if isinstance(value, Rows) else [key])]
    said = []
    for part in _parts(document):
        for paragraph in part.iter(W + "p"):
            text = _text(paragraph)
            for name in FIELD.findall(text):
                if name not in known:
                    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
                    said.append(t("template.unknown_near", name=name, near=near[0]) if near else
                                t("template.unknown", name=name))
            if left := LEFT.search(FIELD.sub("", text)):
                said.append(t("template.code", text=shown(left[0], 60)))
        said += [t("template.lists", names=listing(sorted(lists))) for row in part.iter(W + "tr", W + "p")
                 if len(lists := _lists(row)) > 1]
    return list(dict.fromkeys(said))


def fill(document: Any, values: Values, width: float) -> None:
    """Put values into the fields of a document of python-docx; pictures are ``width`` centimetres wide.

    The template must have no :func:`faults`.
    """
    for part in _parts(document):
        for table in list(part.iter(W + "tbl")):
            rows = list(table.iterchildren(W + "tr"))
            _narrow(table, rows, values)
            repeated = [_repeat(document, row, values, width) for row in rows if _lists(row)]
            if repeated and not any(repeated):
                table.getparent().remove(table)
            for row in rows:
                names = FIELD.findall("".join(map(_text, row.iter(W + "p"))))
                if names and row.getparent() is not None and not any(values[n] for n in names):
                    row.getparent().remove(row)
        for paragraph in list(part.iter(W + "p")):
            if not _lists(paragraph):
                _paragraph(document, paragraph, values, width)


def _parts(document: Any) -> Iterator[Any]:
    """The body, heads and feet of a document."""
    yield document.element.body
    for part in document.part.related_parts.values():
        if re.search(r"/(header|footer)\d*\.xml$", str(part.partname)):
            yield part.element


def _runs(paragraph: Any) -> list[Any]:
    """Runs of a paragraph itself, not of a text box that hangs on it."""
    return [r for r in paragraph.iter(W + "r") if next(r.iterancestors(W + "p")) is paragraph]


def _text(paragraph: Any) -> str:
    return "".join(r.text for r in _runs(paragraph))


def _lists(element: Any) -> set[str]:
    """Names of the lists whose fields stand in a paragraph or row."""
    paragraphs = [element] if element.tag == W + "p" else element.iter(W + "p")
    return {name.partition(".")[0] for p in paragraphs for name in FIELD.findall(_text(p)) if "." in name}


def _narrow(table: Any, rows: list[Any], values: Values) -> None:
    """Take away the columns whose headings have nothing to say; the others share their width."""
    grid, heads = list(table.iter(W + "gridCol")), list(rows[0].iterchildren(W + "tc"))
    fields = [FIELD.findall("".join(map(_text, head.iter(W + "p")))) for head in heads]
    kept = [not names or _lists(head) or any(values[n] for n in names) for head, names in zip(heads, fields, strict=True)]
    if all(kept) or not any(kept) or len(grid) != len(heads):
        return
    widths = [int(column.get(W + "w")) for column in grid]
    small = sum(w for w, keep in zip(widths, kept, strict=True) if keep and w <= SMALL)
    share = (sum(widths) - small) / (sum(w for w, keep in zip(widths, kept, strict=True) if keep) - small)
    for cells in (grid, *(list(row.iterchildren(W + "tc")) for row in rows)):
        if len(cells) < len(kept):  # one across all
            cells[0].find(f"{W}tcPr/{W}gridSpan").set(W + "val", str(sum(map(bool, kept))))
            continue
        for cell, width, keep in zip(cells, widths, kept, strict=True):
            size = cell if cell.tag == W + "gridCol" else cell.find(f"{W}tcPr/{W}tcW")
            size.set(W + "w", str(width if width <= SMALL else round(width * share)))
            if not keep:
                cell.getparent().remove(cell)


def _repeat(document: Any, row: Any, values: Values, width: float) -> int:
    """Set a row of a table once for each row of its list; how many that were."""
    (name,) = _lists(row)
    found: Any = values[name]
    for record in found.rows:
        made = deepcopy(row)
        row.addprevious(made)
        own = {**values, **{f"{name}.{key}": value for key, value in record.items()}}
        for paragraph in list(made.iter(W + "p")):
            _paragraph(document, paragraph, own, width)
    row.getparent().remove(row)
    return len(found.rows)


def _paragraph(document: Any, paragraph: Any, values: Mapping[str, Any], width: float) -> None:
    """Put values into a paragraph; one of several texts makes as many, one with nothing to say goes."""
    text = _text(paragraph)
    names = FIELD.findall(text)
    if not names:
        return
    if not any(values[n] for n in names) and not FIELD.sub("", text).strip():
        box = paragraph.getparent()
        if box.tag != W + "tc" or len(list(box.iterchildren(W + "p"))) > 1:  # a cell must hold a paragraph
            box.remove(paragraph)
            return
    several = next((n for n in names if isinstance(values[n], list)), None)
    for value in values[several] if several else []:
        made = deepcopy(paragraph)
        paragraph.addprevious(made)
        _write(document, made, {**values, several: value}, width)
    if several and values[several]:
        paragraph.getparent().remove(paragraph)
    else:
        _write(document, paragraph, {**values, several: ""} if several else values, width)


def _write(document: Any, paragraph: Any, values: Mapping[str, Any], width: float) -> None:
    """Put single values into the fields of a paragraph, which Word may have cut into several runs."""
    runs = _runs(paragraph)
    texts = [r.text for r in runs]
    begins = [sum(map(len, texts[:i])) for i in range(len(texts))]
    for field in reversed(list(FIELD.finditer("".join(texts)))):
        value = values[field[1]]
        held = [i for i, at in enumerate(begins) if at < field.end() and at + len(texts[i]) > field.start()]
        first, last = held[0], held[-1]
        after = texts[last][field.end() - begins[last]:]
        for i in held[1:]:
            texts[i] = runs[i].text = ""
        if last != first:
            texts[last] = runs[last].text = after
            after = ""
        before = texts[first][: field.start() - begins[first]]
        texts[first] = runs[first].text = before + ("" if isinstance(value, Path) else clean(value)) + after
        if isinstance(value, Path):
            _picture(document, paragraph, runs[first], value, width)


def _picture(document: Any, paragraph: Any, run: Any, file: Path, width: float) -> None:
    from docx.shared import Cm
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

    Run(run, Paragraph(paragraph, document._body)).add_picture(str(file), width=Cm(width))
