"""Tables of what is flagged: the four totals, the focus list, the whole list, the rules, last year's flags."""

from __future__ import annotations

import pandas as pd

from indexlib.base import wording as w
from indexlib.base.wording import t
from indexlib.content.tables.cells import (
    change_text,
    grades_note,
    grades_text,
    interval_text,
    item_text,
    no_total_text,
    nothing,
    places_text,
    rank_notes,
    rank_text,
    score_text,
    unit_text,
    why_text,
    without_plan,
)
from indexlib.content.tables.table import Table
from indexlib.data.catalogue import TOTAL, index_codes, load_catalogue
from indexlib.data.scores import load_remarks
from indexlib.plan.after_a_year import follow_up as _follow_up
from indexlib.plan.by_chance import ALL, by_noise_alone, grades_by_noise_alone
from indexlib.plan.conditions import named, thresholds
from indexlib.plan.order import fallen_totals, without_totals
from indexlib.plan.review import Review


def totals(found: Review) -> Table:
    """The four overall scores with rank, change and what is missing."""
    catalogue = load_catalogue()
    rows, before = ({r.component: r for r in review.components.itertuples(index=False) if r.level == TOTAL} if review else {}
                    for review in (found, found.before))
    out = []
    for index in index_codes():
        name = catalogue.short_name(index)
        row = rows.get(index)
        if row is None:
            then = rank_text(before[index]) if index in before else w.NONE
            out.append((name, w.NONE, w.NONE, w.NONE, then, no_total_text(found, index)))
            continue
        remark = places_text(row)
        if row.reason == "edge":
            remark = t("index.edge", before=row.year - 1, why=catalogue.edge(index, row.year))
        caution = catalogue.caution(index, row.year) if row.comparable else ""
        remark = "; ".join(x for x in (remark, caution, interval_text(row)) if x)
        out.append((name, score_text(row, unit=True), rank_text(row), change_text(row), rank_text(row, before=True), remark))
    frame = pd.DataFrame(out, columns=["index", "score", "rank", "change", "rank_before", "remark"])
    return Table(t("table.totals"), frame, [*rank_notes(frame), t("note.rounding"), *row_notes(found, index_codes())])


def _component_rows(found: Review, components: pd.DataFrame, title: str) -> Table:
    catalogue, why, grades = load_catalogue(), why_text(found), grades_text(found)
    answer = found.by_component(components["component"]).set_index("component", drop=False)
    rows, notes = [], []
    for row in components.itertuples(index=False):
        a = answer.loc[row.component]
        label = catalogue.label(row.component)
        rows.append((label, score_text(row), change_text(row), rank_text(row), rank_text(row, before=True),
                     why.get(row.component, ""), grades.get(row.component, w.NONE), item_text(a), unit_text(found, a)))
        if row.reason == "edge":
            notes.append(t("note.edge", component=label, why=catalogue.edge(row.component, row.year)))
        notes += [t("note.caution", component=label, why=why) for why in _cautions(row)]
    notes += row_notes(found, list(components["component"]))
    columns = ["component", "score", "change", "rank", "rank_before", "why", "grade", "item", "unit"]
    frame = pd.DataFrame(rows, columns=columns)
    if without_plan(found):
        frame = frame.drop(columns=["item", "unit"])
    notes = [*rank_notes(frame), grades_note(found), t("note.usual"), t("note.computed"),
             t(f"note.order.{found.params.order}"), *notes, *chance_notes(found)]
    return Table(title, frame, notes, nothing(found))


def _cautions(row: object) -> list[str]:
    """Warnings for the years that the row's change, trend or base year spans."""
    since = [y for y in (row.year - 1 if row.comparable else None, row.first_year, row.base_year) if pd.notna(y)]
    return load_catalogue().cautions_after(row.component, int(min(since)), row.year) if since else []


def row_notes(found: Review, components: list[str]) -> list[str]:
    """What the data files note about the figures of the year and the year before."""
    s = found.scores
    own = s[(s["place"] == found.place.code) & s["year"].isin([found.params.year - 1, found.params.year])
            & s["component"].isin(components) & s["note"].fillna("").ne("")]
    notes = [t("note.row", component=load_catalogue().label(r.component), year=r.year, note=r.note)
             for r in own.itertuples(index=False)]
    r = load_remarks()
    r = r[(r["place"] == found.place.code) & r["year"].isin([found.params.year - 1, found.params.year])
          & r["component"].isin(components)]
    return notes + [t("note.remark", component=load_catalogue().label(m.component), year=m.year, source=m.source,
                      value=w.plain_number(m.value), column=t(f"add.column.{m.column}"),
                      note=f" ({m.note})" if m.note else "")
                    for m in r.itertuples(index=False)]


