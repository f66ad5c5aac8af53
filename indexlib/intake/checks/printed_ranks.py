"""Printed ranks of a file against each other and against its scores."""

from __future__ import annotations

from itertools import pairwise

from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places
from indexlib.intake.files.numbers import decimals
from indexlib.intake.files.report import Collector
from indexlib.intake.table.figures import RANK, SCORE, Figures

#: From this share of all ranks on, a table gives them all and one that is missing was lost.
NEARLY_ALL = 0.8


def check_ranks(figures: Figures, component: str, report: Collector, base: int = 0) -> None:
    """Printed ranks are 1 to n and never put a lower score before a higher one."""
    ranks, scores = figures.found.get((component, RANK), {}), figures.found.get((component, SCORE), {})
    last = base or len(ranks)
    for place, rank in ranks.items():
        if rank != int(rank) or not 1 <= rank <= last:
            figures.report("rank_range", component, RANK, place, report, value=rank, n=last)
    gap = next((i for i, rank in enumerate(sorted(ranks.values()), 1) if rank > i), 0)
    if gap and NEARLY_ALL * last <= len(ranks) < last:
        report.add("rank_gap", figures.sheet, rank=gap, component=load_catalogue().label(component), n=len(ranks), last=last)
    order = sorted((rank, place) for place, rank in ranks.items() if place in scores or not scores)
    # Two places with the same printed score may share a rank or stand in either order.
    step = 0.5 * 10.0 ** -decimals(list(scores.values())) if scores else 0
    for (before, upper), (after, lower) in pairwise(order):
        if not scores:
            wrong = before == after
        else:
            above = scores[upper] - scores[lower]
            wrong = above < -step if before < after else abs(above) > step
        if wrong and before == after:
            figures.report("rank_repeated", component, RANK, lower, report, value=int(after),
                           names=f"{load_places().get(upper).name}, {load_places().get(lower).name}")
        elif wrong:
            figures.report("rank_order", component, RANK, lower, report, value=int(after),
                           other=load_places().get(upper).name)
