"""Figures taken from a grid: component and kind to place to value, each with its cell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import inf
from statistics import median
from typing import Any

from indexlib.base.wording import listing, t
from indexlib.data import files
from indexlib.data.catalogue import TOTAL, load_catalogue
from indexlib.data.places import load_places
from indexlib.intake.files.numbers import decimals, is_percent, is_withheld, number, why_no_number
from indexlib.intake.files.report import Collector
from indexlib.intake.table import labels
from indexlib.intake.table.grid import Column, Grid, printed_most, report_column
from indexlib.intake.table.indicators import Indicator
from indexlib.intake.table.place_names import place_code

#: A score, a rank and a score in percent of its maximum as they are called in ``Figures.found``.
SCORE, RANK, OF_MAXIMUM = "score", "rank", "percent"
#: A head of figures in percent: "Cải cách thể chế (%)".
PERCENT = re.compile(r"\(\s*%\s*\)|%\s*$")
#: From this many places on a column tells what is usual in it. In all editions at hand every column has decimals,
#: and no score lies below a fifth of its median or above 3.4 times it.
MANY, FAR = 8, 5
#: Where this share of a column has at most so many decimals, figures with more are none that were published so: in all
#: editions at hand there are none. Of figures printed with more decimals, some end in noughts by chance.
USUAL, COARSE = 0.9, 3
#: No publisher has withheld more places than this in a year.
FEW_WITHHELD = 8
#: Places that a message names.
FEW_NAMES = 6
#: How far two figures of six decimals may differ and be the same: on two sheets of PCI 2008 they do by 0,0000012.
NOISE = 1.5e-6


@dataclass(frozen=True)
class Formula:
    """A total and the factor of each of its parts; ``allowed``: how far it may miss.

    ``rounded``: whether that is because its figures are printed rounded, or totals of the year are known to fit no better.
    """

    total: str
    factors: dict[str, float]
    allowed: float
    rounded: bool
    digits: int

    @property
    def terms(self) -> dict[str, float]:
        """Factors of all that is in it: the total counts as minus one, so that all terms add up to nought."""
        return {**self.factors, self.total: -1.0}

    def off(self, figures: Figures) -> dict[str, float]:
        """Places whose total differs from what its parts give, with that sum."""
        parts = [(factor, figures.found.get((code, SCORE), {})) for code, factor in self.factors.items()]
        off = {}
        for place, value in figures.found[self.total, SCORE].items():
            try:
                computed = sum([factor * values[place] for factor, values in parts])
            except KeyError:  # a part is missing at this place
                continue
            if abs(computed - value) > self.allowed:
                off[place] = computed
        return off


@dataclass
class Figures:
    """What one sheet says: (component, kind) to place to value, and where each stands.

    ``names`` is the column of places that a column of figures goes by (sheet and column); ``agreed`` holds
    for (component, kind, place) the same figure from a second column with places of its own, and how far
    the two may differ: the coarser was printed no finer. ``sums`` are those that the figures obey. ``sheets`` are
    those that figures were taken from, not those that only bear them out; ``outdone`` names (component, place)
    of scores that gave way to those of another sheet. ``most`` are the maxima that stand over the columns. ``place``
    is the one place that a sheet is about: each component of it has a source of its own in ``sources``.
    """

    sheet: str
    found: dict[tuple[str, str], dict[str, float]] = field(default_factory=dict)
    cells: dict[tuple[str, str, str], dict[str, int]] = field(default_factory=dict)
    withheld: list[tuple[str, str]] = field(default_factory=list)
    blank: list[tuple[str, str]] = field(default_factory=list)
    bases: dict[str, int] = field(default_factory=dict)
    paired: bool = False
    indicators: list[Indicator] = field(default_factory=list)
    names: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    agreed: dict[tuple[str, str, str], tuple[float, float]] = field(default_factory=dict)
    sums: list[Formula] = field(default_factory=list)
    outdone: list[tuple[str, str]] = field(default_factory=list)
    sheets: set[str] = field(default_factory=set)
    most: dict[str, float] = field(default_factory=dict)
    place: str = ""
    sources: dict[str, str] = field(default_factory=dict)

    def where(self, component: str, kind: str, place: str) -> dict[str, int]:
        """Row and column of a figure."""
        return self.cells.get((component, kind, place), {})

    def report(self, code: str, component: str, kind: str, place: str, report: Collector, **values: Any) -> None:
        """Report something of a figure at its cell; the message may name its place and component."""
        report.add(code, self.sheet, **self.where(component, kind, place), place=load_places().get(place).name,
                   component=load_catalogue().label(component), **values)

    def agree(self, component: str, kind: str, place: str, value: float, allowed: float) -> None:
        """Note a second figure that is the same as far as ``allowed`` tells; the finest is kept."""
        before = self.agreed.get((component, kind, place))
        if before is None or allowed < before[1]:
            self.agreed[component, kind, place] = value, allowed

    def components(self) -> list[str]:
        """Components with scores."""
        return [component for component, kind in self.found if kind == SCORE]


def component_of(column: Column, grid: Grid, year: int, report: Collector) -> str:
    """The component that a column's headers name, if they agree with each other and with the year."""
    names = column.components()
    if len(names) > 1:
        report_column("two_components", column, grid, report)
        return ""
    if not names:
        return ""
    code = names.pop()
    other = [h for h in column.headers if h.dated and year not in labels.printed_years([h.text])]
    if other:
        report_column("column_year", column, grid, report, text=other[0].text, year=year)
        return ""
    _check_words(column, grid, code, report)
    if not load_catalogue().valid(year, code.split(".")[0]):
        return code  # of an edition that is not in the catalogue, no numbers are known
    for header in column.headers:
        own = header.component or header.marked
        if own and header.number and header.number not in labels.numbers_of(code, year):
            report_column("number_conflict", column, grid, report, text=header.text, number=header.number,
                          component=load_catalogue().label(code), expected=printed_numbers(code, year))
            return ""
    return code


