"""Texts that come from tables of people, made safe for documents, file names and sheet names."""

from __future__ import annotations

import re
import unicodedata

from indexlib.base.untrusted import DEVICES
from indexlib.data.places import plain

#: Characters that XML forbids, and marks that turn the direction of a line, with which a name could hide another.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
#: What a spreadsheet takes for the start of a formula when somebody edits the cell.
FORMULA = ("=", "+", "-", "@", "'")
#: Characters that no sheet name may hold.
SHEET = re.compile(r"[\[\]:*?/\\]")
#: Longest text of a cell of Excel.
LONGEST = 32_767


def clean(text: object) -> str:
    """A text without control characters, line breaks of one kind, no longer than a cell of Excel.

    Examples
    --------
    >>> clean("a\\r\\nb\\x00c")
    'a\\nbc'
    """
    text = str(text).replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    text = FORBIDDEN.sub("", text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would take a text for a formula once somebody edits its cell."""
    return text.startswith(FORMULA)


def slug(name: str) -> str:
    """A file name out of a name: small letters without marks, digits, low lines; never empty or a device of Windows.

    Examples
    --------
    >>> slug("Công chức Văn phòng - Thống kê"), slug("../con"), slug("=@")
    ('cong_chuc_van_phong_thong_ke', 'con_', 'unit')
    """
    text = plain(unicodedata.normalize("NFC", name).casefold().replace("ð", "đ"))
    text = "_".join(re.findall(r"[a-z0-9]+", text))[:60].strip("_")
    return (text + "_" if text in DEVICES else text) or "unit"


def slugs(names: list[str]) -> dict[str, str]:
    """A file name for each of several names, all different.

    Examples
    --------
    >>> slugs(["Công an", "Cong an"])
    {'Công an': 'cong_an', 'Cong an': 'cong_an_2'}
    """
    found: dict[str, str] = {}
    for name in names:
        stem, n = slug(name), 2
        chosen = stem
        while chosen in found.values():
            chosen, n = f"{stem}_{n}", n + 1
        found[name] = chosen
    return found


def sheet_name(text: str) -> str:
    """A name that a sheet may bear: at most 31 characters, none that Excel forbids.

    Examples
    --------
    >>> sheet_name("Điểm/hạng: tất cả các nội dung của kế hoạch")
    'Điểm hạng tất cả các nội dung'
    """
    text = " ".join(SHEET.sub(" ", clean(text)).split()).strip("'")
    return text if len(text) <= 31 else text[:32].rsplit(" ", 1)[0][:31]