def chance_notes(found: Review) -> list[str]:
    """How many of the flags of falling transitory movement alone would have raised."""
    alone = by_noise_alone(found)
    if not alone["judged"].sum():
        return [t("note.chance_none")]
    row = alone[alone["rule"] == ALL].iloc[0]
    lines = [t("note.chance", judged=int(row["judged"]), found=int(row["found"]), low=row["low"], high=row["high"],
               verdict=t(f"chance.{verdict(row)}"))]
    graded = grades_by_noise_alone(found).set_index("grade")
    if graded["judged"].any():
        a, b = graded.loc["A"], graded.loc["B"]
        lines.append(t("note.chance_grade", a=int(a["found"]), ea=w.number(a["expected"], 1), b=int(b["found"]),
                       eb=w.number(b["expected"], 1)))
    return lines


def verdict(row: pd.Series) -> str:
    """Whether more or fewer flags were found than noise alone raises, or as many."""
    return "fewer" if row["found"] < row["low"] else "more" if row["found"] > row["high"] else "same"


def focus(found: Review) -> Table:
    """The focus list: the first components to attend to, of the finest level at hand."""
    chosen = found.focus(found.params.focus)
    table = _component_rows(found, chosen, t("table.focus", k=len(chosen), n=len(without_totals(found.flagged()))))
    fallen = fallen_totals(found.components)["component"]
    if len(fallen):
        table.notes.insert(0, t("note.fallen_totals", names=w.listing([load_catalogue().short_name(c) for c in fallen])))
    return table


def flagged(found: Review) -> Table:
    """Every component that meets a condition."""
    chosen = found.flagged()
    n = len(without_totals(chosen))
    totals = len(chosen) - n
    return _component_rows(found, chosen, t("table.flagged_totals" if totals else "table.flagged", n=n, totals=totals))


def rules(found: Review) -> Table:
    """The conditions with the plan's words, the thresholds applied and how many components meet them."""
    words = [] if without_plan(found) else ["words"]
    frame = counted(found)[["rule", *words, "threshold", "met", "judged"]]
    return Table(t("table.rules"), frame.astype({"met": str, "judged": str}))


def counted(found: Review, off: bool = False) -> pd.DataFrame:
    """The columns of :func:`rules`, counts as numbers, and ``unjudged``; with ``off`` conditions not applied, too."""
    rows = []
    for condition, setting in thresholds(found.params.rules, off):
        rule, states = condition.name, found.flags.loc[found.flags["rule"] == condition.name, "state"]
        judged = states.isin(["met", "not_met"])
        threshold = t("wb.not_applied") if setting is None else threshold_text(found, rule, setting)
        rows.append((t(f"rule.{rule}"), found.plan.clause(rule) or t("clause.none"), threshold,
                     int((states == "met").sum()), int(judged.sum()), int((~judged).sum())))
    return pd.DataFrame(rows, columns=["rule", "words", "threshold", "met", "judged", "unjudged"])


def threshold_text(found: Review, rule: str, setting: object) -> str:
    """A rule's threshold in words."""
    (case,), fields = named(rule).at(setting, found.plan.about["base_year"])
    fields = {k: w.plain_number(v) if isinstance(v, float) else v for k, v in fields.items()}
    return t(f"threshold.{rule}" + (f".{case}" if case else ""), **fields)


def follow_up(found: Review) -> Table:
    """Last year's flagged components: cleared, still there, new."""
    columns = ["component", "state", "before", "now"]
    if found.before is None:
        return Table(t("table.follow_up"), pd.DataFrame(columns=columns), empty=t("empty.follow_up"))
    catalogue, frame = load_catalogue(), _follow_up(found, found.before)
    rank = {s: i for i, s in enumerate(["still", "risen", "other", "new", "first", "cleared", "not_judged"])}
    frame = frame.assign(_r=frame["state"].map(rank)).sort_values("_r", kind="stable")
    rows = [(catalogue.label(r.component), t(f"state.{r.state}"), rule_names(r.before), rule_names(r.now))
            for r in frame.itertuples(index=False)]
    return Table(t("table.follow_up"), pd.DataFrame(rows, columns=columns), empty=t("empty.follow_up_none"))


def rule_names(codes: str) -> str:
    """Names of rules joined by commas, or a dash."""
    return w.listing([t(f"rule.{c}") for c in codes.split(",")]) if codes else w.NONE
