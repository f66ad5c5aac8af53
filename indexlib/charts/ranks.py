"""Ranks over the years, with their bases: of a place, or of places among all. Public name in :mod:`indexlib.charts`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib.analysis.panel import Panel
from indexlib.base import wording as w
from indexlib.base.problems import NoDataError
from indexlib.base.wording import t
from indexlib.charts import among, hover
from indexlib.charts import messages as text
from indexlib.charts.over_years import edge_bands, withheld_marks, years_axis
from indexlib.charts.style import (
    FAINT,
    GREY,
    PLACE,
    SMALL,
    WIDTH,
    Chart,
    box,
    chart,
    gaps,
    lines,
    note,
    numbered_full,
    safe,
    spread,
    width,
)
from indexlib.data.asked import as_written
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places

INTERVAL = {"rank_best", "rank_worst"}
RANKED = ["year", "component", "rank", "base", "rank_kind", "block"]


@as_written
def bump(scores: pd.DataFrame | Panel, place: str, components: str | list[str], year: int | None = None,
         first: int | None = None, compare: list[str] | tuple[str, ...] = (), everyone: bool = False) -> Chart:
    """Ranks of a place over the years, each with its base: one panel a component, or beside the ranks of other places.

    Parameters
    ----------
    scores : DataFrame or Panel
        Columns of :func:`indexlib.load_scores` or :func:`indexlib.standing`, every place; with columns
        ``rank_best`` and ``rank_worst`` (:mod:`indexlib.analysis.rank_intervals`) the interval of each rank is drawn too.
    place : str
    components : str or list of str
        Component codes.
    year, first : int, optional
        Last and first year; default all years with a rank.
    compare : list of str
        Codes of other places, for one component; from five on each place has a small panel of its own.
    everyone : bool
        Whether to draw the ranks of every place as faint lines, for one component.

    Returns
    -------
    Chart
        ``layout.meta["data"]``: ``year``, ``component``, ``rank``, ``base``, ``rank_kind``, ``block`` and the
        interval where given; beside other places also ``place``.

    Examples
    --------
    >>> from indexlib import load_scores
    >>> bump(load_scores("papi"), "thanh_hoa", "papi", year=2024).layout.meta["title"]
    'Chỉ số PAPI: hạng 13/61* năm 2024, giữ hạng so với năm 2023 (13/61*)'
    """
    wanted = [components] if isinstance(components, str) else list(components)
    of = text.ranked(scores, wanted, year)
    own = load_catalogue().with_block(of[(of["place"] == place) & of["rank"].notna()])
    own = own[own["year"] >= (first or 0)].sort_values(["component", "year"])
    shown = [c for c in wanted if c in set(own["component"])]
    if not shown:
        raise NoDataError(t("chart.no_rank", place=load_places().get(place).name))
    year = int(own["year"].max()) if year is None else year
    start = int(own["year"].min())
    if len(shown) == 1 and (compare or everyone):
        return _among(of[of["year"].between(start, year)], own, place, shown[0], list(compare), everyone)
    if len(shown) == 1:
        figure, size = _one_bump(own, shown[0], start, year)
        withheld_marks(figure, place, shown[0], pd.Series(dtype=float), start, year, 0, 1)
    else:
        figure, size = _many_bumps(own, shown, start, year)
    return chart(figure, text.bump_title(own, place, shown, year), text.rank_source(own, shown, start, year),
                 kind="bump", place=place, year=year, component=_named_after(shown),
                 data=own[RANKED + sorted(INTERVAL & set(own))], **size)


def _among(of: pd.DataFrame, own: pd.DataFrame, place: str, component: str, compare: list[str], everyone: bool) -> Chart:
    """Ranks of some places among those of all."""
    of = load_catalogue().with_block(of[of["rank"].notna()])
    start, year, base = int(own["year"].min()), int(of["year"].max()), int(of["base"].max())
    figure, chosen = Chart(), [p for p in [*compare, place] if (of["place"] == p).any()]
    if len(compare) > among.TOGETHER:
        size = among.panels(figure, of, "rank", component, [place, *compare], ([start - 0.5, year + 0.5], [base + 2, -1]))
    else:
        if everyone:
            among.everyone(figure, of[~of["place"].isin(chosen)], "rank", component)
        ends, plot = [], 300
        for code, color in zip(chosen, [*among.COLORS[:len(chosen) - 1], PLACE], strict=True):
            among.own_line(figure, of[of["place"] == code], "rank", component, color, 3 if code == place else 2)
            newest = of[of["place"] == code].sort_values("year").iloc[-1]
            ends.append((load_places().get(code, year).name, newest, color))
        right = rank_labels(figure, ends, year, plot, base)
        above = years_axis(figure, component, start, year, right, plot)
        bases = {int(y): f"/{int(n)}" for y, n in of.groupby("year")["base"].max().items()}
        figure.update_xaxes(ticktext=[f"{y}<br>{bases.get(y, '')}" for y in figure.layout.xaxis.tickvals])
        figure.update_yaxes(range=[base + 2, -1], tickvals=[1, *range(10, base + 1, 10)])
        size = {"plot": plot, "left": 34, "right": right, "above": above, "below": 38}
    drawn = of[of["place"].isin(chosen)].sort_values(["place", "year"])
    return chart(figure, text.bump_title(own, place, [component], year), text.rank_source(drawn, [component], start, year),
                 kind="bump", place=place, year=year, component=component, data=drawn[["place", *RANKED]], **size)


def rank_labels(figure: Chart, ends: list[tuple[str, pd.Series, str]], last: int, plot: float, base: int) -> float:
    """Names with ranks beside the ends of the lines, moved apart where they would meet; the room they take."""
    shown = [(name, text.rank_of(row) + ("" if int(row["year"]) == last else f" ({int(row['year'])})"))
             for name, row, _ in ends]
    wanted = [plot * (base + 2 - row["rank"]) / (base + 3) for _, row, _ in ends]
    at = spread(wanted, [2 * SMALL * 1.3 + 4] * len(ends), -10, plot + 10)
    for (_, _, color), label, y in zip(ends, shown, at, strict=True):
        body = "<br>".join(map(safe, label))
        note(figure, 1, 0, f"<b>{body}</b>" if color == PLACE else body, xref="paper", yref="paper", xanchor="left",
             yanchor="middle", xshift=5, yshift=float(y), align="left", color=color)
    return max(width(x, SMALL, bold=True) for label in shown for x in label) + 12


def _named_after(components: list[str]) -> str:
    """What a chart of several components is named after: their index, or nothing if they are of several."""
    indices = {c.split(".")[0] for c in components}
    return components[0] if len(components) == 1 else indices.pop() if len(indices) == 1 else ""


def _rank_line(figure: Chart, own: pd.DataFrame, axis: str = "") -> None:
    """A line a block: broken where the scores are."""
    for _, of in own.assign(said=hover.of_components(own)).groupby("block"):
        series = of.set_index("year").reindex(range(int(of["year"].min()), int(of["year"].max()) + 1))
        bars = {}
        if set(own) >= INTERVAL:
            bars = {"error_y": {"array": (series["rank_worst"] - series["rank"]).fillna(0).to_list(), "width": 3,
                                "arrayminus": (series["rank"] - series["rank_best"]).fillna(0).to_list(),
                                "color": GREY, "thickness": 1, "symmetric": False}}
        figure.add_scatter(x=series.index.to_list(), y=gaps(series["rank"]), mode="lines+markers",
                           connectgaps=False, line={"color": PLACE, "width": 2.5}, marker={"size": 7, "color": PLACE},
                           xaxis=f"x{axis}", yaxis=f"y{axis}", hovertext=series["said"].fillna("").to_list(),
                           hovertemplate=hover.TEMPLATE, **bars)


def _one_bump(own: pd.DataFrame, component: str, first: int, last: int) -> tuple[Chart, dict]:
    figure, plot, base = Chart(), 250, int(own["base"].max())
    box(figure, 0, 1, base * 0.75, base + 0.5, FAINT, xref="paper")
    _rank_line(figure, own)
    newest = own.iloc[-1]
    label = w.rank(newest["rank"], newest["base"], newest["rank_kind"])
    right = max(width(label, SMALL, bold=True), width(t("chart.last_quarter"))) + 14
    above = years_axis(figure, component, first, last, right, plot)
    bases = {int(r.year): f"/{int(r.base)}" for r in own.itertuples()}
    figure.update_xaxes(ticktext=[f"{y}<br>{bases.get(y, '')}" for y in figure.layout.xaxis.tickvals])
    figure.update_yaxes(range=[base + 3, -6], tickvals=[1, *range(10, base + 1, 10)])
    quarter_at, label_at = spread([plot * (3 + base * 0.125) / (base + 9),
                                   plot * (base + 3 - newest["rank"]) / (base + 9)],
                                  [16, 18], 0, plot)
    note(figure, 1, 0, safe(t("chart.last_quarter")), xref="paper", yref="paper", xanchor="left", yanchor="middle",
         xshift=5, yshift=float(quarter_at), color=GREY)
    note(figure, 1, 0, f"<b>{label}</b>", xref="paper", yref="paper", xanchor="left", yanchor="middle", xshift=5,
         yshift=float(label_at), color=PLACE)
    _point_labels(figure, own)
    return figure, {"plot": plot, "left": 34, "right": right, "above": above, "below": 38}


def _point_labels(figure: Chart, own: pd.DataFrame) -> None:
    """Ranks beside their points, on the side that the line leaves free."""
    ranks, newest = own.set_index("year"), own["year"].max()
    for r in own[own["year"] < newest].to_dict("records"):
        year = r["year"]
        before, after = (ranks["rank"].get(y, r["rank"]) - r["rank"] for y in (year - 1, year + 1))
        below, slope = before + after < 0, np.sign(after - before)
        passing, side = before * after < 0, -1 if below else 1
        beside = 9 * slope * side if passing else 0
        if set(own) >= INTERVAL:  # clear of the upright bar
            beside = 14 * side * (slope if passing else 1)
        if year == ranks.index[0]:  # clear of the axis
            beside = abs(beside)
        star = "*" if r["rank_kind"] == "computed" else ""
        note(figure, int(year), float(r["rank"]), f"{int(r['rank'])}{star}", yshift=-12 if below else 12,
             xshift=float(beside))


def _many_bumps(own: pd.DataFrame, components: list[str], first: int, last: int) -> tuple[Chart, dict]:
    """Two columns of small panels with one scale of ranks."""
    figure, base = Chart(), int(own["base"].max())
    rows = (len(components) + 1) // 2
    inner, between, left, right = 78, 62, 34, 48
    plot = rows * inner + (rows - 1) * between
    half = (WIDTH - left - right - 78) / 2
    for i, component in enumerate(components):
        axis = str(i + 1) if i else ""
        of = own[own["component"] == component]
        _rank_line(figure, of, axis)
        x0 = 0 if i % 2 == 0 else (half + 78) / (WIDTH - left - right)
        y1 = 1 - (i // 2) * (inner + between) / plot
        figure.update_layout({
            f"xaxis{axis}": {"domain": [x0, x0 + half / (WIDTH - left - right)], "anchor": f"y{axis}",
                             "range": [first - 0.5, last + 0.5], "tickvals": [first, last], "ticks": "outside"},
            f"yaxis{axis}": {"domain": [max(0, y1 - inner / plot), y1], "anchor": f"x{axis}", "range": [base + 3, -3],
                             "tickvals": [1, 20, 40, 60]}})
        note(figure, first - 0.5, 1, f"<b>{lines(numbered_full(component), half + 40)}</b>", xref=f"x{axis}",
             yref=f"y{axis} domain", xanchor="left", yanchor="bottom", align="left", xshift=-left + 6, yshift=2)
        newest = of.iloc[-1]
        note(figure, int(newest["year"]), float(newest["rank"]), text.rank_of(newest),
             xref=f"x{axis}", yref=f"y{axis}", xanchor="left", xshift=6, color=PLACE)
        edge_bands(figure, component, int(of["year"].min()), last, xref=f"x{axis}", yref=f"y{axis} domain")
    return figure, {"plot": plot, "left": left, "right": right, "above": 34}
