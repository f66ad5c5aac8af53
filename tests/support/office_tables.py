"""Tables as offices hand them around, made from published figures: layouts of correct ones, and what spoils them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from statistics import mean, median

from indexlib import load_catalogue, load_places, load_scores

#: Index, year of the figures that a table is made from, whose figures they are (PAR INDEX and SIPAS are published in
#: part only: their tables bear the totals of PCI), decimals printed.
EDITIONS = [("pci", 2021, "pci", 2), ("pci", 2019, "pci", 2), ("papi", 2023, "papi", 4), ("papi", 2020, "papi", 4),
            ("par", 2023, "pci", 2), ("sipas", 2023, "pci", 2)]
SHORT = {"pci": "PCI", "papi": "PAPI", "par": "PAR INDEX", "sipas": "SIPAS"}
Rows = list[list]


@dataclass
class Table:
    """Figures of an edition by place (rows) and component, and how they are written."""

    index: str
    year: int
    before: dict[tuple[str, str], float]
    scores: dict[tuple[str, str], float]
    places: list[str]
    components: list[str]
    digits: int
    title_year: int = 0
    names: dict[str, str] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    cells: dict[tuple[str, str], object] = field(default_factory=dict)
    note: str = ""

    def name(self, place: str) -> str:
        return self.names.get(place, load_places().get(place, self.year).name_vi)

    def cell(self, place: str, component: str) -> object:
        return self.cells.get((place, component), self.scores[place, component])

    def head(self, component: str) -> str:
        own = load_catalogue().component(component)
        part = f"{own.number}. {own.name_vi}".lstrip(". ")
        return self.heads.get(component, f"{SHORT[self.index]} {self.title_year}" if own.level == "total" else part)

    def title(self) -> list:
        return [f"KẾT QUẢ CHỈ SỐ {SHORT[self.index]} NĂM {self.title_year} CỦA CÁC TỈNH, THÀNH PHỐ"]

    def rank(self, place: str, component: str) -> int:
        column = [self.scores[p, component] for p in self.places]
        return 1 + sum(value > self.scores[place, component] for value in column)

    def best(self) -> list[str]:
        return sorted(self.places, key=lambda place: -self.scores[place, self.index])


def table(edition: tuple[str, int, str, int]) -> Table:
    """The correct table of an edition; places without a score are left out."""
    index, year, of, digits = edition
    real = year if of == index else 2021
    known = load_scores(of).dropna(subset="score")

    def figures(when: int) -> dict[tuple[str, str], float]:
        rows = known[known["year"] == when]
        if of != index:
            rows = rows[rows["component"] == of].assign(component=index)
        return {(r.place, r.component): round(r.score, digits) for r in rows.itertuples()}

    scores = figures(real)
    valid = load_catalogue().valid(year, index)
    components = [c for c in valid if any(c == code for _, code in scores)]
    places = [p for p in dict.fromkeys(p for p, _ in scores) if all((p, c) in scores for c in components)]
    return Table(index, year, figures(real - 1), scores, places, components, digits, year)


def _plain(t: Table, components: list[str] | None = None, title: bool = True) -> Rows:
    components = components or t.components
    rows = [t.title(), [None]] if title else []
    rows.append(["TT", "Tỉnh, thành phố", *map(t.head, components)])
    return rows + [[i, t.name(p), *(t.cell(p, c) for c in components)] for i, p in enumerate(t.places, 1)]


def _ranking(t: Table) -> Rows:
    return [t.title(), [None], ["Xếp hạng", "Tỉnh, thành phố", f"{SHORT[t.index]} {t.title_year}"],
            *[[t.rank(p, t.index), t.name(p), t.cell(p, t.index)] for p in t.best()]]


def _last(t: Table) -> Rows:
    rows = _ranking(t)[3:]
    return [t.title(), ["TT", "Tỉnh", "Điểm", "Hạng"], *[[i, r[1], r[2], r[0]] for i, r in enumerate(rows, 1)]]


def _folded(t: Table, blocks: int) -> Rows:
    rows = _ranking(t)
    body, deep = rows[3:], -(-len(t.places) // blocks)
    sides = [body[i:i + deep] for i in range(0, len(body), deep)]
    return [rows[0], rows[2] * blocks, *[[x for side in sides for x in (side[r] if r < len(side) else [None] * 3)]
                                         for r in range(deep)]]


def _level(t: Table, total: bool) -> Rows:
    level = load_catalogue().component(t.components[1]).level if len(t.components) > 1 else "total"
    own = [c for c in t.components if load_catalogue().component(c).level == level and c != t.index]
    return _plain(t, [*own, *([t.index] if total or not own else [])])


def _year_before(t: Table) -> Rows:
    name, then = SHORT[t.index], t.title_year - 1
    rows = [["TT", "Tỉnh", f"{name} {then}", f"{name} {t.title_year}", "Tăng/giảm"]]
    for i, p in enumerate(t.places, 1):
        old = t.before.get((p, t.index))
        rows.append([i, t.name(p), old, t.cell(p, t.index), None if old is None else round(t.scores[p, t.index] - old, 2)])
    return [t.title(), *rows]


def _other_index(t: Table) -> Rows:
    other = "SIPAS" if t.index != "sipas" else "PAR INDEX"
    return [[f"Các chỉ số năm {t.title_year}"], ["TT", "Tỉnh", f"{SHORT[t.index]} {t.title_year}", f"{other} {t.title_year}"],
            *[[i, t.name(p), t.cell(p, t.index), 80.0 + i / 100] for i, p in enumerate(t.places, 1)]]


def _two_rows(t: Table) -> Rows:
    rows = [t.title(), ["Tỉnh", "", *map(t.head, t.components)]]
    for p in t.places:
        rows += [[t.name(p), "Điểm", *(t.cell(p, c) for c in t.components)],
                 [None, "Hạng", *(t.rank(p, c) for c in t.components)]]
    return rows


def _regions(t: Table) -> Rows:
    rows = _plain(t)
    body = rows[3:]
    return [*rows[:3], *body[:20], [None, "Red River Delta", *([60.5] * len(t.components))], *body[20:40],
            [None, "Central Highlands", *([61.5] * len(t.components))], *body[40:]]


def _feet(t: Table) -> Rows:
    columns = [[t.scores[p, c] for p in t.places] for c in t.components]
    rows = [[None, "Trung bình", *(round(mean(x), t.digits) for x in columns)],
            [None, "Trung vị", *(round(median(x), t.digits) for x in columns)], [None, "Cao nhất", *map(max, columns)],
            [f"Nguồn: Báo cáo {SHORT[t.index]}, {t.title_year + 1}"]]
    return _plain(t) + rows


def _foot_rank(t: Table) -> Rows:
    return [*_plain(t), [None, "Xếp hạng", *(t.rank("thanh_hoa", c) for c in t.components)]]


def _product_labels(t: Table) -> Rows:
    label = load_catalogue().label
    return [[f"{SHORT[t.index]} {t.title_year}"], ["Nơi", *map(label, t.components)],
            *[[t.name(p), *(t.cell(p, c) for c in t.components)] for p in t.places]]


def _turned(t: Table) -> Rows:
    rows = _plain(t, title=False)
    width = len(rows[0])
    return [t.title(), *[[row[c] for row in rows] for c in range(1, width)]]


def _shifted(t: Table) -> Rows:
    return [[None], [None, "PHỤ LỤC"], [None, f"(Kèm theo Báo cáo số 123/BC-UBND ngày 15/5/{t.title_year + 1})"],
            *[[None, *row] for row in _plain(t)]]


def _upper(t: Table) -> Rows:
    return _plain(replace(t, names={p: f"Tỉnh {t.name(p)}".upper() if i % 2 else t.name(p).upper()
                                    for i, p in enumerate(t.places)} if t.year < 2025 else {}))


def _points(t: Table) -> Rows:
    return _plain(replace(t, heads={t.index: f"{SHORT[t.index]} (điểm)"}))


def _panel(t: Table) -> Rows:
    old = [[t.title_year - 1, t.name(p), t.before[p, t.index]] for p in t.places if (p, t.index) in t.before]
    return [["Năm", "Tỉnh", SHORT[t.index]], *old, *[[t.title_year, t.name(p), t.cell(p, t.index)] for p in t.places]]


#: Layout, what it needs of the command line.
LAYOUTS: dict[str, tuple[Callable[[Table], Rows], set[str]]] = {
    "plain": (_plain, set()),
    "no title": (lambda t: _plain(t, title=False), {"year"}),
    "ranking": (_ranking, set()),
    "rank last": (_last, set()),
    "two blocks": (lambda t: _folded(t, 2), set()),
    "three blocks": (lambda t: _folded(t, 3), set()),
    "one level": (lambda t: _level(t, False), set()),
    "level and total": (lambda t: _level(t, True), set()),
    "year before": (_year_before, {"year"}),
    "other index beside": (_other_index, {"index"}),
    "two rows a place": (_two_rows, set()),
    "regions in English": (_regions, set()),
    "rows at the foot": (_feet, set()),
    "foot row of ranks": (_foot_rank, set()),
    "labels of the product": (_product_labels, set()),
    "turned": (_turned, set()),
    "shifted": (_shifted, set()),
    "capitals": (_upper, set()),
    "unit in the head": (_points, set()),
    "years in rows": (_panel, {"year"}),
}
TOTALS = {"ranking", "rank last", "two blocks", "three blocks", "year before", "other index beside", "years in rows"}


def _digits(t: Table, p: str, c: str, pick: random.Random) -> Table:
    text = f"{t.scores[p, c]:.{t.digits}f}"
    at = pick.choice([i for i in range(len(text) - 1) if "." not in text[i:i + 2] and text[i] != text[i + 1]] or [0])
    return _with(t, p, c, float(text[:at] + text[at + 1] + text[at] + text[at + 2:]))


def _with(t: Table, p: str, c: str, value: float) -> Table:
    return replace(t, scores=t.scores | {(p, c): value})


def _swap(t: Table, p: str, c: str, pick: random.Random) -> Table:
    q = pick.choice([q for q in t.places if t.scores[q, c] != t.scores[p, c]])
    return replace(t, scores=t.scores | {(p, c): t.scores[q, c], (q, c): t.scores[p, c]})


def _names(t: Table, p: str, c: str, pick: random.Random) -> Table:
    q = pick.choice([q for q in t.places if q != p])
    rows = {(a, x): t.scores[b, x] for x in t.components for a, b in ((p, q), (q, p))}
    return replace(t, scores=t.scores | rows)


def _down(t: Table, p: str, c: str, pick: random.Random) -> Table:
    below = zip(t.places, t.places[1:] + t.places[:1], strict=True)
    return replace(t, scores=t.scores | {(a, c): t.scores[b, c] for a, b in below})


def _heads(t: Table, p: str, c: str, pick: random.Random) -> Table:
    level = load_catalogue().component(c).level
    other = [x for x in t.components if x not in (c, t.index) and load_catalogue().component(x).level == level]
    d = pick.choice(other or [c])
    return replace(t, scores=t.scores | {(q, a): t.scores[q, b] for q in t.places for a, b in ((c, d), (d, c))})


def _first(t: Table, p: str, c: str, pick: random.Random) -> Table:
    return _with(t, p, c, round(t.scores[p, c] + 10 ** (len(f"{t.scores[p, c]:.0f}") - 1), t.digits))


def _cell(text: Callable[[float], object]) -> Callable[[Table, str, str, random.Random], Table]:
    return lambda t, p, c, _: replace(t, cells={(p, c): text(t.scores[p, c])})


def _old(t: Table, p: str, c: str, pick: random.Random) -> Table:
    return replace(t, scores=t.scores | {key: value for key, value in t.before.items() if key in t.scores})


def _twice(t: Table, p: str, c: str, pick: random.Random) -> Table:
    return replace(t, names={p: t.name(pick.choice([q for q in t.places if q != p]))})


#: Fault, and what it makes of a table at a place and component.
FAULTS: dict[str, Callable[[Table, str, str, random.Random], Table]] = {
    "digits exchanged": _digits,
    "sign lost": lambda t, p, c, _: _with(t, p, c, round(t.scores[p, c] * 10, t.digits)),
    "first digit wrong": _first,
    "last digit wrong": lambda t, p, c, _: _with(t, p, c, round(t.scores[p, c] + 10.0**-t.digits, t.digits)),
    "two cells exchanged": _swap,
    "two names exchanged": _names,
    "column a row down": _down,
    "two heads exchanged": _heads,
    "figure of the year before": lambda t, p, c, _: _with(t, p, c, t.before.get((p, c), t.scores[p, c])),
    "failed look-up": _cell(lambda _: "#N/A"),
    "mark of a program": _cell(lambda _: "NA"),
    "blank cell": _cell(lambda _: None),
    "words in a cell": _cell(lambda score: f"khoảng {score}"),
    "year of another table": _old,
    "a place twice": _twice,
    "a place missing": lambda t, p, c, _: replace(t, places=[q for q in t.places if q != p]),
    "a name misspelt": lambda t, p, c, _: replace(t, names={p: t.name(p)[:-2] + "xq"}),
}
#: Faults of columns and of a whole table; the others are of a cell or two, whose place is what a message must name.
OF_COLUMNS, OF_TABLE = {"column a row down", "two heads exchanged"}, "year of another table"
OF_CELLS = set(FAULTS) - OF_COLUMNS - {OF_TABLE}
