"""Tables of where components stand and how they move: quarters, largest rises and falls, trends."""

from __future__ import annotations

import pandas as pd

from indexlib.analysis.falling import falling
from indexlib.base import wording as w
from indexlib.base.wording import t
from indexlib.content.tables.cells import change_text, group_text, places_text, rank_notes, rank_text, score_text
from indexlib.content.tables.table import Table
from indexlib.data.catalogue import TOTAL, load_catalogue
from indexlib.plan.order import finest
from indexlib.plan.review import Findings


def standing(found: Findings) -> Table:
    """Quarter, rank and distance to the median of the totals and main components whose panel is whole."""
    catalogue, rows = load_catalogue(), []
    for r in found.now.components.itertuples(index=False):
        component = catalogue.component(r.component)
        main = component.level == TOTAL or catalogue.component(component.parent).level == TOTAL
        if main and pd.notna(r.median) and pd.notna(r.score):
            gap = w.change(float(r.score - r.median), r.decimals, component.unit)
            rows.append((catalogue.label(r.component), score_text(r), rank_text(r),
                         group_text(r), w.number(float(r.median), r.decimals), gap))
    frame = pd.DataFrame(rows, columns=["component", "score", "rank", "group", "median", "gap"])
    return Table(t("table.standing"), frame, [*rank_notes(frame), t("note.computed")],
                 t("empty.standing", year=found.params.year))


def risers(found: Findings, n: int = 5) -> Table:
    """The components of the finest level that rose and fell most, as a share of their scale."""
    c = found.now.components
    c = c[c["comparable"] & c["component"].isin(finest(c["component"]))]
    blocks = load_catalogue().with_block(c[["component", "year"]])
    share = c["change"] / (blocks["scale_max"] - blocks["scale_min"]).to_numpy()
    ordered = c.assign(_share=share).dropna(subset="_share").sort_values("_share", ascending=False)
    left = int(share.isna().sum())  # no source prints the top of their scale
    up = ordered[ordered["change_published"] > 0].head(n)
    down = ordered[ordered["change_published"] < 0].tail(n)
    rows = [(load_catalogue().label(r.component), score_text(r), change_text(r), rank_text(r),
             rank_text(r, before=True), places_text(r)) for r in pd.concat([up, down]).itertuples(index=False)]
    frame = pd.DataFrame(rows, columns=["component", "score", "change", "rank", "rank_before", "remark"])
    notes = [*rank_notes(frame), *([t("note.no_scale", n=left)] if left else [])]
    return Table(t("table.risers"), frame, notes, t("empty.risers"))


def trends(found: Findings) -> Table:
    """Trends of the components whose block holds enough years, steepest fall first."""
    least = found.params.rules.trend_down or 4
    c = found.now.components
    c = c[(c["n_years"] >= least) & c["score"].notna()].sort_values("slope")
    rows = [(load_catalogue().label(r.component), f"{int(r.first_year)}-{r.year}",
             w.change(float(r.slope), min(r.decimals + 1, 4)), f"{int(r.falls)}/{int(r.steps)}",
             w.number(float(r.p_trend), 3), direction(r, least)) for r in c.itertuples(index=False)]
    frame = pd.DataFrame(rows, columns=["component", "years", "slope", "falls_of", "p_fall", "direction"])
    return Table(t("table.trends"), frame, [t("note.direction")], t("empty.trends"))


def direction(row: object, least: int) -> str:
    """Whether a series may be called falling, or only has a slope below zero."""
    falls = bool(falling(pd.DataFrame([row._asdict()]), least).iloc[0])
    return t("rule.trend_down") if falls else t("trend.slope") if row.slope < 0 else w.NONE
