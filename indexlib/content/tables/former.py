"""What the old provinces of a merged one had last: side by side with their range, never as its own past."""

from __future__ import annotations

import pandas as pd

from indexlib.analysis.standing import standing
from indexlib.base import wording as w
from indexlib.base.wording import t
from indexlib.content.tables.cells import rank_notes, rank_text, score_text
from indexlib.content.tables.table import Table
from indexlib.data.catalogue import TOTAL, load_catalogue
from indexlib.data.places import load_places
from indexlib.plan.review import Review


def former(found: Review) -> list[Table]:
    """The last figures of the old provinces, of the totals and main components; none for a place that was not merged."""
    catalogue, names, rows = load_catalogue(), load_places().former_names(found.place.code), []
    if not names:
        return []
    known = _last(found)
    for code in [c for c in catalogue.valid(found.place.first_year - 1) if c in set(known["component"])]:
        component = catalogue.component(code)
        if component.level == TOTAL or catalogue.component(component.parent).level == TOTAL:
            mine = known[known["component"] == code]
            cells, span = _cells(mine, names)
            rows.append((f"{catalogue.label(code)} {mine['year'].iloc[0]}", *cells, span))
    frame = pd.DataFrame(rows, columns=["component", *[(name,) for name in names.values()], "range"])
    stars = rank_notes(pd.DataFrame({"rank": ["*" if "*" in cell else "" for row in rows for cell in row]}))
    return [Table(t("table.former", place=found.place.name), frame, [*stars, t("note.former")], t("empty.former"))]


def former_text(found: Review, component: str) -> str:
    """The last figures of the old provinces in one sentence; empty for a place that was not merged, or without any."""
    names = load_places().former_names(found.place.code)
    mine = _last(found).query("component == @component") if names else pd.DataFrame()
    if mine.empty:
        return ""
    cells, span = _cells(mine, names)
    said = "; ".join(f"{name} {cell}" for name, cell in zip(names.values(), cells, strict=True))
    return t("para.former", year=mine["year"].iloc[0], figures=said) + \
        (t("para.former_range", range=span) if span != w.NONE else "") + "."


def _last(found: Review) -> pd.DataFrame:
    """Rows of the old provinces in the last year in which one of them has a figure, by component."""
    known, members = standing(found.panel), list(load_places().former_names(found.place.code))
    known = known[known["place"].isin(members) & (known["year"] < found.place.first_year)]
    return known[known["year"] == known.groupby("component", observed=True)["year"].transform("max")]


def _cells(mine: pd.DataFrame, names: dict[str, str]) -> tuple[list[str], str]:
    """Score and place of each old province, and the range of the scores where every one has a score."""
    of = {r.place: r for r in mine.itertuples(index=False)}
    cells = []
    for code in names:
        row = of.get(code)
        rank = w.NONE if row is None else rank_text(row)
        if row is None or pd.isna(row.score):
            cells.append(t("score.none") if rank == w.NONE else t("former.rank", rank=rank))
        else:
            cells.append(score_text(row) if rank == w.NONE else f"{score_text(row)} ({rank})")
    if mine["score"].notna().sum() < len(names):
        return cells, w.NONE
    ends = [score_text(of[mine.loc[at, "place"]]) for at in (mine["score"].idxmin(), mine["score"].idxmax())]
    return cells, "–".join(ends)
