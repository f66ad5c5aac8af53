"""Who to learn from: places that stood as low in a component and have been above the median in the last years."""

from __future__ import annotations

import pandas as pd

from indexlib.analysis.panel import Panel, build, load_panel
from indexlib.analysis.peers import similar
from indexlib.analysis.standing import standing
from indexlib.data.asked import as_written
from indexlib.data.catalogue import load_catalogue
from indexlib.data.lookup import find_place

#: Years in a row, up to the year asked, that a place must have been at or above the median.
LASTING = 2
COLUMNS = ["place", "low_year", "low_score", "low_rank", "low_base", "low_kind", "score", "rank", "base", "kind", "years"]


@as_written
def learn_from(place: str, component: str, year: int, scores: pd.DataFrame | Panel | None = None) -> pd.DataFrame:
    """Places that stood as low in the same comparable block and rose lastingly; it says where to ask, and advises nothing.

    Parameters
    ----------
    place : str
        Code or any known spelling.
    component : str
        Code.
    year : int
    scores : DataFrame or Panel, optional
        The whole panel; default the bundled scores.

    Returns
    -------
    DataFrame
        The most similar places first (:func:`indexlib.analysis.peers.similar`), then the largest gain: ``place``;
        ``low_year``: the last year in which its share of lower places was no larger than that of the place asked is now;
        ``low_score``, ``low_rank``, ``low_base``, ``low_kind`` (``published`` or ``computed`` rank) of that year; ``score``,
        ``rank``, ``base``, ``kind`` of the year asked; ``years``: how many years in a row, up to then, it has been at or
        above the median, at least two. Empty where the place is not below the median, or the panel of the year is not whole.

    Examples
    --------
    >>> int(learn_from("Thanh Hóa", "papi.3.1", 2024)["years"].min()) >= 2
    True
    """
    panel, code = load_panel() if scores is None else build(scores), find_place(place, year).code
    of = standing(panel)
    of = load_catalogue().with_block(of[(of["component"] == component) & (of["year"] <= year)])
    own = of[(of["year"] == year) & (of["place"] == code)]
    if own.empty or not (own["score"] < own["median"]).any():
        return pd.DataFrame(columns=COLUMNS)
    block = of[(of["block"] == own["block"].iloc[0]) & of["median"].notna() & (of["place"] != code)]
    level = own["percentile"].iloc[0]
    courses = ((other, course.set_index("year")) for other, course in block.groupby("place"))
    rows = [found for other, course in courses if (found := _risen(other, course, year, level))]
    near = {p: i for i, p in enumerate(panel.once(similar, code, year, len(panel.places)))} if rows else {}
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame = frame.assign(_near=frame["place"].map(near).fillna(len(near)), _gain=frame["low_score"] - frame["score"])
    return frame.sort_values(["_near", "_gain"])[COLUMNS].reset_index(drop=True)


def _risen(place: str, course: pd.DataFrame, year: int, level: float) -> tuple | None:
    """The row of a place; none unless it stood as low and has been at or above the median in the last years."""
    low = course.index[course["percentile"] <= level]
    if year not in course.index or low.empty:
        return None
    since = course.loc[int(low[-1]) + 1:]
    above = (since["score"] >= since["median"])[::-1].cumprod().sum()
    whole = list(since.index[-LASTING:]) == list(range(year - LASTING + 1, year + 1))
    if above < LASTING or not whole:
        return None
    then, now = course.loc[low[-1]], course.loc[year]
    figures = ["score", "rank", "base", "rank_kind"]
    return place, int(low[-1]), *then[figures], *now[figures], int(above)