def _check_words(column: Column, grid: Grid, component: str, report: Collector) -> None:
    """Words of a head that turn a label into something else: the year before, a target, a share of dissatisfied."""
    own, index = load_catalogue().component(component), load_catalogue().component(component).index
    # A total in percent of 100 points is the same in points.
    whole = component == index and load_catalogue().scales(grid.year).get(index, (0, 0))[1] == 100
    units = {own.unit, "point"} if whole else {own.unit}
    for header in column.headers:
        said = header.remark and not any(labels.harmless(header.remark, index, unit) for unit in units)
        aside = header.remark if said else ""
        if header.component and PERCENT.search(header.text) and in_points(component, grid.year):
            aside = "%"
        if not aside and not header.component and header.role != "score" and (
                labels.titled(header.text, index, "title") or labels.titled(header.text, index, "head")):
            aside = header.text
        if aside:
            report_column("header_words", column, grid, report, words=aside, component=load_catalogue().label(component))


def in_points(component: str, year: int) -> bool:
    """Whether a component of a year is given in points, not in percent of what it could have reached."""
    catalogue = load_catalogue()
    return catalogue.component(component).unit == "point" and catalogue.scales(year).get(component, (0, 0))[1] != 100


def printed_numbers(component: str, year: int) -> str:
    """The numbers that a component may bear in a year, for a message."""
    return listing(sorted(labels.numbers_of(component, year))) or "–"


def take(figures: Figures, grid: Grid, column: Column, component: str, kind: str, report: Collector,
         may_be_withheld: bool = False) -> None:
    """Take a column's figures into ``figures``; report cells that hold none."""
    if (component, kind) in figures.found:
        report_column("component_twice", column, grid, report, component=load_catalogue().label(component))
        return
    values: dict[str, float] = {}
    percent_is_wrong = kind == RANK or load_catalogue().component(component).unit != "percent"
    at, cells, known = column.at, column.cells, figures.cells
    for row, place in grid.rows.get(column.places, {}).items():
        cell = cells.get(row)
        known[component, kind, place] = where = grid.where(row, at)
        if type(cell) is float and 1 < cell < inf:  # almost all of them
            values[place] = cell
            continue
        share = percent_is_wrong and type(cell) is float and (where["row"], where["column"]) in grid.sheet.percent()
        value = None if share or (percent_is_wrong and is_percent(cell)) else number(cell)
        if may_be_withheld and is_withheld(cell):
            figures.withheld.append((component, place))
            if not isinstance(cell, (int, float)) and not (isinstance(cell, str) and cell.strip()):
                figures.blank.append((component, place))
        elif value is None or (kind.startswith("ci_") and value == 0):
            if (component, place) in figures.withheld:
                continue
            missing = "missing_rank" if kind == RANK else "missing_score"
            code = missing if cell is None else "percent" if share else why_no_number(cell)
            figures.report(code, component, kind, place, report, value=cell)
        else:
            values[place] = value
    figures.found[component, kind] = values
    figures.sheets |= {grid.sheet.name} if values else set()
    figures.names[component, kind] = (grid.sheet.name, column.places)
    if kind == SCORE and (most := printed_most(grid, column)) is not None and most >= max(values.values(), default=0):
        figures.most[component] = most
    _check_repeats(figures, grid, column, component, kind, report)


