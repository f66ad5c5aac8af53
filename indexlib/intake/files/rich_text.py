"""Texts of an .xlsx that mix looks: the parser joins their runs, so that "87,70" with a raised 1 would be 87,701."""

from __future__ import annotations

import io
import re
import zipfile
from xml.sax.saxutils import escape, unescape

from indexlib.intake.files.numbers import number
from indexlib.intake.files.runs import Text
from indexlib.intake.files.xlsx import QUOTES, Parts

#: Tags of looks that change what a figure is. Where a part has none, it is left alone.
LOOKS = re.compile(rb"<(?:\w+:)?(?:vertAlign|strike)\b")
RICH = re.compile(rb"<((?:\w+:)?(?:si|is))(?:\s[^<>]*)?(?<!/)>")
#: A longer text holds no figure.
LONG = 20_000
RUN = re.compile(rb"<(?:\w+:)?r>(.*?)</(?:\w+:)?r>", re.DOTALL)
WRITTEN = re.compile(rb"<((?:\w+:)?t)\b[^<>]*>([^<]*)</\1>")
RAISED = re.compile(rb"<(?:\w+:)?vertAlign\b[^<>]*val=[\"'](?:super|sub)script")
STRUCK = re.compile(rb"<(?:\w+:)?strike\b(?![^<>]*val=[\"'](?:0|false))")


def settled(parts: Parts, data: bytes) -> bytes:
    """The workbook with its figures in rich text written plainly: without marks of footnotes, doubtful ones as such.

    Labels stay as they are.
    """
    archive = parts.archive
    looks = {name: parts[name] for name in archive.namelist() if _holds_cells(name)}
    changed = {name: new for name, content in looks.items() if (b"vertAlign" in content or b"strike" in content)
               and LOOKS.search(content) and (new := _settled(content)) != content}
    if not changed:
        return data
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as out:
        for part in archive.infolist():
            out.writestr(part.filename, changed.get(part.filename) or archive.read(part))
    return copy.getvalue()


def _holds_cells(name: str) -> bool:
    return name.startswith("xl/") and name.endswith(".xml") and not name.startswith(("xl/styles", "xl/drawings/"))


def _settled(part: bytes) -> bytes:
    """A part with the texts of its figures settled, gone through once from start to end."""
    pieces, at = [], 0
    while start := RICH.search(part, at):
        end = part.find(b"</" + start[1] + b">", start.end())
        if end < 0:
            raise ValueError("text without end")
        pieces += [part[at:start.end()], _plain(part[start.end():end])]
        at = end
    return b"".join([*pieces, part[at:]])


def _plain(content: bytes) -> bytes:
    if len(content) > LONG or not LOOKS.search(content):
        return content
    text, whole, tag = Text(), "", "t"
    for run in RUN.findall(content):
        for name, raw in WRITTEN.findall(run):
            tag, written = name.decode(), unescape(raw.decode("utf-8", "replace"), QUOTES)
            whole += written
            if STRUCK.search(run):
                text.changed = True
            else:
                (text.raised if RAISED.search(run) else text.plain).append(written)
    if number(whole) is None and number("".join(text.plain)) is None:
        return content
    return f'<{tag} xml:space="preserve">{escape(text.settle()[0])}</{tag}>'.encode()
