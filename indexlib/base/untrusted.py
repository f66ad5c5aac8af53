"""Text from elsewhere, made harmless where a program could take it for more than text.

Spreadsheets calculate a cell of a CSV file that starts like a formula, whatever the file meant by it;
names from tables become names of files.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

from indexlib.base.problems import UNSEEN, IndexlibError
from indexlib.base.wording import t

#: Where a formula may start: at the start of a cell, and after what another locale takes for a separator.
_FORMULA = re.compile(r"(?:^|(?<=[;\t\r\n]))([^\S\t\r\n]*)(?=[=+\-@＝＋－＠])"
                      # a figure with its sign, and words behind it at most
                      r"(?![+-]\d[\d.,]*%?(?:[ \u00a0](?:[^\W\d_]+|\([^\W\d_]+(?: [^\W\d_]+)*\)))*\s*(?:$|[;,)]))")
_NAME = re.compile(r"\w[\w-]*(?:\.[\w-]+)*")
#: Names that Windows keeps for devices, whatever ending follows.
DEVICES = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in "0123456789¹²³")}


def csv_cell(value: Any) -> Any:
    """A cell that no spreadsheet calculates when it opens the CSV file; figures stay as they are.

    A text that starts like a formula gets an apostrophe in front, the sign by which spreadsheets mark text.

    Examples
    --------
    >>> [csv_cell(x) for x in ("=1+1", "@SUM(A1)", "-0,2870 điểm", "+1,39 điểm phần trăm", "-3", -3, "Thanh Hóa")]
    ["'=1+1", "'@SUM(A1)", '-0,2870 điểm', '+1,39 điểm phần trăm', '-3', -3, 'Thanh Hóa']
    >>> csv_cell("Sở Nội vụ;=HYPERLINK(1)")
    "Sở Nội vụ;'=HYPERLINK(1)"
    """
    return _FORMULA.sub(r"\1'", value) if isinstance(value, str) else value


def stays_inside(name: str) -> bool:
    """Whether a name leads nowhere but below the folder that it is put behind, as every system reads it.

    Examples
    --------
    >>> [stays_inside(x) for x in ("scores/pci.csv", "../pci.csv", "/pci.csv", "C:pci.csv", "//server/share/pci.csv")]
    [True, False, False, False, False]
    """
    path = PurePosixPath(name)
    return not (path.is_absolute() or ".." in path.parts or {"\\", ":", "\0"} & set(name))


def file_name(text: str) -> str:
    """A text that is the name of a file and nothing else.

    Raises
    ------
    IndexlibError
        It holds what would lead into another folder.

    Examples
    --------
    >>> file_name("thanh_hoa_2024_papi_06_02_dien_bien")
    'thanh_hoa_2024_papi_06_02_dien_bien'
    """
    if not _NAME.fullmatch(text):
        raise IndexlibError(t("fault.file_name", name=shown(text)))
    return text


def shown(value: object, most: int = 60) -> str:
    """A value as a message shows it: printable, on one line, not too long.

    Examples
    --------
    >>> shown("a" * 100, 5), shown("x\\u202ey\\nz")
    ('aaaaa…', 'x y z')
    """
    if value is None:
        return "null"
    if isinstance(value, int) and value.bit_length() > 4 * most:
        return t("fault.long_number")
    text = " ".join(UNSEEN.sub(" ", str(value)).split())
    return text if len(text) <= most else text[:most] + "…"


def as_text(sheet: Any) -> None:
    """Keep every cell of an openpyxl sheet text that openpyxl took for a formula."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                cell.data_type, cell.quotePrefix = "s", True
