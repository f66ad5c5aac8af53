"""Which charts each notebook shows for a run; a chart that cannot be drawn is a sentence that says why."""

from __future__ import annotations

from collections.abc import Callable

from indexlib import charts
from indexlib.analysis import outlook
from indexlib.analysis.rank_intervals import rank_intervals
from indexlib.analysis.standing import standing
from indexlib.base.problems import IndexlibError, NoDataError
from indexlib.base.wording import t
from indexlib.content.prose import Text, main_components
from indexlib.data.catalogue import PART, TOTAL, index_codes, load_catalogue
from indexlib.plan.order import finest
from indexlib.plan.review import Findings

Shown = charts.Chart | Text


def _each(makers: list[Callable[[], charts.Chart]]) -> list[Shown]:
    """Charts in order; one that has nothing to show becomes its reason, and none at all a sentence."""
    if not makers:
        return [Text((t("empty.charts"),))]
    out: list[Shown] = []
    for make in makers:
        try:
            out.append(make())
        except IndexlibError as error:
            out.append(Text((str(error),)))
    return out


def _indices(found: Findings, years: int = 1) -> list[str]:
    """Indices with a figure of the place in so many years up to that of the run."""
    s = found.scores
    mine = s[(s["place"] == found.place.code) & (s["year"] <= found.params.year)]
    known = mine.groupby("component")["year"].nunique()
    return [i for i in index_codes() if known.get(i, 0) >= years]


def _in_detail(found: Findings) -> list[str]:
    """Indices of which a component below the total was whole in some year up to that of the run."""
    catalogue, s = load_catalogue(), found.scores
    below = [c for c in catalogue.order if catalogue.component(c).level not in (TOTAL, PART)]
    ranked = standing(s[s["component"].isin(below) & (s["year"] <= found.params.year)])
    whole = {catalogue.component(c).index for c in ranked.loc[ranked["median"].notna(), "component"].unique()}
    return [i for i in index_codes() if i in whole]


def _whole(found: Findings, index: str) -> bool:
    """Whether any component of an index below its total can be ranked in the year."""
    c = found.now.components
    return bool(((c["index"] == index) & (c["level"] != TOTAL) & c["median"].notna() & c["score"].notna()).any())


def histories(found: Findings) -> list[Shown]:
    """The totals over the years."""
    return _each([lambda i=i: over_years(found, i) for i in _indices(found)])


def over_years(found: Findings, index: str) -> charts.Chart:
    """A total over the years: its scores, or its ranks where the year, or nearly every year, has only those.

    Raises
    ------
    NoDataError
        Fewer than two years are known.
    """
    place, year, ranked = found.place.code, found.params.year, standing(found.panel)
    own = ranked[(ranked["place"] == place) & (ranked["component"] == index) & (ranked["year"] <= year)].set_index("year")
    scores, ranks = own["score"].dropna(), own["rank"].dropna()
    if len(ranks) > 1 and (len(scores) < 2 or (year not in scores.index and year in ranks.index)):
        return charts.bump(ranked, place, index, year=year)
    if len(scores) < 2:
        raise NoDataError(t("chart.too_short", index=load_catalogue().short_name(index), place=found.place.name))
    return charts.history(found.panel, place, index, year=year, through=True)


def ranks(found: Findings) -> list[Shown]:
    """Ranks of the totals over the years, with their 5-95 % intervals where the panel is whole; none of a single year."""
    indices, place, year = _indices(found), found.place.code, found.params.year
    ranked = standing(found.panel)
    intervals = rank_intervals(found.panel, place, components=indices)
    ranked = ranked[ranked["component"].isin(indices)].merge(intervals, how="left", on=["year", "place", "component"])
    together = [lambda: charts.bump(ranked, place, indices, year=year)]
    lasting = _indices(found, years=2)
    alone = [lambda i=i: charts.bump(ranked, place, i, year=year) for i in lasting
             if ranked.loc[(ranked["place"] == place) & (ranked["component"] == i), "rank_best"].notna().any()]
    return _each([*together, *alone] if lasting else [])


def positions(found: Findings) -> list[Shown]:
    """Where the place stands in each total whose panel is whole, and the map of the first of them."""
    c = found.now.components
    whole = c.loc[(c["level"] == TOTAL) & c["median"].notna() & c["score"].notna(), "component"].tolist()
    place, year = found.place.code, found.params.year
    makers = [lambda i=i: charts.position(found.panel, year, place, i) for i in whole]
    makers += [lambda i=i: charts.tiles(found.panel, year, i, place) for i in whole[:1] if found.place.level == "province"]
    return _each(makers)


def comparisons(found: Findings) -> list[Shown]:
    """Main components against the median, as dots and as the radar that readers expect."""
    makers = []
    for index in index_codes():
        if _whole(found, index):
            main = main_components(found, index)
            makers += [lambda i=index, m=main: charts.dots(found, i, m), lambda i=index, m=main: charts.radar(found, i, m),
                       lambda i=index: charts.profile(found, i)]
    return _each(makers)


def heats(found: Findings) -> list[Shown]:
    """Quarters of every component over the years, for the indices whose panels are whole in some year."""
    place, year = found.place.code, found.params.year
    known = _indices(found, years=2)
    return _each([lambda i=i: charts.heat(found.panel, place, i, year=year) for i in _in_detail(found) if i in known])


def movers(found: Findings, n: int = 4) -> list[Shown]:
    """Histories of the components that moved most, as a share of their scale."""
    c = found.now.components
    c = c[c["comparable"] & c["component"].isin(finest(c["component"])) & (c["level"] != TOTAL)]
    blocks = load_catalogue().with_block(c[["component", "year"]])
    width = (blocks["scale_max"] - blocks["scale_min"]).to_numpy()
    top = c.assign(_size=(c["change"] / width).abs()).dropna(subset="_size").nlargest(n, "_size")["component"]
    place, year = found.place.code, found.params.year
    return _each([lambda x=x: charts.history(found.panel, place, x, year=year) for x in top])


def movements(found: Findings) -> list[Shown]:
    """Changes against the usual movement, for each index with changes."""
    c = found.now.components
    with_change = [i for i in index_codes() if (c["comparable"] & (c["index"] == i) & (c["level"] != TOTAL)).any()]
    return _each([lambda i=i: charts.movement(found, i) for i in with_change])


def waterfalls(found: Findings) -> list[Shown]:
    """What made the change of the totals that can be broken down."""
    place, year = found.place.code, found.params.year
    return _each([lambda i=i: charts.waterfall(outlook.contributions(found.panel, place, year, i), place, year)
                  for i in _in_detail(found)])
