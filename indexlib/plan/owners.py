"""To which part a dimension owes that it fell: the unit of that part then answers for it."""

from __future__ import annotations

import pandas as pd

from indexlib.data.catalogue import TOTAL, load_catalogue

#: A part moved a dimension where it made up more than this share of all that its parts lost.
MOST = 0.5


def moved_most(components: pd.DataFrame) -> dict[str, str]:
    """The one part by which each fallen dimension fell; none where no part or several did.

    Parameters
    ----------
    components : DataFrame
        Of one place and year: columns of :func:`indexlib.analysis.facts.gather`.

    Examples
    --------
    >>> from indexlib import review
    >>> moved_most(review("thanh_hoa", 2024).components)["papi.6"]
    'papi.6.2'
    """
    catalogue = load_catalogue()
    frame = components[["component", "level", "change", "change_published"]]
    fell = frame[(frame["level"] != TOTAL) & (frame["change_published"] < 0)]
    fell = fell.assign(above=[catalogue.component(c).parent for c in fell["component"]])
    parts = fell[fell["above"].isin(fell["component"])]
    share = parts["change"] / parts.groupby("above")["change"].transform("sum")
    most = parts[share > MOST]
    return dict(zip(most["above"], most["component"], strict=True))
