"""What a file says only once, so that headers or names exchanged in it would leave no trace.

A figure is borne out where a second column, with places of its own, has it too, or where a sum ties it
to others. Whatever is not is exchanged here in thought: if no check would notice, the file cannot prove
it, and :func:`unproved` names the fewest rows and columns that show it beside the publication.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd

from indexlib.base.wording import listing, number, t
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import collation, load_places, plain
from indexlib.intake.files.numbers import decimals
from indexlib.intake.files.report import Collector
from indexlib.intake.table.figures import RANK, SCORE, Figures, Formula, tolerance

#: (component, ``score`` or ``rank``): a column of figures.
Key = tuple[str, str]
#: From this many places on, two columns that both lie in order were sorted apart.
SORTED = 8
#: Up to this many figures of a row stand in a message.
SHOWN = 10


@dataclass(frozen=True)
class Unproved:
    """What a file does not prove: see :func:`unproved`.

    Attributes
    ----------
    headers : list of (component, kind)
        Columns of which two may have exchanged headers.
    rows : list of str
        Places whose figures, compared with the publication, show whether any have.
    places : list of str
        Places of which two may have exchanged names, or figures within a column.
    columns : list of (component, kind)
        Columns that, compared with the publication, show whether any have.
    """

    headers: list[Key]
    rows: list[str]
    places: list[str]
    columns: list[Key]


@dataclass(frozen=True)
class _Sum:
    """A sum that holds: factor of each column, by how much it misses at each place, and may miss."""

    factors: np.ndarray
    residual: np.ndarray
    allowed: float


class _Table:
    """Figures as a matrix: places down, columns across, with what bears them out."""

    def __init__(self, figures: Figures, year: int):
        order = load_catalogue().order
        scored = set(figures.components())
        # A printed rank beside a score must fit it: only where it stands alone is it a figure to prove.
        self.keys = sorted(((c, k) for c, k in figures.found if k == SCORE or (k == RANK and c not in scored)),
                           key=lambda key: order[key[0]])
        self.places = sorted({place for key in self.keys for place in figures.found[key]})
        self.values = np.array([[figures.found[key].get(place, np.nan) for key in self.keys]
                                for place in self.places], float).reshape(len(self.places), len(self.keys))
        nothing = (np.nan, np.nan)
        seen = np.full((*self.values.shape, 2), np.nan)
        if figures.agreed:
            seen[:] = [[figures.agreed.get((*key, place), nothing) for key in self.keys] for place in self.places]
        #: The figure of a second column and how far it may differ; NaN where there is none.
        self.second, self.allowed = seen[..., 0], seen[..., 1]
        self.within = np.array([tolerance(own := list(figures.found[key].values()), own) for key in self.keys])
        self.names = [figures.names[key] for key in self.keys]
        #: Printed ranks of a column of scores that go by a column of places of their own.
        self.ranks = {i: np.array([figures.found[c, RANK].get(place, np.nan) for place in self.places])
                      for i, (c, k) in enumerate(self.keys)
                      if k == SCORE and (c, RANK) in figures.names and figures.names[c, RANK] != figures.names[c, k]}
        limits = [load_catalogue().scales(year).get(c, nothing) if k == SCORE else nothing for c, k in self.keys]
        low, high = np.array(limits, float).reshape(-1, 2).T
        with np.errstate(invalid="ignore"):
            least, most = (f.reduce(self.values, axis=0) for f in (np.fmin, np.fmax))
        #: Whether figures of a column (down) would not lie on the scale of another (across).
        self.outside = (least[:, None] < low[None] - 1e-4) | (most[:, None] > high[None] + 1e-4)
        self.sums = [self._sum(f) for f in figures.sums]

    def _sum(self, formula: Formula) -> _Sum:
        terms = formula.terms
        factors = np.array([terms.get(c, 0.0) if k == SCORE else 0.0 for c, k in self.keys])
        tied = factors != 0
        if not formula.rounded:
            # What such a sum cannot see is far below the decimals that publishers print.
            self.within[tied] = np.maximum(self.within[tied], formula.allowed / np.abs(factors[tied]))
        return _Sum(factors, self.values[:, tied] @ factors[tied], formula.allowed)

    def blocks(self) -> list[list[int]]:
        """Columns whose order hangs together: one column of places, tied by a sum that holds."""
        block = list(range(len(self.keys)))
        for sum_ in self.sums:
            tied = np.flatnonzero(sum_.factors)
            if len({self.names[i] for i in tied}) == 1:
                old = {block[i] for i in tied}
                block = [min(old) if b in old else b for b in block]
        return [[i for i, b in enumerate(block) if b == own] for own in dict.fromkeys(block)]


def unproved(figures: Figures, index: str, year: int) -> Unproved:
    """What nothing in a file bears out, and what to compare with the publication to be sure of it.

    Parameters
    ----------
    figures : Figures
        Of one year, without errors.
    index : str
    year : int

    Returns
    -------
    Unproved
        No two headers, no two names and no two figures of one column can have been exchanged unnoticed
        once the rows and columns named are seen to agree with the publication; empty lists if the file
        proves itself. Two figures count as the same if they differ by less than the last decimal printed,
        or by what a sum of unrounded figures leaves open (0,0002 of a sub-index of PCI, 0,00005 of PAPI).
        Two figures of one column that are closer than the rounding of the sum above them are not told apart.
    """
    return _unproved(_Table(figures, year), index)


def _unproved(table: _Table, index: str) -> Unproved:
    headers = _open_headers(table)
    rows = _fewest(headers, range(len(table.places)),
                   lambda place, i, j: _apart(table.values[place, i], table.values[place, j],
                                              np.maximum(table.within[i], table.within[j])))
    open_places: set[int] = set()
    columns: list[int] = []
    for block in table.blocks():
        names = _open_names(table, block)
        open_places |= set(names.ravel().tolist())
        # The total first: it is what publishers print most.
        columns += _fewest(names, sorted(block, key=lambda i: table.keys[i][0] != index),
                           lambda column, p, q: _apart(table.values[p, column], table.values[q, column],
                                                       table.within[column]))
    return Unproved([table.keys[i] for i in sorted(set(headers.ravel().tolist()))],
                    [table.places[p] for p in rows], [table.places[p] for p in sorted(open_places)],
                    [table.keys[i] for i in sorted(columns)])


def _apart(one: np.ndarray, other: np.ndarray, within: np.ndarray | float) -> np.ndarray:
    """Whether figures differ by more than their rounding; not where one is missing."""
    return np.abs(one - other) > within


def _open_headers(table: _Table) -> np.ndarray:
    """Pairs of columns (two columns of indices) whose headers could be exchanged unnoticed, with a difference."""
    kinds = [kind for _, kind in table.keys]
    pairs = [(i, j) for i, j in combinations(range(len(kinds)), 2) if kinds[i] == kinds[j]]
    i, j = np.array(pairs, int).reshape(-1, 2).T
    one, other = table.values[:, i], table.values[:, j]
    differ = _apart(one, other, np.maximum(table.within[i], table.within[j])).any(axis=0)
    # A second figure notices an exchange only where it would not have agreed with the other column.
    noticed = _apart(other, table.second[:, i], table.allowed[:, i]).any(axis=0)
    noticed |= _apart(one, table.second[:, j], table.allowed[:, j]).any(axis=0)
    noticed |= table.outside[i, j] | table.outside[j, i]
    for sum_ in table.sums:
        held = np.abs(sum_.residual) <= sum_.allowed  # a row that misses anyway tells nothing
        moved = sum_.residual[:, None] + (sum_.factors[i] - sum_.factors[j]) * (other - one)
        noticed |= (sum_.factors[i] != sum_.factors[j]) & (np.abs(moved[held]) > sum_.allowed).any(axis=0)
    return np.column_stack([i, j])[differ & ~noticed]


def _open_names(table: _Table, block: list[int]) -> np.ndarray:
    """Pairs of places (two columns of indices) that could be exchanged in a block unnoticed, with a difference."""
    size = len(table.places)
    differ, noticed = np.zeros((size, size), bool), np.zeros((size, size), bool)
    for column in block:
        values = table.values[:, column]
        differ |= _apart(values[:, None], values[None], table.within[column])
        seen = _apart(table.second[:, column][:, None], values[None], table.allowed[:, column][:, None])
        noticed |= seen | seen.T
        if column in table.ranks:  # they have been seen to follow the scores: exchanged names would not
            ranks = table.ranks[column]
            noticed |= _apart(ranks[:, None], ranks[None], 0) & _apart(values[:, None], values[None], table.within[column])
    for sum_ in table.sums:
        own = [i for i in block if sum_.factors[i]]
        if own and len(own) < np.count_nonzero(sum_.factors):
            part = table.values[:, own] @ sum_.factors[own]
            moved = np.abs(sum_.residual[:, None] + part[None] - part[:, None]) > sum_.allowed
            noticed |= moved | moved.T
    return np.argwhere(np.triu(differ & ~noticed))


def _fewest(pairs: np.ndarray, candidates: Iterable[int], shows: Callable[..., np.ndarray]) -> list[int]:
    """A few candidates that show of every pair whether it was exchanged, the one that shows most first."""
    order, chosen = list(candidates), []
    while len(pairs):
        shown = {c: shows(c, pairs[:, 0], pairs[:, 1]) for c in order}
        best = max(order, key=lambda c: shown[c].sum())
        if not shown[best].any():
            break
        chosen.append(best)
        pairs = pairs[~shown[best]]
    return chosen


def check_corroboration(figures: Figures, index: str, year: int, report: Collector) -> None:
    """Report columns that were sorted apart, and what nothing in a file bears out, with the cells to compare."""
    table = _Table(figures, year)
    _check_sorted(table, figures, year, report)
    _report(table, figures, index, year, report)


def report_unproved(figures: Figures, index: str, year: int, report: Collector) -> None:
    """Report what nothing bears out, with the cells to compare."""
    _report(_Table(figures, year), figures, index, year, report)


def _report(table: _Table, figures: Figures, index: str, year: int, report: Collector) -> None:
    open_ = _unproved(table, index)
    _report_blanks(figures, year, report)
    if open_.headers:
        few = open_.headers if len(open_.headers) <= SHOWN else []
        report.add("headers_once", figures.sheet, year=year, n=len(open_.headers),
                   columns=listing([_short(key) for key in open_.headers]),
                   rows="; ".join(_row(figures, place, few) for place in open_.rows))
    if open_.places:
        few_places = open_.places if len(open_.places) <= SHOWN else []
        report.add("places_once", figures.sheet, year=year, n=len(open_.places),
                   columns=listing([_short(key) for key in open_.columns]),
                   names=f" ({listing([load_places().get(code, year).name for code in few_places])})" if few_places else "")


def _report_blanks(figures: Figures, year: int, report: Collector) -> None:
    """Blank cells may be scores held back, or a row that was emptied by accident."""
    if figures.blank:
        names = [load_places().get(code, year).name for code in dict.fromkeys(place for _, place in figures.blank)]
        report.add("blank_once", figures.sheet, year=year, n=len(figures.blank), names=listing(names))


def _label(key: Key) -> str:
    label = load_catalogue().label(key[0])
    return f"{label} ({t('add.column.rank')})" if key[1] == RANK else label


def _short(key: Key) -> str:
    """A column as "PCI 3", where it has a number."""
    own = load_catalogue().component(key[0])
    name = f"{load_catalogue().short_name(own.index)} {own.number}" if own.number else load_catalogue().label(key[0])
    return f"{name} ({t('add.column.rank')})" if key[1] == RANK else name


def _row(figures: Figures, place: str, headers: list[Key]) -> str:
    """A place with its figures under the headers."""
    name = load_places().get(place).name
    said = [f"{_short(key)} = {number(column[place], decimals(list(column.values())))}"
            for key in headers if place in (column := figures.found[key])]
    return f"{name} ({'; '.join(said)})" if said else name


def corroborate(figures: Figures, scores: pd.DataFrame) -> tuple[Figures, pd.DataFrame]:
    """Figures of a year beside the same figures of another source.

    Parameters
    ----------
    figures : Figures
    scores : DataFrame
        Columns of the score tables, of the same year and index.

    Returns
    -------
    Figures, DataFrame
        The figures with those that agree in ``agreed``; and the ones that differ: ``component``, ``kind``,
        ``place``, ``one`` (own), ``other``. Two agree if they differ by no more than half of the last
        decimal of the coarser.
    """
    whole, differ = replace(figures, agreed=dict(figures.agreed)), []
    for (component, kind), own in figures.found.items():
        if kind not in (SCORE, RANK):
            continue
        column = scores[scores["component"] == component].set_index("place")[kind].dropna()
        shared = {place: float(value) for place, value in column.items() if place in own}
        allowed = tolerance(list(own.values()), list(column)) if shared else 0.0
        for place, value in shared.items():
            if abs(value - own[place]) <= allowed:
                whole.agree(component, kind, place, value, allowed)
            else:
                differ.append((component, kind, place, own[place], value))
    return whole, pd.DataFrame(differ, columns=["component", "kind", "place", "one", "other"])


def _check_sorted(table: _Table, figures: Figures, year: int, report: Collector) -> None:
    """Report columns that lie in order one by one though they are figures of the same rows.

    A table is sorted by one column, or by its places; a second column in order has been sorted by itself.
    Where a sum ties the columns, or a second column has the same figures, it tells already.
    """
    tied = {i for block in table.blocks() if len(block) > 1 for i in block}
    alone = [i for i in range(len(table.keys)) if (np.isnan(table.second[:, i]) & np.isfinite(table.values[:, i])).any()]
    for names in dict.fromkeys(table.names[i] for i in alone):
        own = [i for i in alone if table.names[i] == names]
        down = _places_down(figures, table, own)
        ordered = [i for i in own if _in_order(table.values[down, i])]
        if set(ordered) <= tied:
            continue
        if len(ordered) > 1 or _by_place([table.places[p] for p in down], year):
            report.add("sorted_apart", figures.sheet, columns=listing([_label(table.keys[i]) for i in ordered]))


def _places_down(figures: Figures, table: _Table, columns: list[int]) -> list[int]:
    """Places that go by one column of names, in the order of the file: those of its fullest column of figures."""
    key = table.keys[max(columns, key=lambda i: len(figures.found[table.keys[i]]))]
    row = {place: tuple(figures.where(*key, place).values()) for place in figures.found[key]}
    return sorted((p for p, place in enumerate(table.places) if place in row), key=lambda p: row[table.places[p]])


def _in_order(column: np.ndarray) -> bool:
    steps = np.diff(column[np.isfinite(column)])
    return len(steps) >= SORTED - 1 and bool((steps != 0).any()) and bool((steps >= 0).all() or (steps <= 0).all())


def _by_place(down: list[str], year: int) -> bool:
    """Whether the places stand in the order of their names or codes, or as the template lists them.

    A few may be out of order: lists differ in where they put Huế and the cities.
    """
    names = [load_places().get(code, year).name_vi for code in down]
    listed = {place.code: i for i, place in enumerate(load_places().valid(year))}
    orders: list[list[Any]] = [[plain(name.casefold()) for name in names], [collation(name) for name in names], down]
    if set(down) <= set(listed):
        orders.append([listed[code] for code in down])
    back = min(sum(one > other for one, other in pairwise(order)) for order in orders)
    return len(down) >= SORTED and back <= len(down) // 20
