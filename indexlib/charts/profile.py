"""The profile of an index for a briefing: every component among all places. Public name in :mod:`indexlib.charts`."""

from __future__ import annotations

import pandas as pd

from indexlib.base import wording as w
from indexlib.base.problems import NoDataError
from indexlib.base.wording import t
from indexlib.charts import messages as text
from indexlib.charts.one_year import NAMES, named_rows
from indexlib.charts.style import FAINT, FALL, INK, PALE, PLACE, SMALL, Chart, box, chart, numbered, plain_name, rule, safe
from indexlib.data.catalogue import TOTAL, load_catalogue
from indexlib.plan.order import finest
from indexlib.plan.review import Findings

#: Shares of the places at the ends of the bands and at the stroke.
QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)


def profile(found: Findings, index: str = "papi") -> Chart:
    """Where the place stands among all in every component: the range of places, their middle half, the median, its own dot.

    Parameters
    ----------
    found : Findings
    index : str

    Returns
    -------
    Chart
        ``layout.meta["data"]``: ``component``, ``score``, ``rank``, ``base``, and the scores at the quarters of the places,
        ``0`` to ``100``.

    Raises
    ------
    NoDataError
        No component of the index has a figure of every place.

    Examples
    --------
    >>> from indexlib import open_run
    >>> len(profile(open_run(place="Thanh Hóa", year=2024), "papi").layout.meta["data"])
    36
    """
    now = found.now.components
    now = now[(now["index"] == index) & (now["level"] != TOTAL) & now["score"].notna() & now["median"].notna()]
    if now.empty:
        raise NoDataError(t("chart.nothing", place=found.place.name, year=found.year,
                            index=load_catalogue().short_name(index)))
    everywhere = found.standing()
    scores = everywhere.groupby("component")["score"]
    ends = pd.DataFrame({q: scores.quantile(q) for q in QUARTERS}).loc[now["component"]]
    share = ends.sub(ends[0.0], axis=0).div((ends[1.0] - ends[0.0]).where(lambda v: v > 0, 1), axis=0) * 100
    own = (now["score"].to_numpy() - ends[0.0]) / (ends[1.0] - ends[0.0]).where(lambda v: v > 0, 1) * 100
    figure = Chart()
    said = [f"{text.score(r.score, r.component).split(' ')[0]}  {w.rank(r.rank, r.base, r.rank_kind)}"
            for r in now.itertuples(index=False)]
    y, plot, right = named_rows(figure, [numbered(c) for c in now["component"]], said, t("chart.profile.head"))
    for at, row in zip(y, share.itertuples(index=False, name=None), strict=True):
        box(figure, row[0], row[4], at - 2, at + 2, FAINT, layer="between")
        box(figure, row[1], row[3], at - 5, at + 5, PALE, layer="between")
        rule(figure, row[2], row[2], at - 6, at + 6, color=INK, layer="between")
    low = (now["group"] == "low").to_numpy()
    figure.add_scatter(x=own.to_list(), y=list(y), mode="markers", showlegend=False,
                       marker={"size": 10, "color": [FALL if x else PLACE for x in low]},
                       hovertext=[safe(f"{plain_name(c)}: {s}") for c, s in zip(now["component"], said, strict=True)],
                       hovertemplate="%{hovertext}<extra></extra>")
    figure.update_xaxes(range=[-3, 103], tickvals=[0, 100], ticktext=[safe(t(f"chart.profile.{k}")) for k in ("low", "high")],
                        tickfont={"size": SMALL})
    data = now[["component", "score", "rank", "base"]].join(
        ends.rename(columns=lambda q: str(int(100 * q))), on="component")
    counted = now[now["component"].isin(finest(now["component"]))].rename(columns={"group": "state"})
    return chart(figure, text.heat_title(counted, found.place.code, index, found.year),
                 text.profile_source(everywhere, index, found.year), kind="profile", place=found.place.code, year=found.year,
                 component=index, data=data, plot=plot, left=NAMES + 14, right=right, above=20)
