"""Components by places: the groups or the changes of several places side by side. Public name in :mod:`indexlib.charts`."""

from __future__ import annotations

import pandas as pd

from indexlib.analysis.panel import Panel
from indexlib.base import wording as w
from indexlib.base.problems import NoDataError
from indexlib.base.wording import t
from indexlib.charts import hover
from indexlib.charts import messages as text
from indexlib.charts.grids import FILLS, MARKS, NAMES, key_of_cells, named_cells
from indexlib.charts.style import FALL, GREY, INK, PALE, PLACE, SMALL, WIDTH, Chart, balanced, box, chart, note, safe, width
from indexlib.data.asked import as_written
from indexlib.data.catalogue import PART, load_catalogue
from indexlib.data.places import load_places
from indexlib.data.scores import load_withheld

#: Most pixels of a column, and least of a row.
WIDEST, ROW = 64, 15


@as_written
def side_by_side(scores: pd.DataFrame | Panel, places: list[str], index: str, year: int, value: str = "group") -> Chart:
    """Components of an index in rows, places in columns: the quarter of each, or its change against the year before.

    Parameters
    ----------
    scores : DataFrame or Panel
        Columns of :func:`indexlib.load_scores` or :func:`indexlib.standing`, every place.
    places : list of str
        The first is the one looked at; any number.
    index : str
    year : int
    value : {"group", "change"}

    Returns
    -------
    Chart
        ``layout.meta["data"]``: ``place``, ``component``, ``score``, ``rank``, ``base``, ``rank_kind``, ``group``, ``moved``
        (points against the year before; missing where not comparable).

    Raises
    ------
    NoDataError
        None of the places has a score of the index in the year, nor a withheld one.

    Examples
    --------
    >>> from indexlib import load_scores
    >>> side_by_side(load_scores("papi"), ["Thanh Hóa", "Nghệ An"], "papi", 2024).layout.meta["title"]
    'PAPI năm 2024: nhóm hạng của từng nội dung ở 2 nơi'
    """
    catalogue = load_catalogue()
    known = [c for c in catalogue.valid(year, index) if catalogue.component(c).level != PART]
    of = text.ranked(scores, known, year)
    held = load_withheld().query("year == @year and place in @places and component in @known")
    now = of[(of["year"] == year) & of["place"].isin(places) & of["score"].notna()]
    if now.empty:
        raise NoDataError(t("chart.nothing", place=w.listing([text.place_name(p, year) for p in places]), year=year,
                            index=catalogue.short_name(index)))
    key = ["place", "component"]
    every = [(p, c) for p in places for c in known if c in set(now["component"]) | set(held["component"])]
    now = now.set_index(key).reindex(pd.MultiIndex.from_tuples(every, names=key)).reset_index()
    state = now["group"].astype(object).where(now["group"] != "", "partial").where(now["score"].notna(), "missing")
    withheld = pd.MultiIndex.from_frame(now[key]).isin(pd.MultiIndex.from_frame(held[key]))
    now = now.assign(year=year, state=state.mask(withheld, "withheld"))
    shown, figure = [c for c in known if c in set(now["component"])], Chart()
    middles, heights, left = named_cells(figure, shown, max(NAMES, WIDTH - 40 - WIDEST * len(places)), ROW)
    plot = float(sum(heights.values()))
    right = max(12.0, WIDTH - left - WIDEST * len(places))
    names = [load_places().get(p, year).name for p in places]
    tall = max(width(n, SMALL, bold=True) for n in names)
    level, each = len(places) < 7, (WIDTH - left - right) / len(places)
    how = "full" if each > 58 else "short" if each > 38 else "sign"
    for i, (place, name) in enumerate(zip(places, names, strict=True)):
        head = "<br>".join(map(safe, balanced(name, each, SMALL) if level else [name]))
        note(figure, i, 1, f"<b>{head}</b>" if i == 0 else head, yref="paper", yanchor="bottom", yshift=2,
             color=PLACE if i == 0 else GREY, textangle=0 if level else -90)
        own = now[now["place"] == place]
        for row in own.to_dict("records"):
            _cell(figure, i, middles[row["component"]], heights[row["component"]] / 2 - 1, row, value, how)
        figure.add_scatter(x=[i] * len(own), y=[middles[c] for c in own["component"]], mode="markers", hoverinfo="text",
                           hovertext=[f"<b>{safe(name)}</b><br>{said}" for said in hover.of_components(own)],
                           customdata=own["place"].tolist(), marker={"opacity": 0, "size": 16})
    figure.update_xaxes(range=[-0.5, len(places) - 0.5], visible=False)
    figure.update_yaxes(range=[plot, 0], visible=False)
    below = key_of_cells(figure, [s for s in FILLS if (now["state"] == s).any()], left) if value == "group" else 8
    told = ["chart.heat.computed"] if value == "group" else [
        *(["chart.beside.signs"] if how == "sign" else []), *(["chart.beside.marks"] if now["moved"].isna().any() else [])]
    data = now[["place", "component", "score", "rank", "base", "rank_kind", "group"]].assign(moved=now.get("moved"))
    data = data[data["score"].notna()]
    title = t(f"chart.beside.{value}", index=catalogue.short_name(index), year=year, before=year - 1, n=len(places))
    return chart(figure, title, text.heat_source(of, index, year, year, told), kind="beside", place=places[0], year=year,
                 component=index, data=data, plot=plot, left=left, right=right, above=36 if level else tall + 10, below=below)


def _cell(figure: Chart, x: int, middle: float, half: float, row: dict, value: str, how: str) -> None:
    """One figure or mark; a change in as many digits as its column has room for."""
    if value == "change":
        moved = row.get("moved")
        if moved is not None and not pd.isna(moved):
            said = {"full": text.signed(moved, row["component"]), "short": w.change(moved, w.change_digits(moved, 2)),
                    "sign": "▼" if moved < 0 else "▲" if moved > 0 else "="}[how]
            note(figure, x, middle, said, color=FALL if moved < 0 else INK)
        else:
            note(figure, x, middle, "×" if row["state"] == "withheld" else "–", color=GREY)
        return
    state = row["state"]
    fill, ink = FILLS[state]
    box(figure, x - 0.46, x + 0.46, middle - half, middle + half, fill, line={"color": PALE, "width": 1})
    note(figure, x, middle, MARKS[state], color=ink)
