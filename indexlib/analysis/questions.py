"""What analysts ask most: scores as a table, what moved, places side by side, regions. Words for every argument."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from indexlib.analysis.changes import changes
from indexlib.analysis.panel import load_panel
from indexlib.analysis.standing import standing
from indexlib.base.problems import ChoiceError, NoDataError
from indexlib.base.wording import listing, t
from indexlib.data.asked import as_written, code_of, several, year_of
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places
from indexlib.data.scores import load_scores, load_withheld
from indexlib.data.search import find_component

#: What :func:`movers` may sort by, and the column of each.
BY = {"score": "change", "rank": "places", "usual": "z"}
MOVED = ["place", "component", "previous", "score", "change", "usual_movement", "z", "rank_before", "rank", "places"]
Years = int | str | Sequence[int | str]


def scores(place: str | Sequence[str] | None = None, index: str | None = None, component: str | Sequence[str] | None = None,
           year: Years | None = None, wide: bool = False, labels: bool = False) -> pd.DataFrame:
    """Published scores of places, components and years, as a long or a wide table.

    Parameters
    ----------
    place, component : str or list of str, optional
        One or several, in any spelling; default all.
    index : str, optional
        In any case; default all, or those of the components.
    year : int, text of digits, or several, optional
        Default all.
    wide : bool
        One row a place and year and one column a component, in points of the published scale, instead of one row a figure.
    labels : bool
        Names in the language in force for codes: columns ``place_name`` and ``label``, or, if wide, names themselves.

    Returns
    -------
    DataFrame
        Long: the columns of :func:`indexlib.load_scores`. Wide: indexed by ``place`` and ``year``.

    Raises
    ------
    NoDataError
        There are no such figures; the text names the years that have some.

    Examples
    --------
    >>> scores("Thanh Hóa", component="PAPI", year="2024")["score"].item()
    44.87075
    >>> scores("thanh hoa", "papi", ["papi.1", "papi.2"], [2023, 2024], wide=True).round(2).to_numpy().tolist()
    [[5.77, 5.49], [5.69, 5.47]]
    """
    frame = load_scores(index)
    for column, asked, read in (("place", place, code_of), ("component", component, find_component)):
        if asked is not None:
            frame = frame[frame[column].isin([read(x) for x in several(asked)])]
    found = frame if year is None else frame[frame["year"].isin([year_of(y) for y in several(year)])]
    if found.empty:
        said = listing([str(x) for given in (place, index, component, year) if given is not None for x in several(given)])
        at_hand = frame if len(frame) else load_scores(index)
        raise NoDataError(t("choice.none", what=said, years=listing([str(y) for y in sorted(at_hand["year"].unique())])))
    found = found.reset_index(drop=True)
    if wide:
        order = [c for c in load_catalogue().order if c in set(found["component"])]
        table = found.pivot(index=["place", "year"], columns="component", values="score")[order]  # noqa: PD010
        if labels:
            table.index = pd.MultiIndex.from_tuples([(_name(p, y), y) for p, y in table.index], names=table.index.names)
            table.columns = pd.Index([load_catalogue().label(c) for c in table.columns], name="component")
        return table
    return _labelled(found) if labels else found


@as_written
def movers(year: int, index: str, by: str = "score", place: str | None = None) -> pd.DataFrame:
    """What moved most against the year before: the places by their total, or the components of one place.

    Parameters
    ----------
    year : int
    index : str
    by : {"score", "rank", "usual"}
        Sorted by points, by places gained, or by multiples of what noise alone usually moves; rises first.
    place : str, optional
        Components of this place instead of places.

    Returns
    -------
    DataFrame
        ``place``, ``component``, ``label`` (name of the place, or of the component), ``previous``, ``score``, ``change``
        and ``usual_movement`` (points), ``z``, ``rank_before``, ``rank``,
        ``places`` (gained: positive; missing where others were ranked); rows without a
        comparable year before are left out.

    Raises
    ------
    NoDataError
        Nothing is comparable with the year before; the text says why.
    ChoiceError
        ``by`` is none of the three.

    Examples
    --------
    >>> movers(2024, "PAPI", place="Thanh Hóa")["component"].iloc[-1]
    'papi.6'
    """
    if by not in BY:
        raise ChoiceError(t("choice.by", value=by, known=listing(list(BY))))
    panel, catalogue = load_panel(), load_catalogue()
    of = changes(panel)
    asked = of["component"] == index
    if place is not None:
        asked = (of["place"] == place) & of["component"].isin(catalogue.valid(year, index))
    of = of[asked & (of["year"] == year)]
    if not of["comparable"].any():
        what = catalogue.short_name(index)
        if of.empty:
            years = sorted(load_scores(index)["year"].unique())
            raise NoDataError(t("choice.none", what=f"{what} {year}", years=listing([str(y) for y in years])))
        raise NoDataError(t("choice.not_comparable", what=what, year=year,
                            why=t(f"change.{of['reason'].astype(str).mode().iloc[0]}", year=year - 1)))
    rank = standing(panel).set_index(["year", "place", "component"])["rank"]
    keys = list(zip(of["place"], of["component"], strict=True))
    of = of.assign(**{name: rank.reindex([(y, *k) for k in keys]).to_numpy()
                      for name, y in (("rank_before", year - 1), ("rank", year))})
    places = load_places()
    alike = [places.same_places(places.get(p, year), year, year - 1) for p in of["place"]]
    of = of.assign(places=(of["rank_before"] - of["rank"]).where(alike))[of["comparable"]]
    of = of.sort_values([BY[by], "change"], ascending=False, kind="stable")[MOVED].reset_index(drop=True)
    names = [_name(p, year) for p in of["place"]] if place is None else [catalogue.label(c) for c in of["component"]]
    of.insert(2, "label", names)
    return of


@as_written
def compare(places: Sequence[str], component: str, years: Years | None = None, value: str = "score",
            labels: bool = False) -> pd.DataFrame:
    """Places side by side: a row a year, a column a place, and the national median of scores.

    Parameters
    ----------
    places : list of str
    component : str
    years : int, text of digits, or several, optional
        Default every year with a figure.
    value : {"score", "rank"}
        Points of the published scale, or ranks (published, else computed where every place has a score).
    labels : bool
        Names of the places instead of their codes.

    Returns
    -------
    DataFrame
        Indexed by ``year``; the places as asked, then ``median`` (of scores), then ``block``: the first year measured
        alike; compare years within a block only.

    Examples
    --------
    >>> compare(["Thanh Hóa", "Nghệ An"], "PAPI", [2023, 2024])["thanh_hoa"].round(4).tolist()
    [44.2042, 44.8708]
    """
    if value not in ("score", "rank"):
        raise ChoiceError(t("choice.by", value=value, known="score, rank"))
    of = load_catalogue().with_block(standing(load_panel()).query("component == @component"))
    at_hand = sorted(of["year"].unique())
    if years is not None:
        wanted = [year_of(y) for y in several(years)]
        of = of[of["year"].isin(wanted)]
    if of.empty:
        raise NoDataError(t("choice.none", what=load_catalogue().label(component), years=listing([str(y) for y in at_hand])))
    table = of[of["place"].isin(places)].set_index(["year", "place"])[value].unstack()  # noqa: PD010
    table = table.reindex(columns=places)
    shared = of.drop_duplicates("year").set_index("year")
    for column in (["median"] if value == "score" else []) + ["block"]:
        table[column] = shared[column].reindex(table.index)
    return table.rename(columns={p: load_places().get(p).name for p in places}) if labels else table


@as_written
def regional(component: str, year: int) -> pd.DataFrame:
    """Scores of one component by region: mean, median, lowest and highest place.

    Parameters
    ----------
    component : str
    year : int

    Returns
    -------
    DataFrame
        A row a region, highest mean first: ``region``, ``places``, ``scored``, ``mean``, ``median``, ``lowest``,
        ``lowest_place``, ``highest``, ``highest_place``; scores in points of the published scale, computed here. Figures of
        a region are missing where one of its places has no score for another reason than that it was withheld.

    Raises
    ------
    NoDataError
        No scores in the year.

    Examples
    --------
    >>> regional("PAPI", "2024")["places"].sum().item()
    63
    """
    of = scores(component=component, year=year).dropna(subset="score")
    known = pd.DataFrame([(p.code, p.region) for p in load_places().valid(year)], columns=["place", "region"])
    held = load_withheld().query("component == @component and year == @year")["place"]
    known = known[known["region"] != ""].merge(of[["place", "score"]], how="left", on="place")
    rows = []
    for region, group in known.groupby("region"):
        has = group.dropna(subset="score").sort_values("score")
        whole = len(has) and group.loc[group["score"].isna(), "place"].isin(held).all()
        figures = (has["score"].mean(), has["score"].median(), has["score"].iloc[0], has["place"].iloc[0],
                   has["score"].iloc[-1], has["place"].iloc[-1]) if whole else (np.nan, np.nan, np.nan, "", np.nan, "")
        rows.append((region, len(group), len(has), *figures))
    if not rows:
        raise NoDataError(t("choice.none", what=str(year), years=listing([])))
    names = ["region", "places", "scored", "mean", "median", "lowest", "lowest_place", "highest", "highest_place"]
    return pd.DataFrame(rows, columns=names).sort_values("mean", ascending=False, kind="stable").reset_index(drop=True)


def _name(place: str, year: int) -> str:
    return load_places().get(place, year).name


def _labelled(frame: pd.DataFrame) -> pd.DataFrame:
    catalogue = load_catalogue()
    names = [_name(p, y) for p, y in zip(frame["place"], frame["year"], strict=True)]
    return frame.assign(place_name=names, label=frame["component"].map(catalogue.label))
