"""What there is to choose from: the years and components of an index that have figures, and finding them by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import pandas as pd

from indexlib.analysis.panel import build
from indexlib.base.problems import IndexlibError
from indexlib.base.wording import t
from indexlib.charts import messages
from indexlib.data import files
from indexlib.data.catalogue import load_catalogue
from indexlib.data.scores import load_scores
from indexlib.data.search import with_scores


class ViewError(IndexlibError):
    """A view that cannot be as asked; one sentence that says why."""


def kept(function: Callable) -> Callable:
    """Keep what a function gives as long as the data files stay as they are; nobody changes what it gave."""
    once = files.remembered(lambda folder, *args: function(*args))

    @wraps(function)
    def known(*args: str) -> Any:
        return once(files.data_dir(), *args)
    return known


@kept
def ranked(index: str) -> pd.DataFrame:
    """Standing of every place in an index, with the source of each figure."""
    return messages.every(build(load_scores(index)))


@kept
def years(index: str) -> list[int]:
    """Years of an index with figures."""
    return sorted(int(y) for y in ranked(index)["year"].unique())


def components(index: str) -> dict[str, int]:
    """Components of an index that have figures, in the catalogue's order, with the last year of each.

    Examples
    --------
    >>> list(components("papi"))[:3], components("papi")["papi.6.2"]
    (['papi', 'papi.1', 'papi.1.1'], 2024)
    """
    return {c: year for c, year in with_scores().items() if c.split(".")[0] == index}


@kept
def family(component: str) -> pd.DataFrame:
    """The rows of :func:`ranked` that charts of one component read: its own and those of the parts right below it."""
    c = load_catalogue().components
    wanted = [component, *c.loc[c["parent"] == component, "component"]]
    of = ranked(component.split(".")[0])
    return of[of["component"].isin(wanted)]


def tree(codes: list[str]) -> list[tuple[str, str, int]]:
    """Components with what they belong to, in the catalogue's order: code, label and depth of each.

    Examples
    --------
    >>> tree(["papi.6.2"])[1:]
    [('papi.6', '6 Cung ứng dịch vụ công', 1), ('papi.6.2', '6.2 Giáo dục tiểu học công lập', 2)]
    """
    catalogue, above = load_catalogue(), {}
    for code in codes:
        line = [code]
        while parent := catalogue.component(line[-1]).parent:
            line.append(parent)
        above |= {c: len(line) - 1 - i for i, c in enumerate(line)}
    last = {c: y for i in {c.split(".")[0] for c in codes} for c, y in components(i).items()}
    out = []
    for code in sorted(above, key=catalogue.order.get):
        found = catalogue.component(code)
        label = f"{found.number} {found.name}".strip() if found.parent else catalogue.short_name(code)
        gone = code in last and last[code] < last[code.split(".")[0]]
        out.append((code, t("explore.until", label=label, year=last[code]) if gone else label, above[code]))
    return out
