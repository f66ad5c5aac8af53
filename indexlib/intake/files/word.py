"""Tables of a Word file, each with the paragraphs before it.

The text of a cell is gathered here and not by python-docx, which leaves tracked insertions and fields of
forms out and joins raised, hidden and struck-out text on.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from indexlib.intake.files.runs import Text
from indexlib.intake.files.sheets import Table, refuse

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
VAL = f"{W}val"
INSERTED, DELETED = frozenset({f"{W}ins", f"{W}moveTo"}), frozenset({f"{W}del", f"{W}moveFrom"})
LETTERS = {f"{W}tab": " ", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
OFF = frozenset({"0", "false", "off", "none", "baseline"})
UNREAD = ("vanish", "strike", "dstrike")
#: Styles based on each other that are followed.
MOST_STYLES = 20


def word_tables(path: Path) -> list[Table]:
    """The tables of a Word file in their order, with the paragraphs since the table before."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        document = docx.Document(str(path))
        styles = _styles(document)
        tables: list[Table] = []
        before: list[str] = []
        for child in document.element.body:
            if child.tag == f"{W}p":
                before.append(_line(child, styles))
            elif child.tag == f"{W}tbl":
                table = _table(str(len(tables) + 1), child, document, styles)
                table.above[:] = [line for line in before if line.strip()]
                tables.append(table)
                before = []
    except (PackageNotFoundError, KeyError, ValueError, SyntaxError):
        raise refuse(path, "damaged") from None
    return [table for table in tables if table.rows and table.rows[0]]


def _line(paragraph: Any, styles: dict) -> str:
    text = Text()
    _gather(paragraph, styles, text)
    return "".join(text.plain)


def _table(name: str, element: Any, document: Any, styles: dict) -> Table:
    """Rows of a Word table; a merged cell stands in each place that it covers.

    The library's own cells of a row climb through all rows that a merged cell covers, for each of them.
    """
    from docx.table import Table as Rows

    rows: list[list[str]] = []
    unsure: list[tuple[int, int, str]] = []
    for r, row in enumerate(Rows(element, document).rows):
        above, cells = rows[-1] if rows else [], [""] * row.grid_cols_before
        changed = row._tr.find(f"{W}trPr/{W}del") is not None or row._tr.find(f"{W}trPr/{W}ins") is not None
        for tc in row._tr.tc_lst:
            if tc.vMerge == "continue" and len(cells) < len(above):
                text, code = above[len(cells)], ""
            else:
                text, code = _cell(tc, styles, changed)
            if code:
                unsure.append((r, len(cells), code))
            cells += [text] * tc.grid_span
        rows.append(cells)
    width = max(map(len, rows), default=0)
    return Table(name, [row + [""] * (width - len(row)) for row in rows], [], unsure)


def _cell(tc: Any, styles: dict, changed: bool) -> tuple[str, str]:
    text = Text(changed=changed)
    properties = tc.find(f"{W}tcPr")
    if properties is not None and any(properties.find(f"{W}cell{what}") is not None for what in ("Ins", "Del", "Merge")):
        text.changed = True
    for n, paragraph in enumerate(_paragraphs(tc)):
        if n:
            text.plain.append("\n")
        _gather(paragraph, styles, text)
    if not "".join([*text.plain, *text.raised]).strip() and changed:
        text.changed = False
    return text.settle()


def _paragraphs(node: Any) -> Iterator[Any]:
    for child in node:
        if child.tag == f"{W}p":
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent"):
            yield from _paragraphs(child)


def _gather(paragraph: Any, styles: dict, text: Text) -> None:
    """The text of a paragraph as it will stand once all changes are accepted."""
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    _runs(paragraph, styles, style.get(VAL) if style is not None else None, text)


def _runs(node: Any, styles: dict, style: str | None, text: Text) -> None:
    for child in node:
        if child.tag in DELETED:
            text.changed = True
        elif child.tag == f"{W}r":
            _run(child, styles, style, text)
        elif child.tag != f"{W}pPr":
            text.changed |= child.tag in INSERTED
            _runs(child, styles, style, text)


def _run(run: Any, styles: dict, style: str | None, text: Text) -> None:
    written = "".join(child.text or "" if child.tag == f"{W}t" else LETTERS.get(child.tag, "") for child in run)
    looks = styles.get(style, {}) | _looks(run.find(f"{W}rPr"), styles)
    if any(looks.get(name) for name in UNREAD):
        text.changed |= bool(written.strip())
    elif looks.get("raised"):
        text.raised.append(written)
    else:
        text.plain.append(written)


def _looks(properties: Any, styles: dict) -> dict[str, bool]:
    """What of a run's properties changes how it reads; its own ones before those of its style."""
    if properties is None:
        return {}
    named = properties.find(f"{W}rStyle")
    looks = dict(styles.get(named.get(VAL), {})) if named is not None else {}
    for name in UNREAD:
        element = properties.find(f"{W}{name}")
        if element is not None:
            looks[name] = element.get(VAL, "1") not in OFF
    aligned, position = properties.find(f"{W}vertAlign"), properties.find(f"{W}position")
    if aligned is not None:
        looks["raised"] = aligned.get(VAL, "1") not in OFF
    elif position is not None:
        looks["raised"] = position.get(VAL, "0") not in OFF
    return looks


def _styles(document: Any) -> dict[str | None, dict[str, bool]]:
    """What each style of the file does to text, with what it takes over from the styles it is based on."""
    elements = {style.get(f"{W}styleId"): style for style in document.styles.element.iterchildren(f"{W}style")}
    looks: dict[str | None, dict[str, bool]] = {}

    def of(name: str, depth: int) -> dict[str, bool]:
        style = elements.get(name)
        if style is None or depth > MOST_STYLES:
            return {}
        based = style.find(f"{W}basedOn")
        below = of(based.get(VAL), depth + 1) if based is not None else {}
        return below | _looks(style.find(f"{W}rPr"), {})

    for name in elements:
        looks[name] = of(name, 0)
    return looks