def _check_repeats(figures: Figures, grid: Grid, column: Column, component: str, kind: str,
                   report: Collector) -> None:
    """A place repeated below the table must bear the score that it has in the table."""
    values = figures.found[component, kind]
    for row, codes in grid.repeats.items():
        value = number(column.cells.get(row))
        line = grid.sheet.rows[row]
        if not any(number(cell) for cell in line):
            continue  # no place is chosen: the formulas below the table give noughts
        name = line[column.places] if 0 <= column.places < len(line) else None
        place = _named(name, codes, grid.year)
        if value is None or place not in values:
            continue
        if abs(value - values[place]) > tolerance([value], [values[place]]):
            report.add("contradiction", grid.sheet.name, **grid.where(row, column.at),
                       place=load_places().get(place).name, one=value, other=values[place])


def _named(name: object, codes: set[str], year: int) -> str:
    """The repeated place that a figure belongs to: the one named beside it, else the row's only one."""
    if isinstance(name, str):
        return place_code(name, year)
    return next(iter(codes)) if len(codes) == 1 else ""


def join(whole: Figures, other: Figures, report: Collector | None) -> None:
    """Put another sheet's figures beside those read; a figure on two sheets must be the same.

    Of a figure printed in more and in fewer decimals the finer one is kept. Without a ``report`` a
    difference has been reported before.
    """
    for (component, kind), values in other.found.items():
        have = whole.found.setdefault((component, kind), {})
        names = other.names.get((component, kind), (other.sheet, 0))
        first = whole.names.setdefault((component, kind), names)
        allowed = tolerance(list(have.values()), list(values.values())) if have else 0
        # A few finer figures among many coarser ones are no finer printing of the column.
        finer = 0 < len(have) <= 2 * len(have.keys() & values.keys()) and \
            decimals(list(values.values())) > decimals(list(have.values()))
        if finer and have.keys() <= values.keys():
            whole.names[component, kind] = names
        for place, value in values.items():
            if place not in have:
                have[place] = value
                whole.sheets.add(other.sheet)
                whole.cells[component, kind, place] = other.where(component, kind, place)
            elif abs(have[place] - value) <= allowed:
                coarser = value
                if finer:
                    have[place], coarser = value, have[place]
                    whole.sheets.add(other.sheet)
                    whole.cells[component, kind, place] = other.where(component, kind, place)
                whole.agree(component, kind, place, coarser, allowed)
            elif report:
                other.report("sheets_differ", component, kind, place, report, one=value, other=have[place], beside=first[0],
                             why=t("read.kept_first"))
    whole.most = other.most | whole.most
    whole.withheld += [pair for pair in other.withheld if pair not in whole.withheld]
    whole.blank += [pair for pair in other.blank if pair not in whole.blank]


def tolerance(one: list[float], other: list[float]) -> float:
    """How far two printings of the same figure may differ: half of the coarser one's last decimal."""
    digits = decimals(one) if one is other else min(decimals(one), decimals(other))
    return NOISE if digits >= 6 else 0.5 * 10.0**-digits + 1e-9


@files.known
def expected_places(index: str, year: int) -> tuple[int, frozenset[str]]:
    """How many places the edition of a year ranks, and their codes if that is all of them (else none)."""
    editions = load_catalogue().editions
    row = editions[(editions["index"] == index) & (editions["first_year"] <= year) & (editions["last_year"] >= year)]
    if row.empty:
        return 0, frozenset()
    count = int(row.iloc[0]["places_ranked"])
    valid = frozenset(place.code for place in load_places().valid(year))
    return count, valid if len(valid) == count else frozenset()


def check_places(figures: Figures, index: str, year: int, report: Collector) -> None:
    """Every place of the edition has its score or is withheld; half of them, or the first ones by rank, are a part."""
    listed = {place for _, _, place in figures.cells}
    for component in figures.components():
        have = set(figures.found[component, SCORE]) | {place for code, place in figures.withheld if code == component}
        # Where the cell of a place holds no figure, it has been named.
        have |= {place for place in listed if (component, SCORE, place) in figures.cells}
        _check_places(figures, index, component, year, have, listed, report)


