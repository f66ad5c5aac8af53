"""Letters that were lost on the way: old Vietnamese code pages, UTF-8 read as another, what R writes on Windows.

A table is said to be spoilt only where names of provinces come out when its letters are read the other way.
Sources of the code pages: TCVN 5712:1993 (VN3) and the table of VNI for Windows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from contextlib import suppress

from indexlib.intake.files.sheets import Sheet
from indexlib.intake.table.place_names import FEWEST, names_place

_TCVN3 = dict(zip("µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\xadõøö÷ùúýûüþ¡¢§£¤¥¦",
                  "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ", strict=True))
_OF_TCVN3 = str.maketrans(_TCVN3)
_VNI = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323", "â": "\u0302", "á": "\u0302\u0301",
        "à": "\u0302\u0300", "å": "\u0302\u0309", "ã": "\u0302\u0303", "ä": "\u0302\u0323", "ê": "\u0306",
        "é": "\u0306\u0301", "è": "\u0306\u0300", "ú": "\u0306\u0309", "ü": "\u0306\u0303", "ë": "\u0306\u0323"}
_VNI_LETTERS = str.maketrans("ñöôæóòÑÖÔÆÓÒ", "đươỉĩịĐƯƠỈĨỊ")
_VNI_MARKED = re.compile("([aeiouyöôAEIOUYÖÔ])([ùøûõïâáàåãäêéèúüëÙØÛÕÏÂÁÀÅÃÄÊÉÈÚÜË])")
ESCAPED = re.compile(r"<U\+([0-9A-Fa-f]{4})>")


def _tcvn3(text: str) -> str:
    return text.translate(_OF_TCVN3)


def _vni(text: str) -> str:
    """Marks stand after their letter; letters that stand for others are put in last."""
    out, at = [], 0
    for found in _VNI_MARKED.finditer(text):
        out += [(text[at:found.start()] + found[1]).translate(_VNI_LETTERS), _VNI[found[2].lower()]]
        at = found.end()
    return unicodedata.normalize("NFC", "".join([*out, text[at:].translate(_VNI_LETTERS)]))


def _utf8(text: str) -> str:
    with suppress(UnicodeError):
        return bytes(ord(x) if ord(x) < 256 else x.encode("cp1252")[0] for x in text).decode("utf-8")
    return text


def _escaped(text: str) -> str:
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


#: Cause, letters that give it away, and how they are read.
CAUSES: list[tuple[str, re.Pattern[str], Callable[[str], str]]] = [
    ("escaped_letters", ESCAPED, _escaped),
    ("mojibake", re.compile("[ÃÄÆáâ][\x80-\xbf\u0152-\u2122]"), _utf8),
    ("tcvn3", re.compile("[\xa1-\xbf×÷ÆÐÑØÞßå-þ]"), _tcvn3),
    ("vni", _VNI_MARKED, _vni),
]


def spoilt(sheets: Iterable[Sheet]) -> tuple[str, str, str] | None:
    """Why the letters of a file are spoilt, a name as it stands there, and as it should read; none if they are not."""
    texts = dict.fromkeys(cell for sheet in sheets for row in sheet.rows for cell in row if isinstance(cell, str))
    for cause, signs, mend in CAUSES:
        names = [(text, mended) for text in texts if signs.search(text) and not names_place(text)
                 and names_place(mended := mend(text))]
        if len(names) >= FEWEST:
            return cause, *names[0]
    return None
