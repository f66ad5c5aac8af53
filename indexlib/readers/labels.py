"""Names of components and roles of columns as publishers print them.

A header is matched whole, after setting aside case, punctuation, line breaks, years and the words
that only announce a score ("Chỉ số thành phần 3:"). What is known stands in tables:
``catalogue/labels.csv`` for components, ``catalogue/headers.csv`` for every other column and row.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from indexlib import files
from indexlib.catalogue import load_catalogue
from indexlib.places import TONES, plain
from indexlib.wording import listing

HEADERS = ["role", "index", "text", "note"]
#: Words that announce a score and may carry the component's number.
MARK = re.compile(
    r"^(?:điểm )?(?:chỉ số thành phần|chỉ số nội dung|nội dung|chỉ số|cstp|sub index|dimension|lĩnh vực|trục)"
    r"(?: (\d+(?: \d+)?))?(?= |$)"
)
NUMBER = re.compile(r"^(\d+(?: \d+)?)(?= |$)")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
#: Names of variables left in some sheets below the header: ``sub1_entry``.
VARIABLE = re.compile(r"^[a-z]+\d*(?:_[a-z0-9]+)+$|^[a-z]\d+$")
SHORT = {"cp": "chi phí", "dn": "doanh nghiệp", "dnnn": "doanh nghiệp nhà nước", "kttn": "kinh tế tư nhân",
         "antt": "an ninh trật tự"}


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
    """

    text: str
    component: str = ""
    number: str = ""
    marked: bool = False
    role: str = ""


def key(text: str) -> str:
    """Key of a header: one Unicode form, words and digits apart, years made equal.

    Examples
    --------
    >>> key("Chỉ số5_CP không chính thức"), key("PCI 2009 \\ncó trọng số")
    ('chỉ số 5 cp không chính thức', 'pci yyyy có trọng số')
    """
    form = YEAR.sub(" yyyy ", unicodedata.normalize("NFC", text).casefold())
    for old, new in TONES.items():
        form = form.replace(old, new)
    return " ".join(re.findall(r"[^\W\d_]+|\d+", form))


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


@cache
def _labels(folder: Path, index: str) -> dict[str, str]:
    """Key of every known label of an index, and of its words alone, to the component."""
    catalogue = load_catalogue()
    components = catalogue.components
    own = components[components["index"] == index]
    pairs = [(text, code) for column in ("name_vi", "name_en")
             for text, code in zip(own[column], own["component"], strict=True)]
    labels = catalogue.labels
    pairs += list(zip(labels["label"], labels["component"], strict=True))
    known: dict[str, str] = {}
    for text, code in pairs:
        if text and code.split(".")[0] == index:
            for form in {key(text), _split(key(text))[1]} - {""}:
                known.setdefault(_long(form), code)
    return known


@cache
def _roles(folder: Path) -> dict[tuple[str, str], str]:
    frame = files.read_table(folder / "catalogue" / "headers.csv", HEADERS)
    return {(key(text), index): role for role, index, text in
            zip(frame["role"], frame["index"], frame["text"], strict=True)}


def role(text: str, index: str = "") -> str:
    """Role of a header or row label that is no component, empty if it has none."""
    return _role(files.data_dir(), text, index)


@cache
def _role(folder: Path, text: str, index: str) -> str:
    roles, words = _roles(folder), key(text)
    return roles.get((words, index)) or roles.get((words, ""), "")


def understand(text: str, index: str) -> Header:
    """What a header text of an index says.

    Examples
    --------
    >>> understand("Chỉ số thành phần 2: Tiếp cận đất đai", "pci")
    Header(text='Chỉ số thành phần 2: Tiếp cận đất đai', component='pci.2', number='2', marked=True, role='')
    >>> understand("Xếp hạng", "pci").role
    'rank'
    """
    return _understand(files.data_dir(), text, index)


@cache
def _understand(folder: Path, text: str, index: str) -> Header:
    if VARIABLE.match(text.strip()):
        return Header(text, role="variable")
    known_role = _role(folder, text, index)
    if known_role:
        return Header(text, role=known_role)
    words = key(text)
    number, rest, marked = _split(words)
    component = _component(folder, index, words) or (_component(folder, index, rest) if rest else "")
    without_remark = re.sub(r"\([^)]*\)", " ", text)
    if not component and without_remark != text:
        component = _component(folder, index, _split(key(without_remark))[1])
    return Header(text, component, number, marked)


def _component(folder: Path, index: str, words: str) -> str:
    known, words = _labels(folder, index), _long(words)
    if words in known or plain(words) != words:
        return known.get(words, "")
    return _plain_labels(folder, index).get(words, "")


@cache
def _plain_labels(folder: Path, index: str) -> dict[str, str]:
    """Labels without diacritics, those that would name two components left out."""
    forms: dict[str, set[str]] = {}
    for words, code in _labels(folder, index).items():
        forms.setdefault(plain(words), set()).add(code)
    return {words: codes.pop() for words, codes in forms.items() if len(codes) == 1}


def nearest(text: str, index: str, n: int = 3) -> str:
    """Labels of components that look most like a text, for a message."""
    catalogue = load_catalogue()
    known = {plain(words): code for words, code in _labels(files.data_dir(), index).items()}
    close = difflib.get_close_matches(plain(_long(_split(key(text))[1])), known, n=3 * n, cutoff=0.4)
    codes = list(dict.fromkeys(known[words] for words in close))[:n]
    return listing([f"{catalogue.label(code)} ({code})" for code in codes])


def number_of(component: str, year: int) -> str:
    """The number under which an edition prints a component: its place among those of the year."""
    catalogue = load_catalogue()
    own = catalogue.component(component)
    if own.level != "subindex":
        return own.number
    same = [c for c in catalogue.valid(year, own.index) if catalogue.component(c).level == own.level]
    return str(same.index(component) + 1) if component in same else ""


def printed_years(texts: list[str]) -> set[int]:
    """Years that stand in texts."""
    return {int(year) for text in texts for year in YEAR.findall(text)}
