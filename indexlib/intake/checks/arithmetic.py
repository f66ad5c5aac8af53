"""Totals of the stored figures against their parts, each within the precision in which it is printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from indexlib.data.catalogue import load_catalogue
from indexlib.intake.checks.finding import Finding, found, precision
from indexlib.intake.checks.formulas import fits_to, is_plain_sum, plain_sum, weights

IMPACT = ("par.part.sipas", "par.part.leaders", "par.part.economy")
#: Totals and the parts that add up to them, beside the components below an index.
PARTS = {"par": (("par", ("par.part.appraised", "par.part.survey")), ("par", ("par.part.appraised", *IMPACT)),
                 ("par", ("par.part.appraised", "par.part.impact")), ("par.part.impact", IMPACT))}
#: A learned sum fits the other places this well, and misses one by so much: PCI 2005 fits to 0,004.
LEARNED, MISSES = 0.02, 0.05


def sums(figures: pd.DataFrame) -> list[Finding]:
    """Every total that does not follow from its parts, or that they exceed."""
    scored = figures[figures["score"].notna()]
    scored = scored.assign(within=precision(scored["score"]))
    findings = []
    for index, rows in scored.groupby("index"):
        wide = rows.pivot(index=["year", "place"], columns="component", values=["score", "within", "line"])  # noqa: PD010
        by_cell = rows.set_index(["year", "place", "component"])
        for year in rows["year"].unique():
            table, within, lines = (wide[v].loc[year] for v in ("score", "within", "line"))
            table = table.dropna(axis=1, how="all")
            columns = {c: (table[c].to_numpy(), within[c].to_numpy()) for c in table.columns}
            broken = [b for total, factors in formulas_at_hand(index, int(year), table.columns)
                      for b in _broken(columns, table.index, total, factors, index, int(year))]
            findings += [_finding(b, int(year), by_cell, lines) for b in _least(broken)]
            if load_catalogue().edition(index, int(year)).get("total_rule") == "weights_unknown":
                findings += _learned(table, int(year), by_cell, lines)
    return findings


def formulas_at_hand(index: str, year: int, have: Iterable[str]) -> Iterator[tuple[str, dict[str, float]]]:
    """Totals of a year and the factors of their parts, of those whose total is among the components at hand."""
    catalogue, have = load_catalogue(), list(have)
    valid = catalogue.valid(year, index)
    if is_plain_sum(index, year):
        below = {total: [c for c in valid if catalogue.component(c).parent == total] for total in have}
        yield from ((total, dict.fromkeys(parts, 1.0)) for total, parts in below.items() if set(parts) & set(have))
    elif index in have and weights(index, year).keys() & set(have):
        yield index, weights(index, year)
    for total, parts in PARTS.get(index, ()):
        if total in have and set(parts) & set(have):
            yield total, dict.fromkeys(parts, 1.0)


def of_maximum(figures: pd.DataFrame) -> list[Finding]:
    """Scores that the percent of the maximum printed beside them contradicts."""
    both = figures[figures["score"].notna() & figures["percent"].notna()]
    both = load_catalogue().with_block(both).dropna(subset="scale_max")
    computed = 100 * both["score"] / both["scale_max"]
    allowed = 100 * precision(both["score"]) / both["scale_max"] + precision(both["percent"], 0)
    return [found("of_maximum", row, "percent", value=row["score"], percent=row["percent"], most=row["scale_max"],
                  computed=round(float(computed[i]), 2))
            for i, row in both[(computed - both["percent"]).abs() > allowed + 1e-9].to_dict("index").items()]


def _broken(columns: dict[str, tuple[np.ndarray, np.ndarray]], places: pd.Index, total: str, factors: dict[str, float],
            index: str, year: int) -> list[dict]:
    parts = [c for c in factors if c in columns]
    factor = np.array([factors[c] for c in parts])
    scores, within = (np.column_stack([columns[c][k] for c in parts]) for k in (0, 1))
    own, own_within = columns[total]
    whole = len(parts) == len(factors)
    computed = np.nansum(scores * factor, axis=1)
    allowed = np.nansum(within * factor, axis=1) + own_within
    allowed = np.maximum(allowed, load_catalogue().by_index[index].slack + 1e-9)
    fits = fits_to(total, year) if total == index else 0.0
    low, high = own - computed < -allowed, own - computed > fits + allowed
    complete = whole & ~np.isnan(scores).any(axis=1)
    # Of a part that is missing only so much is known: what is at hand may not exceed the total.
    wrong = ~np.isnan(own) & np.where(complete, low | high, low if index == "par" else False)
    return [{"place": places[i], "total": total, "parts": [c for c, s in zip(parts, scores[i], strict=True) if s == s],
             "value": float(own[i]), "computed": float(computed[i]),
             "code": "beyond" if not complete[i] else "plain_sum" if (factor != 1).any() and plain_sum(scores[i], own[i])
             else "sum"}
            for i in np.flatnonzero(wrong)]


def _least(broken: list[dict]) -> list[dict]:
    """One line for a figure that breaks two sums: as the total of its parts and as a part of the total above it."""
    totals = {(b["place"], b["total"]) for b in broken}
    return [b for b in broken if not any((b["place"], c) in totals for c in b["parts"])]


def _row(rows: pd.DataFrame, year: int, place: str, component: str) -> dict:
    return rows.loc[(year, place, component)].to_dict() | {"year": year, "place": place, "component": component}


def _finding(broken: dict, year: int, rows: pd.DataFrame, lines: pd.DataFrame) -> Finding:
    place, total = broken["place"], broken["total"]
    row = _row(rows, year, place, total)
    beside = tuple(int(lines.at[place, c]) for c in broken["parts"])
    digits = 2 if broken["code"] == "plain_sum" else 4
    return found(broken["code"], row, "score", beside, value=broken["value"], computed=round(broken["computed"], digits))


def _learned(table: pd.DataFrame, year: int, rows: pd.DataFrame, lines: pd.DataFrame) -> list[Finding]:
    """The one place that a sum learned from all others misses, where the weights are not known."""
    parts = [c for c in table.columns if c != "pci"]
    known = table.dropna()
    if len(known) < 2 * len(parts):
        return []
    x, y = known[parts].to_numpy(), known["pci"].to_numpy()
    best = min(range(len(known)), key=lambda i: np.abs(_residual(x, y, i)[np.arange(len(y)) != i]).max())
    residual = _residual(x, y, best)
    if abs(residual[best]) < MISSES or np.abs(np.delete(residual, best)).max() > LEARNED:
        return []
    place = known.index[best]
    return [found("learned_sum", _row(rows, year, place, "pci"), "score", tuple(int(lines.at[place, c]) for c in parts), True,
                  value=float(y[best]), computed=round(float(y[best] - residual[best]), 4))]


def _residual(x: np.ndarray, y: np.ndarray, without: int) -> np.ndarray:
    keep = np.arange(len(y)) != without
    return y - x @ np.linalg.lstsq(x[keep], y[keep], rcond=None)[0]
