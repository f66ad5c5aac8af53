"""A table beside other years of its index: figures that are theirs, columns that follow them out of place."""

from __future__ import annotations

import pandas as pd

from indexlib.base.problems import Problem
from indexlib.base.wording import t
from indexlib.data.catalogue import load_catalogue
from indexlib.intake.checks.exchanged_columns import exchanged_columns, slipped_columns
from indexlib.intake.checks.finding import precision
from indexlib.intake.table.figures import Figures

#: From this share of equal figures on, a file is taken for a copy of another year.
SAME = 0.9
#: ... if there are so many at least.
FEW = 10


def same_as_other_year(rows: pd.DataFrame, have: pd.DataFrame, file: str) -> list[Problem]:
    """A file that repeats another year's figures is a stale copy or read under a wrong year."""
    said = list[str]()
    past = have[["year", "place", "component", "score"]].dropna()
    for year, own in rows.dropna(subset=["score"]).groupby("year"):
        own = own[["place", "component", "score"]].assign(within=precision(own["score"], 1) + 1e-9)
        both = own.merge(past[past["year"] != year], on=["place", "component"], suffixes=("", "_old"))
        both["same"] = (both["score"] - both["score_old"]).abs() < both["within"]
        columns = both.groupby(["year", "component"])["same"].agg(["sum", "size"])
        for other, copied in columns.groupby("year"):
            size, same = copied.sum()[["size", "sum"]]
            if size >= FEW and same > SAME * size:
                said.append(t("add.copy_of_year", year=year, other=other))
                continue
            again = copied.index[(copied["size"] >= FEW) & (copied["sum"] > SAME * copied["size"])]
            said += [t("add.copy_of_column", year=year, other=other, component=load_catalogue().label(component))
                     for _, component in again]
    return [Problem(file, "", None, "", "copy_of_year", text) for text in said]


def out_of_place(rows: pd.DataFrame, have: pd.DataFrame, figures: dict[int, Figures], file: str) -> list[Problem]:
    """Columns that follow each other's past, or their own a row up or down, better than their own straight."""
    label, said = load_catalogue().label, list[str]()
    for year, own in rows.groupby("year"):
        other = have[have["year"] != year]
        said += [t("add.profile", one=label(one), two=label(two), year=year, near=near)
                 for one, two, near in exchanged_columns(own, other)]
        at = [figures[year].where(r.component, "score", r.place) for r in own.itertuples()]
        if all(at):
            own = own.assign(at=[(cell["column"], cell["row"]) for cell in at]).sort_values("at", kind="stable")
            said += [t("add.slipped", component=label(component), year=year, near=near)
                     for component, near in slipped_columns(own, other)]
    return [Problem(file, "", None, "", "profile", text) for text in said]
