"""Sums: the waterfall of contributions, and what is measured alike. Public names in :mod:`indexlib.charts`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib.analysis.like_for_like import LikeForLike, reaches_back
from indexlib.analysis.panel import Panel
from indexlib.base.problems import NoDataError
from indexlib.base.wording import t
from indexlib.charts import among
from indexlib.charts import messages as text
from indexlib.charts.one_year import NAMES, named_rows
from indexlib.charts.over_years import end_labels, hovered, limits, line, newest, sums_of, withheld_marks
from indexlib.charts.style import (
    FAINT,
    FALL,
    GREY,
    INK,
    PLACE,
    SMALL,
    Chart,
    box,
    chart,
    numbered,
    plain_name,
    rule,
    safe,
)
from indexlib.data.asked import as_written
from indexlib.data.catalogue import load_catalogue
from indexlib.data.places import load_places


@as_written
def waterfall(contributions: pd.DataFrame, place: str, year: int) -> Chart:
    """What each component added to the change of a total or took from it, largest fall first.

    Parameters
    ----------
    contributions : DataFrame
        ``component``, ``contribution`` (points of the total), ``total_change``; the components of one index. With
        ``change`` (points of the component) the figures say it beside where weights made the contribution another.
    place : str
    year : int

    Returns
    -------
    Chart
        ``layout.meta["data"]``: the frame, in the order drawn. What the contributions leave of the total
        change at the published decimals is drawn as a row of its own.

    Examples
    --------
    >>> frame = pd.DataFrame({"component": ["papi.1", "papi.2"], "contribution": [0.3, -0.1], "total_change": 0.2})
    >>> waterfall(frame, "thanh_hoa", 2024).layout.meta["title"]
    'Chỉ số PAPI của Thanh Hóa năm 2024 tăng 0,2000 điểm: trong 2 nội dung, 1 góp tăng, 1 kéo giảm'
    """
    rows = contributions.sort_values("contribution", kind="stable").reset_index(drop=True)
    index = load_catalogue().component(rows["component"].iloc[0]).index
    total = float(rows["total_change"].iloc[0])
    names = [numbered(c) for c in rows["component"]]
    steps = rows["contribution"].tolist()
    rest = total - sum(steps)
    if abs(rest) >= 0.5 * 10.0 ** -load_catalogue().decimals(index):
        names, steps = [*names, t("chart.waterfall.rest")], [*steps, rest]
    ends = np.cumsum(steps)
    starts = np.concatenate([[0.0], ends[:-1]])
    figure, names = Chart(), [*names, t("chart.waterfall.total")]
    said = [text.signed(v, index) for v in [*steps, total]]
    weighted = "change" in rows and not np.allclose(rows["change"], rows["contribution"])
    if weighted:
        own = [f" ({text.signed(v, index)})" for v in rows["change"]]
        said = [s + o for s, o in zip(said, [*own, *[""] * (len(said) - len(own))], strict=True)]
    unit = t("unit." + load_catalogue().component(index).unit)
    y, plot, right = named_rows(figure, names, said, t("chart.waterfall.head", unit=unit) if weighted else unit)
    for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
        _bar(figure, start, end, y[i], FALL if end < start else PLACE, falls=end < start)
        rule(figure, end, end, y[i], y[i + 1])
    _bar(figure, 0.0, total, y[-1], INK, falls=True)
    rule(figure, 0, 0, 0, 1, yref="paper")
    reach = [0.0, total, *ends]
    margin = 0.05 * (max(reach) - min(reach)) or 0.1
    figure.add_scatter(x=[*ends, total], y=y, mode="markers", marker={"opacity": 0, "size": 12},
                       text=[safe(f"{n}: {s}") for n, s in zip(names, said, strict=True)],
                       hovertemplate="%{text}<extra></extra>")
    figure.update_xaxes(range=[min(reach) - margin, max(reach) + margin], showgrid=True, gridcolor=FAINT, nticks=7)
    if weighted:
        axis = safe(t("chart.waterfall.weighted", unit=unit))
        figure.update_xaxes(title={"text": axis, "font": {"size": SMALL}, "standoff": 4})
    return chart(figure, text.waterfall_title(rows, index, place, year, total), text.waterfall_source(index, year, weighted),
                 kind="waterfall", place=place, year=year, component=index, data=rows, plot=plot, left=NAMES + 14,
                 right=right, above=20, below=42 if weighted else 26)


def _bar(figure: Chart, start: float, end: float, y: float, color: str, falls: bool) -> None:
    """A bar between two values; rises are outlined only, so that grey print tells them from falls."""
    box(figure, min(start, end), max(start, end), y - 6, y + 6, color if falls else "#FFFFFF", layer="between",
        line={"color": color, "width": 2})


@as_written
def alike(scores: pd.DataFrame | Panel, place: str, component: str, compare: list[str] | tuple[str, ...] = (),
          year: int | None = None, first: int | None = None) -> Chart:
    """The sum of the parts of a total or dimension that are measured alike over the years, and the median of such sums.

    Parameters
    ----------
    scores : DataFrame or Panel
        Columns of :func:`indexlib.load_scores`, every place, with the parts of the finest level.
    place, component, compare
        As for :func:`history`.
    year, first : int, optional
        Last and first year; default the last with scores, and the earliest from which the parts are half the scale.

    Returns
    -------
    Chart
        ``layout.meta["data"]``: ``year``, ``place``, ``score``, ``rank``, ``base``, ``median``.

    Raises
    ------
    NoDataError
        The parts measured alike are less than half the scale, or the place lacks one of them.

    Examples
    --------
    >>> from indexlib import load_scores
    >>> alike(load_scores("papi"), "thanh_hoa", "papi", year=2024).layout.meta["title"]
    'Phần so sánh được của Chỉ số PAPI: Thanh Hóa đạt 29,4980 điểm năm 2024, 28,8162 điểm năm 2018'
    """
    rows = scores.rows if isinstance(scores, Panel) else scores
    year = int(rows.loc[rows["place"] == place, "year"].max()) if year is None else year
    first = first or reaches_back(component, year)
    sums = sums_of(scores, place, component, first, year) if first else None
    if sums is None:
        raise NoDataError(t("chart.alike.none", component=plain_name(component), place=text.place_name(place, year)))
    f, figure, ends = sums.figures.assign(block=0, rank_kind="computed"), Chart(), []
    drawn = f[f["place"].isin([place, *compare])]
    if len(compare) > among.TOGETHER:
        size = among.panels(figure, f, "score", component, [place, *compare],
                            ([first - 0.5, year + 0.5], list(limits(f["score"]))))
        return _alike(figure, sums, place, component, year, drawn, size)
    among.everyone(figure, f[~f["place"].isin([place, *compare])], "score", component)
    lines = [(t("chart.median"), f.dropna(subset="median").drop_duplicates("year").assign(
        score=lambda m: m["median"], place=place, rank=np.nan), {"color": GREY, "width": 1.5, "dash": "dot"})]
    lines += [(load_places().get(c, year).name, f[f["place"] == c], {"color": color, "width": 2})
              for c, color in zip(compare, among.COLORS, strict=False)]
    lines.append((load_places().get(place, year).name, f[f["place"] == place], {"color": PLACE, "width": 3}))
    for name, of, how in lines:
        if len(of):
            line(figure, hovered(of, component), name, **how)
            ends.append((name, *newest(of), how["color"]))
    plot, (low, high) = 235, limits(f["score"])
    right = end_labels(figure, ends, component, year, plot, low, high)
    figure.update_xaxes(range=[first - 0.5, year + 0.5], ticks="outside", tickvals=list(range(first, year + 1)))
    figure.update_yaxes(range=[low, high], nticks=6)
    withheld_marks(figure, place, component, pd.Series(dtype=float), first, year, low, high)
    return _alike(figure, sums, place, component, year, drawn, {"plot": plot, "left": 46, "right": right})


def _alike(figure: Chart, sums: LikeForLike, place: str, component: str, year: int, drawn: pd.DataFrame,
           size: dict[str, float]) -> Chart:
    return chart(figure, text.alike_title(sums, place), f'{text.alike(sums)} {t("chart.cut_sum")}', kind="alike",
                 place=place, year=year, component=component, data=drawn.drop(columns=["block", "rank_kind"]), **size)
