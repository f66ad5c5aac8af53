"""What a workbook holds and the library that reads its cells does not give: failed formulas, hidden rows, page headers.

A formula that failed (``#N/A``, ``#REF!``) comes back blank, as if nothing stood there; a failed look-up is no withheld
score.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from html import unescape
from typing import NamedTuple

#: What stands in cells whose formula failed, by row and column (from 0).
Errors = dict[tuple[int, int], str]
#: Rows or columns past these hold no table; blank ones are repeated to the sheet's end.
MOST_ROWS, MOST_COLUMNS = 100_000, 1_000
#: Codes within a header or footer of the page: "&C", "&\"Arial\"", "&12".
CODE = re.compile(r'&(?:"[^"]*"|\d+|[A-Z])')
PROPERTY = re.compile(rb"<(?:dc:title|dc:subject|dc:description|cp:keywords|meta:keyword)(?:\s[^<>]*)?>([^<]*)<")
#: Row and column (from 0) of the cells that show a percentage.
Cells = Callable[[], frozenset[tuple[int, int]]]


@dataclass
class Unseen:
    """Of one sheet: failed formulas, hidden rows and columns (from 0), texts that stand beside the cells."""

    errors: Errors = field(default_factory=dict)
    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)


class Beside(NamedTuple):
    """What the library does not give of a sheet; what takes time to find out is when it is first asked for."""

    errors: Errors = {}  # noqa: RUF012
    unseen: Callable[[], Unseen] = Unseen
    percent: Cells = frozenset

    @classmethod
    def of(cls, found: dict[str, Unseen]) -> dict[str, Beside]:
        """What was found of each sheet."""
        return {name: cls(unseen.errors, partial(replace, unseen)) for name, unseen in found.items()}


def texts_beside(page: list[bytes], about: bytes) -> list[str]:
    """Headers and footers of the page without their codes, and what the file says of itself."""
    texts = [*(CODE.sub(" ", _text(found)) for found in page), *map(_text, PROPERTY.findall(about))]
    return [text for text in texts if text.strip()]


def _text(found: bytes) -> str:
    return unicodedata.normalize("NFC", unescape(found.decode("utf-8", "replace")))
