"""Whether columns of a new edition were exchanged or slipped a row: provinces keep their profile from year to year.

Sums cannot show two sub-dimensions exchanged within a dimension. But a province that was strong on
one of them the year before mostly still is: if the new columns follow the old ones clearly better
crosswise than straight, a person should look.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from indexlib.data.catalogue import load_catalogue

#: Gain in the two rank correlations, crosswise over straight, from which a pair is doubted. In all
#: 1,114 pairs of consecutive editions of PAPI and PCI at hand the largest gain is 0.21; exchanging the
#: two columns would pass this bound in about four of five pairs.
GAIN = 0.25
#: Columns that follow the past neither straight nor crosswise say nothing.
WEAK = 0.2
#: Gain in the rank correlation, a row up or down over straight, and how much nearer its past a column then comes, from which
#: it is doubted. No column at hand does in the order of codes or of names; of those moved a row two in three do.
SLIP, NEARER = 0.2, 1.2
#: Places that two editions must share.
FEWEST = 30
#: Editions to compare with: the nearest before and the nearest after, within two years.
BEFORE, AFTER = (-1, -2), (1, 2)


def exchanged_columns(own: pd.DataFrame, other: pd.DataFrame) -> list[tuple[str, str, int]]:
    """Pairs of components of one edition that look exchanged.

    Parameters
    ----------
    own : DataFrame
        Scores of one year and index.
    other : DataFrame
        Scores of other years of the index.

    Returns
    -------
    list of (component, component, year compared with)
        Pairs that look exchanged beside every neighbouring edition at hand; the year is the nearest.
    """
    if own.empty:
        return []
    new = _ranks(own)
    compared = [(y, _crossed(new, _ranks(other[other["year"] == y]))) for y in _near(own, other)]
    pairs = [(y, crossed) for y, crossed in compared if crossed is not None]
    if not pairs:
        return []
    return [(one, two, pairs[0][0]) for one, two in sorted(set.intersection(*(crossed for _, crossed in pairs)))]


def slipped_columns(own: pd.DataFrame, other: pd.DataFrame) -> list[tuple[str, int]]:
    """Components whose figures stand a row too high or too low.

    Parameters
    ----------
    own, other : DataFrame
        As for :func:`exchanged_columns`, the scores of a component in the order of the file's rows.

    Returns
    -------
    list of (component, year compared with)
        Columns that follow every neighbouring edition clearly better a row up or down than straight.
    """
    near = _near(own, other)
    past, found = [_by_component(other[other["year"] == year]) for year in near], []
    for component, column in _by_component(own).items():
        said = [_slipped(column, old[component]) for old in past if component in old]
        if said and all(said):
            found.append((component, near[0]))
    return found


def _by_component(scores: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Component to place to score."""
    found: dict[str, dict[str, float]] = {}
    known = scores.dropna(subset="score")
    for component, place, score in zip(known["component"], known["place"], known["score"], strict=True):
        found.setdefault(component, {})[place] = score
    return found


def _slipped(new: dict[str, float], old: dict[str, float]) -> bool:
    now, then = np.array([(value, old[place]) for place, value in new.items() if place in old]).reshape(-1, 2).T
    if len(now) < FEWEST:
        return False
    ranks = [_rank(now), _rank(then)]
    fits = {step: float(np.corrcoef(np.roll(ranks[0], step), ranks[1])[0, 1]) for step in (-1, 0, 1)}
    step = max((-1, 1), key=fits.__getitem__)
    moved, straight = (np.abs(d - np.median(d)).mean() for d in (np.roll(now, step) - then, now - then))
    return bool(fits[step] - fits[0] > SLIP and straight > NEARER * moved)


def _rank(values: np.ndarray) -> np.ndarray:
    """The place of each value in their order, equal ones sharing theirs."""
    _, at, many = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(many) - (many - 1) / 2)[at]


def _near(own: pd.DataFrame, other: pd.DataFrame) -> list[int]:
    """The editions to compare with."""
    known, year = set(other["year"]), int(own["year"].iloc[0])
    near = (next((year + step for step in steps if year + step in known), None) for steps in (BEFORE, AFTER))
    return [year for year in near if year is not None]


def _crossed(new: pd.DataFrame, old: pd.DataFrame) -> set[tuple[str, str]] | None:
    """Pairs of columns that follow the old ones better crosswise; ``None`` if too few places are shared."""
    shared = new.index.intersection(old.index)
    if len(shared) < FEWEST:
        return None
    both = [c for c in new.columns.intersection(old.columns)
            if new.loc[shared, c].count() >= FEWEST and old.loc[shared, c].count() >= FEWEST]
    catalogue, found = load_catalogue(), set()
    pairs = pd.concat([new.loc[shared, both], old.loc[shared, both].add_prefix("old ")], axis=1).corr().to_dict()
    for one, two in combinations(both, 2):
        a, b = catalogue.component(one), catalogue.component(two)
        if a.parent and a.parent == b.parent and a.level == b.level:
            r = {(i, j): pairs[i][f"old {j}"] for i in (one, two) for j in (one, two)}
            cross = r[one, two], r[two, one]
            if min(cross) > WEAK and sum(cross) - r[one, one] - r[two, two] > GAIN:
                found.add((one, two))
    return found


def _ranks(scores: pd.DataFrame) -> pd.DataFrame:
    return scores.set_index(["place", "component"])["score"].unstack().rank()  # noqa: PD010
