"""Small workbooks in the publishers' layouts, made for tests."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter

from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places
from indexlib.intake.files.report import ONCE
from indexlib.intake.reading import Reading

PCI_NAMES = {
    "pci.1": "Gia nhập thị trường", "pci.2": "Tiếp cận đất đai", "pci.3": "Tính minh bạch",
    "pci.4": "Chi phí thời gian", "pci.5": "Chi phí không chính thức", "pci.6": "Cạnh tranh bình đẳng",
    "pci.7": "Tính năng động", "pci.8": "Hỗ trợ doanh nghiệp", "pci.9": "Đào tạo lao động",
    "pci.10": "Thiết chế pháp lý",
}


@dataclass
class Truth:
    """Figures that a workbook is made of: (place, component) to value, and names of places."""

    year: int
    figures: dict[tuple[str, str], float]
    names: dict[str, str]
    components: list[str] = field(default_factory=list)


def refusals(reading: Reading) -> set[str]:
    """What is wrong or does not fit; that a lone table does not prove itself is another matter."""
    return {p.code for p in reading.errors + reading.doubts} - ONCE


def weights_of(index: str, year: int) -> dict[str, float]:
    """Weights of the components of a total, in percent."""
    w = load_catalogue().weights
    w = w[w["component"].str.startswith(f"{index}.") & (w["first_year"] <= year) & (w["last_year"] >= year)]
    return dict(zip(w["component"], w["weight"], strict=True))


def pci(year: int = 2013, seed: int = 0, digits: int = 6) -> Truth:
    """Sub-indices at random and totals that follow from them."""
    pick = random.Random(seed)
    places = {p.code: p.name_vi for p in load_places().valid(year)}
    weights = weights_of("pci", year)
    values = {}
    for place in places:
        for component in weights:
            values[place, component] = round(pick.uniform(2, 9), digits)
        values[place, "pci"] = round(sum(w / 10 * values[place, c] for c, w in weights.items()), digits)
    return Truth(year, values, places, [*weights, "pci"])


def papi(year: int = 2013, seed: int = 0) -> Truth:
    """Sub-dimensions at random and sums of them."""
    from indexlib.data.catalogue import load_catalogue

    pick, catalogue = random.Random(seed), load_catalogue()
    places = {p.code: p.name_vi for p in load_places().valid(year)}
    valid = catalogue.valid(year, "papi")
    values: dict[tuple[str, str], float] = {}
    for place in places:
        for component in valid:
            if catalogue.component(component).level == "subdimension":
                values[place, component] = round(pick.uniform(0.6, 2.3), 6)
        for component in [c for c in valid if catalogue.component(c).level == "dimension"] + ["papi"]:
            parts = [c for c in valid if catalogue.component(c).parent == component]
            values[place, component] = round(sum(values[place, c] for c in parts), 6)
    return Truth(year, values, places, valid)


def pci_header(truth: Truth, component: str) -> str:
    """Header of a sub-index or of the total."""
    return f"PCI {truth.year}" if component == "pci" else PCI_NAMES[component]


def wide(truth: Truth, header=pci_header, order: list[str] | None = None,
         columns: list[str] | None = None) -> list[list]:
    """One row a province, one column a component."""
    columns = columns or truth.components
    rows = [["Tỉnh", *[header(truth, c) for c in columns]]]
    return rows + [[truth.names[p], *[truth.figures[p, c] for c in columns]] for p in order or truth.names]


def pairs(truth: Truth) -> list[list]:
    """A pair of columns a component, each sorted by its own score, and the block that repeats one province."""
    head: list = ["Thứ tự"]
    for i, component in enumerate(truth.components):
        head += ["Tỉnh" if i == 0 else None, pci_header(truth, component)]
    ranked = {c: sorted(truth.names, key=lambda p, c=c: -truth.figures[p, c]) for c in truth.components}
    rows = [head]
    for n in range(len(truth.names)):
        row: list = [n + 1]
        for c in truth.components:
            row += [truth.names[ranked[c][n]], truth.figures[ranked[c][n], c]]
        rows.append(row)
    chosen = next(iter(truth.names))
    again: list = [None, truth.names[chosen], truth.figures[chosen, truth.components[0]]]
    for c in truth.components[1:]:
        again += [None, truth.figures[chosen, c]]
    return [*rows, [None], head, again]


INDICATORS = ("Thời gian đăng ký (ngày)", "% DN hài lòng")


def indicators(truth: Truth, component: str) -> dict[tuple[str, str], float]:
    """Figures of the two indicators of a sub-index sheet: (place, label) to value."""
    pick = random.Random(f"{component} {truth.year}")
    return {(p, label): round(pick.uniform(1, 9) if label == INDICATORS[0] else pick.random(), 13)
            for p in truth.names for label in INDICATORS}


def part(truth: Truth, component: str, number: int) -> list[list]:
    """A sub-index sheet: code, province, score, two indicators, and the rows below."""
    figures = indicators(truth, component)
    rows = [["PCI ID", "Tỉnh", f"Sub-Index {number}", *INDICATORS], [None],
            [None, "pci_id", f"sub{number}_x", "c1_2005", "c2"]]
    rows += [[i, name, truth.figures[p, component], *[figures[p, label] for label in INDICATORS]]
             for i, (p, name) in enumerate(truth.names.items(), 1)]
    place = next(iter(truth.names))
    own = [truth.figures[p, component] for p in truth.names]
    return [*rows, [None], [None, truth.names[place], truth.figures[place, component], 1.0, 0.5],
            [None, "Min", min(own), 1.0, 0.1], [None, "Max", max(own), 9.0, 0.9]]


def parts(truth: Truth) -> dict[str, list[list]]:
    """All sub-index sheets by name."""
    own = [c for c in truth.components if c != "pci"]
    return {PCI_NAMES[c]: part(truth, c, n) for n, c in enumerate(own, 1)}


def save(path: Path, sheets: dict[str, list[list]], merged: dict[str, list[tuple]] | None = None) -> Path:
    """Write sheets of cells to an .xlsx file; ``merged`` has (first row, first column, last row, last column, text)."""
    book = xlsxwriter.Workbook(path)
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name[:31])
        for area in (merged or {}).get(name, []):
            sheet.merge_range(*area)
        taken = {(r, c) for top, left, bottom, right, _ in (merged or {}).get(name, [])
                 for r in range(top, bottom + 1) for c in range(left, right + 1)}
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if cell is not None and (r, c) not in taken:
                    sheet.write(r, c, cell)
    book.close()
    return path


def decomposed(rows: list[list]) -> list[list]:
    """The same cells with decomposed Unicode."""
    return [[unicodedata.normalize("NFD", cell) if isinstance(cell, str) else cell for cell in row] for row in rows]


def with_commas(rows: list[list]) -> list[list]:
    """The same cells with figures as text with a decimal comma."""
    return [[f"{cell:.6f}".replace(".", ",") if isinstance(cell, float) else cell for cell in row] for row in rows]
