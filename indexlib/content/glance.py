"""What is seen of a component in a second: its line of years, its place among all, what next year will likely be."""

from __future__ import annotations

import pandas as pd

from indexlib.analysis.standing import standing
from indexlib.base import wording as w
from indexlib.base.wording import t
from indexlib.charts import small
from indexlib.content import tables
from indexlib.data.catalogue import load_catalogue
from indexlib.plan.review import Review

#: From which probability on to stand in the lowest quarter next year is called so.
LIKELY = {"likely": 0.6, "maybe": 0.25, "unlikely": 0.0}


class Glance:
    """The small drawings of one review.

    Parameters
    ----------
    found : Review
    """

    def __init__(self, found: Review):
        everywhere = standing(found.panel)
        own = everywhere[(everywhere["place"] == found.place.code) & (everywhere["year"] <= found.year)]
        self._years = dict(list(load_catalogue().with_block(own).groupby("component")))
        self._year = found.year
        self._scores = dict(list(found.standing().groupby("component")["score"]))

    def line(self, component: str, **size: int) -> tuple[str, str]:
        """The line of scores, of places where the last year has no score, and the years it spans.

        Of a single year no line: its figure and year, or nothing where that is the year of the review.
        """
        rows = self._years.get(component)
        if rows is None or (rows := rows.dropna(subset=["score", "rank"], how="all").sort_values("year")).empty:
            return "", ""
        column = "rank" if rows["score"].isna().iloc[-1] else "score"
        known = rows.dropna(subset=column)
        if len(known) == 1:  # a dot says nothing
            last = known.iloc[0]
            if last["year"] == self._year:
                return "", ""
            figure = w.rank(last["rank"], last["base"], last["rank_kind"]) if column == "rank" else \
                w.score(float(last["score"]), 2, load_catalogue().component(component).unit)
            return "", f"{int(last['year'])}: {figure}"
        years = known["year"]
        span = t(f"glance.span.{column}", years=f"{years.min()}–{years.max()}")
        return small.years(rows, column, f"{load_catalogue().label(component)}, {span}", **size), span

    def among(self, row: object, **size: int) -> str:
        """Where the place stands among all in the year; by its rank where the scores at hand are those of some places."""
        said = t("glance.among", name=load_catalogue().label(row.component), rank=tables.rank_text(row))
        scores = () if pd.isna(row.median) else self._scores[row.component]
        return small.among(row, scores, said, **size)


def next_year(row: object) -> str:
    """How likely it is to stand in the lowest quarter next year; empty where the model does not speak."""
    if pd.isna(row.prob_low):
        return ""
    word = next(word for word, least in LIKELY.items() if row.prob_low >= least)
    share = w.number(100 * row.prob_low, 0)
    return t(f"glance.next.{word}", share={"0": t("glance.next.least"), "100": t("glance.next.most")}.get(share, share))
