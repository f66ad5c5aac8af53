"""Where a place stands among all places of a year. Public name in :mod:`indexlib.charts`."""

from __future__ import annotations

from itertools import cycle, pairwise, product

import numpy as np
import pandas as pd

from indexlib.analysis.panel import Panel
from indexlib.analysis.standing import GROUPS
from indexlib.base import wording as w
from indexlib.base.problems import NoDataError
from indexlib.base.wording import t
from indexlib.charts import hover
from indexlib.charts import messages as text
from indexlib.charts.among import COLORS
from indexlib.charts.style import (
    FAINT,
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
    rule,
    safe,
    spread,
    width,
    wrap,
)
from indexlib.data.asked import as_written
from indexlib.data.places import load_places

DOT = 9
#: Marks that tell compared places apart where colours run out, as drawn and as named under the strip.
MARKS = (("circle", "●"), ("square", "■"), ("triangle-up", "▲"), ("diamond", "◆"))


@as_written
def position(scores: pd.DataFrame | Panel, year: int, place: str, component: str,
             compare: list[str] | tuple[str, ...] = ()) -> Chart:
    """Where a place stands among all places of a year: a dot each, the quarters as bands.

    Parameters
    ----------
    scores : DataFrame or Panel
        Columns of :func:`indexlib.load_scores` or :func:`indexlib.standing`, every place.
    year : int
    place, component : str
        Codes.
    compare : list of str
        Other places, in colours and each named under the strip.

    Returns
    -------
    Chart
        ``layout.meta["data"]``: ``place``, ``score``, ``rank``, ``base``, ``rank_kind``, ``group`` of every place.

    Raises
    ------
    NoDataError
        The place has no score that year.

    Examples
    --------
    >>> from indexlib import load_scores
    >>> position(load_scores("papi"), 2024, "thanh_hoa", "papi.6").layout.meta["title"]
    'Cung ứng dịch vụ công: Thanh Hóa xếp hạng 38/61* năm 2024, nhóm trung bình thấp'
    """
    now = text.ranked(scores, component, year)
    now = now[(now["year"] == year) & now["score"].notna()].sort_values("score", kind="stable").reset_index(drop=True)
    if place not in set(now["place"]):
        raise NoDataError(t("chart.no_score_year", place=text.place_name(place, year), year=year,
                            component=plain_name(component)))
    own = now[now["place"] == place].iloc[0]
    left = right = 24
    inner = WIDTH - left - right
    low, high = now["score"].min(), now["score"].max()
    margin = 0.03 * (high - low) or 0.5
    low, high = low - margin, high + margin
    x = ((now["score"] - low) / (high - low) * inner).to_numpy()
    floors = _swarm(x)
    plot = (floors.max() + 1) * (DOT + 1) + 96
    figure = Chart()
    above = _bands(figure, now, low, high, inner) if own["panel"] == "complete" else 6
    own_dot, beside = now["place"] == place, now["place"].isin(compare)
    looks = {p: (color, *mark) for p, (mark, color) in zip(compare, cycle(product(MARKS, COLORS)), strict=False)}
    shown = [looks.get(p, ("", "circle", ""))[:2] for p in now.loc[beside, "place"]]
    y = 50 + floors * (DOT + 1)
    names = np.array([safe(load_places().get(p, year).name) for p in now["place"]])
    pointed = np.array(hover.of_places(now, component))
    for mask, color, size, symbol in ((~own_dot & ~beside, GREY, DOT, "circle"),
                                      (beside, [c for c, _ in shown], DOT + 3, [s for _, s in shown]),
                                      (own_dot, PLACE, DOT + 5, "circle")):
        figure.add_scatter(x=now["score"][mask].to_list(), y=y[mask].tolist(), mode="markers",
                           marker={"size": size, "color": color, "symbol": symbol, "line": {"color": "#FFFFFF", "width": 1}},
                           customdata=now["place"][mask].tolist(), hovertext=pointed[mask], hovertemplate=hover.TEMPLATE)
    figure.update_xaxes(range=[low, high], nticks=7, ticks="outside", ticklen=4, tickcolor=PALE)
    figure.update_yaxes(range=[0, plot], visible=False)
    at = now.index[own_dot][0]
    _named(figure, x[at], float(y[at]), plot, f"{names[at]}: {_score_and_rank(own, component)}", inner,
           own["score"])
    _neighbours(figure, now, x, y, at, names, inner)
    listed = now[beside].sort_values("score", ascending=False, kind="stable")
    for i, row in enumerate(listed.to_dict("records")):
        color, _, mark = looks[row["place"]]
        said = f"{safe(load_places().get(row['place'], year).name)}: {_score_and_rank(row, component)}"
        note(figure, 0, 0, f"{mark} {said}", xref="paper", yref="paper", xanchor="left", yanchor="top", yshift=-26 - 16 * i,
             color=color)
    return chart(figure, text.position_title(own, component, place, year),
                 text.source(now, component, year, year, rank=True, computed="chart.heat.computed"),
                 kind="position", place=place, year=year, component=component,
                 data=now[["place", "score", "rank", "base", "rank_kind", "group"]],
                 plot=plot, left=left, right=right, above=above, below=26 + 16 * len(listed))


