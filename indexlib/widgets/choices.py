"""What there is to choose from: the years and components of an index that have figures, and finding them by name."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import wraps
from typing import Any

import pandas as pd

from indexlib.analysis.panel import build
from indexlib.base.problems import IndexlibError
from indexlib.base.wording import listing, t
from indexlib.charts import messages
from indexlib.data import files
from indexlib.data.catalogue import PART, index_codes, load_catalogue
from indexlib.data.places import plain, spelling
from indexlib.data.scores import load_scores


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


@kept
def components(index: str) -> dict[str, int]:
    """Components of an index that have figures, in the catalogue's order, with the last year of each.

    Examples
    --------
    >>> list(components("papi"))[:3], components("papi")["papi.6.2"]
    (['papi', 'papi.1', 'papi.1.1'], 2024)
    """
    last, catalogue = ranked(index).groupby("component", observed=True)["year"].max().to_dict(), load_catalogue()
    return {c: int(last[c]) for c in catalogue.order if c in last and catalogue.component(c).level != PART}


@kept
def family(component: str) -> pd.DataFrame:
    """The rows of :func:`ranked` that charts of one component read: its own and those of the parts right below it."""
    c = load_catalogue().components
    wanted = [component, *c.loc[c["parent"] == component, "component"]]
    of = ranked(component.split(".")[0])
    return of[of["component"].isin(wanted)]


@kept
def _searched() -> dict[str, tuple[str, tuple[str, ...]]]:
    """For each component with figures its names without diacritics, and its number and code."""
    catalogue = load_catalogue()
    known = [catalogue.component(c) for index in index_codes() for c in components(index)]
    return {c.code: (plain(spelling(f"{catalogue.short_name(c.index)} {c.name_vi} {c.name_en}")), (c.number, c.code))
            for c in known}


def search(text: str, index: str | None = None) -> list[str]:
    """Components that match every word of a text: a number or code, or part of a Vietnamese or English name.

    Diacritics and case are set aside.

    Examples
    --------
    >>> search("giao duc"), search("papi 6.2"), search("TIẾP CẬN đất đai")
    (['papi.6.2'], ['papi.6.2'], ['pci.2'])
    """
    words = plain(unicodedata.normalize("NFC", text).casefold()).replace(",", " ").split()
    return [c for c, (names, numbers) in _searched().items()
            if words and (index is None or c.split(".")[0] == index)
            and all(w in names or any(x == w or x.startswith(f"{w}.") for x in numbers) for w in words)]


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


def find_component(text: str, index: str | None = None) -> str:
    """The one component that a code, a label or a part of its name stands for.

    Raises
    ------
    ViewError
        None, or several; the text names them.

    Examples
    --------
    >>> find_component("giáo dục", "papi")
    'papi.6.2'
    """
    catalogue = load_catalogue()
    known = [c for i in ([index] if index else index_codes()) for c in components(i)]
    if text in known:
        return text
    found = [c for c in known if text == catalogue.label(c)] or search(text, index)
    if len(found) == 1:
        return found[0]
    if found:
        raise ViewError(t("explore.many_components", text=text, n=len(found),
                          near="; ".join(catalogue.label(c) for c in found[:4])))
    raise ViewError(t("explore.no_component", text=text, where=catalogue.short_name(index) if index
                      else listing([catalogue.short_name(i) for i in index_codes()])))