def _check_places(figures: Figures, index: str, component: str, year: int, have: set[str], listed: set[str],
                  report: Collector) -> None:
    count, codes = expected_places(index, year)
    ranks = sorted(figures.found.get((component, RANK), {}).values())
    if not count:
        report.add("no_edition", figures.sheet, year=year, index=load_catalogue().short_name(index))
    elif have < codes and (2 * len(have) <= count or ranks == [*range(1, len(have) + 1)]):
        report_partial(figures.sheet, component, have, count, year, report)
    elif codes and (missing := codes - have):
        names = ", ".join(sorted(load_places().get(code, year).name for code in missing))
        # Places that stand nowhere in the table are one fault; a publisher that withholds scores may have left them out.
        absent = missing == codes - listed
        few = load_catalogue().by_index[index].withholds and len(missing) <= FEW_WITHHELD
        if absent:
            code = "absent_withheld" if few else "absent_places"
            report.add(code, figures.sheet, n=len(missing), names=names)
        else:
            report.add("missing_places", figures.sheet, component=load_catalogue().label(component), n=len(missing),
                       names=names)
    elif len(have) != count:
        report.add("places_count", figures.sheet, component=load_catalogue().label(component), n=len(have), count=count)


def report_partial(sheet: str, component: str, have: set[str], count: int, year: int, report: Collector) -> None:
    """Say that only some places of an edition are there, and which are not."""
    beside = {(place.level, place.parent) for place in map(load_places().get, have)}
    lacking = sorted(place.name for place in load_places().all
                     if place.valid(year) and place.code not in have and (place.level, place.parent) in beside)
    names = ", ".join([*lacking[:FEW_NAMES], *(["…"] if len(lacking) > FEW_NAMES else [])])
    report.add("partial", sheet, component=load_catalogue().label(component), n=len(have), count=count, names=names or "–")


def check_scale(figures: Figures, year: int, report: Collector) -> None:
    """Every score lies on its component's scale and not far from all others.

    Shares of one where percent are due are reported, and columns without a single decimal.
    """
    catalogue, limits = load_catalogue(), load_catalogue().scales(year)
    for (component, kind), values in figures.found.items():
        if kind != SCORE or component not in limits:
            continue
        low, high = limits[component]
        # A maximum that no source prints bounds nothing by itself: the part is no more than the whole.
        most = high if high == high else limits.get(catalogue.component(component).index, (low, high))[1]
        for place, value in values.items():
            fraction = high == 100 and 0 < value <= 1.5
            if fraction or value < low - 1e-4 or value > most + 1e-4:
                figures.report("fraction" if fraction else "out_of_scale", component, kind, place, report, value=value,
                               low=low, high=most)
        _check_decimals(figures, component, values, high, report)


def _check_decimals(figures: Figures, component: str, values: dict[str, float], high: float, report: Collector) -> None:
    """Decimals that were lost, in the whole column or the sign of one figure, and a digit too many."""
    if len(values) < MANY:
        return
    label, middle = load_catalogue().label(component), median(values.values())
    if all(value == int(value) for value in values.values()):
        report.add("whole_numbers", figures.sheet, component=label)
    if high == 100 and 1.5 < max(values.values()) <= 10:
        report.add("scale_of_ten", figures.sheet, component=label, value=max(values.values()))
    most = int(USUAL * len(values))
    fine = sum(abs(value * 10**COARSE - round(value * 10**COARSE)) > 1e-6 for value in values.values())
    if fine <= len(values) - most:
        digits = {place: decimals([value]) for place, value in values.items()}
        usual = sorted(digits.values())[most - 1]
        for place in [place for place, own in digits.items() if own > usual]:
            figures.report("odd_decimals", component, SCORE, place, report, value=values[place], n=usual)
    for place, value in values.items():
        if value * FAR < middle or value > middle * FAR:
            figures.report("outlier", component, SCORE, place, report, value=value, median=middle)


def check_components(figures: Figures, index: str, year: int, optional: set[str], report: Collector) -> None:
    """Every component that the catalogue has in the year stands in the file, and none that it has not."""
    catalogue = load_catalogue()
    valid = catalogue.valid(year, index)
    have = set(figures.components())
    lacking = [code for code in valid if code not in have and code not in optional]
    # A ranking without its parts is a table too; a level of which some are there is not whole.
    level_of = {code: catalogue.component(code).level for code in (*lacking, *have)}
    whole = {level_of[code] for code in lacking} - {level_of[code] for code in have} - {TOTAL}
    level = [code for code in lacking if level_of[code] in whole]
    if have and level:
        own = listing([catalogue.label(code) for code in sorted(have)[:3]])
        report.add("level_missing", figures.sheet, n=len(level), year=year, have=own)
    for code in lacking:
        if level_of[code] not in whole:
            alone = level_of[code] == TOTAL and len(lacking) == 1 + len(level)
            report.add("total_missing" if alone else "missing_component", figures.sheet,
                       component=catalogue.label(code), year=year)
    for code in sorted(have - set(valid), key=lambda code: catalogue.order[code]):
        if catalogue.component(code).level != "part":
            report.add("component_not_in_year", figures.sheet, component=catalogue.label(code), year=year)
