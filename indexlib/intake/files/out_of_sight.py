"""What an .xlsx holds and its sheets do not show: hidden rows; headers and footers of the page, title of the file."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from functools import cache, partial
from html import unescape

from indexlib.intake.files.formats import sheets_of

HIDDEN = re.compile(rb"<(?:\w+:)?row\s(?=[^<>]*\bhidden=[\"'](?:1|true)[\"'])[^<>]*\br=[\"'](\d{1,7})[\"']")
PAGE = re.compile(rb"<(?:\w+:)?(?:odd|even|first)(?:Header|Footer)>([^<]*)<")
#: Codes within a header or footer: "&C", "&\"Arial\"", "&12".
CODE = re.compile(r'&(?:"[^"]*"|\d+|[A-Z])')
PROPERTY = re.compile(rb"<(?:dc:title|dc:subject|dc:description|cp:keywords)(?:\s[^<>]*)?>([^<]*)<")


@dataclass(frozen=True)
class Unseen:
    """Rows (from 0) that are hidden, and texts that stand beside the cells."""

    rows: frozenset[int] = frozenset()
    texts: tuple[str, ...] = ()


def unseen(data: bytes) -> dict[str, partial[Unseen]]:
    """Name of each sheet to what it does not show, found out when first asked for."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        names = set(parts.namelist())
        return {unicodedata.normalize("NFC", sheet): cache(partial(_unseen, data, part))  # type: ignore[misc]
                for sheet, part in sheets_of(parts) if part in names}


def _unseen(data: bytes, part: str) -> Unseen:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        content = parts.read(part)
        about = parts.read("docProps/core.xml") if "docProps/core.xml" in parts.namelist() else b""
    texts = [*(CODE.sub(" ", _text(found)) for found in PAGE.findall(content)), *map(_text, PROPERTY.findall(about))]
    return Unseen(frozenset(int(row) - 1 for row in HIDDEN.findall(content)), tuple(text for text in texts if text.strip()))


def _text(found: bytes) -> str:
    return unicodedata.normalize("NFC", unescape(found.decode("utf-8", "replace")))
