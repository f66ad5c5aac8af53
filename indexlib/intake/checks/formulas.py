"""Sums that publishers' figures obey: a total from its weighted parts, a dimension from its sub-dimensions."""

from __future__ import annotations

from pathlib import Path

from indexlib.data import files
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places
from indexlib.intake.files.report import Collector
from indexlib.intake.table.figures import SCORE, Figures, Formula, tolerance

#: Share of the places whose total may miss, each reported, before the whole is held for wrong. Sums of unrounded
#: figures hold to a hair: where half of them do, that is no chance, and only the others want looking at.
FEW, HALF = 0.1, 0.5
#: How far a sum may miss where its figures are not rounded: in the official workbooks of PCI and PAPI sums
#: hold to 0,00001 and 0,00002, and the weights of PCI to 0,0001 in the panel of 2017-2021.
SLACK = {"pci": 1e-4, "papi": 5e-5, "par": 1e-9, "sipas": 1e-9}
#: Scores that add up to PAR INDEX beside its fields.
PARTS = {"par": ["par.part.appraised", "par.part.survey"]}


def formulas_of(figures: Figures, index: str, year: int) -> list[Formula]:
    """The sums that the figures of a year must obey, of those whose total is among them."""
    catalogue = load_catalogue()
    valid = catalogue.valid(year, index)
    if index == "pci":
        # Sub-indices run to 10 and the total to 100: a weight of 5 % gives at most 5 points.
        sums = {index: {code: weight / 10 for code, weight in weights_of(index, year).items()}}
    elif index == "papi":
        sums = {total: dict.fromkeys([c for c in valid if catalogue.component(c).parent == total], 1.0)
                for total in figures.components()}
    else:
        # Fields in percent of what each could have reached do not add up to anything.
        adds_up = catalogue.total_rule(index, year) == "sum"
        fields = [c for c in valid if catalogue.component(c).level == "field" and adds_up]
        return [_formula(figures, index, dict.fromkeys(parts, 1.0), SLACK[index], 2)
                for parts in (PARTS.get(index, []), fields) if parts and (index, SCORE) in figures.found]
    return [_formula(figures, total, factors, SLACK[index], 4 if index == "pci" else 6)
            for total, factors in sums.items() if factors and (total, SCORE) in figures.found]


def _formula(figures: Figures, total: str, factors: dict[str, float], slack: float, digits: int) -> Formula:
    """A formula with what the rounding of its figures allows, from the decimals in which they stand."""
    columns = {code: list(figures.found.get((code, SCORE), {}).values()) for code in (*factors, total)}
    rounding = sum(factors.get(code, 1.0) * tolerance(values, values) for code, values in columns.items() if values)
    return Formula(total, factors, max(slack, rounding), rounding > slack, digits)


def check_formulas(figures: Figures, index: str, year: int, report: Collector) -> None:
    """Report every place whose total does not follow from its parts, and note in ``figures`` which sums hold.

    A sum holds if all parts are there and all totals but a few (of unrounded figures: half) follow from them.
    """
    places, label = load_places(), load_catalogue().label
    for formula in formulas_of(figures, index, year):
        totals, off = figures.found[formula.total, SCORE], formula.off(figures)
        for place, computed in off.items():
            report.add("total" if index == "pci" else "sum", figures.sheet,
                       **figures.where(formula.total, SCORE, place), place=places.get(place).name,
                       component=label(formula.total), value=totals[place], computed=round(computed, formula.digits))
        may_miss = (FEW if formula.rounded else HALF) * len(totals)
        if all((code, SCORE) in figures.found for code in formula.factors) and len(off) <= may_miss:
            figures.sums.append(formula)


def totals_follow(figures: Figures, index: str) -> bool:
    """Whether the overall score follows from its parts, as :func:`check_formulas` has noted."""
    return any(formula.total == index for formula in figures.sums)


def weights_of(total: str, year: int) -> dict[str, float]:
    """Weights (in percent) of the components of a total in a year; empty if they are not known."""
    return _weights_of(files.data_dir(), total, year)


@files.remembered
def _weights_of(folder: Path, total: str, year: int) -> dict[str, float]:
    catalogue = load_catalogue()
    w = catalogue.weights
    row = w[(w["first_year"] <= year) & (w["last_year"] >= year)]
    return {c: float(x) for c, x in zip(row["component"], row["weight"], strict=True)
            if catalogue.component(c).index == total}
