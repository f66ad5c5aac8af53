"""Charts of the components of one place in one year. Public names in :mod:`indexlib.charts`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib.analysis.facts import BEYOND
from indexlib.base import wording as w
from indexlib.base.problems import NoDataError
from indexlib.base.wording import t
from indexlib.charts import hover
from indexlib.charts import messages as text
from indexlib.charts.style import (
    EDGE,
    FAINT,
    FALL,
    GREY,
    INK,
    PALE,
    PLACE,
    SMALL,
    Chart,
    balanced,
    box,
    chart,
    gaps,
    lines,
    note,
    numbered,
    rule,
    safe,
    width,
)
from indexlib.data.asked import as_written
from indexlib.data.catalogue import load_catalogue
from indexlib.plan.order import finest
from indexlib.plan.review import Findings

ROW, NAMES = 17, 205
RADAR_MARGIN = 150


def _rows(found: Findings, index: str, components: list[str] | None) -> pd.DataFrame:
    """The rows of an index that a chart shows: those asked, else the finest level at hand."""
    now = found.now.components
    now = now[(now["index"] == index) & now["score"].notna()]
    wanted = components if components is not None else finest(now["component"])
    now = now[now["component"].isin(wanted)].reset_index(drop=True)
    if now.empty:
        raise NoDataError(t("chart.nothing", place=found.place.name, year=found.params.year,
                            index=load_catalogue().short_name(index)))
    return load_catalogue().with_block(now)


def named_rows(figure: Chart, names: list[str], said: list[str], head: str,
               gap: float = 18) -> tuple[np.ndarray, float, float]:
    """Rows with names in the left margin, wrapped, and figures on the right under their head.

    Returns
    -------
    tuple
        Middles of the rows from the top, height of the plot, room on the right, of which ``gap`` is around the figures.
    """
    shown = [balanced(n, NAMES) for n in names]
    heights = np.array([max(ROW, len(s) * SMALL * 1.2 + 4) for s in shown])
    middles, right = np.cumsum(heights) - heights / 2, max(map(width, said)) + gap
    for s, y in zip(shown, middles, strict=True):
        note(figure, 0, float(y), "<br>".join(map(safe, s)), xref="paper", xanchor="right", align="right", xshift=-6)
    figure.update_yaxes(range=[heights.sum(), 0], visible=False)
    for label, y in zip(said, middles, strict=True):
        note(figure, 1, float(y), safe(label), xref="paper", xanchor="left", xshift=6)
    note(figure, 1, 1, safe(head), xref="paper", yref="paper", xanchor="right", yanchor="bottom", xshift=right - 6,
         yshift=2, color=GREY)
    return middles, float(heights.sum()), right


@as_written
def movement(found: Findings, index: str = "papi", components: list[str] | None = None) -> Chart:
    """Changes against the year before beside the usual movement, largest fall first.

    Rows are drawn in shares of each component's scale, since scales differ; the figures are points.

    Parameters
    ----------
    found : Findings
        With columns ``usual_movement`` and ``beyond`` among the components the band is drawn and falls
        beyond it are counted.
    index : str
    components : list of str, optional
        Components shown; default the finest level at hand.

    Returns
    -------
    Chart
        ``layout.meta["data"]``: ``component``, ``change``, ``change_published``, ``median_change``, ``reason``
        and ``usual_movement`` where given.

    Examples
    --------
    >>> from indexlib import open_run
    >>> dims = [f"papi.{i}" for i in range(1, 9)]
    >>> movement(open_run(place="Thanh Hóa", year=2024), "papi", dims).layout.meta["title"][:66]
    'PAPI của Thanh Hóa năm 2024: trong 8 nội dung, 5 tăng, 3 giảm điểm'
    """
    rows = _rows(found, index, components)
    known = rows[rows["comparable"]]
    if known.empty:
        raise NoDataError(t("chart.no_change", place=found.place.name, year=found.params.year,
                            index=load_catalogue().short_name(index)))
    scale = (known["scale_max"] - known["scale_min"]) / 100
    shares = scale.notna().all()
    unit = scale if shares else 1.0
    known = known.assign(_x=known["change"] / unit, _median=known["median_change"] / unit)
    if "usual_movement" in known:
        known["_usual"] = BEYOND * known["usual_movement"] / unit
    known = known.sort_values("_x", kind="stable")
    figure = Chart()
    said = [text.signed(v, c) for v, c in zip(known["change"], known["component"], strict=True)]
    head = t("unit." + load_catalogue().component(known["component"].iloc[0]).unit)
    y, plot, right = named_rows(figure, [numbered(c) for c in known["component"]], said, head)
    _movement_marks(figure, hover.with_source(known, found.scores), y, said)
    axis = t("chart.axis.share" if shares else "chart.axis.points")
    figure.update_xaxes(title={"text": safe(axis), "font": {"size": SMALL}, "standoff": 4}, nticks=7, showgrid=True,
                        gridcolor=FAINT)
    away = rows.loc[~rows["comparable"], ["component", "reason"]]
    data = rows[["component", "change", "change_published", "median_change", "reason",
                 *(c for c in ("usual_movement", "prob_fall", "grade") if c in rows)]]
    return chart(figure, text.movement_title(known, found, index), text.movement_source(rows, known, away, index),
                 kind="movement", place=found.place.code, year=found.params.year, component=index, data=data,
                 plot=plot, left=NAMES + 14, right=right, above=20, below=42)


def _movement_marks(figure: Chart, known: pd.DataFrame, y: np.ndarray, said: list[str]) -> None:
    """The band of usual movement about the national median, the median as a tick, the place as a dot."""
    if "_usual" in known:
        for middle, usual, at in zip(known["_median"], known["_usual"], y, strict=True):
            if pd.notna(usual):
                box(figure, middle - usual, middle + usual, at - 5, at + 5, "#E2E2E2")
    figure.add_scatter(x=gaps(known["_median"]), y=y, mode="markers", hoverinfo="skip",
                       marker={"symbol": "line-ns", "size": 11, "line": {"color": INK, "width": 1.5}})
    fell = known["change_published"] < 0
    changed = [t("chart.hover.change", change=x, before=y - 1) for x, y in zip(said, known["year"], strict=True)]
    pointed = np.array(hover.of_components(known, changed))
    for mask, color in ((fell, FALL), (~fell, PLACE)):
        figure.add_scatter(x=known.loc[mask, "_x"].to_list(), y=y[mask.to_numpy()], mode="markers",
                           marker={"size": 9, "color": color, "symbol": "circle" if color == FALL else "circle-open",
                                   "line": {"width": 2, "color": color}},
                           hovertext=pointed[mask.to_numpy()], hovertemplate=hover.TEMPLATE)
    rule(figure, 0, 0, 0, 1, yref="paper")


@as_written
def dots(found: Findings, index: str = "papi", components: list[str] | None = None) -> Chart:
    """Scores as shares of the scale against the median, farthest below it first.

    Parameters
    ----------
    found : Findings
    index : str
    components : list of str, optional
        Components shown; default the finest level at hand.

    Returns
    -------
    Chart
        ``layout.meta["data"]``: ``component``, ``score``, ``share``, ``compared`` (the share of what it is
        compared with), ``against`` (``median``, ``published_mean`` or empty).

    Examples
    --------
    >>> from indexlib import open_run
    >>> dots(open_run(place="Thanh Hóa", year=2024), "papi", ["papi.7", "papi.8"]).layout.meta["title"]
    'PAPI của Thanh Hóa năm 2024: trong 2 nội dung, 1 trên trung vị, 1 dưới trung vị; xa nhất phía dưới: Quản trị điện tử'
    """
    rows = compared(found, index, components)
    rows = rows.assign(_gap=(rows["share"] - rows["compared"]).fillna(np.inf)).sort_values("_gap", kind="stable")
    figure = Chart()
    said = np.array([w.number(s, load_catalogue().decimals(index)) for s in rows["score"]])
    y, plot, right = named_rows(figure, [numbered(c) for c in rows["component"]], said.tolist(), t("col.score"), gap=14)
    below = (rows["_gap"] < 0).to_numpy()
    for i, (own, other) in enumerate(zip(rows["share"], rows["compared"], strict=True)):
        if pd.notna(other):
            rule(figure, 100 * own, 100 * other, y[i], y[i], color=FALL if below[i] else PLACE, width=2)
    figure.add_scatter(x=gaps(100 * rows["compared"]), y=y, mode="markers", hoverinfo="skip",
                       marker={"symbol": "line-ns", "size": 12, "line": {"color": INK, "width": 2}})
    names = np.array([safe(numbered(c)) for c in rows["component"]])
    for mask, color, symbol in ((below, FALL, "circle"), (~below, PLACE, "circle-open")):
        figure.add_scatter(x=(100 * rows["share"])[mask].to_list(), y=y[mask], mode="markers", text=names[mask],
                           customdata=said[mask], marker={"size": 10, "color": color, "symbol": symbol,
                                                          "line": {"color": color, "width": 2}},
                           hovertemplate="%{text}: %{customdata}<extra></extra>")
    figure.update_xaxes(title={"text": safe(t("chart.axis.share_of_scale")), "font": {"size": SMALL}, "standoff": 4},
                        range=[-2, 102], tickvals=[0, 25, 50, 75, 100], showgrid=True, gridcolor=FAINT)
    return chart(figure, text.dots_title(rows, found, index, name_worst=True),
                 text.dots_source(rows, index, found.params.year, "chart.dots.key"), kind="dots",
                 place=found.place.code, year=found.params.year, component=index,
                 data=rows[["component", "score", "share", "compared", "against"]], plot=plot, left=NAMES + 14,
                 right=right, above=20, below=42)


def compared(found: Findings, index: str, components: list[str] | None) -> pd.DataFrame:
    """Rows with what they are compared with, the median or else the published mean.

    Returns
    -------
    DataFrame
        Columns of a review's components, and ``against`` (``median``, ``published_mean`` or empty), ``compared``
        (its share of the scale).
    """
    rows = _rows(found, index, components)
    rows = rows[rows["share"].notna()]
    if rows.empty:
        raise NoDataError(t("chart.no_scale", index=load_catalogue().short_name(index)))
    against = np.select([rows["median"].notna(), rows["published_mean"].notna()], ["median", "published_mean"], "")
    other = rows["median"].fillna(rows["published_mean"])
    return rows.assign(against=against,
                       compared=(other - rows["scale_min"]) / (rows["scale_max"] - rows["scale_min"]))


@as_written
def radar(found: Findings, index: str = "papi", components: list[str] | None = None) -> Chart:
    """Shares of the scale around a circle, the place against the median.

    Areas of a radar mislead; :func:`dots` says the same better. Readers of PAPI expect it.

    Parameters
    ----------
    found : Findings
    index : str
    components : list of str, optional
        Components shown; default those right below the total.

    Returns
    -------
    Chart
        ``layout.meta["data"]`` as of :func:`dots`.

    Examples
    --------
    >>> from indexlib import open_run
    >>> len(radar(open_run(place="Thanh Hóa", year=2024)).layout.meta["data"])
    8
    """
    c = load_catalogue().components
    top = components or c.loc[(c["parent"] == index) & (c["level"] != "part"), "component"].tolist()
    rows = compared(found, index, top)
    figure, names = Chart(), [numbered(x) for x in rows["component"]]
    labels = [lines(n, 122) for n in names]
    ring = [*labels, labels[0]]
    for column, color, fill in (("compared", GREY, "rgba(150,150,150,0.25)"), ("share", PLACE, "rgba(0,0,0,0)")):
        r = (100 * rows[column]).to_list()
        if rows[column].notna().all():
            figure.add_scatterpolar(r=[*r, r[0]], theta=ring, mode="lines+markers", fill="toself", fillcolor=fill,
                                    line={"color": color, "width": 1.5 if column == "compared" else 3},
                                    marker={"size": 5}, hovertemplate="%{theta}: %{r:.0f}<extra></extra>")
    key = t("chart.median") if rows["against"].eq("median").all() else t("chart.published_mean")
    figure.update_layout(polar={
        "bgcolor": "#FFFFFF", "angularaxis": {"direction": "clockwise", "rotation": 90, "gridcolor": PALE,
                                              "linecolor": PALE, "tickfont": {"size": SMALL}},
        "radialaxis": {"range": [0, 100], "tickvals": [25, 50, 75, 100], "gridcolor": FAINT, "showline": False,
                       "ticks": "", "tickfont": {"size": SMALL, "color": GREY}, "angle": 90 - 180 / len(rows),
                       "tickangle": 90 - 180 / len(rows)}})
    corner = {"xref": "paper", "yref": "paper", "xanchor": "left", "xshift": EDGE - RADAR_MARGIN}
    note(figure, 0, 1, f"<b>{safe(found.place.name)}</b>", **corner, yshift=22, color=PLACE, size=SMALL + 1)
    if rows["compared"].notna().all():
        note(figure, 0, 1, safe(key), **corner, yshift=6, color=GREY)
    return chart(figure, text.dots_title(rows, found, index),
                 text.dots_source(rows, index, found.params.year, "chart.radar.key"), kind="radar",
                 place=found.place.code, year=found.params.year, component=index,
                 data=rows[["component", "score", "share", "compared", "against"]], plot=300, left=RADAR_MARGIN,
                 right=RADAR_MARGIN,
                 above=40, below=44)

