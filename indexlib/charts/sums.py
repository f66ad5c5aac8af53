"""The waterfall of contributions. Public name in :mod:`indexlib.charts`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib.base.wording import t
from indexlib.charts import messages as text
from indexlib.charts.one_year import NAMES, named_rows
from indexlib.charts.style import FAINT, FALL, INK, PLACE, Chart, box, chart, numbered, rule, safe
from indexlib.data.catalogue import load_catalogue


def waterfall(contributions: pd.DataFrame, place: str, year: int) -> Chart:
    """What each component added to the change of a total or took from it, largest fall first.

    Parameters
    ----------
    contributions : DataFrame
        ``component``, ``contribution`` (points of the total), ``total_change``; the components of one index.
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
    'Chỉ số PAPI của Thanh Hóa năm 2024 tăng 0,2000 điểm: 1 nội dung góp tăng, 0 không đổi, 1 kéo giảm'
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
    y, plot, right = named_rows(figure, names, said, t("unit." + load_catalogue().component(index).unit))
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
    return chart(figure, text.waterfall_title(rows, index, place, year, total), text.waterfall_source(index, year),
                 kind="waterfall", place=place, year=year, component=index, data=rows, plot=plot, left=NAMES + 14,
                 right=right, above=20, below=26)


def _bar(figure: Chart, start: float, end: float, y: float, color: str, falls: bool) -> None:
    """A bar between two values; rises are outlined only, so that grey print tells them from falls."""
    box(figure, min(start, end), max(start, end), y - 6, y + 6, color if falls else "#FFFFFF", layer="between",
        line={"color": color, "width": 2})
