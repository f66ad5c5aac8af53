"""Which places a place is compared with: its region, a chosen list, or the most similar."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib.analysis.panel import Panel
from indexlib.analysis.standing import standing
from indexlib.data.asked import as_written
from indexlib.data.catalogue import TOTAL, load_catalogue
from indexlib.data.places import load_places


@as_written
def region(place: str, year: int) -> list[str]:
    """Other places of the same region in a year; none where the region is not known.

    Examples
    --------
    >>> "nghe_an" in region("thanh_hoa", 2024)
    True
    """
    own = load_places().get(place, year)
    return [p.code for p in load_places().valid(year, own.level)
            if p.region == own.region != "" and p.parent == own.parent and p.code != place]


@as_written
def similar(scores: pd.DataFrame | Panel, place: str, year: int, n: int = 5) -> list[str]:
    """Places whose components look most like those of a place in a year.

    The distance is the root mean square difference of percentiles over the components, totals aside, whose panel is
    whole and for which both places have a score; at least ten such components are needed.

    Examples
    --------
    >>> from indexlib import load_scores
    >>> len(similar(load_scores(), "thanh_hoa", 2024))
    5
    """
    c = load_catalogue().components
    totals = set(c.loc[c["level"] == TOTAL, "component"])
    s = standing(scores)
    s = s[(s["year"] == year) & s["percentile"].notna() & ~s["component"].isin(totals)]
    wide = s.pivot_table(index="place", columns="component", values="percentile", observed=True)
    if place not in wide.index:
        return []
    gap = wide.sub(wide.loc[place], axis=1).drop(index=place)
    shared = gap.notna().sum(axis=1)
    distance = np.sqrt((gap**2).sum(axis=1) / shared.where(shared >= 10)).dropna()
    return distance.sort_values(kind="stable").index[:n].tolist()
