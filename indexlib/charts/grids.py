"""Charts made of cells: quarters by component and year, and the tile map. Public names in :mod:`indexlib.charts`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from indexlib.analysis.panel import Panel
from indexlib.analysis.standing import GROUPS
from indexlib.base.problems import NoDataError
from indexlib.base.wording import t
from indexlib.charts import hover
from indexlib.charts import messages as text
from indexlib.charts.among import COLORS
from indexlib.charts.over_years import edges
from indexlib.charts.style import (
    GREY,
    INK,
    PALE,
    PLACE,
    QUARTERS,
    SMALL,
    WIDTH,
    Chart,
    balanced,
    box,
    chart,
    note,
    numbered,
    rule,
    safe,
    width,
)
from indexlib.data import files
from indexlib.data.asked import as_written
from indexlib.data.catalogue import PART, load_catalogue
from indexlib.data.places import load_places
from indexlib.data.scores import load_withheld
from indexlib.plan.order import finest

#: Marks in the cells: quarters by number, 1 the highest; a score of a partial panel; withheld.
MARKS = {"high": "1", "upper_middle": "2", "lower_middle": "3", "low": "4", "partial": "–", "withheld": "×", "missing": " "}
FILLS = QUARTERS | {"partial": ("#FFFFFF", INK), "withheld": ("#D9D9D9", INK),
                    "missing": ("#FFFFFF", GREY)}
ROW, NAMES = 18, 232
CELLS = ["year", "component", "state", "score", "rank", "base", "rank_kind"]


@as_written
def heat(scores: pd.DataFrame | Panel, place: str, index: str = "papi", year: int | None = None,
         first: int | None = None) -> Chart:
    """Quarter of every component of an index in every year, as a number in a coloured cell.

    Parameters
    ----------
    scores : DataFrame or Panel
        Columns of :func:`indexlib.load_scores` or :func:`indexlib.standing`, every place.
    place, index : str
        Codes.
    year, first : int, optional
        Last and first year; default all years of the index.

    Returns
    -------
    Chart
        ``layout.meta["data"]``: ``year``, ``component``, ``state`` (a quarter, ``partial`` or ``withheld``),
        ``score``, ``rank``, ``base``, ``rank_kind``.

    Raises
    ------
    NoDataError
        The place has no score of the index.

    Examples
    --------
    >>> from indexlib import load_scores
    >>> heat(load_scores("papi"), "thanh_hoa", "papi", 2024).layout.meta["title"].partition(": ")[2]
    'trong 28 nội dung, 13 thuộc nhóm cao, 7 trung bình cao, 4 trung bình thấp, 4 thấp'
    """
    catalogue = load_catalogue()
    known = [c for c in catalogue.order if catalogue.component(c).index == index
             and catalogue.component(c).level != PART]
    of = text.ranked(scores, known, year)
    of = of[of["year"] >= (first or 0)]
    cells = _cells(of, place, known)
    if cells["score"].notna().sum() == 0:
        raise NoDataError(t("chart.nothing_ever", place=load_places().get(place).name,
                            index=catalogue.short_name(index)))
    year = int(of["year"].max()) if year is None else year
    start = int(cells["year"].min())
    shown = [c for c in known if c in set(cells["component"])]
    figure = Chart()
    middles, heights, left = named_cells(figure, shown)
    plot = float(sum(heights.values()))
    _draw(figure, cells, middles, heights)
    for component in shown:
        at, half = middles[component], heights[component] / 2
        for edge in edges(component, int(cells.loc[cells["component"] == component, "year"].min()), year):
            rule(figure, edge - 0.5, edge - 0.5, at - half, at + half, color=INK, width=2, dash="dot")
    every = 1 if (WIDTH - left - 12) / (year - start + 1) > 29 else 2
    figure.update_xaxes(range=[start - 0.5, year + 0.5], tickvals=list(range(year, start - 1, -every)), side="top",
                        showline=False)
    figure.update_yaxes(range=[plot, 0], visible=False)
    key = [*GROUPS, *(s for s in ("partial", "withheld") if (cells["state"] == s).any())]
    below = key_of_cells(figure, key, left)
    now = cells[cells["year"] == year]
    now = now[now["component"].isin(finest(now["component"]))]
    return chart(figure, text.heat_title(now, place, index, year), text.heat_source(of, index, start, year),
                 kind="heat", place=place, year=year, component=index, data=cells[CELLS], plot=plot, left=left, right=12,
                 above=24, below=below)


def _cells(of: pd.DataFrame, place: str, known: list[str]) -> pd.DataFrame:
    """One row per component and year with a score or a withheld one."""
    own = of[of["place"] == place]
    own = own[["year", "component", "score", "rank", "base", "rank_kind", "group", *{"source"} & set(own)]]
    own = own[own["score"].notna()]
    own = own.assign(state=own["group"].astype(object).where(own["group"] != "", "partial")).drop(columns="group")
    held = load_withheld().query("place == @place and component in @known")
    held = held.loc[held["year"].isin(of["year"].unique()), ["year", "component", "source"]].assign(state="withheld")
    return pd.concat([own, held], ignore_index=True)


def named_cells(figure: Chart, components: list[str], room: float = NAMES,
                row: float = ROW) -> tuple[dict[str, float], dict[str, float], float]:
    """Names of the rows, indented by level; middles and heights of the rows; the room the names take."""
    middles, heights, top, widest = {}, {}, 0.0, 0.0
    for component in components:
        parent = load_catalogue().component(component).parent
        deep = bool(parent) and bool(load_catalogue().component(parent).parent)
        indent = 10 if deep else 0
        shown = balanced(numbered(component), room - indent, SMALL, bold=not deep)
        heights[component] = max(row, len(shown) * SMALL * 1.25 + (3 if len(shown) > 1 else 0))
        middles[component] = top + heights[component] / 2
        top += heights[component]
        widest = max(widest, indent + max(width(s, SMALL, bold=not deep) for s in shown))
        body = "<br>".join(map(safe, shown))
        note(figure, 0, middles[component], body if deep else f"<b>{body}</b>", xref="paper", xanchor="left",
             align="left", xshift=indent)
    left = widest + 18
    for name in figure._notes:
        name["xshift"] += 10 - left
    return middles, heights, left


def _draw(figure: Chart, cells: pd.DataFrame, middles: dict[str, float], heights: dict[str, float]) -> None:
    for state, of in cells.groupby("state", sort=False):
        fill, ink = FILLS[state]
        for c, y in zip(of["component"], of["year"], strict=True):
            half = heights[c] / 2 - 1
            box(figure, y - 0.47, y + 0.47, middles[c] - half, middles[c] + half, fill,
                line={"color": PALE if state == "partial" else fill, "width": 1})
        figure.add_scatter(x=of["year"].to_list(), y=[middles[c] for c in of["component"]], mode="text",
                           text=[MARKS[state]] * len(of), textfont={"size": SMALL, "color": ink},
                           hovertext=hover.of_components(of), hoverinfo="text")


def key_of_cells(figure: Chart, states: list[str], left: float) -> float:
    """What the numbers and colours mean, in lines under the plot; the room it takes."""
    x, row = 10.0, 0
    for state in states:
        said = t(f"chart.group.{state}") if state in GROUPS else t(f"chart.key.{state}")
        need = 20 + width(said) + 14
        if x + need > WIDTH - 10:
            x, row = 10.0, row + 1
        fill, ink = FILLS[state]
        at = {"xref": "paper", "yref": "paper", "yanchor": "top", "yshift": -4 - 19 * row}
        note(figure, 0, 0, MARKS[state], **at, xanchor="center", xshift=x - left + 8, bgcolor=fill, bordercolor=PALE,
             borderwidth=1, borderpad=1, width=15, color=ink)
        note(figure, 0, 0, safe(said), **at, xanchor="left", xshift=x - left + 20, color=GREY)
        x += need
    return 10 + 19 * (row + 1)


@cache
def _tile_table(folder: Path) -> pd.DataFrame:
    frame = files.read_table(folder / "catalogue" / "tiles.csv", ["set", "code", "row", "col", "label_vi"])
    return frame.assign(row=frame["row"].astype(int), col=frame["col"].astype(int))


def tile_table(year: int) -> pd.DataFrame:
    """Tiles of the provinces of a year (63 until 2024, 34 from 2025) with the two archipelagos: ``code``, ``row``,
    ``col``, ``label_vi``."""
    frame = _tile_table(files.data_dir())
    return frame[frame["set"] == ("63" if year < 2025 else "34")].drop(columns="set").reset_index(drop=True)


@as_written
def tiles(scores: pd.DataFrame | Panel, year: int, component: str, place: str = "",
          compare: list[str] | tuple[str, ...] = ()) -> Chart:
    """Map of the provinces as tiles of one size, coloured and numbered by quarter; one province may be framed.

    Parameters
    ----------
    scores : DataFrame or Panel
        Columns of :func:`indexlib.load_scores` or :func:`indexlib.standing`, every place.
    year : int
    component : str
    place : str, optional
        Code of the province to frame.
    compare : list of str
        Other provinces to frame, in another colour.

    Returns
    -------
    Chart
        ``layout.meta["data"]``: ``place``, ``row``, ``col``, ``state`` (a quarter, ``partial``, ``withheld``,
        ``missing``, or ``island`` for Hoàng Sa and Trường Sa), ``score``, ``rank``, ``base``, ``rank_kind``.

    Examples
    --------
    >>> from indexlib import load_scores
    >>> frame = tiles(load_scores("papi"), 2024, "papi").layout.meta["data"]
    >>> len(frame), sum(tile["state"] == "withheld" for tile in frame)
    (65, 2)
    """
    now = text.ranked(scores, component, year)
    now = now[now["year"] == year]
    kept = now[["place", "score", "rank", "base", "rank_kind", "group", *{"source", "moved"} & set(now)]]
    frame = tile_table(year).merge(kept, how="left", left_on="code", right_on="place").drop(columns="place")
    frame["state"] = _tile_states(frame, year, component)
    columns, rows = int(frame["col"].max()) + 1, int(frame["row"].max()) + 1
    left = right = 14
    across = (WIDTH - left - right) / columns
    tall = 34
    figure = Chart()
    for tile in frame.itertuples(index=False):
        _tile(figure, tile, year, across, frame=PLACE if tile.code == place else COLORS[1] if tile.code in compare else "")
    known = frame[frame["state"] != "island"].rename(columns={"code": "place"}).assign(year=year)
    figure.add_scatter(x=known["col"].to_list(), y=known["row"].to_list(), mode="markers", hoverinfo="text",
                       hovertext=hover.of_places(known, component), customdata=known["place"].tolist(),
                       marker={"opacity": 0, "size": tall})
    figure.update_xaxes(range=[-0.5, columns - 0.5], visible=False)
    figure.update_yaxes(range=[rows - 0.5, -0.5], visible=False)
    states = [s for s in (*GROUPS, "partial", "withheld") if (frame["state"] == s).any()]
    below = key_of_cells(figure, states, left)
    data = frame.rename(columns={"code": "place"})
    return chart(figure, text.tiles_title(frame, component, year, place),
                 text.source(now, component, year, year, rank=bool(place), computed="chart.heat.computed"),
                 kind="tiles", place=place, year=year, component=component, plot=tall * rows, left=left, right=right,
                 below=below, data=data[["place", "row", "col", "state", "score", "rank", "base", "rank_kind"]])


def _tile_states(frame: pd.DataFrame, year: int, component: str) -> list[str]:
    held = set(load_withheld().query("year == @year and component == @component")["place"])
    provinces = {p.code for p in load_places().valid(year)}
    states = []
    for r in frame.itertuples(index=False):
        if r.code not in provinces:
            states.append("island")
        elif r.code in held:
            states.append("withheld")
        elif pd.isna(r.score):
            states.append("missing")
        else:
            states.append(r.group or "partial")
    return states


def _tile(figure: Chart, tile: object, year: int, across: float, frame: str) -> None:
    """One tile: its colour, name and mark."""
    fill, ink = FILLS.get(tile.state, ("#FFFFFF", GREY))
    box(figure, tile.col - 0.47, tile.col + 0.47, tile.row - 0.46, tile.row + 0.46, fill,
        line={"color": frame or PALE, "width": 4 if frame else 1,
              "dash": "dot" if tile.state == "island" else "solid"})
    mark = MARKS.get(tile.state, "")
    shown = balanced(text.tile_name(tile.code, tile.label_vi, year), across - 6, SMALL - 1, bold=bool(frame))
    body = "<br>".join(map(safe, [*shown[:2]]))
    note(figure, tile.col, tile.row, f"<b>{body}</b>" if frame else body, size=SMALL - 1, color=ink,
         xshift=-5 if mark and len(shown) > 1 else 0, yshift=6 if mark and len(shown) == 1 else 0, borderpad=0)
    if mark:
        note(figure, tile.col, tile.row, mark, size=SMALL - 1, color=ink, yshift=-8, borderpad=0,
             xshift=across / 2 - 9 if len(shown) > 1 else 0)
