"""One place among all: every place as a faint line under the chosen ones, and a small panel each where they are many."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib.base.problems import NoDataError
from indexlib.base.wording import t
from indexlib.charts import hover
from indexlib.charts import messages as text
from indexlib.charts.style import PLACE, WIDTH, Chart, note, plain_name, safe
from indexlib.data.places import load_places

#: Places that one chart can tell apart beside the one looked at; from one more on, each has a panel of its own.
TOGETHER = 4
#: Colours of compared places (Okabe-Ito), apart from that of the place and in grey print too.
COLORS = ("#D55E00", "#009E73", "#CC79A7", "#8C6D1F")
EVERYONE = "#DCDCDC"
INNER, BETWEEN, SIDE, GAP = 92, 56, 34, 26


def joined(frame: pd.DataFrame, column: str) -> list[list]:
    """Years and values of several places as one broken line, and the row of each point; -1 in the breaks.

    A line breaks between places, blocks, and over a year without a value.
    """
    rows = frame.reset_index(drop=True)
    rows = rows[rows[column].notna()].sort_values(["place", "year"])
    new = (rows["place"].ne(rows["place"].shift()) | rows["block"].ne(rows["block"].shift())
           | rows["year"].diff().ne(1)).tolist()
    points: list[tuple] = []
    for i, (breaks, row, year, value) in enumerate(zip(new, rows.index, rows["year"], rows[column], strict=True)):
        points += [(None, None, -1)] if breaks and i else []
        points.append((int(year), float(value), int(row)))
    return [list(x) for x in zip(*points, strict=True)] or [[], [], []]


def everyone(figure: Chart, frame: pd.DataFrame, column: str, component: str, axis: str = "",
             pointed: bool = True) -> None:
    """Every place as a faint line, a year that stands alone as a dot; pointed at, it says whose it is, pressed, its code."""
    rows = frame.reset_index(drop=True)
    years, values, at = joined(rows, column)
    here = np.array([v is not None for v in [None, *values, None]], dtype=int)
    alone = np.flatnonzero((here[1:-1] > 0) & (here[:-2] + here[2:] == 0))
    said = {"hoverinfo": "skip"}
    if pointed:
        texts = hover.of_places(rows.drop(columns="source", errors="ignore"), component)
        said = {"customdata": _at(rows["place"].tolist(), at), "hovertext": _at(texts, at), "hovertemplate": hover.TEMPLATE}
    where = {"name": safe(t("chart.everyone")), "xaxis": f"x{axis}", "yaxis": f"y{axis}"}
    # A browser draws one long line at once, a mark for each of its points in ten times the time.
    figure.add_scatter(x=years, y=values, mode="lines", connectgaps=False, line={"color": EVERYONE, "width": 1},
                       **where, **said)
    if len(alone):
        figure.add_scatter(x=[years[i] for i in alone], y=[values[i] for i in alone], mode="markers", hoverinfo="skip",
                           marker={"size": 2, "color": EVERYONE}, **where)


def _at(texts: list[str], rows: list[int]) -> list[str]:
    """Texts at the points of a broken line."""
    return [texts[i] if i >= 0 else "" for i in rows]


def panels(figure: Chart, frame: pd.DataFrame, column: str, component: str, places: list[str],
           ranges: tuple[list[float], list[float]]) -> dict:
    """A panel for each of the places, in rows of three or four: all faint, the first place thin, the panel's own strong.

    Returns
    -------
    dict
        The sizes that :func:`indexlib.charts.style.chart` takes.
    """
    own, shown = frame[frame["place"] == places[0]], [p for p in places if (frame["place"] == p).any()]
    if frame.loc[frame["place"].isin(shown), column].isna().all():
        raise NoDataError(t("chart.no_rank" if column == "rank" else "chart.no_score",
                            place=load_places().get(places[0]).name, component=plain_name(component)))
    across = 3 if len(shown) <= 6 else 4
    rows = -(-len(shown) // across)
    plot, inner = rows * INNER + (rows - 1) * BETWEEN, WIDTH - SIDE - 12
    each = (inner - (across - 1) * GAP) / across
    years, values = ranges
    for i, place in enumerate(shown):
        axis, left, top = str(i + 1) if i else "", (i % across) * (each + GAP), (i // across) * (INNER + BETWEEN)
        everyone(figure, frame, column, component, axis, pointed=False)
        theirs = frame[frame["place"] == place]
        for of, color, thick in ((own, PLACE, 1.2), (theirs, PLACE if place == places[0] else COLORS[0], 2.4)):
            own_line(figure, of, column, component, color, thick, axis)
        figure.update_layout({
            f"xaxis{axis}": {"domain": [left / inner, (left + each) / inner], "anchor": f"y{axis}", "range": years,
                             "tickvals": [int(years[0] + 0.5), int(years[1] - 0.5)], "ticks": "outside"},
            f"yaxis{axis}": {"domain": [max(0, 1 - (top + INNER) / plot), 1 - top / plot], "anchor": f"x{axis}",
                             "range": values, "showticklabels": i % across == 0,
                             **({"tickvals": [1, 20, 40, 60]} if column == "rank" else {"nticks": 4})}})
        name, last = load_places().get(place, int(frame["year"].max())).name, theirs.dropna(subset=[column])
        figures = "" if last.empty else _last(last.sort_values("year").iloc[-1], component, column)
        color = PLACE if place == places[0] else COLORS[0]
        note(figure, years[0], 1, "<br>".join([f"<b>{safe(name)}</b>", safe(figures)]), xref=f"x{axis}",
             yref=f"y{axis} domain", xanchor="left", yanchor="bottom", align="left", color=color, yshift=1)
    return {"plot": float(plot), "left": SIDE, "right": 12, "above": 34}


def own_line(figure: Chart, rows: pd.DataFrame, column: str, component: str, color: str, thick: float,
             axis: str = "") -> None:
    """The line of one place with its points."""
    rows = rows.reset_index(drop=True)
    years, values, at = joined(rows, column)
    figure.add_scatter(x=years, y=values, mode="lines+markers", connectgaps=False, line={"color": color, "width": thick},
                       marker={"size": 1.6 * thick + 1, "color": color}, xaxis=f"x{axis}", yaxis=f"y{axis}",
                       customdata=_at(rows["place"].tolist(), at), hovertext=_at(hover.of_places(rows, component), at),
                       hovertemplate=hover.TEMPLATE)


def _last(row: pd.Series, component: str, column: str) -> str:
    said = text.rank_of(row) if column == "rank" else text.score(row["score"], component)
    return f"{int(row['year'])}: {said}"
