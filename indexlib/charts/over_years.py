"""Scores over the years, with blocks and breaks. Public name in :mod:`indexlib.charts`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib.analysis.like_for_like import LikeForLike, like_for_like, reaches_back
from indexlib.analysis.panel import Panel
from indexlib.base import wording as w
from indexlib.base.problems import NoDataError
from indexlib.base.wording import t
from indexlib.charts import among, hover
from indexlib.charts import messages as text
from indexlib.charts.style import (
    BAND,
    GREY,
    LINE,
    PALE,
    PLACE,
    SMALL,
    WIDTH,
    Chart,
    box,
    chart,
    note,
    plain_name,
    safe,
    spread,
    width,
    wrap,
)
from indexlib.data.asked import as_written
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places
from indexlib.data.scores import load_withheld

DASHES = ("dot", "dash", "dashdot", "longdash")
#: Half the width, in years, of the band at an edge; the least share of its scale that an axis of scores spans.
HALF, LEAST = 0.14, 0.1
DRAWN = ["year", "place", "score", "rank", "base", "rank_kind", "block", "median"]


@as_written
def history(scores: pd.DataFrame | Panel, place: str, component: str, compare: list[str] | tuple[str, ...] = (),
            year: int | None = None, first: int | None = None, through: bool = False, everyone: bool = False) -> Chart:
    """Scores of a place over the years, with the national median and the years where measurement changed.

    The line is never joined across an edge, nor over a year that is withheld or missing; what goes through, if asked, is
    the sum of the parts that are measured alike, see :func:`alike`.

    Parameters
    ----------
    scores : DataFrame or Panel
        Columns of :func:`indexlib.load_scores` or :func:`indexlib.standing`, every place.
    place, component : str
        Codes.
    compare : list of str
        Codes of other places; from five on each place has a small panel of its own.
    year, first : int, optional
        Last and first year shown; default all with scores of the place.
    through : bool
        Whether to draw the parts measured alike where they reach over an edge; needs their scores too.
    everyone : bool
        Whether to draw every place as a faint line, and those compared in colours.

    Returns
    -------
    Chart
        ``layout.meta["data"]``: ``year``, ``place``, ``score``, ``rank``, ``base``, ``rank_kind``, ``block``,
        ``median``, and with the line that goes through ``alike``.

    Raises
    ------
    NoDataError
        The place has no score in those years.

    Examples
    --------
    >>> from indexlib import load_scores
    >>> history(load_scores("papi"), "thanh_hoa", "papi.6", year=2024).layout.meta["title"]
    'Cung ứng dịch vụ công giảm 0,2977 điểm năm 2024, chủ yếu do Giáo dục tiểu học công lập'
    """
    of = text.ranked(scores, component, year)
    year = int(of["year"].max()) if year is None and len(of) else year
    of = load_catalogue().with_block(of[of["year"] >= (first or 0)])
    own = of[of["place"] == place]
    if own["score"].notna().sum() == 0:
        raise NoDataError(t("chart.no_score", place=load_places().get(place).name, component=plain_name(component)))
    first = int(own.loc[own["score"].notna(), "year"].min())
    of = of[of["year"] >= first]
    drawn = of[of["place"].isin([place, *compare])]
    title = text.history_title(scores, own, place, component, year)
    if len(compare) > among.TOGETHER:
        figure, ranges = Chart(), ([first - 0.5, year + 0.5], list(limits(of["score"])))
        size = among.panels(figure, of, "score", component, [place, *compare], ranges)
        foot = text.source(of.assign(median=np.nan), component, first, year, scales=True)  # no panel draws the median
        return chart(figure, title, foot, kind="history", place=place, year=year, component=component,
                     data=drawn.sort_values(["place", "year"])[DRAWN], **size)
    drawn = drawn.assign(said=hover.of_places(drawn, component))
    median = of.dropna(subset="median").drop_duplicates("year")[["year", "median", "block"]]

    figure, ends = Chart(), []
    if everyone:
        among.everyone(figure, of[~of["place"].isin([place, *compare])], "score", component)
    if len(median):
        said = [safe(f"{t('chart.median')}, {y}: {text.score(v, component)}")
                for y, v in zip(median["year"], median["median"], strict=True)]
        line(figure, median.assign(score=median["median"], said=said), t("chart.median"),
             **({"color": GREY, "dash": "dot"} if everyone else {"color": PALE}), width=1.5)
        ends.append((t("chart.median"), median["median"].iloc[-1], int(median["year"].iloc[-1]), GREY))
    looks = [(c, 2.0, "solid") for c in among.COLORS] if everyone else [(GREY, 1.2, dash) for dash in DASHES]
    for code, (color, thick, dash) in zip(compare, looks, strict=False):
        theirs, name = drawn[drawn["place"] == code], load_places().get(code, year).name
        line(figure, theirs, name, color=color, width=thick, dash=dash)
        ends += [(name, *newest(theirs), color)] if theirs["score"].notna().any() else []
    line(figure, drawn[drawn["place"] == place], load_places().get(place, year).name, color=PLACE, width=3)
    ends.append((load_places().get(place, year).name, *newest(own), PLACE))

    sums = sums_of(scores, place, component, max(first, reaches_back(component, year) or year), year) if through else None
    columns, foot = DRAWN, []
    if sums is not None:
        figures = sums.figures[sums.figures["place"] == place]
        line(figure, hovered(figures, component), t("chart.alike"), color=PLACE, width=1.2, dash="dot")
        ends.append((t("chart.alike"), *newest(figures), PLACE))
        drawn = drawn.merge(figures[["year", "place", "score"]].rename(columns={"score": "alike"}), "left", ["year", "place"])
        columns, foot = [*DRAWN, "alike"], [text.alike(sums)]
    scale = of.dropna(subset=["scale_min", "scale_max"]).sort_values("year")[["scale_min", "scale_max"]].tail(1).to_numpy()
    plot, (low, high) = 235, limits(pd.concat([(of if everyone and c == "score" else drawn)[c]
                                               for c in ("score", "alike") if c in drawn] + [median["median"]]),
                                    float(np.ptp(scale)) if len(scale) else 0.0)
    if len(scale) and high - low < 0.5 * np.ptp(scale):
        foot = [t("chart.cut", low=w.plain_number(round(scale[0][0], 2)), high=w.plain_number(round(scale[0][1], 2))), *foot]
    right = end_labels(figure, ends, component, year, plot, low, high)
    above = years_axis(figure, component, first, year, right, plot)
    figure.update_yaxes(range=[low, high], nticks=6)
    withheld_marks(figure, place, component, median.set_index("year")["median"], first, year, low, high)
    return chart(figure, title, " ".join([text.source(of, component, first, year, scales=True), *foot]), kind="history",
                 place=place, year=year, component=component, data=drawn.sort_values(["place", "year"])[columns], plot=plot,
                 left=46, right=right, above=above)


def sums_of(scores: pd.DataFrame | Panel, place: str, component: str, first: int, year: int) -> LikeForLike | None:
    """The sums from a year on; none where they are not offered or the place has none."""
    try:
        sums = like_for_like(scores, component, first, year)
    except NoDataError:
        return None
    return sums if first < year and (sums.figures["place"] == place).any() else None


def hovered(figures: pd.DataFrame, component: str) -> pd.DataFrame:
    """Sums as a line draws them, in one block."""
    said = hover.of_places(figures.assign(rank_kind="computed"), component)
    return figures.assign(block=0, said=said)


def line(figure: Chart, frame: pd.DataFrame, label: str, color: str, width: float, dash: str = "solid") -> None:
    """One trace a block, with a gap for every year without a score."""
    for _, of_block in frame.groupby("block"):
        scores, said = (dict(zip(of_block["year"], of_block[c], strict=True)) for c in ("score", "said"))
        years = list(range(min(scores), max(scores) + 1))
        figure.add_scatter(x=years, y=[None if pd.isna(v := scores.get(y)) else v for y in years], mode="lines+markers",
                           name=safe(label), line={"color": color, "width": width, "dash": dash}, connectgaps=False,
                           marker={"size": 2 * width + 1, "color": color}, hovertext=[said.get(y, "") for y in years],
                           hovertemplate=hover.TEMPLATE)


def limits(values: pd.Series, scale: float = 0.0) -> tuple[float, float]:
    """Limits of an axis with a margin, so wide that no small part of a scale fills it."""
    low, high = values.min(), values.max()
    lacking = max(LEAST * scale - (high - low), 0.0) / 2
    low, high = low - lacking, high + lacking
    margin = max(0.09 * (high - low), 0.004 * abs(high), 1e-6)
    return low - margin, high + margin


def newest(frame: pd.DataFrame) -> tuple[float, int]:
    """Last score and its year."""
    row = frame.dropna(subset="score").sort_values("year").iloc[-1]
    return row["score"], int(row["year"])


def end_labels(figure: Chart, ends: list[tuple[str, float, int, str]], component: str, last: int, plot: float,
                low: float, high: float) -> float:
    """Names with figures beside the ends of the lines, moved apart where they would meet; the room they take.

    A line that ends before the last year says in which year.
    """
    decimals = load_catalogue().decimals(load_catalogue().component(component).index)
    room = min(max(width(name, SMALL, bold=True) for name, *_ in ends), 110)
    shown = [[*wrap(name, room, SMALL, bold=True), w.number(value, decimals) + ("" if year == last else f" ({year})")]
             for name, value, year, _ in ends]
    at = spread([plot * (value - low) / (high - low) for _, value, _, _ in ends],
                [len(x) * SMALL * LINE + 4 for x in shown], -20, plot + 10)
    for (*_, color), label, y in zip(ends, shown, at, strict=True):
        body = "<br>".join(map(safe, label))
        note(figure, 1, 0, f"<b>{body}</b>" if color == PLACE else body, xref="paper", yref="paper", xanchor="left",
             yanchor="middle", xshift=5, yshift=float(y), align="left", color=color)
    return max(width(x, SMALL, bold=True) for label in shown for x in label) + 12


def edges(component: str, first: int, last: int) -> list[int]:
    """Years from which a component is measured otherwise than the year before, within the years drawn."""
    b = load_catalogue().comparability
    starts = b.loc[(b["component"] == component) & (b["last_year"] >= first) & (b["first_year"] <= last), "first_year"]
    return [int(y) for y in sorted(starts)[1:] if y > first]


def years_axis(figure: Chart, component: str, first: int, last: int, right: float, plot: float,
                left: float = 46) -> float:
    """Years along the bottom, bands where measurement changed, with two words above one; room above that they take."""
    step = (WIDTH - left - right) / (last - first + 1)
    every = int(np.ceil(34 / step))
    figure.update_xaxes(range=[first - 0.5, last + 0.5], ticks="outside", ticklen=4, tickcolor=PALE,
                        tickvals=list(range(last, first - 1, -every)))
    bands = edge_bands(figure, component, first, last)
    if not bands:
        return 6
    start, end = max(bands, key=lambda band: (band[1] - band[0], band[1]))
    words, room = t("chart.edge"), (WIDTH - left - right) / step
    half = width(words) / 2 / step
    x = min(max((start + end) / 2, first - 0.5 + half), first - 0.5 + room - half)
    note(figure, x, 1, safe(words), yref="paper", yanchor="bottom", yshift=2, color=GREY)
    return 20


def edge_bands(figure: Chart, component: str, first: int, last: int, **axes: object) -> list[tuple[float, float]]:
    """A quiet band at each edge, one for edges of years that follow each other; where they begin and end."""
    bands: list[tuple[float, float]] = []
    for year in edges(component, first, last):
        start = bands.pop()[0] if bands and bands[-1][1] + 1 > year - 0.5 else year - 0.5 - HALF
        bands.append((start, year - 0.5 + HALF))
    for start, end in bands:
        box(figure, start, end, 0, 1, BAND, **({"yref": "paper"} | axes))
    return bands


def withheld_marks(figure: Chart, place: str, component: str, median: pd.Series, first: int, last: int,
                    low: float, high: float) -> None:
    """The words "withheld", upright, in the years that a publisher held back, where the median leaves room."""
    held = load_withheld().query("place == @place and component == @component and @first <= year <= @last")
    for year in held["year"]:
        top = median.get(year, low) < (low + high) / 2
        note(figure, int(year), 1 if top else 0, safe(t("chart.withheld")), yref="paper", textangle=-90, color=GREY,
             yanchor="top" if top else "bottom")
