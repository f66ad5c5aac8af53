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
from indexlib.data.scores import load_recast
from indexlib.plan.review import Review


def former(found: Review) -> list[Table]:
    """The last figures of the old provinces, of the totals and main components, and past years recast on the new places.

    None for a place that was not merged and for which no publisher recast anything.
    """
    return [*_former(found), *_recast(found)]


def _main(code: str) -> bool:
    component = load_catalogue().component(code)
    return component.level == TOTAL or load_catalogue().component(component.parent).level == TOTAL


def _recast(found: Review) -> list[Table]:
    """Figures of the year and of the one before that a publisher recast, of the totals and main components."""
    catalogue, mine = load_catalogue(), _recast_rows(found)
    rows = [(f"{catalogue.label(r.component)} {r.year}", _recast_cell(r)) for r in mine.itertuples(index=False)
            if _main(r.component)]
    frame = pd.DataFrame(rows, columns=["component", "score"])
    return [Table(t("table.recast", place=found.place.name), frame, [t("note.recast")])] if rows else []


def _recast_rows(found: Review) -> pd.DataFrame:
    rows = load_recast()
    rows = rows[(rows["place"] == found.place.code) & rows["year"].between(found.year - 1, found.year)]
    return rows.iloc[rows["component"].map(load_catalogue().order).argsort().to_numpy()]


def _recast_cell(row: object) -> str:
    decimals = load_catalogue().decimals(row.component.split(".")[0])
    rank = w.rank(row.rank, row.rank_base)
    score = t("score.none") if pd.isna(row.score) else w.score(row.score, decimals)
    return score if rank == w.NONE else f"{score} ({rank})"


def recast_text(found: Review, component: str) -> str:
    """The recast figures of a component in one sentence; empty without any."""
    rows = _recast_rows(found).query("component == @component")
    return " ".join(t("para.recast", year=r.year, index=load_catalogue().label(component), place=found.place.name,
                      figure=_recast_cell(r)) for r in rows.itertuples(index=False))


def _former(found: Review) -> list[Table]:
    catalogue, names, rows = load_catalogue(), load_places().former_names(found.place.code), []
    if not names:
        return []
    known = _last(found)
    for code in [c for c in catalogue.valid(found.place.first_year - 1) if c in set(known["component"]) and _main(c)]:
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
