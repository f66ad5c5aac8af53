"""What every table of places is checked for: a part of them, ranks, scales, sums."""

from __future__ import annotations

from indexlib.intake.checks.formulas import check_formulas
from indexlib.intake.checks.printed_ranks import check_ranks
from indexlib.intake.files.report import Collector
from indexlib.intake.table.figures import RANK, SCORE, Figures, check_scale, report_partial


def check_panel(figures: Figures, index: str, year: int, report: Collector, count: int, base: int = 0) -> None:
    """Report of each component that only some places are there, and what its ranks, scale and sums contradict.

    Parameters
    ----------
    figures : Figures
        ``bases`` is filled in: how many places each component is ranked among.
    index : str
    year : int
    report : Collector
    count : int
        Places that the edition ranks (0: not known).
    base : int
        Places ranked, where the table itself says so.
    """
    for component in dict.fromkeys(component for component, _ in figures.found):
        have = {p for kind in (SCORE, RANK) for p in figures.found.get((component, kind), {})}
        have |= {place for code, place in figures.withheld if code == component}
        figures.bases[component] = most = base or max(count, len(have))
        if len(have) < most:
            report_partial(figures.sheet, component, have, most, year, report)
        check_ranks(figures, component, report, most)
    check_scale(figures, year, report)
    check_formulas(figures, index, year, report)
