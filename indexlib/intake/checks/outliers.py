"""Stored figures far outside their own column, beyond printed extremes, or that moved as none ever did."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indexlib.data.catalogue import load_catalogue
from indexlib.data.scores import load_reference
from indexlib.intake.checks.finding import Finding, found, precision

#: A figure this many times above or below the median of its component: in all years at hand none is.
FAR = 5.0
#: A change beside the others of its year, in robust standard deviations, that is looked at.
MOVED = 8.0


def outliers(figures: pd.DataFrame) -> list[Finding]:
    """Every figure that stands out so far that it may be mistyped, and each beyond a printed extreme."""
    scored = figures[figures["score"].notna()]
    return _far(scored) + _beyond_extremes(scored) + _moved(scored)


def _far(scored: pd.DataFrame) -> list[Finding]:
    """Figures far from the others of their year, or of all years on the same scale where the year has few."""
    scored = load_catalogue().with_block(scored)
    of_year, alike = (scored.groupby(["component", key], dropna=False)["score"] for key in ("year", "scale_max"))
    usual = of_year.transform("median").where(of_year.transform("size") >= 8, alike.transform("median"))
    size = alike.transform("size")
    far = (size >= 5) & ((scored["score"] > FAR * usual) | (scored["score"] < usual / FAR))
    return [found("far", row, "score", (), True, value=row["score"], usual=round(float(usual[i]), 2))
            for i, row in scored[far].to_dict("index").items()]


def _beyond_extremes(scored: pd.DataFrame) -> list[Finding]:
    """Scores above the printed maximum of the country, or below its minimum."""
    printed = load_reference()
    printed = printed[(printed["area"] == "") & printed["statistic"].isin(["min", "max"])]
    both = scored.merge(printed[["year", "component", "statistic", "value"]], on=["year", "component"])
    within = precision(both["score"]) + precision(both["value"])
    over = np.where(both["statistic"] == "max", both["score"] - both["value"], both["value"] - both["score"]) > within
    codes = {"max": "beyond_max", "min": "beyond_min"}
    return [found(codes[row["statistic"]], row, "score", value=row["score"], printed=row["value"])
            for row in both[over].to_dict("records")]


def _moved(scored: pd.DataFrame) -> list[Finding]:
    framed = load_catalogue().with_block(scored)
    before = framed[["place", "component", "year", "block", "score", "line"]].assign(year=framed["year"] + 1)
    both = framed.merge(before, on=["place", "component", "year", "block"], suffixes=("", "_before"))
    both["change"] = both["score"] - both["score_before"]
    of_year = both.groupby(["component", "year"])["change"]
    middle = of_year.transform("median")
    spread = 1.4826 * (both["change"] - middle).abs().groupby([both["component"], both["year"]]).transform("median")
    odd = (of_year.transform("size") >= 20) & ((both["change"] - middle).abs() > MOVED * spread)
    return [found("moved", row, "score", (int(row["line_before"]),), True, value=row["score"], before=row["score_before"],
                  usual=round(float(middle[i]), 2)) for i, row in both[odd].to_dict("index").items()]
