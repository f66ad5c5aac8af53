"""Office files that come out the same, byte for byte, whenever they are made from the same things; what two of them say."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

#: Written where a format asks for the moment of making: a run is dated by its inputs, not by the clock.
MOMENT = datetime.datetime(2000, 1, 1)
#: Earliest date that an archive can hold.
EARLIEST = (1980, 1, 1, 0, 0, 0)
MARKUP = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)


def save(document: Any, path: Path) -> Path:
    """Save a document of python-docx or a presentation of python-pptx without a trace of the clock.

    Parameters
    ----------
    document : object
        Has ``core_properties`` and ``save``.
    path : Path
    """
    properties = document.core_properties
    properties.created = properties.modified = MOMENT
    properties.last_printed, properties.revision = MOMENT, 1
    properties.author = properties.last_modified_by = "indexlib"
    properties.comments = ""
    memory = io.BytesIO()
    document.save(memory)
    path.write_bytes(undated(memory.getvalue()))
    return path


def undated(archive: bytes) -> bytes:
    """An archive with every part dated alike, in the order it had."""
    return rewritten(archive, lambda name, content: content)


def rewritten(archive: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """An archive whose parts went through a function of their name and content, every part dated alike."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            entry = zipfile.ZipInfo(part.filename, EARLIEST)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            new.writestr(entry, change(part.filename, old.read(part)))
    return out.getvalue()


def words(path: Path) -> list[str]:
    """The words of an Office file, without markup, part by part."""
    with zipfile.ZipFile(path) as parts:
        texts = [parts.read(name).decode("utf-8", "replace") for name in sorted(parts.namelist()) if name.endswith(".xml")]
    return [line for text in texts for part in MARKUP.sub("\n", text).split("\n") if (line := unescape(part).strip())]
