"""Places: codes, names and their spellings, regions, validity years, mergers.

A name is looked up with a year and matches exactly one place or none; the nearest names
are suggested in the error, never taken.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path

import pandas as pd

from indexlib.base.wording import own, t
from indexlib.data import files

TABLES = {
    "places": ["code", "name_vi", "name_en", "level", "parent", "region", "first_year", "last_year",
               "official_code", "official_code_first_year", "official_code_last_year", "source", "note"],
    "aliases": ["alias", "code", "first_year", "last_year", "note"],
    "mergers": ["old_code", "new_code", "effective", "change", "legal_source"],
}
#: Levels of places: whose figures are set beside whose.
LEVELS = ("province", "district", "commune", "department")
#: Words beside a name that never decide which place is meant.
ASIDE_BEFORE, ASIDE_AFTER = (("tỉnh",), ("tinh",), ("thủ", "đô"), ("thu", "do")), (("tỉnh",), ("thủ", "đô"), ("province",))
#: Words for a city. Thành phố Thanh Hóa is not the province: cities of province level have aliases. From 2025 on there
#: is no other kind of city (the level of districts ended with the mergers), so the word decides nothing any more.
CITY_BEFORE, CITY_AFTER = (("thành", "phố"), ("thanh", "pho"), ("t", "p"), ("tp",)), (("thành", "phố"), ("tp",), ("city",))
CITY = "tp"
#: A unit below the province may be listed without its kind, or as its People's Committee: "UBND xã Hà Long", "Hà Long".
KINDS, OFFICE = ("xã ", "phường ", "đặc khu ", "thị trấn ", "huyện ", "thị xã "), re.compile(r"^(?:ubnd|ủy ban nhân dân) ")
#: "(cũ)" and "(mới)" tell a place that has ended from the one formed later under its name.
FORMER, LATER = frozenset({"cũ", "cu", "old"}), frozenset({"mới", "moi", "new"})
#: The mark of a footnote: "Huế (1)", "Phú Thọ¹".
NOTE = re.compile(r"(?<=\w)\s*\(\d{1,2}\)\W*$|[\u00b9\u00b2\u00b3\u2070-\u2079]")
#: Lists print their count in front of a name: "1. Đà Nẵng". A number without its dot may be part of the name.
COUNT = re.compile(r"^\d{1,3}\s*[.)]\s*(?=[^\W\d_])")
#: Of two digits it cannot: "01 Hà Nội".
BARE_COUNT = re.compile(r"0\d|[1-6]\d")
#: Older placement of the tone mark (hoà) and the newer one (hòa) are the same spelling.
TONES = dict(zip("oà oá oả oã oạ oè oé oẻ oẽ oẹ uỳ uý uỷ uỹ uỵ".split(),  # noqa: SIM905
                 "òa óa ỏa õa ọa òe óe ỏe õe ọe ùy úy ủy ũy ụy".split(), strict=True))  # noqa: SIM905


@dataclass(frozen=True)
class Place:
    """One place under one name.

    Attributes
    ----------
    code : str
        Our code, a readable slug; a unit formed in 2025 that bears an old name has its own.
    name_vi, name_en : str
    level : str
        ``province``, ``commune``, ...: decides who is compared with whom.
    parent : str
        Code of the place above; empty for provinces.
    region : str
        Region as PCI 2023 prints it; empty where no source is at hand.
    first_year, last_year : int
        Index years in which the place can have a score (0 and 9999: open).
    """

    code: str
    name_vi: str
    name_en: str
    level: str
    parent: str
    region: str
    first_year: int
    last_year: int

    @property
    def name(self) -> str:
        """Name in the language in force."""
        return own(self, "name")

    def valid(self, year: int) -> bool:
        """Whether the place exists in an index year."""
        return self.first_year <= year <= self.last_year


def spelling(text: str) -> str:
    """Key of a spelling: one Unicode form, case, hyphens, tone placement, count, footnote and "tỉnh" set aside.

    A word for a city stands in front as ``tp``, wherever and however it was written.

    Examples
    --------
    >>> spelling("Tỉnh THANH HOÁ"), spelling("Bà Rịa – Vũng Tàu"), spelling("Phú Thọ (1)")
    ('thanh hóa', 'bà rịa vũng tàu', 'phú thọ')
    >>> spelling("T.P Hồ Chí Minh"), spelling("Hue City"), spelling("01 Hà Nội (Thủ đô)")
    ('tp hồ chí minh', 'tp hue', 'hà nội')
    """
    key = unicodedata.normalize("NFC", text).casefold().replace("ð", "đ")
    for old, new in TONES.items():
        key = key.replace(old, new)
    words = re.findall(r"[^\W_]+", COUNT.sub("", NOTE.sub("", key.strip())))
    if len(words) > 1 and BARE_COUNT.fullmatch(words[0]) and words[1][0].isalpha():
        words = words[1:]
    city: list[str] = []
    while (less := _without(words, ASIDE_BEFORE, ASIDE_AFTER)) or (cut := _without(words, CITY_BEFORE, CITY_AFTER)):
        words, city = less or cut, city if less else [CITY]
    return " ".join(city + words)


def _without(words: list[str], before: tuple, after: tuple) -> list[str]:
    """What is left of a name without words at one of its ends; empty if none stand there or nothing is left."""
    for some in before:
        if tuple(words[:len(some)]) == some:
            return words[len(some):]
    return next((words[:-len(some)] for some in after if tuple(words[-len(some):]) == some), [])


#: Digits and the Vietnamese alphabet in their order, and the marks of the five tones.
ORDER = "0123456789aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONE_MARKS = frozenset("\u0300\u0301\u0303\u0309\u0323")


def plain(key: str) -> str:
    """A key without diacritics."""
    split = unicodedata.normalize("NFD", key.replace("đ", "d"))
    return "".join(c for c in split if not unicodedata.combining(c))


def collation(name: str) -> list[int]:
    """Key of the Vietnamese alphabet: ă and â after a, đ after d; digits first, tones and all else set aside.

    Examples
    --------
    >>> sorted(["Đà Nẵng", "Bắc Giang", "Bạc Liêu", "Cà Mau"], key=collation)
    ['Bạc Liêu', 'Bắc Giang', 'Cà Mau', 'Đà Nẵng']
    """
    split = unicodedata.normalize("NFD", name.casefold())
    letters = unicodedata.normalize("NFC", "".join(c for c in split if c not in TONE_MARKS))
    return [ORDER.index(c) for c in letters if c in ORDER]


def _letters(key: str) -> str:
    return plain(key).replace(" ", "")


def _worn(key: str, name: str) -> bool:
    """Whether a key is a name of the same letters that has lost blanks between syllables, or all marks of a syllable."""
    ends = set(accumulate(len(word) for word in name.split()))
    if not set(accumulate(len(word) for word in key.split())) <= ends:
        return False
    key, at = key.replace(" ", ""), 0
    for syllable in name.split():
        own, at = key[at:at + len(syllable)], at + len(syllable)
        bare = plain(own) == own.replace("đ", "d") and all(theirs == "đ" for mine, theirs in
                                                           zip(own, syllable, strict=True) if mine == "đ")
        if own != syllable and not bare:
            return False
    return True


@dataclass(frozen=True)
class Places:
    """The place tables as frames; see ``data/README.md`` for their columns."""

    places: pd.DataFrame
    aliases: pd.DataFrame
    mergers: pd.DataFrame

    @cached_property
    def all(self) -> list[Place]:
        """Every place under every name it has had."""
        p = self.places
        return [Place(*row) for row in zip(p["code"], p["name_vi"], p["name_en"], p["level"], p["parent"],
                                           p["region"], p["first_year"], p["last_year"], strict=True)]

    @property
    def frame(self) -> pd.DataFrame:
        """Every place under every name: ``code``, ``name_vi``, ``name_en``, ``level``, ``parent``, ``region`` and years."""
        return self.places[[*Place.__dataclass_fields__]].copy()

    @cached_property
    def _spellings(self) -> list[tuple[str, str, int, int]]:
        """(key, code, first year, last year) of names and aliases."""
        names = [(spelling(n), p.code, p.first_year, p.last_year) for p in self.all
                 for n in (p.name_vi, p.name_en)]
        a = self.aliases
        return names + [(spelling(n), c, f, u) for n, c, f, u in
                        zip(a["alias"], a["code"], a["first_year"], a["last_year"], strict=True)]

    def get(self, code: str, year: int | None = None) -> Place:
        """Place of a code, under its name of a year (default: the newest)."""
        named = [p for p in self.all if p.code == code]
        if not named:
            raise KeyError(code)
        return next((p for p in named if year is not None and p.valid(year)), named[-1])

    def valid(self, year: int, level: str = "province") -> list[Place]:
        """Places of a level that exist in a year."""
        return [p for p in self.all if p.level == level and p.valid(year)]

    def same_places(self, like: Place, year: int, before: int) -> bool:
        """Whether the places beside one were the same in two years: else no place is won or lost."""
        one, other = ({p.code for p in self.all if (p.level, p.parent) == (like.level, like.parent) and p.valid(y)}
                      for y in (year, before))
        return one == other

    @cached_property
    def _without_districts(self) -> int:
        """The first year of the places that mergers made: from then on the level of districts is gone."""
        made = self.mergers.loc[self.mergers["old_code"] != self.mergers["new_code"], "new_code"]
        return int(self.places.loc[self.places["code"].isin(made), "first_year"].min()) if len(made) else 9999

    @cached_property
    def _some_below(self) -> bool:
        """Whether there are places below the province."""
        return any(place.level != "province" for place in self.all)

    @cached_property
    def _by_letters(self) -> dict[str, list[tuple[str, str, int, int]]]:
        """The spellings by their letters alone, without marks and blanks."""
        found: dict[str, list] = {}
        for row in self._spellings:
            found.setdefault(_letters(row[0]), []).append(row)
        return found

    def codes_of(self, text: str) -> set[tuple[str, int, int]]:
        """Codes that a spelling stands for, with the years for which it does."""
        key = spelling(text)
        *name, last = key.split() or [""]
        found = self._named(key)
        if last in FORMER:
            found |= {(c, f, u) for c, f, u in self._named(" ".join(name)) if u < 9999}
        elif last in LATER:
            found |= {(c, f, u) for c, f, u in self._named(" ".join(name)) if f > 0}
        elif key.startswith(f"{CITY} "):
            first = self._without_districts
            found |= {(c, max(f, first), u) for c, f, u in self._named(key.removeprefix(f"{CITY} ")) if u >= first}
        return found or {row for form in self._of_kinds(key) for row in self._named(form)}

    def _of_kinds(self, key: str) -> list[str]:
        """The names of units below the province that a key may be without the kind, or with the office in front."""
        bare = OFFICE.sub("", key)
        return [bare if bare.startswith(kind) else kind + bare for kind in KINDS] if self._some_below else []

    def _named(self, key: str) -> set[tuple[str, int, int]]:
        return {(c, f, u) for k, c, f, u in self._by_letters.get(_letters(key), []) if _worn(key, k)}

    def resembles(self, text: str) -> bool:
        """Whether a text has the letters of a spelling that is known, marks and words beside the name set aside."""
        key = spelling(text)
        *name, last = key.split() or [""]
        forms = (key, key.removeprefix(f"{CITY} "), " ".join(name) if last in FORMER | LATER else key,
                 *self._of_kinds(key))
        return any(_letters(form) in self._by_letters for form in forms)

    def nearest(self, text: str, year: int, n: int = 3) -> list[str]:
        """Names valid in a year that look most like a text."""
        names = {plain(spelling(p.name)): p.name for p in self.all if p.valid(year)}
        close = difflib.get_close_matches(plain(spelling(text)), names, n=n, cutoff=0.5)
        return [names[c] for c in close]

    def successors(self, code: str) -> list[Place]:
        """What became of a place of before 2025; empty if nothing is known."""
        m = self.mergers
        return [self.get(c) for c in m.loc[m["old_code"] == code, "new_code"]]

    def members(self, code: str) -> list[Place]:
        """Old places that a place of 2025 was formed from; none of one that went on."""
        m = self.mergers
        return [self.get(c) for c in m.loc[(m["new_code"] == code) & (m["old_code"] != code), "old_code"]]

    def former_names(self, code: str) -> dict[str, str]:
        """Names of the old places that a place was formed from, by code; one of its own name is told apart."""
        name, old = self.get(code).name, self.members(code)
        return {p.code: t("place.former", name=p.name) if p.name == name else p.name for p in old}


def load_places() -> Places:
    """The places of the data folder in force, read once."""
    return _load(files.data_dir())


@files.remembered
def _load(folder: Path) -> Places:
    tables = {name: files.read_table(folder / "places" / f"{name}.csv", columns)
              for name, columns in TABLES.items()}
    for name in ("places", "aliases"):
        tables[name] = files.years(tables[name], folder / "places" / f"{name}.csv")
    return Places(**tables)
