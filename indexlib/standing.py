"""Where a place stands among the places of a year: rank, group, percentile, median, share of the scale.

Nothing is computed from a panel that is not whole: a cut-down or partial panel gives
``panel == "partial"``, only published ranks, and no median, group or percentile.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib.catalogue import load_catalogue
from indexlib.places import load_places
from indexlib.scores import load_withheld

#: Panel of one component and year: places of one level under one parent.
PANEL = ["year", "component", "level", "parent"]
GROUPS = ("high", "upper_middle", "lower_middle", "low")


def panels(scores: pd.DataFrame) -> pd.DataFrame:
    """How whole each panel of a score table is.

    Parameters
    ----------
    scores : DataFrame
        Columns of :func:`indexlib.load_scores`.

    Returns
    -------
    DataFrame
        One row per ``year``, ``component``, ``level`` and ``parent`` of places: ``scored``,
        ``withheld``, ``expected`` (places that the edition covers), ``complete`` (every place
        has a score or is withheld).
    """
    catalogue, places = load_catalogue(), load_places()
    frame = with_level(scores)
    count = frame[frame["score"].notna()].groupby(PANEL, sort=False).size().rename("scored").reset_index()
    held = with_level(load_withheld()).groupby(PANEL, sort=False).size().rename("withheld").reset_index()
    count = count.merge(held, on=PANEL, how="left")
    count["withheld"] = count["withheld"].fillna(0).astype(int)

    covered = _covered(catalogue.editions)
    index = count["component"].str.split(".").str[0]
    by_edition = pd.Series(list(zip(index, count["year"], strict=True)), index=count.index).map(covered)
    valid = {(y, lv, p): sum(x.parent == p for x in places.valid(y, lv))
             for y, lv, p in count[["year", "level", "parent"]].drop_duplicates().itertuples(index=False)}
    existing = pd.Series(list(zip(count["year"], count["level"], count["parent"], strict=True)),
                         index=count.index).map(valid)
    count["expected"] = by_edition.where(count["level"] == "province", existing).fillna(existing).astype(int)
    count["complete"] = count["scored"] + count["withheld"] >= count["expected"]
    return count


def _covered(editions: pd.DataFrame) -> dict[tuple[str, int], float]:
    """Number of places covered by (index, year)."""
    rows = zip(editions["index"], editions["first_year"], editions["last_year"], editions["places_ranked"],
               strict=True)
    return {(i, y): n for i, first, last, n in rows for y in range(first, min(last, 2100) + 1)}


def with_level(frame: pd.DataFrame) -> pd.DataFrame:
    """Add ``level`` and ``parent`` of the places."""
    places = load_places().places.drop_duplicates("code").set_index("code")
    return frame.assign(level=frame["place"].map(places["level"]), parent=frame["place"].map(places["parent"]))


def standing(scores: pd.DataFrame) -> pd.DataFrame:
    """Standing of every score among the places of its year.

    Parameters
    ----------
    scores : DataFrame
        Columns of :func:`indexlib.load_scores`, the whole panel: what is computed needs every place.

    Returns
    -------
    DataFrame
        ``year``, ``place``, ``component``, ``score`` as given, and

        - ``rank``, ``base``, ``rank_kind``: the published rank where there is one, else the computed
          one (ties share the better place), else ``"none"``;
        - ``group``: quarter by score (``high``, ``upper_middle``, ``lower_middle``, ``low``), cut at
          the quartiles of the year as PAPI does;
        - ``percentile``: share of the other places that score lower, 0 to 100;
        - ``median``, ``low_quarter``: median and 25th percentile of the year's scores;
        - ``share``: (score - scale minimum) / (scale maximum - scale minimum), missing where no
          maximum is printed;
        - ``gap``: (score - median) in shares of the scale;
        - ``panel``: ``complete`` or ``partial``; ``scored``, ``expected``: places with a score, places covered.

    Examples
    --------
    >>> from indexlib import load_scores
    >>> s = standing(load_scores("papi"))
    >>> row = s.query("year == 2024 and place == 'thanh_hoa' and component == 'papi'").iloc[0]
    >>> row[["rank", "base", "rank_kind"]].tolist()
    [13.0, 61.0, 'computed']
    """
    frame = with_level(scores.reset_index(drop=True))
    frame = load_catalogue().with_block(frame)
    frame = frame.merge(panels(scores), on=PANEL, how="left")
    frame["scored"] = frame["scored"].fillna(0).astype(int)
    whole = frame["complete"].eq(True) & frame["score"].notna()

    of_panel = frame[whole].groupby(PANEL, sort=False)["score"]
    computed = of_panel.rank(ascending=False, method="min")
    lower = of_panel.rank(ascending=True, method="min") - 1
    quartiles = of_panel.quantile([0.25, 0.5, 0.75]).unstack()
    quartiles.columns = ["low_quarter", "median", "high_quarter"]
    frame = frame.join(quartiles, on=PANEL)
    frame.loc[~frame["complete"].eq(True), ["low_quarter", "median", "high_quarter"]] = np.nan

    printed = frame["rank"].notna()
    frame["base"] = frame["rank_base"].where(printed, frame["scored"].where(whole))
    frame["rank"] = frame["rank"].where(printed, computed)
    frame["rank_kind"] = np.select([printed, whole], ["published", "computed"], "none")
    frame["percentile"] = 100 * lower / (frame["scored"] - 1).where(frame["scored"] > 1)
    score = frame["score"]
    frame["group"] = pd.Series(np.select(
        [~whole, score >= frame["high_quarter"], score >= frame["median"], score >= frame["low_quarter"]],
        ["", "high", "upper_middle", "lower_middle"], "low"), index=frame.index)
    width = frame["scale_max"] - frame["scale_min"]
    frame["share"] = (score - frame["scale_min"]) / width
    frame["gap"] = (score - frame["median"]) / width
    frame["panel"] = np.where(frame["complete"].eq(True), "complete", "partial")
    return frame[["year", "place", "component", "score", "rank", "base", "rank_kind", "group", "percentile",
                  "median", "low_quarter", "share", "gap", "panel", "scored", "expected"]]
