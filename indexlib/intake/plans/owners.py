"""Units as a plan prints them: split where another unit begins, spellings of one put together."""

from __future__ import annotations

import re
import unicodedata

#: Words with which the name of a unit begins; what stands behind a comma or "và" without one goes on with the name before.
HEADS = re.compile(
    r"(?:các |những )?(?:công chức|cán bộ|viên chức|ủy ban|uỷ ban|ubnd|hđnd|hội đồng|mttq|mặt trận|ubmttq|bộ phận|phòng|sở|"
    r"ban\b|trường|trạm|trung tâm|công an|bch|ban chỉ huy|quân sự|đài|thôn|bản|khu phố|tổ dân phố|phường|xã(?! hội)|huyện|"
    r"thị trấn|tổ chức|đoàn thể chính trị|đoàn tncs|đoàn thanh niên|hội\b|nhân dân|doanh nghiệp|văn phòng|thanh tra|cục|"
    r"chi cục|ngân hàng|bảo hiểm xã hội|viện|đơn vị|cơ quan|chủ tịch|phó chủ tịch|lãnh đạo|giám đốc|liên đoàn|hiệp hội|"
    r"kho bạc|công ty|vụ\b|tòa án|tổng cục|địa phương)|các (?:đoàn thể|ngành|tổ|xã)", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(;|,(?: và| cùng)?|\bvà\b|/|\n)\s*", re.IGNORECASE)
#: Kinds by the words with which a name begins, the first that fits.
KINDS = (("generic", r"các |những |ban, ngành|đơn vị|nhân dân|doanh nghiệp|đoàn thể"),
         ("generic", r"công chức (?:chuyên môn|chuyên)\b(?! về)"),
         ("collective", r"ubnd|[uủ][yỷ] ban nhân dân|hđnd|hội đồng nhân dân"),
         ("officer", r"công chức|cán bộ|chủ tịch|phó chủ tịch|giám đốc"),
         ("department", r"phòng|sở|vụ|cục|chi cục|văn phòng|thanh tra"), ("body", r""))


def split(text: str) -> list[str]:
    """The units of a printed line, each as printed.

    Examples
    --------
    >>> split("Các công chức chuyên môn và Bộ phận tiếp nhận và trả kết quả; UBND xã.")
    ['Các công chức chuyên môn', 'Bộ phận tiếp nhận và trả kết quả', 'UBND xã']
    >>> split("Công chức địa chính, xây dựng, Tài nguyên và Môi trường")
    ['Công chức địa chính, xây dựng, Tài nguyên và Môi trường']
    """
    text = re.sub(r"\([^)]*\)", " ", text).strip(" .;,:-–")
    found: list[str] = []
    start = 0
    for between in _BETWEEN.finditer(text):
        left, rest = text[start:between.start()], text[between.end():]
        office = re.match(r"văn phòng hđnd$", left, re.IGNORECASE) and rest.lower().startswith("ubnd")
        if between[1] in (";", "\n") or (HEADS.match(rest) and not office):
            found.append(left)
            start = between.end()
    return [name for part in [*found, text[start:]] if (name := re.sub(r"\s+", " ", part).strip(" .;,:-–"))]


def key(name: str) -> str:
    """What spellings of one unit have in common."""
    name = unicodedata.normalize("NFC", name).casefold()
    name = re.sub(r"[\s–—-]+", " ", name)
    name = re.sub(r"^(?:các|những) ", "", name).replace("có liên quan", "liên quan")
    name = re.sub(r" (?:thuộc|của) ", " ", name)
    return re.sub(r" (?:ubnd(?: các)? xã|xã)$", "", name) or name


def together(names: list[str]) -> dict[str, str]:
    """Each spelling with the name of its unit: its most usual spelling, the longest of equals, dashes alike."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(key(name), []).append(name)
    chosen = {of: re.sub(r"\s*[–—-]\s*", " - ", _usual(spellings)) for of, spellings in groups.items()}
    return {name: chosen[key(name)][:1].upper() + chosen[key(name)][1:] for name in names}


def _usual(spellings: list[str]) -> str:
    return max(spellings, key=lambda name: (spellings.count(name), len(name)))


def kind(name: str) -> str:
    """What kind of unit a name is of."""
    return next(found for found, begins in KINDS if re.match(begins, name.casefold()))
