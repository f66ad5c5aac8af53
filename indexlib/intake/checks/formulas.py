"""Sums that publishers' figures obey: a total from its weighted parts, a dimension from its sub-dimensions."""

from __future__ import annotations

from dataclasses import replace

from indexlib.data import files
from indexlib.data.catalogue import load_catalogue
from indexlib.intake.files.report import Collector
from indexlib.intake.table.figures import SCORE, Figures, Formula, tolerance

#: Share of the places whose total may miss, each reported, before the whole is held for wrong. Sums of unrounded
#: figures hold to a hair: where half of them do, that is no chance, and only the others want looking at.
FEW, HALF = 0.1, 0.5
#: Decimals in which the sub-indices of PCI are printed.
PRINTED = 2


def formulas_of(figures: Figures, index: str, year: int) -> list[Formula]:
    """The sums that the figures of a year must obey, of those whose total is among them."""
    catalogue = load_catalogue()
    own, valid = catalogue.by_index[index], catalogue.valid(year, index)
    sums = [(index, dict.fromkeys(own.parts, 1.0))]
    if is_plain_sum(index, year):
        sums += [(total, dict.fromkeys([c for c in valid if catalogue.component(c).parent == total], 1.0))
                 for total in figures.components()]
    else:
        sums.append((index, weights(index, year)))
    return [_formula(figures, total, factors, own.slack, catalogue.decimals(index) + 2)
            for total, factors in sums if factors and (total, SCORE) in figures.found]


def is_plain_sum(index: str, year: int) -> bool:
    """Whether totals of a year are sums of their parts without weights."""
    return load_catalogue().edition(index, year).get("total_rule") == "sum"


@files.known
def weights(index: str, year: int) -> dict[str, float]:
    """The factor of each part in the total of a year; empty where it is not known."""
    effects = load_catalogue().effects(index, year)
    return dict(zip(effects["component"], effects["effect"], strict=True))


def _formula(figures: Figures, total: str, factors: dict[str, float], slack: float, digits: int) -> Formula:
    """A formula with what the rounding of its figures allows, from the decimals in which they stand."""
    columns = {code: list(figures.found.get((code, SCORE), {}).values()) for code in (*factors, total)}
    rounding = sum(factors.get(code, 1.0) * tolerance(values, values) for code, values in columns.items() if values)
    return Formula(total, factors, max(slack, rounding), rounding > slack, digits)


def check_formulas(figures: Figures, index: str, year: int, report: Collector) -> None:
    """Report every place whose total does not follow from its parts, and note in ``figures`` which sums hold.

    A sum holds if all parts are there and all totals but a few (of unrounded figures: half) follow from them.
    """
    for formula in formulas_of(figures, index, year):
        totals, off = figures.found[formula.total, SCORE], formula.off(figures)
        fits = fits_to(formula.total, year)
        if fits > formula.allowed and len(off) > HALF * len(totals):
            most = max(abs(computed - totals[place]) for place, computed in off.items())
            report.add("totals_loose", figures.sheet, n=len(off), year=year, most=round(most, 2), fits=fits)
            formula = replace(formula, allowed=fits, rounded=True)
            off = formula.off(figures)
        weighted = set(formula.factors.values()) != {1.0}
        for place, computed in off.items():
            is_plain = weighted and plain_sum([figures.found[code, SCORE][place] for code in formula.factors], totals[place])
            figures.report("plain_sum" if is_plain else "total" if weighted else "sum", formula.total, SCORE, place, report,
                           value=totals[place], computed=round(computed, formula.digits))
        may_miss = (FEW if formula.rounded else HALF) * len(totals)
        if all((code, SCORE) in figures.found for code in formula.factors) and len(off) <= may_miss:
            figures.sums.append(formula)


def plain_sum(parts: list[float], total: float) -> bool:
    """Whether a total is the sum of its parts without weights: who adds them up adds what is printed, two decimals each."""
    return abs(sum(round(part, PRINTED) for part in parts) - total) < 1e-6


def totals_follow(figures: Figures, index: str) -> bool:
    """Whether the overall score follows from its parts, as :func:`check_formulas` has noted."""
    return any(formula.total == index for formula in figures.sums)


@files.known
def fits_to(total: str, year: int) -> float:
    """How far totals of a year may miss their weighted parts, as the catalogue knows; 0 where it does not."""
    w = load_catalogue().weights
    known = w.loc[(w["first_year"] <= year) & (w["last_year"] >= year)
                  & (w["component"].str.split(".").str[0] == total), "fits_to"]
    return float(known.max()) if known.notna().any() else 0.0