def _score_and_rank(row: pd.Series, component: str) -> str:
    rank = text.rank_of(row)
    return safe(text.score(row["score"], component) + ("" if rank == w.NONE else f", {rank}"))


def _swarm(x: np.ndarray) -> np.ndarray:
    """Floor on which each dot, in order of x, meets no other."""
    ends: list[float] = []
    floors = np.zeros(len(x), dtype=int)
    for i, at in enumerate(x):
        floors[i] = next((k for k, end in enumerate(ends) if at - end >= DOT), len(ends))
        ends[floors[i]:floors[i] + 1] = [at]
    return floors


def _bands(figure: Chart, now: pd.DataFrame, low: float, high: float, inner: float) -> float:
    """The four quarters as bands with their names above; the room that the names take."""
    cuts = [low, *(now.loc[now["group"] == g, "score"].min() for g in reversed(GROUPS[:3])), high]
    shown = [wrap(t(f"chart.group.{g}"), 74) for g in reversed(GROUPS)]
    middle = [((a + b) / 2 - low) / (high - low) * inner for a, b in pairwise(cuts)]
    at = spread(middle, [max(map(width, s)) + 8 for s in shown], -14, inner + 14)
    for i, (a, b) in enumerate(pairwise(cuts)):
        box(figure, a, b, 0, 1, FAINT if i % 2 == 0 else "#FAFAFA", yref="paper")
        note(figure, 0, 1, "<br>".join(map(safe, shown[i])), xref="paper", yref="paper", xshift=float(at[i]),
             xanchor="center", yanchor="bottom", yshift=2, color=GREY)
    return max(map(len, shown)) * SMALL * LINE + 6


def _named(figure: Chart, x: float, y: float, plot: float, said: str, inner: float, score: float) -> None:
    """The place with its score and rank, above the strip, tied to its dot by a line."""
    half = width(said, SMALL + 1, bold=True) / 2
    shift = float(np.clip(x, half - 14, inner - half + 14) - x)
    rule(figure, score, score, y, plot - 20, color=PLACE, width=1.5)
    note(figure, score, plot - 20, f"<b>{said}</b>", yanchor="bottom", xshift=shift, size=SMALL + 1, color=PLACE)


def _neighbours(figure: Chart, now: pd.DataFrame, x: np.ndarray, y: np.ndarray, at: int, names: np.ndarray,
                inner: float) -> None:
    """The next better and the next worse place in grey under the strip, each on its own line."""
    for other, row in ((at + 1, 30), (at - 1, 13)):
        if 0 <= other < len(now):
            said = f"{names[other]} {text.rank_of(now.iloc[other])}"
            half = width(said) / 2
            shift = float(np.clip(x[other], half - 14, inner - half + 14) - x[other])
            score = float(now["score"].iloc[other])
            rule(figure, score, score, row + 6, float(y[other]))
            side = 1 if other > at else -1
            far = x[other] + side * (2 * half + 4)
            note(figure, score, row, said, xshift=side * (half + 4) if -14 <= far <= inner + 14 else shift, color=GREY)
