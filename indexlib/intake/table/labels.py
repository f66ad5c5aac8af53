"""Names of components and roles of columns as publishers print them.

A header is matched whole, after setting aside case, punctuation, line breaks, years and the words
that only announce a score ("Chỉ số thành phần 3:"). What is known stands in tables:
``catalogue/labels.csv`` for components, ``catalogue/headers.csv`` for every other column and row.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from indexlib.base.wording import listing
from indexlib.data import files
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import TONES, plain

HEADERS = ["role", "index", "text", "note"]
#: Words that announce a score and may carry the component's number.
MARK = re.compile(
    r"^(?:điểm )?(?:(?:chỉ số|mức độ) hài lòng về|chỉ số thành phần|chỉ số nội dung|trục nội dung|trục thành phần"
    r"|nội dung|chỉ số|cstp|sub index|sub dimension|dimension|lĩnh vực|yếu tố)"
    r"(?: (\d+(?: \d+)?))?(?= |$)"
)
NUMBER = re.compile(r"^(\d+(?: \d+)?)(?= |$)")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
#: Years that are no year of an index: in a date, in the number of a document.
NOT_OF_INDEX = re.compile(r"""
    \b\d{1,2}\s*[/.-]\s*(?:\d{1,2}\s*[/.-]\s*)?(?:19|20)\d\d(?!\d)      # 17/4/2024, 4-2024
  | (?<!\d)(?:19|20)\d\d\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{1,2}(?!\d)      # 2024-04-17
  | tháng\s+\d{1,2}\s*(?:,|năm)?\s*(?:19|20)\d\d(?!\d)                  # tháng 4 năm 2024
  | (?<!\d)(?:19|20)\d\d\s*/\s*(?=[^\W\d])                               # 2015/BNV-CCHC
  | \b\d+\s*/\s*(?:19|20)\d\d\s*/                                       # 76/2021/NQ-CP
  | (?<!chỉ\s)\bsố\s*:?\s*(?:19|20)\d\d(?!\d)                            # Công văn số 2015, but not Chỉ số 2023
  | \bquý\s+(?:[IVX]+|\d)\s*(?:/|,|năm)?\s*(?:năm\s+)?(?:19|20)\d\d(?!\d)     # quý I/2024, quý 3 năm 2024
  | \b(?:\d{1,2}|sáu|chín)\s+tháng(?:\s+(?:đầu|cuối))?(?:\s+của)?\s+năm\s+(?:19|20)\d\d(?!\d)  # 6 tháng đầu năm 2024
  | \b(?:dân\s+số|so\s+với|cùng\s+kỳ|cập\s+nhật|tính\s+đến)\b[^\n;.:)]*?(?:19|20)\d\d(?!\d)  # so với năm 2022
  | ngày[\s.…_]*tháng[\s.…_]*năm\s*(?:19|20)\d\d(?!\d)                   # ngày ... tháng ... năm 2024
  | công\s+bố\s+(?:trong\s+|vào\s+)?năm\s+(?:19|20)\d\d(?!\d)           # công bố năm 2024
  | \bnguồn\b[^\n;.)]*?(?:19|20)\d\d(?!\d)                               # Nguồn: Bộ Nội vụ, 2024
  | \bkế\s+hoạch\s+(?:nâng|cải\s+thiện|khắc\s+phục|duy\s+trì)[^\n;.:)]*?năm\s+(?:19|20)\d\d(?!\d)  # of the year to come
  | \b(?:báo\s+cáo|kế\s+hoạch)\b(?:(?!index|papi|pci|sipas|chỉ\s+số)[^\n;.:)])*?năm\s+(?:19|20)\d\d(?!\d)
