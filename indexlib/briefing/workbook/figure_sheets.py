"""Sheets of figures: totals, all components, conditions, trends, earlier years."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from indexlib.analysis.standing import standing
from indexlib.base.wording import NONE, own, t
from indexlib.briefing.workbook.data_sheet import WHOLE, Column, DataSheet, change_format, decimal_format
from indexlib.content import tables
from indexlib.content.tables.moves import direction
from indexlib.data.catalogue import TOTAL, index_codes, load_catalogue
from indexlib.data.scores import load_withheld
from indexlib.plan.conditions import Measure, named
from indexlib.plan.review import Review

CODE = [Column("code", width=12), Column("label", width=44)]
SCORE = [Column("unit", width=9), Column("score", "score"), Column("change", "change", 14)]
RANK = [Column("rank", "whole", 8), Column("base", "whole", 10), Column("rank_kind", width=11)]
RANK_BEFORE = [Column("rank_before", "whole", 9), Column("base_before", "whole", 10), Column("rank_kind_before", width=11)]
YARDSTICK = [Column("yardstick", "score"), Column("yardstick_is", width=20)]
#: The shares of the places whose scores a profile shows.
ENDS = {"lowest": 0.0, "first_quarter": 0.25, "middle": 0.5, "third_quarter": 0.75, "highest": 1.0}
#: Columns whose value needs every place of the year.
OF_PANEL = {*ENDS, "yardstick", "gap", "percentile", "rank", "base", "rank_best", "rank_worst"}
#: Columns whose value needs a change and the noise of the component.
OF_NOISE = {"median_change", "usual_movement", "z", "prob_fall"}


def components(found: Review) -> pd.DataFrame:
    """Every component of the catalogue in the year: its figures, or the reason why there are none.

    Returns
    -------
    DataFrame
        Columns of :class:`indexlib.plan.review.Review` ``components``, in words what the sheets print
        (``label``, ``unit``, ``rank_kind`` ...), and ``absent``: why there is no figure at all, empty where there is one.
    """
    catalogue = load_catalogue()
    missing = found.missing[["index", "component", "reason", "why"]].rename(columns={"reason": "gone"})
    frame = pd.concat([found.components.astype({"index": object, "grade": object}), missing], ignore_index=True)
    frame["code"] = frame["component"]
    described = [catalogue.component(c) for c in frame["component"]]
    frame["label"] = [catalogue.label(c) for c in frame["component"]]
    frame["index_name"] = [catalogue.short_name(c.index) for c in described]
    frame["level_name"] = [t(f"level.{c.level}") for c in described]
    frame["unit"] = [t(f"wb.unit.{c.unit}") for c in described]
    frame["decimals"] = [catalogue.decimals(c.index) for c in described]
    frame["absent"] = [t("index.withheld", why=r.why) if r.gone == "withheld" else t("index.none") if r.gone == "not_at_hand"
                       else "" for r in frame[["gone", "why"]].astype(object).fillna("").itertuples(index=False)]
    for name in ("rank_kind", "rank_kind_before"):
        frame[name] = _kinds(frame[name])
    frame["group_name"] = [tables.group_text(r) if isinstance(r.group, str) else NONE for r in frame.itertuples(index=False)]
    grades = tables.grades_text(found)
    frame["grade_name"] = [grades.get(c, NONE) for c in frame["component"]]
    frame["yardstick"] = frame["median"].fillna(frame["published_mean"])
    frame["yardstick_is"] = np.select([frame["median"].notna(), frame["published_mean"].notna()],
                                      [t("wb.yardstick.median"), t("wb.yardstick.mean")], NONE)
    why = tables.why_text(found)
    frame["why_flagged"] = [why.get(c, NONE) for c in frame["component"]]
    answers = found.by_component(frame["component"]).to_dict("records")
    frame["answer"] = [tables.unit_text(found, a) for a in answers]
    frame["items"] = [tables.item_text(a) for a in answers]
    order = frame["component"].map(catalogue.order)
    return frame.iloc[np.argsort(order.to_numpy())].reset_index(drop=True)


def _kinds(column: pd.Series) -> pd.Series:
    """Who gave a rank, in words."""
    return column.astype(object).map({"published": t("wb.published"), "computed": t("wb.computed")}).fillna(NONE)


def why_empty(record: dict[str, Any], key: str) -> str:
    """Why a number of a component is not there."""
    if record["absent"]:
        return record["absent"]
    edge = load_catalogue().edge(record["component"], int(record["year"])) if record["reason"] == "edge" else ""
    no_change = f"{t('change.edge')}: {edge}" if edge else \
        t(f"change.{record['reason']}", year=int(record["year"]) - 1) if record["reason"] else ""
    partial = record["panel"] != "complete"
    if key in ("change", "previous", "prob_lasting", *OF_NOISE) and no_change:
        return no_change
    if pd.isna(record["score"]) and key not in ("rank_before", "base_before"):
        return t("score.none")
    if key == "prob_lasting" and record["change_published"] >= 0:
        return t("wb.why.no_fall")
    if key in OF_PANEL and partial:
        return t("wb.why.partial", scored=int(record["scored"]), expected=int(record["expected"]))
    return t(f"wb.why.{WHY.get(key, 'other')}")


WHY = {"gap": "scale", "prob_lasting": "lasting", "rank_best": "interval", "rank_worst": "interval",
       "rank_before": "rank_before", "base_before": "rank_before",
       "base_score": "base", "base_year": "base",
       "prob_trend": "noise", "p_trend": "trend", "slope": "trend", "first_year": "trend", "steps": "trend",
       "falls": "trend", **dict.fromkeys(OF_NOISE, "noise")}


def totals(found: Review, frame: pd.DataFrame) -> DataSheet:
    """The four overall scores."""
    mine = frame[frame["component"].isin(index_codes())]
    remark = tables.totals(found).frame["remark"].tolist()
    mine = mine.assign(_at=mine["component"].map(index_codes().index)).sort_values("_at")
    names = dict(zip(index_codes(), remark, strict=True))
    mine = mine.assign(remark=[names[c] or NONE for c in mine["component"]])
    columns = [*CODE, SCORE[0], Column("score", "score"), Column("previous", "score"), Column("change", "change", 14), *RANK,
               *RANK_BEFORE, Column("group_name", width=20), *YARDSTICK, Column("remark", width=50)]
    return DataSheet("totals", columns, mine, why_empty)


def everything(frame: pd.DataFrame) -> DataSheet:
    """All components with standing, change, usual movement, trend, base and grade."""
    columns = [
        *CODE, Column("index_name", width=10), Column("level_name", width=20), SCORE[0], Column("score", "score"),
        Column("previous", "score"), Column("change", "change", 14), Column("median_change", "change", 14),
        Column("usual_movement", "score", 14), Column("prob_fall", "share", 13),
        Column("z", "tenth", 10), Column("prob_lasting", "share", 13), *RANK, Column("rank_best", "whole", 9),
        Column("rank_worst", "whole", 9), *RANK_BEFORE, Column("group_name", width=20), Column("percentile", "tenth", 12),
        *YARDSTICK, Column("gap", "share", 13),
        Column("base_year", "year", 9), Column("base_score", "score"), Column("met", "whole", 11),
        Column("judged", "whole", 11), Column("grade_name", width=8), Column("why_flagged", width=44),
        Column("items", width=30), Column("answer", width=40)]
    return DataSheet("components", columns, frame, why_empty)


def flagged(frame: pd.DataFrame, order: list[str], key: str, empty: str) -> DataSheet:
    """Flagged components in the order of the list."""
    mine = frame.set_index("component", drop=False).loc[order].assign(order=range(1, len(order) + 1))
    columns = [Column("order", "whole", 5), *CODE, *SCORE, *RANK, Column("why_flagged", width=44), Column("items", width=30),
               Column("answer", width=40), *RANK_BEFORE, Column("met", "whole", 11), Column("grade_name", width=8),
               Column("prob_lasting", "share", 13), Column("gap", "share", 13)]
    return DataSheet(key, columns, mine, why_empty, empty)


def profile(found: Review, frame: pd.DataFrame) -> DataSheet:
    """Every component with a figure among all places, those to take up first on top."""
    flagged = found.flagged()
    rest = flagged.loc[flagged["level"] != TOTAL, "component"]
    numbers = {code: n for n, code in enumerate(dict.fromkeys([*found.focus(found.params.focus)["component"], *rest]), 1)}
    scores = found.standing().groupby("component")["score"]
    ends = pd.DataFrame({key: scores.quantile(share) for key, share in ENDS.items()})
    mine = frame[frame["absent"] == ""].assign(order=lambda f: f["component"].map(numbers))
    mine = mine.join(ends, on="component")
    mine.loc[mine["median"].isna(), list(ENDS)] = np.nan
    columns = [Column("order", "whole", 5), *CODE, SCORE[1], *RANK, SCORE[2], *(Column(key, "score", 10) for key in ENDS),
               Column("prob_low", "share", 13), Column("items", width=30), Column("answer", width=40)]
    return DataSheet("profile", columns, mine.sort_values("order", kind="stable"), _why_profile)


def _why_profile(record: dict[str, Any], key: str) -> str:
    if key == "order":
        return t("wb.why.not_flagged")
    return t("wb.why.lasting") if key == "prob_low" else why_empty(record, key)


def conditions(found: Review) -> DataSheet:
    """Every component under every condition: state, figure judged, what it is judged against."""
    catalogue, frame = load_catalogue(), found.flags.copy()
    frame["code"] = frame["component"]
    frame["label"] = [catalogue.label(c) for c in frame["component"]]
    decimals = [catalogue.decimals(c.split(".")[0]) for c in frame["component"]]
    frame["rule_name"] = [t(f"rule.{r}") for r in frame["rule"]]
    frame["state_name"] = [t(f"wb.state.{s}") for s in frame["state"]]
    frame["grade_name"] = [g if g in ("A", "B", "C", "D") else t("grade.unknown") if g == "unknown" else NONE
                           for g in frame["grade"]]
    measures = [named(rule).measured_in for rule in frame["rule"]]
    frame["measured"] = [_measured(m, code) for m, code in zip(measures, frame["component"], strict=True)]
    frame["against_name"] = [_against(a) for a in frame["against"]]
    for key in ("value", "threshold"):
        frame[f"{key}_format"] = [WHOLE if pd.isna(v) else FORMAT[m](v, d) for m, v, d in
                                  zip(measures, frame[key], decimals, strict=True)]
    why = found.components.set_index("component")

    def reason(record: dict[str, Any], key: str) -> str:
        row = why.loc[record["component"]]
        if record["reason"] == "partial_panel":
            return t("wb.why.partial", scored=int(row["scored"]), expected=int(row["expected"]))
        if record["reason"] == "edge":
            return f"{t('change.edge')}: {load_catalogue().edge(record['component'], found.params.year)}"
        if record["reason"] in ("withheld", "rank_only", "no_score_before"):
            return t(f"change.{record['reason']}", year=found.params.year - 1)
        return t(f"wb.why.{record['reason'] or 'other'}")

    columns = [*CODE, Column("rule_name", width=18), Column("state_name", width=24), Column("grade_name", width=8),
               Column("value", "given"), Column("measured", width=24), Column("threshold", "given"),
               Column("against_name", width=34)]
    return DataSheet("conditions", columns, frame, reason, t("empty.flagged"))


def _measured(measure: Measure, code: str) -> str:
    unit = load_catalogue().component(code).unit
    return t(f"wb.measured.{measure}", unit=t(f"unit.{unit}"), scale=t(f"wb.unit.{unit}"))


def _against(against: str) -> str:
    if against.startswith("base_"):
        return t("wb.against.base", year=against.removeprefix("base_"))
    return t(f"wb.against.{against}") if against else NONE


#: Number format of a value judged and of its threshold, by what the condition measures.
FORMAT: dict[Measure, Callable[[float, int], str]] = {
    "score": lambda value, decimals: decimal_format(decimals),
    "change": lambda value, decimals: change_format(value, min(decimals, 4)),
    "slope": lambda value, decimals: change_format(value, min(decimals + 1, 4)),
    **dict.fromkeys(["places", "rank"], lambda value, decimals: WHOLE if value == int(value) else "#,##0.0")}


def trends(found: Review, frame: pd.DataFrame) -> DataSheet:
    """Trends of the components whose block holds enough years, steepest fall first."""
    least = found.params.rules.trend_down or 4
    mine = frame[(frame["n_years"] >= least) & frame["score"].notna()].sort_values("slope", kind="stable")
    mine = mine.assign(direction=[direction(r, least) for r in mine.itertuples(index=False)],
                       slope_format=[FORMAT["slope"](v, d) for v, d in zip(mine["slope"], mine["decimals"], strict=True)])
    columns = [*CODE, SCORE[0], Column("first_year", "year", 9), Column("year", "year", 9), Column("n_years", "whole", 10),
               Column("slope", "given", 14), Column("steps", "whole", 10), Column("falls", "whole", 10),
               Column("p_trend", "probability", 10), Column("prob_trend", "share", 13), Column("direction", width=18)]
    return DataSheet("trends", columns, mine, why_empty, t("empty.trends"))


def earlier(found: Review) -> DataSheet:
    """Every score and rank of the place up to the year, withheld ones with the reason."""
    catalogue, place, year = load_catalogue(), found.place.code, found.params.year
    frame = standing(found.panel)
    given = found.scores[["year", "place", "component", "source"]]
    frame = frame[(frame["place"] == place) & (frame["year"] <= year)].merge(given, on=["year", "place", "component"])
    held = load_withheld()
    held = held[(held["place"] == place) & (held["year"] <= year)]
    held = held.assign(absent=[t("index.withheld", why=own(r, "reason")) for r in held.to_dict("records")])
    frame = pd.concat([frame.astype({"rank_kind": object, "panel": object}),
                       held[["year", "component", "absent", "source"]]], ignore_index=True)
    frame["absent"] = frame["absent"].astype(object).fillna("")
    frame["code"] = frame["component"]
    frame["unit"] = [t(f"wb.unit.{catalogue.component(c).unit}") for c in frame["component"]]
    frame["label"] = [catalogue.label(c) for c in frame["component"]]
    frame["decimals"] = [catalogue.decimals(c.split(".")[0]) for c in frame["component"]]
    frame["rank_kind"] = _kinds(frame["rank_kind"])
    frame = catalogue.with_block(frame)
    frame["block"] = frame["block"].where(frame["block"] > 0)
    order = frame["component"].map(catalogue.order)
    frame = frame.assign(_at=order).sort_values(["_at", "year"], kind="stable")
    columns = [*CODE, Column("year", "year", 9), SCORE[0], Column("score", "score"), *RANK, Column("block", "year", 12),
               Column("source", width=24)]
    return DataSheet("earlier", columns, frame, _why_earlier)


def _why_earlier(record: dict[str, Any], key: str) -> str:
    if record["absent"]:
        return record["absent"]
    if key == "block":
        return t("wb.why.block")
    if key == "score" or pd.isna(record["score"]):
        return t("score.none")
    return t("wb.why.partial", scored=int(record["scored"]), expected=int(record["expected"]))
