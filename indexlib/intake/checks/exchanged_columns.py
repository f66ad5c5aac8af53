"""Whether two columns of a new edition were exchanged: provinces keep their profile from year to year.

Sums cannot show two sub-dimensions exchanged within a dimension. But a province that was strong on
one of them the year before mostly still is: if the new columns follow the old ones clearly better
crosswise than straight, a person should look.
"""

from __future__ import annotations

from itertools import combinations

import pandas as pd

from indexlib.data.catalogue import load_catalogue

#: Gain in the two rank correlations, crosswise over straight, from which a pair is doubted. In all
#: 1,114 pairs of consecutive editions of PAPI and PCI at hand the largest gain is 0.21; exchanging the
#: two columns would pass this bound in about four of five pairs.
GAIN = 0.25
#: Columns that follow the past neither straight nor crosswise say nothing.
WEAK = 0.2
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
    year = int(own["year"].iloc[0])
    known = set(other["year"])
    near = [next((year + step for step in steps if year + step in known), None) for steps in (BEFORE, AFTER)]
    new = _ranks(own)
    compared = [(y, _crossed(new, _ranks(other[other["year"] == y]))) for y in near if y is not None]
    pairs = [(y, crossed) for y, crossed in compared if crossed is not None]
    if not pairs:
        return []
    return [(one, two, pairs[0][0]) for one, two in sorted(set.intersection(*(crossed for _, crossed in pairs)))]


def _crossed(new: pd.DataFrame, old: pd.DataFrame) -> set[tuple[str, str]] | None:
    """Pairs of columns that follow the old ones better crosswise; ``None`` if too few places are shared."""
    shared = new.index.intersection(old.index)
    if len(shared) < FEWEST:
        return None
    both = [c for c in new.columns.intersection(old.columns)
            if new.loc[shared, c].count() >= FEWEST and old.loc[shared, c].count() >= FEWEST]
    catalogue, found = load_catalogue(), set()
    for one, two in combinations(both, 2):
        a, b = catalogue.component(one), catalogue.component(two)
        if a.parent and a.parent == b.parent and a.level == b.level:
            r = {(i, j): new.loc[shared, i].corr(old.loc[shared, j]) for i in (one, two) for j in (one, two)}
            cross = r[one, two], r[two, one]
            if min(cross) > WEAK and sum(cross) - r[one, one] - r[two, two] > GAIN:
                found.add((one, two))
    return found


def _ranks(scores: pd.DataFrame) -> pd.DataFrame:
    return scores.set_index(["place", "component"])["score"].unstack().rank()  # noqa: PD010