""", re.IGNORECASE | re.VERBOSE)
#: Names of variables left in some sheets below the header: ``sub1_entry``.
VARIABLE = re.compile(r"^[a-z]+\d*(?:_[a-z0-9]+)+$|^[a-z]\d+$")
#: A remark in brackets; a year with the word before it.
REMARK, DATED = re.compile(r"\([^)]*\)"), re.compile(r"(?:\bnăm\s+)?(?<!\d)(?:19|20)\d\d(?!\d)", re.IGNORECASE)
#: The most points that a component can have, beside its label: "(9,5 điểm)", "(tối đa: 9,5)".
MOST = re.compile(r"\(\s*(?:(?:điểm\s+)?tối đa:?\s*(\d+(?:[.,]\d+)?)|(\d+(?:[.,]\d+)?)(?=\s*điểm))\s*(?:điểm\s*)?\)",
                  re.IGNORECASE)
#: Roles of texts that are no head of a column.
TITLES = ("statistic", "name", "title", "title_part", "head", "remark")
#: A scale beside a label, as "0.25-2.5 điểm/points" or "0%-100%".
SCALE = re.compile(r"^\s*\d+(?:[.,]\d+)?\s*%?\s*[-–]\s*\d")
SHORT = {"cp": "chi phí", "dn": "doanh nghiệp", "dnnn": "doanh nghiệp nhà nước", "kttn": "kinh tế tư nhân",
         "antt": "an ninh trật tự", "cchc": "cải cách hành chính", "tthc": "thủ tục hành chính", "xhh": "xã hội học"}


@dataclass(frozen=True)
class Header:
    """One header text understood.

    Attributes
    ----------
    text : str
    component : str
        Component code; empty if the words are not a known label.
    number : str
        Number printed before the words; empty if there is none.
    marked : bool
        Whether the text announces a score (``Chỉ số thành phần``, ``CSTP``, ``Sub-index``).
    role : str
        Role of a column that is no component; empty if it has none.
    remark : str
        What stands in brackets after the label.
    dated : bool
        Whether it is known only without the year that it bears.
    """

    text: str
    component: str = ""
    number: str = ""
    marked: bool = False
    role: str = ""
    remark: str = ""
    dated: bool = False


@cache
def key(text: str) -> str:
    """Key of a header: one Unicode form, words and digits apart, years made equal.

    Examples
    --------
    >>> key("Chỉ số5_CP không chính thức"), key("PCI 2009 \\ncó trọng số")
    ('chỉ số 5 cp không chính thức', 'pci yyyy có trọng số')
    """
    return " ".join(words(YEAR.sub(" yyyy ", text)))


def words(text: str) -> list[str]:
    """Words and numbers of a text in one Unicode form, without case and punctuation."""
    form = unicodedata.normalize("NFC", text).casefold()
    for old, new in TONES.items():
        form = form.replace(old, new)
    return re.findall(r"[^\W\d_]+|\d+", form)


def _long(words: str) -> str:
    return " ".join(SHORT.get(word, word) for word in words.split())


def _split(words: str) -> tuple[str, str, bool]:
    """Number, remaining words, and whether the words announced a score."""
    mark = MARK.match(words)
    if mark:
        return (mark.group(1) or "").replace(" ", "."), words[mark.end():].strip(), True
    number = NUMBER.match(words)
    if number:
        return number.group(1).replace(" ", "."), words[number.end():].strip(), False
    return "", words, False


def announces(text: str) -> bool:
    """Whether a text only announces what stands below it: "Chỉ số thành phần (%)"."""
    _, rest, marked = _split(key(REMARK.sub(" ", text)))
    return marked and not rest


def forms(text: str) -> set[str]:
    """The keys under which a label is known: as printed, and without the number and the words that announce it."""
    return {key(text), _split(key(text))[1]} - {""}


@files.known
def _labels(index: str) -> dict[str, str]:
    """Key of every known label of an index, and of its words alone, to the component."""
    catalogue = load_catalogue()
    components = catalogue.components
    own = components[components["index"] == index]
    pairs = [(text, code) for column in ("name_vi", "name_en")
             for text, code in zip(own[column], own["component"], strict=True)]
    labels = catalogue.labels
    pairs += list(zip(labels["label"], labels["component"], strict=True))
    # As the product itself prints it: "PCI 3 Tính minh bạch".
    pairs += [(f"{catalogue.short_name(index)} {number} {name}", code) for column in ("name_vi", "name_en")
              for number, name, code in zip(own["number"], own[column], own["component"], strict=True) if code != index]
    known: dict[str, str] = {}
    # A role that is a component's code gives another spelling of its name.
    pairs += [(words, role) for (words, of), roles in _roles().items() for role in roles
              if of == index and role in catalogue.order]
    for text, code in pairs:
        if text and code.split(".")[0] == index:
            for form in forms(text):
                known.setdefault(_long(form), code)
    return known


@files.known
def _roles() -> dict[tuple[str, str], tuple[str, ...]]:
    frame = files.read_table(files.data_dir() / "catalogue" / "headers.csv", HEADERS)
    known: dict[tuple[str, str], tuple[str, ...]] = {}
    for role, index, text in zip(frame["role"], frame["index"], frame["text"], strict=True):
        known[key(text), index] = (*known.get((key(text), index), ()), role)
    return known


@files.known
def roles(text: str, index: str = "") -> tuple[str, ...]:
    """Roles that a text can have as the head of a column or row that is no component.

    Examples
    --------
    >>> roles("Xếp hạng"), roles("Trung vị"), roles("Thứ tự")
    (('rank',), ('statistic',), ('order', 'statistic'))
    """
    known, words = _roles(), key(text)
    return (*known.get((words, index), ()), *(known.get((words, ""), ()) if index else ()))


@files.known
def understand(text: str, index: str) -> Header:
    """What a header text of an index says.

    Examples
    --------
    >>> header = understand("Chỉ số thành phần 2: Tiếp cận đất đai", "pci")
    >>> header.component, header.number, header.marked
    ('pci.2', '2', True)
    >>> understand("Xếp hạng", "pci").role
    'rank'
    """
    if VARIABLE.match(text.strip()) or SCALE.match(text):
        return Header(text, role="variable")
    known = [role for role in roles(text, index)
             if role not in TITLES and role not in load_catalogue().order]
    if known:
        return Header(text, component=index) if known[0] in ("total", "total_word") else Header(text, role=known[0])
    words, remark = key(text), ""
    number, rest, marked = _split(words)
    component = _component(index, words) or (_component(index, rest) if rest else "")
    without_remark = REMARK.sub(" ", text)
    if not component and without_remark != text:
        undated = understand(" ".join(without_remark.split()), index)
        component, remark = undated.component, " ".join(REMARK.findall(text))
        # What stands in brackets after a label may turn it into something else: (unweighted), (rank).
        # A total in percent of 100 points is the same in points.
        if component == index and not any(harmless(remark, index, unit) for unit in ("percent", "point")):
            component = ""
        remark = remark if component else ""
        if component and undated.dated:
            return Header(text, component, number, marked, remark=remark, dated=True)
    if not component and YEAR.search(text):
        # "PAR INDEX 2023", "Kết quả năm 2023": whether it is the year read, the reader of the column looks.
        undated = understand(" ".join(DATED.sub(" ", text).split()), index)
        return replace(undated, text=text, dated=bool(undated.component))
    return Header(text, component, number, marked, remark=remark)


def understand_all(texts: Iterable[str], index: str) -> list[Header]:
    """What each of several header texts says."""
    return [understand(text, index) for text in texts]


def components_in(texts: set[str], index: str) -> set[str]:
    """Components of an index that texts name."""
    return {header.component for header in understand_all(texts, index)} - {""}


def _component(index: str, words: str) -> str:
    known, words = _labels(index), _long(words)
    if words in known or plain(words) != words:
        return known.get(words, "")
    return _plain_labels(index).get(words, "")


@files.known
def _plain_labels(index: str) -> dict[str, str]:
    """Labels without diacritics, those that would name two components left out."""
    forms: dict[str, set[str]] = {}
    for words, code in _labels(index).items():
        forms.setdefault(plain(words), set()).add(code)
    return {words: codes.pop() for words, codes in forms.items() if len(codes) == 1}


@files.known
def names_of(index: str) -> frozenset[str]:
    """Keys of the names of an index: ``par index``, ``chỉ số cải cách hành chính``."""
    named = load_catalogue().by_index[index]
    own = {words for (words, of), roles in _roles().items() if of == index and "name" in roles}
    return frozenset(own | {key(name) for name in (named.short_name, named.name_vi, named.name_en)})


def nearest(text: str, index: str, n: int = 3) -> str:
    """Labels of components that look most like a text, for a message."""
    catalogue = load_catalogue()
    known = {plain(words): code for words, code in _labels(index).items()}
    close = difflib.get_close_matches(plain(_long(_split(key(text))[1])), known, n=3 * n, cutoff=0.4)
    codes = list(dict.fromkeys(known[words] for words in close))[:n]
    return listing([f"{catalogue.label(code)} ({code})" for code in codes])


@files.known
def numbers_of(component: str, year: int) -> frozenset[str]:
    """The numbers under which an edition may print a component.

    Its place among its siblings of the year (sub-index 7 was the sixth in 2009-2012), and for PAPI
    also its number in the catalogue.
    """
    catalogue = load_catalogue()
    own = catalogue.component(component)
    siblings = [c for c in catalogue.valid(year, own.index)
                if catalogue.component(c).parent == own.parent and catalogue.component(c).level == own.level]
    if component not in siblings:
        return frozenset()
    place = str(siblings.index(component) + 1)
    if own.level == "subindex":
        return frozenset({place})
    above = catalogue.component(own.parent).number if own.parent else ""
    return frozenset({own.number, f"{above}.{place}" if above else place} - {""})


def printed_years(texts: Iterable[str]) -> set[int]:
    """Years that stand in texts; not those of dates and numbers of documents.

    Examples
    --------
    >>> printed_years(["PAR INDEX năm 2023, công bố ngày 17/4/2024 (Quyết định số 2020/QĐ-BNV)"])
    {2023}
    """
    plain_texts = (NOT_OF_INDEX.sub(" ", unicodedata.normalize("NFC", text)) for text in texts if YEAR.search(text))
    return {int(year) for text in plain_texts for year in YEAR.findall(text)}


def names_index(texts: Iterable[str], index: str) -> bool:
    """Whether one of the texts names an index."""
    within = "\n".join(f" {key(text)} " for text in texts)
    return any(f" {name} " in within for name in names_of(index))


def titled(text: str, index: str, role: str) -> bool:
    """Whether a title holds words of a role: ``title`` (targets, self-assessments, differences: no published
    results), ``title_part`` (of one service or area: not the overall score), ``head`` (in the head of a column)."""
    within = f" {key(text)} "
    return any(f" {words} " in within for (words, of), roles in _roles().items()
               if role in roles and of in ("", index))


def harmless(remark: str, index: str, unit: str) -> bool:
    """Whether a remark in brackets leaves a label what it is: a unit that is the component's own, or a known one."""
    known = {"percent": {"%", "phần trăm", "percent"}, "point": {"điểm", "point", "points"}}[unit]
    return remark.strip("() ").casefold() in known or bool(MOST.fullmatch(remark)) or "remark" in roles(remark, index)


def components_named(text: str, index: str) -> set[str]:
    """Components, but not the total, whose label of two words or more stands somewhere in a text."""
    within = f" {_long(key(text))} "
    return {code for label, code in _labels(index).items()
            if code != index and " " in label and f" {label} " in within}
